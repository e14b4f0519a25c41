"""A city from a folder or a GeoPackage with ``city.toml``: the same :class:`geo.city.City` as from the database.

Folder: ``city.toml``, and for each layer a file of its name (``roads.gpkg``, ``green.shp`` …) or the one that
``file = "…"`` names. GeoPackage ``kaifeng.gpkg``: ``kaifeng.toml`` or ``city.toml`` beside it, and a layer of each name.
A layer without file is absent (unknown everywhere); one without ``coverage`` proves nothing where it is silent.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geo.city import OPERATOR, VECTOR_LAYERS, City, Layer
from geo.errors import BadInput, UnknownCrs, UnknownLayer, WaixianError
from geo.schema import LAYERS
from layers.ledger_rows import ledger_issues
from layers.readers.city_toml import LayerEntry, Settings, read_settings, template
from layers.readers.crs import settle
from layers.readers.layer import request_for, understand
from layers.readers.raw import Request, read_raws
from layers.readers.sandbox import Limits
from layers.readers.shapes import clean
from layers.readers.words import LayerRead, Raw

ENDINGS = (
    *(".gpkg", ".shp", ".geojson", ".geojson.gz", ".parquet", ".fgb", ".csv", ".xlsx", ".dbf"),
    *(".osm", ".osm.gz", ".osm.pbf", ".pbf", ".zip"),
)


@dataclass(frozen=True)
class CityRead:
    """The city, and for each layer that was found what its reading brought up (issues, notes, rows expected)."""

    city: City
    reads: Mapping[str, LayerRead]
    settings: Settings


def read_city(path: str | Path) -> City:
    """The city in ``path`` (folder or GeoPackage). Raises BadInput (no or wrong city.toml) and what the readers raise."""
    return open_city(path).city


def open_city(path: str | Path, limits: Limits | None = None) -> CityRead:
    """As :func:`read_city`, with the issues and notes of every layer."""
    place = Path(path)
    settings = city_settings(place)
    found = _requests(place, settings)
    wanted = [*found.values(), *_coverage_requests(place, settings, found).values()]
    answers = (
        dict(zip([*found, *_coverage_requests(place, settings, found)], read_raws(wanted, limits), strict=True)) if wanted else {}
    )
    layers: dict[str, Layer] = {}
    reads: dict[str, LayerRead] = {}
    for name in VECTOR_LAYERS:
        entry = settings.layers.get(name, LayerEntry())
        raw = answers.get(name)
        if raw is None or (isinstance(raw, WaixianError) and raw.context.get("absent")):
            layers[name] = Layer(name, None)
            continue
        reads[name] = _understand(name, settings, raw, found[name].path.name)
        area = _coverage(name, settings, answers.get(f"coverage of {name}"))
        layers[name] = _layer(name, entry, reads[name], area, found[name])
    city = City(settings.name, settings.work_crs, settings.bounds, layers, settings.synthetic)
    if "road_ledger" in reads:
        ledger = reads["road_ledger"]
        reads["road_ledger"] = replace(ledger, issues=[*ledger.issues, *ledger_issues(city)])
    return CityRead(city, reads, settings)


def assume_complete(city: City, layers: Iterable[str]) -> City:
    """``city`` with these layers declared complete inside its bounds by the operator.

    "all" means every delivered layer without coverage.

    Raises UnknownLayer, and BadInput for a layer that was never delivered: absent is not empty.
    """
    names = list(layers)
    changed = dict(city.layers)
    for name in names:
        if name != "all" and name not in VECTOR_LAYERS:
            raise UnknownLayer(layer=name, known="、".join((*VECTOR_LAYERS, "all")))
        if name != "all" and city.layer(name).frame is None:
            raise BadInput(
                why_zh=f"图层 {name} 没有数据，不能声明为完整；确无要素时请给空文件",
                why_en=f"layer {name} was never delivered and cannot be complete; if nothing is there, give an empty file",
            )
    if "all" in names:
        names += [name for name in VECTOR_LAYERS if city.layer(name).frame is not None and city.layer(name).coverage is None]
    for name in names:
        if name != "all":
            changed[name] = replace(city.layer(name), coverage=city.bounds_polygon, stated_by=OPERATOR)
    return replace(city, layers=changed)


def city_settings(place: Path) -> Settings:
    """city.toml of the folder, or beside the GeoPackage; without one, an error that holds a template to paste."""
    if not place.exists():
        raise BadInput(why_zh=f"{place} 不存在", why_en=f"there is no {place}")
    choices = [place / "city.toml"] if place.is_dir() else [place.with_suffix(".toml"), place.with_name("city.toml")]
    for choice in choices:
        if choice.is_file():
            return read_settings(choice)
    text = template(_first_raw(place))
    raise BadInput(
        why_zh=f"缺少 {choices[0]}（城市设置）。请按下面的样式新建（数值请核对）：\n{text}",
        why_en=f"{choices[0]} (the city's settings) is missing. Make it like this (check the values):\n{text}",
    )


def _first_raw(place: Path) -> Raw | None:
    """Any layer that can be opened, for a template that fits; None where there is none."""
    blank = Settings("", "", (0, 0, 0, 0))
    requests = [request for name, request in _requests(place, blank).items() if LAYERS[name].geometry != "none"]
    raws = (raw for raw in (read_raws(requests) if requests else []) if isinstance(raw, Raw))
    return next((raw for raw in raws if raw.geometry is not None and raw.rows), None)


def _requests(place: Path, settings: Settings) -> dict[str, Request]:
    """What to open for each layer."""
    found: dict[str, Request] = {}
    for name in VECTOR_LAYERS:
        entry = settings.layers.get(name, LayerEntry())
        if place.is_dir() or entry.file:
            file = _file_of(name, place if place.is_dir() else place.parent, settings)
            if file is not None:
                found[name] = request_for(name, file, encoding=entry.encoding, layer=entry.layer)
        else:
            request = request_for(name, place, encoding=entry.encoding, layer=entry.layer)
            found[name] = replace(request, only_preferred=entry.layer is None)
    return found


def _file_of(name: str, folder: Path, settings: Settings) -> Path | None:
    said = settings.layers.get(name, LayerEntry()).file
    if said:
        file = folder / said
        if not file.exists():
            zh, en = (
                f"文件 {file} 不存在，请改正文件名或把文件放进去",
                f"there is no {file}: mend the name, or put the file there",
            )
            raise settings.bad(f"layers.{name}.file", zh, en)
        return file
    stems = {name, LAYERS[name].zh}
    files = sorted(
        p
        for p in folder.iterdir()
        for ending in ENDINGS
        if p.name.casefold().endswith(ending) and p.name[: -len(ending)] in stems
    )
    shapes = {p.stem for p in files if p.suffix.casefold() == ".shp"}
    files = list(dict.fromkeys(p for p in files if p.suffix.casefold() != ".dbf" or p.stem not in shapes))
    if len(files) > 1:
        listed = ", ".join(p.name for p in files)
        raise BadInput(
            why_zh=f'图层 {name} 有多个文件：{listed}；请留一个，或在 {settings.file} 的 [layers.{name}] 写 file = "…"',
            why_en=f'layer {name} has several files: {listed}; keep one, or write file = "…" under [layers.{name}]',
        )
    return files[0] if files else None


def _coverage_requests(place: Path, settings: Settings, found: Mapping[str, Request]) -> dict[str, Request]:
    """Coverage polygons that stand in files, or in layers of the GeoPackage."""
    folder = place if place.is_dir() else place.parent
    requests: dict[str, Request] = {}
    for name, entry in settings.layers.items():
        if name not in found or entry.coverage in ("", "none", "bounds"):
            continue
        file = folder / entry.coverage
        inside = not file.exists() and not place.is_dir()
        if not file.exists() and not inside:
            zh = f'面文件 {file} 不存在；请改正文件名，或写 "bounds"（全市）、"none"（未声明）'
            en = f'there is no polygon file {file}: mend the name, or write "bounds" (the whole city) or "none" (not stated)'
            raise settings.bad(f"layers.{name}.coverage", zh, en)
        requests[f"coverage of {name}"] = Request(place, layer=entry.coverage) if inside else Request(file)
    return requests


def _understand(name: str, settings: Settings, raw: Raw | WaixianError, file: str) -> LayerRead:
    entry = settings.layers.get(name, LayerEntry())
    if isinstance(raw, WaixianError):
        raise raw
    try:
        return understand(name, raw, file, work_crs=settings.work_crs, bounds=settings.bounds, crs=entry.crs, mapping=entry.map)
    except UnknownCrs as error:  # it speaks of --crs, which here is a key; so is --map
        zh, en = f'{error.text("zh")}（此处写作 crs = "EPSG:…"）', f'{error.text("en")} (written here as crs = "EPSG:…")'
        raise settings.bad(f"layers.{name}.crs", zh, en) from None
    except BadInput as error:
        if type(error) is BadInput and entry.map:
            raise settings.bad(f"layers.{name}.map", error.text("zh"), error.text("en")) from None
        raise


def _coverage(name: str, settings: Settings, raw: Raw | WaixianError | None) -> BaseGeometry | None:
    """The stated area in the work CRS; None where nobody stated one."""
    said, key = settings.layers.get(name, LayerEntry()).coverage, f"layers.{name}.coverage"
    if said == "bounds":
        return City("", settings.work_crs, settings.bounds).bounds_polygon
    if raw is None:
        return None
    if isinstance(raw, WaixianError):
        raise settings.bad(key, f"“{said}”：{raw.text('zh')}", f"'{said}': {raw.text('en')}")
    if raw.geometry is None:
        raise settings.bad(key, f"“{said}”没有图形；须为面文件", f"'{said}' has no shapes: it must be a file of polygons")
    source = settle(raw.crs, None, raw.geometry, settings.work_crs, settings.bounds, f'{settings.file} {key} = "{said}"')
    shapes = clean(raw.geometry, raw.damaged, "polygon", source, settings.work_crs)
    if shapes.wrong or not raw.rows:
        zh, en = next(iter(shapes.wrong.values()), ("没有面", "it has no polygon"))
        raise settings.bad(key, f"“{said}”：{zh}；须为有效的面", f"'{said}': {en}; it must hold sound polygons")
    area: BaseGeometry = shapely.union_all(shapes.shapes)
    return area


def _layer(name: str, entry: LayerEntry, read: LayerRead, area: BaseGeometry | None, request: Request) -> Layer:
    return Layer(
        name=name,
        frame=read.frame,
        coverage=area,
        as_of=entry.as_of,
        complete_since=entry.complete_since,
        source=entry.source,
        owner=entry.owner,
        licence=entry.licence,
        stated_by="city.toml" if area is not None else "",
        delivery_id=f"{name}-{_digest(request.path)}",
        lost=read.lost,
    )


def _digest(path: Path) -> str:
    """The file's own fingerprint: the same file is the same delivery, wherever it lies."""
    digest = hashlib.sha256()
    beside = (
        sorted(p for p in path.parent.iterdir() if p.stem == path.stem and p.is_file())
        if path.suffix.casefold() == ".shp"
        else [path]
    )
    for part in beside if path.is_file() else sorted(p for p in path.iterdir() if p.is_file()):
        with open(part, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]

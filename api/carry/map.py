"""The map of a survey to carry away: one HTML file (folium and Leaflet inside) that opens with no network.

Satellite tiles along the lines, the city's layers around them, the lines with their whole proof; it measures, finds names and
coordinates, and shows where the phone is. Pipes are in it only where somebody who may see them put them in, and then the page
says on every screen who did."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from api.answers.files import whole
from api.carry.pipes import pipes_near
from api.report.data import PROOFS_MAX, order, proofs, table, words
from api.report.ground import ground
from api.report.map import frame, leaflet
from api.report.page import TEMPLATES, centre, lf, own_script, page
from api.report.write import FOLDER as REPORT
from api.report.write import limits
from api.styles import styles
from geo.city import City
from geo.crs import to_degrees
from geo.errors import BadInput
from geo.verdict import Review
from layers.rasters.pictures import pictures

FOLDER = TEMPLATES / "survey-map"
OF_REPORT = ("words.js", "ground.js", "map.js", "proof.js")
OWN = ("plane.js", "satellite.js", "pipes.js", "measure.js", "position.js", "find.js", "sheet.js", "page.js")
ALONG_M = 150.0
MOST_TILES = 420
LINES_MAX = PROOFS_MAX


@dataclass(frozen=True)
class Carried:
    """What goes into the file beside the lines. ``pipes``: those that may be in it, None for none; ``by``: who put them in;
    ``satellite``: COGs, the newest first; ``title``: what the map is about."""

    title: str
    pipes: gpd.GeoDataFrame | None = None
    by: str = ""
    satellite: Sequence[Path] = ()


def write_survey_map(review: Review, city: City, path: Path, carried: Carried, lang: str = "zh") -> Path:
    """The map into ``path`` (.html), whole or not at all. Raises BadInput, Unavailable without Leaflet."""
    text = render(review, city, carried, lang)
    with whole(path) as draft:
        draft.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return path


def render(review: Review, city: City, carried: Carried, lang: str = "zh") -> str:
    """The whole page as text. Raises BadInput where no line has a shape, or there are more than a phone can carry."""
    chosen = order(review)
    shapes = np.asarray(review.rows.geometry.array, dtype=object)[chosen]
    _check(shapes)
    pool, chunks = proofs(review, chosen)
    map_html, map_script = frame(centre(shapes, city))
    leaflet_script, leaflet_style = leaflet()
    scripts = [lf(leaflet_script), lf(map_script), own_script(*(REPORT / n for n in OF_REPORT), *(FOLDER / n for n in OWN))]
    meta = _meta(review, city, carried, lang) | {"proofs": len(chosen), "chunk": len(chunks[0])}
    blocks = {
        "meta": meta, "styles": dict(styles()), "words": words(review.pack), "rows": table(review, chosen),
        "ground": ground(city, shapes), "pictures": _pictures(carried, shapes, city), "pipes": _pipes(carried, shapes, city),
        "pool": pool, **{f"proofs-{n}": chunk for n, chunk in enumerate(chunks)},
    }  # fmt: skip
    css = "".join((folder / name).read_text(encoding="utf-8") for folder, name in ((REPORT, "report.css"), (FOLDER, "map.css")))
    return page(
        FOLDER, scripts, blocks, meta=meta, city=city, pack=review.pack, lang="zh-CN" if lang.startswith("zh") else "en",
        map_html=map_html, style=leaflet_style + css, notice=review.pack.data.notice,
    )  # fmt: skip


def _check(shapes: Any) -> None:
    if not len(shapes) or not (~(shapely.is_missing(shapes) | shapely.is_empty(shapes))).any():
        raise BadInput(
            why_zh="没有可画的线路：文件中每一行都未被接收，请先用 inspect 查看原因",
            why_en="there is no line to draw: every row of the file was refused; look at it with inspect first",
        )
    if len(shapes) > LINES_MAX:
        raise BadInput(
            why_zh=f"踏勘地图最多容纳 {LINES_MAX} 条外线，文件有 {len(shapes)} 条：请按项目拆分；整批结果请用 classify --report",
            why_en=f"a survey map holds {LINES_MAX} lines, the file has {len(shapes)}: split it, or use classify --report",
        )


def _meta(review: Review, city: City, carried: Carried, lang: str) -> dict[str, Any]:
    deliveries = [
        {"layer": name, "as_of": layer.as_of, "source": layer.source, "licence": layer.licence}
        for name, layer in city.layers.items()
        if layer.frame is not None
    ]
    return {
        "title": carried.title, "city": city.name, "synthetic": city.synthetic, "pack": review.pack.label, "lang": lang,
        "on": review.on.isoformat(), "work_crs": city.work_crs, "limits": limits(review), "by": carried.by,
        "deliveries": deliveries,
    }  # fmt: skip


def _pictures(carried: Carried, shapes: Any, city: City) -> dict[str, str]:
    along = to_degrees(shapely.simplify(shapely.union_all(shapely.buffer(shapes, ALONG_M)), 5.0), city.work_crs)
    return {
        f"{one.z}/{one.x}/{one.y}": f"data:{one.media_type};base64,{base64.b64encode(one.content).decode()}"
        for one in pictures(carried.satellite, along, MOST_TILES)
    }


def _pipes(carried: Carried, shapes: Any, city: City) -> dict[str, Any] | None:
    return None if carried.pipes is None else pipes_near(carried.pipes, shapes, city.work_crs)

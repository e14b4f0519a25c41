"""``load``: a layer, routes or a whole city into the database; each delivery whole or not at all."""

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from api.commands.house import House
from api.commands.reading import mapping_of, read_asked, tell_lost, tell_notes, tell_unplaced
from api.commands.rematch import matched
from api.commands.terminal import bar, console, say, summary_line
from api.day import today
from api.loading import MATCHED, LoadWords, delivery_of, load_read, read_ordered
from api.past import past
from api.review import Review, review
from geo.city import VECTOR_LAYERS, City
from geo.errors import BadInput, UnknownLayer
from geo.law.pack import Pack
from layers.cities import city_settings, create_city
from layers.city_folder import open_city
from layers.deliveries import Delivery, Loaded, load_layer
from layers.digs.match_store import standing
from layers.ledger_rows import ledger_issues
from layers.queries import city as stored_city
from layers.rasters.store import RASTER_LAYERS, load_raster
from layers.readers import RoutesRead
from layers.route_store import routes_to_judge, save_verdicts


def load(house: House, asked: argparse.Namespace) -> int:
    """Load what was asked for; 1 if rows were rejected."""
    if asked.city:
        with house.database() as engine:
            before = standing(engine)
            city = load_city(engine, asked.city, house.place, house.lang)
            matched(house, engine, before)
        return 1 if any(layer.lost for layer in city.layers.values()) else 0
    if not (asked.layer and asked.file):
        raise BadInput(why_zh="写作 load 图层 文件，或 load --city 文件夹", why_en="say load LAYER FILE, or load --city FOLDER")
    known = (*VECTOR_LAYERS, *RASTER_LAYERS, "routes")
    if asked.layer not in known:
        raise UnknownLayer(layer=asked.layer, known="、".join(known))
    with house.database() as engine:
        with engine.connect() as connection:
            city = city_settings(connection)
        if asked.layer in RASTER_LAYERS:
            with bar(asked.layer) as tell:
                _tell(
                    load_raster(
                        engine,
                        asked.layer,
                        asked.file,
                        rasters(house.place),
                        _delivery(asked, city),
                        asked.crs,
                        tell,
                        actor=console(),
                    )
                )
            return 0
        before = standing(engine)
        if asked.layer != "routes":
            done = _load_layer(engine, asked, city, house.lang)
        else:
            done = _load_routes(engine, asked, city, house.pack("", today(), city.name), house.lang)
        if asked.layer in MATCHED:
            matched(house, engine, before)
        return done


def load_city(engine: sa.Engine, folder: Path, place: Path, lang: str = "zh") -> City:
    """City settings and every layer and raster of a folder or GeoPackage."""
    read = open_city(folder)
    tell_lost(read.reads, lang)
    create_city(engine, read.city.name, read.city.work_crs, read.city.bounds, read.city.synthetic)
    for name, layer in read.city.layers.items():
        if layer.frame is None:
            continue
        with bar(f"{name:14s}") as tell:
            delivery = Delivery(
                layer.source, layer.owner, layer.licence, layer.as_of, layer.complete_since, layer.coverage, layer.stated_by,
                len(layer.frame) + layer.lost, layer.delivery_id, layer.name,
            )  # fmt: skip
            _tell(load_layer(engine, name, layer.frame, delivery, tell, actor=console()))
    for name in RASTER_LAYERS:
        file = folder / f"{name}.tif"
        if folder.is_dir() and file.is_file():
            entry = read.settings.layers.get(name)
            said = Delivery(entry.source, entry.owner, entry.licence, entry.as_of) if entry else Delivery()
            with bar(f"{name:14s}") as tell:
                _tell(load_raster(engine, name, file, rasters(place), said, progress=tell, actor=console()))
    return read.city


def rasters(place: Path) -> Path:
    """Where the COGs of this installation lie."""
    folder = place / "rasters"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _words(asked: argparse.Namespace) -> LoadWords:
    return LoadWords(
        asked.source, asked.owner, asked.licence, asked.as_of, asked.complete_since, asked.coverage or "", asked.encoding,
        asked.crs, asked.inside, mapping_of(asked.mapping),
    )  # fmt: skip


def _delivery(asked: argparse.Namespace, city: City) -> Delivery:
    return delivery_of(_words(asked), city, asked.file, asked.file.name)


def _load_layer(engine: sa.Engine, asked: argparse.Namespace, city: City, lang: str) -> int:
    read = read_ordered(asked.layer, asked.file, _words(asked), city)
    tell_notes(read, lang)
    delivery = _delivery(asked, city)
    with bar(f"{asked.layer}") as tell:
        done = load_read(engine, asked.layer, read, delivery, console(), tell)
    _tell(done)
    if asked.layer in ("roads", "road_ledger"):
        tell_unplaced(ledger_issues(stored_city(engine)), lang)
    summary_line(
        {
            "layer": done.layer,
            "delivery": done.delivery_id,
            "rows": done.rows,
            "already": done.already,
            "issues": len(read.issues),
            "rejected": read.rows_expected - len(read.frame),
        }
    )
    return 1 if read.lost else 0


def _load_routes(engine: sa.Engine, asked: argparse.Namespace, city: City, pack: Pack, lang: str) -> int:
    read = read_asked(asked.file, asked, city)
    tell_notes(read, lang)
    done, answer = load_routes(engine, read, _delivery(asked, city), pack)
    rejected = int(read.rejects["row_no"].nunique()) if len(read.rejects) else 0
    outcomes = answer.rows.outcome.value_counts().to_dict() if answer else {}
    said = {"layer": "routes", "delivery": done.delivery_id, "rows": done.rows, "already": done.already}
    summary_line(said | {"rejected": rejected, "outcomes": outcomes})
    return 1 if rejected else 0


def load_routes(engine: sa.Engine, read: RoutesRead, delivery: Delivery, pack: Pack) -> tuple[Loaded, Review | None]:
    """Store routes and judge them at the moment of entry; nothing is judged again where the same file was there already."""
    with bar("装入 loading") as tell:
        done = load_layer(engine, "routes", read.frame, delivery, tell, read.spans, actor=console())
    _tell(done)
    if done.already:
        return done, None
    return done, judge_stored(engine, pack, done.delivery_id, lost=read.rejects)


def judge_stored(
    engine: sa.Engine, pack: Pack, delivery_id: str | None = None, on: date | None = None, lost: pd.DataFrame | None = None
) -> Review:
    """Judge stored routes (of one delivery, or all) against the stored city and keep the verdicts. ``lost``: rows of the
    delivery that could not be read."""
    day = on or today()
    routes, spans = routes_to_judge(engine, delivery_id=delivery_id)
    history = past(engine, routes, pack, day)
    with bar("判定 judging") as tell:
        answer = review(routes, stored_city(engine), pack, day, spans=spans, history=history, lost=lost, progress=tell)
        rows = answer.rows
    with bar("存证 keeping") as tell:

        def told(objects: Any) -> Any:
            for i in range(len(rows)):
                tell(i + 1, len(rows))
                yield objects(i)

        kept = replace(answer, matches=None)  # others come and go: who digs there too is asked anew each time
        save_verdicts(engine, routes["id"].tolist(), rows, told(kept.verdict), (kept.pieces(i) for i in range(len(rows))))
    return answer


def _tell(done: Loaded) -> None:
    what = "已有，未重复装入 / already there" if done.already else f"{done.rows} 行 rows"
    say(f"✓ {done.layer:14s} {what}")

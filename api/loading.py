"""Loading a layer as people order it, from the command line or from the page: one way in, so that the rows are the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_
from datetime import date
from pathlib import Path
from typing import Any

import shapely
import sqlalchemy as sa

from api.day import today
from geo.city import City
from geo.errors import BadInput
from layers.copying import Progress
from layers.deliveries import Delivery, Loaded, file_sha256, load_layer
from layers.people.audit import Actor
from layers.readers import LayerRead, Limits, read_layer

# Layers that say who digs where, and on which roads.
MATCHED = ("routes", "events", "roads")


@dataclass(frozen=True)
class LoadWords:
    """What is said of a file that is to be loaded. ``coverage``: "" (not stated), ``bounds`` (the whole city), or the path of
    a file of areas."""

    source: str = ""
    owner: str = ""
    licence: str = ""
    as_of: date | None = None
    complete_since: date | None = None
    coverage: str | Path = ""
    encoding: str | None = None
    crs: str | None = None
    inside: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)


def read_ordered(layer: str, file: Path, words: LoadWords, city: City, limits: Limits | None = None) -> LayerRead:
    """The rows of a file as they would be loaded. Raises what :func:`layers.readers.read_layer` raises."""
    return read_layer(
        layer, file, work_crs=city.work_crs, bounds=city.bounds, encoding=words.encoding, crs=words.crs,
        layer=words.inside, mapping=dict(words.mapping), limits=limits,
    )  # fmt: skip


def delivery_of(words: LoadWords, city: City, file: Path, shown: str) -> Delivery:
    """The delivery that these words make of a file. Raises BadInput for a day that is still to come."""
    for option, day in (("--as-of", words.as_of), ("--complete-since", words.complete_since)):
        if day is not None and day > today():
            raise BadInput(why_zh=f"{option} {day} 尚未到来：记录不能晚于今天", why_en=f"{option} {day} is still to come")
    area: Any = None
    if words.coverage == "bounds":
        area = city.bounds_polygon
    elif words.coverage:
        zone = read_layer("districts", words.coverage, work_crs=city.work_crs, bounds=city.bounds).frame
        area = shapely.union_all(zone.geometry.to_numpy())
    return Delivery(
        words.source, words.owner, words.licence, words.as_of, words.complete_since, area, words.owner or words.source,
        None, file_sha256(file), shown,
    )  # fmt: skip


def load_read(
    engine: sa.Engine, layer: str, read: LayerRead, delivery: Delivery, actor: Actor, tell: Progress | None = None
) -> Loaded:
    """What was read, into the database, whole or not at all. Raises what :func:`layers.deliveries.load_layer` raises."""
    whole = with_(delivery, rows_expected=len(read.frame) + read.lost)
    return load_layer(engine, layer, read.frame, whole, tell, actor=actor)

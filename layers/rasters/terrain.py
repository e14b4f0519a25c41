"""Heights of the ground along a line, with the deliveries that they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from geo.crs import Floats
from geo.errors import NotFound
from geo.terrain import Stations, stations
from layers.models import DeliveryRow, RasterRow
from layers.rasters.tiles import profile


@dataclass(frozen=True)
class Sheet:
    """One height model: ``delivery`` is its number, ``points`` how many points of the line it answers for."""

    delivery: int
    source: str
    owner: str
    as_of: date | None
    resolution_m: float
    points: int


@dataclass(frozen=True)
class Ground:
    """The ground along a line. ``heights_m``: shape (n,), NaN where no sheet knows one; ``sheets``: those that answered."""

    there: Stations
    heights_m: Floats
    sheets: list[Sheet]


def ground_along(engine: sa.Engine, line: BaseGeometry, bounds: tuple[float, float, float, float]) -> Ground:
    """Heights along ``line`` (work CRS), newest sheet first, at steps no finer than the coarsest sheet whose box it touches.

    ``bounds``: of the line, west, south, east, north in degrees.
    Raises NotFound for a city without terrain. Vertical datum: as delivered.
    """
    found = sa.select(
        *(RasterRow.delivery_id, RasterRow.path, RasterRow.bounds, RasterRow.resolution_m),
        *(DeliveryRow.source, DeliveryRow.owner, DeliveryRow.as_of),
    ).join(DeliveryRow, RasterRow.delivery_id == DeliveryRow.id)
    found = found.where(RasterRow.layer == "terrain", DeliveryRow.state != "replaced")
    with engine.connect() as connection:
        rows = connection.execute(found.order_by(DeliveryRow.as_of.desc().nulls_last(), DeliveryRow.id.desc())).all()
    if not rows:
        raise NotFound(what_zh="地形", what_en="terrain", id="terrain")
    near = [row for row in rows if _meet(row.bounds, bounds)]
    there = stations(line, max(row.resolution_m for row in near or rows))
    heights, sheets = np.full(len(there.at_m), np.nan), []
    for row in near:
        open_points = np.isnan(heights)
        if not open_points.any():
            break
        heights[open_points] = profile(Path(row.path), there.xy[open_points])
        answered = int((open_points & np.isfinite(heights)).sum())
        if answered:
            sheets.append(Sheet(row.delivery_id, row.source, row.owner, row.as_of, row.resolution_m, answered))
    return Ground(there, heights, sheets)


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    """Do two boxes (west, south, east, north) touch?"""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]

"""Existing pipes beside lines, as the map to carry away holds them: short, and only those that somebody said may be in it."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from api.report.ground import encoded
from api.wire import plain
from geo.crs import to_degrees

NEAR_M = 150.0
MOST = 6_000
_COLUMNS = ("pipe_id", "utility", "kind", "diameter_mm", "depth_m", "material", "voltage_kv", "pressure_mpa", "state", "owner")


def pipes_near(frame: gpd.GeoDataFrame, lines: Any, work_crs: str) -> dict[str, Any]:
    """``{near_m, total, pipes: [{pipe_id, utility, …, parts}]}``: pipes within :data:`NEAR_M` of ``lines`` (array of shapes),
    the nearest :data:`MOST` of them. Both in ``work_crs``; ``parts`` as :func:`api.report.ground.encoded` has them, scale 1e7.
    """
    shapes = np.asarray(frame.geometry.array, dtype=object)
    there = shapely.union_all(lines)
    metres = shapely.distance(shapes, there)
    near = np.flatnonzero(metres <= NEAR_M)
    chosen = near[np.argsort(metres[near], kind="stable")][:MOST]
    degrees = to_degrees(shapely.force_2d(shapes[chosen]), work_crs)
    rows = frame.iloc[chosen][[name for name in _COLUMNS if name in frame]].to_dict("records")
    pipes = [_short(one) | {"parts": encoded(degrees[at : at + 1], 1e7)} for at, one in enumerate(rows)]
    return {"near_m": NEAR_M, "total": len(near), "pipes": pipes}


def _short(row: dict[Any, Any]) -> dict[str, Any]:
    known = {str(name): plain(value) for name, value in row.items()}
    return {name: value for name, value in known.items() if value is not None and value == value and value != ""}

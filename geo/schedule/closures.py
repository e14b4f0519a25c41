"""Days on which no work may be open somewhere: closures, festivals and moratoria of the city, by the works that they touch.

One that is drawn as an outline touches the works whose footprint it meets. One that is drawn as a line means the road
along that line, in all its width: it touches the works that run along the same stretch of road, or cross it.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.colocation.match import match
from geo.colocation.placing import Placed, place_works
from geo.colocation.works import works_of_events
from geo.columns import days, words
from geo.ground import Ground
from geo.law.coordination import Coordination

KINDS = ("closure", "festival", "moratorium")
COLUMNS = ("work", "start", "end", "name", "kind")
# No road is wider: two works along one road are beside each other, whatever the distance that makes them a match.
ANY_WIDTH_M = 1000.0


def closures(placed: Placed, events: gpd.GeoDataFrame, ground: Ground, settings: Coordination) -> pd.DataFrame:
    """One row for each event of :data:`KINDS` and each work that it touches: ``work`` (position), ``start`` and ``end`` (both
    included; NaT where the event does not say), ``name`` (its number where it has none), ``kind``.

    ``events``: the layer's columns, work CRS.
    """
    some = events[np.isin(words(events, "kind").astype(str), KINDS)].reset_index(drop=True)
    shapes: npt.NDArray[Any] = np.asarray(some.geometry.array, dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    area = np.isin(shapely.get_type_id(shapes), (3, 6)) & there
    event = [*_met(placed, shapes, np.flatnonzero(area)), *_along(placed, some, np.flatnonzero(there & ~area), ground, settings)]
    pairs = np.unique(np.array(event, dtype=np.int64).reshape(-1, 2), axis=0)
    name, number = words(some, "name"), words(some, "event_id")
    told = np.where([one is None for one in name], number, name) if len(some) else name
    return pd.DataFrame({
        "work": pairs[:, 1], "start": days(some, "start")[pairs[:, 0]], "end": days(some, "end")[pairs[:, 0]],
        "name": told[pairs[:, 0]], "kind": words(some, "kind")[pairs[:, 0]],
    })  # fmt: skip


def _met(placed: Placed, shapes: npt.NDArray[Any], rows: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """(event, work) of outlines: the footprint of the work comes to the outline."""
    if not len(rows):
        return []
    area, work = placed.tree.query(shapes[rows])
    close = shapely.dwithin(shapes[rows][area], placed.shapes[work], placed.half_m[work])
    return list(zip(rows[area[close]].tolist(), work[close].tolist(), strict=True))


def _along(
    placed: Placed, events: gpd.GeoDataFrame, rows: npt.NDArray[np.intp], ground: Ground, settings: Coordination
) -> list[tuple[int, int]]:
    """(event, work) of lines: a match of any length, or a crossing."""
    if not len(rows):
        return []
    closed = works_of_events(events.iloc[rows].assign(kind="road_project"))
    whole = settings.model_copy(update={"distance_m": ANY_WIDTH_M})
    found = match(placed, whole, place_works(closed, ground, placed.network, settings), min_shared_m=0).rows
    first, second = found["a"].to_numpy(dtype=np.int64), found["b"].to_numpy(dtype=np.int64)
    work, event = np.minimum(first, second), np.maximum(first, second) - placed.n
    return list(zip(rows[event].tolist(), work.tolist(), strict=True))

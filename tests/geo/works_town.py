"""Works on a small town of three roads, for tests of matching: Long Street in two segments, Cross Street, and open ground.

Work CRS, metres from a corner. Long Street runs along y=0 from x=0 to x=400 (segment L1) and on to x=800 (L2, turning 10°
to the left); Cross Street (X1) runs along x=200 from y=-300 to y=300. All are 30 m wide.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.city import City, Layer
from geo.colocation.match import Matches, match
from geo.colocation.placing import Placed, network_of, place_works
from geo.colocation.works import works_of_routes
from geo.ground import prepared
from geo.law.coordination import Coordination
from tests.packs.asked import PACK
from tests.packs.places import BOUNDS, CRS, at, frame, line, route

TURN = (400.0, 0.0), (793.9, 69.5)

SETTINGS = Coordination()


@cache
def town() -> City:
    """The three roads."""
    rows = [("L1", "长街", line((0, 0), (400, 0))), ("L2", "长街", line(*TURN)), ("X1", "横街", line((200, -300), (200, 300)))]
    table = [{"road_id": i, "name": n, "class": "branch", "level": "ground", "width_m": 30.0} for i, n, _ in rows]
    roads = Layer("roads", frame("roads", table, [shape for *_, shape in rows]), shapely.box(*at(-9e3, -9e3), *at(9e3, 9e3)))
    return City("town", CRS, BOUNDS, {"roads": roads})


def work(
    name: str, shape: Any, party: str = "甲", start: str | None = "2026-12-01", end: str | None = "2026-12-20", **more: Any
) -> gpd.GeoDataFrame:
    """One work with a trench of 0.8 m."""
    given = {"kind": None, "firm": "yes", "duration_days": None, "shift_days": None, "ready": None, **more}
    return route(shape, route_id=name, applicant=party, start=start, end=end).assign(**given)


def placed(*works: gpd.GeoDataFrame) -> Placed:
    """Works on the roads of the town."""
    ground = prepared(town(), PACK)
    table = works_of_routes(gpd.GeoDataFrame(pd.concat(works, ignore_index=True), crs=CRS), PACK.data.measures)
    return place_works(table, ground, network(), SETTINGS)


@cache
def network() -> Any:
    """The roads of the town, made once."""
    return network_of(prepared(town(), PACK))


def matched(*works: gpd.GeoDataFrame, least: float | None = None, **settings: Any) -> Matches:
    """Matches among works; ``settings`` replace those of the pack."""
    return match(placed(*works), SETTINGS.model_copy(update=settings), min_shared_m=least)


def told(rows: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of the rows as tuples, None where nothing is said."""
    picked: Iterable[tuple[Any, ...]] = rows[list(columns)].itertuples(index=False, name=None)
    return [tuple(None if pd.isna(value) else value for value in row) for row in picked]

"""A town of three roads in a database, for tests of matches, plans and answers (see :mod:`tests.geo.works_town`).

``DigTown.load`` brings routes as a delivery of their own; whatever it brings again replaces what it brought before.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import sqlalchemy as sa

from api.digs.rematch import rematch
from geo.city import City
from geo.columns import frame_of
from layers.cities import create_city
from layers.deliveries import Delivery, load_layer
from layers.digs.match_store import Run
from layers.queries import city as stored_city
from tests.geo.works_town import town, work
from tests.packs.asked import PACK
from tests.packs.places import BOUNDS, CRS, at, frame, line

EVERYWHERE = shapely.box(*at(-9e3, -9e3), *at(9e3, 9e3))


@dataclass
class DigTown:
    """The town in one database."""

    engine: sa.Engine
    files: int = 0

    @staticmethod
    def new(engine: sa.Engine) -> "DigTown":
        create_city(engine, "开封", CRS, BOUNDS, synthetic=True)
        here = DigTown(engine)
        here.roads(frame_of(town().layer("roads")))
        return here

    @property
    def city(self) -> City:
        """As it is stored now."""
        return stored_city(self.engine)

    def roads(self, rows: gpd.GeoDataFrame) -> None:
        """Deliver the roads, all of them."""
        self._deliver("roads", rows, coverage=EVERYWHERE)

    def events(self, *rows: dict[str, Any]) -> None:
        """Deliver the city's plans, all of them: event_id, kind, name, start, end, geometry."""
        table = [{name: value for name, value in row.items() if name != "geometry"} for row in rows]
        self._deliver("events", frame("events", table, [row["geometry"] for row in rows]), coverage=EVERYWHERE)

    def load(self, *works: gpd.GeoDataFrame) -> None:
        """Routes as one file."""
        table = gpd.GeoDataFrame(pd.concat(works, ignore_index=True), crs=CRS)
        self._deliver("routes", table.assign(row_no=range(1, len(table) + 1)))

    def _deliver(self, layer: str, rows: Any, **more: Any) -> None:
        self.files += 1
        name = f"{self.files}.gpkg"
        said = Delivery("test", sha256=hashlib.sha256(name.encode()).hexdigest(), file_name=name, **more)
        load_layer(self.engine, layer, rows, said)

    def rematch(self, everything: bool = False) -> Run:
        """Bring the matches up to date."""
        run = rematch(self.engine, self.city, PACK, everything)
        assert run is not None
        return run

    def rows(self, query: str, **given: Any) -> list[dict[str, Any]]:
        """What the database says."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(query), given).mappings()]

    def change(self, statement: str, **given: Any) -> None:
        """What time or somebody else would do."""
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), given)

    def valid(self) -> dict[str, dict[str, Any]]:
        """The valid versions by "a b"."""
        return {f"{row['a']} {row['b']}": row for row in self.rows("SELECT * FROM matches WHERE valid_to IS NULL")}


def along(first: float, last: float, y: float = 5.0) -> shapely.LineString:
    """A line along Long Street."""
    return line((first, y), (last, y))


def loose(name: str, shape: Any, party: str, start: str, end: str, days: float = 5, **more: Any) -> gpd.GeoDataFrame:
    """A work that may move within its window."""
    return work(name, shape, party, start, end, **{"firm": "no", "duration_days": days, **more})


def parties(rows: Iterable[dict[str, Any]]) -> set[str]:
    """Who is in them."""
    return {row["party"] for row in rows}


STREETS = 40


def street(k: int) -> gpd.GeoDataFrame:
    """The roads layer of :data:`STREETS` parallel streets, 800 m long and 30 m wide, 100 m apart; ``k`` is the first."""
    rows = [
        {"road_id": f"S{i}", "name": f"{i}号街", "class": "branch", "level": "ground", "width_m": 30.0} for i in range(k, STREETS)
    ]
    return frame("roads", rows, [on_street(i, 0, 800, 0.0) for i in range(k, STREETS)])


def on_street(k: int, first: float, last: float, side: float = 5.0) -> shapely.LineString:
    """A line along street ``k``, ``side`` metres to its left."""
    return line((first, 100.0 * k + side), (last, 100.0 * k + side))

"""What the store says of pipes before anybody asks where they lie, and whose pipes a site may be told of."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pytest
import shapely
import sqlalchemy as sa

from geo.city import City
from geo.siting.mains import CLOSED, FOUND, NONE, UNKNOWN, nearest_mains
from layers.deliveries import Delivery, load_layer
from layers.features import taken
from layers.people.accounts import add_person
from layers.people.audit import CONSOLE
from layers.rights.openings import open_pipes
from layers.rights.scope import Scope
from layers.siting import lines_near, pipes_known, terrain_grid_m
from tests.layers.conftest import WORK_CRS, X0, Y0

Square = Callable[[float, float, float, float], shapely.Polygon]
OURS, THEIRS = "甲水务", "乙燃气"
SITE = shapely.Point(X0 + 500, Y0 + 500)


def laid(owner: str, utility: str, north_m: float) -> gpd.GeoDataFrame:
    line = shapely.LineString([(X0 + 100, Y0 + north_m), (X0 + 900, Y0 + north_m)])
    return gpd.GeoDataFrame({"pipe_id": [f"{owner}-1"], "owner": [owner], "utility": [utility]}, geometry=[line], crs=WORK_CRS)


@pytest.fixture
def two(engine: sa.Engine, town: City, square: Square) -> dict[str, int]:
    """Two companies, each with one pipe and a delivery that covers a square; the gas main lies 12 m from the site."""
    for owner, utility, north_m, area in ((OURS, "water", 530.0, (0, 0, 2000, 2000)), (THEIRS, "gas", 512.0, (0, 0, 560, 2000))):
        load_layer(
            engine, "pipes", laid(owner, utility, north_m), Delivery(owner=owner, coverage=square(*area), stated_by="office")
        )
    made = {}
    for k, name in enumerate((OURS, THEIRS)):
        made[name] = int(add_person(engine, CONSOLE, f"engineer-{k}", "", "utility", company=name)[0]["company_id"])
    return made


def asked(engine: sa.Engine, scope: Scope, shut: frozenset[str] = frozenset(), reach: float = 50.0) -> dict[str, Any]:
    known, _ = pipes_known(engine)
    known = {name: replace(one, closed=name in shut) for name, one in known.items()}
    return nearest_mains(SITE, taken(engine, scope, "pipes", None), known, reach, 3)


def test_a_delivery_speaks_for_the_utilities_that_it_holds(engine: sa.Engine, two: dict[str, int]) -> None:
    """The gas company's coverage ends 60 m east of the site; of heat nobody delivered anything."""
    keeper = Scope("city", "offices", keeper=True)
    known, claims = pipes_known(engine)
    assert {name for name, one in known.items() if one.delivered} == {"water", "gas"}
    assert [one.owner for one in claims["gas"]] == [THEIRS]
    found = asked(engine, keeper, reach=10.0)
    assert (found["water"].answer, found["gas"].answer, found["heat"].answer) == (NONE, NONE, UNKNOWN)
    found = asked(engine, keeper, reach=11.0 + 50)
    assert (found["gas"].answer, found["gas"].certain) == (FOUND, True)  # the data reach as far as the main that was found
    assert asked(engine, keeper, reach=100.0)["comms"].missing == ("no_layer",)


def test_a_company_is_told_nothing_of_closed_pipes_and_of_opened_ones_all(engine: sa.Engine, two: dict[str, int]) -> None:
    ours = Scope("company", "companies", two[OURS])
    found = asked(engine, ours, frozenset({"gas"}))
    assert (found["water"].answer, float(found["water"].distance_m[0])) == (FOUND, 30.0)
    assert (found["gas"].answer, len(found["gas"].row), found["gas"].xy.size) == (CLOSED, 0, 0)
    open_pipes(engine, CONSOLE, two[THEIRS], {"companies": "full"}, "同意书")
    assert [float(one) for one in asked(engine, ours)["gas"].distance_m] == [12.0]

    assert lines_near(engine, ours, (114.3, 34.75, 114.4, 34.83)).empty
    assert terrain_grid_m(engine) is None  # nobody delivered one

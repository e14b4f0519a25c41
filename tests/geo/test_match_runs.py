"""Rows as people count them: a bend of the road ends no stretch, and no metre is lost or added."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.city import City, Layer
from geo.colocation.match import match
from geo.colocation.placing import network_of, place_works
from geo.colocation.runs import whole_stretches
from geo.colocation.works import works_of_routes
from geo.ground import prepared
from tests.geo.works_town import SETTINGS, matched, told, work
from tests.packs.asked import PACK
from tests.packs.places import BOUNDS, CRS, at, frame, line


def arc(radius_m: float, y: float = 0.0) -> shapely.LineString:
    """A street that turns by 60° in steps of 2°, ``y`` to the left of its middle."""
    steps = np.radians(np.arange(0, 61, 2))
    return shapely.LineString([at((radius_m - y) * np.sin(a), radius_m - (radius_m - y) * np.cos(a)) for a in steps])


def on_arc(*works: gpd.GeoDataFrame) -> pd.DataFrame:
    """Matches on the bent street alone."""
    row = {"road_id": "L1", "name": "弯街", "class": "branch", "level": "ground", "width_m": 30.0}
    roads = Layer("roads", frame("roads", [row], [arc(300)]), shapely.box(*at(-9e3, -9e3), *at(9e3, 9e3)))
    ground = prepared(City("bend", CRS, BOUNDS, {"roads": roads}), PACK)
    table = works_of_routes(gpd.GeoDataFrame(pd.concat(works, ignore_index=True), crs=CRS), PACK.data.measures)
    return match(place_works(table, ground, network_of(ground), SETTINGS), SETTINGS, min_shared_m=0).rows


@pytest.mark.parametrize(("one", "other"), [(3.0, 5.0), (-3.0, -5.0), (4.0, -4.0), (0.0, 6.0)])
def test_a_bent_street_is_one_stretch(one: float, other: float) -> None:
    rows = on_arc(work("A", arc(300, one)), work("B", arc(300, other)))
    whole = whole_stretches(rows)
    assert told(whole, "a_id", "b_id", "road_id") == [("A", "B", "L1")]
    assert whole["shared_m"].sum() == pytest.approx(rows["shared_m"].sum(), abs=1e-6)
    assert whole["to_m"].iloc[0] - whole["from_m"].iloc[0] == pytest.approx(arc(300).length, abs=0.5)
    assert whole["gap_m"].iloc[0] == pytest.approx(abs(one - other), abs=0.05)


def test_what_is_really_broken_stays_broken() -> None:
    """B leaves the street for forty metres and comes back: two stretches."""
    away = line((20, -3), (100, -3), (120, -60), (160, -60), (180, -3), (260, -3))
    whole = whole_stretches(matched(work("A", line((0, 3), (300, 3))), work("B", away)).rows)
    assert len(whole) == 2 and whole["to_m"].iloc[0] < 130 < whole["from_m"].iloc[1]


def test_a_corner_adds_its_metres_to_the_stretch_beside_it() -> None:
    """The only way in which a stretch shares more than it reaches: by less than a tenth of a metre for each corner."""
    row = matched(work("A", line((0, 3), (200, 3))), work("B", line((0, -3), (200, -3)))).rows
    corner = row.assign(road_id=None, road_name=None, from_m=np.nan, to_m=np.nan, shared_m=0.04, a_from_m=200.0, a_to_m=200.04)
    whole = whole_stretches(pd.concat([row, corner], ignore_index=True))
    assert told(whole, "from_m", "to_m", "shared_m") == [(0.0, 200.0, 200.04)]


def test_crossings_stay_behind_and_an_empty_table_stays_empty() -> None:
    rows = matched(work("A", line((0, 3), (300, 3))), work("B", line((120, -50), (120, 50)))).rows
    pd.testing.assert_frame_equal(whole_stretches(rows), rows)
    assert whole_stretches(rows.iloc[:0]).empty


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(-14, 14), st.integers(0, 30), st.integers(5, 30)), min_size=2, max_size=5))
def test_nothing_is_lost_and_no_pair_is_new(lines: list[tuple[int, int, int]]) -> None:
    """``lines``: metres beside the middle, first and last vertex on the bent street."""
    works = []
    for k, (beside_m, first, many) in enumerate(lines):
        xy = shapely.get_coordinates(arc(300, float(beside_m)))[first : first + many]
        if len(xy) > 1:
            works.append(work(f"W{k}", shapely.LineString(xy)))
    if len(works) < 2:
        return
    rows = on_arc(*works)
    whole = whole_stretches(rows)
    shared = whole[whole["kind"] == "shared"]

    def by_pair(table: pd.DataFrame) -> Any:
        return table.groupby("match_id")["shared_m"].sum().round(3).to_dict()

    assert by_pair(whole) == pytest.approx(by_pair(rows), abs=2e-3)
    assert len(whole) <= len(rows) and (shared["a_to_m"] > shared["a_from_m"]).all()
    chains = shared[shared["road_id"].notna()].groupby(["match_id", "chain"]).size()
    assert (chains == 1).all()  # one street without a break

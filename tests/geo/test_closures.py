"""Closures, festivals and moratoria: which works they touch, drawn as an outline or as a line."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.colocation.placing import network_of, place_works
from geo.colocation.works import works_of_routes
from geo.ground import prepared
from geo.schedule.closures import closures
from tests.geo.works_town import SETTINGS, town, work
from tests.packs.asked import PACK
from tests.packs.places import CRS, box, frame, line


def event(shape: Any, kind: str = "closure", **more: Any) -> dict[str, Any]:
    """One event with its shape."""
    return {"event_id": "E1", "name": "封闭", "kind": kind, "start": "2026-12-05", "end": "2026-12-20", "shape": shape, **more}


def touched(events: list[dict[str, Any]], *works: gpd.GeoDataFrame) -> pd.DataFrame:
    """The closures of works in the small town."""
    layer = frame("events", events, [one["shape"] for one in events])
    ground = prepared(replace(town()), PACK)
    table = works_of_routes(gpd.GeoDataFrame(pd.concat(works, ignore_index=True), crs=CRS), PACK.data.measures)
    return closures(place_works(table, ground, network_of(ground), SETTINGS), layer, ground, SETTINGS)


NEAR, FAR = work("A", line((0, 5), (100, 5))), work("B", line((0, 60), (100, 60)))


def test_an_outline_touches_the_works_in_it() -> None:
    found = touched([event(box(40, 0, 60, 20))], NEAR, FAR)
    assert found.astype(str).to_dict("records") == [
        {"work": "0", "start": "2026-12-05", "end": "2026-12-20", "name": "封闭", "kind": "closure"}
    ]


@pytest.mark.parametrize(("edge_m", "n"), [(5.39, 1), (5.41, 0)])
def test_the_trench_counts_and_not_the_axis_alone(edge_m: float, n: int) -> None:
    assert len(touched([event(box(40, edge_m, 60, 20))], NEAR)) == n  # a trench of 0.8 m


@pytest.mark.parametrize("beside_m", [0.0, 5.0, -14.0])
def test_a_line_closes_the_road_in_all_its_width(beside_m: float) -> None:
    """Drawn along the middle it touches a work at the edge, further from it than a match may be."""
    along = event(line((50, beside_m), (90, beside_m)))
    assert touched([along], work("A", line((0, 14), (100, 14))))["work"].tolist() == [0]
    assert touched([along], work("A", line((120, 14), (190, 14)))).empty  # the same road, further on
    assert touched([along], FAR).empty


def test_a_line_touches_what_crosses_it() -> None:
    assert touched([event(line((50, 0), (90, 0)))], work("A", line((70, -40), (70, 40))))["work"].tolist() == [0]


def test_only_what_closes_is_a_closure_and_a_blank_day_stays_blank() -> None:
    shape = box(40, 0, 60, 20)
    some = [event(shape, kind) for kind in ("paving", "works", "road_project", "festival", "moratorium")]
    found = touched([*some, event(shape, end=None, name=None, event_id="E9")], NEAR)
    assert sorted(found["kind"]) == ["closure", "festival", "moratorium"]
    bare = found[found["kind"] == "closure"].iloc[0]
    assert bare["name"] == "E9" and pd.isna(bare["end"])


def test_no_events_and_no_works() -> None:
    assert touched([], NEAR).empty
    nowhere = event(shapely.Polygon())
    assert touched([nowhere], NEAR).empty and list(touched([nowhere], NEAR).columns) == ["work", "start", "end", "name", "kind"]
    assert np.issubdtype(touched([event(box(0, 0, 10, 10))], NEAR)["start"].dtype, np.datetime64)

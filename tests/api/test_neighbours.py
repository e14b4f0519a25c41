"""A verdict names who else digs there: lines of its own file first, then those that stand, then what the city plans."""

import copy
from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import httpx
import pandas as pd
import pytest

import api.digs.neighbours
from api.digs.neighbours import Neighbours, StandingWorks, neighbours, scene
from api.review import review
from geo.city import City, Layer
from tests.geo.works_town import town, work
from tests.packs.asked import PACK
from tests.packs.places import CRS, frame, line

ON = date(2026, 11, 22)


def file_of(*some: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Works as one file."""
    return gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=CRS).assign(row_no=range(1, len(some) + 1))


def street(name: str, y: float, party: str = "甲", **more: Any) -> gpd.GeoDataFrame:
    """A line along Long Street."""
    return work(name, line((20, y), (180, y)), party, **more)


@pytest.fixture(scope="module")
def paved() -> City:
    """The small town, where Long Street is to be paved in March."""
    event = {"event_id": "P1", "name": "长街罩面", "kind": "paving", "start": "2027-03-01", "end": "2027-03-20"}
    return replace(
        town(), layers={**town().layers, "events": Layer("events", frame("events", [event], [line((0, 0), (300, 0))]))}
    )


def test_the_verdict_names_its_matches(paved: City) -> None:
    three = file_of(street("A", 3), street("B", 5, "乙", utility="gas"), work("C", line((0, 200), (99, 200))))
    found = review(three, paved, PACK, ON)
    first, second = found.verdict(0)["matches"]
    assert (first["with"], first["party"], first["of"], first["kind"], first["shared_m"]) == ("B", "乙", "file", "shared", 160.0)
    assert (first["road_name"], first["days_in_common"], first["status"], first["note"]) == ("长街", 20, "together", None)
    assert first["stretches"][0] == {
        "from_m": 0.0, "to_m": 160.0, "road_id": "L1", "road_name": "长街", "road_from_m": 20.0, "road_to_m": 180.0,
        "side": "left", "side_with": "left", "gap_m": 2.0,
    }  # fmt: skip
    assert (second["with"], second["with_kind"], second["of"]) == ("event-P1", "paving", "city")
    assert second["note"]["code"] == "before_paving" and "2027-03-01" in second["note"]["zh"]
    mirrored = found.verdict(1)["matches"][0]
    assert (mirrored["with"], mirrored["match_id"]) == ("A", first["match_id"])  # the same record from either side
    assert found.verdict(2)["matches"] == []


def test_nobody_looked_is_not_nobody_there(paved: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than are matched unasked, or a pack without settings: null, and never an empty list."""
    some = file_of(street("A", 3), street("B", 5))
    without = replace(PACK, data=PACK.data.model_copy(update={"coordination": None}))
    assert review(some, town(), without, ON).verdict(0)["matches"] is None
    monkeypatch.setattr(api.digs.neighbours, "UNASKED_ROWS", 1)
    assert review(some, paved, PACK, ON).verdict(0)["matches"] is None


def stands(*some: gpd.GeoDataFrame) -> StandingWorks:
    """Works that stand in the town."""
    return StandingWorks.of(file_of(*some), scene(town(), PACK))


def test_a_new_line_meets_those_that_stand() -> None:
    there = stands(street("A", 3), street("B", 5), work("C", line((0, 200), (99, 200))))
    found = neighbours(file_of(street("N", 7)), town(), PACK, lambda: there)
    assert found is not None
    assert {(one["with"], one["of"]) for one in found(0)} == {("A", "store"), ("B", "store")}


def test_the_same_line_looked_at_again_does_not_meet_itself() -> None:
    there = stands(street("A", 3, project="一期"), street("B", 5))
    again = Neighbours(file_of(street("A", 3.5, project="一期")), town(), PACK, lambda: there)
    assert [one["with"] for one in again(0)] == ["B"]
    other = Neighbours(file_of(street("A", 3.5, project="二期")), town(), PACK, lambda: there)
    assert sorted(one["with"] for one in other(0)) == ["A", "B"]  # another line that bears its number


def test_rows_without_a_number_are_lines_of_their_own() -> None:
    """What is called by its row has no number: the first row of a new file is not the first row of an old one."""
    there = stands(street("#1", 3))
    assert [one["with"] for one in Neighbours(file_of(street("#1", 5)), town(), PACK, lambda: there)(0)] == ["#1"]


def test_standing_works_are_brought_only_when_somebody_looks() -> None:
    def never() -> StandingWorks:
        raise AssertionError

    found = review(file_of(street("A", 3)), town(), PACK, ON, standing=never)
    assert len(found.rows) == 1
    with pytest.raises(AssertionError):
        found.verdict(0)


# ── over HTTP, against the store ─────────────────────────────────────────────────────────────────────────────────────


def shared(matches: list[dict[str, Any]]) -> set[tuple[str, str, float]]:
    return {(one["with"], one["match_id"], one["shared_m"]) for one in matches if one["kind"] == "shared"}


def test_a_drawn_line_is_told_who_digs_there(client: httpx.Client, routes: list[dict[str, Any]]) -> None:
    stored = client.get(f"/api/routes/{routes[0]['id']}").json()
    here = stored["verdict"]["matches"]
    assert {one["of"] for one in here} <= {"store", "city"} and shared(here)
    body = {name: copy.deepcopy(stored["route"][name]) for name in ("type", "geometry", "properties")}
    drawn = client.post("/api/review", json=body, params={"on": "2026-11-22"}).json()["verdict"]["matches"]
    assert {(a, b) for a, b, _ in shared(drawn)} == {(a, b) for a, b, _ in shared(here)}
    body["properties"] |= {"route_id": "新线", "project": "另一项目"}  # now it is another line, beside the stored one
    other = client.post("/api/review", json=body, params={"on": "2026-11-22"}).json()["verdict"]["matches"]
    assert {one["with"] for one in other} == {one["with"] for one in here} | {stored["route"]["properties"]["route_id"]}

"""The tables of a matching: works have one name everywhere, what is not known is not said, and what is over is told."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from api.digs.files import summary, write_matches
from api.digs.objects import Digs
from api.digs.report_data import pairs_block, works_shown
from api.digs.table import match_table, unjoined_table
from api.matching import Matching, match_works
from geo.city import City
from tests.geo.works_town import town, work
from tests.packs.asked import PACK
from tests.packs.places import CRS, line

ON = date(2026, 11, 22)
LOOSE = {"firm": None, "shift_days": 15.0, "duration_days": 6.0, "end": "2027-01-15"}


def made(*works: gpd.GeoDataFrame, city: City | None = None, on: date = ON, **more: Any) -> Matching:
    """These works matched and planned, on the roads of the town unless told."""
    table = gpd.GeoDataFrame(pd.concat(works, ignore_index=True), crs=CRS).assign(row_no=range(1, len(works) + 1))
    return match_works(table, city or town(), PACK, on=on, plan=True, **more)


def beside(name: str, y: float, **more: Any) -> gpd.GeoDataFrame:
    return work(name, line((20, y), (180, y)), f"单位{y:g}", **more)


@pytest.fixture(scope="module")
def repeated() -> Matching:
    """One number in three rows of the file: two of them are one dig, the third comes too late."""
    return made(beside("W", 3, **LOOSE), beside("W", 5, **LOOSE), beside("W", 7, start="2027-06-01", end="2027-06-20"))


def test_all_tables_call_a_work_alike(repeated: Matching, tmp_path: Path) -> None:
    place = write_matches(repeated, tmp_path / "o.gpkg")
    read = {name: gpd.read_file(place, layer=name) for name in ("matches", "digs", "members", "shares", "unjoined")}
    called = {"W#1", "W#2", "W#3"}
    rows = read["matches"]
    assert {*rows["a"], *rows["b"]} == called and (rows["a"] != rows["b"]).all()
    assert set(rows["route_a"]) | set(rows["route_b"]) == set(read["members"]["route_id"]) == {"W"}
    assert set(read["members"]["work"]) == called
    assert {*read["unjoined"]["a"], *read["unjoined"]["b"]} <= called
    assert set(read["digs"]["works"].iloc[0].split(";")) == set(";".join(read["shares"]["works"]).split(";")) == {"W#1", "W#2"}
    assert read["digs"]["lead"].isin(["W#1", "W#2"]).all()
    joined = rows.merge(read["members"], left_on="a", right_on="work")
    assert (joined["row_a"] == joined["row_no"]).all() and len(joined) == len(rows)


def test_what_the_city_plans_has_no_number_of_a_file(repeated: Matching) -> None:
    given = repeated.works.assign(route_id=[None, *repeated.works["route_id"][1:]])
    table = match_table(replace(repeated, works=given))
    assert table.loc[table["a"] == "W#1", "route_a"].isna().all()


FIELDS = [work(name, line((420, y), (520, y)), name, **LOOSE) for name, y in (("A", -200), ("B", -202))]
STREET = [beside("A", 3, **LOOSE), beside("B", 5, **LOOSE)]


@pytest.mark.parametrize(
    ("works", "city", "off", "place"),
    [
        (FIELDS, town(), True, "路外"),
        (FIELDS, replace(town(), layers={}), None, "道路不明"),
        (STREET, replace(town(), layers={}), None, "道路不明"),
        (FIELDS, replace(town(), layers={"roads": replace(town().layers["roads"], coverage=None)}), None, "道路不明"),
        (STREET, town(), False, None),
    ],
    ids=["fields", "no road layer", "a street without a layer", "no coverage", "street"],
)
def test_a_road_that_is_not_known_is_not_off_the_road(works: Any, city: City, off: bool | None, place: str | None) -> None:
    found = made(*works, city=city)
    (said,) = match_table(found)["off_road"].astype(object).where(lambda some: some.notna(), None)
    assert said is off
    (pair,) = pairs_block(found, Digs(found), works_shown(found))
    assert pair["place"] == pair["stretches"][0]["place"] and (pair["place"] and pair["place"]["zh"]) == place


def test_a_road_without_a_name_is_a_road() -> None:
    roads = town().layers["roads"]
    found = made(*STREET, city=replace(town(), layers={"roads": replace(roads, frame=roads.frame.assign(name=None))}))
    (pair,) = pairs_block(found, Digs(found), works_shown(found))
    assert pair["road"] is None and pair["place"] == {"zh": "无路名道路 L1", "en": "road L1 without a name"}


def test_what_lies_in_the_past_is_told() -> None:
    permits = [beside(name, y, kind="permit", start="2026-01-05", end="2026-02-20") for name, y in (("A", 3), ("B", 5))]
    found = made(*permits)
    said = summary(found, None, 0.0)
    assert (said["digs"], said["unjoined"], said["over"]) == (0, 1, 1)
    (row,) = unjoined_table(found).to_dict("records")
    assert (row["a"], row["b"], row["binding"], row["change"]) == ("A", "B", "over", None)
    assert row["reason"] == "A 已于 2026-02-20 完工，早于排期日，无可再排"
    assert summary(made(*permits, on=date(2026, 1, 1)), None, 0.0)["over"] == 0


def test_what_would_help_names_the_leeway() -> None:
    """The window would begin on one day, and the work may be open some days before it."""
    found = made(beside("A", 3, **LOOSE), beside("B", 5, **LOOSE | {"start": "2027-05-10", "end": "2027-05-28"}))
    row = unjoined_table(found).iloc[0]
    assert row["confirmed"] and "可早 15 天" in row["change"] and "up to 15 days before it" in row["change_en"]
    raw = found.plan.unjoined.iloc[0] if found.plan else pd.Series()
    assert raw["change_day"] - pd.Timedelta(days=15) <= raw["opens"]


def test_a_crossing_says_how_far_the_two_run_together() -> None:
    bent = work("B", line((60, 60), (60, 3), (72, 3)), "乙")
    found = made(beside("A", 3), bent)
    (row,) = match_table(found).to_dict("records")
    assert (row["kind"], row["short_m"]) == ("crossing", 12.0) and pd.isna(row["shared_m"])

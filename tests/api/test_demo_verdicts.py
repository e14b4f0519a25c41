"""The three hundred lines of the demo city meet every rule of the pack, in every answer that the rule can have."""

from datetime import date
from pathlib import Path

import pytest

from api.review import Review, review
from layers.city_folder import read_city
from layers.packs.read import read_packs
from layers.readers import read_routes

PACK = read_packs(Path(__file__).parents[2] / "data" / "packs")["kaifeng-2022-6"]


@pytest.fixture(scope="module")
def judged(demo_folder: Path) -> Review:
    """All demo lines, judged."""
    city = read_city(demo_folder)
    read = read_routes(demo_folder / "routes.shp", work_crs=city.work_crs, bounds=city.bounds)
    assert len(read.frame) == 300
    assert read.rejects.empty
    return review(read.frame, city, PACK, date(2026, 11, 22), spans=read.spans)


@pytest.mark.parametrize("rule", list(PACK.rules))
def test_every_rule_is_met_in_every_answer(judged: Review, rule: str) -> None:
    answers = {judged.verdicts.answer(rule, i) for i in range(300)}
    assert answers == {"yes", "no", "unknown"}


def test_every_outcome_condition_and_certainty_occurs(judged: Review) -> None:
    rows = judged.rows
    assert set(rows.outcome) == set(PACK.outcomes)
    assert {c for some in rows.conditions for c in some} == {c.id for c in PACK.data.conditions}
    assert set(rows.certainty) == {"text", "reading", "data-missing"}
    assert rows.immediate.any()
    assert {p for some in rows.owed for p in some} >= {
        "road_excavation",
        "green_occupation",
        "tree_report",
        "highway_land",
        "heritage",
    }
    assert {p for some in rows.waived for p in some} == {"road_excavation", "road_occupation"}


def test_nothing_immediate_owes_anything(judged: Review) -> None:
    rows = judged.rows[judged.rows.immediate]
    assert (rows.outcome == "exempt").all()
    assert (rows.certainty == "text").all()
    assert not rows.conditions.map(len).any()
    assert not rows.owed.map(len).any()

"""Lines on a small city: what its records prove by what they say, and by what they do not."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from api.review import review
from geo.city import OPERATOR, City, Layer
from geo.road_space import match_ids
from layers.ledger_rows import ledger_issues
from tests.packs import places
from tests.packs.asked import GROUND, PACK, answer
from tests.packs.places import box, city, frame, line, route

DATELESS = line((0, 1000), (100, 1000))  # along N2, a branch that states no date
A_WHOLE_ROAD: dict[str, Any] = {"road_id": "N2", "kind": "new", "finished": "2010-01-01"}


def recorded(*rows: dict[str, Any], since: date | None = None, as_of: date | None = date(2026, 10, 1)) -> City:
    """The small city with a ledger of these rows."""
    layer = replace(GROUND.layer("road_ledger"), frame=frame("road_ledger", list(rows), None), complete_since=since, as_of=as_of)
    return city(road_ledger=layer)


def lock(ground: City, shape: Any = DATELESS, rule: str = "lock-new", **values: Any) -> str:
    answered: str = answer(route(shape, **values), ground).verdicts.answer(rule, 0)
    return answered


# ── how old a silence is ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("as_of", "told"), [("2025-11-21", "no"), ("2025-11-20", "unknown"), (None, "unknown")])
def test_a_ledger_proves_nothing_of_what_came_after_it(as_of: str | None, told: str) -> None:
    day = None if as_of is None else date.fromisoformat(as_of)
    assert lock(recorded(since=date(2015, 1, 1), as_of=day)) == told


def test_old_records_say_so() -> None:
    found = answer(route(DATELESS), recorded(since=date(2015, 1, 1), as_of=date(2020, 1, 1)))
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "lock-new")
    assert found.verdicts.outcome(0) == "undetermined"
    assert "截止日过早" in str(finding["missing"])


def test_a_date_on_an_old_record_does_not_free_a_road_that_may_have_been_rebuilt() -> None:
    old = replace(GROUND.layer("roads"), as_of=date(2019, 1, 1))
    assert lock(GROUND, line((0, 0), (100, 0))) == "no"
    assert lock(city(roads=old), line((0, 0), (100, 0))) == "unknown"
    assert lock(city(roads=old), line((0, 0), (100, 0)), "lock-overhaul") == "unknown"
    ledger = replace(GROUND.layer("road_ledger"), complete_since=date(2015, 1, 1))
    assert lock(city(roads=old, road_ledger=ledger), line((0, 0), (100, 0))) == "no"


def test_a_column_that_was_never_delivered_is_not_an_empty_one() -> None:
    along = line((0, 0), (100, 0))
    assert lock(GROUND, along, "lock-overhaul") == "no"
    assert lock(city(roads=places.roads().drop(columns="overhauled")), along, "lock-overhaul") == "unknown"


# ── rows that find no place ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("written", ["N2 ", "n2", "Ｎ２"])
def test_an_id_written_another_way_is_the_same_road(written: str) -> None:
    row = {**A_WHOLE_ROAD, "road_id": written, "finished": "2024-05-01"}
    assert lock(recorded(row, since=date(2015, 1, 1))) == "yes"


def test_ids_as_two_tables_write_them() -> None:
    known = np.array(["1", "2", "a1", "A1", None], dtype=object)
    asked = np.array(["1.0", "２", "A1", "ａ1", None, "", "9"], dtype=object)
    assert match_ids(asked, known).tolist() == [0, 1, 3, -1, -1, -1, -1]


@pytest.mark.parametrize(
    ("finished", "told"), [("2024-05-01", "unknown"), (None, "unknown"), ("2021-11-30", "no"), ("2021-12-01", "unknown")]
)
def test_a_row_that_names_no_road_may_be_of_any(finished: str | None, told: str) -> None:
    stray = {"road_id": "N9", "kind": "new", "finished": finished}
    assert lock(recorded(stray, since=date(2015, 1, 1))) == told


def test_a_stray_patch_locks_nothing() -> None:
    assert lock(recorded({"road_id": "N9", "kind": "patch", "finished": "2024-05-01"}, since=date(2015, 1, 1))) == "no"


def test_a_stretch_that_the_road_does_not_have_may_be_the_whole_road() -> None:
    for start, stop in ((2000, 2100), (300, 200)):
        row = {**A_WHOLE_ROAD, "finished": "2024-05-01", "from_m": start, "to_m": stop}
        assert lock(recorded(row, since=date(2015, 1, 1))) == "unknown"


# ── roads surveyed in part ───────────────────────────────────────────────────────────────────────────────────────────


def surveyed(*rows: tuple[str | None, Any]) -> City:
    table = [{"road_id": "A1", "part": part} for part, _ in rows]
    return city(road_surfaces=frame("road_surfaces", table, [shape for _, shape in rows]))


@pytest.mark.parametrize(("x", "y", "met"), [(984, 900, "yes"), (984, 0, "no"), (992, 0, "yes"), (979, 900, "no")])
def test_a_road_surveyed_in_part_keeps_its_width_elsewhere(x: float, y: float, met: str) -> None:
    """A1 is 40 m wide about x=1000; the survey drew 20 m of it, as far as y=500."""
    ground = surveyed((None, box(990, -400, 1010, 500)))
    assert answer(route(line((x, y), (x, y + 100))), ground).verdicts.answer("arterial-road", 0) == met


@pytest.mark.parametrize(
    ("parts", "met"),
    [("c", "yes"), ("cl", "yes"), ("clr", "no"), ("?", "no"), ("c?", "yes"), ("?lr", "no")],
)
def test_a_survey_of_carriageways_does_not_end_the_road_at_the_kerb(parts: str, met: str) -> None:
    """c: the carriageway; l, r: the footway on the left, on the right; ?: a polygon whose part is blank."""
    shapes = {
        "c": ("carriageway", box(990, -400, 1010, 1200)), "?": (None, box(990, -400, 1010, 1200)),
        "l": ("footway", box(986, -400, 990, 1200)), "r": ("footway", box(1010, -400, 1014, 1200)),
    }  # fmt: skip
    ground = surveyed(*(shapes[part] for part in parts))
    assert answer(route(line((984, 0), (984, 100))), ground).verdicts.answer("arterial-road", 0) == met


@pytest.mark.parametrize(("y", "met"), [(0, "no"), (500, "yes")])
def test_footways_end_the_road_only_where_they_are(y: float, met: str) -> None:
    """The carriageway of A1 is drawn along all of it, footways on both sides only as far as y=200."""
    left, right = ("footway", box(986, -400, 990, 200)), ("footway", box(1010, -400, 1014, 200))
    ground = surveyed(("carriageway", box(990, -400, 1010, 1200)), left, right)
    assert answer(route(line((984, y), (984, y + 100))), ground).verdicts.answer("arterial-road", 0) == met


def test_a_part_that_cannot_be_read_or_was_lost_tells_nothing() -> None:
    ground = surveyed((None, box(990, -400, 1010, 1200)))
    layer = ground.layer("road_surfaces")
    beside = route(line((984, 0), (984, 100)))
    assert answer(beside, ground).verdicts.answer("arterial-road", 0) == "no"
    murky = replace(layer, frame=layer.frame.assign(unclear=[("part",)]))
    for doubted in (murky, replace(layer, lost=1)):
        assert (
            answer(beside, replace(ground, layers={**ground.layers, "road_surfaces": doubted})).verdicts.answer(
                "arterial-road", 0
            )
            == "yes"
        )


def unclear_roads(field: str, **values: Any) -> Any:
    """The small city, where one field of its roads was filled in and cannot be read."""
    roads = places.roads().assign(**{field: None})
    return city(roads=replace(GROUND.layer("roads"), frame=roads.assign(unclear=[(field,)] * len(roads)), **values))


def test_a_date_that_cannot_be_read_is_not_silence() -> None:
    assert lock(unclear_roads("delivered", complete_since=date(2010, 1, 1)), line((0, 0), (90, 0))) == "unknown"


def test_a_source_of_the_class_that_cannot_be_read_is_a_hint() -> None:
    ground = unclear_roads("class_source")
    assert answer(route(line((1400, 300), (1400, 400))), ground).verdicts.answer("arterial-road", 0) == "unknown"


def test_a_level_that_cannot_be_read_may_be_the_ground_or_a_bridge() -> None:
    found = answer(route(line((1000, 300), (1000, 400))), unclear_roads("level")).verdicts
    assert (found.answer("arterial-road", 0), found.answer("bridge-attached", 0)) == ("unknown", "unknown")


def test_a_ledger_row_that_was_lost_may_be_of_any_road() -> None:
    ground = city(road_ledger=replace(GROUND.layer("road_ledger"), lost=1))
    assert lock(ground, line((0, 0), (90, 0))) == "unknown"


@pytest.mark.parametrize(("days", "told"), [(("2025-01-01", "2027-12-31"), "unknown"), (("2027-12-31",), "no")])
def test_of_stray_rows_each_counts(days: tuple[str, ...], told: str) -> None:
    rows = recorded(*({"road_id": "N9", "kind": "new", "finished": day} for day in days))
    filed = {"start": "2026-12-02", "end": "2026-12-09"}
    assert answer(route(line((0, 0), (90, 0)), **filed), rows).verdicts.answer("lock-new", 0) == told


def test_a_ledger_stretch_reaches_the_surveyed_edge() -> None:
    """N2 is drawn 30 m wide; the ledger locks its first 300 m."""
    surfaces = frame("road_surfaces", [{"road_id": "N2"}], [box(-200, 985, 980, 1015)])
    row = {**A_WHOLE_ROAD, "finished": "2024-05-01", "from_m": 0, "to_m": 300}
    rows = frame("road_ledger", [row], None)
    ground = city(road_surfaces=surfaces, road_ledger=replace(GROUND.layer("road_ledger"), frame=rows))
    assert lock(ground, line((0, 1010), (90, 1010))) == "yes"
    assert lock(ground, line((200, 1010), (290, 1010))) == "unknown"


# ── how far a coverage must reach ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("gap_m", "told"), [(20.5, "no"), (20.3, "unknown"), (-1.0, "unknown")])
def test_a_tree_just_beyond_the_coverage_could_still_reach_the_trench(gap_m: float, told: str) -> None:
    """Trench 0.8 m; an unrecorded heritage tree may reach 15 m of canopy and 5 m beyond."""
    area = shapely.box(*places.at(-400, -1200), *places.at(1800, 150 + gap_m))
    trees = replace(GROUND.layer("trees"), coverage=area)
    assert answer(route(line((600, 150), (700, 150))), city(trees=trees)).verdicts.answer("tree-range", 0) == told


def test_an_outline_must_lie_inside_the_coverage_with_all_of_itself() -> None:
    outline = box(600, 140, 700, 144)  # its axis runs at y=142
    for top, told in ((143.9, "unknown"), (144.0, "no")):
        green = replace(GROUND.layer("green"), coverage=shapely.box(*places.at(-400, -1200), *places.at(1800, top)))
        assert answer(route(outline), city(green=green)).verdicts.answer("green-land", 0) == told


def test_no_ledger_at_all() -> None:
    assert lock(city(road_ledger=Layer("road_ledger", None))) == "unknown"
    assert isinstance(GROUND.layer("road_ledger").frame, pd.DataFrame)


def test_each_row_without_a_place_is_told() -> None:
    rows = [{**A_WHOLE_ROAD, "road_id": "N9"}, A_WHOLE_ROAD, {**A_WHOLE_ROAD, "from_m": 5000, "to_m": 5100}]
    found = ledger_issues(recorded(*rows))
    assert [(issue.row_no, issue.field) for issue in found] == [(1, "road_id"), (3, "from_m")]
    assert "N9" in found[0].zh and "5000–5100" in found[1].zh


@pytest.mark.parametrize(("filed", "told"), [("2022-12-22", True), ("2022-12-23", False)])
def test_a_route_filed_before_the_rules_were_in_force_says_so(filed: str, told: bool) -> None:
    notes = answer(route(line((0, 0), (100, 0)), filed=filed)).verdict(0)["notes"]
    assert any("不在本规则包的施行期内" in note["zh"] for note in notes) == told


# ── what was there, and could not be read ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("layer", "rule"), [("green", "green-land"), ("trees", "tree-range"), ("heritage", "heritage-protection")]
)
def test_a_layer_that_lost_a_row_proves_nothing(layer: str, rule: str) -> None:
    lost = replace(GROUND.layer(layer), lost=1)
    found = answer(route(line((0, 150), (60, 150))), city(**{layer: lost}))
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == rule)
    assert finding["answer"] == "unknown" and "未能读入" in str(finding["missing"])
    declared = answer(route(line((0, 150), (60, 150))), city(**{layer: replace(lost, stated_by=OPERATOR)}))
    assert declared.verdicts.answer(rule, 0) == "no"


def test_a_stray_row_may_be_of_a_road_that_states_its_day() -> None:
    stray = {"road_id": "N9", "kind": "new", "finished": "2025-01-01"}
    assert lock(recorded(), line((0, 0), (100, 0))) == "no"
    assert lock(recorded(stray), line((0, 0), (100, 0))) == "unknown"


def test_an_old_ledger_settles_no_road() -> None:
    assert lock(recorded(A_WHOLE_ROAD)) == "no"
    assert lock(recorded(A_WHOLE_ROAD, as_of=date(2020, 1, 1))) == "unknown"


def test_a_row_without_a_kind_says_that_the_kind_is_missing() -> None:
    found = answer(route(DATELESS), recorded({**A_WHOLE_ROAD, "kind": None, "finished": "2025-01-01"}))
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "lock-new")
    assert "缺少类别" in str(finding["missing"])


@pytest.mark.parametrize(
    ("felled", "unclear", "told"), [(None, None, "no"), (0, None, "no"), (None, ("trees_to_fell",), "unknown")]
)
def test_trees_that_cannot_be_counted_are_not_none(felled: int | None, unclear: tuple[str, ...] | None, told: str) -> None:
    one = route(line((0, 0), (100, 0)), trees_to_fell=felled)
    one["unclear"] = pd.Series([unclear], dtype=object)
    found = answer(one)
    rule = next(f["rule"] for f in found.verdict(0)["findings"] if "trees" in f["rule"] or "fell" in f["rule"])
    assert found.verdicts.answer(rule, 0) == told


def test_a_burial_that_cannot_be_read_may_be_dug_anywhere() -> None:
    across = route(line((900, 300), (1100, 300)), burial="bored")
    assert answer(across).verdicts.answer("arterial-road", 0) == "no"
    across["unclear"] = pd.Series([("burial",)], dtype=object)
    found = answer(across)
    assert found.verdicts.answer("arterial-road", 0) == "unknown"
    assert found.verdicts.outcome(0) == "undetermined"


# ── lines of one project ─────────────────────────────────────────────────────────────────────────────────────────────


def two_lines(**second: Any) -> tuple[str, Any]:
    """Two lines of 300 m, the first of project P1: the answer to its length, and the review."""
    named = {"project_code": "P1", "project": "甲项目", "applicant": "甲"}
    one = route(line((0, 0), (300, 0)), **named)
    other = route(line((400, 0), (700, 0)), **{"utility": "water", **named, **second})
    found = answer(places.routes(one, other))
    return found.verdicts.answer("length-limit", 0), found


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({}, "no"),
        ({"project_code": "Ｐ1"}, "no"),
        ({"project_code": "p1 "}, "no"),
        ({"project_code": None}, "no"),
        ({"project_code": "P2"}, "yes"),
        ({"utility": None}, "unknown"),
        ({"utility": "gas"}, "yes"),
    ],
)
def test_lines_of_one_project_however_it_is_written(second: dict[str, Any], told: str) -> None:
    assert two_lines(**second)[0] == told


def test_a_line_of_the_project_that_was_not_read_leaves_the_sum_open() -> None:
    lone = route(line((0, 0), (300, 0)), project_code="P1", applicant="甲")
    for rejected, told in (({"project_code": "P1"}, "unknown"), ({"project_code": "P1", "utility": "gas"}, "yes"), ({}, "yes")):
        lost = pd.DataFrame(
            [{"project_code": None, "project": None, "applicant": None, "utility": None, **rejected}], dtype=object
        )
        found = review(lone, GROUND, PACK, places.ON, lost=lost)
        assert found.verdicts.answer("length-limit", 0) == told, rejected


def test_the_only_red_line_known_is_not_the_users_own_where_the_layer_does_not_cover() -> None:
    out_of_site = route(line((-75, 37), (-75, 0), (425, 0)))
    assert answer(out_of_site).verdict(0)["length"]["counted_m"] < answer(out_of_site).verdict(0)["length"]["planar_m"]
    silent = city(planning=replace(GROUND.layer("planning"), coverage=None))
    found = answer(out_of_site, silent).verdict(0)
    assert found["length"]["counted_m"] == found["length"]["planar_m"]


def test_a_number_that_two_roads_bear_names_neither() -> None:
    known, asked = np.array(["a", "a", "b"], dtype=object), np.array(["a", "b", "A"], dtype=object)
    assert match_ids(asked, known).tolist() == [-1, 2, -1]
    twice = places.roads().replace({"road_id": {"I1": "N2"}})
    row = {**A_WHOLE_ROAD, "finished": "2024-05-01"}
    layer = replace(GROUND.layer("road_ledger"), frame=frame("road_ledger", [row], None), complete_since=date(2015, 1, 1))
    assert lock(city(roads=twice, road_ledger=layer)) == "unknown"

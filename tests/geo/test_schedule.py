"""Planning: the optimum against trying everything, the rules against an independent check, and advice that really helps."""

import copy
import datetime as dt
import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import NoCalendar
from geo.law.coordination import Coordination, Weights
from geo.schedule.check import violations
from geo.schedule.solve import plan
from geo.schedule.words import BINDING, CHANGE, advice, fields, text
from tests.geo.digs import CN, GB, ON, Row, closed, frame, matches, on_street, pair, planned, tried, work, worth

DAY = dt.timedelta(1)
STAY_PUT, ONLY_AREA = Weights(metres=1, area=0, days=1, shift=60), Weights(metres=0, area=7, days=0, shift=1)
slow = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


# ── against trying everything ────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def cases(draw: st.DrawFn, most: int = 4, room: int = 7) -> tuple[list[Row], list[Row], pd.DataFrame, Coordination]:
    """A few works on one street around the Qingming holiday of 2026, with all that may bind them."""
    works, lines, shut = [], [], []
    for k in range(draw(st.integers(2, most))):
        start = dt.date(2026, 3, 23) + DAY * draw(st.integers(0, 14))
        firm = draw(st.sampled_from([False, False, False, True]))
        length = draw(st.integers(0, room))
        kind = draw(st.sampled_from(["route", "route", "permit", "paving"]))
        works.append(work(
            start.isoformat(), (start + DAY * length).isoformat(), draw(st.integers(1, 4)), kind=kind, firm=firm,
            shift_days=draw(st.sampled_from([np.nan, 0, 2, 3])), trench_width_m=draw(st.sampled_from([0.6, 1.0, 2.5, np.nan])),
            ready=(start + DAY * draw(st.integers(-2, 5))).isoformat() if draw(st.booleans()) else None,
        ))  # fmt: skip
        along = draw(st.integers(0, 60))
        lines.append((float(along), float(along + draw(st.integers(30, 90)))))
        if draw(st.integers(0, 3)) == 0:
            day = start + DAY * draw(st.integers(0, 6))
            shut.append((k, day.isoformat(), (day + DAY * draw(st.integers(0, 2))).isoformat(), f"活动{k}"))
    weights = draw(st.sampled_from([Weights(), STAY_PUT, ONLY_AREA]))
    return works, on_street(lines), closed(*shut), Coordination(weights=weights, spare_days=draw(st.integers(0, 2)))


@slow
@given(cases())
def test_no_plan_of_a_small_case_is_worth_more(case: Any) -> None:
    works, pairs, shut, how = case
    made = planned(works, pairs, shut, settings=how, on=dt.date(2026, 3, 20))
    assert (made.solved["status"] == "optimal").all()
    best = tried(works, pairs, shut, how, dt.date(2026, 3, 20)) if pairs else 0.0
    assert worth(made) == pytest.approx(best, abs=1e-6)


@slow
@given(cases(most=9, room=40))
def test_no_rule_is_broken_by_a_larger_plan(case: Any) -> None:
    works, pairs, shut, how = case
    made = planned(works, pairs, shut, settings=how, on=dt.date(2026, 3, 20))
    named = set(made.members["work"]) | set(made.unjoined.loc[made.unjoined["b"].isna(), "a"])
    assert named == {i for m in pairs for i in (m["a"], m["b"])}


@slow
@given(cases())
def test_advice_really_helps(case: Any) -> None:
    works, pairs, shut, how = case
    made = planned(works, pairs, shut, settings=how, on=dt.date(2026, 3, 20))
    for row in made.unjoined.to_dict("records"):
        if row["confirmed"] is pd.NA or not row["confirmed"]:
            continue
        after = planned(changed(works, row), pairs, shut, settings=how, on=dt.date(2026, 3, 20))
        if pd.isna(row["b"]):
            assert row["a"] in set(after.members["work"]), row
        else:
            digs = after.members.set_index("work")["dig_id"]
            assert digs[row["a"]] == digs[row["b"]] is not None, row
        assert opening(after, row) == str(row["opens"].date()), row


def changed(works: list[Row], row: dict[str, Any], days: int | None = None) -> list[Row]:
    """The works after the change that a row proposes, or after another number of days."""
    out, n = copy.deepcopy(works), int(row["change_days"] if days is None else days) * DAY
    one = out[row["change_work"]]
    move = {
        "extend_end": {"end": n}, "start_earlier": {"start": -n}, "permit_by": {"ready": -n}, "move_firm": {"start": n, "end": n},
    }[row["change"]]  # fmt: skip
    if row["change"] == "move_firm" and pd.Timestamp(row["change_day"]).date() < dt.date.fromisoformat(one["start"]):
        move = {"start": -n, "end": -n}
    for name, step in move.items():
        one[name] = (dt.date.fromisoformat(one[name]) + step).isoformat()
    return out


# ── one rule at a time ───────────────────────────────────────────────────────────────────────────────────────────────


def only(made: Any) -> dict[str, Any]:
    (row,) = made.unjoined.to_dict("records")
    return row


def opened(made: Any, i: int) -> tuple[str, str]:
    row = made.members.set_index("work").loc[i]
    return str(row["start"].date()), str(row["end"].date())


def test_the_shorter_lies_inside_the_longer_and_the_first_accepted_leads() -> None:
    works = [work(days=10, accepted="2026-02-03"), work("2026-03-16", "2026-04-30", 5, utility="gas", accepted="2026-02-01")]
    made = planned(works, [pair(0, 1, 100)])
    assert opened(made, 0) == ("2026-03-09", "2026-03-20") and opened(made, 1) == ("2026-03-16", "2026-03-20")
    (dig,) = made.digs.to_dict("records")
    assert (dig["lead"], dig["works"], dig["road_names"], dig["match_ids"]) == (1, [0, 1], ["长街"], ["m0-1"])
    assert (dig["openings_saved"], dig["metres_saved"], dig["area_saved_m2"], dig["days_saved"]) == (1, 100, 100, 5)
    assert dig["points"] == 10 * 100 + 10 * 100 + 20 * 5 and (dig["status"], dig["gap"]) == ("optimal", 0)
    assert made.solved.loc[0, ["weight_metres", "weight_area", "weight_days", "weight_shift"]].tolist() == [10, 10, 20, 5]
    assert made.unjoined.empty


def test_the_longest_line_leads_where_the_pack_says_so() -> None:
    works = [work(length_m=80.0), work(length_m=300.0, kind="permit"), work(length_m=np.nan)]
    pairs = [pair(0, 1), pair(1, 2), pair(0, 2)]
    assert planned(works, pairs, settings=Coordination(lead_rule="longest")).digs["lead"].tolist() == [1]
    works[1]["length_m"] = 10.0
    assert planned(works, pairs, settings=Coordination(lead_rule="longest")).digs["lead"].tolist() == [0]
    assert planned(works, pairs).digs["lead"].tolist() == [1], "a permit was accepted before any route"


def test_the_deepest_is_laid_first_and_the_standard_orders_what_states_no_depth() -> None:
    pairs = [pair(0, 1), pair(1, 2), pair(0, 2)]
    stated = [work(depth_m=0.7), work(depth_m=3.0, utility="drain"), work(depth_m=1.2, utility="gas")]
    assert planned(stated, pairs).digs["works"].tolist() == [[1, 2, 0]]
    bare = [work(utility="comms", depth_m=0.8), work(utility="drain"), work(utility="gas", depth_m=1.0)]
    assert planned(bare, pairs).digs["works"].tolist() == [[1, 2, 0]]


def test_a_firm_work_keeps_its_days_even_on_a_weekend() -> None:
    works = [work("2026-03-14", "2026-03-15", None, firm=True), work("2026-03-02", "2026-03-31", 6)]
    made = planned(works, [pair(0, 1)])
    assert opened(made, 0) == ("2026-03-14", "2026-03-15")
    assert opened(made, 1) == ("2026-03-09", "2026-03-16"), "six working days that contain the weekend, as early as can be"
    assert made.digs["days_saved"].tolist() == [0], "no working day is saved by it"


def test_a_dig_carries_what_its_members_owe_and_waits_for_the_last_permit() -> None:
    works = [work(owed=["road_excavation", "heritage"], ready="2026-03-18"), work(days=7, owed=["heritage", "tree_work"])]
    made = planned(works, [pair(0, 1)])
    assert made.digs["owed"].tolist() == [["heritage", "road_excavation", "tree_work"]]
    assert opened(made, 0)[0] >= "2026-03-18"


def test_paving_comes_after_the_digs_with_the_spare_days_between() -> None:
    works = [work(days=5), work(days=3), work("2026-03-09", "2026-03-27", 4, kind="paving", shift_days=5)]
    made = planned(works, [pair(0, 1), pair(0, 2), pair(1, 2)], settings=Coordination(spare_days=3))
    assert opened(made, 0) == ("2026-03-02", "2026-03-06") and opened(made, 2) == ("2026-03-12", "2026-03-17")
    assert made.digs["paved_by"].tolist() == [[2]]
    assert made.members.set_index("work").loc[2, ["role", "order", "dig_id"]].tolist() == ["paves", 0, None]


def test_a_dig_that_cannot_come_before_the_paving_waits() -> None:
    works = [work("2026-03-16", "2026-03-31", 5), work("2026-03-16", "2026-03-20", None, kind="road_project", firm=True)]
    row = only(planned(works, [pair(0, 1)]))
    assert (row["a"], row["binding"], row["name"]) == (0, "paving", "w1") and pd.isna(row["b"])
    assert (row["change"], row["change_work"], row["change_days"]) == ("move_firm", 1, 5)
    assert str(row["change_day"].date()) == "2026-03-21"


def test_paving_that_was_over_before_today_binds_nobody() -> None:
    works = [work(), work(), work("2026-01-05", "2026-01-30", None, kind="paving", firm=True)]
    made = planned(works, [pair(0, 1), pair(0, 2), pair(1, 2)])
    assert made.digs["works"].tolist() == [[0, 1]] and set(made.members["work"]) == {0, 1}


def test_works_without_dates_are_listed_with_what_is_missing() -> None:
    made = planned([work(), work(None, "2026-03-20", None), work(days=None)], [pair(0, 1), pair(0, 2)])
    rows = made.unjoined[made.unjoined["binding"] == "undated"].set_index("a")["missing"]
    assert rows.to_dict() == {1: ["start", "duration_days"], 2: ["duration_days"]}
    assert made.members["work"].tolist() == [0] and made.digs.empty
    assert fields(rows[1], "zh") == "开工日期、施工工作日数" and fields(rows[1], "en") == "start, working days needed"


def test_works_that_share_nothing_and_crossings_are_not_planned() -> None:
    made = planned([work(), work(), work()], [pair(0, 1, kind="crossing", shared_m=np.nan)])
    assert made.members.empty and made.digs.empty and made.unjoined.empty and made.solved.empty


def test_three_works_at_one_place_are_one_dig_whose_middle_one_has_two_hosts() -> None:
    works = [work(days=12), work(days=8), work("2026-03-02", "2026-03-31", 3)]
    made = planned(works, [pair(0, 1), pair(0, 2), pair(1, 2)])
    assert made.digs[["openings_saved", "metres_saved", "days_saved"]].to_numpy().tolist() == [[2, 100, 11]]


# ── why not, and what would help ─────────────────────────────────────────────────────────────────────────────────────

APART: dict[str, tuple[list[Row], pd.DataFrame | None, tuple[str, int | None, str | None], tuple[str, int, int]]] = {
    "no day in common": (
        [work("2026-03-02", "2026-03-20", 5), work("2026-04-13", "2026-04-24", 3)], None,
        ("no_common_days", None, None), ("start_earlier", 1, 26),
    ),
    "a window that is too short": (
        [work("2026-03-02", "2026-03-13", 5), work("2026-03-12", "2026-03-27", 3)], None,
        ("common_too_short", None, None), ("start_earlier", 1, 1),
    ),
    "a permit that comes too late": (
        [work("2026-03-02", "2026-03-13", 8), work("2026-03-02", "2026-03-31", 3, ready="2026-03-18", owed=["heritage"])], None,
        ("permit", 1, "heritage"), ("permit_by", 1, 7),
    ),
    "a closure": (
        [work("2026-03-02", "2026-03-13", 5), work("2026-03-02", "2026-03-27", 3)],
        closed((1, "2026-03-04", "2026-03-12", "灯会")),
        ("closure", 1, "灯会"), ("extend_end", 0, 4),
    ),
    "two firm works": (
        [work("2026-03-02", "2026-03-06", None, firm=True), work("2026-03-05", "2026-03-12", None, firm=True)], None,
        ("firm", None, None), ("move_firm", 0, 3),
    ),
    "days that cost more than they save": (
        [work("2026-03-02", "2026-03-06", 5), work("2026-03-09", "2026-03-13", 5, shift_days=7)], None,
        ("outweighed", None, None), ("extend_end", 0, 7),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_what_binds_is_named_and_the_smallest_change_helps(name: str) -> None:
    works, shut, (binding, on, said), (change, who, days) = APART[name]
    how = Coordination(weights=Weights(metres=1, area=0, days=0, shift=20) if binding == "outweighed" else Weights())
    row = only(planned(works, [pair(0, 1, 30)], shut, settings=how))
    assert (row["binding"], row["name"]) == (binding, said)
    assert (row["change"], row["change_work"], row["change_days"]) == (change, who, days)
    assert row["work"] == on
    assert row["confirmed"]
    helped = planned(changed(works, row), [pair(0, 1, 30)], shut, settings=how)
    assert helped.digs["works"].map(sorted).tolist() == [[0, 1]]
    assert str(helped.digs["start"].iloc[0]) == str(row["opens"])
    if days > 1:
        less = planned(changed(works, row, days - 1), [pair(0, 1, 30)], shut, settings=how)
        assert less.digs.empty, "one day less does not help"


def test_a_work_that_nowhere_fits_is_named_with_its_closure() -> None:
    works = [work("2026-03-09", "2026-03-13", 3), work()]
    made = planned(works, [pair(0, 1)], closed((0, "2026-03-10", None, "交通管制")))
    row = made.unjoined.iloc[0]
    assert (row["a"], row["binding"], row["name"]) == (0, "closure", "交通管制")
    assert (row["change"], row["change_days"], str(row["opens"].date())) == ("start_earlier", 4, "2026-03-05")
    assert made.unjoined.iloc[1]["binding"] == "unplaced" and made.unjoined.iloc[1]["work"] == 0


def test_a_window_in_the_past_is_named() -> None:
    row = planned([work("2026-02-02", "2026-02-27", 5), work()], [pair(0, 1)]).unjoined.iloc[0]
    assert (row["binding"], row["change"], str(row["change_day"].date())) == ("past", "extend_end", "2026-03-06")


def test_pairs_that_lie_before_the_day_of_planning_are_told() -> None:
    """Permits that were over by then: nothing is left to plan, and nobody is told that nothing was there."""
    past = {"kind": "permit", "firm": True}
    works = [work("2026-01-05", "2026-01-16", None, **past), work("2026-01-05", "2026-01-30", None, **past), work(), work()]
    made = planned(works, [pair(0, 1), pair(1, 2), pair(2, 3)])
    assert made.digs["works"].map(sorted).tolist() == [[2, 3]] and set(made.members["work"]) == {2, 3}
    told = made.unjoined[["match_id", "binding", "work"]].to_numpy().tolist()
    assert told == [["m0-1", "over", 0], ["m1-2", "over", 1]]
    assert made.unjoined["change"].isna().all()


def test_paving_that_was_over_is_no_pair_to_be_planned() -> None:
    works = [work(), work("2026-01-05", "2026-01-30", None, kind="paving", firm=True)]
    assert planned(works, [pair(0, 1)]).unjoined.empty


LEEWAY: dict[str, list[Row]] = {
    "a window that may be left by some days": [
        work("2026-03-02", "2026-03-20", 5), work("2026-05-11", "2026-05-29", 3, shift_days=15),
    ],
    "an end that may be left by some days": [
        work("2026-03-02", "2026-03-13", 5, shift_days=4), work("2026-04-13", "2026-04-24", 3, firm=True),
    ],
    "the other one opens first": [work("2026-03-02", "2026-03-13", 8), work("2026-03-23", "2026-03-31", 3)],
    "a work by itself": [work("2026-03-09", "2026-03-11", 5, shift_days=2), work("2026-06-01", "2026-06-30", 3)],
}  # fmt: skip


@pytest.mark.parametrize("name", LEEWAY)
def test_what_advice_says_is_what_comes_of_it(name: str) -> None:
    """No opening before the first day that the text allows; and planned again with the change, it opens on the day told."""
    works = LEEWAY[name]
    for row in planned(works, [pair(0, 1)]).unjoined.dropna(subset=["change"]).to_dict("records"):
        after = planned(changed(works, row), [pair(0, 1)])
        assert str(row["opens"].date()) == opening(after, row)
        shift = works[row["change_work"]]["shift_days"]
        leeway = 0 if np.isnan(shift) else int(shift)
        of = [f"w{i}" for i in (row["a"], row["b"]) if not pd.isna(i)]
        said = advice(row["change"], "en", f"w{row['change_work']}", row, leeway, of)
        assert str(row["change_day"].date()) in said and str(row["opens"].date()) in said
        assert (f"{leeway} days" in said) == (leeway > 0), said
        first = row["change_day"] - (leeway * DAY if row["change"] == "start_earlier" else 0 * DAY)
        if row["change"] != "extend_end":
            assert ("the other opens" in said) == (row["opens"] < first), said


def opening(made: Any, row: dict[str, Any]) -> str:
    """The first day on which the works of a row are open, in another plan."""
    mine = [row["a"]] if pd.isna(row["b"]) else [row["a"], row["b"]]
    return str(made.members.set_index("work").loc[mine, "start"].min().date())


def test_a_pair_that_stands_against_a_better_one_says_who_would_lose() -> None:
    """The middle one can be with its left neighbour in March or with its right one in April, not with both."""
    works = [work("2026-03-02", "2026-03-13", 5), work("2026-03-02", "2026-04-30", 3), work("2026-04-13", "2026-04-24", 5)]
    row = only(planned(works, [pair(0, 1, 100), pair(1, 2, 40)]))
    assert (row["match_id"], row["binding"], row["loses"]) == ("m1-2", "conflict", ["m0-1"])
    assert row["confirmed"] and row["change"] == "start_earlier" and row["change_work"] == 2
    helped = planned(changed(works, row), [pair(0, 1, 100), pair(1, 2, 40)])
    assert helped.digs["works"].map(len).tolist() == [3]


def test_the_checker_finds_every_kind_of_slip() -> None:
    """A sound plan spoiled in one place at a time."""
    works = [
        work(depth_m=2.0, owed=["heritage"], ready="2026-03-03"), work(days=3, depth_m=1.0),
        work("2026-03-02", "2026-03-31", None, firm=True), work("2026-04-13", "2026-04-30", 4, kind="paving"),
    ]  # fmt: skip
    pairs = [pair(0, 1), pair(0, 2), pair(1, 2), pair(0, 3)]
    shut = closed((1, "2026-03-24", "2026-03-25", "集市"))
    made = planned(works, pairs, shut)

    def broken(name: str, column: str, row: int, value: Any) -> set[str]:
        table = getattr(made, name).copy()
        table[column] = table[column].astype(object)
        table.at[row, column] = value
        spoiled = type(made)(**{part: getattr(made, part) for part in ("digs", "members", "unjoined", "solved")} | {name: table})
        return set(violations(frame(works), matches(pairs), CN, shut, Coordination(), ON, spoiled)["rule"])

    days = {text: pd.Timestamp(text) for text in ("2026-03-01", "2026-03-02", "2026-04-02", "2026-04-16", "2026-05-08")}
    assert {"permit"} <= broken("members", "start", 0, days["2026-03-02"])
    assert {"past", "duration", "window"} <= broken("members", "start", 1, days["2026-03-01"])
    assert {"closure", "window", "duration"} <= broken("members", "end", 1, days["2026-04-02"])
    assert {"firm"} <= broken("members", "end", 2, days["2026-04-02"])
    assert {"paving"} <= broken("members", "end", 0, days["2026-04-16"])
    assert {"window", "shift", "duration"} <= broken("members", "end", 3, days["2026-05-08"])
    assert {"order"} <= broken("members", "order", 0, 9)
    assert {"dig"} <= broken("members", "dig_id", 1, None)
    assert {"owed"} <= broken("digs", "owed", 0, [])
    assert {"dig"} <= broken("digs", "start", 0, days["2026-03-01"])
    assert {"dig"} <= broken("digs", "lead", 0, 3)


# ── what else a plan promises ────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_works_give_the_same_plan() -> None:
    works = [work(days=3 + k % 5, shift_days=k % 3, utility=("gas", "water", "drain")[k % 3]) for k in range(12)]
    pairs = on_street([(7.0 * k, 7.0 * k + 60) for k in range(12)])
    one, two = (planned(works, pairs) for _ in range(2))
    for name in ("digs", "members", "unjoined", "solved"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_a_year_without_a_calendar_is_refused_or_marked() -> None:
    works = [work("2026-12-14", "2027-01-29", 20), work("2026-12-01", "2026-12-20", 5), work("2026-12-14", "2027-01-29", 25)]
    pairs = [pair(0, 1), pair(0, 2)]
    with pytest.raises(NoCalendar):
        plan(frame(works), matches(pairs), CN, closed(), Coordination(), ON, GB)
    made = planned(works, pairs, calendar=CN.provisional())
    assert made.members.set_index("work")["provisional"].to_dict() == {0: True, 1: False, 2: True}
    assert made.digs["provisional"].all()


def test_every_word_fills_in_both_languages() -> None:
    places = {"work": "w1", "name": "灯会", "missing": "…", "n": 3, "day": "2026-03-02", "opens": "2026-03-09"}
    for code in BINDING:
        assert "—" not in text(BINDING, code, "zh", **places) and "{" not in text(BINDING, code, "en", **places)
    row = {"change_days": 3, "change_day": "2026-03-02", "opens": "2026-03-09"}
    for code, shift, of in itertools.product(CHANGE, (0, 4), (["w1"], ["w2"], ["w1", "w2"], ["w2", "w3"])):
        said = {lang: advice(code, lang, "w1", row, shift, of) for lang in ("zh", "en")}
        assert not set("—{}") & set(said["zh"] + said["en"]), said
    assert text(BINDING, "permit", "zh", work="w1", name=None).count("—") == 1


def test_too_little_time_still_gives_a_plan_that_holds_and_says_its_gap() -> None:
    starts = [(ON + DAY * (k * 17 % 30)).isoformat() for k in range(40)]
    works = [work(start, (dt.date.fromisoformat(start) + DAY * 14).isoformat(), 3 + k % 7) for k, start in enumerate(starts)]
    pairs = on_street([(11.0 * k, 11.0 * k + 90) for k in range(40)])
    made = planned(works, pairs, seconds=0.0)
    assert (made.solved["status"] == "feasible").all() and (made.solved["gap"] > 0).all()
    assert (made.solved["bound"] >= made.solved["points"]).all() and len(made.digs)

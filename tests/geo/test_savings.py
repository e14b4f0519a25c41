"""Savings: the open formula on small cases, and against a count of every decimetre."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.law.cite import Cite
from geo.law.coordination import Coordination, Prices
from geo.schedule.savings import Savings, joined, points, savings, shared_metres, together
from tests.geo.digs import SETTINGS, Row, frame, matches, on_street, pair, work


def members(*rows: tuple[str, str, int], firm: bool = False) -> pd.DataFrame:
    """Openings: (first day, last day, working days) of works 0, 1, …, all in one dig."""
    table = pd.DataFrame(rows, columns=["start", "end", "open_days"]).assign(dig_id="dig-1", shift_days=0, firm=firm)
    table["work"] = range(len(table))
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name])
    return table


def saved(works: list[Row], pairs: list[Row], who: pd.DataFrame, settings: Coordination = SETTINGS) -> Savings:
    return savings(frame(works), matches(pairs), who, settings)


LONG, SHORT, INSIDE = ("2026-03-02", "2026-03-20", 15), ("2026-03-09", "2026-03-13", 5), ("2026-03-10", "2026-03-11", 2)


def test_a_guest_saves_its_opening_metres_pavement_and_days() -> None:
    found = saved([work(trench_width_m=2.0), work(trench_width_m=0.8)], [pair(0, 1, 60)], members(LONG, SHORT))
    (dig,) = found.digs.to_dict("records")
    assert (dig["openings_saved"], dig["metres_saved"], dig["area_saved_m2"], dig["days_saved"]) == (1, 60, 48, 5)
    assert dig["points"] == 10 * 60 + 10 * 48 + 20 * 5
    assert found.guests[["work", "hosts"]].to_numpy().tolist() == [[1, [0]]]
    assert found.pavement[["pavement", "area_m2"]].to_numpy().tolist() == [["asphalt", 48.0]]


def test_a_metre_with_two_hosts_is_saved_once_and_by_the_wider() -> None:
    works = [work(trench_width_m=0.5), work(trench_width_m=2.0), work(trench_width_m=1.0)]
    pairs = [pair(0, 1, 60), pair(0, 2, 60), pair(1, 2, 60)]
    (dig,) = saved(works, pairs, members(LONG, SHORT, INSIDE)).digs.to_dict("records")
    # without: 60 × (0.5 + 2.0 + 1.0); together as wide as the widest: 60 × 2.0
    assert (dig["openings_saved"], dig["metres_saved"], dig["area_saved_m2"], dig["days_saved"]) == (2, 120, 90, 7)


def test_openings_that_only_overlap_save_nothing() -> None:
    who = members(("2026-03-02", "2026-03-13", 10), ("2026-03-09", "2026-03-20", 10))
    assert not joined(matches([pair(0, 1)]), who).any()
    found = saved([work(), work()], [pair(0, 1)], who)
    assert found.digs[["openings_saved", "metres_saved", "days_saved"]].to_numpy().tolist() == [[0, 0, 0]]
    assert found.guests.empty and found.pavement.empty


def test_first_and_last_day_count_as_inside() -> None:
    for one, inside in ((("2026-03-02", "2026-03-06", 5), True), (("2026-03-03", "2026-03-21", 14), False)):
        assert joined(matches([pair(0, 1)]), members(LONG, one)).tolist() == [inside]


def test_a_width_that_is_not_stated_is_not_counted_and_said() -> None:
    (dig,) = saved([work(), work(trench_width_m=np.nan)], [pair(0, 1, 60)], members(LONG, SHORT)).digs.to_dict("records")
    assert (dig["metres_saved"], dig["area_saved_m2"], dig["unmeasured_m"]) == (60, 0, 60)


def test_money_only_by_a_table_and_what_has_no_price_is_said() -> None:
    pairs = [pair(0, 1, 60), pair(0, 1, 30, a_from_m=70.0, a_to_m=100.0, b_from_m=70.0, b_to_m=100.0, pavement="tactile")]
    works, who = [work(), work()], members(LONG, SHORT)
    (bare,) = saved(works, pairs, who).digs.to_dict("records")
    assert np.isnan(bare["yuan_saved"]) and bare["unpriced_m2"] == 90
    priced = Coordination(prices=Prices(pavement_yuan_m2={"asphalt": 120.5}, cite=Cite(document="x")))
    (dig,) = saved(works, pairs, who, priced).digs.to_dict("records")
    assert (dig["yuan_saved"], dig["unpriced_m2"]) == (60 * 120.5, 30)


def test_a_crossing_and_a_stretch_without_metres_join_nobody() -> None:
    pairs = [pair(0, 1, kind="crossing", shared_m=np.nan)]
    assert not joined(matches(pairs), members(LONG, SHORT)).any()
    assert together(frame([work(), work()]), matches(pairs), members(LONG, SHORT)).tolist() == [0, 1]


def test_a_stretch_that_nobody_placed_on_the_line_counts_by_its_metres() -> None:
    bare = pair(0, 1, 45, a_from_m=np.nan, a_to_m=np.nan, b_from_m=np.nan, b_to_m=np.nan)
    (dig,) = saved([work(), work()], [bare], members(LONG, SHORT)).digs.to_dict("records")
    assert dig["metres_saved"] == 45


def test_the_line_may_run_either_way() -> None:
    back = pair(0, 1, 60, b_from_m=100.0, b_to_m=40.0)
    assert shared_metres(matches([back]), 2).tolist() == [60, 60]
    assert saved([work(), work()], [back], members(LONG, SHORT)).digs["metres_saved"].tolist() == [60]


# ── against a count of every decimetre ───────────────────────────────────────────────────────────────────────────────

day = st.integers(1, 25)


@settings(deadline=None)
@given(st.data())
def test_every_decimetre_counted_gives_the_same(data: Any) -> None:
    n = data.draw(st.integers(2, 5))
    ends = data.draw(st.lists(st.tuples(st.integers(0, 400), st.integers(300, 900)), min_size=n, max_size=n))
    lines = [(start / 10, (start + length) / 10) for start, length in ends]
    width = data.draw(st.lists(st.sampled_from([0.5, 0.8, 1.2, 2.0]), min_size=n, max_size=n))
    spans = [sorted(data.draw(st.tuples(day, day))) for _ in range(n)]
    pairs = on_street(lines)
    if not pairs:
        return
    works = [work(trench_width_m=w) for w in width]
    who = members(*[(f"2026-03-{a:02}", f"2026-03-{b:02}", b - a + 1) for a, b in spans])
    found = saved(works, pairs, who).digs.iloc[0]
    metres, area, guests = _counted(lines, width, spans, {(m["a"], m["b"]) for m in pairs})
    assert found["metres_saved"] == pytest.approx(metres, abs=1e-6)
    assert found["area_saved_m2"] == pytest.approx(area, abs=1e-6)
    assert found["openings_saved"] == len(guests)
    assert found["days_saved"] == sum(spans[i][1] - spans[i][0] + 1 for i in guests)


def _counted(
    lines: list[tuple[float, float]], width: list[float], spans: list[list[int]], pairs: set[tuple[int, int]]
) -> tuple[float, float, set[int]]:
    """Metres, m² and guests, a decimetre of the street at a time."""
    metres = area = 0.0
    guests = set()
    for i, (low, high) in enumerate(lines):
        hosts = [k for k in range(len(lines)) if _hosts(k, i, spans) and tuple(sorted((i, k))) in pairs]
        for cell in range(round(low * 10), round(high * 10)):
            here = [k for k in hosts if round(lines[k][0] * 10) <= cell < round(lines[k][1] * 10)]
            if here:
                guests.add(i)
                metres += 0.1
                area += 0.1 * max(min(width[i], width[k]) for k in here)
    return metres, area, guests


def _hosts(host: int, guest: int, spans: list[list[int]]) -> bool:
    (a, b), (c, d) = spans[host], spans[guest]
    longer = (b - a, -host) > (d - c, -guest)
    return host != guest and longer and a <= c and d <= b


def test_points_take_off_the_days_moved() -> None:
    who = members(LONG, SHORT).assign(shift_days=[3, 4])
    found = saved([work(), work()], [pair(0, 1, 60)], who)
    assert points(found, who, SETTINGS) == 10 * 60 + 10 * 60 + 20 * 5 - 5 * 7

"""One trench for several pipes: places, width and depth, and a standard whose unchecked numbers never answer yes or no."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.law.apart import BELOW, CHECK, OK
from geo.law.coordination import Margins
from geo.schedule.trench import CrossSection, cross_section, laying_order
from geo.schedule.words import VERDICTS, WHY, text
from tests.geo.digs import GB, frame, work

MARGINS = Margins(side_m=0.4, between_m=0.5, bottom_m=0.15)


def pipes(*some: dict[str, Any]) -> pd.DataFrame:
    return frame([work(**{"depth_m": 1.0, **one}) for one in some])


def finding(section: CrossSection, about: str = "clear", a: int = 0, b: int | None = 1) -> dict[str, Any]:
    rows = section.findings[section.findings["about"] == about]
    rows = rows[(rows["a"] == a) & (rows["b"].isna() if b is None else rows["b"] == b)]
    (row,) = rows.to_dict("records")
    return row


def beside(one: dict[str, Any], two: dict[str, Any], clear_m: float) -> dict[str, Any]:
    """The finding for two pipes with so much room between their surfaces."""
    apart = clear_m + (one.get("diameter_mm", 200.0) + two.get("diameter_mm", 200.0)) / 2000
    return finding(cross_section(pipes(one, two), GB, MARGINS, order=[0, 1], offsets_m=[0.0, apart]))


WATER, BIG_WATER = {"utility": "water"}, {"utility": "water", "diameter_mm": 300.0}
DRAIN, HEAT = {"utility": "drain"}, {"utility": "heat"}
LOW_GAS = {"utility": "gas", "pressure_mpa": 0.005}


def test_pipes_stand_from_the_left_as_near_as_the_standard_lets_them() -> None:
    section = cross_section(pipes(WATER, {**DRAIN, "depth_m": 3.0, "diameter_mm": 600.0}, LOW_GAS), GB, MARGINS)
    table = section.pipes
    assert table["work"].tolist() == [1, 0, 2] and table["order"].tolist() == [1, 2, 3]
    # drain–water 1.0, drain–gas 1.0, water–gas 0.5: the gas is held by the water
    assert table["x_m"].tolist() == [0.7, 2.1, 2.8]
    assert section.width_m == pytest.approx(0.4 + 0.6 + 1.0 + 0.2 + 0.5 + 0.2 + 0.4)
    assert section.depth_m == pytest.approx(3.0 + 0.6 + 0.15)
    assert section.outline == ((0.0, 0.0), (0.0, 3.75), (3.3, 3.75), (3.3, 0.0))
    assert table["axis_depth_m"].tolist() == [3.3, 1.1, 1.1]
    assert (section.findings.query("about == 'clear'")["verdict"] == OK).all()


@pytest.mark.parametrize(("one", "two", "least"), [
    (WATER, DRAIN, 1.0), (BIG_WATER, DRAIN, 1.5), (DRAIN, LOW_GAS, 1.0), (WATER, LOW_GAS, 0.5),
])  # fmt: skip
def test_a_checked_number_answers_on_both_sides_of_the_limit(one: dict[str, Any], two: dict[str, Any], least: float) -> None:
    assert beside(one, two, least)["verdict"] == OK
    short = beside(one, two, least - 0.01)
    assert (short["verdict"], short["minimum_m"], short["measured_m"]) == (BELOW, least, round(least - 0.01, 3))
    assert beside(two, one, least - 0.01)["verdict"] == BELOW, "from the other side too"


def test_a_condition_that_nobody_knows_leaves_the_room_between_the_two_numbers_open() -> None:
    """Gas beside heat: 1.0, but 2.0 where plastic lies beside steam."""
    assert beside(LOW_GAS, HEAT, 0.9)["verdict"] == BELOW
    between = beside(LOW_GAS, HEAT, 1.5)
    assert (between["verdict"], between["why"], between["note"]) == (CHECK, "condition", "pe_steam")
    assert beside(LOW_GAS, HEAT, 2.0)["verdict"] == OK


@pytest.mark.parametrize("clear_m", [0.01, 0.3, 5.0])
@pytest.mark.parametrize(("one", "two", "conf"), [
    (WATER, HEAT, "X98"), ({"utility": "gas", "pressure_mpa": 0.6}, WATER, "M"), (HEAT, {"utility": "power"}, "M"),
])  # fmt: skip
def test_an_unchecked_number_never_answers(one: dict[str, Any], two: dict[str, Any], conf: str, clear_m: float) -> None:
    found = beside(one, two, clear_m)
    assert (found["verdict"], found["conf"]) == (CHECK, conf)


def test_several_codes_answer_only_where_all_agree() -> None:
    bare = {"utility": "gas"}
    assert beside(bare, DRAIN, 0.9)["verdict"] == BELOW, "every pressure asks for 1.0 at least"
    open_ = beside(bare, DRAIN, 1.3)
    assert (open_["verdict"], open_["why"]) == (CHECK, "missing_pressure")
    assert beside(bare, DRAIN, 2.0)["verdict"] == OK
    assert beside({"utility": "power"}, DRAIN, 0.5)["verdict"] == OK, "direct and in conduit ask the same"


def test_two_gas_pipes_are_told_by_the_larger_one() -> None:
    assert beside(LOW_GAS, LOW_GAS, 0.4)["verdict"] == OK
    assert beside({**LOW_GAS, "diameter_mm": 400.0}, LOW_GAS, 0.45)["verdict"] == BELOW


@pytest.mark.parametrize(("gap", "why"), [
    ({"utility": None}, "missing_utility"), ({"diameter_mm": np.nan}, "missing_diameter"), ({"utility": "other"}, "no_number"),
])  # fmt: skip
def test_what_is_not_stated_is_asked_for(gap: dict[str, Any], why: str) -> None:
    section = cross_section(pipes({**WATER, **gap}, DRAIN), GB, MARGINS, order=[0, 1])
    found = finding(section)
    assert (found["verdict"], found["why"]) == (CHECK, why)
    assert np.isnan(section.width_m) == (why == "missing_diameter")
    assert section.width_at_least_m > 1.0


def test_two_pipes_without_a_number_keep_our_own_distance() -> None:
    section = cross_section(pipes(WATER, WATER), GB, MARGINS)
    assert np.diff(section.pipes["x_m"]).round(3).tolist() == [0.7]
    assert finding(section)["why"] == "no_number"


def test_cover_is_checked_where_the_place_is_known() -> None:
    shallow = pipes({**DRAIN, "depth_m": 0.65}, {**WATER, "depth_m": 0.3}, {**LOW_GAS, "depth_m": np.nan})
    on_road = cross_section(shallow, GB, MARGINS, order=[0, 1, 2], place="carriageway")
    assert [finding(on_road, "cover", k, None)["verdict"] for k in range(3)] == [BELOW, CHECK, CHECK]
    assert finding(on_road, "cover", 1, None)["why"] == "not_checked"
    assert finding(on_road, "cover", 2, None)["why"] == "missing_depth"
    beside_it = cross_section(shallow, GB, MARGINS, order=[0, 1, 2], place="footway")
    assert finding(beside_it, "cover", 0, None)["verdict"] == OK
    assert finding(cross_section(shallow, GB, MARGINS, order=[0, 1, 2]), "cover", 0, None)["why"] == "missing_place"
    assert np.isnan(on_road.depth_m) and on_road.depth_at_least_m == 1.0


def test_the_deepest_is_laid_first() -> None:
    assert laying_order(pipes({"depth_m": 0.7}, {"depth_m": 1.5}, {"depth_m": 1.5, "diameter_mm": 400.0}), GB).tolist() == [
        2,
        1,
        0,
    ]
    unknown = pipes({"utility": "comms", "depth_m": np.nan}, {"utility": "drain"}, {"utility": "other"}, {"utility": "heat"})
    assert laying_order(unknown, GB).tolist() == [1, 3, 0, 2]


def test_nothing_is_no_trench() -> None:
    with pytest.raises(ValueError, match="pipe"):
        cross_section(pipes(WATER).iloc[:0], GB, MARGINS)


def test_every_word_is_there() -> None:
    for table in (VERDICTS, WHY):
        assert all(text(table, code, "zh") and text(table, code, "en") for code in table)


utilities = st.sampled_from(["water", "gas", "heat", "power", "comms", "drain", "other", None])
one_pipe = st.fixed_dictionaries({
    "utility": utilities, "diameter_mm": st.sampled_from([np.nan, 50.0, 200.0, 315.0, 1200.0]),
    "depth_m": st.sampled_from([np.nan, 0.5, 0.9, 2.0]), "pressure_mpa": st.sampled_from([np.nan, 0.01, 0.3, 0.9, 4.0]),
    "voltage_kv": st.sampled_from([np.nan, 0.4, 10.0, 110.0]),
})  # fmt: skip


@settings(deadline=None)
@given(st.lists(one_pipe, min_size=1, max_size=6))
def test_a_trench_that_we_laid_out_is_never_below_the_minimum(some: list[dict[str, Any]]) -> None:
    section = cross_section(pipes(*some), GB, MARGINS)
    clear = section.findings[section.findings["about"] == "clear"]
    assert BELOW not in set(clear["verdict"])
    assert len(clear) == len(some) * (len(some) - 1) // 2
    radius = np.nan_to_num(section.pipes["diameter_mm"]) / 2000
    x = section.pipes["x_m"].to_numpy()
    assert (x - radius >= MARGINS.side_m - 1e-3).all() and (x + radius <= section.width_at_least_m - MARGINS.side_m + 1e-3).all()
    doubtful = clear[clear["verdict"] == CHECK]
    assert doubtful["why"].notna().all()
    told = clear[clear["verdict"] != CHECK]
    assert all(GB.checked(conf) for conf in told["conf"])

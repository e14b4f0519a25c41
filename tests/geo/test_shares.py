"""Shares of the cost: what Shapley's value must keep, and both ways side by side on small digs."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.schedule.shares import MOST_PARTIES, Shares, shapley, shares
from geo.schedule.words import SHARES, text
from tests.geo.digs import SETTINGS, Row, frame, matches, pair, work
from tests.geo.test_savings import INSIDE, LONG, SHORT, members

sizes = st.integers(1, 5).map(lambda n: 2**n - 1)
games = sizes.flatmap(lambda size: st.lists(st.integers(0, 1000), min_size=size, max_size=size)).map(lambda costs: [0, *costs])


@settings(deadline=None)
@given(games)
def test_all_of_the_cost_is_borne(costs: list[int]) -> None:
    assert shapley(costs).sum() == pytest.approx(costs[-1])


@settings(deadline=None)
@given(games)
def test_it_is_the_average_over_all_orders_of_coming(costs: list[int]) -> None:
    n = (len(costs) - 1).bit_length()
    orders = list(itertools.permutations(range(n)))
    added = np.zeros(n)
    for order in orders:
        there = 0
        for k in order:
            added[k] += costs[there | (1 << k)] - costs[there]
            there |= 1 << k
    assert shapley(costs) == pytest.approx(added / len(orders))


@settings(deadline=None)
@given(games)
def test_equal_players_bear_the_same(costs: list[int]) -> None:
    """The cost of a set made to depend on how many of the first two are in it, not on which."""
    n = (len(costs) - 1).bit_length()
    if n < 2:
        return
    even = [costs[s & ~3 | (1 if s & 3 in (1, 2) else s & 3)] for s in range(len(costs))]
    value = shapley(even)
    assert value[0] == pytest.approx(value[1])


@settings(deadline=None)
@given(games)
def test_who_adds_nothing_bears_nothing(costs: list[int]) -> None:
    doubled = [*costs, *costs]
    value = shapley(doubled)
    assert value[-1] == pytest.approx(0) and value[:-1] == pytest.approx(shapley(costs))


@pytest.mark.parametrize("costs", [[0, 1, 2], [5, 1], []])
def test_a_game_that_is_none_is_refused(costs: list[int]) -> None:
    with pytest.raises(ValueError, match="every set"):
        shapley(costs)


def shared(works: list[Row], pairs: list[Row], who: pd.DataFrame) -> Shares:
    return shares(frame(works), matches(pairs), who, SETTINGS)


def test_two_parties_split_what_they_save() -> None:
    works = [work(party="水司", trench_width_m=2.0, depth_m=1.8), work(party="燃气", trench_width_m=1.0, depth_m=0.8)]
    found = shared(works, [pair(0, 1, 60)], members(LONG, SHORT))
    table = found.parties.set_index("party")
    # alone 120 and 60 m², together 120: each saves half of 60
    assert (found.unit, found.total) == ("m²", 120)
    assert table["by_shapley"].to_dict() == pytest.approx({"水司": 90 / 120, "燃气": 30 / 120})
    assert table["by_volume"].to_dict() == pytest.approx({"水司": 0.8, "燃气": 0.2})
    assert table["metres"].to_dict() == {"水司": 60, "燃气": 60}


def test_works_of_one_party_count_as_one_and_a_nameless_one_by_itself() -> None:
    works = [work(party="甲", depth_m=1.0), work(party="甲", depth_m=1.0), work(party=None, work_id="孤", depth_m=1.0)]
    found = shared(works, [pair(0, 1, 60), pair(0, 2, 60), pair(1, 2, 60)], members(LONG, SHORT, INSIDE))
    table = found.parties.set_index("party")
    assert table["works"].to_dict() == {"孤": [2], "甲": [0, 1]}
    # the two of 甲 open 60 together, 孤 alone 60, all of them 60
    assert table["by_shapley"].to_dict() == pytest.approx({"孤": 0.5, "甲": 0.5})
    assert table["by_volume"].to_dict() == pytest.approx({"孤": 1 / 3, "甲": 2 / 3})


def test_what_is_not_stated_is_said() -> None:
    no_depth = shared([work(depth_m=1.0), work()], [pair(0, 1, 60)], members(LONG, SHORT))
    assert no_depth.why_volume == "missing_depth" and no_depth.parties["by_volume"].isna().all()
    assert no_depth.why_shapley is None and no_depth.parties["by_shapley"].sum() == pytest.approx(1)
    no_width = shared([work(depth_m=1.0), work(depth_m=1.0, trench_width_m=np.nan)], [pair(0, 1, 60)], members(LONG, SHORT))
    assert (no_width.why_volume, no_width.unit, no_width.total) == ("missing_width", "m", 60)


def test_more_than_eight_parties_are_not_reckoned() -> None:
    n = MOST_PARTIES + 1
    works = [work(depth_m=1.0) for _ in range(n)]
    pairs = [pair(a, b, 60) for a, b in itertools.combinations(range(n), 2)]
    found = shared(works, pairs, members(*[LONG] * n))
    assert found.why_shapley == "too_many" and found.parties["by_shapley"].isna().all()
    assert found.parties["by_volume"].to_numpy() == pytest.approx(np.full(n, 1 / n))
    assert all(text(SHARES, code, "zh") and text(SHARES, code, "en") for code in SHARES)


def test_eight_parties_are_reckoned_exactly() -> None:
    works = [work(depth_m=1.0, trench_width_m=0.5 + k / 10) for k in range(MOST_PARTIES)]
    pairs = [pair(a, b, 60) for a, b in itertools.combinations(range(MOST_PARTIES), 2)]
    found = shared(works, pairs, members(*[LONG] * MOST_PARTIES))
    part = found.parties["by_shapley"].to_numpy()
    assert part.sum() == pytest.approx(1) and (np.diff(part) > 0).all(), "a wider trench bears more"

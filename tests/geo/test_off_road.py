"""Off the road, on it, or not known: three answers, and silence of a layer is never one of the first two."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from geo.city import City, Layer
from geo.colocation.off_road import off_road
from geo.colocation.placing import network_of
from geo.ground import prepare
from tests.geo.works_town import town
from tests.packs.asked import PACK
from tests.packs.places import at, frame, line

FIELDS = line((400, -200), (480, -200))
ALONG = line((20, 3), (180, 3))
ACROSS = line((100, -60), (100, 60))


def told(city: City, *shapes: Any, on: int = 0) -> list[bool | None]:
    """What is said of some shapes, the first ``on`` of them along a road."""
    ground = prepare(city, PACK)
    on_road = np.arange(len(shapes)) < on
    return list(off_road(np.array(shapes, dtype=object), on_road, ground, network_of(ground)))


def roads(**other: Any) -> City:
    """The town with its roads otherwise."""
    return replace(town(), layers={"roads": replace(town().layers["roads"], **other)})


def test_where_roads_are_known_both_answers_are_given() -> None:
    assert told(town(), ALONG, FIELDS, ACROSS, shapely.Point(at(400, -200)), on=1) == [False, True, False, True]


HALF = shapely.box(*at(-9e3, -9e3), *at(440, 9e3))
UNKNOWN: dict[str, tuple[City, list[bool | None]]] = {
    "no road layer": (replace(town(), layers={}), [None, None, None]),
    "a layer that says not how far it reaches": (roads(coverage=None), [False, None, False]),
    "a layer that lost a row": (roads(lost=1), [False, None, False]),
    "a layer that ends on the way": (roads(coverage=HALF), [False, None, False]),
    "a layer without rows": (roads(frame=town().layers["roads"].frame.iloc[:0]), [True, True, True]),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_silence_is_no_answer(name: str) -> None:
    city, want = UNKNOWN[name]
    assert told(city, line((20, 3), (180, 3)), FIELDS, ACROSS) == want


def test_a_road_without_a_width_may_reach_further() -> None:
    """A branch road is 10 to 30 m wide or so: beside it, it is not known."""
    table = [{"road_id": "L1", "name": "长街", "class": "branch", "level": "ground", "width_m": None}]
    city = roads(frame=frame("roads", table, [line((0, 0), (400, 0))]))
    low, _, high = (PACK.data.measures.road_width_m["branch"].model_dump()[name] / 2 for name in ("low", "value", "high"))
    sides = [line((20, y), (180, y)) for y in (low - 1, (low + high) / 2, high + 1)]
    assert low < high and told(city, *sides) == [False, None, True]


def test_of_a_layer_that_is_absent_nothing_is_known() -> None:
    assert told(replace(town(), layers={"roads": Layer("roads", None)}), FIELDS) == [None]

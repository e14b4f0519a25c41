"""Stretches of many axes at once are those of one axis after another."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.axis import axes_of, cut
from geo.cuts import cuts, places

SPOT = st.tuples(st.integers(0, 50), st.integers(0, 50))
LINE = st.lists(SPOT, min_size=2, max_size=6, unique=True).map(shapely.LineString)
AXIS = st.one_of(LINE, st.lists(LINE, min_size=2, max_size=3).map(shapely.MultiLineString))


@given(
    shapes=st.lists(AXIS, min_size=1, max_size=4),
    asked=st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1), st.floats(0, 1)), max_size=6),
)
@settings(max_examples=200, deadline=None)
def test_many_at_once_are_as_one_by_one(shapes: list[shapely.Geometry], asked: list[tuple[int, float, float]]) -> None:
    axes = axes_of(np.array(shapes, dtype=object))
    length = axes.length_m()
    which = np.array([k % len(shapes) for k, *_ in asked], dtype=np.int64)
    ends = np.sort(np.array([(p, q) for _, p, q in asked]).reshape(-1, 2), axis=1) * length[which][:, None]
    keep = ends[:, 1] - ends[:, 0] > 1e-3
    which, ends = which[keep], ends[keep]
    for line, k, (low, high) in zip(cuts(axes, which, ends[:, 0], ends[:, 1]), which, ends, strict=True):
        alone = cut(axes, int(k), low, high)
        assert abs(line.length - alone.length) < 1e-6 and shapely.hausdorff_distance(line, alone) < 1e-6
        assert abs(line.length - (high - low)) < 1e-6
    for spot, k, low in zip(places(axes, which, ends[:, 0]), which, ends[:, 0], strict=True):
        assert shapely.distance(spot, shapes[k]) < 1e-6 and low >= 0


def test_a_gap_is_not_bridged() -> None:
    axis = shapely.MultiLineString([[(0, 0), (10, 0)], [(20, 0), (30, 0)]])
    (one,) = cuts(axes_of(np.array([axis], dtype=object)), np.array([0]), np.array([5.0]), np.array([15.0]))
    assert one.geom_type == "MultiLineString" and one.length == 10.0
    assert len(cuts(axes_of(np.array([axis], dtype=object)), np.array([], dtype=np.int64), np.array([]), np.array([]))) == 0

"""Stretches nearer than a distance: against shapely, point by point, and against themselves turned round."""

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.areas import AreaSet
from geo.axis import axes_of, edges_of, points_at
from geo.hits import intervals
from tests.geo.ground_strategies import lines, polygons

radii = st.sampled_from([0.4, 1.0, 5.5, 20.0])


def meets(axis: shapely.LineString, shape: shapely.Geometry, radius: float) -> list[tuple[float, float]]:
    one = np.zeros(1)
    areas = AreaSet(
        "x",
        "green",
        edges_of(np.array([shape])),
        np.array([shape.geom_type == "Polygon"]),
        one,
        one,
        one,
        np.array([0]),
        np.array([True]),
    )
    zero = np.zeros(1, dtype=np.int64)
    _, lo, hi = intervals(axes_of(np.array([axis])), areas, zero, zero, np.array([radius]))
    return list(zip(lo.tolist(), hi.tolist(), strict=True))


@given(lines(), st.one_of(lines(), polygons()), radii)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_point_is_on_the_right_side_of_the_distance(
    axis: shapely.LineString, shape: shapely.Geometry, radius: float
) -> None:
    found = meets(axis, shape, radius)
    axes = axes_of(np.array([axis]))
    at = np.linspace(0, axis.length, 60)
    distance = shapely.distance(shapely.points(points_at(axes, np.zeros(60, dtype=np.int64), at)), shape)
    inside = np.zeros(60, dtype=bool)
    for lo, hi in found:
        inside |= (at >= lo - 1e-9) & (at <= hi + 1e-9)
    clear = np.abs(distance - radius) > 1e-6
    assert (inside == (distance < radius))[clear].all()


@given(lines(), st.one_of(lines(), polygons()), radii)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_turning_the_line_round_turns_the_stretches_round(
    axis: shapely.LineString, shape: shapely.Geometry, radius: float
) -> None:
    there = [(lo, hi) for lo, hi in meets(axis, shape, radius) if hi - lo > 1e-5]
    back = [(axis.length - hi, axis.length - lo) for lo, hi in reversed(meets(axis.reverse(), shape, radius)) if hi - lo > 1e-5]
    assert np.allclose(there, back, atol=1e-5)


@given(lines(), st.one_of(lines(), polygons()), radii, st.floats(0.01, 0.99))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_vertex_on_the_line_changes_nothing(
    axis: shapely.LineString, shape: shapely.Geometry, radius: float, share: float
) -> None:
    more = shapely.LineString(shapely.get_coordinates(shapely.segmentize(axis, max(1.0, share * axis.length))))
    one = [(lo, hi) for lo, hi in meets(axis, shape, radius) if hi - lo > 1e-4]
    two = [(lo, hi) for lo, hi in meets(more, shape, radius) if hi - lo > 1e-4]
    assert np.allclose(one, two, atol=1e-4)


def test_touching_is_not_meeting() -> None:
    square = shapely.box(0, 0, 10, 10)
    assert meets(shapely.LineString([(-5, -1), (15, -1)]), square, 1.0) == []
    assert meets(shapely.LineString([(-5, 5), (0, 5)]), square, 0.0) == []


def test_a_hole_is_outside() -> None:
    ring = shapely.Polygon([(0, 0), (30, 0), (30, 30), (0, 30)], [[(10, 10), (20, 10), (20, 20), (10, 20)]])
    assert meets(shapely.LineString([(-5, 15), (35, 15)]), ring, 0.0) == [(5.0, 15.0), (25.0, 35.0)]


def test_an_empty_shape_is_met_nowhere() -> None:
    assert meets(shapely.LineString([(0, 0), (10, 0)]), shapely.Polygon(), 5.0) == []

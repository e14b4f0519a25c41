"""Pits are squares: where they meet a shape, against shapely, section by section; where they lie on a bent axis."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.areas import AreaSet, area_set
from geo.axis import axes_of
from geo.pits import Pits, meets, pits_at
from tests.geo.ground_strategies import lines, polygons

HALF = 3.0


def areas_of(shape: shapely.Geometry, radius: float) -> AreaSet:
    reach = np.array([radius])
    return area_set("x", "green", np.array([shape], dtype=object), reach, reach, reach, np.array([0]))


def pit_on(axis: shapely.LineString, at_m: float, half: float = HALF, forward: bool = True) -> Pits:
    area = np.full((1, 3), (2 * half) ** 2)
    return pits_at(axes_of(np.array([axis])), np.array([0]), np.array([at_m]), np.array([forward]), area)


def met(pit: Pits, shape: shapely.Geometry, radius: float = 0.0) -> list[tuple[int, int]]:
    zero = np.zeros(1, dtype=np.int64)
    _, lo, hi = meets(pit, areas_of(shape, radius), zero, zero, pit.half_m, np.array([radius]))
    return list(zip(lo.tolist(), hi.tolist(), strict=True))


def section(pit: Pits, u: float) -> shapely.LineString:
    """The cut across the pit at ``u`` metres from its middle."""
    x, y, dx, dy = pit.x[0] + u * pit.ux[0], pit.y[0] + u * pit.uy[0], -pit.uy[0], pit.ux[0]
    half = pit.half_m[0]
    return shapely.LineString([(x - half * dx, y - half * dy), (x + half * dx, y + half * dy)])


@given(lines(), st.one_of(lines(), polygons()), st.sampled_from([0.0, 0.4, 5.5, 20.0]), st.floats(0.2, 0.8))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_section_is_on_the_right_side_of_the_distance(
    axis: shapely.LineString, shape: shapely.Geometry, radius: float, share: float
) -> None:
    if shape.geom_type != "Polygon":
        radius = max(radius, 0.4)
    pit = pit_on(axis, share * axis.length)
    found = met(pit, shape, radius)
    u = np.linspace(-0.999 * HALF, 0.999 * HALF, 60)
    at = pit.at_mm[0] + u * 1000
    on_axis = (at > 1) & (at < pit.length_mm[0] - 1)  # beyond the ends the stretches are told at the last millimetre
    sections = np.array([section(pit, one) for one in u], dtype=object)
    near = shapely.distance(sections, shape)
    inside = np.zeros(60, dtype=bool)
    edge = np.zeros(60, dtype=bool)
    for lo, hi in found:
        inside |= (at >= lo) & (at <= hi)
        edge |= (np.abs(at - lo) <= 1) | (np.abs(at - hi) <= 1)
    meets_it = near < radius if radius > 0 else near == 0
    clear = on_axis & ~edge & (np.abs(near - radius) > 1e-6 if radius > 0 else np.ones(60, dtype=bool))
    # A stretch shorter than a millimetre is none.
    alone = np.convolve(meets_it, [1, 1, 1], "same") < 2
    assert (inside == meets_it)[clear & ~(meets_it & alone)].all()


@pytest.mark.parametrize(("gap_m", "is_met"), [(0.01, False), (0.0, False), (-0.01, True)])
@pytest.mark.parametrize("side", ["ahead", "behind", "left", "right"])
def test_a_pit_reaches_half_a_side_and_no_farther(side: str, gap_m: float, is_met: bool) -> None:
    axis = shapely.LineString([(0, 0), (100, 0)])
    near, far = HALF + gap_m, HALF + gap_m + 50
    box = {
        "ahead": shapely.box(50 + near, -9, 50 + far, 9),
        "behind": shapely.box(50 - far, -9, 50 - near, 9),
        "left": shapely.box(40, near, 60, far),
        "right": shapely.box(40, -far, 60, -near),
    }[side]
    assert bool(met(pit_on(axis, 50.0), box)) == is_met
    middle = shapely.LineString([(50 + 9, -30), (50 + 9, 30)])  # the same by a line with a radius
    assert bool(met(pit_on(axis, 50.0), middle, 9 - near)) == is_met


def test_a_corner_is_a_corner() -> None:
    pit = pit_on(shapely.LineString([(0, 0), (100, 0)]), 50.0)
    assert met(pit, shapely.box(52.9, 2.9, 60, 60)) == [(52900, 53000)]
    assert met(pit, shapely.Point(54, 4), 1.41) == []  # from the corner (53, 3) it is the root of 2
    assert met(pit, shapely.Point(54, 4), 1.42) != []


def test_inside_a_large_shape_all_of_it_is_met() -> None:
    pit = pit_on(shapely.LineString([(0, 0), (100, 0)]), 50.0)
    assert met(pit, shapely.box(-500, -500, 500, 500)) == [(47000, 53000)]
    hole = shapely.box(-500, -500, 500, 500).difference(shapely.box(40, -10, 60, 10))
    assert met(pit, hole) == []
    assert met(pit, shapely.box(-500, -500, 500, 500).difference(shapely.box(49, -10, 51, 10))) == [
        (47000, 49000),
        (51000, 53000),
    ]


def test_a_line_of_no_width_is_met() -> None:
    pit = pit_on(shapely.LineString([(0, 0), (100, 0)]), 50.0)
    assert met(pit, shapely.LineString([(51, -30), (51, 30)])) == [(51000, 51001)]
    assert met(pit, shapely.Point(51, 2)) == [(51000, 51001)]
    assert met(pit, shapely.Point(51, 3.1)) == []


@pytest.mark.parametrize(("at_m", "box", "told"), [(0.0, (-2, -2, -1, 2), (0, 1)), (100.0, (102, -2, 103, 2), (99999, 100000))])
def test_at_the_end_of_the_axis_the_square_is_whole(at_m: float, box: tuple[float, ...], told: tuple[int, int]) -> None:
    pit = pit_on(shapely.LineString([(0, 0), (100, 0)]), at_m, forward=at_m == 0)
    assert met(pit, shapely.box(*box)) == [told]


def test_a_pit_lies_in_the_direction_of_its_span() -> None:
    bent = shapely.LineString([(0, 0), (50, 0), (50, 50)])
    ahead, behind = pit_on(bent, 50.0, forward=True), pit_on(bent, 50.0, forward=False)
    assert (ahead.ux[0], ahead.uy[0], ahead.x[0], ahead.y[0]) == (0.0, 1.0, 50.0, 0.0)
    assert (behind.ux[0], behind.uy[0], behind.x[0], behind.y[0]) == (1.0, 0.0, 50.0, 0.0)
    apart = shapely.MultiLineString([[(0, 0), (50, 0)], [(80, 0), (80, 50)]])
    assert pit_on(apart, 50.0, forward=False).x[0] == 50.0
    assert pit_on(apart, 50.0, forward=True).x[0] == 80.0

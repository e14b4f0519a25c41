"""The parallel of a kerb: its distance, its way, and where there is none."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadInput
from geo.parallel import parallel, polar

BENT = shapely.LineString([(0, 0), (40, 0), (70, 20), (70, 60)])


@pytest.mark.parametrize("corners", ["mitre", "round"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("distance_m", [0.05, 1.5, 8.0])
def test_it_is_so_many_metres_away_and_runs_the_same_way(side: str, distance_m: float, corners: str) -> None:
    beside = parallel(BENT, distance_m, side, corners)  # type: ignore[arg-type]
    assert abs(beside.distance(BENT) - distance_m) < (1e-9 if corners == "mitre" else distance_m * 0.005)  # an arc is of chords
    ends = [beside.coords[0], beside.coords[-1]]
    sign = 1 if side == "left" else -1
    assert np.allclose(ends, [(0, sign * distance_m), (70 - sign * distance_m, 60)])
    middles = shapely.line_interpolate_point(beside, [0.0, 10.0, beside.length])
    assert np.allclose(shapely.distance(middles, BENT), distance_m)


def test_a_mitred_corner_is_one_vertex_and_a_round_one_an_arc() -> None:
    assert len(parallel(BENT, 3, "right", "mitre").coords) == len(BENT.coords)
    arc = parallel(BENT, 3, "right", "round")
    every = shapely.points(arc.coords)
    assert len(every) > len(BENT.coords) and np.allclose(shapely.distance(every, BENT), 3, rtol=0.005)


@given(st.floats(0.5, 6), st.floats(-80, 80))
def test_both_sides_of_one_bend(distance_m: float, turn_deg: float) -> None:
    angle = math.radians(turn_deg)
    line = shapely.LineString([(0, 0), (100, 0), (100 + 100 * math.cos(angle), 100 * math.sin(angle))])
    for side in ("left", "right"):
        beside = parallel(line, distance_m, side)  # type: ignore[arg-type]
        assert abs(beside.distance(line) - distance_m) < 1e-6
        assert beside.coords[0][0] == pytest.approx(0, abs=1e-6)


def test_a_bend_that_is_too_tight_is_refused_with_the_cure() -> None:
    hook = shapely.LineString([(0, 0), (30, 0), (30, 4), (0, 4)])
    assert parallel(hook, 1.9, "left").length > 0
    ring = shapely.Point(0, 0).buffer(5).exterior
    with pytest.raises(BadInput, match="smaller"):
        parallel(shapely.LineString(ring.coords[:40]), 6, "left" if shapely.is_ccw(ring) else "right")


def test_distance_and_grid_azimuth() -> None:
    assert np.allclose(polar(100, 200, 10, 0), (100, 210))
    assert np.allclose(polar(100, 200, 10, 90), (110, 200))
    assert np.allclose(polar(100, 200, 10, 225), (100 - 50**0.5, 200 - 50**0.5))

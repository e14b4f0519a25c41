"""An axis from an outline."""

import numpy as np
import pytest
import shapely

from geo.outlines import derived_axis


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 133])
def test_a_straight_strip_has_the_length_of_its_axis(angle: float) -> None:
    strip = shapely.affinity.rotate(shapely.box(0, 0, 120, 2), angle)
    assert derived_axis(strip).length == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize(
    "line", [[(0, 0), (50, 0), (50, 30)], [(0, 0), (40, 10), (90, -5), (140, 20)], [(0, 0), (100, 0), (100, 80), (60, 80)]]
)
def test_a_bent_strip_is_followed(line: list[tuple[float, float]]) -> None:
    middle = shapely.LineString(line)
    strip = middle.buffer(0.6, cap_style="flat", join_style="mitre")
    axis = derived_axis(strip)
    assert axis.length == pytest.approx(middle.length, rel=0.02)
    assert shapely.hausdorff_distance(axis, middle) < 1.5


def test_parts_of_a_multi_outline_follow_one_another() -> None:
    two = shapely.MultiPolygon([shapely.box(0, 0, 50, 1), shapely.box(80, 0, 100, 1)])
    assert derived_axis(two).length == pytest.approx(70, abs=0.1)


def test_a_square_has_some_axis() -> None:
    axis = derived_axis(shapely.box(0, 0, 5, 5))
    assert 4 < axis.length < 6
    assert np.isfinite(shapely.get_coordinates(axis)).all()

"""Measuring by hand agrees with what is known: a square of metres, the ellipsoid, the order of corners."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.crs import to_degrees
from geo.ruler import ruled

WORK = "EPSG:4547"
X, Y = 530_000.0, 3_850_000.0


def of(*steps: tuple[float, float], area: bool = False) -> shapely.Geometry:
    points = [(X + dx, Y + dy) for dx, dy in steps]
    return to_degrees(shapely.Polygon(points) if area else shapely.LineString(points), WORK)


def test_a_square_of_metres() -> None:
    found = ruled(of((0, 0), (0, 30), (40, 30), (40, 0), area=True), WORK)
    assert found.legs_m == pytest.approx([30, 40, 30, 40], abs=1e-6)
    assert (found.planar_m, found.planar_m2) == pytest.approx((140, 1200), abs=1e-4)
    # at 30 km from the central meridian a metre of the plane is some 0.9999887 of one on the ellipsoid
    assert found.geodesic_m2 == pytest.approx(1200, rel=5e-5) and found.geodesic_m2 != found.planar_m2


def test_a_line_has_no_area_and_the_bearing_of_its_last_leg() -> None:
    found = ruled(of((0, 0), (10, 0), (10, -10)), WORK)
    assert found.planar_m2 is None and found.geodesic_m2 is None
    assert found.bearing_deg == pytest.approx(180, abs=1e-5)
    assert ruled(of((0, 0), (-5, 5)), WORK).bearing_deg == pytest.approx(315, abs=1e-4)


def test_nothing_walked_has_no_bearing() -> None:
    found = ruled(shapely.LineString([(114.3, 34.8), (114.3, 34.8)]), WORK)
    assert (found.planar_m, found.geodesic_m, found.bearing_deg) == (0, 0, None)


@given(st.lists(st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000)), min_size=2, max_size=12, unique=True))
def test_legs_add_up_and_turning_round_changes_nothing(steps: list[tuple[int, int]]) -> None:
    there, back = ruled(of(*steps), WORK), ruled(of(*reversed(steps)), WORK)
    assert there.planar_m == pytest.approx(there.legs_m.sum()) == pytest.approx(back.planar_m, abs=1e-6)
    assert there.planar_m == pytest.approx(shapely.LineString(steps).length, abs=1e-5)
    lon, lat = shapely.get_coordinates(of(*steps)).T
    assert there.geodesic_m == pytest.approx(Geod(ellps="GRS80").line_length(lon, lat), abs=1e-4)
    assert np.all(there.legs_m > 0)

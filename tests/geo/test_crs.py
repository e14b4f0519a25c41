"""The door between degrees and metres."""

import numpy as np
import pytest
import shapely

from geo.axis import axes_of
from geo.crs import to_degrees, to_work
from geo.measure import geodesic_lengths

KAIFENG = shapely.Point(114.3074, 34.7970)


def test_a_known_point_of_kaifeng() -> None:
    east, north = to_work(KAIFENG, "EPSG:4490", "EPSG:4547").coords[0]
    assert (east, north) == pytest.approx((528131.158, 3852115.407), abs=0.001)
    assert to_work(KAIFENG, "EPSG:4490", "EPSG:4526").x == pytest.approx(38528131.158, abs=0.001)


def test_there_and_back() -> None:
    spots = shapely.points(np.random.default_rng(1).uniform((113.8, 34.2), (115.2, 35.0), (500, 2)))
    again = to_degrees(to_work(spots, "EPSG:4490", "EPSG:4547"), "EPSG:4547")
    assert np.abs(shapely.get_coordinates(again) - shapely.get_coordinates(spots)).max() < 1e-12


@pytest.mark.parametrize(("lon", "planar_minus_geodesic_m"), [(114.3074, 0.005), (115.25, 0.081)])
def test_planar_and_geodesic_differ_as_the_projection_says(lon: float, planar_minus_geodesic_m: float) -> None:
    start = to_work(shapely.Point(lon, 34.797), "EPSG:4490", "EPSG:4547")
    line = shapely.LineString([start, (start.x + 500, start.y)])
    geodesic = geodesic_lengths(axes_of(np.array([line])), "EPSG:4547")[0]
    assert 500 - geodesic == pytest.approx(planar_minus_geodesic_m, abs=0.002)

"""WGS 84, GCJ-02 and BD-09: known values, exact round trips, nothing moved beyond China."""

import numpy as np
import pytest

from geo.datums import BOX, DATUMS, Datum, convert, shift_m

HERE = (114.3074, 34.7970)
GCJ = (114.313243793, 34.796106570)
BD = (114.319820199, 34.801841653)


def test_known_values_and_how_far() -> None:
    assert np.allclose(convert([HERE], "WGS84", "GCJ-02")[0], GCJ, atol=1e-9)
    assert np.allclose(convert([HERE], "WGS84", "BD-09")[0], BD, atol=1e-9)
    assert shift_m([GCJ], "GCJ-02")[0] == pytest.approx(543.6, abs=1)
    assert shift_m([BD], "BD-09")[0] == pytest.approx(1257, abs=1)


@pytest.mark.parametrize("source", DATUMS)
@pytest.mark.parametrize("target", DATUMS)
def test_round_trip_below_a_millimetre_all_over_china(source: Datum, target: Datum) -> None:
    lon, lat = np.meshgrid(np.linspace(73.5, 135.0, 211), np.linspace(3.9, 53.5, 173))
    grid = np.column_stack([lon.ravel(), lat.ravel()])
    back = convert(convert(grid, source, target), target, source)
    assert np.abs(back - grid).max() * 111_320 < 0.001


def test_beyond_china_nothing_moves() -> None:
    west, south, east, north = BOX
    beyond = [
        (2.35, 48.85),
        (-74.0, 40.7),
        (west - 1e-6, 30.0),
        (100.0, north + 1e-6),
        (east + 1e-6, 30.0),
        (100.0, south - 1e-6),
    ]
    for target in DATUMS[1:]:
        assert np.array_equal(convert(beyond, "WGS84", target), beyond)
        assert np.array_equal(convert(beyond, target, "WGS84"), beyond)
    assert shift_m([(west, 30.0)], "WGS84", "GCJ-02")[0] > 100
    assert convert(np.empty((0, 2)), "GCJ-02", "WGS84").shape == (0, 2)

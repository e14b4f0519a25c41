"""Stations along a line keep their distance, slopes know their holes."""

import numpy as np
import pytest
import shapely

from geo.terrain import gaps, slopes, stations


def test_steps_are_even_and_never_finer_than_the_raster() -> None:
    there = stations(shapely.LineString([(0, 0), (103, 0)]), 25)
    assert there.at_m.tolist() == pytest.approx([0, 25.75, 51.5, 77.25, 103]) and there.step_m == 25.75
    assert there.xy[:, 0].tolist() == pytest.approx(there.at_m.tolist())
    assert stations(shapely.LineString([(0, 0), (100, 0)]), 25).step_m == 25
    assert len(stations(shapely.LineString([(0, 0), (100, 0)]), 25.001).at_m) == 4
    assert stations(shapely.LineString([(0, 0), (9, 0)]), 25).at_m.tolist() == [0, 9]


def test_a_long_line_has_only_as_many_points_as_a_screen_shows() -> None:
    there = stations(shapely.LineString([(0, 0), (10_000, 0)]), 1, most=400)
    assert len(there.at_m) == 401 and there.step_m == 25


def test_parts_are_measured_in_order_and_no_slope_leaps_between_them() -> None:
    there = stations(shapely.MultiLineString([[(0, 0), (20, 0)], [(500, 0), (500, 20)]]), 10)
    assert there.at_m.tolist() == [0, 10, 20, 20, 30, 40] and there.part.tolist() == [0, 0, 0, 1, 1, 1]
    steep = slopes(there, np.array([70.0, 71, 70, 90, 90, 89]))
    assert np.allclose(steep, [10, -10, np.nan, 0, -10, np.nan], equal_nan=True)
    assert gaps(there, np.array([70.0, 71, 70, 90, 90, 89])) == []


def test_what_is_not_known_is_a_gap_and_never_nought() -> None:
    there = stations(shapely.LineString([(0, 0), (50, 0)]), 10)
    heights = np.array([70.0, np.nan, 72, 72, np.nan, np.nan])
    assert np.allclose(slopes(there, heights), [np.nan, np.nan, 0, np.nan, np.nan, np.nan], equal_nan=True)
    assert gaps(there, heights) == [(0, 20), (30, 50)]
    assert gaps(there, np.full(6, np.nan)) == [(0, 50)]

"""Why an outline is none is said in both languages, with its place."""

import re

import pytest
import shapely

from api.outlines import why_invalid

BOW = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
HOLE_OUTSIDE = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(5, 5), (6, 5), (6, 6)]])
CUT = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(0, 2), (2, 1), (4, 2), (2, 3)]])
FLAT = shapely.Polygon([(0, 0), (0, 0), (0, 0), (0, 0)])


@pytest.mark.parametrize("shape", [BOW, HOLE_OUTSIDE, CUT, FLAT])
def test_every_reason_has_chinese_and_a_place(shape: shapely.Polygon) -> None:
    zh, en = why_invalid(shape)
    assert re.search(r"[一-鿿]", zh) and not re.search(r"[A-Za-z]", zh)
    assert re.fullmatch(r"[A-Za-z -]+ at [-\d.]+, [-\d.]+", en)


def test_the_place_is_where_the_edges_meet() -> None:
    assert why_invalid(BOW) == ("边与边相交，在 1, 1", "Self-intersection at 1, 1")

"""The ground partition: exact cover, the right owner, no slivers."""

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings

from geo.areas import AreaSet
from geo.axis import axes_of, edges_of, points_at
from geo.ground import Roads
from geo.hits import Hits, HitSet
from geo.partition import SLIVER_MM, Pieces, ground_pieces, sides
from tests.geo.ground_strategies import lines, roads

Ground = list[tuple[shapely.LineString, int, float]]


def owned(axis: shapely.LineString, ground: Ground) -> Pieces:
    axes = axes_of(np.array([axis]))
    shapes = np.array([r[0] for r in ground])
    half = np.array([r[2] for r in ground]) / 2
    every = np.arange(len(ground))
    areas = AreaSet(
        "roads", "roads", edges_of(shapes), np.zeros(len(ground), bool), half, half, half, every, np.ones(len(ground), bool)
    )
    near = Hits(np.zeros(len(ground), dtype=np.int64), every, every, every, np.zeros(len(ground), np.int8))
    table = Roads(every, edges_of(shapes), np.array([r[1] for r in ground]), every)
    return ground_pieces(axes, HitSet(areas, near, near, near), table)


def owner_at(spot: shapely.Point, ground: Ground) -> tuple[int, float]:
    """Owner by brute force, and by how much the decision was clear (metres)."""
    distances = [(shapely.distance(spot, shape), rank, half / 2) for shape, rank, half in ground]
    inside = [k for k, (d, _, half) in enumerate(distances) if d < half]
    clear = min((abs(d - half) for d, _, half in distances), default=9.0)
    if not inside:
        return -1, clear
    best = max(ground[k][1] for k in inside)
    rivals = sorted((distances[k][0], k) for k in inside if ground[k][1] == best)
    gap = rivals[1][0] - rivals[0][0] if len(rivals) > 1 else 9.0
    return rivals[0][1], min(clear, gap)


@given(lines(), roads)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_metre_belongs_to_exactly_one(axis: shapely.LineString, ground: Ground) -> None:
    pieces = owned(axis, ground)
    length = int(axes_of(np.array([axis])).length_mm()[0])
    assert pieces.lo[0] == 0
    assert pieces.hi[-1] == length
    assert (pieces.lo[1:] == pieces.hi[:-1]).all()
    assert (pieces.road[1:] != pieces.road[:-1]).all()
    assert len(pieces.lo) == 1 or (pieces.hi - pieces.lo >= SLIVER_MM).all()


@given(lines(), roads)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_owner_is_the_higher_class_then_the_nearer_centre_line(axis: shapely.LineString, ground: Ground) -> None:
    pieces = owned(axis, ground)
    axes = axes_of(np.array([axis]))
    for lo, hi, road in zip(pieces.lo / 1000, pieces.hi / 1000, pieces.road, strict=True):
        for share in (0.11, 0.37, 0.5, 0.83):
            spot = shapely.Point(points_at(axes, np.array([0]), np.array([lo + share * (hi - lo)]))[0])
            expected, clear = owner_at(spot, ground)
            # a sliver may have joined its neighbour, so only clear cases count: farther from a change than a sliver is long
            if clear > 2 * SLIVER_MM / 1000:
                assert road == expected


def test_a_crossing_belongs_to_the_higher_class() -> None:
    ground = [(shapely.LineString([(0, 0), (200, 0)]), 2, 12.0), (shapely.LineString([(100, -50), (100, 50)]), 4, 40.0)]
    pieces = owned(shapely.LineString([(0, 1), (200, 1)]), ground)
    assert list(zip(pieces.road, pieces.lo, pieces.hi, strict=True)) == [
        (0, 0, 80_000),
        (1, 80_000, 120_000),
        (0, 120_000, 200_000),
    ]


def test_two_parallel_roads_of_one_class_share_at_the_middle() -> None:
    ground = [(shapely.LineString([(0, 0), (100, 0)]), 2, 12.0), (shapely.LineString([(0, 8), (100, 8)]), 2, 12.0)]
    pieces = owned(shapely.LineString([(50, -20), (50, 28)]), ground)
    assert list(zip(pieces.road, pieces.lo, pieces.hi, strict=True)) == [
        (-1, 0, 14_000), (0, 14_000, 24_000), (1, 24_000, 34_000), (-1, 34_000, 48_000),
    ]  # fmt: skip


def test_the_lower_id_wins_where_both_are_equally_near() -> None:
    ground = [(shapely.LineString([(0, 3), (100, 3)]), 2, 12.0), (shapely.LineString([(0, -3), (100, -3)]), 2, 12.0)]
    assert list(owned(shapely.LineString([(0, 0), (100, 0)]), ground).road) == [0]
    assert list(owned(shapely.LineString([(0, 0), (100, 0)]), ground[::-1]).road) == [0]


def test_sides_follow_the_direction_of_the_road() -> None:
    road = shapely.LineString([(0, 0), (100, 0)])
    axes = axes_of(
        np.array(
            [
                shapely.LineString([(0, 3), (100, 3)]),
                shapely.LineString([(0, -3), (100, -3)]),
                shapely.LineString([(50, -9), (50, 9)]),
            ]
        )
    )
    table = Roads(np.array([0]), edges_of(np.array([road])), np.array([2]), np.array([0]))
    three = np.arange(3)
    found = sides(axes, three, np.array([0, 0, 3000]), np.array([100_000, 100_000, 15_000]), np.zeros(3, dtype=np.int64), table)
    assert list(found) == ["left", "right", "across"]

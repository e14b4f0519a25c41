"""The ground partition of all routes as one table with shapes: by columns, because a city has millions of pieces.

The same pieces as ``review.pieces(i)``, which looks up one route for a page."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely

from geo.axis import MM, Axes
from geo.city import City
from geo.columns import words
from geo.measure import Measured
from geo.partition import sides
from geo.verdict import Review

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

BATCH = 50_000
_FAR = 1 << 40  # millimetres: more than any route is long, so that one number names a place on one of many routes

SCHEMA = pa.schema(
    [("row_no", pa.int64()), ("route_id", pa.string()), ("theme", pa.string()), ("from_m", pa.float64()), ("to_m", pa.float64()),
     ("kind", pa.string()), ("id", pa.string()), ("name", pa.string()), ("side", pa.string()), ("pavement", pa.string()),
     ("width_m", pa.float64()), ("area_m2", pa.float64()), ("bored", pa.bool_()), ("geometry", pa.binary())]
)  # fmt: skip


def piece_batches(review: Review) -> Iterator[pa.RecordBatch]:
    """Every metre of every axis once, in order, split where open cut and bored meet; multi-lines in the work CRS."""
    first = 0
    row_no, route_id = review.rows["row_no"].to_numpy(), review.rows["route_id"].to_numpy()
    for measured in review.stretches.chunks:
        route, road, lo, hi, is_open = split(measured)
        for start in range(0, len(route), BATCH):
            part = slice(start, start + BATCH)
            at = first + route[part]
            columns = _columns(measured, review.city, route[part], road[part], lo[part], hi[part], is_open[part])
            own = {"row_no": row_no[at], "route_id": route_id[at]}
            yield pa.RecordBatch.from_pandas(pd.DataFrame(own | columns), SCHEMA, preserve_index=False)
        first += measured.axes.n


def split(measured: Measured) -> tuple[Ints, Ints, Ints, Ints, npt.NDArray[np.bool_]]:
    """(route, road, lo, hi, is_open): the pieces cut where open cut begins and ends; millimetres, ``road`` -1 off the road."""
    p, feet = measured.pieces, measured.footprints
    key = p.route * _FAR + p.lo
    marks = np.unique(feet.open_route[:, None] * _FAR + feet.open_mm)
    inside = np.searchsorted(key, marks, side="right") - 1
    if not len(key):
        return p.route, p.road, p.lo, p.hi, np.zeros(0, dtype=np.bool_)
    real = (inside >= 0) & (marks > key[inside]) & (marks < p.route[inside] * _FAR + p.hi[inside])
    begin = np.sort(np.concatenate([key, marks[real]]))
    piece = np.searchsorted(key, begin, side="right") - 1
    route, lo = p.route[piece], begin - p.route[piece] * _FAR
    last = np.append(piece[1:] != piece[:-1], True)
    hi = np.where(last, p.hi[piece], np.append(lo[1:], 0))
    return route, p.road[piece], lo, hi, _is_open(feet.open_route, feet.open_mm, route, lo + hi)


def _is_open(open_route: Ints, open_mm: Ints, route: Ints, twice_middle: Ints) -> npt.NDArray[np.bool_]:
    """Whether the middle lies in an open stretch of its route: more of them have begun than ended."""
    at = route * (2 * _FAR) + twice_middle
    begun, ended = (np.sort(open_route * (2 * _FAR) + 2 * open_mm[:, k]) for k in (0, 1))
    answer: npt.NDArray[np.bool_] = np.searchsorted(begun, at, side="left") > np.searchsorted(ended, at, side="right")
    return answer


def _columns(
    measured: Measured, city: City, route: Ints, road: Ints, lo: Ints, hi: Ints, is_open: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    trench = measured.footprints.trench_m[route]
    on_road = {to: _of_road(city, column, road) for to, column in (("id", "road_id"), ("name", "name"), ("pavement", "pavement"))}
    kind = np.where(road < 0, "off_road", _of_road(city, "class", road))
    return {
        "theme": "ground", "from_m": lo / MM, "to_m": hi / MM, "kind": kind, **on_road,
        "side": sides(measured.axes, route, lo, hi, road, measured.ground.roads), "width_m": np.round(trench, 3),
        "area_m2": np.where(is_open, np.round((hi - lo) / MM * trench, 3), 0.0), "bored": ~is_open,
        "geometry": shapely.to_wkb(cut_all(measured.axes, route, lo / MM, hi / MM)),
    }  # fmt: skip


def _of_road(city: City, column: str, road: Ints) -> Shapes:
    frame = city.layer("roads").frame
    texts = np.zeros(0, dtype=object) if frame is None or column not in frame else words(pd.DataFrame(frame), column)
    return np.append(texts, None)[np.where((road < 0) | (road >= len(texts)), len(texts), road)]


def cut_all(axes: Axes, axis: Ints, from_m: Floats, to_m: Floats) -> Shapes:
    """The stretch of each given axis between two measures, as multi-lines (work CRS)."""
    e, n = axes.edges, len(axis)
    length = e.lengths()
    first, after = _edges_between(axes, axis, from_m, to_m)
    piece = np.repeat(np.arange(n), after - first)
    edge = np.arange(len(piece)) + np.repeat(first - np.concatenate([[0], np.cumsum(after - first)[:-1]]), after - first)
    start, end = axes.measure[edge], axes.measure[edge] + length[edge]
    real = (length[edge] > 0) & (start < to_m[piece]) & (end > from_m[piece])
    piece, edge = piece[real], edge[real]
    t0 = np.clip((from_m[piece] - axes.measure[edge]) / length[edge], 0.0, 1.0)
    t1 = np.clip((to_m[piece] - axes.measure[edge]) / length[edge], 0.0, 1.0)
    a, b = np.column_stack([e.x0[edge], e.y0[edge]]), np.column_stack([e.x1[edge], e.y1[edge]])
    begins, ends = a + t0[:, None] * (b - a), np.where(t1[:, None] == 1.0, b, a + t1[:, None] * (b - a))
    opens = np.append(True, (piece[1:] != piece[:-1]) | (begins[1:] != ends[:-1]).any(axis=1))[: len(piece)]
    part = np.cumsum(opens) - 1
    xy, of = np.concatenate([begins[opens], ends]), np.concatenate([part[opens], part])
    order = np.lexsort((np.concatenate([np.full(part[-1:].sum() + len(part[-1:]), -1), np.arange(len(ends))]), of))
    lines = shapely.linestrings(xy[order], indices=of[order])
    out: Shapes = np.full(n, shapely.MultiLineString(), dtype=object)
    owner = piece[opens]
    if len(owner):
        out[np.unique(owner)] = shapely.multilinestrings(lines, indices=np.unique(owner, return_inverse=True)[1])
    return out


def _edges_between(axes: Axes, axis: Ints, from_m: Floats, to_m: Floats) -> tuple[Ints, Ints]:
    """[first, after) of the edges that may hold each stretch; a running sum over many axes is ordered by axis, then measure."""
    owner = axes.edges.owner
    key = owner * _FAR + np.rint(axes.measure * MM).astype(np.int64)
    low, high = axes.edges.offsets[axis], axes.edges.offsets[axis + 1]
    first = np.searchsorted(key, axis * _FAR + np.floor(from_m * MM).astype(np.int64) - 1, side="left") - 1
    after = np.searchsorted(key, axis * _FAR + np.ceil(to_m * MM).astype(np.int64) + 1, side="right")
    return np.clip(first, low, high), np.clip(after, low, high)

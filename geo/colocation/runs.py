"""Rows of matches as people count them: what runs on without a break along one road is one stretch, bends or not.

At a bend of the road the foot of a work on the inner side jumps a few centimetres, and so ends a row of the matching. Here
such rows of one pair are joined: ``from_m``–``to_m`` reach from the first to the last, ``shared_m`` stays the sum of what
was measured, so that no metre appears that was not there, and none is lost.

``shared_m`` is therefore not always ``to_m`` − ``from_m``. It is less where the jumps lie between, and may be more by what the
corners of bends add (:data:`CORNER_M` each at most): there the two run together on the outer side, beyond the ends of the road's
segments, on metres that the axis of the road does not have.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Both axes go on where one of them goes on within this: the other one turns round the corner.
STEP_M = 0.02
# A row off the road that is shorter lies in the corner of a bend, between two rows on the road.
CORNER_M = 0.1
ENDS = ("a_from_m", "a_to_m", "b_from_m", "b_to_m")


def whole_stretches(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows (:data:`geo.colocation.rows.COLUMNS`) with broken stretches joined: sorted by pair, shared stretches in the
    order of the chain and of the axis of ``a``, crossings after all of them. Where the sides of a stretch differ it
    is ``across``."""
    shared = (rows["kind"] == "shared").to_numpy(dtype=bool)
    if not shared.any():
        return rows.reset_index(drop=True)
    some = rows[shared]
    order = np.lexsort((some["a_from_m"], some["chain"], some["b"], some["a"]))
    some = _corners_given_away(some.iloc[order])
    joined = _joined(some.iloc[_along(some)])
    joined = joined.iloc[np.lexsort((joined["a_from_m"], joined["chain"], joined["b"], joined["a"]))]
    return pd.concat([joined, rows[~shared]], ignore_index=True)


def _corners_given_away(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the corners: their metres belong to the row on the road before (or else behind) them in the chain."""
    road = rows["road_id"].notna().to_numpy(dtype=bool)
    metres, chain = rows["shared_m"].to_numpy(dtype=float).copy(), rows["chain"].to_numpy(dtype=np.int64)
    corner = np.flatnonzero(~road & (metres < CORNER_M))
    places = np.flatnonzero(road)
    if not len(corner) or not len(places):
        return rows
    at = np.searchsorted(places, corner)
    before, behind = places[np.maximum(at - 1, 0)], places[np.minimum(at, len(places) - 1)]
    to = np.where(chain[before] == chain[corner], before, behind)
    mine = chain[to] == chain[corner]
    np.add.at(metres, to[mine], metres[corner[mine]])
    keep = np.ones(len(rows), dtype=np.bool_)
    keep[corner[mine]] = False
    return rows.assign(shared_m=np.round(metres, 3))[keep]


def _along(rows: pd.DataFrame) -> Ints:
    """Order by chain, road and measure along the road."""
    road = pd.factorize(rows["road_id"], use_na_sentinel=True)[0]
    return np.lexsort((rows["from_m"], road, rows["chain"], rows["b"], rows["a"]))


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that follow one another on one road, of one chain, become one."""
    same = rows["road_id"].notna().to_numpy(dtype=bool)[1:]
    for name in ("a", "b", "chain", "road_id"):
        values = rows[name].to_numpy()
        same = same & (values[1:] == values[:-1])
    a_from, a_to, b_from, b_to = (rows[name].to_numpy(dtype=float) for name in ENDS)
    goes_on = np.minimum(_apart(a_from, a_to), _apart(b_from, b_to)) <= STEP_M
    first = np.flatnonzero(np.concatenate([[True], ~(same & goes_on)]))
    if len(first) == len(rows):
        return rows
    metres = rows["shared_m"].to_numpy(dtype=float)
    total = np.add.reduceat(metres, first)
    more = {name: np.minimum.reduceat(rows[name].to_numpy(dtype=float), first) for name in ("from_m", "a_from_m", "b_from_m")}
    more |= {name: np.maximum.reduceat(rows[name].to_numpy(dtype=float), first) for name in ("to_m", "a_to_m", "b_to_m")}
    gap = np.add.reduceat(rows["gap_m"].to_numpy(dtype=float) * metres, first) / total
    sides = {name: _one_side(rows[name].to_numpy(dtype=object), first) for name in ("side_a", "side_b")}
    return rows.iloc[first].assign(**more, **sides, shared_m=np.round(total, 3), gap_m=np.round(gap, 3))


def _apart(low: Floats, high: Floats) -> Floats:
    """Metres between each interval and the one before it; 0 where they meet."""
    gap = np.maximum(low[1:] - high[:-1], low[:-1] - high[1:])
    return np.maximum(gap, 0.0)


def _one_side(side: npt.NDArray[np.object_], first: Ints) -> npt.NDArray[np.object_]:
    code = pd.factorize(side)[0]
    low, high = np.minimum.reduceat(code, first), np.maximum.reduceat(code, first)
    return np.where(low == high, side[first], "across").astype(object)

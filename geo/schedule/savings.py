"""What digging once saves: openings, metres, pavement and days, by one open formula.

Two works that share a stretch are *joined* where one's opening lies inside the other's, first and last day included. The
one that is open longer is the *host*, the other its *guest* (equally long: the firm one, then the one that stands first).
What a guest would have opened by itself on the stretch that it shares with a host is saved:

* openings: one for each work that is a guest of somebody;
* metres: those of the guest's line that it shares with a host, each metre once, however many hosts it has there;
* m²: those metres × the narrower of the two trenches, by the pavement above them. The common trench counts as wide as the
  wider of the two; where :func:`geo.schedule.trench.cross_section` needs more, the difference is not saved;
* days: the working days on which a guest is open: nobody is disturbed by them any more.

Yuan only by a table of prices. What is not known is not counted and stands beside: ``unmeasured_m`` are saved metres
without a stated trench width, ``unpriced_m2`` saved m² without a price.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import numbers, words
from geo.connected import components
from geo.intervals import STRIDE
from geo.law.coordination import Coordination, Weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Points are counted in tenths, so that tenths of a metre are whole numbers.
TENTHS = 10


@dataclass(frozen=True)
class Offers:
    """What each pair could save, piece by piece: one row for each pair and piece of the guest's line that it covers.

    ``piece`` numbers the pieces; ``guest``, ``host``: positions; ``metres``; ``area_m2`` (nan where a width is not stated);
    ``points``: worth by the weights, in tenths; ``pavement``. The rows of a piece follow one another, the best first.
    """

    piece: Ints
    guest: Ints
    host: Ints
    metres: Floats
    area_m2: Floats
    points: Ints
    pavement: npt.NDArray[np.object_]

    def where(self, keep: Bools | Ints) -> "Offers":
        """The rows that a mask or an order picks."""
        return Offers(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """The pairs (guest, host) in order, one row each, and the pair of each offer. No list of all offers is made for it: of
        works on one stretch there are as many as the cube of their number."""
        wide = np.int64(max(self.guest.max(initial=0), self.host.max(initial=0)) + 1)
        code, at = np.unique(self.guest * wide + self.host, return_inverse=True)
        return np.column_stack([code // wide, code % wide]), at.reshape(-1)


@dataclass(frozen=True)
class Savings:
    """``digs``: one row per dig: ``dig_id``, ``openings_saved``, ``metres_saved``, ``area_saved_m2``, ``unmeasured_m``,
    ``days_saved``, ``yuan_saved`` (nan without a table), ``unpriced_m2``, ``points`` (worth by the weights).
    ``pavement``: dig_id, pavement (None: not stated), metres, area_m2, unmeasured_m, points, yuan.
    ``guests``: dig_id, work, hosts (list), metres, area_m2, open_days: whose openings are saved."""

    digs: pd.DataFrame
    pavement: pd.DataFrame
    guests: pd.DataFrame


def hosts_first(open_days: Ints, firm: Bools) -> Ints:
    """Rank of each work among possible hosts: open longer, then firm, then the one that stands first. 0 hosts all."""
    order = np.lexsort((np.arange(len(open_days)), ~firm, -open_days))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def offers(works: pd.DataFrame, matches: pd.DataFrame, rank: Ints, weights: Weights) -> Offers:
    """What the shared rows of ``matches`` could save; ``rank``: :func:`hosts_first` for each work."""
    rows = _shared(matches)
    a, b = rows["a"].to_numpy(dtype=np.int64), rows["b"].to_numpy(dtype=np.int64)
    a_guest = rank[a] > rank[b]
    guest, host = np.where(a_guest, a, b), np.where(a_guest, b, a)
    row, piece, metres = _pieces(guest, a_guest, rows)
    width = numbers(works, "trench_width_m")
    area = metres * np.minimum(width[guest[row]], width[host[row]])
    tenths = np.rint(metres * TENTHS).astype(np.int64) * weights.metres
    tenths = tenths + np.rint(np.nan_to_num(area) * TENTHS).astype(np.int64) * weights.area
    found = Offers(piece, guest[row], host[row], metres, area, tenths, words(rows, "pavement")[row])
    return found.where(np.lexsort((found.host, -tenths, piece)))


def shared_metres(matches: pd.DataFrame, n: int) -> Floats:
    """Metres of each of ``n`` works that lie on a stretch of these matches, each metre once."""
    rows = _shared(matches)
    out = np.zeros(n)
    owners = np.concatenate([rows["a"].to_numpy(dtype=np.int64), rows["b"].to_numpy(dtype=np.int64)])
    both = pd.concat([rows, rows])
    row, piece, metres = _pieces(owners, np.arange(len(both)) < len(rows), both)
    order = np.lexsort((-metres, piece))
    first = order[np.r_[True, piece[order][1:] != piece[order][:-1]]] if len(order) else order
    np.add.at(out, owners[row[first]], metres[first])
    return out


def _shared(matches: pd.DataFrame) -> pd.DataFrame:
    return matches[(matches["kind"] == "shared").to_numpy(dtype=bool) & (numbers(matches, "shared_m") > 0)]


def _pieces(owner: Ints, owner_is_a: Bools, rows: pd.DataFrame) -> tuple[Ints, Ints, Floats]:
    """Cut the stretches on each owner's line at all their ends: (row, piece, metres) for each piece that a row covers."""
    shared = numbers(rows, "shared_m")
    ends = [np.where(owner_is_a, numbers(rows, f"a_{end}"), numbers(rows, f"b_{end}")) for end in ("from_m", "to_m")]
    low_m, high_m = np.minimum(*ends), np.maximum(*ends)
    bare = ~(high_m > low_m)  # a stretch that nobody placed on the line lies at its start
    low = np.rint(np.where(bare, 0.0, low_m) * 1000).astype(np.int64) + owner * STRIDE
    high = np.maximum(np.rint(np.where(bare, shared, high_m) * 1000).astype(np.int64) + owner * STRIDE, low + 1)
    cuts = np.unique(np.concatenate([low, high]))
    first, last = np.searchsorted(cuts, low), np.searchsorted(cuts, high)
    size = last - first
    row = np.repeat(np.arange(len(owner)), size)
    piece = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size) + first[row]
    part = (cuts[piece + 1] - cuts[piece]) / (high - low)[row] if len(row) else np.empty(0)
    return row, piece, part * shared[row]


def joined(matches: pd.DataFrame, members: pd.DataFrame) -> Bools:
    """Rows of ``matches`` whose two works are open, one inside the other (``members``: work, start, end)."""
    n = int(max(matches["a"].max(), matches["b"].max(), members["work"].max())) + 1 if len(matches) and len(members) else 0
    start, end = np.full(n, np.datetime64("NaT", "D")), np.full(n, np.datetime64("NaT", "D"))
    if not n:
        return np.zeros(len(matches), np.bool_)
    work = members["work"].to_numpy(dtype=np.int64)
    start[work], end[work] = (members[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    a, b = matches["a"].to_numpy(dtype=np.int64), matches["b"].to_numpy(dtype=np.int64)
    inside = (start[a] >= start[b]) & (end[a] <= end[b])
    outside = (start[b] >= start[a]) & (end[b] <= end[a])
    return np.asarray((inside | outside) & (matches["kind"] == "shared").to_numpy())


def together(works: pd.DataFrame, matches: pd.DataFrame, members: pd.DataFrame) -> Ints:
    """For each work the lowest position that it is joined with, directly or through others; itself if with none."""
    digs = matches[joined(matches, members)]
    return components(len(works), digs["a"].to_numpy(dtype=np.int64), digs["b"].to_numpy(dtype=np.int64))


def savings(works: pd.DataFrame, matches: pd.DataFrame, members: pd.DataFrame, settings: Coordination) -> Savings:
    """Savings of openings on given days. ``members``: dig_id (None: open alone), work, start, end, open_days, firm."""
    in_dig = members[members["dig_id"].notna()]
    work = in_dig["work"].to_numpy(dtype=np.int64)
    dig = np.full(len(works), None, dtype=object)
    open_days, firm = np.zeros(len(works), np.int64), np.zeros(len(works), np.bool_)
    dig[work], open_days[work] = in_dig["dig_id"].to_numpy(dtype=object), in_dig["open_days"].to_numpy(dtype=np.int64)
    firm[work] = in_dig["firm"].to_numpy(dtype=bool)
    made = matches[joined(matches, in_dig)]
    offered = offers(works, made, hosts_first(open_days, firm), settings.weights)
    first = np.ones(len(offered.piece), np.bool_)
    first[1:] = offered.piece[1:] != offered.piece[:-1]
    best = offered.where(first)
    pavement = _pavement(best, dig, settings)
    guests = _guests(offered, best, dig, open_days)
    return Savings(_digs(in_dig, pavement, guests, settings), pavement, guests)


def points(found: Savings, members: pd.DataFrame, settings: Coordination) -> float:
    """What openings are worth, the objective of the plan: points of the digs less those for each day moved (``shift_days``).

    weights.metres × metres + weights.area × m² + weights.days × days − weights.shift × days moved; metres and m² of each
    piece rounded to tenths.
    """
    return float(found.digs["points"].sum()) - settings.weights.shift * int(members["shift_days"].sum())


def _pavement(best: Offers, dig: npt.NDArray[np.object_], settings: Coordination) -> pd.DataFrame:
    table = pd.DataFrame({
        "dig_id": dig[best.guest], "pavement": best.pavement, "metres": best.metres, "points": best.points / TENTHS,
        "area_m2": np.nan_to_num(best.area_m2), "unmeasured_m": np.where(np.isnan(best.area_m2), best.metres, 0.0),
    })  # fmt: skip
    out = table.groupby(["dig_id", "pavement"], dropna=False, sort=True).sum().reset_index()
    prices = settings.prices.pavement_yuan_m2 if settings.prices else {}
    price = np.array([prices.get(kind, np.nan) for kind in words(out, "pavement")], dtype=float).reshape(-1)
    return out.assign(yuan=np.round(out["area_m2"].to_numpy(dtype=float) * price, 2))


def _guests(offered: Offers, best: Offers, dig: npt.NDArray[np.object_], open_days: Ints) -> pd.DataFrame:
    names = ["dig_id", "work", "hosts", "metres", "area_m2", "open_days"]
    if not len(best.guest):
        return pd.DataFrame({name: pd.Series(dtype=object) for name in names})
    hosts = pd.DataFrame({"work": offered.guest, "host": offered.host}).groupby("work")["host"].agg(lambda h: sorted(set(h)))
    sums = pd.DataFrame({"work": best.guest, "metres": best.metres, "area_m2": best.area_m2}).groupby("work").sum()
    work = sums.index.to_numpy(dtype=np.int64)
    out = sums.reset_index().assign(dig_id=dig[work], hosts=hosts.reindex(sums.index).to_numpy(), open_days=open_days[work])
    return out[names]


def _digs(in_dig: pd.DataFrame, pavement: pd.DataFrame, guests: pd.DataFrame, settings: Coordination) -> pd.DataFrame:
    ids = pd.Index(pd.unique(in_dig["dig_id"]), name="dig_id")
    by_pavement = pavement.assign(unpriced_m2=pavement["area_m2"].where(pavement["yuan"].isna(), 0.0)).groupby("dig_id")
    summed = ["metres", "area_m2", "unmeasured_m", "yuan", "unpriced_m2", "points"]
    ground = by_pavement[summed].sum().reindex(ids, fill_value=0.0)
    people = guests.groupby("dig_id")["open_days"].agg(["size", "sum"]).reindex(ids, fill_value=0)
    return pd.DataFrame({
        "dig_id": ids,
        "openings_saved": people["size"].to_numpy(dtype=np.int64),
        "metres_saved": ground["metres"].to_numpy(dtype=float).round(3),
        "area_saved_m2": ground["area_m2"].to_numpy(dtype=float).round(3),
        "unmeasured_m": ground["unmeasured_m"].to_numpy(dtype=float).round(3),
        "days_saved": people["sum"].to_numpy(dtype=np.int64),
        "yuan_saved": ground["yuan"].to_numpy(dtype=float).round(2) if settings.prices else np.full(len(ids), np.nan),
        "unpriced_m2": ground["unpriced_m2"].to_numpy(dtype=float).round(3),
        "points": ground["points"].to_numpy(dtype=float) + settings.weights.days * people["sum"].to_numpy(dtype=float),
    })  # fmt: skip

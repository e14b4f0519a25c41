"""The table of matches: stretches with road, sides and gap, and what the dates of the two works say to each other."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.colocation.near import Near
from geo.colocation.placing import Network
from geo.colocation.shared import Stretches
from geo.columns import unstated
from geo.law.coordination import Coordination

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
Words = npt.NDArray[np.object_]

COLUMNS = (
    "match_id", "a", "b", "a_id", "b_id", "kind", "road_id", "road_name", "shared_m", "from_m", "to_m", "side_a", "side_b",
    "gap_m", "a_from_m", "a_to_m", "b_from_m", "b_to_m", "days_in_common", "first_common", "last_common", "same_party",
    "pavement", "status", "note", "note_day", "chain",
    "short_m",
)  # fmt: skip
PAVES = ("paving", "road_project")
DAY = np.timedelta64(1, "D")
NOT_A_DAY = np.datetime64("NaT", "D")


def match_rows(
    works_of: Callable[[Ints], pd.DataFrame], network: Network, shared: Stretches, crossing: Near, road: Ints,
    short_m: Floats, settings: Coordination,
) -> pd.DataFrame:  # fmt: skip
    """Rows of :data:`COLUMNS`: first all shared stretches, then all crossings, each in the order of their pairs.

    ``works_of``: the rows of some works by number; ``road``: the road on which each crossing lies, or -1; ``short_m``: how far
    the two of each crossing run together, in pieces shorter than the minimum (nan in the rows where they do not). Lengths in
    metres with whole millimetres. ``days_in_common`` is NA where a date that would tell is missing, or a work ends before it
    begins; ``status``: together, apart, undated. ``note``: ``repeat`` (the same ground was open within the pack's years before;
    ``note_day``: when it was closed), ``before_paving`` (dig and backfill before that day; both works have their days, and the
    dig was not over years before), ``after_paving`` (the surface will be new by then).
    """
    n = len(shared.a)
    numbers = np.concatenate([shared.a, crossing.a]), np.concatenate([shared.b, crossing.b])
    met, index = np.unique(np.concatenate(numbers), return_inverse=True)
    works, (a, b) = works_of(met), np.split(index.astype(np.int64), 2)
    line = np.concatenate([shared.line, road])
    on = line >= 0
    where = np.where(on, line, 0)
    ids = works["work_id"].astype(str).to_numpy()
    rows = pd.DataFrame({
        "match_id": _match_ids(ids, a, b), "a": numbers[0], "b": numbers[1], "a_id": ids[a], "b_id": ids[b],
        "kind": np.where(np.arange(len(a)) < n, "shared", "crossing"),
        "road_id": _on(network.road_id, where, on), "road_name": _on(network.name, where, on),
        "shared_m": _metres(shared.length_mm / 1000, len(a)),
        "from_m": _metres(np.where(shared.line >= 0, shared.from_m, np.nan), len(a)),
        "to_m": _metres(np.where(shared.line >= 0, shared.to_m, np.nan), len(a)),
        "side_a": _sides(shared.a_least, shared.a_most, shared.line, len(a)),
        "side_b": _sides(shared.b_least, shared.b_most, shared.line, len(a)),
        "gap_m": _metres(shared.gap, len(a)),
        "a_from_m": _both(shared.a_from, crossing.on_a), "a_to_m": _both(shared.a_to, crossing.on_a),
        "b_from_m": _both(shared.b_from, crossing.on_b), "b_to_m": _both(shared.b_to, crossing.on_b),
        "pavement": _on(network.pavement, where, on),
        "chain": np.concatenate([shared.chain, np.full(len(crossing.a), -1)]),
        "short_m": np.concatenate([np.full(n, np.nan), np.where(short_m > 0, np.round(short_m, 3), np.nan)]),
    })  # fmt: skip
    rows = rows.assign(**_days(works, a, b, settings), same_party=_same_party(works, a, b))
    apart = (rows["kind"].to_numpy() == "shared") & (rows["status"].to_numpy() == "apart")
    return rows.assign(**_notes(works, a, b, apart, settings))[list(COLUMNS)]


def _match_ids(ids: npt.NDArray[Any], a: Ints, b: Ints) -> Words:
    """A name for each pair that depends on the two ids alone, sixteen hexadecimal digits."""
    digests = b"".join(hashlib.blake2b(one.encode(), digest_size=8).digest() for one in ids)
    each = np.frombuffer(digests, dtype=np.uint64)
    with np.errstate(over="ignore"):
        mixed = (each[a] * np.uint64(0x9E3779B97F4A7C15)) ^ (each[b] * np.uint64(0xC2B2AE3D27D4EB4F))
    text = mixed.astype(">u8").tobytes().hex()
    return np.array([text[k : k + 16] for k in range(0, len(text), 16)], dtype=object)


def _on(names: Words, where: Ints, on: npt.NDArray[np.bool_]) -> Words:
    out = np.full(len(on), None, dtype=object)
    out[on] = names[where[on]]
    return out


def _metres(values: Floats, n: int) -> Floats:
    """Rounded to the millimetre, nan for the crossings behind."""
    return np.concatenate([np.round(values, 3), np.full(n - len(values), np.nan)])


def _both(shared: Floats, crossing: Floats) -> Floats:
    return np.concatenate([shared, crossing]).round(3)


def _sides(least: Floats, most: Floats, line: Ints, n: int) -> Words:
    """Side of the road in its digitised direction, None off the road and for crossings."""
    side = np.where(least >= 0, "left", np.where(most <= 0, "right", "across")).astype(object)
    side[line < 0] = None
    return np.concatenate([side, np.full(n - len(side), None, dtype=object)])


def _stated(works: pd.DataFrame) -> tuple[Days, Days]:
    """First and last day of each work; both unknown where they contradict each other: nobody can say which of them holds."""
    start, end = (works[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    reversed_ = start > end
    start[reversed_], end[reversed_] = NOT_A_DAY, NOT_A_DAY
    return start, end


def periods(works: pd.DataFrame, settings: Coordination) -> tuple[Days, Days]:
    """Active period of each work: its exact days where they are firm, else its window with the lead and lag of its kind; not
    known where its days contradict each other."""
    start, end = _stated(works)
    loose = ~works["firm"].to_numpy(dtype=bool)
    kind = works["kind"].to_numpy()
    for days, sign, table in ((start, -1, settings.lead_days), (end, 1, settings.lag_days)):
        more = np.array([table.get(k, 0) for k in kind], dtype=np.int64).reshape(-1)
        days[loose] += (sign * more[loose]).astype("timedelta64[D]")
    return start, end


def _days(works: pd.DataFrame, a: Ints, b: Ints, settings: Coordination) -> dict[str, Any]:
    start, end = periods(works, settings)
    apart = (end[a] < start[b]) | (end[b] < start[a])  # a missing day compares as False: it separates nothing
    known = ~(np.isnat(start[a]) | np.isnat(end[a]) | np.isnat(start[b]) | np.isnat(end[b]))
    first, last = np.maximum(start[a], start[b]), np.minimum(end[a], end[b])
    both = known & ~apart
    common = np.where(both, (last - first) / DAY + 1, 0.0)
    common[~(known | apart)] = np.nan
    return {
        "days_in_common": pd.array(common, dtype="Float64").astype("Int64"),
        "first_common": np.where(both, first, NOT_A_DAY),
        "last_common": np.where(both, last, NOT_A_DAY),
        "status": np.where(apart, "apart", np.where(known, "together", "undated")),
    }


def _same_party(works: pd.DataFrame, a: Ints, b: Ints) -> Any:
    party = works["party"].to_numpy(dtype=object)
    told = ~(unstated(party[a]) | unstated(party[b]))
    return pd.Series(party[a] == party[b], dtype="boolean").where(pd.Series(told)).array


def _notes(works: pd.DataFrame, a: Ints, b: Ints, apart: npt.NDArray[np.bool_], settings: Coordination) -> dict[str, Any]:
    """What the order of the two works in time means for whoever digs. ``apart``: a shared stretch without a common day."""
    start, end = _stated(works)
    paves = np.isin(works["kind"].to_numpy(dtype=str), PAVES)
    paver, digger = np.where(paves[a], a, b), np.where(paves[a], b, a)
    mixed = paves[a] != paves[b]
    late = mixed & (start[digger] > end[paver])
    years = 366 * max(settings.repeat_years, 1)
    known = ~(np.isnat(start[digger]) | np.isnat(end[digger]) | np.isnat(start[paver]))
    # A dig that was over years before concerns the paving no more; of one without days nobody knows whether it comes before.
    early = mixed & ~late & known & (_days_between(end[digger], start[paver]) <= years)
    earlier = np.where(end[a] < start[b], a, b)
    later = np.where(end[a] < start[b], b, a)
    pause = _days_between(end[earlier], start[later])
    repeat = apart & ~paves[a] & ~paves[b] & (pause > 0) & (pause <= 366 * settings.repeat_years)
    note = np.full(len(a), None, dtype=object)
    note[late], note[early], note[repeat] = "after_paving", "before_paving", "repeat"
    day = np.where(early, start[paver], np.where(late, end[paver], np.where(repeat, end[earlier], NOT_A_DAY)))
    return {"note": note, "note_day": day}


def _days_between(first: Days, then: Days) -> Floats:
    """Calendar days from one day to another, nan where one of them is not known."""
    out: Floats = (then - first).astype("timedelta64[D]").astype(float)
    out[np.isnat(first) | np.isnat(then)] = np.nan
    return out

"""Which roads and ledger stretches that a route meets are locked, may be, or are not: dates, silence, and its age."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geo.areas import MAYBE, NO
from geo.facts import WHY
from geo.hits import Hits
from geo.ledger import LockDates
from geo.locks import Window, add_years, locked, unrecorded

if TYPE_CHECKING:
    from geo.measure import Measured

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Member = npt.NDArray[np.int8]


def lock_tables(measured: "Measured", zone: str, which: str) -> list[tuple[str, Hits, Member]]:
    """Hits on roads (by the dates on the road) and on ledger stretches (by the dates in the ledger)."""
    ground = measured.ground
    dates, lock = ground.locks[zone], ground.data.zones[zone].lock
    assert lock is not None
    filing = lock.tested_on == "filing"
    hits = getattr(measured.hits["roads"], which)
    by_road = _by_road(measured, dates, lock.years, hits, measured.window.take(hits.route, filing))
    entries = getattr(measured.hits["ledger"], which)
    found = locked(dates.ledger_day[entries.area], lock.years, measured.window.take(entries.route, filing))
    by_entry = np.minimum(found, dates.ledger_member[entries.area]).astype(np.int8)
    return [("roads", hits, by_road), ("ledger", entries, by_entry)]


def _by_road(measured: "Measured", dates: LockDates, years: int, hits: Hits, window: Window) -> Member:
    row = measured.ground.sets["roads"].row[hits.area]
    silent = unrecorded(dates.since, years, window)
    # Silence counts only where whoever promised completeness was looking, and as long as the looking is fresh.
    unproved = ~_promised(measured)[hits.route] | _after(window.filed, dates.until)
    silent = np.where(unproved, MAYBE, silent).astype(np.int8)
    stale = _after(window.filed, dates.road_until)
    blank = np.where(stale, silent, NO) if dates.blank_is_none else silent
    blank = np.where(dates.road_in_ledger[row] & ~_after(window.filed, dates.ledger_until), NO, blank)
    day = dates.road_day[row]
    stated = locked(day, years, window)
    # What a road's own date frees, a later building may have locked again: an old record needs a fresh silence beside it.
    stated = np.where((stated == NO) & stale, silent, stated)
    told = np.where(np.isnat(day), np.where(dates.road_murky[row], MAYBE, blank), stated)
    told = np.maximum(told, _stray(dates, years, window))
    certain = measured.ground.sets["roads"].certain[hits.area]
    return np.minimum(told, np.where(certain, dates.road_member[row], np.minimum(dates.road_member[row], MAYBE))).astype(np.int8)


def _promised(measured: "Measured") -> Bools:
    ledger = measured.ground.city.layer("road_ledger")
    return measured.covered["road_ledger" if ledger.proves and ledger.complete_since is not None else "roads"]


def _after(filed: npt.NDArray[np.datetime64], until: np.datetime64) -> Bools:
    """Is the record too old on that day? One that states no day of its own is taken as of the day of filing."""
    old: Bools = np.zeros(len(filed), dtype=np.bool_) if np.isnat(until) else filed > until
    return old


def _stray(dates: LockDates, years: int, window: Window) -> Member:
    """May a ledger row that names no road be of this one, and lock it?

    Of several it is the last one finished by the end of the dig: if its lock is over, those before it are as well."""
    days = dates.stray_days
    if not len(days):
        return np.full(len(window.filed), NO, dtype=np.int8)
    if np.isnat(days).any():
        return np.full(len(window.filed), MAYBE, dtype=np.int8)
    final = window.bounds()[1]
    at = np.where(np.isnat(final), len(days), np.searchsorted(days, final, side="right")) - 1
    found = np.minimum(locked(days[np.maximum(at, 0)], years, window), MAYBE)
    return np.where(at < 0, NO, found).astype(np.int8)


def lock_ends(measured: "Measured", zone: str, key: str, area: Ints) -> npt.NDArray[np.datetime64]:
    """Last day of the lock for areas of a lock zone (NaT where the date is not known)."""
    dates, lock = measured.ground.locks[zone], measured.ground.data.zones[zone].lock
    assert lock is not None
    day = dates.ledger_day[area] if key == "ledger" else dates.road_day[measured.ground.sets["roads"].row[area]]
    return add_years(day, lock.years)


def lock_cause(measured: "Measured", zone: str, tables: list[tuple[str, Hits, Member]]) -> Member:
    """Why a lock is not known, per route (index into WHY): a row of the ledger that names no kind or no stretch; the road's
    date where one is missing; rows of the ledger that name no road; records that are too old; else the planned days."""
    dates = measured.ground.locks[zone]
    n = len(measured.length_mm)
    dateless, doubtful = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    for key, hits, member in tables:
        unknown = member == MAYBE
        if key == "ledger":
            doubtful[hits.route[unknown & dates.ledger_doubt[hits.area]]] = True
        dateless[hits.route[unknown][np.isnat(lock_ends(measured, zone, key, hits.area[unknown]))]] = True
    old = _after(measured.window.filed, dates.until) | _after(measured.window.filed, dates.road_until)
    stray, kept = len(dates.stray_days) > 0, ~np.isnat(dates.since)
    dated = ~(np.isnat(measured.window.start) & np.isnat(measured.window.end))
    code = {name: WHY.index(name) for name in ("no_road_date", "stray_rows", "old_records", "no_dig_date", "ledger_row")}
    cause = np.where(dated & stray, code["stray_rows"], code["no_dig_date"])
    cause = np.where(dateless, code["stray_rows" if stray and kept else "no_road_date"], cause)
    cause = np.where(old & (~dateless | kept), code["old_records"], cause)
    return np.where(doubtful, code["ledger_row"], cause).astype(np.int8)

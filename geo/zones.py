"""Metres of each route in each zone of the pack, with bounds: surely, possibly, and if the defaults were wrong."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.axis import MM, cut
from geo.facts import WHY, Column
from geo.footprint import BORED, HOUSED, HUNG, OPEN
from geo.ground import MAYBE, NO, SURE, Ground
from geo.hits import Hits
from geo.intervals import intersect, total
from geo.locks import add_years, locked, unrecorded

if TYPE_CHECKING:
    from geo.measure import Measured

Ints = npt.NDArray[np.int64]
Member = npt.NDArray[np.int8]
Tables = list[tuple[str, Hits, Member]]
KINDS = ("open", "any", "hung")
SUFFIXES = ("area_m2", *(f"{kind}_{what}" for kind in KINDS for what in ("m", "all")))


def zone_columns(measured: "Measured", wanted: Iterable[str]) -> dict[str, Column]:
    """Columns for the zone facts that the pack asks for (in any of its readings)."""
    out: dict[str, Column] = {}
    asked: dict[str, set[str]] = {}
    for name in wanted:
        zone, _, suffix = name.rpartition(".")
        if zone in measured.ground.data.zones and suffix in SUFFIXES:
            asked.setdefault(zone, set()).add(suffix)
    for zone, suffixes in asked.items():
        if "area_m2" in suffixes:
            out[f"{zone}.area_m2"] = _area_column(measured, zone)
        tables, estimated = zone_hits(measured, zone)
        bounds = [zone_hits(measured, zone, which)[0] for which in ("least", "most")] if estimated else []
        for kind in KINDS:
            if suffixes & {f"{kind}_m", f"{kind}_all"}:
                metres = _metres(measured, zone, kind, tables, bounds)
                out[f"{zone}.{kind}_m"] = metres
                out[f"{zone}.{kind}_all"] = _only_if_whole(metres, measured)
    return out


def zone_hits(measured: "Measured", zone: str, which: str = "best") -> tuple[Tables, bool]:
    """Hits that may count for a zone: (area set, hits, membership) tables, and whether some width is a default."""
    ground = measured.ground
    spec = ground.data.zones[zone]
    key, member = ground.zones[zone]
    if zone in ground.locks:
        tables = _lock_hits(measured, zone, which)
    else:
        hits = getattr(measured.hits[key], which)
        tables = [(key, hits, member[hits.area])]
    if spec.own_site is not None:
        tables = [_clip(table, measured, spec.own_site == "inside") for table in tables]
    tables = [(key, h.where(m > NO), m[m > NO]) for key, h, m in tables]
    return tables, any(measured.hits[k].best is not measured.hits[k].least for k, _, _ in tables)


def _clip(table: tuple[str, Hits, Member], measured: "Measured", inside: bool) -> tuple[str, Hits, Member]:
    key, hits, member = table
    index, lo, hi = intersect(hits.route, hits.lo, hits.hi, *measured.sites.kept(inside))
    return key, hits.stretched(index, lo, hi), member[index]


def _lock_hits(measured: "Measured", zone: str, which: str) -> Tables:
    """Hits on roads (by the dates on the road) and on ledger stretches (by the dates in the ledger)."""
    ground = measured.ground
    dates, lock = ground.locks[zone], ground.data.zones[zone].lock
    assert lock is not None
    filing = lock.tested_on == "filing"
    hits = getattr(measured.hits["roads"], which)
    row = ground.sets["roads"].row[hits.area]
    window = measured.window.take(hits.route, filing)
    day = dates.road_day[row]
    silent = unrecorded(dates.complete_since, lock.years, window)
    # Silence counts only where whoever promised completeness was looking.
    ledger = ground.city.layer("road_ledger")
    promised = measured.covered["road_ledger" if ledger.frame is not None and ledger.complete_since is not None else "roads"]
    silent = np.where(promised[hits.route], silent, MAYBE).astype(np.int8)
    if dates.blank_is_none:
        silent = np.full(len(silent), NO, dtype=np.int8)
    silent = np.where(dates.road_in_ledger[row], NO, silent)
    by_road = np.minimum(np.where(np.isnat(day), silent, locked(day, lock.years, window)), dates.road_member[row]).astype(np.int8)
    entries = getattr(measured.hits["ledger"], which)
    found = locked(dates.ledger_day[entries.area], lock.years, measured.window.take(entries.route, filing))
    by_entry = np.minimum(found, dates.ledger_member[entries.area]).astype(np.int8)
    return [("roads", hits, by_road), ("ledger", entries, by_entry)]


def lock_ends(measured: "Measured", zone: str, key: str, area: Ints) -> npt.NDArray[np.datetime64]:
    """Last day of the lock for areas of a lock zone (NaT where the date is not known)."""
    dates, lock = measured.ground.locks[zone], measured.ground.data.zones[zone].lock
    assert lock is not None
    day = dates.ledger_day[area] if key == "ledger" else dates.road_day[measured.ground.sets["roads"].row[area]]
    return add_years(day, lock.years)


def _metres(measured: "Measured", zone: str, kind: str, tables: Tables, bounds: list[Tables]) -> Column:
    n = len(measured.length_mm)
    best, possible = _sum(tables, SURE, kind, n), _sum(tables, MAYBE, kind, n)
    low, high = best, best
    if bounds:
        least, most = bounds
        low, high = np.minimum(best, _sum(least, SURE, kind, n)), np.maximum(best, _sum(most, SURE, kind, n))
    return _column(measured, zone, best, possible, low, high)


def _sum(tables: Tables, least: int, kind: str, n: int) -> npt.NDArray[np.float64]:
    masks = [(m >= least) & _counts(h, kind) for _, h, m in tables]
    route = np.concatenate([h.route[k] for (_, h, _), k in zip(tables, masks, strict=True)])
    lo = np.concatenate([h.lo[k] for (_, h, _), k in zip(tables, masks, strict=True)])
    hi = np.concatenate([h.hi[k] for (_, h, _), k in zip(tables, masks, strict=True)])
    return total(route, lo, hi, n) / MM


def _counts(hits: Hits, kind: str) -> npt.NDArray[np.bool_]:
    modes = {"open": (OPEN,), "hung": (HUNG,), "any": (OPEN, BORED, HUNG, HOUSED)}[kind]
    return np.isin(hits.mode, modes)


def _column(measured: "Measured", zone: str, best: Any, possible: Any, low: Any, high: Any) -> Column:
    ground = measured.ground
    spec = ground.data.zones[zone]
    covered = measured.covered[spec.layer] if spec.layer != "road_ledger" else measured.covered["roads"]
    top = np.where(covered, possible, np.inf)
    why = np.where(possible > best, WHY.index(_cause(zone, ground)), 0).astype(np.int8)
    layer = ground.city.layer("roads" if spec.layer == "road_ledger" else spec.layer)
    absent = "no_layer" if layer.frame is None else "no_coverage" if layer.coverage is None else "outside_coverage"
    why = np.where(covered, why, WHY.index(absent)).astype(np.int8)
    if spec.lock is not None and (why == WHY.index("no_road_date")).any():
        no_window = np.isnat(measured.window.start) & (why == WHY.index("no_road_date"))
        why = np.where(no_window & ~np.isnat(measured.window.filed), _date_cause(measured, zone, why), why).astype(np.int8)
    hinted = _hinted(measured) if "class" in spec.where and spec.layer == "roads" else np.zeros(len(best), dtype=np.bool_)
    return Column(best, best, top, low, high, hinted, why, layer.name, zone)


def _date_cause(measured: "Measured", zone: str, why: Member) -> Member:
    """Missing is the dig window where every road met has its date, else the road's date."""
    tables, _ = zone_hits(measured, zone)
    dateless = np.zeros(len(why), dtype=bool)
    for key, hits, member in tables:
        unknown = member == MAYBE
        ends = lock_ends(measured, zone, key, hits.area[unknown])
        dateless[hits.route[unknown][np.isnat(ends)]] = True
    return np.where(dateless, WHY.index("no_road_date"), WHY.index("no_dig_date")).astype(np.int8)


def _cause(zone: str, ground: Ground) -> str:
    spec = ground.data.zones[zone]
    if spec.lock is not None:
        return "no_road_date"
    if spec.layer == "roads":
        return "no_class"
    return {"trees": "no_canopy", "highways": "no_offset"}.get(spec.layer, "no_kind")


def _hinted(measured: "Measured") -> npt.NDArray[np.bool_]:
    hits = measured.hits["roads"].best
    out = np.zeros(len(measured.length_mm), dtype=np.bool_)
    out[hits.route[measured.ground.hint[measured.ground.sets["roads"].row[hits.area]]]] = True
    return out


def _only_if_whole(metres: Column, measured: "Measured") -> Column:
    """The same metres where the whole line lies in the zone, else 0: for the reading that only such a line is excluded."""
    whole = measured.length_mm / MM
    names = ("value", "low", "high", "est_low", "est_high")
    cutoff = {name: np.where(getattr(metres, name) >= whole, getattr(metres, name), 0.0) for name in names}
    return Column(**cutoff, estimated=metres.estimated, why=metres.why, layer=metres.layer, zone=metres.zone)


def _area_column(measured: "Measured", zone: str) -> Column:
    """Trench area inside the zone, m² (flat-ended trench of the stated or default width)."""
    n = len(measured.length_mm)
    tables, _ = zone_hits(measured, zone)
    area = np.zeros((2, n))
    frame = measured.ground.city.layer(measured.ground.data.zones[zone].layer).frame
    for key, hits, member in tables:
        shapes = frame.geometry.to_numpy() if frame is not None else np.zeros(0, dtype=object)
        for k in np.flatnonzero(hits.open):
            route = int(hits.route[k])
            line = cut(measured.axes, route, hits.lo[k] / MM, hits.hi[k] / MM)
            trench = shapely.buffer(line, measured.footprints.trench_m[route] / 2, cap_style="flat")
            size = shapely.area(shapely.intersection(trench, shapes[measured.ground.sets[key].row[hits.area[k]]]))
            area[1, route] += size
            area[0, route] += size if member[k] == SURE else 0.0
    best, possible = np.round(area, 3)
    return _column(measured, zone, best, possible, best, best)

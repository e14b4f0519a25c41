"""Metres of each route in each zone of the pack, with bounds: surely, possibly, and if the defaults were wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.areas import LIKELY, MAYBE, NO, SURE
from geo.axis import MM, cut
from geo.city import Layer
from geo.facts import WHY, Column
from geo.footprint import BORED, DUG, HOUSED, HUNG, UNSAID
from geo.hits import Hits
from geo.intervals import intersect, total
from geo.lock_zones import lock_cause, lock_ends, lock_tables

if TYPE_CHECKING:
    from geo.measure import Measured

Floats = npt.NDArray[np.float64]
Member = npt.NDArray[np.int8]
Tables = list[tuple[str, Hits, Member]]
MODES = {"open": DUG, "any": (*DUG, BORED, HUNG, HOUSED), "hung": (HUNG,)}
KINDS = tuple(MODES)
# What is missing where a row of the layer only may belong to a zone.
USUAL = {"roads": "no_class", "trees": "no_canopy", "highways": "no_offset"}
SUFFIXES = ("area_m2", *(f"{kind}_{what}" for kind in KINDS for what in ("m", "all")))


@dataclass(frozen=True)
class Amounts:
    """Metres (or m²) of each route in a zone: the best number; what surely counts and what possibly does, given what is
    missing; and the same two if the defaults were wrong."""

    best: Floats
    sure: Floats
    possible: Floats
    least: Floats
    most: Floats


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
                metres = _column(measured, zone, kind, tables, _metres(measured, zone, kind, tables, bounds))
                out[f"{zone}.{kind}_m"] = metres
                out[f"{zone}.{kind}_all"] = _only_if_whole(metres, measured)
    return out


def zone_hits(measured: "Measured", zone: str, which: str = "best") -> tuple[Tables, bool]:
    """Hits that may count for a zone: (area set, hits, membership) tables, and whether some width is a default."""
    ground = measured.ground
    spec = ground.data.zones[zone]
    key, member = ground.zones[zone]
    if zone in ground.locks:
        tables = lock_tables(measured, zone, which)
    else:
        hits = getattr(measured.hits[key], which)
        tables = [(key, hits, member[hits.area])]
    if spec.own_site is not None:
        tables = [part for table in tables for part in _clip(table, measured, spec.own_site == "inside")]
    tables = [(key, h.where(m > NO), m[m > NO]) for key, h, m in tables]
    return tables, any(measured.hits[k].best is not measured.hits[k].least for k, _, _ in tables)


def _clip(table: tuple[str, Hits, Member], measured: "Measured", inside: bool) -> Tables:
    """A table narrowed to the metres inside or outside the own site; where that is not established, they may count."""
    key, hits, member = table
    out: Tables = []
    for kept, established in measured.sites.kept(inside):
        index, lo, hi = intersect(hits.route, hits.lo, hits.hi, *kept)
        most = SURE if established else MAYBE
        out.append((key, hits.stretched(index, lo, hi), np.minimum(member[index], most).astype(np.int8)))
    return out


def _metres(measured: "Measured", zone: str, kind: str, tables: Tables, bounds: list[Tables]) -> Amounts:
    n = len(measured.length_mm)
    bridge = measured.ground.data.zones[zone].level == "bridge"
    tables, bounds = _doubted(tables, measured, kind), [_doubted(one, measured, kind) for one in bounds]
    best, sure, possible = (_sum(tables, least, kind, n, bridge) for least in (LIKELY, SURE, MAYBE))
    low, high = sure, possible
    if bounds:
        low = np.minimum(sure, _sum(bounds[0], SURE, kind, n, bridge))
        high = np.maximum(possible, _sum(bounds[1], MAYBE, kind, n, bridge))
    return Amounts(best, sure, possible, low, high)


def _doubted(tables: Tables, measured: "Measured", kind: str) -> Tables:
    """What may be dug where the burial cannot be read is likely met by open cut, not surely."""
    murky = measured.footprints.unclear
    if kind != "open" or not murky.any():
        return tables
    return [(key, h, np.where(murky[h.route], np.minimum(m, LIKELY), m).astype(np.int8)) for key, h, m in tables]


def _sum(tables: Tables, least: int, kind: str, n: int, bridge: bool) -> Floats:
    """Metres of the hits that belong at least so surely; along a bridge what nobody stated may hang."""
    modes = MODES[kind] if not (bridge and kind == "hung" and least == MAYBE) else (*MODES[kind], UNSAID)
    masks = [(m >= least) & np.isin(h.mode, modes) for _, h, m in tables]
    route = np.concatenate([h.route[k] for (_, h, _), k in zip(tables, masks, strict=True)])
    lo = np.concatenate([h.lo[k] for (_, h, _), k in zip(tables, masks, strict=True)])
    hi = np.concatenate([h.hi[k] for (_, h, _), k in zip(tables, masks, strict=True)])
    return total(route, lo, hi, n) / MM


def _column(measured: "Measured", zone: str, kind: str, tables: Tables, amounts: Amounts) -> Column:
    ground = measured.ground
    spec = ground.data.zones[zone]
    covered = measured.covered[spec.layer] if spec.layer != "road_ledger" else measured.covered["roads"]
    top = np.where(covered, amounts.possible, np.inf)
    layer = ground.city.layer("roads" if spec.layer == "road_ledger" else spec.layer)
    absent = _absent(layer)
    doubt = amounts.possible > amounts.sure
    why = np.where(doubt, _cause(measured, zone, kind, tables), 0) if doubt.any() else np.zeros(len(doubt), dtype=np.int8)
    why = np.where(covered, why, WHY.index(absent)).astype(np.int8)
    return Column(amounts.best, amounts.sure, top, amounts.least, amounts.most, why, layer.name, zone)


def _absent(layer: Layer) -> str:
    """Why the silence of a layer proves nothing at a place that it does not cover."""
    if layer.frame is None:
        return "no_layer"
    return "no_coverage" if layer.coverage is None else "outside_coverage" if layer.proves else "rows_lost"


def _cause(measured: "Measured", zone: str, kind: str, tables: Tables) -> Member:
    """Why hits of each route only may count for a zone (index into WHY)."""
    spec = measured.ground.data.zones[zone]
    n = len(measured.length_mm)
    if spec.lock is not None:
        cause = lock_cause(measured, zone, tables)
    else:
        cause = np.full(n, WHY.index(USUAL.get(spec.layer, "no_kind")), dtype=np.int8)
    if spec.layer == "roads" and "class" in spec.where:
        cause[_hinted(measured, zone, tables)] = WHY.index("class_hint")
    if spec.own_site is not None:
        cause[measured.sites.unclear()] = WHY.index("own_site")
    if kind == "open":
        cause[measured.footprints.unclear] = WHY.index("unclear_burial")
    if spec.level == "bridge" and kind == "hung":
        for _, hits, _ in tables:
            cause[hits.route[hits.mode == UNSAID]] = WHY.index("no_burial")
    return cause


def _hinted(measured: "Measured", zone: str, tables: Tables) -> npt.NDArray[np.bool_]:
    """Routes where a hit only may count because the class of its road is a hint."""
    out = np.zeros(len(measured.length_mm), dtype=np.bool_)
    for key, hits, member in tables:
        by_hint = member == LIKELY
        if key != "ledger":
            by_hint |= (member == MAYBE) & measured.ground.hint[measured.ground.sets[key].row[hits.area]]
        if zone in measured.ground.locks:  # without its date the road is in doubt whatever its class
            by_hint &= ~np.isnat(lock_ends(measured, zone, key, hits.area))
        out[hits.route[by_hint]] = True
    return out


def _only_if_whole(metres: Column, measured: "Measured") -> Column:
    """The same metres where the whole line lies in the zone, else 0: for the reading that only such a line is excluded."""
    whole = measured.length_mm / MM
    names = ("value", "low", "high", "est_low", "est_high")
    cutoff: dict[str, Any] = {name: np.where(getattr(metres, name) >= whole, getattr(metres, name), 0.0) for name in names}
    return replace(metres, **cutoff)


def _area_column(measured: "Measured", zone: str) -> Column:
    """Trench area inside the zone, m² (flat-ended trench of the stated or default width)."""
    n = len(measured.length_mm)
    tables, _ = zone_hits(measured, zone)
    area = np.zeros((3, n))
    frame = measured.ground.city.layer(measured.ground.data.zones[zone].layer).frame
    for key, hits, member in tables:
        shapes = frame.geometry.to_numpy() if frame is not None else np.zeros(0, dtype=object)
        for k in np.flatnonzero(hits.open):
            route = int(hits.route[k])
            line = cut(measured.axes, route, hits.lo[k] / MM, hits.hi[k] / MM)
            trench = shapely.buffer(line, measured.footprints.trench_m[route] / 2, cap_style="flat")
            size = shapely.area(shapely.intersection(trench, shapes[measured.ground.sets[key].row[hits.area[k]]]))
            area[: member[k], route] += size
    possible, best, sure = np.round(area, 3)
    return _column(measured, zone, "open", tables, Amounts(best, sure, possible, sure, possible))

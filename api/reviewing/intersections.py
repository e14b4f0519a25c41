"""What a line meets, row by row, numbered: read from its verdict and from the partition of its metres, not measured again.

What the verdict does not carry is null: not known, and never 0.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from geo.law.pack import Pack, Zone
from geo.schema import LAYERS

Row = dict[str, Any]
Part = Callable[[float, float], list[list[float]]]
"""The coordinates (degrees) of a stretch of the line, by its metres."""
THEMES = ("road", "green", "tree", "highway", "heritage", "planning", "work")
LAYER_OF = {
    "road": "roads", "green": "green", "tree": "trees", "highway": "highways", "heritage": "heritage", "planning": "planning",
    "pipe": "pipes",
}  # fmt: skip
LEDGER_KINDS = frozenset(LAYERS["road_ledger"].columns["kind"].values or ())
"""Kinds of work on a road: a stretch of one of them was found in the ledger, and not among the roads."""
YEAR_DAYS = 365.2425
POINT_M = 0.5  # either way of a place that has no length
_KEPT = ("id", "name", "kind", "side", "pavement", "from_m", "to_m", "bored")


def intersections(
    verdict: Mapping[str, Any], pieces: Sequence[Mapping[str, Any]], works: Sequence[Mapping[str, Any]] | None, part: Part,
    paved: Mapping[str, date], locks: Collection[str],
) -> list[Row]:  # fmt: skip
    """Rows by theme and place: the roads of the partition, then green land, trees, highways, heritage, planned land, and works
    to be joined. ``works``: matches, None where nobody looked; ``paved``: the last day of each road's pavement; ``locks``: rules
    that ask whether a road is locked (:func:`lock_rules`).

    Each row has ``n``, ``key``, ``theme``, ``layer``, from–to and ``length_m``, ``area_m2``, ``rules`` with the ``citation`` of
    the weightiest, ``coordinates`` and ``bbox``; a road also ``age_years``, ``lock`` (yes, no, unknown) and ``locked_until``.
    """
    met = [(finding, one) for finding in verdict["findings"] for one in finding["stretches"]]
    on = date.fromisoformat(verdict["on"])
    unsure = any(finding["answer"] == "unknown" and finding["rule"] in locks for finding in verdict["findings"])
    out = [_road(piece, met, unsure, paved, on) for piece in pieces if piece.get("id") is not None]
    seen: dict[str, Row] = {}
    for finding, one in met:
        if one["theme"] != "road" and one["theme"] in LAYER_OF:
            row = seen.setdefault(_key(one["theme"], one), _area(one))
            row["rules"].append(finding)
    out += sorted(seen.values(), key=lambda row: (THEMES.index(row["theme"]), row["from_m"], row["key"]))
    out += [_work(work, stretch) for work in works or [] for stretch in work["stretches"]]
    for n, row in enumerate(out, 1):
        row |= _clause(row.pop("rules")) | {"n": n}
        # a crossing right at an end has no length: it is shown by the half metre beside it
        row["coordinates"] = part(row["from_m"], row["to_m"]) or part(row["from_m"] - POINT_M, row["to_m"] + POINT_M)
        row["bbox"] = _box(row["coordinates"])
    return out


def _key(theme: str, one: Mapping[str, Any]) -> str:
    return f"{theme}:{one['id']}@{one['from_m']:.3f}-{one['to_m']:.3f}"


def _metres(one: Mapping[str, Any]) -> Row:
    return {"length_m": round(one["to_m"] - one["from_m"], 3), "area_m2": one.get("area_m2")}


def _road(piece: Mapping[str, Any], met: Iterable[tuple[Row, Row]], unsure: bool, paved: Mapping[str, date], on: date) -> Row:
    # a rule is about this piece where a stretch of it lies on the same road and shares metres with it
    here = [
        (finding, one)
        for finding, one in met
        if one["theme"] == "road" and one["id"] == piece["id"] and one["from_m"] < piece["to_m"] and piece["from_m"] < one["to_m"]
    ]
    locks = [one for _, one in here if "locked_until" in one]
    ends = [one["locked_until"] for one in locks if one["locked_until"] and one["certain"]]
    lock = "yes" if ends else "unknown" if locks or (unsure and piece["id"] not in paved) else "no"
    day = paved.get(piece["id"])
    return {
        **{name: piece.get(name) for name in _KEPT}, **_metres(piece), "key": _key("road", piece), "theme": "road",
        "layer": ledger_or("roads", locks), "certain": True, "rules": [finding for finding, _ in here], "lock": lock,
        "locked_until": max(ends) if ends else None, "paved": None if day is None else day.isoformat(),
        "age_years": None if day is None else round((on - day).days / YEAR_DAYS, 1),
    }  # fmt: skip


def _area(one: Mapping[str, Any]) -> Row:
    return {
        **{name: one.get(name) for name in _KEPT}, **_metres(one), "key": _key(one["theme"], one), "theme": one["theme"],
        "layer": LAYER_OF[one["theme"]], "certain": bool(one.get("certain", True)), "rules": [],
    }  # fmt: skip


def _work(work: Mapping[str, Any], stretch: Mapping[str, Any]) -> Row:
    low, high = stretch["from_m"], stretch["to_m"]
    return {
        "key": f"work:{work['match_id']}@{low:.3f}", "theme": "work", "layer": "routes", "id": work["with"],
        "name": stretch.get("road_name") or work.get("road_name"), "kind": work["with_kind"], "side": stretch["side"],
        "pavement": None, "from_m": low, "to_m": high, "bored": None, "length_m": None if work["kind"] == "crossing" else
        round(high - low, 3), "area_m2": None, "certain": True, "rules": [], "party": work["party"],
        "days_in_common": work["days_in_common"], "status": work["status"], "note": work["note"],
    }  # fmt: skip


def _clause(found: Sequence[Mapping[str, Any]]) -> Row:
    """The rules of a row and the citation of the one that weighs most: it decides, else it holds."""
    best = min(found, key=lambda one: (not one["decides"], one["answer"] != "yes"), default=None)
    rules = list(dict.fromkeys(one["rule"] for one in found))
    return {"rules": rules, "citation": None if best is None else best["citation"]}


def _box(spots: Sequence[Sequence[float]]) -> list[float]:
    x, y = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return [min(x), min(y), max(x), max(y)]


def _zone(pack: Pack, rule: str) -> Zone | None:
    known = pack.rules.get(rule)
    return None if known is None else pack.data.zones.get(str(pack.fill(known.fact)).split(".")[0])


def layer_of(pack: Pack, rule: str) -> str:
    """The layer that a rule asks; "" where it asks about the line itself."""
    zone = _zone(pack, rule)
    return zone.layer if zone else ""


def ledger_or(layer: str, stretches: Iterable[Mapping[str, Any]]) -> str:
    """The ledger of works on roads where a stretch comes from it, else ``layer``."""
    return "road_ledger" if any(one["kind"] in LEDGER_KINDS for one in stretches) else layer


def lock_rules(pack: Pack) -> set[str]:
    """The rules that ask whether a road is locked against digging."""
    zones = {rule.id: _zone(pack, rule.id) for rule in pack.data.rules}
    return {rule for rule, zone in zones.items() if zone and zone.lock}


def slicing_rules(packs: Iterable[Pack]) -> list[str]:
    """The rules that suspect slices of a larger work: those that hold where a sum of several lines exceeds a number."""
    return sorted(
        {
            rule.id
            for pack in packs
            for rule in pack.data.rules
            if rule.fact.startswith("sum.") and {"gt", "ge"} & rule.test.keys()
        }
    )

"""What the report's own script reads: the words, one short line a route, and the proofs with what repeats said once."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely

from api.report.ground import encoded
from api.styles import styles
from geo.colocation import words as match_words
from geo.crs import to_degrees
from geo.law.pack import Pack
from geo.schema import LAYERS
from geo.verdict import Review
from geo.vocabulary import UTILITY
from geo.words import THEMES

# What one page can carry and stay quick. What is left out is said on the page, and where it is to be found.
ROWS_MAX = 20_000
PROOFS_MAX = 2_000
CHUNK = 100

SIDES = {"left": ("左侧", "left side"), "right": ("右侧", "right side"), "across": ("横穿", "across")}
PERMIT_STATES = {
    "owed": ("应办", "owed"), "waived": ("免办", "waived"), "confirm": ("待确认", "to be confirmed"),
    "unknown": ("待核实", "unknown"),
}  # fmt: skip


def order(review: Review) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Rows in the order in which a page takes them in: the outcomes in turn, the severe first, each in the order of the file.

    So a page that cannot hold all holds some of every outcome."""
    rank = {outcome: n for n, outcome in enumerate(styles()["severity_order"])}
    outcomes = review.rows["outcome"]
    severity = outcomes.map(lambda outcome: rank.get(outcome, len(rank))).to_numpy()
    return np.lexsort((severity, outcomes.groupby(outcomes.to_numpy()).cumcount().to_numpy()))


def table(review: Review, chosen: np.ndarray[Any, np.dtype[np.intp]]) -> dict[str, Any]:
    """Columns of the list, and the line of each route: differences in ten-millionths of a degree."""
    rows = review.rows.iloc[chosen]
    shapes = np.asarray(rows.geometry.array, dtype=object)
    areas = np.isin(shapely.get_type_id(shapes), (3, 6))
    shapes = np.where(areas, shapely.boundary(shapes), shapes)
    degrees = to_degrees(shapely.force_2d(shapes), review.city.work_crs)
    out = {name: _plain(rows[name]) for name in _COLUMNS if name in rows}
    out["immediate"] = [int(value) for value in rows["immediate"]]
    out["lines"] = [encoded(degrees[i : i + 1], 1e7) for i in range(len(degrees))]
    return out


_COLUMNS = (
    "row_no", "route_id", "outcome", "conditions", "certainty", "length_m", "sum_length_m", "project", "applicant", "utility",
)  # fmt: skip


def _plain(values: pd.Series) -> list[Any]:
    return [None if not isinstance(value, list) and value != value else value for value in values.tolist()]


def words(pack: Pack) -> dict[str, Any]:
    """Codes to words, both languages."""
    data = pack.data
    return {
        "outcomes": {key: title.model_dump() for key, title in pack.outcomes.items()},
        "conditions": {one.id: one.title.model_dump() for one in data.conditions},
        "utilities": pairs_of_words({code: (names[0], code) for code, names in UTILITY.items()}),
        "layers": {name: {"zh": spec.zh, "en": spec.en} for name, spec in LAYERS.items()},
        "matches": pairs_of_words({**match_words.KIND, **match_words.STATUS, **match_words.WORK}),
        "themes": pairs_of_words(THEMES), "sides": pairs_of_words(SIDES), "codes": pairs_of_words(_codes()),
        "permit_states": pairs_of_words(PERMIT_STATES),
    }  # fmt: skip


def _codes() -> dict[str, tuple[str, str]]:
    """Every class, kind and grade that a layer may hold."""
    listed = {"off_road": ("路外", "off road")}
    for spec in LAYERS.values():
        for column in spec.columns.values():
            listed |= {code: (spellings[0], code.replace("_", " ")) for code, spellings in column.values.items() if spellings}
    return listed


def pairs_of_words(table: Any) -> dict[str, dict[str, str]]:
    """(Chinese, English) by code as objects."""
    return {code: {"zh": zh, "en": en} for code, (zh, en) in table.items()}


def proofs(review: Review, chosen: np.ndarray[Any, np.dtype[np.intp]]) -> tuple[list[Any], list[list[Any]]]:
    """(pool, chunks): the verdicts of ``chosen`` in chunks; a bare number where an object belongs stands for ``pool[n]``.

    A finding is ``{"$f": n, "at": […], …}``: what its rule always says (``pool[n]``), where (numbers in the verdict's
    ``stretches``) and what holds for this route; what is null, false or empty is left out."""
    statics: dict[str, int] = {}
    verdicts = [_compact(review.verdict(int(i), geometry=True), statics) for i in chosen]
    seen = Counter(text for verdict in verdicts for text in _parts(verdict))
    pool = [json.loads(text) for text in statics]
    places: dict[str, int] = {}
    packed = [_replaced(verdict, seen, places, len(pool)) for verdict in verdicts]
    pool += [json.loads(text) for text in places]
    return pool, [packed[start : start + CHUNK] for start in range(0, len(packed), CHUNK)]


_STATIC = ("rule", "title", "effect", "unit", "limit", "test", "citation")
_SHARED = ("permits", "readings", "notes")
_STRETCH = ("theme", "from_m", "to_m", "kind", "id", "name", "side", "bored", "certain", "locked_until")
_SIBLINGS_SHOWN, _MATCHES_SHOWN = 12, 8
_MATCH = ("with", "with_kind", "party", "kind", "shared_m", "road_name", "days_in_common", "status", "note")


def _compact(verdict: dict[str, Any], statics: dict[str, int]) -> dict[str, Any]:
    places: dict[str, int] = {}
    findings = []
    for finding in verdict["findings"]:
        text = _text({name: finding.get(name) for name in _STATIC})
        own = {name: value for name, value in finding.items() if name not in (*_STATIC, "stretches") and _says(value)}
        at = [places.setdefault(_text(_stretch(one)), len(places)) for one in finding["stretches"]]
        findings.append({"$f": statics.setdefault(text, len(statics)), **own, **({"at": at} if at else {})})
    stretches = [json.loads(text) for text in places]
    whole = {**verdict, "findings": findings, "stretches": stretches, "group": _group(verdict.get("group") or {})}
    return whole | {"matches": _matches(verdict.get("matches"))}


def _says(value: Any) -> bool:
    """Whether a value has to be written: 0 is a measured value, not an empty one."""
    return value is not None and value is not False and value not in ([], "")


def _group(group: dict[str, Any]) -> dict[str, Any]:
    """How many lines belong together, the first of them by name: a project of thousands is not listed at each of them."""
    out = {}
    for name, value in group.items():
        routes = value.get("routes", []) if isinstance(value, dict) else []
        if routes:
            out[name] = {"routes": routes[:_SIBLINGS_SHOWN], "n": len(routes), "counted_m": value["counted_m"]}
    return out


def _matches(found: list[dict[str, Any]] | None) -> dict[str, Any] | None:
    """Who else digs there: how many, and the first of them; None where nobody looked."""
    if found is None:
        return None
    shown = [{name: one[name] for name in _MATCH if _says(one[name])} for one in found[:_MATCHES_SHOWN]]
    return {"n": len(found), "shown": shown}


def _stretch(one: dict[str, Any]) -> dict[str, Any]:
    short = {name: one[name] for name in _STRETCH if _says(one.get(name))}
    if one.get("coordinates"):
        whole = np.rint(np.array(one["coordinates"], dtype=float) * 1e7).astype(np.int64)
        short["line"] = np.diff(whole, axis=0, prepend=0).ravel().tolist()
    return short


def _parts(verdict: dict[str, Any]) -> Iterator[str]:
    """The parts of a verdict that others may share, as texts."""
    for name in ("findings", *_SHARED):
        yield from (_text(one) for one in verdict.get(name) or [])
    yield _text(verdict["rests_on"])
    yield _text(verdict["headline"])


def _replaced(verdict: dict[str, Any], seen: Counter[str], places: dict[str, int], base: int) -> dict[str, Any]:
    def place(value: Any) -> Any:
        text = _text(value)
        return base + places.setdefault(text, len(places)) if seen[text] > 1 else value

    lists = {name: [place(one) for one in verdict.get(name) or []] for name in ("findings", *_SHARED)}
    return verdict | lists | {"rests_on": place(verdict["rests_on"]), "headline": place(verdict["headline"])}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)

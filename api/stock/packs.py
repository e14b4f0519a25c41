"""Packs in words for the page, with what their worked cases came to; and two of them side by side."""

from pathlib import Path
from threading import Lock
from typing import Any

from geo.law.pack import Pack, Words
from layers.packs.cases import differences, read_cases
from layers.packs.compare import Item, Pair, Section, compare, sections

_judged: dict[tuple[str, float], list[dict[str, Any]]] = {}
_lock = Lock()


def head(pack: Pack) -> dict[str, Any]:
    """What a list of packs says of one."""
    data = pack.data
    return {
        "id": pack.id, "label": pack.label, "title": _said(data.title), "city": _said(data.city), "valid_from": data.valid_from,
        "valid_to": data.valid_to, "complete": data.complete, "notice": _said(data.notice), "folder": f"data/packs/{pack.id}",
        "open_readings": sum(not one.confirmed_by.office for one in data.switches.values()), "readings": len(data.switches),
        "rules": len(data.rules), "permits": len(data.permits),
    }  # fmt: skip


def clauses(pack: Pack, folder: Path) -> dict[str, Any]:
    """The whole pack and its cases."""
    return {**head(pack), "sections": [_section(one) for one in sections(pack)], "cases": cases_of(pack, folder)}


def compared(a: Pack, b: Pack) -> dict[str, Any]:
    """Two packs, item by item."""
    told = []
    for section, pairs in compare(a, b):
        counts = {fate: sum(one.fate == fate for one in pairs) for fate in ("same", "differs", "only_a", "only_b")}
        title = {"name": section.name, "title": _said(section.title), "counts": counts}
        told.append({**title, "items": [_pair(one) for one in pairs]})
    return {"a": head(a), "b": head(b), "sections": told}


def cases_of(pack: Pack, folder: Path) -> list[dict[str, Any]]:
    """Each worked case with what follows from it now; judged once for each state of the file."""
    key = (pack.label, (folder / "cases.yaml").stat().st_mtime)
    with _lock:
        if key not in _judged:
            _judged[key] = _judge(pack, folder)
        return _judged[key]


def _judge(pack: Pack, folder: Path) -> list[dict[str, Any]]:
    worked = read_cases(folder, pack)
    verdicts = {
        reading: worked.verdicts(dict(reading)) for reading in {tuple(sorted(c.readings.items())) for c in worked.file.cases}
    }
    told = []
    for i, case in enumerate(worked.file.cases):
        found = verdicts[tuple(sorted(case.readings.items()))]
        wrong = differences(case.then, found, i)
        told.append({
            "name": case.name, "facts": dict(case.facts), "readings": dict(case.readings), "outcome": found.outcome(i),
            "title": _said(pack.outcomes[found.outcome(i)]), "conditions": sorted(found.conditions(i)),
            "certainty": found.certainty(i), "fits": not wrong, "wrong": wrong,
        })  # fmt: skip
    return told


def _section(one: Section) -> dict[str, Any]:
    return {"name": one.name, "title": _said(one.title), "items": [_item(item) for item in one.items]}


def _item(one: Item) -> dict[str, Any]:
    parts = [{"name": p.name, "label": _said(p.label), "lines": [_said(line) for line in p.lines]} for p in one.parts]
    return {"id": one.id, "title": _said(one.title), "parts": parts, "citation": one.cite}


def _pair(one: Pair) -> dict[str, Any]:
    a, b = (None if item is None else _item(item) for item in (one.a, one.b))
    return {"id": one.id, "fate": one.fate, "a": a, "b": b, "differing": list(one.differing)}


def _said(text: Words | str) -> dict[str, str]:
    return {"zh": text, "en": text} if isinstance(text, str) else {"zh": text.zh, "en": text.en}

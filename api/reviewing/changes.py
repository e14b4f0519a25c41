"""Two judgements of one line compared: what is otherwise, in one list."""

from collections.abc import Mapping
from typing import Any

HEAD = ("outcome", "certainty", "conditions", "owed", "missing", "length_m")


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """``fields``: name → {before, after} of what differs in the rows; ``findings``: rules whose answer or value differs."""
    fields = {name: {"before": before[name], "after": after[name]} for name in HEAD if before[name] != after[name]}
    old = {one["rule"]: one for one in (before["verdict"] or {}).get("findings", [])}
    new = {one["rule"]: one for one in (after["verdict"] or {}).get("findings", [])}
    findings = [
        {
            "rule": rule, "title": (new.get(rule) or old[rule])["title"], "unit": (new.get(rule) or old[rule])["unit"],
            "before": _said(old.get(rule)), "after": _said(new.get(rule)),
        }
        for rule in dict.fromkeys([*new, *old])
        if _said(old.get(rule)) != _said(new.get(rule))
    ]  # fmt: skip
    return {"fields": fields, "findings": findings}


def _said(finding: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if finding is None else {name: finding[name] for name in ("answer", "value")}


def same(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    """Do two whole verdicts say the same? What they rest on and who else digs there may differ."""
    aside = ("rests_on", "matches", "notes")
    told = [{name: value for name, value in (one or {}).items() if name not in aside} for one in (before, after)]
    return told[0] == told[1]

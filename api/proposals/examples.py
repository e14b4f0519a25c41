"""One example of everything about proposals, for OpenAPI."""

from typing import Any

from api.examples import FEATURE, REVIEW

LINE: dict[str, Any] = {"type": "LineString", "coordinates": [[114.35, 34.79], [114.352, 34.79]]}
NEW: dict[str, Any] = {"feature": FEATURE, "title": "和平路中压支线", "note": "初稿"}
CHANGE: dict[str, Any] = {"feature": FEATURE, "revision": 3, "title": "和平路中压支线", "note": "移到路北，避让古树"}
STEP: dict[str, Any] = {"revision": 3}
REASON: dict[str, Any] = {"revision": 3, "reason": "请避让古树名木保护范围"}
HEAD: dict[str, Any] = {
    "id": 17, "number": "WX2026-00017", "title": "和平路中压支线", "company": {"id": 2, "name": "示范燃气集团"},
    "author": {"id": 9, "name": "张工"}, "state": "submitted", "route": 341, "districts": ["古城区"],
    "submitted_at": "2026-11-23T09:30:00+08:00", "due": "2026-11-24", "decided_at": None, "decision": None, "revision": 3,
    "created_at": "2026-11-22T16:00:00+08:00", "changed_at": "2026-11-23T09:30:00+08:00", "version": 2, "mine": True,
}  # fmt: skip
ITEM: dict[str, Any] = {**HEAD, "length_m": 312.4, "outcome": "parallel", "certainty": "text", "conditions": []}
PAGE: dict[str, Any] = {"total": 1, "counts": {"draft": 4, "submitted": 1}, "items": [ITEM]}
VERSION: dict[str, Any] = {
    "id": 31, "number": 2, "length_m": 312.4, "outcome": "parallel", "certainty": "text", "pack": "kaifeng-2022-6@1",
    "on": "2026-11-23", "note": "移到路北", "saved_by": 9, "saved_by_name": "张工", "saved_at": "2026-11-23T09:20:00+08:00",
    "submitted_at": "2026-11-23T09:30:00+08:00", "route": 341,
}  # fmt: skip
EVENT: dict[str, Any] = {
    "id": 5, "at": "2026-11-23T09:30:00+08:00", "person": 9, "person_name": "张工", "role": "utility", "what": "submit",
    "detail": {"version": 2, "route": 341},
}  # fmt: skip
WHOLE: dict[str, Any] = {
    **HEAD, "versions": [VERSION], "events": [EVENT],
    "present": {**VERSION, "feature": FEATURE, "verdict": REVIEW["verdict"], "pieces": REVIEW["pieces"]},
}  # fmt: skip
_SAID: dict[str, Any] = {
    "answer": "yes", "value": 312.4, "limit": 500, "margin": 187.6, "decides": True, "at_limit": False
}  # fmt: skip
COMPARED: dict[str, Any] = {
    "proposal": 17,
    "a": {**VERSION, "number": 1, "geometry": LINE, "conditions": [], "headline": None, "dug_m": 300.0, "properties": {}},
    "b": {**VERSION, "geometry": LINE, "conditions": [], "headline": None, "dug_m": 312.4, "properties": {}},
    "removed": {"length_m": 0.0, "geometry": {"type": "MultiLineString", "coordinates": []}},
    "added": {"length_m": 12.4, "geometry": {"type": "MultiLineString", "coordinates": []}},
    "kept": {"length_m": 300.0, "geometry": {"type": "MultiLineString", "coordinates": []}},
    "findings": [
        {"key": "length", "title": {"zh": "长度", "en": "length"}, "unit": "m", "changed": ["value"], "a": _SAID, "b": _SAID}
    ],
    "permits": [],
    "properties": [{"name": "utility", "a": "gas", "b": "heat"}],
}  # fmt: skip

"""One example of everything about owners' sheets, for OpenAPI."""

from typing import Any

ROW: dict[str, Any] = {
    "key": "road-1", "theme": "road", "owner": "市城市管理局", "id": "R00012", "name": "解放路", "kind": "arterial",
    "part": "footway", "pavement": "footway_brick", "amount": 12.4, "unit": "m2", "method": "area", "estimated": True,
    "why": None, "stretches": [{"from_m": 0.0, "to_m": 15.5, "coordinates": [[114.31, 34.79], [114.3101, 34.79]]}], "detail": {},
}  # fmt: skip
SHEET: dict[str, Any] = {
    "id": 3, "owner": "市城市管理局", "state": "to_confirm", "content": {"rows": [ROW], "footprint_m2": 48.0}, "corrected": None,
    "signed_name": None, "signed_at": None, "paper": "", "paper_on": None, "digest": None, "made_at": "2026-11-22T09:30:00+08:00",
    "may_answer": True, "by_paper": False,
}  # fmt: skip
SHEETS: dict[str, Any] = {"version": 2, "items": [SHEET], "may_make": True}
ASKED_SHEET: dict[str, Any] = {
    "proposal": 7, "called": "WX-2026-0007", "title": "解放路支线", "version": 2, "sheet": 3, "owner": "示范燃气公司",
    "state": "to_confirm", "rows": 4, "made_at": "2026-11-22T09:30:00+08:00",
}  # fmt: skip
CORRECTIONS: dict[str, Any] = {"rows": [{"key": "road-1", "amount": 13.0, "reason": "盲道一侧另有 0.6 m²"}]}
SIGNATURE: dict[str, Any] = {"name": "李伟"}
HINT: dict[str, Any] = {
    "meets": "crossing", "at_m": 6.615, "angle_deg": 89.5, "route_depth_m": 1.2, "pipe_depth_m": 2.61, "gap_m": 0.76,
    "gap_most_m": 1.26, "pipe_id": "P06461", "utility": "drain", "kind": "YS", "owner": "示范排水管理处", "state": "in_use",
    "abandoned": False, "least_m": 0.4, "checked": True, "answer": "ok", "missing": None, "conf": "X", "note": "gb50014_c",
    "point": [114.2808, 34.7771],
}  # fmt: skip
HINTS: dict[str, Any] = {
    "known": True, "delivered": True, "withheld": False, "crossings": [HINT], "parallels": [],
    "notice": {"zh": "净距提示，供参考", "en": "Hints"},
    "standard": {"number": "GB 50289-2016", "clauses": ["表4.1.9", "表4.1.14"]},
}  # fmt: skip

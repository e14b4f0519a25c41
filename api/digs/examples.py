"""One example of everything about digging once, for OpenAPI; a test sends and checks them."""

from typing import Any

_PLAN = "0b2c0c8e-0d5e-4d8c-a6a5-2e6c8f0f7a11"
_TOKEN = "kxV5yqW0v3mJH7m2vTn0c7rPq1yXw8sZb4uLd9eFgA0"

WORK: dict[str, Any] = {
    "work_id": "W-1", "kind": "route", "party": "示范供水公司", "project": "示范小区供水", "utility": "water",
    "start": "2026-12-01", "end": "2026-12-20", "firm": False, "duration_days": 10, "shift_days": 14, "ready": None,
    "owed": ["road_excavation"], "diameter_mm": 200, "depth_m": 1.2, "trench_width_m": 0.8, "length_m": 137.6,
    "voltage_kv": None, "pressure_mpa": None, "burial": "open", "route": 17, "matches": 2, "quiet_overlaps": 0,
    "bbox": [114.34, 34.79, 114.35, 34.8],
}  # fmt: skip

_SIDE = {name: WORK[name] for name in ("work_id", "kind", "party", "project", "utility", "start", "end")}

MATCH: dict[str, Any] = {
    "match_id": "93a1c0ffee12ab34", "version": 2, "kind": "shared", "status": "together", "a": _SIDE,
    "b": _SIDE | {"work_id": "W-9", "party": "示范燃气公司", "utility": "gas", "start": "2026-12-10", "end": "2027-01-10"},
    "shared_m": 86.4, "stretches": 2, "road_names": ["东京大道"], "days_in_common": 11, "first_common": "2026-12-10",
    "last_common": "2026-12-20", "same_party": False, "note": None, "note_day": None, "since": "2026-11-22T08:00:00+00:00",
    "gone_at": None, "bbox": [114.34, 34.79, 114.35, 34.8],
}  # fmt: skip

JUDGED: dict[str, Any] = {"at": "2026-11-22T08:00:00+00:00", "pack": "kaifeng-2022-6@1"}

MATCHES: dict[str, Any] = {
    "total": 1, "counts": {"kind": {"shared": 1}, "status": {"together": 1}}, "judged": JUDGED, "items": [MATCH],
}  # fmt: skip

ONE_MATCH: dict[str, Any] = MATCH | {
    "rows": [{
        "kind": "shared", "road_id": "R-7", "road_name": "东京大道", "shared_m": 86.4, "from_m": 120.0, "to_m": 206.4,
        "side_a": "left", "side_b": "left", "gap_m": 3.1, "a_from_m": 0.0, "a_to_m": 86.4, "b_from_m": 12.0, "b_to_m": 98.4,
        "pavement": "asphalt", "geometry": {"type": "LineString", "coordinates": [[114.34, 34.79], [114.341, 34.79]]},
    }],
    "history": [{
        "version": 2, "valid_from": "2026-11-22T08:00:00+00:00", "valid_to": None, "ended": None, "pack": "kaifeng-2022-6@1",
        "shared_m": 86.4, "days_in_common": 11, "status": "together", "change": {"shared_m": [80.0, 86.4]},
    }],
    "digs": [{"plan": _PLAN, "dig": 7, "dig_id": "dig-1", "state": "asking"}],
}  # fmt: skip

HOME: dict[str, Any] = {
    "version": "12.4", "works": 312, "matches": 41, "judged": JUDGED, "parties": ["示范供水公司"], "roads": ["东京大道"],
    "plans": [{
        "id": _PLAN, "state": "done", "on": "2026-11-22", "revision": 1, "created_at": "2026-11-22T08:00:00+00:00", "digs": 4,
        "stale": False,
    }],
}  # fmt: skip

PLAN_ORDER: dict[str, Any] = {
    "on": "2026-11-22", "scope": {"parties": ["示范供水公司"]}, "settings": {"answer_days": 5, "silence": "withdrawn"},
    "by": "科室",
}  # fmt: skip

_SAVINGS = {
    "openings": 1, "metres": 86.4, "area_m2": 69.1, "unmeasured_m": 0.0, "days": 10, "yuan": None, "unpriced_m2": 69.1,
    "points": 1755.0,
}  # fmt: skip

ANSWER: dict[str, Any] = {
    "invitation": 3, "party": "示范供水公司", "works": ["W-1"], "state": "joins", "round": 1,
    "sent_at": "2026-11-22T08:00:00+00:00", "seen_at": "2026-11-22T09:00:00+00:00", "answered_at": "2026-11-22T09:05:00+00:00",
    "deadline": "2026-11-27", "deadline_provisional": False, "reason": None, "reason_code": None, "start": None, "end": None,
}  # fmt: skip

DIG: dict[str, Any] = {
    "id": 7, "dig_id": "dig-1", "plan": _PLAN, "state": "asking", "state_text": {"zh": "等待答复", "en": "waiting for answers"},
    "revision": 1, "start": "2026-12-10", "end": "2026-12-23", "road_names": ["东京大道"], "lead": "W-1", "works": ["W-9", "W-1"],
    "match_ids": ["93a1c0ffee12ab34"], "owed": ["road_excavation"], "paved_by": [], "status": "optimal", "gap": 0.0,
    "provisional": False, "shift_days": 3, "members": [], "stretches": [], "savings": _SAVINGS, "shares": [], "section": None,
    "answers": [ANSWER], "without_party": [], "drawing": "/api/digs/7/section.svg", "calendar": "/api/digs/7/calendar.ics",
    "bbox": [114.34, 34.79, 114.35, 34.8], "changed_at": "2026-11-22T08:00:00+00:00", "agreed_at": None,
}  # fmt: skip

PLAN: dict[str, Any] = {
    "id": _PLAN, "state": "done", "error": None, "on": "2026-11-22", "pack": "kaifeng-2022-6@1",
    "created_at": "2026-11-22T08:00:00+00:00", "created_by": "office", "revision": 1, "stale": False, "provisional": False,
    "scope": {}, "settings": {"answer_days": 5}, "works": [], "matches": [], "digs": [DIG], "unjoined": [], "components": [],
    "savings": _SAVINGS, "formula": {"zh": "…", "en": "…"}, "violations": [], "moves": {}, "rest_days": ["2026-12-05"],
}  # fmt: skip

MOVES: dict[str, Any] = {"moves": {"W-1": "2026-12-14"}}

PREVIEW: dict[str, Any] = {
    "revision": 1,
    "works": [{
        "work_id": "W-1", "start": "2026-12-14", "end": "2026-12-25", "open_days": 10, "shift_days": 5, "dig_id": "dig-1",
        "role": "lead", "order": 2, "provisional": False, "moved": True,
    }],
    "matches": [{"match_id": "93a1c0ffee12ab34", "joined": True, "days_in_common": 8}],
    "digs": [{
        "dig_id": "dig-1", "dig": 7, "start": "2026-12-10", "end": "2026-12-25", "works": ["W-9", "W-1"], "lead": "W-9",
        "road_names": ["东京大道"], "match_ids": ["93a1c0ffee12ab34"], "savings": _SAVINGS,
    }],
    "savings": _SAVINGS, "before": _SAVINGS,
    "violations": [{"rule": "window", "work_id": "W-1", "other": None, "text": {"zh": "超出其时段", "en": "outside its window"}}],
}  # fmt: skip

INVITED: dict[str, Any] = {
    "dig": 7, "without_party": ["W-12"],
    "invitations": [ANSWER | {"state": "asked", "answered_at": None, "token": _TOKEN, "link": f"/invite/{_TOKEN}"}],
}  # fmt: skip

INVITATION: dict[str, Any] = {
    "invitation": 3, "party": "示范供水公司", "state": "seen", "round": 1, "deadline": "2026-11-27",
    "deadline_provisional": False, "late": False, "can_answer": True, "silence": "withdrawn", "dig": DIG, "mine": ["W-1"],
    "changed": None, "map": {"type": "FeatureCollection", "features": []},
    "reasons": [{"code": "schedule", "zh": "工期不合", "en": "…"}],
    "log": [{"at": "2026-11-22T08:00:00+00:00", "what": "asked", "round": 1}],
}  # fmt: skip

SAID: dict[str, Any] = {"answer": "counters", "round": 1, "start": "2026-12-20", "end": "2027-01-08", "reason": "材料未到"}

LOG: dict[str, Any] = {
    "items": [{
        "at": "2026-11-22T08:00:00+00:00", "actor": "office", "what": "asked", "party": "示范供水公司", "round": 1,
        "detail": {"deadline": "2026-11-27"},
    }],
}  # fmt: skip

QUIET_ORDER: dict[str, Any] = {
    "party": "示范供热公司", "start": "2027-03-01", "end": "2027-06-30", "utility": "heat", "note": "…", "contact": "…",
    "geometry": {"type": "LineString", "coordinates": [[114.34, 34.79], [114.35, 34.79]]},
}  # fmt: skip

QUIET: dict[str, Any] = QUIET_ORDER | {
    "created_at": "2026-11-22T08:00:00+00:00",
    "overlaps": [{"overlap": _PLAN, "with": None, "mine_open": False, "theirs_open": False, "both_open": False}],
}  # fmt: skip

ENTERED: dict[str, Any] = {"token": _TOKEN, "link": f"/quiet/{_TOKEN}", "plan": QUIET}

ON_WORK: dict[str, Any] = {"work_id": "W-1", "overlaps": 1, "opened": []}

_FIGURES = {
    "pairs": 18, "planned": 12, "agreed": 7, "rate": 0.389, "refusals": {"schedule": 2}, "silent": 1, "repeats": 1,
    "metres_offered": 812.5, "metres_failed": 96.0, "metres_saved": 410.2,
}  # fmt: skip

SCOREBOARD: dict[str, Any] = {
    "months": [{"month": "2026-11", **_FIGURES}], "parties": [{"party": "示范供水公司", **_FIGURES}], "total": _FIGURES,
    "formula": {"zh": "…", "en": "…"},
}  # fmt: skip

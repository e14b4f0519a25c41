"""One example of everything of the surveys, for OpenAPI."""

from typing import Any

SITE: dict[str, Any] = {"type": "Point", "coordinates": [114.35, 34.79]}
CALL: dict[str, Any] = {"kind": "user_site", "mode": "remote", "title": "示范小区供水接入踏勘", "site": SITE}
TIMES: dict[str, Any] = {
    "times": [{"id": 1, "starts_at": "2026-12-01T01:00:00Z", "answers": [{"participant": 2, "answer": "yes"}]}], "silent": [3],
}  # fmt: skip
KEY: dict[str, Any] = {
    "algorithm": "Ed25519", "public_key": "9f" * 32, "fingerprint": "1C2A 99F0 4B7E 0D31 A6C5",
}  # fmt: skip
RECORD: dict[str, Any] = {
    "made_at": "2026-12-01T03:00:00Z", "sha256": "5e" * 32, "public_key": KEY["public_key"], "fingerprint": KEY["fingerprint"],
}  # fmt: skip
PROOF: dict[str, Any] = {
    **RECORD, "whole": True, "ours": True, "journal_same": True, "files": {"total": 3, "missing": [], "changed": []},
}  # fmt: skip
SURVEY: dict[str, Any] = {
    "id": 1, **CALL, "state": "open", "proposal": None, "case_id": None, "organiser": 4, "organiser_name": "示范·供水",
    "agreed_for": "2026-12-01T01:00:00Z", "opened_at": "2026-12-01T01:02:00Z", "ended_at": None, "last_seq": 1,
    "closed_without": None,
    "created_at": "2026-11-23T01:00:00Z",
    "participants": [
        {"id": 1, "person": 4, "link": None, "name": "示范·供水", "role": "utility", "company": "示范水务集团",
         "task": "take_part", "joined_at": "2026-12-01T01:02:00Z", "removed_at": None, "here": True},
    ],
    "offices": [{"role": "planning", "company_id": None, "company": None}],
    "conclusions": [
        {"unit": "示范水务集团", "answer": "feasible", "reason": None, "participant": 1, "at": "2026-12-01T02:00:00Z"}
    ],
    "record": None, **TIMES, "reminder": {"zh": "示范·规划：联合踏勘……", "en": "…"},
    "clock": {
        "at_most": 1, "unit": "day", "cite": {"document": "seed", "clause": "三（一）4", "says": "踏勘时间不超过1天"},
        "due_at": "2026-12-02T01:00:00Z", "why_zh": "", "why_en": "", "paused": False, "pauses": [],
    },
}  # fmt: skip
EVENT: dict[str, Any] = {
    "seq": 1, "client_id": "6f0c2c1e-6c0e-4d5c-9a63-6f3f8f0b7a11", "participant": 1, "kind": "note",
    "detail": {"text": "井盖旁有标识桩"}, "device_at": None, "at": "2026-12-01T01:05:00Z",
}  # fmt: skip
KIND: dict[str, Any] = {
    "kind": "user_site", "title": {"zh": "用户现场联合踏勘", "en": "User-site survey of the utilities"}, "cite": "三（一）4",
    "units": ["utility"], "mine": True,
}  # fmt: skip
LINK_ASKED: dict[str, Any] = {"name": "现场施工员", "task": "take_part", "hours": 24, "pin": True, "once": True}
LINK_LISTED: dict[str, Any] = {
    "id": 1, "name": "现场施工员", "task": "take_part", "pin": True, "once": True, "made_at": "2026-12-01T01:00:00Z",
    "expires_at": "2026-12-02T01:00:00Z", "revoked_at": None, "expired": False,
    "openings": [
        {"participant": 2, "outcome": "entered", "network": "203.0.113.0/24", "device": "phone", "at": "2026-12-01T01:03:00Z"}
    ],
}  # fmt: skip
LINK: dict[str, Any] = {**LINK_LISTED, "openings": [], "secret": "…", "url_path": "/s/…", "url": None, "pin_code": "042917"}
GUEST: dict[str, Any] = {
    "survey": {"id": 1, "title": "示范小区供水接入踏勘", "kind": "user_site", "state": "open", "site": SITE,
               "agreed_for": "2026-12-01T01:00:00Z", "last_seq": 1},
    "task": "position", "left_s": 86_000, "participants": [], "times": [],
    "participant": {"id": 2, "name": "现场施工员", "role": "guest", "company": None, "task": "position", "removed_at": None,
                    "here": False},
}  # fmt: skip
TRACK: dict[str, Any] = {
    "type": "Feature", "geometry": {"type": "LineString", "coordinates": [[114.35, 34.79], [114.3501, 34.79]]},
    "properties": {"participant": 2, "times": ["2026-12-01T01:05:00Z", "2026-12-01T01:05:09Z"], "left_out": 0},
}  # fmt: skip
CHECKLIST: dict[str, Any] = {
    "unit": "示范水务集团", "title": {"zh": "示范水务集团", "en": "示范水务集团"}, "role": "utility", "conclusion": None,
    "items": [{"item": "manhole", "title": {"zh": "最近的检查井", "en": "Nearest manhole"}, "photo": True, "tick": None}],
}  # fmt: skip
WAY: dict[str, Any] = {
    "lon": 114.3074, "lat": 34.797,
    "said": {
        "zh": "北纬 34.797000°，东经 114.307400°，校验 5（CGCS2000）",
        "en": "34.797000° N, 114.307400° E, check 5 (CGCS2000)",
    },
    "apps": [{
        "service": "amap", "title": {"zh": "高德", "en": "AMap"}, "datum": "GCJ-02", "numbers": "114.313244,34.796107",
        "url": "https://uri.amap.com/marker?position=114.313244,34.796107&coordinate=gaode", "sure": True,
    }],
}  # fmt: skip

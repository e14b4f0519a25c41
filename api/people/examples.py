"""One example of everything about people, for OpenAPI."""

from typing import Any

SIGN_IN: dict[str, Any] = {"login": "li.wei", "password": "four unrelated words"}
PASSWORD: dict[str, Any] = {"old": "abcd-efgh-jkmn-pqrs", "new": "four unrelated words"}
NEW_PERSON: dict[str, Any] = {
    "login": "li.wei", "name": "李伟", "role": "utility", "company": "示范水务集团", "district": "",
}  # fmt: skip
PERSON: dict[str, Any] = {
    "id": 7, "login": "li.wei", "name": "李伟", "role": "utility", "company": "示范水务集团", "district": None,
    "must_change": True, "disabled": False, "created_at": "2026-11-22T09:30:00+08:00",
}  # fmt: skip
PERSON_MADE: dict[str, Any] = {**PERSON, "password": "abcd-efgh-jkmn-pqrs"}
ME: dict[str, Any] = {
    "id": 7, "login": "li.wei", "name": "李伟", "role": "utility", "company": "示范水务集团", "district": None,
    "utility": "water", "may": ["judge", "plan_quietly", "see"], "must_change": False,
}  # fmt: skip
NEW_TOKEN: dict[str, Any] = {"name": "夜间批量审查", "may": ["see", "judge"], "days": 90}
TOKEN: dict[str, Any] = {
    "id": 3, "login": "li.wei", "name": "夜间批量审查", "may": ["judge", "see"], "created_at": "2026-11-22T09:30:00+08:00",
    "expires_at": "2027-02-20T09:30:00+08:00", "used_at": None, "revoked_at": None,
}  # fmt: skip
OFFICES: dict[str, Any] = {
    "abilities": {"see": {"zh": "查看地图、图层、外线和判定", "en": "Look at the map, layers, lines and verdicts"}},
    "roles": {
        "surveyor": {
            "title": {"zh": "踏勘人员", "en": "Surveyor"}, "office": {"zh": "现场联合踏勘", "en": "Joint survey on site"},
            "cite": "三（二）3", "may": ["ground", "see"], "of_company": False, "of_district": False,
        }
    },
}  # fmt: skip
AUDIT_ROW: dict[str, Any] = {
    "id": 12, "at": "2026-11-22T09:30:00+08:00", "actor": "admin", "address": "127.0.0.1", "action": "person.add",
    "subject": "li.wei", "before": None, "after": {"login": "li.wei", "role": "utility"}, "previous": "5d…", "hash": "9f…",
}  # fmt: skip
COMPANY: dict[str, Any] = {
    "id": 2, "name": "示范水务公司", "known_as": ["市自来水公司"], "people": 3, "pipes": 812, "length_m": 60412.5,
    "created_at": "2026-11-22T09:30:00+08:00",
}  # fmt: skip
UNCLAIMED: dict[str, Any] = {"owner": "示范排水管理处", "pipes": 340, "length_m": 21000.0}
OPENINGS: dict[str, Any] = {
    "id": 2, "company": "示范水务公司", "known_as": [], "offices": "full", "companies": "squares", "others": "nothing",
    "document": "", "changed_at": "2026-11-22T09:30:00+08:00",
}  # fmt: skip

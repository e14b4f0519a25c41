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
ME: dict[str, Any] = {
    "id": 7, "login": "li.wei", "name": "李伟", "role": "utility", "company": "示范水务集团", "district": None,
    "may": ["judge", "plan_quietly", "see"], "must_change": False,
}  # fmt: skip
NEW_TOKEN: dict[str, Any] = {"name": "夜间批量审查", "may": ["see", "judge"], "days": 90}

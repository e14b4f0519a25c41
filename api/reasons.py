"""Why a value does not fit its schema, in words: pydantic's kinds of error in Chinese and English."""

from collections.abc import Mapping
from typing import Any

from api.i18n import Lang

_LIST, _OBJECT = ("应为列表", "must be a list"), ("应为对象", "must be an object")
_NUMBER, _INTEGER, _TEXT = ("应为数字", "must be a number"), ("应为整数", "must be a whole number"), ("应为文字", "must be text")
_DATE = ("应为日期，如 2026-12-01", "must be a date such as 2026-12-01")
_TRUTH, _ID = ("应为 true 或 false", "must be true or false"), ("应为 UUID", "must be a UUID")
_FILE = ("应为文件", "must be a file")

# kind of error → words; places are filled from the error's own context.
WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少该项", "is missing"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "json_type": ("不是有效的 JSON", "is not valid JSON"),
    "int_parsing": _INTEGER, "int_type": _INTEGER, "int_from_float": _INTEGER, "int_parsing_size": _INTEGER,
    "float_parsing": _NUMBER, "float_type": _NUMBER,
    "finite_number": ("应为有限的数", "must be a finite number"),
    "string_type": _TEXT, "string_unicode": ("含有无效字符", "holds invalid characters"),
    "bool_parsing": _TRUTH, "bool_type": _TRUTH,
    "date_from_datetime_parsing": _DATE, "date_parsing": _DATE, "date_type": _DATE, "date_from_datetime_inexact": _DATE,
    "greater_than_equal": ("不得小于 {ge}", "must be at least {ge}"),
    "less_than_equal": ("不得大于 {le}", "must be at most {le}"),
    "greater_than": ("应大于 {gt}", "must be more than {gt}"),
    "less_than": ("应小于 {lt}", "must be less than {lt}"),
    "string_too_long": ("不得超过 {max_length} 个字", "must be at most {max_length} characters"),
    "string_too_short": ("至少 {min_length} 个字", "must be at least {min_length} characters"),
    "string_pattern_mismatch": ("格式不对", "has the wrong form"),
    "too_short": ("至少 {min_length} 项，只有 {actual_length} 项", "needs at least {min_length} entries, has {actual_length}"),
    "too_long": ("至多 {max_length} 项", "takes at most {max_length} entries"),
    "literal_error": ("只能是 {expected}", "must be {expected}"),
    "enum": ("只能是 {expected}", "must be {expected}"),
    "union_tag_invalid": ("type 只能是 {expected_tags}", "type must be one of {expected_tags}"),
    "union_tag_not_found": ("缺少 type", "has no type"),
    "list_type": _LIST, "tuple_type": _LIST,
    "dict_type": _OBJECT, "model_type": _OBJECT, "model_attributes_type": _OBJECT,
    "extra_forbidden": ("没有这一项", "is not known here"),
    "uuid_parsing": _ID, "uuid_type": _ID,
    "value_error": ("{error}", "{error}"),
    "box_edges": ("应为 西, 南, 东, 北，西小于东、南小于北", "must be west, south, east, north, each edge before its opposite"),
    "bytes_type": _FILE,
}  # fmt: skip


def reason(error: Mapping[str, Any], lang: Lang) -> str:
    """One pydantic error in words; a kind that has none keeps pydantic's English."""
    zh, en = WORDS.get(str(error["type"])) or (f"不符合要求（{error['msg']}）", str(error["msg"]))
    template = zh if lang == "zh" else en
    return template.format_map(_Shown(error.get("ctx") or {}))


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"

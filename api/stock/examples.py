"""One example of everything about keeping layers and rules, for OpenAPI."""

from typing import Any

DELIVERY: dict[str, Any] = {
    "id": 12, "layer": "roads", "source": "市政设施普查", "owner": "示范城市管理局", "licence": "", "as_of": "2026-10-01",
    "complete_since": None, "stated_by": "示范城市管理局", "rows_expected": 812, "rows_loaded": 810, "rows_lost": 2,
    "rows_current": 810, "file_name": "roads.gpkg", "sha256": "9f…", "loaded_at": "2026-11-22T09:30:00+08:00", "state": "current",
    "loaded_by": "admin", "blank_is_none": ["overhauled"], "coverage": None,
}  # fmt: skip
FIELD: dict[str, Any] = {
    "name": "delivered", "zh": "交付日期", "en": "delivered", "unit": "", "kind": "date", "listed": False, "required": False,
    "blank": 31, "answered_blank": 0, "unclear": 2,
}  # fmt: skip
STOCK: dict[str, Any] = {
    "name": "roads", "key": "road_id", "covered_share": 1.0, "quality": {"rows": 810, "lost": 2, "fields": [FIELD]},
    "deliveries": [DELIVERY],
}  # fmt: skip
ROWS: dict[str, Any] = {
    "type": "FeatureCollection", "total": 31,
    "features": [{
        "type": "Feature", "id": 7, "geometry": {"type": "LineString", "coordinates": [[114.31, 34.79], [114.32, 34.79]]},
        "properties": {"row_no": 7, "delivery": 12, "unclear": ["delivered"], "road_id": "R7", "name": "甲路"},
    }],
}  # fmt: skip
DIFF: dict[str, Any] = {
    "type": "FeatureCollection", "by": "road_id", "beyond": 0,
    "counts": {"added": 1, "removed": 0, "changed": 1, "moved": 0, "same": 808},
    "features": [{
        "type": "Feature", "id": "R7/1", "geometry": {"type": "LineString", "coordinates": [[114.31, 34.79], [114.32, 34.79]]},
        "properties": {
            "key": "R7", "fate": "changed", "beyond": False, "fields": {"class": ["branch", "arterial"]}, "moved_m": 1.5,
            "row_before": 7, "row_after": 7, "was": None,
        },
    }],
}  # fmt: skip
PREVIEW: dict[str, Any] = {
    "id": "0f3c…", "layer": "roads", "file": "道路.zip", "rows": 810, "rows_expected": 812, "rejected": 2, "lost": 2,
    "columns": ["编号", "路名"], "issues_total": 2, "keys": {"known": 800, "new": 10, "not_in_file": 3},
    "fields": [{
        "name": "road_id", "zh": "道路编号", "en": "road number", "unit": "", "required": True, "column": "编号", "filled": 810,
        "example": "R1",
    }],
    "notes": [{"code": "encoding", "zh": "按 GB18030 读取", "en": "read as GB18030"}],
    "issues": [{"row_no": 17, "key": "R17", "field": "class", "rejected": False, "zh": "等级 甲 不认识", "en": "class 甲?"}],
    "fates": [{"delivery": 12, "fate": "whole", "rows": 810}], "coverage": None,
    "shapes": {"type": "FeatureCollection", "features": [], "shown": 0, "total": 0, "box": None},
}  # fmt: skip
LOAD: dict[str, Any] = {
    "id": "7d2c0000-0000-4000-8000-000000000000", "layer": "roads", "file": "道路.zip", "by": "admin", "state": "running",
    "done": 400, "total": 810, "phase": {"zh": "装入", "en": "loading"}, "result": None, "error": None, "cancelling": False,
    "created_at": "2026-11-22T09:30:00+08:00", "finished_at": None,
}  # fmt: skip
_ITEM: dict[str, Any] = {
    "id": "total_length", "title": {"zh": "总长", "en": "total length"},
    "parts": [{"name": "test", "label": {"zh": "判断", "en": "test"}, "lines": [{"zh": "≤ 500 m", "en": "≤ 500 m"}]}],
    "citation": {"title": "示范文件", "clause": "一", "says": "不超过500米", "href": None, "rank": "paper"},
}  # fmt: skip
_HEAD: dict[str, Any] = {
    "id": "kaifeng-2022-6", "label": "kaifeng-2022-6@1", "title": {"zh": "示范", "en": "demo"},
    "city": {"zh": "开封", "en": "Kaifeng"},
    "valid_from": "2022-03-01", "valid_to": None, "complete": True, "notice": {"zh": "辅助判定", "en": "helps to decide"},
    "folder": "kaifeng-2022-6", "open_readings": 3,
}  # fmt: skip
CLAUSES: dict[str, Any] = {
    **_HEAD, "cases": [{"name": "400 米", "outcome": "exempt", "fits": True, "wrong": []}],
    "sections": [{"name": "rules", "title": {"zh": "规则", "en": "Rules"}, "items": [_ITEM]}],
}  # fmt: skip
COMPARED: dict[str, Any] = {
    "a": _HEAD, "b": _HEAD,
    "sections": [{
        "name": "rules", "title": {"zh": "规则", "en": "Rules"},
        "counts": {"same": 1, "differs": 0, "only_a": 0, "only_b": 0},
        "items": [{"id": "total_length", "fate": "same", "a": _ITEM, "b": _ITEM, "differing": []}],
    }],
}  # fmt: skip

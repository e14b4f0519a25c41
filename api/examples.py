"""One example of everything, for OpenAPI; a test sends and checks them."""

from typing import Any

CITY: dict[str, Any] = {
    "name": "示范城", "synthetic": True, "work_crs": "EPSG:4547", "bounds": [114.26, 34.75, 114.42, 34.85],
    "default_pack": "kaifeng-2022-6", "rasters": ["satellite", "terrain"], "backgrounds": [],
}  # fmt: skip

LAYER: dict[str, Any] = {
    "name": "roads", "zh": "道路", "en": "roads", "geometry": "line", "rows": 412, "delivered": True, "covers": "bounds",
    "as_of": "2026-10-01", "complete_since": "2018-01-01", "source": "synthetic", "owner": "市城市管理局", "licence": "",
    "stated_by": "", "tiles": "/tiles/roads/{z}/{x}/{y}.mvt",
}  # fmt: skip

FEATURE: dict[str, Any] = {
    "type": "Feature",
    "geometry": {"type": "LineString", "coordinates": [[114.3402, 34.7981], [114.3417, 34.7982]]},
    "properties": {
        "route_id": "W-1", "project": "示范小区供水", "utility": "water", "diameter_mm": 200, "burial": "open",
        "start": "2026-12-01", "end": "2026-12-20",
    },
}  # fmt: skip

_CITATION = {
    "title": "汴工改办〔2022〕6号",
    "clause": "三（二）2",
    "says": "…",
    "href": None,
    "rank": "paper",
    "read_on": "2026-11-22",
}

VERDICT: dict[str, Any] = {
    "route_id": "W-1", "outcome": "parallel", "conditions": ["gov_approval"],
    "could_be": {"outcome": "parallel", "conditions": ["gov_approval"]}, "certainty": "text", "immediate": False,
    "headline": {"zh": "须并联审批", "en": "Needs parallel approval"}, "on": "2026-11-22", "dig": ["2026-12-01", "2026-12-20"],
    "length": {
        "planar_m": 137.6, "geodesic_m": 137.6, "counted_m": 137.6, "dug_m": 137.6, "sum_m": 137.6, "crs": "EPSG:4547",
        "accuracy_m": 0.5,
    },
    "findings": [{
        "rule": "arterial-road", "answer": "yes", "value": 38.2, "unit": "m", "limit": 0, "margin": -38.2, "at_limit": False,
        "estimated": False, "citation": _CITATION,
        "stretches": [{
            "theme": "road", "from_m": 60.0, "to_m": 98.2, "id": "R-7", "name": "东京大道", "side": "left",
            "coordinates": [[114.3408, 34.7981], [114.3412, 34.7982]],
        }],
        "missing": None, "reading": None,
    }],
    "permits": [{
        "item": "road_excavation", "authority": "城市管理局", "waived": False, "term": "20 个工作日", "papers": ["…"],
        "form": "附件1", "citation": _CITATION,
    }],
    "matches": [{
        "match_id": "5d6e1deef1f2bfb6", "with": "W-9", "with_kind": "route", "party": "示范燃气公司", "of": "store",
        "kind": "shared", "shared_m": 86.4, "road_name": "东京大道", "days_in_common": 11, "status": "together", "note": None,
        "stretches": [{
            "from_m": 12.0, "to_m": 98.4, "road_id": "R-7", "road_name": "东京大道", "road_from_m": 120.0, "road_to_m": 206.4,
            "side": "left", "side_with": "left", "gap_m": 3.1,
        }],
    }],
    "rests_on": {
        "pack": "kaifeng-2022-6@1",
        "deliveries": [{"layer": "roads", "id": "3", "as_of": "2026-10-01", "covers": True, "stated_by": ""}],
    },
    "notice": "辅助判定，不构成行政许可",
}  # fmt: skip

PIECE: dict[str, Any] = {
    "theme": "ground", "from_m": 60.0, "to_m": 98.2, "kind": "arterial", "id": "R-7", "name": "东京大道", "side": "left",
    "pavement": "asphalt", "width_m": 0.8, "area_m2": 30.6, "bored": False,
}  # fmt: skip

REVIEW: dict[str, Any] = {"verdict": VERDICT, "pieces": [PIECE], "ignored": ["colour"], "notes": []}

PACK: dict[str, Any] = {
    "id": "kaifeng-2022-6", "label": "kaifeng-2022-6@1",
    "title": {"zh": "开封市外线工程承诺免审批", "en": "Kaifeng: external lines on a promise"},
    "notice": {"zh": "辅助判定，不构成行政许可", "en": "An aid, not a permit"},
    "outcomes": {"exempt": {"zh": "承诺免审批", "en": "exempt on a promise", "colour": "#009E73", "severity": 0}},
    "conditions": {"gov_approval": {"zh": "须市政府批准", "en": "needs the government's approval"}},
    "rules": [{"id": "arterial-road", "title": {"zh": "主干道", "en": "arterial road"}, "unit": "m", "citation": _CITATION}],
    "switches": {}, "permits": [], "documents": {},
}  # fmt: skip

PACK_BRIEF: dict[str, Any] = {
    "id": "kaifeng-2022-6", "label": "kaifeng-2022-6@1", "title": PACK["title"], "city": {"zh": "开封市", "en": "Kaifeng"},
    "valid_from": "2022-12-23", "valid_to": None, "default": True,
}  # fmt: skip

ACCEPTED: dict[str, Any] = {
    "id": "0b2c0c8e-0d5e-4d8c-a6a5-2e6c8f0f7a11", "state": "queued", "href": "/api/jobs/0b2c0c8e-0d5e-4d8c-a6a5-2e6c8f0f7a11",
}  # fmt: skip

JOB: dict[str, Any] = {
    "id": "0b2c0c8e-0d5e-4d8c-a6a5-2e6c8f0f7a11", "kind": "review", "state": "done", "file": "外线.zip", "plan": None,
    "works": None, "done": 300, "total": 300, "rate": 812.4,
    "seconds_left": 0.0, "phase": {"zh": "完成", "en": "done"},
    "summary": {
        "rows_in": 301, "rows_out": 300, "rejected": 1, "outcomes": {"exempt": 120, "parallel": 180}, "pack": "kaifeng-2022-6@1",
        "seconds": 3.1,
    },
    "rejects": [{"row_no": 17, "route_id": "W-17", "field": "geometry", "reason_zh": "没有图形", "reason_en": "no shape"}],
    "downloads": {"csv": "/api/jobs/0b2c0c8e-0d5e-4d8c-a6a5-2e6c8f0f7a11/files/answers.csv"}, "error": None,
}  # fmt: skip

ROUTE: dict[str, Any] = {
    "id": 17, "route_id": "W-1", "project": "示范小区供水", "utility": "water", "outcome": "parallel",
    "conditions": ["gov_approval"],
    "certainty": "text", "immediate": False, "length_m": 137.6, "bbox": [114.3402, 34.7981, 114.3417, 34.7982],
}  # fmt: skip

ONE_ROUTE: dict[str, Any] = {"route": {**FEATURE, "id": 17}, "verdict": VERDICT, "pieces": [PIECE]}

COLLECTION: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [{**FEATURE, "id": 1, "properties": {"row_no": 1, "route_id": "W-1", "utility": "water", "outcome": "parallel"}}],
}  # fmt: skip

SEARCH: dict[str, Any] = {"kind": "road", "id": None, "name": "东京大道", "bbox": [114.31, 34.79, 114.37, 34.8]}

PROBLEM: dict[str, Any] = {
    "type": "urn:waixian:problem:not_found", "title": "找不到", "status": 404, "detail": "找不到规则包：xinmi",
    "code": "not_found",
    "context": {"what": "规则包", "id": "xinmi"},
}  # fmt: skip

COLLECTION: dict[str, Any] = {
    "type": "FeatureCollection", "next": None,
    "features": [
        {
            "type": "Feature", "id": 7,
            "geometry": {"type": "LineString", "coordinates": [[114.3402, 34.7981], [114.3417, 34.7982]]},
            "properties": {"pipe_id": "JS-7", "utility": "water", "diameter_mm": 200.0, "owner": "示范水务公司"},
        }
    ],
}  # fmt: skip

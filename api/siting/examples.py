"""One example of everything about site judgements, for OpenAPI."""

from typing import Any

PLACE = [114.312, 34.79]
ASKED: dict[str, Any] = {"geometry": {"type": "Point", "coordinates": PLACE}, "reach_m": 1000, "near_m": 200, "most": 3}
DATA: dict[str, Any] = {
    "layer": "pipes", "zh": "现状管线", "en": "existing pipes", "as_of": "2026-10-01", "owner": "示范供水有限公司",
    "source": "synthetic",
}  # fmt: skip
MISSING: dict[str, Any] = {"code": "outside_coverage", "zh": "查找范围有一部分在资料覆盖之外", "en": "part lies outside the data"}
MAIN: dict[str, Any] = {
    "pipe_id": "P00012", "kind": "JS", "diameter_mm": 300.0, "voltage_kv": None, "pressure_mpa": None, "depth_m": 1.4,
    "material": "球墨铸铁", "state": "in_use", "owner": "示范供水有限公司", "free_capacity": None, "distance_m": 18.2,
    "point": [114.3121, 34.7901], "site_point": PLACE, "line": [[[114.312, 34.7901], [114.314, 34.7902]]],
    "height_m": 72.3, "rise_m": 0.42,
}  # fmt: skip
UTILITY: dict[str, Any] = {
    "utility": "water", "title": {"zh": "给水", "en": "Water"}, "answer": "found", "certain": True, "missing": [],
    "mains": [MAIN], "data": [DATA],
}  # fmt: skip
NEAR: dict[str, Any] = {
    "key": "trees-3-trees_5m", "layer": "trees", "id": "T-0007", "name": "国槐", "kind": "2",
    "kind_words": {"zh": "二级", "en": "2"}, "title": {"zh": "古树名木保护范围", "en": "Protection range"}, "distance_m": 12.5,
    "least_m": 12.5, "radius_m": 9.0, "certain": True, "point": PLACE,
    "citation": {"title": "产品设定", "clause": "四", "says": "公布的保护范围优先"}, "start": None, "end": None,
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "site": {"geometry": ASKED["geometry"], "area_m2": None, "centre": PLACE}, "city": "示范城", "synthetic": True,
    "crs": "EPSG:4547", "pack": "kaifeng-2022-6@1", "on": "2026-11-22", "reach_m": 1000.0, "near_m": 200.0,
    "notice": {"zh": "选址判定是提示，不是审批结论", "en": "A hint, no decision"}, "mains": [UTILITY],
    "around": [{
        "theme": "trees", "title": {"zh": "古树名木及保护范围", "en": "Heritage trees"}, "items": [NEAR], "total": 1,
        "missing": [], "data": [{**DATA, "layer": "trees", "zh": "古树名木", "en": "heritage trees"}],
    }],
    "terrain": {
        "height_m": 72.72, "low_m": 72.5, "high_m": 72.9, "slope_percent": 1.1, "falls_deg": 135.0, "known": 1.0, "grid_m": 5.0,
        "missing": [], "data": [{**DATA, "layer": "terrain", "zh": "地形", "en": "terrain"}],
    },
    "clearances": {
        "pipes": [], "missing": [], "notice": {"zh": "净距提示，供参考，不是判定结论", "en": "Hints, no finding"},
        "standard": {"number": "GB 50289-2016", "clause": "表4.1.9"}, "data": [DATA],
    },
}  # fmt: skip
LINES: dict[str, Any] = {
    "notice": {"zh": "候选线沿道路中线示意", "en": "Lines follow the centre lines of roads"}, "pack": "kaifeng-2022-6@1",
    "on": "2026-11-22", "data": [DATA],
    "utilities": [{"utility": "water", "title": {"zh": "给水", "en": "Water"}, "missing": [], "lines": [{
        "key": "water-P00012", "utility": "water", "pipe_id": "P00012", "line": [[114.3121, 34.7901], PLACE], "length_m": 18.2,
        "along_m": 0.0, "outcome": "exempt", "outcome_words": {"zh": "承诺免审批", "en": "exempt"},
        "headline": {"zh": "承诺免审批", "en": "Exempt"}, "conditions": [], "condition_words": [], "certainty": "text",
        "missing": [], "crossings": 1, "below": 0, "unsure": 1,
    }]}],
}  # fmt: skip

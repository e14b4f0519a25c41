"""One example of everything of the review, for OpenAPI."""

from typing import Any

ROW: dict[str, Any] = {
    "route": 12, "proposal": None, "number": "SF012", "title": "示范同春家园供水外线工程", "applicant": "示范水务集团",
    "utility": "water",
    "state": "submitted", "version": None, "revision": None, "since": "2026-11-22T04:00:00Z", "due": None, "deadline": "none",
    "decision": None, "districts": ["古城区"], "outcome": "parallel", "conditions": [], "certainty": "text", "immediate": False,
    "length_m": 221.662, "owed": ["road_excavation"], "owing": ["road_excavation"], "at_limit": False, "undetermined": False,
    "sliced": False, "bbox": [114.28, 34.77, 114.29, 34.78],
}  # fmt: skip
QUEUE: dict[str, Any] = {
    "total": 1,
    "counts": {
        "district": {"古城区": 1}, "authority": {"urban": 1}, "outcome": {"parallel": 1}, "state": {"submitted": 1},
        "deadline": {"none": 1}, "at_limit": 0, "undetermined": 0, "sliced": 0,
    },
    "items": [ROW],
}  # fmt: skip
CROSSED: dict[str, Any] = {
    "n": 1, "key": "road:R01202@136.167-140.468", "theme": "road", "layer": "roads", "id": "R01202", "name": "碧潭路",
    "kind": "secondary", "side": "right", "pavement": "asphalt", "from_m": 136.167, "to_m": 140.468, "length_m": 4.301,
    "area_m2": 3.441, "bored": False, "certain": True, "lock": "no", "locked_until": None, "paved": "2012-06-30",
    "age_years": 14.4, "rules": ["city-road"], "citation": None, "coordinates": [[114.28, 34.77], [114.281, 34.77]],
    "bbox": [114.28, 34.77, 114.281, 34.77],
}  # fmt: skip
TASK: dict[str, Any] = {
    "id": 4, "kind": "contest", "layer": "roads", "owner": "市城市管理局", "proposal": 3, "version": 5, "key": CROSSED["key"],
    "question": {"zh": "SF012：碧潭路。审查人员对此有异议：大修日期有误", "en": "SF012: R01202. The reviewer contests this: …",
                 "reason": "大修日期有误", "role": "urban_district"},
    "opened_at": "2026-11-22T09:30:00+08:00", "opened_by": "李伟", "state": "open", "answer": None, "answered_at": None,
    "answered_by": None, "delivery": None, "delivered_at": None, "delivered_source": None, "number": "SF012",
    "title": "示范同春家园供水外线工程", "route": 12, "districts": ["古城区"], "bbox": [114.28, 34.77, 114.281, 34.77],
}  # fmt: skip
ITEM: dict[str, Any] = {
    "route": 12, "proposal": 3, "number": "SF012", "title": "示范同春家园供水外线工程", "state": "under_review",
    "districts": ["古城区"], "outcome": "parallel", "rows": [CROSSED], "findings": [], "answers": [], "tasks": [TASK],
    "items": [
        {"item": "road_excavation", "title": {"zh": "挖掘城市道路审批", "en": "Road excavation"}, "mine": True, "decision": None}
    ],
    "log": [], "history": [], "doubts": [CROSSED["key"]], "pieces": [], "judgement": {}, "route_feature": {}, "pipes": None,
}  # fmt: skip
ANSWER: dict[str, Any] = {"key": CROSSED["key"], "answer": "contest", "reason": "大修日期与竣工资料不符，应为2024年10月"}
DECISION: dict[str, Any] = {"items": ["road_excavation"], "decision": "approve", "words": "", "signed_name": "李伟"}
BULK: dict[str, Any] = {"routes": [12, 13], "act": "decide", "decision": "approve", "words": "", "signed_name": "李伟"}
BULK_DONE: dict[str, Any] = {
    "results": [
        {"route": 12, "done": True, "items": ["exempt"], "why": None},
        {"route": 13, "done": False, "items": [], "why": "结果待核实，不能办理：请先“要求补数据”，数据到后重新判定"},
    ]
}  # fmt: skip
TASKS: dict[str, Any] = {
    "total": 1, "counts": {"state": {"open": 1}, "layer": {"roads": 1}, "owner": {"市城市管理局": 1}}, "items": [TASK],
}  # fmt: skip
REJUDGED: dict[str, Any] = {
    "changed": True, "before": 12, "after": 301,
    "changes": {"fields": {"outcome": {"before": "parallel", "after": "exempt"}}, "findings": []},
}  # fmt: skip

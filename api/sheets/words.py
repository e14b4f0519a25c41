"""Rows of a sheet in words: what it is, how much, how it was found and what is not known about it."""

from collections.abc import Mapping
from typing import Any

from geo.schema import LAYERS
from geo.vocabulary import PART, PAVEMENT, ROAD_CLASS, UTILITY

THEMES = {"road": "道路", "green": "绿地", "tree": "树木", "pipe": "管线", "other": "未归属"}
UNITS = {"m2": "m²", "m": "m", "tree": "株", "place": "处"}
METHODS = {
    "area": "开挖范围（沟槽与工作坑）与图层求交的面积",
    "length": "不开挖通过的长度", "distance": "开挖范围至树干（或公布范围）的距离",
    "clearance": "与现状管线外壁间的净距",
}  # fmt: skip
STATES = {"to_confirm": "待确认", "confirmed": "确认无误", "corrected": "已更正", "signed": "已签字"}
ANSWERS = {"ok": "满足", "below_minimum": "小于最小净距", "check": "待核实"}
WHY = {
    "missing_depth": "缺埋深", "missing_diameter": "缺管径", "missing_pressure": "缺压力", "missing_laying": "缺敷设方式",
    "missing_utility": "缺管线种类", "no_number": "规范无此数值", "not_asked": "规范无要求",
    "not_checked": "规范数值未经核对，请查规范",
    "condition": "视条件而定，请查规范", "depth_reading": "埋深起算点不明（管顶或管内底）", "joins": "接入点，不作净距要求",
    "no_part": "部位不详（无道路面资料）", "range_unsure": "冠幅不详，范围未定",
    "unproven:green": "绿地资料未覆盖", "unproven:roads": "道路资料未覆盖", "unproven:roads,green": "道路、绿地资料未覆盖",
}  # fmt: skip
GRADES = {name: said[0] for name, said in LAYERS["trees"].columns["grade"].values.items()}
KINDS = {
    "road": {name: said[0] for name, said in ROAD_CLASS.items()} | {"below": "不开挖通过"},
    "green": {name: said[0] for name, said in LAYERS["green"].columns["kind"].values.items()},
    "tree": GRADES, "pipe": {}, "other": {"off_road": "道路和绿地之外", "below": "不开挖通过"},
}  # fmt: skip


def what(row: Mapping[str, Any]) -> str:
    """What a row is about: 主干路 解放路（R00012）车行道 沥青."""
    kind = KINDS[row["theme"]].get(row["kind"] or "", row["kind"] or "")
    name = _utility(row["name"]) if row["theme"] == "pipe" else row["name"] or ""
    numbered = f"（{row['id']}）" if row["id"] else ""
    part = PART[row["part"]][0] if row["part"] in PART else ""
    pavement = PAVEMENT[row["pavement"]][0] if row["pavement"] in PAVEMENT else ""
    said = [kind, f"{name}{numbered}", part, "" if pavement == part else pavement]
    return " ".join(one for one in said if one)


def _utility(name: str | None) -> str:
    return UTILITY[name][0] if name in UTILITY else "种类不详"


def where(row: Mapping[str, Any]) -> str:
    """From–to along the line; one place where it is a crossing or a joint."""
    if row["unit"] == "place":
        return f"{row['detail']['at_m']:.1f} m"
    return "；".join(f"{one['from_m']:.1f}–{one['to_m']:.1f} m" for one in row["stretches"])


def amount(value: float | None, unit: str) -> str:
    """A number with its unit; 不详 where it is not known."""
    if value is None:
        return "不详"
    return f"{value:.0f} {UNITS[unit]}" if unit in ("tree", "place") else f"{value:.1f} {UNITS[unit]}"


def remark(row: Mapping[str, Any]) -> str:
    """What stands beside a row: distance, clearance, estimate, what is not known."""
    detail, said = row["detail"], []
    if row["theme"] == "tree":
        place = "位于开挖范围内" if detail["in_trench"] else f"距开挖范围 {detail['distance_m']:.1f} m"
        said += [place, "在保护范围内" if detail["in_range"] else ""]
    if row["theme"] == "pipe":
        said += _pipe(detail, row["unit"])
    if row["estimated"]:
        said.append("按缺省沟宽或工作坑估算")
    if row["why"]:
        said.append(WHY.get(row["why"], row["why"]))
    return "；".join(one for one in said if one)


def _pipe(detail: Mapping[str, Any], unit: str) -> list[str]:
    meets = {"crossing": "交叉", "end": "端点相接"}.get(detail.get("meets") or "", "并行")
    depth = detail.get("pipe_depth_m")
    gap, least = detail["gap_m"], detail["least_m"]
    kind = "垂直净距" if unit == "place" else "水平净距"
    said = [meets, "废弃" if detail["abandoned"] else "", f"埋深 {depth:.2f} m" if depth is not None else ""]
    said.append(
        "管线相碰"
        if unit == "place" and gap is not None and gap < 0
        else f"{kind} {gap:.2f} m"
        if gap is not None
        else f"{kind}不详"
    )
    unsure = "" if detail["checked"] else "（未核对）"
    said.append(f"规范最小 {least:g} m{unsure}" if least else "")
    return [*said, ANSWERS[detail["answer"]]]


def answered(row: Mapping[str, Any], corrected: Mapping[str, Any] | None) -> tuple[str, str]:
    """The owner's number and reason for a row; ("", "") where nothing was corrected."""
    one = (corrected or {}).get(row["key"])
    return ("", "") if one is None else (amount(one["amount"], row["unit"]), one["reason"])

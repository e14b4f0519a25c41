"""Matches and plans as tables: which columns, in which order, of which kind, and what each is called."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from api.answers.table import Answer
from api.matching import Matching
from geo.columns import numbers, words
from geo.schedule.words import BINDING, advice, fields, text

Words = npt.NDArray[np.object_]

# The order is a contract: scripts read these columns.
MATCHES: Mapping[str, Answer] = {
    "match_id": Answer("text", "共用编号", "number of the pair: the same from either side"),
    "a": Answer("text", "工程甲", "one work, as all tables call it: route number (#1, #2 … where rows repeat it), event-…"),
    "b": Answer("text", "工程乙", "the other work, by the same"),
    "kind": Answer("text", "类别", "shared or crossing"),
    "road_id": Answer("text", "道路编号", "road number; empty: along no road, see off_road"),
    "road_name": Answer("text", "道路名称", "road"),
    "shared_m": Answer("number", "共用长度（沿道路中心线）", "shared metres, along the centre line; empty for a crossing", "m"),
    "from_m": Answer("number", "道路起点里程", "from, along the road", "m"),
    "to_m": Answer("number", "道路终点里程", "to, along the road", "m"),
    "side_a": Answer("text", "甲所在侧", "side of the first, in the road's digitised direction"),
    "side_b": Answer("text", "乙所在侧", "side of the second"),
    "gap_m": Answer("number", "两轴线平均间距", "between the two axes, mean", "m"),
    "days_in_common": Answer("integer", "共同天数", "days in common; 0: none, empty: not known", "d"),
    "same_party": Answer("truth", "同一单位", "same party; empty: not known"),
    "status": Answer("text", "日期关系", "together, apart or undated"),
    "first_common": Answer("date", "共同首日", "first day in common"),
    "last_common": Answer("date", "共同末日", "last day in common"),
    "note": Answer("text", "提示", "repeat, before_paving or after_paving"),
    "note_day": Answer("date", "提示所指日期", "day that the note means"),
    "pavement": Answer("text", "路面种类", "pavement"),
    "row_a": Answer("integer", "甲的行号", "row of the first in its file"),
    "row_b": Answer("integer", "乙的行号", "row of the second in its file"),
    "kind_a": Answer("text", "甲的类别", "route, permit, paving or road_project"),
    "kind_b": Answer("text", "乙的类别", "the same of the second"),
    "party_a": Answer("text", "甲的单位", "party of the first"),
    "party_b": Answer("text", "乙的单位", "party of the second"),
    "a_from_m": Answer("number", "甲轴线起点里程", "from, along the first work's axis", "m"),
    "a_to_m": Answer("number", "甲轴线终点里程", "to, along the first work's axis", "m"),
    "b_from_m": Answer("number", "乙轴线起点里程", "from, along the second work's axis", "m"),
    "b_to_m": Answer("number", "乙轴线终点里程", "to, along the second work's axis", "m"),
    "route_a": Answer("text", "甲的原编号", "route number of the first as its file has it; empty for what the city plans"),
    "route_b": Answer("text", "乙的原编号", "the same of the second"),
    "off_road": Answer("truth", "路外", "off the road: roads are known there, and none reaches it; empty: not known"),
    "short_m": Answer(
        "number", "交叉处并行长度（不足下限）", "metres that a crossing pair runs together, below the minimum", "m"
    ),
}

DIGS: Mapping[str, Answer] = {
    "dig_id": Answer("text", "同步开挖编号", "number of the dig"),
    "works": Answer("list", "参加工程（按施工顺序）", "works, in the order of laying"),
    "lead": Answer("text", "牵头工程", "who leads"),
    "start": Answer("date", "开挖日", "opens"),
    "end": Answer("date", "回填日", "closes"),
    "road_names": Answer("list", "道路", "roads; empty: none with a name"),
    "openings_saved": Answer("integer", "少开挖次数", "openings saved"),
    "metres_saved": Answer("number", "少开挖长度", "metres saved", "m"),
    "area_saved_m2": Answer("number", "少挖路面", "pavement saved", "m²"),
    "days_saved": Answer("integer", "少扰动工作日", "working days saved", "d"),
    "yuan_saved": Answer("number", "节省金额", "yuan saved; empty without a table of prices", "¥"),
    "unmeasured_m": Answer("number", "沟宽未填的长度", "saved metres without a trench width", "m"),
    "width_m": Answer("number", "共用沟槽宽度", "width of the common trench; empty where a diameter is not stated", "m"),
    "depth_m": Answer("number", "共用沟槽深度", "its depth; empty where a depth or diameter is not stated", "m"),
    "below_minimum": Answer("integer", "小于规范最小值的项数", "distances below the standard's minimum"),
    "check": Answer("integer", "请查规范的项数", "distances to be checked in the standard"),
    "owed": Answer("list", "参加工程应办许可", "permit items that its members owe"),
    "paved_by": Answer("list", "其后的路面施工", "paving that follows"),
    "shift_days": Answer("integer", "移动天数", "calendar days moved", "d"),
    "status": Answer("text", "求解状态", "optimal or feasible"),
    "gap": Answer("number", "与最优的差距（分）", "by how many points a better plan might beat it"),
    "provisional": Answer("truth", "部分日期仅按周末推算", "some of its days were judged by weekends alone"),
    "match_ids": Answer("list", "所含共用编号", "pairs that it joins"),
}

MEMBERS: Mapping[str, Answer] = {
    "dig_id": Answer("text", "同步开挖编号", "number of the dig; empty: opens alone, or paves"),
    "work": Answer("text", "工程", "work"),
    "row_no": Answer("integer", "原文件行号", "row in its file"),
    "party": Answer("text", "单位", "party"),
    "utility": Answer("text", "管线种类", "utility"),
    "role": Answer("text", "角色", "lead, joins, alone or paves"),
    "order": Answer("integer", "施工顺序", "order of laying, 1 first"),
    "start": Answer("date", "开工", "opens"),
    "end": Answer("date", "完工", "closes"),
    "open_days": Answer("integer", "工作日", "working days", "d"),
    "shift_days": Answer("integer", "移出时段的天数", "calendar days out of its own window", "d"),
    "firm": Answer("truth", "日期已定", "its days are firm"),
    "provisional": Answer("truth", "部分日期仅按周末推算", "some of its days were judged by weekends alone"),
    "route_id": Answer("text", "原编号", "route number as its file has it; empty for what the city plans"),
}

SHARES: Mapping[str, Answer] = {
    "dig_id": Answer("text", "同步开挖编号", "number of the dig"),
    "party": Answer("text", "单位", "party; a work without one is its own"),
    "works": Answer("list", "工程", "its works"),
    "metres": Answer("number", "共用部分的长度", "metres on the common stretches", "m"),
    "by_volume": Answer("number", "按长×宽×深分摊", "share by length × width × depth"),
    "by_shapley": Answer("number", "按夏普利值分摊", "share by Shapley value"),
    "note": Answer("text", "说明", "why a share is not told, in Chinese"),
    "note_en": Answer("text", "说明（英文）", "why a share is not told, in English"),
}

UNJOINED: Mapping[str, Answer] = {
    "match_id": Answer("text", "共用编号", "number of the pair; empty for a work by itself"),
    "a": Answer("text", "工程甲", "work"),
    "b": Answer("text", "工程乙", "the other work"),
    "binding": Answer("text", "原因代码", "what binds"),
    "reason": Answer("text", "原因", "what binds, in Chinese"),
    "reason_en": Answer("text", "原因（英文）", "what binds, in English"),
    "change": Answer("text", "最小改动", "the smallest change that would help, in Chinese"),
    "change_en": Answer("text", "最小改动（英文）", "the smallest change that would help, in English"),
    "confirmed": Answer("truth", "重新排期已证实", "planned again with it, and it holds; empty: no time was left to try"),
    "loses": Answer("list", "将因此失去的共用", "pairs that would no longer be joined"),
}


def names(matching: Matching) -> Words:
    """What each work is called, each otherwise: its route number (with #1, #2 … where several rows bear it), or event-…."""
    return words(matching.works, "work_id")


def match_table(matching: Matching) -> pd.DataFrame:
    """Columns :data:`MATCHES`, one row for each row of the matching. Works are called as in all other tables (:func:`names`)."""
    rows, called = matching.rows, names(matching)
    a, b = (rows[name].to_numpy(dtype=np.int64) for name in ("a", "b"))
    row_no = np.where(matching.works["row_no"] > 0, matching.works["row_no"], np.nan)
    more: dict[str, Any] = {"a": called[a], "b": called[b], "off_road": pd.array(matching.off_road, dtype="boolean")}
    about = {"row": row_no, "route": words(matching.works, "route_id")} | {
        name: words(matching.works, name) for name in ("kind", "party")
    }
    for name, values in about.items():
        more |= {f"{name}_a": values[a], f"{name}_b": values[b]}
    return rows.assign(**more)[list(MATCHES)]


def members_table(matching: Matching) -> pd.DataFrame:
    """Columns :data:`MEMBERS`; empty without a plan."""
    if matching.plan is None:
        return pd.DataFrame(columns=list(MEMBERS))
    members, works = matching.plan.members, matching.works
    at = members["work"].to_numpy(dtype=np.int64)
    row_no = np.where(works["row_no"] > 0, works["row_no"], np.nan)
    more = {name: words(works, name)[at] for name in ("party", "utility", "route_id")}
    return members.assign(work=names(matching)[at], row_no=row_no[at], **more)[list(MEMBERS)]


def unjoined_table(matching: Matching) -> pd.DataFrame:
    """Columns :data:`UNJOINED`: the reasons in words; empty without a plan."""
    if matching.plan is None:
        return pd.DataFrame(columns=list(UNJOINED))
    called = names(matching)
    rows = [_unjoined(row, called, matching) for row in matching.plan.unjoined.to_dict("records")]
    return pd.DataFrame(rows, columns=list(UNJOINED))


def _unjoined(row: Mapping[Any, Any], called: Words, matching: Matching) -> dict[str, Any]:
    work = _called(row["work"], called)
    out = {"match_id": row["match_id"], "a": _called(row["a"], called), "b": _called(row["b"], called)}
    out |= {"binding": row["binding"], "confirmed": row["confirmed"], "loses": list(row["loses"])}
    for lang, end in (("zh", ""), ("en", "_en")):
        missing = fields(list(row["missing"]), lang)
        name = _what_binds(row, matching, lang)
        out["reason" + end] = text(BINDING, row["binding"], lang, work=work, name=name, missing=missing or None)
        out["change" + end] = None if row["change"] is None else _advice(row, called, matching, lang)
    return out


def _advice(row: Mapping[Any, Any], called: Words, matching: Matching, lang: str) -> str:
    """The change in words; a work whose days are firm has no leeway."""
    mover = int(row["change_work"])
    shift = numbers(matching.works, "shift_days")[mover]
    leeway = 0 if matching.works["firm"].iloc[mover] or np.isnan(shift) else int(shift)
    of = [str(called[int(row[name])]) for name in ("a", "b") if not pd.isna(row[name])]
    return advice(row["change"], lang, str(called[mover]), row, leeway, of)


def _what_binds(row: Mapping[Any, Any], matching: Matching, lang: str) -> str | None:
    """The name of what binds, as people know it: permits by their titles and the day of the last, paving with its name."""
    works, comma = matching.works, "、" if lang == "zh" else ", "
    if row["binding"] == "over":
        return _day(works["end"].iloc[int(row["work"])])
    if row["binding"] == "permit":
        titles = {one.id: one.title.text(lang) for one in matching.pack.data.permits}
        owed = comma.join(titles.get(one, one) for one in (row["name"] or "").split("、") if one)
        ready = _day(works["ready"].iloc[int(row["work"])])
        day = f"预计 {ready} 齐备" if lang == "zh" else f"expected {ready}"
        return (f"{owed}，{day}" if lang == "zh" else f"{owed}, {day}") if owed else day
    if row["binding"] == "paving" and row["name"]:
        called = dict(zip(works["work_id"], works["project"], strict=True))
        return comma.join(f"{one} {called.get(one) or ''}".strip() for one in row["name"].split("、"))
    return None if row["name"] is None else str(row["name"])


def _called(work: Any, called: Words) -> str | None:
    return None if pd.isna(work) else str(called[int(work)])


def _day(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)[:10]

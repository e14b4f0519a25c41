"""Words of joint digs: why works are not together, what would help, and what the standard says to a common trench."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

Said = tuple[str, str]

BINDING: Mapping[str, Said] = {
    "undated": ("{work} 未填 {missing}，无法排期", "{work} cannot be planned: {missing} not stated"),
    "window_short": (
        "{work} 的可施工时段内工作日不足",
        "the window of {work} holds too few working days",
    ),
    "common_too_short": ("两项工程共有的工作日不足", "the two windows have too few working days in common"),
    "no_common_days": ("两项工程的时段没有共同的日子", "the two windows have no day in common"),
    "permit": ("{work} 尚欠许可（{name}），在办妥之前不得开工", "{work} still owes a permit ({name}) and may not open before it"),
    "closure": ("{work} 遇“{name}”期间不得开挖", "{work} may not be open during {name}"),
    "past": ("{work} 的时段早于排期日", "the window of {work} lies before the day of planning"),
    "over": (
        "{work} 已于 {name} 完工，早于排期日，无可再排",
        "{work} was over on {name}, before the day of planning: nothing is left to plan",
    ),
    "paving": ("须在路面施工 {name} 之前挖完", "it must be dug before the paving {name}"),
    "firm": ("工期已定，不能移动", "the days are firm and do not move"),
    "outweighed": ("移动工期的代价大于所省", "moving the days costs more than it saves"),
    "conflict": ("与更有利的安排冲突", "it stands against a plan that saves more"),
    "unexamined": ("计算时间已用完，原因未查", "no time was left to find out why"),
    "unplaced": ("{work} 本身排不进", "{work} itself has no place"),
}

CHANGE: Mapping[str, Said] = {
    "extend_end": ("{work} 的完工日期延后 {n} 天，改为 {day}", "let {work} end {n} days later, by {day}"),
    "start_earlier": ("{work} 的开工日期提前 {n} 天，改为 {day}", "let {work} begin {n} days earlier, from {day}"),
    "permit_by": ("{work} 的许可提前 {n} 天，于 {day} 前办妥", "let {work} have its permit {n} days earlier, by {day}"),
    "move_firm": (
        "{work} 已定的工期移动 {n} 天，改自 {day} 起",
        "move the firm days of {work} by {n} days, to begin on {day}",
    ),
}
# The day named is that of the window; a work that may be moved may open sooner, or end later, by so many days.
LEEWAY: Mapping[str, Said] = {
    "extend_end": ("（另可晚 {shift} 天）", " (or up to {shift} days after it)"),
    "start_earlier": ("（另可早 {shift} 天）", " (or up to {shift} days before it)"),
}
OPENS: Mapping[str, Said] = {
    "alone": ("；{who} 于 {opens} 开挖", "; {who} opens on {opens}"),
    "together": ("；两项自 {opens} 起同时开挖", "; the two open together from {opens}"),
    "other_first": (
        "；另一项 {opens} 先开挖，{work} 在其工期内同开",
        "; the other opens on {opens}, {work} while it is open",
    ),
}

FIELDS: Mapping[str, Said] = {
    "start": ("开工日期", "start"),
    "end": ("完工日期", "end"),
    "duration_days": ("施工工作日数", "working days needed"),
}

VERDICTS: Mapping[str, Said] = {
    "ok": ("满足", "kept"),
    "below_minimum": ("小于规范最小值", "below the minimum"),
    "check": ("请查规范", "check the standard"),
}

WHY: Mapping[str, Said] = {
    "not_checked": ("该数值未经核对", "the number was not checked"),
    "no_number": ("规范表中没有这一对", "the table has no number for this pair"),
    "condition": ("视附加条件而定", "it depends on a further condition"),
    "missing_utility": ("未填管线种类", "a utility is not stated"),
    "missing_diameter": ("未填管径", "a diameter is not stated"),
    "missing_pressure": ("未填燃气压力", "the pressure of a gas pipe is not stated"),
    "missing_laying": ("直埋或穿管不明", "whether laid direct or in a conduit is not stated"),
    "missing_depth": ("未填埋深", "a depth is not stated"),
    "missing_place": ("位于车行道或人行道不明", "whether below the carriageway or the footway is not stated"),
}

SHARES: Mapping[str, Said] = {
    "missing_width": ("有工程未填沟槽宽度", "a trench width is not stated"),
    "missing_depth": ("有工程未填埋深", "a depth is not stated"),
    "nothing_opened": ("共用路段上没有开挖", "nothing is opened on the common stretches"),
    "too_many": ("超过8方，不作精确计算", "more than 8 parties: not reckoned exactly"),
}


def text(table: Mapping[str, Said], code: str, lang: str, **places: object) -> str:
    """The words of a code in ``zh`` or ``en`` with its places filled; a place that nobody filled reads as "—"."""
    said = table[code][0 if lang.startswith("zh") else 1]
    filled = {name: "—" if value is None else value for name, value in places.items()}
    return said.format_map(_Blanks(filled))


def advice(code: str, lang: str, work: str, row: Mapping[str, Any], shift_days: int, of: Sequence[str]) -> str:
    """A change in words: which day of which work moves where, and when is opened then.

    ``row``: ``change_days``, ``change_day`` and ``opens`` of :data:`geo.schedule.why.UNJOINED`; ``shift_days``: by which ``work``
    may leave its window; ``of``: the one work, or the two, that would open (``work`` may be the paving after them).
    """
    day, opens = pd.Timestamp(row["change_day"]), pd.Timestamp(row["opens"])
    sooner = shift_days if code == "start_earlier" else 0
    late = code != "extend_end" and work in of and opens < day - pd.Timedelta(days=sooner)
    then = "alone" if len(of) == 1 else "other_first" if late else "together"
    places = {"n": int(row["change_days"]), "day": f"{day:%Y-%m-%d}", "opens": f"{opens:%Y-%m-%d}", "shift": shift_days}
    leeway = text(LEEWAY, code, lang, **places) if code in LEEWAY and shift_days else ""
    return text(CHANGE, code, lang, work=work, **places) + leeway + text(OPENS, then, lang, work=work, who=of[0], **places)


def fields(names: list[str], lang: str) -> str:
    """Names of missing fields as a list in words."""
    return ("、" if lang.startswith("zh") else ", ").join(FIELDS[name][0 if lang.startswith("zh") else 1] for name in names)


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"

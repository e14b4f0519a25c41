"""Words of plans: rules that a move breaks, where a dig stands, how savings and the scoreboard are counted."""

from collections.abc import Mapping
from typing import Any

from api.digs.objects import FORMULA

Both = dict[str, str]

STATES: Mapping[str, tuple[str, str]] = {
    "proposed": ("尚未征求意见", "nobody was asked yet"),
    "asking": ("等待答复", "waiting for answers"),
    "countered": ("有单位提出其他日期", "somebody proposes other dates"),
    "escalated": ("有单位逾期未答复，待牵头单位协调", "silence: the office has to settle it"),
    "agreed": ("各方同意", "all join"),
    "reduced": ("部分单位不参加", "some stay away"),
    "failed": ("同步开挖不成立", "too few are left"),
    "dropped": ("已随计划改动取消", "taken apart by a later move"),
}
WHY: Mapping[str, tuple[str, str]] = {
    "moved": ("工期有改动，请重新答复", "the days were moved: please answer again"),
    "changed": ("所依据的工程或共用路段有变化，请重新答复", "a work or a shared stretch has changed: please answer again"),
}
# Why a pair of the plan is not together any more.
BY_HAND: tuple[str, str] = (
    "{by} 于 {day} 把 {a} 与 {b} 手动移开",
    "{a} and {b} were moved apart by hand on {day} by {by}",
)
BY_HAND_NOBODY: tuple[str, str] = ("{a} 与 {b} 于 {day} 被手动移开", "{a} and {b} were moved apart by hand on {day}")
RULES: Mapping[str, tuple[str, str]] = {
    "window": (
        "{work} 排在 {start} 至 {end}，超出其时段（{first} 至 {last}，可调 {shift} 天）",
        "{work} is open {start} to {end}, outside its window ({first} to {last}, may move {shift} days)",
    ),
    "firm": ("{work} 日期已定（{first} 至 {last}），不能移动", "the days of {work} are firm ({first} to {last}) and do not move"),
    "past": ("{work} 开工日 {start} 早于计划日 {on}", "{work} opens on {start}, before the day of planning {on}"),
    "permit": ("{work} 的许可 {ready} 才齐备，不得在 {start} 开工", "{work} has its last permit on {ready}: not open on {start}"),
    "closure": (
        "{work} 遇“{name}”（{from_day} 至 {to_day}）不得开挖",
        "{work} may not be open during {name} ({from_day} to {to_day})",
    ),
    "paving": (
        "{work}（至 {end}）须在路面施工 {other}（{other_start} 起）之前完工，其间至少 {spare} 个工作日",
        "{work} (until {end}) must end before the paving {other} (from {other_start}), {spare} working days between",
    ),
    "undated": ("{work} 未填时段或工期", "{work} states no window or no duration"),
    "duration": ("{work} 的工作日数与其工期不符", "{work} is not open for the working days that it needs"),
    "shift": ("{work} 的移动天数不符", "the days by which {work} moved are wrong"),
    "dig": ("{work} 与同段工程的开挖不成一组", "{work} does not hang together with its dig"),
    "order": ("{work} 的施工顺序不对", "the order of laying of {work} is wrong"),
    "owed": ("{work} 所在同步开挖的应办许可不符", "what the dig of {work} owes is wrong"),
}
SCORE_FORMULA = {
    "zh": "配对＝不同单位、共用路段的两项开挖工程，按首次发现的月份计；已同意＝所在同步开挖各方均参加；协调率＝已同意÷配对；"
    "节省长度＝各方同意的同步开挖少开挖的米数，同一配对只计最后一次；提出长度＝仍成立的同步开挖（含未答复的）可少开挖的米数，"
    "因各方退出而不成立的不计，另列为落空长度。",
    "en": "Pairs: two digs of different parties that share a stretch, by the month in which they were found. Agreed: all "
    "parties of their joint dig join. Rate = agreed / pairs. Metres saved: of agreed digs, each pair counted once. Metres "
    "offered: of all joint digs that still stand, answered or not; those of digs that came to nothing stand apart (failed).",
}


def both(said: tuple[str, str], **places: Any) -> Both:
    """A text in both languages, its places filled; what is not known reads as "—"."""
    filled = _Blanks({name: "—" if value is None else value for name, value in places.items()})
    return {"zh": said[0].format_map(filled), "en": said[1].format_map(filled)}


def state(name: str) -> Both:
    """Where a dig stands."""
    return both(STATES[name])


def formula(weights: Mapping[str, Any]) -> Both:
    """How savings are counted, with the weights of a plan."""
    return {lang: said.format(**weights) for lang, said in FORMULA.items()}


class _Blanks(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"

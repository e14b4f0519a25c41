"""Words of a survey's record, Chinese and English."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from layers.survey.clock import CHINA

Words = tuple[str, str]

MODES: Mapping[str, Words] = {"on_site": ("现场", "on site"), "remote": ("远程", "remote"), "mixed": ("远程加现场", "mixed")}
ANSWERS: Mapping[str, Words] = {
    "feasible": ("可行", "feasible"), "needs_visit": ("需到现场", "needs a visit"), "not_feasible": ("不可行", "not feasible"),
}  # fmt: skip
TASKS: Mapping[str, Words] = {
    "take_part": ("参加", "takes part"),
    "position": ("报告位置", "position"),
    "look": ("查看", "looks on"),
}
CAUSES: Mapping[str, Words] = {"customer": ("客户原因", "the customer"), "force_majeure": ("不可抗力", "force majeure")}
DID: Mapping[str, Words] = {
    "pin": ("图钉", "pin"), "note": ("文字", "note"), "photo": ("照片", "photo"), "clip": ("视频", "clip"),
    "voice": ("录音", "recording"), "drawing": ("测量", "measured"), "tick": ("核对", "checked"),
    "conclusion": ("结论", "conclusion"),
    "joined": ("进入", "came in"), "left": ("离开", "left"), "removed": ("移出", "removed"), "consent": ("同意录制", "consent"),
}  # fmt: skip
UNITS: Mapping[str, Words] = {"day": ("天", "day"), "working_day": ("个工作日", "working day")}


def when(moment: str | None) -> str:
    """A moment (ISO 8601) as the wall clock of China shows it; empty for none."""
    return "" if moment is None else f"{datetime.fromisoformat(moment).astimezone(CHINA):%Y-%m-%d %H:%M}"


def clocked(clock: Mapping[str, Any], zh: bool) -> str:
    """The term in one line: how long, until when, kept or not; or why nobody knows."""
    why = clock["why_zh" if zh else "why_en"]
    if clock["due_at"] is None:
        return f"不明：{why}" if zh else f"unknown: {why}"
    unit = UNITS.get(clock["unit"], (clock["unit"],) * 2)[0 if zh else 1]
    until = when(clock["due_at"])
    if zh:
        return f"{clock['at_most']} {unit}，至 {until}，" + ("按期结束" if clock["in_time"] else "超期结束")
    return f"{clock['at_most']} {unit}, until {until}, " + ("closed in time" if clock["in_time"] else "closed late")

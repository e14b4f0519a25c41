"""The life of a survey: which states there are, and which way leads from one to the next. There is no other way."""

from collections.abc import Mapping
from typing import Literal, get_args

from geo.errors import Conflict

State = Literal["planned", "agreed", "open", "closed", "cancelled"]
Step = Literal["agree", "open", "close", "cancel"]
STATES: tuple[State, ...] = get_args(State)

WORDS: Mapping[State, tuple[str, str]] = {
    "planned": ("待约定", "planned"),
    "agreed": ("已约定", "agreed"),
    "open": ("进行中", "open"),
    "closed": ("已结束", "closed"),
    "cancelled": ("已取消", "cancelled"),
}
STEPS: Mapping[Step, tuple[tuple[State, ...], State]] = {
    "agree": (("planned",), "agreed"),
    "open": (("agreed",), "open"),
    "close": (("open",), "closed"),
    "cancel": (("planned", "agreed", "open"), "cancelled"),
}


def after(state: State, step: Step) -> State:
    """The state after a step. Raises Conflict where the step does not begin there."""
    begins, ends = STEPS[step]
    if state not in begins:
        zh, en = WORDS[state]
        able = "、".join(WORDS[each][0] for each in begins), ", ".join(WORDS[each][1] for each in begins)
        raise Conflict(
            why_zh=f"踏勘现为“{zh}”，这一步须在“{able[0]}”时进行",
            why_en=f"the survey is {en}; this step begins from: {able[1]}",
        )
    return ends

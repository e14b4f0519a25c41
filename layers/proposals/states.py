"""The life of a proposal: which states there are, and which way leads from one to the next. There is no other way."""

from collections.abc import Mapping
from typing import Literal, get_args

from geo.errors import Conflict

State = Literal["draft", "submitted", "under_review", "decided", "withdrawn"]
Step = Literal["submit", "take", "return", "decide", "withdraw", "reopen"]
STATES: tuple[State, ...] = get_args(State)

WORDS: Mapping[State, tuple[str, str]] = {
    "draft": ("草稿", "draft"),
    "submitted": ("已提交", "submitted"),
    "under_review": ("审查中", "under review"),
    "decided": ("已办结", "decided"),
    "withdrawn": ("已撤回", "withdrawn"),
}
# take: an office begins; return: back to its author to be changed (a new version); reopen: a withdrawn one is a draft again
STEPS: Mapping[Step, tuple[tuple[State, ...], State]] = {
    "submit": (("draft",), "submitted"),
    "take": (("submitted",), "under_review"),
    "return": (("submitted", "under_review"), "draft"),
    "decide": (("submitted", "under_review"), "decided"),
    "withdraw": (("draft", "submitted", "under_review"), "withdrawn"),
    "reopen": (("withdrawn",), "draft"),
}


def after(state: State, step: Step) -> State:
    """The state after a step. Raises Conflict where the step does not begin there."""
    begins, ends = STEPS[step]
    if state not in begins:
        zh, en = WORDS[state]
        able = "、".join(WORDS[each][0] for each in begins), ", ".join(WORDS[each][1] for each in begins)
        raise Conflict(
            why_zh=f"方案现为“{zh}”，这一步须在“{able[0]}”时进行",
            why_en=f"the proposal is {en}; this step begins from: {able[1]}",
        )
    return ends

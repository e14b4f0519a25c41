"""What a guest came for, and what each task lets them send. Who has an account takes part."""

from typing import Literal

Task = Literal["look", "position", "take_part"]
NOT_YOURS = {"why_zh": "您的链接不能做这一步", "why_en": "your link does not reach that far"}


def sends(task: str, what: str) -> bool:
    """May a participant with this task send this kind of event or message? Conclusions are for units
    (:mod:`layers.survey.conclusions`), whatever the task."""
    return task == "take_part" or (task == "position" and what == "position")

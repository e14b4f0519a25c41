"""The paper of somebody who has no desk here, as a request states it: both its number and its day, or neither."""

from datetime import date

from api.day import today
from api.deps import FIRST_DAY
from geo.errors import BadInput
from layers.proposals.owners import Paper


def stated_paper(number: str, on: date | None) -> Paper | None:
    """Raises BadInput where one of the two lacks, and for a day that no such paper has."""
    if bool(number.strip()) != (on is not None):
        raise BadInput(
            why_zh="paper、paper_on：文件的文号和日期须一并填写",
            why_en="paper, paper_on: state both the number and the day of the paper",
        )
    if on is None:
        return None
    if on > today():
        raise BadInput(
            why_zh="paper_on：文件日期不能在今天之后", why_en="paper_on: the paper cannot be of a later day than today"
        )
    if on < FIRST_DAY:
        raise BadInput(
            why_zh=f"paper_on：文件日期 {on.isoformat()} 早于 {FIRST_DAY.isoformat()}，请核对年份",
            why_en=f"paper_on: {on.isoformat()} is before {FIRST_DAY.isoformat()}: check the year",
        )
    return Paper(number.strip(), on)

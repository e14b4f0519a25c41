"""Cases of works that share a street: before a paving, round a festival, without dates, again after a short while, fixed days."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from layers.demo.cases_groups import COMPANY
from layers.demo.paths import Plan, Way
from layers.demo.pool import HARMLESS, UTILITIES, Draft, Pool

Row = dict[str, Any]
# The festival of lanterns keeps the old city closed on these days.
BEFORE_FESTIVAL, AFTER_FESTIVAL = date(2027, 2, 1), date(2027, 3, 12)
PAVED_FROM = date(2027, 3, 1)


def together(pool: Pool) -> None:
    """One street for each case."""
    before_paving(pool)
    festival(pool)
    undated(pool)
    again(pool)
    fixed(pool)


def before_paving(pool: Pool) -> None:
    """Three lines in a street that is to be paved: dug before it, or not for years."""
    for event, road_id in _paved(pool):
        day: date = event["start"]
        want = pool.lookout.labels(event["geometry"]) - HARMLESS
        draft = pool.on_section(road_id, want)
        lines = _beside(pool, draft, 3) if draft is not None and draft.length_m > 60 else []
        if len(lines) < 2:
            continue
        start = date(day.year, day.month - 1, 1)
        for k, plan in enumerate(lines):
            _add(pool, "share-before-paving", plan, start=start, end=date(day.year, day.month, 24), days=8 + 2 * k, shift=14)
        return
    raise LookupError("no street that is paved and that lines fit into")


def festival(pool: Pool) -> None:
    """Two lines in the old city whose windows hold the festival: open together before it, or after it."""
    lines = _street(pool, 2, lambda: pool.take(lambda one: "old_city" in one.labels and one.length_m > 90, "old"))
    for k, plan in enumerate(lines):
        _add(pool, "share-festival", plan, start=BEFORE_FESTIVAL, end=AFTER_FESTIVAL, days=5 + 4 * k)


def undated(pool: Pool) -> None:
    """Two lines of which one has no dates yet."""
    for k, plan in enumerate(_street(pool, 2, lambda: pool.meeting(low=120, high=420))):
        start, end = (date(2027, 3, 8), date(2027, 4, 9)) if k else (None, None)
        _add(pool, "share-undated", plan, start=start, end=end, days=9)


def again(pool: Pool) -> None:
    """A permitted dig that is over, and a line that would open the same street again half a year later."""
    for k, plan in enumerate(_street(pool, 2, lambda: pool.meeting(low=120, high=420))):
        if k:
            _add(pool, "share-again", plan, start=date(2026, 12, 7), end=date(2026, 12, 31), days=8)
        else:
            _add(pool, "share-again", plan, start=date(2026, 5, 11), end=date(2026, 6, 5), kind="许可", firm="是")


def fixed(pool: Pool) -> None:
    """A permitted dig whose days are fixed, and two lines that could join it; one of them waits for its permit."""
    for k, plan in enumerate(_street(pool, 3, lambda: pool.meeting(low=150, high=420))):
        if k == 0:
            _add(pool, "share-fixed", plan, start=date(2027, 3, 15), end=date(2027, 4, 2), kind="许可", firm="是")
        else:
            ready = date(2027, 3, 29) if k == 2 else None
            _add(pool, "share-fixed", plan, start=date(2027, 2, 22), end=date(2027, 4, 30), days=6 + k, ready=ready)


def _add(pool: Pool, purpose: str, plan: Plan, days: int | None = None, shift: int = 0, **given: Any) -> None:
    span = {"duration_days": None if days is None else float(days), "shift_days": float(shift)}
    pool.add(purpose, plan, applicant=COMPANY[plan.utility], **span, **given)


def _street(pool: Pool, count: int, take: Callable[[], Draft]) -> list[Plan]:
    """So many lines in one street, the first that has room for them."""
    while True:
        lines = _beside(pool, take(), count)
        if len(lines) == count:
            return lines


def _beside(pool: Pool, draft: Draft, count: int) -> list[Plan]:
    """At most so many lines of different utilities along one way, each a little further in."""
    way: Way = draft.plan.way
    found: list[Plan] = []
    for step, utility in enumerate((draft.plan.utility, *(one for one in UTILITIES if one != draft.plan.utility))):
        plan = pool.drafter.draw(way, utility, draft.plan.inset_m + 0.8 * step, draft.plan.along_m * (0.96 - 0.05 * step))
        if plan is not None and pool.lookout.labels(plan.line) - HARMLESS <= draft.labels:
            found.append(plan)
        if len(found) == count:
            break
    return found


def _paved(pool: Pool) -> Iterator[tuple[Row, str]]:
    """Coming pavings, and the section of street that each lies on."""
    for event in pool.demo.layers["events"]:
        if event["kind"] != "paving" or event["start"] < PAVED_FROM:
            continue
        for section in pool.demo.sections:
            middle = section.line.interpolate(0.5, normalized=True)
            if event["name"].startswith(section.name) and event["geometry"].distance(middle) < 0.01:
                yield event, section.road_id

"""Cases of lines that belong together, of their ends, of other ways to lay them, and of company in the same street."""

from collections.abc import Callable
from datetime import date
from typing import Any

from shapely import LineString, MultiLineString

from layers.demo import names
from layers.demo.cases_roads import FIXED
from layers.demo.frame import beside, cut
from layers.demo.paths import Plan
from layers.demo.pool import UTILITIES, Draft, Pool
from layers.demo.rows import WORDS, Proposal

BARE = (
    *("project", "project_code", "applicant", "diameter_mm", "pressure_mpa", "capacity_kva", "depth_m"),
    *("burial", "trench_width_m", "trees_to_fell", "start", "end", "accuracy_m", "duration_days", "shift_days"),
)
# Who digs in a street that several share.
COMPANY = {
    "water": names.WATER, "gas": names.GAS, "heat": names.HEAT, "power": names.POWER, "comms": names.COMMS[0],
    "drain": names.DRAIN,
}  # fmt: skip


def projects(pool: Pool) -> None:
    """Several lines of one project: summed over and under the limit, and of two utilities that are not summed."""
    for number, utility in enumerate(("water", "gas")):
        for _ in range(3):
            draft = pool.meeting(utility=utility, low=190, high=330)
            pool.add(
                "project-sum-over",
                draft,
                project="示范新区配套外线工程",
                project_code=f"SFXM-A{number}",
                applicant="示范新区建设单位",
            )
    for _ in range(2):
        draft = pool.meeting(utility="heat", low=90, high=200)
        pool.add("project-sum-under", draft, project="示范学校配套外线工程", project_code="SFXM-B0", applicant="示范学校建设单位")
    for utility in ("water", "gas"):
        draft = pool.meeting(utility=utility, low=280, high=450)
        pool.add(
            "project-two-utilities", draft, project="示范医院配套外线工程", project_code="SFXM-C0", applicant="示范医院建设单位"
        )


def slices(pool: Pool) -> None:
    """Short lines of one applicant, without a project code, whose ends touch; and two of different applicants."""
    for utility, count, who in (
        ("water", 4, ("示范甲单位",)),
        ("gas", 3, ("示范乙单位",)),
        ("comms", 2, ("示范丙单位", "示范丁单位")),
    ):
        plan = pool.meeting(utility=utility, low=620 if count > 2 else 520, high=5000).plan
        for k in range(count):
            piece = cut(plan.line, plan.line.length * k / count, plan.line.length * (k + 1) / count)
            purpose = "slices" if len(who) == 1 else "slices-different-applicants"
            applicant = who[k % len(who)]
            pool.add(purpose, plan, line=piece, applicant=applicant, project_code=None, project=f"{applicant}外线工程{k + 1}期")


def doubts(pool: Pool) -> None:
    """Two lines that touch and bear one name, one of which does not say whose it is: perhaps a slice, perhaps one project; and
    trees in a number that cannot be read."""
    for utility in ("water", "power"):
        plan = pool.meeting(utility=utility, low=560, high=5000).plan
        for k, who in enumerate(("示范戊单位", None)):
            piece = cut(plan.line, plan.line.length * k / 2, plan.line.length * (k + 1) / 2)
            given = {"applicant": who, "project_code": None, "project": f"示范公寓配套{WORDS[utility]}工程"}
            pool.add("perhaps-one-project", plan, line=piece, trees_to_fell=-k, **given)


def ends(pool: Pool) -> None:
    """At the red line and at a main; only one of them; neither."""
    for k in range(3):
        plan = pool.meeting(utility=FIXED[k], low=120, high=420).plan
        lane = beside(plan.way.path, plan.way.side * (plan.way.width_m / 2 - plan.inset_m))
        middle = cut(lane, 12, min(plan.along_m, lane.length) - 12)
        pool.add("ends-neither", plan, line=middle)
        both = pool.meeting(utility=FIXED[k], low=80, high=420).plan
        pool.add("ends-site-only", both, line=_without_last_leg(both))
        other = pool.meeting(utility=FIXED[k], low=80, high=420).plan
        pool.add("ends-main-only", other, line=LineString(other.line.coords[1:]) if len(other.line.coords) > 3 else other.line)


def _without_last_leg(plan: Plan) -> LineString:
    xy = list(plan.line.coords)
    return LineString(xy[:-1]) if len(xy) > 2 else plan.line


def laying(pool: Pool) -> None:
    """Overhead, in a utility tunnel, in two parts, without a trench width, without anything but a shape."""
    for word, purpose in (
        ("架空", "burial-overhead"),
        ("架空", "burial-overhead"),
        ("综合管廊", "burial-tunnel"),
        (None, "burial-blank"),
        (None, "burial-blank"),
    ):
        pool.add(purpose, pool.meeting(low=60), burial=word)
    for _ in range(2):
        pool.add("trench-width-blank", pool.meeting(low=60), trench_width_m=None)
    for _ in range(2):
        pool.add("dates-blank", pool.meeting(low=60), start=None, end=None)
    pool.add("end-date-blank", pool.meeting(low=60), end=None)
    draft = pool.meeting(utility="water", low=200, high=420)
    line = draft.plan.line
    parts = MultiLineString([cut(line, 0, line.length * 0.45), cut(line, line.length * 0.55, line.length)])
    pool.add("two-parts", draft, line=parts)
    bare: dict[str, Any] = dict.fromkeys(BARE)
    pool.add("shape-only", pool.meeting(utility="gas", low=60), **bare)


def company(pool: Pool) -> None:
    """Several utilities in one street within the same months: one trench could serve them."""
    groups = 0
    while groups < 2:
        draft = pool.meeting(low=160, high=450)
        found: list[Proposal] = []
        for step, utility in enumerate(UTILITIES):
            if len(found) == 3:
                break
            plan = pool.drafter.draw(draft.plan.way, utility, 1.2 + 0.75 * step, draft.plan.along_m * (0.95 - 0.06 * step))
            if plan is None or pool.lookout.labels(plan.line) - {"patch"}:
                continue
            start = date(2027, 3, 1 + 5 * step + groups)
            found.append(pool.add("same-street", plan, start=start, end=date(2027, 4, 2 + 3 * step), applicant=COMPANY[utility]))
        groups += 1 if len(found) > 1 else 0


def _everyday(where: int) -> Callable[[Draft], bool]:
    """A line that meets nothing, or (0) the old city, or (1) up to two things."""

    def fits(draft: Draft) -> bool:
        seen = draft.labels
        return draft.length_m > 25 and (not seen or (where == 0 and "old_city" in seen) or (where == 1 and len(seen) < 3))

    return fits


def ordinary(pool: Pool, total: int) -> None:
    """The rest: what an office sees on any other day."""
    while len(pool.proposals) < total:
        number = len(pool.proposals)
        where = number % 4
        draft = pool.take(_everyday(where), "old" if where == 0 else "mixed")
        given: dict[str, Any] = {"trees_to_fell": None} if number % 23 == 0 else {}
        if draft.plan.utility == "power" and number % 3 == 0:
            given["voltage_kv"] = 10.0
        pool.add("ordinary", draft, **given)

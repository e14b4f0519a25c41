"""What goes in and comes out of digging once, as OpenAPI describes it. Days are dates, lengths metres, shapes GeoJSON."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.deps import FIRST_DAY, LAST_DAY
from api.digs import examples
from api.schemas import Bounds, Geometry, Model, Storable, Words

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


def _text(most: int) -> Any:
    return Annotated[str, Field(max_length=most), Storable]


Name = Annotated[str, Field(min_length=1, max_length=200), Storable]
Free = Annotated[str, Field(max_length=2000), Storable]
By = Annotated[Name | None, Field(description="已由登录人代替：只可留空或写本人 / who is signed in: left out, or oneself")]


class Asked(BaseModel):
    """What is sent: a key that is not known is a slip."""

    model_config = ConfigDict(extra="forbid")


def _example(example: dict[str, Any], extra: Literal["allow", "forbid"] = "allow") -> ConfigDict:
    return ConfigDict(extra=extra, json_schema_extra={"examples": [example]})


# ── works and matches ────────────────────────────────────────────────────────────────────────────────────────────────
class WorkItem(Model):
    """A work: a proposed line, a permit, planned paving, a road project."""

    model_config = _example(examples.WORK)

    work_id: str
    kind: str
    party: str | None
    utility: str | None
    start: date | None
    end: date | None
    firm: bool
    route: Annotated[int | None, Field(description="外线编号 / number for /api/routes/{route_id}")]
    matches: int
    quiet_overlaps: Annotated[int, Field(description="与其重叠的意向计划数 / how many quiet plans lie on it")]
    bbox: Bounds


class WorkList(Model):
    """A page of works; ``counts`` by kind hold whatever kind is asked."""

    model_config = _example({"total": 1, "counts": {"route": 1}, "items": [examples.WORK]})

    total: int
    counts: dict[str, int]
    items: list[WorkItem]


class MatchItem(Model):
    """A pair of works that share a stretch, or cross. The same record from either side."""

    model_config = _example(examples.MATCH)

    match_id: str
    version: int
    kind: Literal["shared", "crossing"]
    status: Literal["together", "apart", "undated"]
    a: dict[str, Any]
    b: dict[str, Any]
    shared_m: float | None
    road_names: list[str]
    days_in_common: Annotated[int | None, Field(description="null = 不明 / not known")]
    same_party: bool | None
    since: datetime
    gone_at: datetime | None
    bbox: Bounds


class MatchList(Model):
    """A page of matches; ``counts`` hold whatever kind and status are asked, those by status for shared stretches."""

    model_config = _example(examples.MATCHES)

    total: int
    counts: dict[str, dict[str, int]]
    judged: dict[str, Any] | None
    items: list[MatchItem]


class MatchOut(MatchItem):
    """One match with its stretches, its history (newest first) and the digs that rest on it."""

    model_config = _example(examples.ONE_MATCH)

    rows: list[dict[str, Any]]
    history: list[dict[str, Any]]
    digs: list[dict[str, Any]]


class Home(Model):
    """What a page of digging once needs at its start; ``version`` changes with works and matches, for their tiles."""

    model_config = _example(examples.HOME)

    version: str
    works: int
    matches: int
    judged: dict[str, Any] | None
    plans: list[dict[str, Any]]
    parties: list[str]
    roads: list[str]


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = box
    if not (west < east and south < north):
        raise PydanticCustomError("box_edges", "west before east, south before north")
    return box


class Scope(Asked):
    """Which pairs are planned: with a work of these parties, on these roads, with one of these works, in this box."""

    parties: Annotated[list[Name], Field(max_length=200)] = []
    roads: Annotated[list[Name], Field(max_length=200)] = []
    work_ids: Annotated[list[Name], Field(max_length=1000)] = []
    bbox: Annotated[
        tuple[
            Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)],
            Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)],
        ],
        AfterValidator(_box),
        Field(description="西, 南, 东, 北 / west, south, east, north"),
    ] | None = None  # fmt: skip


Weight = Annotated[int, Field(ge=0, le=10_000)]


class WeightsAsked(Asked):
    """Points for each metre, m² and day saved, less those for each day moved."""

    metres: Weight = 10
    area: Weight = 10
    days: Weight = 20
    shift: Weight = 5


class SettingsAsked(Asked):
    """Settings of the pack that this plan takes otherwise."""

    weights: WeightsAsked | None = None
    spare_days: Annotated[int, Field(ge=0, le=60)] | None = None
    lead_rule: Literal["first_accepted", "longest"] | None = None
    answer_days: Annotated[int, Field(ge=1, le=60)] | None = None
    silence: Literal["withdrawn", "escalate"] | None = None


class PlanAsked(Asked):
    """A plan to be made."""

    model_config = _example(examples.PLAN_ORDER, "forbid")

    on: Annotated[Day | None, Field(description="计划日；缺省今天 / day of planning; today if left out")] = None
    pack: Name | None = None
    scope: Scope = Scope()
    settings: SettingsAsked = SettingsAsked()
    by: By = None


class PlanOut(Model):
    """A plan; as long as ``state`` is not ``done``, its head alone."""

    model_config = _example(examples.PLAN)

    id: str
    state: Literal["queued", "done", "failed"]
    error: dict[str, Any] | None = None


class PlanWaits(Model):
    """A plan that is made by a job: ask ``href`` until its state is another."""

    model_config = _example({"id": "0b2c…", "state": "queued", "job": "7a11…", "href": "/api/plans/0b2c…"})

    id: str
    state: Literal["queued"]
    job: str
    href: str


class PlanList(Model):
    """The newest plans."""

    model_config = _example({"items": examples.HOME["plans"]})

    items: list[dict[str, Any]]


class MovesAsked(Asked):
    """First days for works; null puts a work back to where the planner had it."""

    model_config = _example(examples.MOVES, "forbid")

    moves: Annotated[dict[Name, Day | None], Field(max_length=1000)]


class MovesKept(MovesAsked):
    """Moves to be kept; ``revision``: of the plan that was looked at."""

    model_config = _example(examples.MOVES | {"revision": 1}, "forbid")

    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    by: By = None


class PreviewOut(Model):
    """What moves amount to; nothing was kept."""

    model_config = _example(examples.PREVIEW)

    revision: int
    works: list[dict[str, Any]]
    matches: list[dict[str, Any]]
    digs: list[dict[str, Any]]
    savings: dict[str, Any]
    before: dict[str, Any]
    violations: list[dict[str, Any]]


# ── digs and invitations ─────────────────────────────────────────────────────────────────────────────────────────────
class DigOut(Model):
    """A proposed joint dig and what its parties say."""

    model_config = _example(examples.DIG)

    id: int
    dig_id: str
    plan: str
    state: str
    state_text: Words
    start: date
    end: date
    works: list[str]
    answers: list[dict[str, Any]]


class InviteAsked(Asked):
    """Whom to ask; nobody named is everybody. ``renew``: a new link for who was asked already, the old one ends."""

    parties: Annotated[list[Name] | None, Field(max_length=200)] = None
    renew: bool = False
    by: By = None


class Invited(Model):
    """Invitations; ``token`` and ``link`` only of those that were made or renewed by this request, and never again."""

    model_config = _example(examples.INVITED)

    dig: int
    invitations: list[dict[str, Any]]
    without_party: list[str]


class AnswerRow(Model):
    """One invitation as the office sees it."""

    model_config = _example(examples.ANSWER)

    invitation: int | None
    party: str
    state: str
    round: int


class InvitationOut(Model):
    """What a party is asked."""

    model_config = _example(examples.INVITATION)

    invitation: int
    party: str
    state: str
    round: int
    deadline: date
    can_answer: bool
    dig: dict[str, Any]
    mine: list[str]


class Said(Asked):
    """An answer. ``round``: of the invitation that was looked at (not asked for ``seen``)."""

    model_config = _example(examples.SAID, "forbid")

    answer: Literal["seen", "joins", "declines", "counters"]
    round: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    reason_code: Literal["schedule", "money", "permit", "technical", "contract", "other"] | None = None
    reason: Free | None = None
    start: Day | None = None
    end: Day | None = None
    by: By = None


class LogOut(Model):
    """The log of a dig, oldest first."""

    model_config = _example(examples.LOG)

    items: list[dict[str, Any]]


# ── quiet plans and the scoreboard ───────────────────────────────────────────────────────────────────────────────────
class QuietAsked(Asked):
    """A *maybe*: private. A rough line or area, and a window of four weeks or more."""

    model_config = _example(examples.QUIET_ORDER, "forbid")

    party: Annotated[Name | None, Field(description="缺省为登录人的单位 / the company of who is signed in if left out")] = None
    start: Day
    end: Day
    geometry: Geometry
    utility: Literal["water", "gas", "heat", "power", "comms", "drain", "other"] | None = None
    note: Free = ""
    contact: _text(500) = ""


class QuietOut(Model):
    """A quiet plan, to the holder of its link alone."""

    model_config = _example(examples.QUIET)

    party: str
    start: date
    end: date
    overlaps: list[dict[str, Any]]


class Entered(Model):
    """A quiet plan was kept; the link is shown this once."""

    model_config = _example(examples.ENTERED)

    token: str
    link: str
    plan: QuietOut


class Withdrawn(Model):
    """A quiet plan is forgotten."""

    model_config = _example({"withdrawn": True})

    withdrawn: bool


class OpenAsked(Asked):
    """Show the other side of an overlap who plans what, or hide it again."""

    open: bool


class OnWork(Model):
    """That quiet plans lie on a work, and what their owners opened towards it."""

    model_config = _example(examples.ON_WORK)

    work_id: str
    overlaps: int
    opened: list[dict[str, Any]]


class Scoreboard(Model):
    """Figures of coordination."""

    model_config = _example(examples.SCOREBOARD)

    months: list[dict[str, Any]]
    parties: list[dict[str, Any]]
    total: dict[str, Any]
    formula: Words

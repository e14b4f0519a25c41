"""What goes in and comes out of proposals, as OpenAPI describes it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.proposals import examples
from api.schemas import Feature, Model, Storable

Title = Annotated[str, Field(max_length=200), Storable]
Note = Annotated[str, Field(max_length=2000), Storable]
Revision = Annotated[int, Field(ge=1, le=2**31 - 1, description="所见的修改次数 / the revision that one saw")]
State = Literal["draft", "submitted", "under_review", "decided", "withdrawn"]


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


def _shown(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="allow", json_schema_extra={"examples": [example]})


class ProposalAsked(BaseModel):
    """A new draft. ``title``: the project of the line where it is left out; ``company``: id of the company for which the front
    window enters it."""

    model_config = _like(examples.NEW)
    feature: Feature
    title: Title = ""
    note: Note = ""
    company: Annotated[int, Field(ge=1, le=2**53)] | None = None


class VersionAsked(BaseModel):
    """The next version of a draft; a ``title`` that is left out stays."""

    model_config = _like(examples.CHANGE)
    feature: Feature
    revision: Revision
    title: Title = ""
    note: Note = ""


class StepAsked(BaseModel):
    """One step further."""

    model_config = _like(examples.STEP)
    revision: Revision


class WithdrawAsked(BaseModel):
    """Taken back; the reason may be left out."""

    model_config = _like(examples.REASON)
    revision: Revision
    reason: Note = ""


class ReturnAsked(BaseModel):
    """Returned to its author, who is told why."""

    model_config = _like(examples.REASON)
    revision: Revision
    reason: Annotated[str, Field(min_length=1, max_length=2000), Storable]


class Named(Model):
    """Somebody, or a company."""

    id: int
    name: str


class NamedList(Model):
    """Companies."""

    model_config = _shown({"items": [{"id": 2, "name": "示范燃气公司"}]})
    items: list[Named]


class ProposalHead(Model):
    """A proposal. ``mine``: one's own to change; ``version``: the newest that one sees."""

    model_config = _shown(examples.HEAD)
    id: int
    number: str
    title: str
    company: Named | None
    author: Named | None
    state: State
    version: int
    revision: int
    route: int | None
    districts: list[str]
    submitted_at: datetime | None
    due: date | None
    decided_at: datetime | None
    decision: str | None
    created_at: datetime
    changed_at: datetime
    mine: bool


class ProposalItem(ProposalHead):
    """An entry of a list, with what its version came to."""

    model_config = _shown(examples.ITEM)
    length_m: float
    outcome: str
    certainty: str
    conditions: list[str] | None


class ProposalList(Model):
    """A page; ``counts`` by state hold for the words asked, whatever states are asked."""

    model_config = _shown(examples.PAGE)
    total: int
    counts: dict[str, int]
    items: list[ProposalItem]


class VersionOut(Model):
    """One version as a list names it."""

    model_config = _shown(examples.VERSION)
    id: int
    number: int
    length_m: float
    outcome: str
    certainty: str
    pack: str
    on: date
    note: str
    saved_at: datetime
    submitted_at: datetime | None
    route: int | None


class VersionList(Model):
    """The versions that one sees, the newest first."""

    model_config = _shown({"items": [examples.VERSION]})
    items: list[VersionOut]


class Event(Model):
    """One line of the log."""

    model_config = _shown(examples.EVENT)
    id: int
    at: datetime
    person_name: str | None
    what: str
    detail: dict[str, Any]


class Present(VersionOut):
    """A version with its line as a GeoJSON feature, its verdict and the partition of its metres."""

    model_config = _shown(examples.WHOLE["present"])
    feature: dict[str, Any]
    verdict: dict[str, Any]
    pieces: list[dict[str, Any]]


class ProposalOut(ProposalHead):
    """A proposal with one version, its list of versions, and its log."""

    model_config = _shown(examples.WHOLE)
    present: Present
    versions: list[VersionOut]
    events: list[Event]


class Stretch(Model):
    """Stretches that only one version has, or both."""

    length_m: float
    geometry: dict[str, Any]


class Beside(Model):
    """One finding or permit item of both; ``changed`` names what is another."""

    key: str
    changed: list[str]
    a: dict[str, Any] | None
    b: dict[str, Any] | None


class ComparedOut(Model):
    """Two versions side by side; ``removed`` and ``added`` are stretches of the old and of the new line."""

    model_config = _shown(examples.COMPARED)
    proposal: int
    a: dict[str, Any]
    b: dict[str, Any]
    removed: Stretch
    added: Stretch
    kept: Stretch
    findings: list[Beside]
    permits: list[Beside]
    properties: list[dict[str, Any]]

"""What goes in and comes out of the surveys, as OpenAPI describes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.schemas import Model, Number, Storable, Words
from api.survey import examples
from api.texts import words_of_query
from layers.survey.clock import Cause
from layers.survey.files import Handed
from layers.survey.media import Kind
from layers.survey.tasks import Task
from layers.survey.times import MOST_TIMES, Reply

SurveyId = Annotated[int, Path(ge=1, le=2**63 - 1, description="踏勘编号 / number of a survey")]
FileId = Annotated[int, Path(ge=1, le=2**63 - 1, description="文件编号 / number of a file")]
BYTES: dict[str, Any] = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
FILE: dict[int | str, dict[str, Any]] = {200: BYTES}


def _on_earth(at: list[float]) -> list[float]:
    if not (-180 <= at[0] <= 180 and -90 <= at[1] <= 90):
        raise PydanticCustomError("not_on_earth", "longitude lies between -180 and 180, latitude between -90 and 90")
    return at


Degrees = Annotated[
    list[Number],
    Field(min_length=2, max_length=2, description="经度, 纬度 / longitude, latitude"),
    AfterValidator(_on_earth),
]


def _in_years(at: datetime) -> datetime:
    if not 1900 <= at.year < 3000:
        raise PydanticCustomError("no_such_year", "the year lies between 1900 and 2999")
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_in_years)]
"""A time with its zone, far enough from the ends of the calendar that every zone and every database can hold it."""


def _closed(ring: list[list[float]]) -> list[list[float]]:
    if ring[0] != ring[-1]:
        raise PydanticCustomError("ring_open", "the first and the last point of a ring must be the same")
    return ring


Ring = Annotated[list[Degrees], Field(min_length=4, max_length=1000), AfterValidator(_closed)]


class Spot(BaseModel):
    """A site that is a point."""

    type: Literal["Point"]
    coordinates: Degrees


class Ground(BaseModel):
    """A site that is an area."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Field(min_length=1, max_length=20)]


class Asked(BaseModel):
    """What is asked: keys that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid")


class CallAsked(Asked):
    """A survey to be called. ``case_id``: the case as other systems call it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.CALL]})
    kind: Literal["user_site", "approval"]
    mode: Literal["on_site", "remote", "mixed"]
    title: Annotated[str, Field(min_length=1, max_length=200), Storable]
    site: Annotated[Spot | Ground, Field(discriminator="type")]
    proposal: Annotated[int | None, Field(ge=1, le=2**53)] = None
    case_id: Annotated[str, Field(min_length=1, max_length=100), Storable] | None = None


class StepAsked(Asked):
    """A step of the organiser; ``agreed_for``: the common time, for ``agree`` alone; ``without``: why it is closed though units
    have not concluded."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"step": "open"}]})
    step: Literal["agree", "open", "close", "cancel"]
    agreed_for: Moment | None = None
    without: Annotated[str, Field(max_length=1_000), Storable] = ""


class PauseAsked(Asked):
    """Why the clock stands: the customer, or force majeure, with a note."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"cause": "customer", "note": "用户外出"}]})
    cause: Cause
    note: Annotated[str, Field(min_length=1, max_length=1_000), Storable]


class InviteAsked(Asked):
    """Who is invited, one of: an account (``login``), a whole office (``role``), a whole company (``company_id``)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"login": "li.wei"}]})
    login: Annotated[str, Field(min_length=1, max_length=100), Storable] | None = None
    role: Annotated[str, Field(min_length=1, max_length=100), Storable] | None = None
    company_id: Annotated[int | None, Field(ge=1, le=2**53)] = None


class TimesAsked(Asked):
    """Times at which the survey could begin."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"times": ["2036-12-01T09:00:00+08:00"]}]})
    times: Annotated[list[Moment], Field(min_length=1, max_length=MOST_TIMES)]


class RepliesAsked(Asked):
    """Number of an offered time → can one come."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"answers": {"1": "yes", "2": "maybe"}}]})
    answers: Annotated[dict[Annotated[int, Field(ge=1, le=2**53)], Reply], Field(min_length=1, max_length=MOST_TIMES)]


class TimesOut(Model):
    """Offered times with the answers to each; ``silent``: participants who have not answered all."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.TIMES]})
    times: list[dict[str, Any]]
    silent: list[int]


class LinkAsked(Asked):
    """A link for somebody without an account: for whom, for what, for how long; ``pin``: with six digits to be told by voice;
    ``once``: for the first device that opens it alone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.LINK_ASKED]})
    name: Annotated[str, Field(min_length=1, max_length=100), Storable]
    task: Task
    hours: Annotated[int, Field(ge=1, le=8784)] = 24
    pin: bool = False
    once: bool = False


class LinkOut(Model):
    """A link; ``secret``, ``url_path``, ``url`` (where the installation has a public edge) and ``pin_code`` are shown when it is
    made and never again."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.LINK]})
    id: int
    name: str
    task: Task
    pin: bool
    once: bool
    expires_at: datetime
    revoked_at: datetime | None
    expired: bool
    openings: list[dict[str, Any]]


class LinksOut(Model):
    """All links of a survey, the newest first."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": [{"items": [examples.LINK_LISTED]}]},
    )
    items: list[LinkOut]


class EnterAsked(Asked):
    """A link that is opened: the secret of its address, the PIN where it takes one, and who comes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"secret": "…", "name": "张工"}]})
    secret: Annotated[str, Field(min_length=1, max_length=200), Storable]
    pin: Annotated[str, Field(max_length=20), Storable] = ""
    name: Annotated[str, Field(max_length=50), Storable] = ""


class GuestOut(Model):
    """The room as far as a guest's link reaches; ``left_s``: how long it is still good."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.GUEST]})
    survey: dict[str, Any]
    participant: dict[str, Any]
    task: Task
    left_s: int
    participants: list[dict[str, Any]]
    times: list[dict[str, Any]]


class SurveyBrief(Model):
    """A survey; ``last_seq``: number of the newest event of its journal."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.SURVEY]})
    id: int
    kind: Literal["user_site", "approval"]
    mode: Literal["on_site", "remote", "mixed"]
    title: str
    state: Literal["planned", "agreed", "open", "closed", "cancelled"]
    site: dict[str, Any]
    proposal: int | None
    case_id: str | None
    organiser: int
    organiser_name: str
    agreed_for: datetime | None
    opened_at: datetime | None
    ended_at: datetime | None
    last_seq: int
    closed_without: dict[str, Any] | None


class SurveyOut(SurveyBrief):
    """A survey with who takes part (``here``: in the room now), the offices and companies that were invited whole, and its clock:
    ``due_at``, null with why where nobody knows; offered times, who is silent, and a text to remind them; ``record``: of a closed
    one, when it was made and by which key it is signed."""

    participants: list[dict[str, Any]]
    offices: list[dict[str, Any]]
    conclusions: list[dict[str, Any]]
    clock: dict[str, Any]
    times: list[dict[str, Any]]
    silent: list[int]
    reminder: Words | None
    record: dict[str, Any] | None


class KeyOut(Model):
    """A public key, hexadecimal, and short enough to be read aloud."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.KEY]})
    algorithm: Literal["Ed25519"]
    public_key: str
    fingerprint: str


class ProofOut(Model):
    """Does a record hold? ``whole``: its text is what was signed; ``ours``: by the key of this installation; ``journal_same``:
    the journal is what it was; ``files``: how many, which originals lie there no more, which are not what they were."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.PROOF]})
    whole: bool
    ours: bool
    journal_same: bool
    made_at: datetime
    sha256: str
    public_key: str
    fingerprint: str
    files: dict[str, Any]


class SurveysOut(Model):
    """One's own surveys, the newest first, and the kinds of survey: ``mine`` are those that one's office organises."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"items": [examples.SURVEY], "kinds": [examples.KIND]}]}
    )
    items: list[SurveyBrief]
    kinds: list[dict[str, Any]]


class EventsOut(Model):
    """A part of the journal, in the order of ``seq``."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"items": [examples.EVENT]}]})
    items: list[dict[str, Any]]


class ChecklistOut(Model):
    """Each unit with its points and its conclusion; ``tick`` and ``conclusion`` are null where nobody has said anything."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"items": [examples.CHECKLIST]}]})
    items: list[dict[str, Any]]


class TrackOut(Model):
    """A trail as a GeoJSON feature: ``times`` of its points, how many doubted positions were ``left_out``."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.TRACK]})
    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class EventOut(Model):
    """One entry of the journal."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.EVENT]})
    seq: int
    client_id: str
    participant: int
    kind: str
    detail: dict[str, Any]
    device_at: datetime | None
    at: datetime


@dataclass(frozen=True)
class _FileSaid:
    """What the phone knows of a file that it hands in."""

    client_id: Annotated[UUID, Query(description="发送方的编号，重发不重复 / made by the sender: sent twice, kept once")]
    kind: Annotated[Kind, Query()]
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None
    accuracy_m: Annotated[float | None, Query(ge=0, le=1e7)] = None
    heading: Annotated[float | None, Query(ge=0, le=360)] = None
    text: Annotated[str, Query(max_length=2_000)] = ""
    device_at: Annotated[Moment | None, Query()] = None

    def handed(self) -> Handed:
        """As the layers take it. Raises BadRequest for words that no database can hold."""
        at = None if self.lon is None or self.lat is None else (self.lon, self.lat)
        text = words_of_query("text", self.text) or ""
        return Handed(self.kind, str(self.client_id), at, self.accuracy_m, self.heading, text, self.device_at)


FileSaid = Annotated[_FileSaid, Depends()]


class App(Model):
    """The site for one map app. ``numbers``: in the app's own datum and axis order; ``url`` null where the app opens places from
    a program alone; ``sure`` false where the app does not say which datum it takes."""

    service: str
    title: Words
    datum: str
    numbers: str
    url: str | None
    sure: bool


class WayOut(Model):
    """The way to a site: a point of it (degrees, CGCS2000), in words, and for each map app."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.WAY]})
    lon: float
    lat: float
    said: Words
    apps: list[App]

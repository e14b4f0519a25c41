"""What goes in and comes out of the review, as OpenAPI describes it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.reviewing import examples
from api.schemas import Bounds, Model, Storable

Given = Annotated[str, Field(min_length=1, max_length=200), Storable]
Long = Annotated[str, Field(max_length=4000), Storable]
Id = Annotated[int, Field(ge=1, le=2**53)]


class Asked(BaseModel):
    """What is asked: keys that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid")


class AnswerAsked(Asked):
    """One's answer to a finding (its rule) or to a row (its ``key``). To contest and to ask take a reason."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.ANSWER]})
    key: Given
    answer: Literal["agree", "contest", "ask"]
    reason: Long = ""


class ReasonAsked(Asked):
    """Why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "线位与现状燃气管冲突，请调整"}]})
    reason: Annotated[str, Field(min_length=1, max_length=4000), Storable]


class DecisionAsked(Asked):
    """A decision, signed by typing one's name. ``items`` left out: all that are one's own and open. ``paper``, ``paper_on``:
    number and day of the approval of an authority that has no desk here, without which its item stays open."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.DECISION]})
    items: Annotated[list[Given] | None, Field(min_length=1, max_length=20)] = None
    decision: Literal["approve", "conditions", "refuse"]
    words: Long = ""
    signed_name: Given
    paper: Annotated[str, Field(max_length=200), Storable] = ""
    paper_on: date | None = None


class BulkAsked(Asked):
    """The same for several items of the queue; ``take`` needs neither decision nor name."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.BULK]})
    routes: Annotated[list[Id], Field(min_length=1, max_length=200)]
    act: Literal["take", "decide"]
    decision: Literal["approve", "conditions", "refuse"] = "approve"
    words: Long = ""
    signed_name: Annotated[str, Field(max_length=200), Storable] = ""


class TaskAnswerAsked(Asked):
    """What the owner of the layer says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"words": "大修日期已核对，新台账下周交付"}]})
    words: Annotated[str, Field(min_length=1, max_length=4000), Storable]


class TaskCloseAsked(Asked):
    """Why it is settled; ``delivery``: the number of the load that did it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"words": "已核实", "delivery": 17}]})
    words: Long = ""
    delivery: Id | None = None


class QueueRow(Model):
    """One item of the queue: a line and how far its review is. ``proposal``: null for a line that came by file and that nobody
    has taken; ``owing``: items that await a decision; ``at_limit``: null where it is not known."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.ROW]})
    route: int
    proposal: int | None
    number: str
    title: str | None
    state: Literal["submitted", "under_review", "decided"]
    since: datetime
    due: date | None
    deadline: Literal["overdue", "soon", "later", "none"]
    districts: list[str]
    outcome: str
    length_m: float
    owing: list[str]
    at_limit: bool | None
    undetermined: bool
    sliced: bool
    bbox: Bounds


class QueueOut(Model):
    """``counts``: of each filter, as if it alone were not asked; a district "-" stands for lines in no known district."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.QUEUE]})
    total: int
    counts: dict[str, Any]
    items: list[QueueRow]


class ItemOut(Model):
    """One item with everything: ``rows`` are its intersections, numbered as on the map; ``answers`` oldest first, the last of a
    role holds; ``doubts``: keys that keep one's own office from deciding."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.ITEM]})
    route: int
    proposal: int | None
    number: str
    state: str
    outcome: str
    rows: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    items: list[dict[str, Any]]
    log: list[dict[str, Any]]
    history: list[dict[str, Any]]
    doubts: list[str]


class BulkOut(Model):
    """Each on its own: done, or why not."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.BULK_DONE]})
    results: list[dict[str, Any]]


class TaskOut(Model):
    """One question to the owner of a layer."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.TASK]})
    id: int
    kind: Literal["contest", "ask", "missing"]
    layer: str
    owner: str
    state: Literal["open", "answered", "closed"]
    question: dict[str, Any]
    opened_at: datetime
    delivery: int | None


class TasksOut(Model):
    """Questions of one state, oldest first; ``counts`` by state, and of that state by layer and owner."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.TASKS]})
    total: int
    counts: dict[str, dict[str, int]]
    items: list[TaskOut]


class RejudgedOut(Model):
    """Whether the verdict changed, and what is otherwise; ``before`` and ``after`` are numbers of verdicts."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.REJUDGED]})
    changed: bool
    before: int
    after: int
    changes: dict[str, Any] | None

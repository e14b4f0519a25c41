"""Owners' sheets and clearance hints, as OpenAPI describes them. Lengths are metres, areas square metres."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Model, Storable
from api.sheets.examples import ASKED_SHEET, CORRECTIONS, HINTS, SHEET, SHEETS, SIGNATURE

State = Literal["to_confirm", "confirmed", "corrected", "signed"]
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S"), Storable]


class Correction(BaseModel):
    """The owner's number for one row, and why."""

    model_config = ConfigDict(extra="forbid")
    key: Annotated[str, Field(min_length=1, max_length=40), Storable]
    amount: Amount
    reason: Reason


class Corrections(BaseModel):
    """Rows that are wrong; the others are confirmed as they are."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CORRECTIONS]})
    rows: Annotated[list[Correction], Field(min_length=1, max_length=2000)]


class Signature(BaseModel):
    """One's own name, typed. ``paper``, ``paper_on``: number and day of the paper that an owner without a desk here signed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SIGNATURE]})
    name: Annotated[str, Field(min_length=1, max_length=100), Storable]
    paper: Annotated[str, Field(max_length=200), Storable] = ""
    paper_on: date | None = None


class SheetOut(Model):
    """One owner's sheet. ``content``: as computed, ``rows`` and what they rest on; ``corrected``: by key of the row.
    ``by_paper``: one answers for an owner without a desk here, whose signed paper (``paper``, ``paper_on``) is entered."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [SHEET]})
    id: int
    owner: str
    state: State
    content: dict[str, Any]
    corrected: dict[str, Any] | None
    signed_name: str | None
    signed_at: datetime | None
    paper: str
    paper_on: date | None
    digest: str | None
    made_at: datetime
    may_answer: bool
    by_paper: bool


class SheetsOut(Model):
    """The sheets of the present version that one may see."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [SHEETS]})
    version: int
    items: list[SheetOut]
    may_make: bool


class AskedSheet(Model):
    """A sheet that one's company is asked to confirm: of which version of which proposal, how many ``rows``, how far it is."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [ASKED_SHEET]})
    proposal: int
    called: str
    title: str
    version: int
    sheet: int
    owner: str
    state: State
    rows: int
    made_at: datetime


class AskedOut(Model):
    """What one's company is asked to confirm."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"items": [ASKED_SHEET]}]})
    items: list[AskedSheet]


class HintsOut(Model):
    """Crossings and stretches beside existing pipes. ``known``: false where no row does not mean that nothing is there."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [HINTS]})
    known: bool
    delivered: bool
    withheld: bool
    crossings: list[dict[str, Any]]
    parallels: list[dict[str, Any]]

"""What goes in and comes out of keeping layers and rules, as OpenAPI describes it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.people.schemas import Asked
from api.schemas import Bounds, Model, Storable, Words
from api.stock import examples


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="allow", json_schema_extra={"examples": [example]})


class DeliveryOut(Model):
    """One delivery. ``rows_current``: how many of its rows hold now; ``coverage``: GeoJSON, null where none was stated."""

    model_config = _like(examples.DELIVERY)
    id: int
    layer: str
    source: str
    owner: str
    licence: str
    as_of: date | None
    complete_since: date | None
    rows_expected: int
    rows_loaded: int
    rows_lost: int
    rows_current: int | None
    file_name: str
    loaded_at: datetime
    loaded_by: str | None
    state: Literal["current", "partly", "replaced"]
    coverage: dict[str, Any] | None


class FieldQuality(Model):
    """``blank``: nothing filled in; ``answered_blank``: a blank that says "there was none"; ``unclear``: not readable."""

    name: str
    zh: str
    en: str
    kind: str
    blank: int
    answered_blank: int
    unclear: int


class Quality(Model):
    """Of the rows that hold now; ``rows`` null: a picture."""

    rows: int | None
    lost: int
    fields: list[FieldQuality]


class StockOut(Model):
    """All about one layer. ``covered_share``: of the city's bounds, null = no coverage stated."""

    model_config = _like(examples.STOCK)
    name: str
    key: str | None
    covered_share: float | None
    quality: Quality
    deliveries: list[DeliveryOut]


class RowsOut(Model):
    """Rows with a lack, and how many there are in all."""

    model_config = _like(examples.ROWS)
    type: Literal["FeatureCollection"]
    total: int
    features: list[dict[str, Any]]


class DiffOut(Model):
    """What changed from one delivery to another."""

    model_config = _like(examples.DIFF)
    type: Literal["FeatureCollection"]
    by: str | None
    counts: dict[str, int]
    beyond: int
    features: list[dict[str, Any]]


class Shapes(Model):
    """Where the rows fall; ``shown`` of ``total`` are drawn."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
    shown: int
    total: int
    box: Bounds | None


class PreviewOut(Model):
    """What a file would bring; nothing was written. ``fates``: what becomes of the deliveries that hold."""

    model_config = _like(examples.PREVIEW)
    id: str
    layer: str
    file: str
    rows: int
    rows_expected: int
    rejected: int
    lost: int
    columns: list[str]
    fields: list[dict[str, Any]]
    notes: list[dict[str, str]]
    issues: list[dict[str, Any]]
    issues_total: int
    keys: dict[str, int] | None
    fates: list[dict[str, Any]]
    shapes: Shapes
    coverage: dict[str, Any] | None


class LoadAsked(Asked):
    """Load what was looked at."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"preview": "0" * 32}]})
    preview: Annotated[str, Field(min_length=32, max_length=32), Storable]


class LoadOut(Model):
    """A load on its way or finished."""

    model_config = _like(examples.LOAD)
    id: str
    layer: str
    file: str
    by: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    total: int | None
    phase: Words
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    cancelling: bool
    created_at: datetime
    finished_at: datetime | None


class LoadsOut(Model):
    """Loads, the newest first."""

    model_config = _like({"items": [examples.LOAD]})
    items: list[LoadOut]


class ClausesOut(Model):
    """A pack in words, with what its cases came to."""

    model_config = _like(examples.CLAUSES)
    id: str
    label: str
    folder: str
    sections: list[dict[str, Any]]
    cases: list[dict[str, Any]]


class ComparedOut(Model):
    """Two packs, clause by clause."""

    model_config = _like(examples.COMPARED)
    a: dict[str, Any]
    b: dict[str, Any]
    sections: list[dict[str, Any]]

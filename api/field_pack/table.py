"""A table of the pack: its rows, what its columns are called, and how it looks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from geo.schema import Kind

Shape = Literal["Point", "LineString", "Polygon"]
Words = tuple[str, str]
_DTYPES: Mapping[str, str] = {"text": "object", "number": "float64", "integer": "Int64", "yes": "boolean"}


@dataclass(frozen=True)
class Symbol:
    """How rows are drawn: ``colour`` (#rrggbb) of a point, a line, an edge; ``fill``: of an area, none without; ``width_mm``: of
    a line or an edge, across a point."""

    colour: str
    width_mm: float = 0.5
    fill: str | None = None
    dash: bool = False


@dataclass(frozen=True)
class Look:
    """``plain``: of every row that no class knows; ``classes``: value of the column ``by`` → (its word, its symbol);
    ``label``: the column that is written beside a row."""

    plain: Symbol
    by: str = ""
    classes: Mapping[str, tuple[str, Symbol]] = field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True)
class Table:
    """``frame``: rows in the work CRS (no geometry where ``shape`` is None); ``aliases``: columns in Chinese; ``values``: the
    words of coded columns; ``photo``: the column that holds the path of a picture; ``editable``: to be added to on the spot;
    ``defaults``: what a row that is added there begins with, as expressions of QGIS."""

    name: str
    title: Words
    group: Words
    shape: Shape | None
    frame: pd.DataFrame
    aliases: Mapping[str, str]
    look: Look | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    photo: str = ""
    editable: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)


Columns = Mapping[str, tuple[Kind | Literal["yes"], str]]
"""Name of a column → its kind and its Chinese name."""


def framed(columns: Columns, rows: Iterable[Mapping[str, Any]], shapes: Sequence[Any] | None, crs: str) -> pd.DataFrame:
    """Rows with these columns and types, also where there are none; with ``shapes`` (work CRS, None for no place) on the map."""
    listed = list(rows)
    frame = pd.DataFrame(
        {name: pd.Series([one.get(name) for one in listed], dtype=_DTYPES[kind]) for name, (kind, _) in columns.items()}
    )
    return frame if shapes is None else gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(list(shapes), crs=crs), crs=crs)


def names_of(columns: Columns) -> dict[str, str]:
    """The Chinese names of columns."""
    return {name: zh for name, (_, zh) in columns.items()}

"""What to select of a table so that it arrives as the frame of its layer."""

from typing import Any

import pandas as pd
import pyarrow as pa
from psycopg import sql

from geo.schema import LayerSpec

ARROW = {"text": pa.string(), "number": pa.float64(), "integer": pa.float64(), "date": pa.date32()}


UNCLEAR = "array_to_string(t.unclear, ',')"
"""The fields of a row that could not be read, as one text; :func:`said_unclear` takes it apart."""


def said_unclear(frame: pd.DataFrame) -> "pd.Series[Any]":
    """The column ``unclear`` as the readers give it: None, or a tuple of fields."""
    said = [tuple(text.split(",")) if isinstance(text, str) else None for text in frame["unclear"]]
    return pd.Series(said, index=frame.index, dtype=object)


def columns(spec: LayerSpec) -> tuple[sql.Composable, dict[str, pa.DataType]]:
    """What to select of a layer (from ``t``), and its Arrow types."""
    types = {name: ARROW[column.kind] for name, column in spec.columns.items()}
    parts: list[sql.Composable] = [sql.Identifier("t", name) for name in types]
    if spec.geometry != "none":
        types["geometry"] = pa.string()
        parts.append(sql.SQL("encode(ST_AsBinary(t.geometry), 'hex')"))
    return sql.SQL(", ").join(parts), types

"""What to select of a table so that it arrives as the frame of its layer."""

import pyarrow as pa
from psycopg import sql

from geo.schema import LayerSpec

ARROW = {"text": pa.string(), "number": pa.float64(), "integer": pa.float64(), "date": pa.date32()}


def columns(spec: LayerSpec) -> tuple[sql.Composable, dict[str, pa.DataType]]:
    """What to select of a layer (from ``t``), and its Arrow types."""
    types = {name: ARROW[column.kind] for name, column in spec.columns.items()}
    parts: list[sql.Composable] = [sql.Identifier("t", name) for name in types]
    if spec.geometry != "none":
        types["geometry"] = pa.string()
        parts.append(sql.SQL("encode(ST_AsBinary(t.geometry), 'hex')"))
    return sql.SQL(", ").join(parts), types

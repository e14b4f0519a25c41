"""Whole frames in and out of PostgreSQL at the speed of COPY, with CSV made and read by Arrow.

CSV keeps NULL (nothing) and the empty string ("") apart, and floats come back to the last bit.
"""

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import shapely
import sqlalchemy as sa
from psycopg import sql
from pyarrow import csv

Progress = Callable[[int, int], None]
CHUNK_ROWS = 10_000


def driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    """The psycopg connection under an SQLAlchemy one; it shares its transaction."""
    return connection.connection.driver_connection  # type: ignore[return-value]


def lines(frame: pd.DataFrame, srid: int) -> Iterator[tuple[int, bytes]]:
    """A frame as CSV in chunks: (rows so far, text). A column called geometry (two-dimensional) goes as hex EWKB in ``srid``."""
    options = csv.WriteOptions(include_header=False, quoting_style="all_valid")
    for start in range(0, len(frame), CHUNK_ROWS):
        part = frame.iloc[start : start + CHUNK_ROWS]
        columns = [_hex(part[name].to_numpy(), srid) if name == "geometry" else _arrow(part[name]) for name in part.columns]
        text = BytesIO()
        csv.write_csv(pa.Table.from_arrays(columns, names=[str(name) for name in part.columns]), text, options)
        yield start + len(part), text.getvalue()


def digest(frame: pd.DataFrame, srid: int) -> str:
    """Fingerprint of what :func:`copy_in` would write."""
    total = hashlib.sha256()
    for _, text in lines(frame, srid):
        total.update(text)
    return total.hexdigest()


def copy_in(connection: sa.Connection, table: str, frame: pd.DataFrame, srid: int, progress: Progress | None = None) -> str:
    """Append a frame, whose columns are named as the table's, and return its fingerprint."""
    names = sql.SQL(", ").join(sql.Identifier(str(name)) for name in frame.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(table), names)
    total = hashlib.sha256()
    with driver(connection).cursor().copy(statement) as copy:
        for done, text in lines(frame, srid):
            copy.write(text)
            total.update(text)
            if progress:
                progress(done, len(frame))
    return total.hexdigest()


def copy_out(connection: sa.Connection, query: sql.Composable, types: dict[str, pa.DataType]) -> pd.DataFrame:
    """The answer of a query as a frame of the given Arrow types; a column called geometry (hex WKB) becomes shapes."""
    text = BytesIO()
    with driver(connection).cursor().copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)) as copy:
        for block in copy:
            text.write(block)
    if not text.tell():
        table = pa.table({name: pa.array([], kind) for name, kind in types.items()})
    else:
        text.seek(0)
        table = csv.read_csv(
            text,
            read_options=csv.ReadOptions(column_names=list(types), block_size=1 << 24),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=types,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
    shapes = table.column("geometry").combine_chunks() if "geometry" in types else None
    frame: pd.DataFrame = (table.drop_columns("geometry") if shapes is not None else table).to_pandas(date_as_object=False)
    if shapes is not None:
        frame["geometry"] = _shapes(shapes)
    return frame


def _shapes(hexes: pa.Array) -> Any:
    """Shapes from hex WKB without nulls, decoded in one piece: some four times faster than text by text."""
    if isinstance(hexes, pa.ChunkedArray):
        hexes = pa.concat_arrays(hexes.chunks)
    raw = bytes.fromhex("".join(hexes.to_pylist()))
    ends = np.cumsum(pc.utf8_length(hexes).to_numpy()) // 2
    starts = ends - pc.utf8_length(hexes).to_numpy() // 2
    return shapely.from_wkb([raw[start:end] for start, end in zip(starts, ends, strict=True)])


def _hex(shapes: Any, srid: int) -> pa.Array:
    return pa.array(
        shapely.to_wkb(shapely.set_srid(np.asarray(shapes, dtype=object), srid), hex=True, include_srid=True), pa.string()
    )


def _arrow(values: "pd.Series[Any]") -> pa.Array:
    if values.dtype.kind == "M":
        return pa.Array.from_pandas(values.astype("datetime64[s]")).cast(pa.date32())
    return pa.Array.from_pandas(values)

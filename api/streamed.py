"""Answers as GeoJSON, made while they are sent: with every verdict whole they take 40 kB a line, too much to keep twice."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import shapely

from api.wire import dumps
from geo.crs import to_degrees

ROWS = 200
PROOF = ("verdict", "pieces")  # JSON text in the Parquet file


def geojson(parquet: Path, work_crs: str) -> Iterator[bytes]:
    """What :func:`api.answers.write.write_answers` puts into a ``.geojson``, from the ``.parquet`` that it wrote."""
    yield b'{"type":"FeatureCollection","features":['
    between = b"\n"
    with pq.ParquetFile(parquet) as file:
        for batch in file.iter_batches(ROWS):
            shapes = _degrees(batch.column("geometry").to_pylist(), work_crs)
            verdicts, pieces = (batch.column(name).to_pylist() for name in PROOF)
            rows = batch.drop_columns(["geometry", *PROOF]).to_pylist()
            features = []
            for row, shape, verdict, piece in zip(rows, shapes, verdicts, pieces, strict=True):
                properties = dumps(row)[:-1] + b',"verdict":' + verdict.encode() + b',"pieces":' + piece.encode() + b"}"
                features.append(b'{"type":"Feature","geometry":' + shape + b',"properties":' + properties + b"}")
            yield between + b",\n".join(features)
            between = b",\n"
    yield b"\n]}\n"


def _degrees(wkb: list[bytes | None], work_crs: str) -> list[bytes]:
    shapes = to_degrees(shapely.from_wkb(np.array(wkb, dtype=object)), work_crs)
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, 7))
    areas = np.isin(shapely.get_type_id(shapes), (3, 6))
    shapes[areas] = shapely.orient_polygons(shapes[areas])
    return [b"null" if text is None else text.encode() for text in shapely.to_geojson(shapes)]

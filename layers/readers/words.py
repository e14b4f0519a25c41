"""What a read hands over: the rows, what is wrong with single rows, and what was decided on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

Objects = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Note:
    """One decision about the whole file (encoding, CRS, columns …), in words for the person who gave it."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Issue:
    """One thing wrong with one row. ``rejected`` rows are not in the frame; others are, with that value unknown.

    ``row_no`` is the 1-based row of the file (its header not counted), ``key`` what the row calls itself.
    """

    row_no: int
    key: str
    field: str
    zh: str
    en: str
    rejected: bool = False


@dataclass(frozen=True)
class Raw:
    """A file's rows before anything was understood: columns under the file's own names.

    ``geometry`` is in the file's own coordinates, x before y, or None where the file has none; ``damaged`` flags
    rows whose shape was there but could not be decoded. ``crs`` is what the file states (None: nothing).
    """

    columns: Mapping[str, Objects]
    rows: int
    geometry: Objects | None
    damaged: Flags
    crs: str | None
    format: str
    layer: str
    long_rows: tuple[int, ...] = ()
    other_layers: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class LayerRead:
    """One layer of the ground, as a file brought it: rows in the work CRS, columns of :data:`geo.schema.LAYERS`.

    ``lost``: how many of the ``rows_expected`` of the file could not be read, so that what they stand for may lie anywhere.
    A row that the layer does not take (a road that is not built) is not among them. Where cells were filled in and cannot be
    read, ``frame`` has a column ``unclear`` in front: None, or a tuple of their fields. ``columns``: the names that the file has;
    ``sources``: field → the column that it was read from.
    """

    frame: gpd.GeoDataFrame
    issues: list[Issue]
    notes: list[Note]
    rows_expected: int
    lost: int = 0
    columns: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RoutesRead:
    """Proposed lines: every row of the file is either in ``frame`` (by ``row_no``) or in ``rejects``.

    ``frame`` has, beside the columns of ROUTES, ``unclear``: None, or a tuple of the fields that were filled in but could not
    be read, which is not the same as a blank (``burial`` too where the table of spans cannot be understood for the row).
    ``rejects`` has row_no, route_id, field, reason_zh, reason_en, and project, project_code, applicant, utility as they were
    read; ``spans`` is None where no table of spans was found; ``issues`` are values that read as unknown in rows that were
    kept.
    """

    frame: gpd.GeoDataFrame
    spans: pd.DataFrame | None
    rejects: pd.DataFrame
    notes: list[Note]
    issues: list[Issue] = field(default_factory=list)

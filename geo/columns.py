"""Columns of a layer's table as arrays: what was not stated stays not stated, whatever way the table wrote it."""

import re
import unicodedata
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.city import Layer
from geo.schema import LAYERS

Floats = npt.NDArray[np.float64]


def frame_of(layer: Layer) -> Any:
    """The rows of a layer; for one that was never delivered, a frame without rows but with all its columns."""
    if layer.frame is not None:
        return layer.frame
    empty = pd.DataFrame({name: pd.Series(dtype=object) for name in LAYERS[layer.name].columns})
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], dtype="geometry"))


def words(frame: pd.DataFrame, column: str) -> npt.NDArray[np.object_]:
    """A text column with None where nothing was stated, and all None where the column is absent."""
    if column not in frame:
        return np.full(len(frame), None, dtype=object)
    values: npt.NDArray[np.object_] = frame[column].astype(object).to_numpy(copy=True)
    values[np.asarray(pd.isna(values), dtype=np.bool_)] = None
    return values


def unstated(values: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Where a text column says nothing."""
    return np.asarray(pd.isna(values), dtype=np.bool_).reshape(-1)


def plain_id(value: object) -> str:
    """An id or a name as a person would compare it: full width, case, spaces and a number's ``.0`` make no difference."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(value))).strip().casefold()
    return re.sub(r"^(\d+)\.0+$", r"\1", text)


def plain(values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Each distinct id or name in its plain form; None stays None."""
    code, distinct = pd.factorize(values, use_na_sentinel=True)
    names = np.array([plain_id(one) for one in distinct] + [None], dtype=object)
    return names[code]


def unclear(frame: pd.DataFrame, field: str) -> npt.NDArray[np.bool_]:
    """Rows in which a field was filled in, but not so that it could be read: not a blank, and not a value. The readers say
    so in the column ``unclear`` (names of fields, or None)."""
    if "unclear" not in frame:
        return np.zeros(len(frame), dtype=np.bool_)
    said = [field in one if isinstance(one, (tuple, list, np.ndarray)) else False for one in frame["unclear"]]
    return np.array(said, dtype=np.bool_)


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """A number column with nan where nothing was stated."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def positive(frame: pd.DataFrame, column: str) -> Floats:
    """As :func:`numbers`, where nothing can be 0: a table that cannot hold blanks writes 0 for them."""
    values = numbers(frame, column)
    with np.errstate(invalid="ignore"):
        return np.where(values > 0, values, np.nan)


def days(frame: pd.DataFrame, column: str) -> npt.NDArray[np.datetime64]:
    """A date column as days with NaT where nothing was stated."""
    if column not in frame:
        return np.full(len(frame), np.datetime64("NaT", "D"))
    return pd.to_datetime(frame[column], errors="coerce").to_numpy().astype("datetime64[D]")

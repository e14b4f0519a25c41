"""Columns of a layer's table as arrays: what was not stated stays not stated, whatever way the table wrote it."""

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

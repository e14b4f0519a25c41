"""Works filed before that may be siblings of those under review: rows like any others, measured together with them."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from geo.law.pack import Pack
from layers.route_store import history


def past(engine: sa.Engine, routes: gpd.GeoDataFrame, pack: Pack, on: date) -> gpd.GeoDataFrame:
    """Stored lines that may belong together with ``routes``, filed in the look-back of the pack, in the work CRS.

    A stored line with the number and project of one of ``routes`` is that line itself, looked at again: it is left
    out, so that reviewing a file that is stored already counts nothing twice.
    """
    found = history(engine, routes, on, pack.data.grouping.look_back_days)
    found = found[~_named_alike(found, routes)].reset_index(drop=True)
    found["filed"] = found["known_on"]
    return found


def _named_alike(found: pd.DataFrame, routes: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which of ``found`` bear the route_id and project of one of ``routes`` ("#3" is a row's place, not a name)."""
    names = {(r, p) for r, p in zip(routes["route_id"], routes["project"].fillna(""), strict=True) if not str(r).startswith("#")}
    pairs = zip(found["route_id"], found["project"].fillna(""), strict=True)
    return np.array([pair in names for pair in pairs], dtype=bool)

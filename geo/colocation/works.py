"""Works: everything that opens, closes or rebuilds a road – proposed lines, permits, planned paving, road projects.

The table that matching and planning share. Routes and events become works; blank stays blank: a work without dates is
matched all the same, and told as undated.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import days, numbers, unstated, words
from geo.law.pack import Measures

COLUMNS: Mapping[str, str] = {
    "work_id": "text", "kind": "text", "party": "text", "project": "text", "utility": "text",
    "start": "day", "end": "day", "firm": "flag", "duration_days": "number", "shift_days": "number", "ready": "day",
    "diameter_mm": "number", "depth_m": "number", "trench_width_m": "number", "length_m": "number",
    "voltage_kv": "number", "pressure_mpa": "number", "burial": "text",
}  # fmt: skip
KINDS = ("route", "permit", "paving", "road_project")
DIGS = ("route", "permit")


def works_of_routes(routes: gpd.GeoDataFrame, measures: Measures) -> gpd.GeoDataFrame:
    """Routes (columns of :data:`geo.schema.WORKS`, work CRS) as works. A trench width that is not stated is the pack's
    default for the utility; a row that names no kind is a proposed route, and is not firm unless it says so."""
    utility = words(routes, "utility")
    width = numbers(routes, "trench_width_m")
    default = np.array([_default_width(u, measures) for u in utility], dtype=float).reshape(-1)
    kind, code = words(routes, "kind"), words(routes, "project_code")
    firm = words(routes, "firm")
    table = {
        "work_id": _distinct(words(routes, "route_id")),
        "kind": np.where(unstated(kind), "route", kind),
        "party": words(routes, "applicant"),
        "project": np.where(unstated(code), words(routes, "project"), code),
        "utility": utility,
        "start": days(routes, "start"),
        "end": days(routes, "end"),
        "firm": np.where(unstated(firm), kind == "permit", firm == "yes").astype(bool),
        "ready": days(routes, "ready"),
        "trench_width_m": np.where(np.isnan(width), default, width),
        "length_m": np.round(routes.geometry.length.to_numpy(), 3),
        "burial": words(routes, "burial"),
    }
    for name in ("duration_days", "shift_days", "diameter_mm", "depth_m", "voltage_kv", "pressure_mpa"):
        table[name] = numbers(routes, name)
    frame = pd.DataFrame({name: table[name] for name in COLUMNS})
    return gpd.GeoDataFrame(frame, geometry=routes.geometry.to_numpy(), crs=routes.crs)


def works_of_events(events: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Planned paving and road projects among the events (columns of the layer) as works; closures and festivals are not
    works but days on which none may be open."""
    kind = words(events, "kind")
    rows = events[np.isin(kind.astype(str), ("paving", "road_project"))].reset_index(drop=True)
    frame = pd.DataFrame({name: _blank(how, len(rows)) for name, how in COLUMNS.items()})
    frame["work_id"] = [f"event-{one}" for one in words(rows, "event_id")]
    frame["kind"], frame["party"], frame["project"] = words(rows, "kind"), None, words(rows, "name")
    frame["start"], frame["end"], frame["firm"] = days(rows, "start"), days(rows, "end"), True
    frame["length_m"] = np.round(rows.geometry.length.to_numpy(), 3)
    return gpd.GeoDataFrame(frame, geometry=rows.geometry.to_numpy(), crs=events.crs)


def _distinct(ids: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Ids as they are; where a file uses one for several rows, each with its number among them: they are works apart. A name
    that the file itself uses is passed over."""
    column = pd.Series(ids, dtype=object).fillna("")
    turn = column.groupby(column).cumcount() + 1
    repeated = column.duplicated(keep=False) | (column == "")
    made = np.where(repeated, column.astype(str) + "#" + turn.astype(str), column).astype(object)
    taken = set(column[~repeated])
    for i in np.flatnonzero(repeated & pd.Series(made).isin(taken)):
        spare = (f"{column[i]}#{n}" for n in range(len(column) + 1, 3 * len(column) + 2))
        made[i] = next(name for name in spare if name not in taken)
        taken.add(made[i])
    return made


def _default_width(utility: object, measures: Measures) -> float:
    widths = measures.trench_width_m
    return widths[str(utility) if utility in widths else "default"].value


def _blank(how: str, n: int) -> object:
    if how == "day":
        return np.full(n, np.datetime64("NaT", "D"))
    if how == "flag":
        return np.zeros(n, dtype=bool)
    return np.full(n, np.nan) if how == "number" else np.full(n, None, dtype=object)

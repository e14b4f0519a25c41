"""Clearances for who asks: the pipes that one may see, kept ready, and hints as the page takes them."""

from collections import OrderedDict
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import sqlalchemy as sa

from geo.city import City
from geo.clearance import Clearances, Pipes, clearances, prepare, prepared
from geo.crs import transformer
from geo.law.standard import Standard
from layers.features import taken
from layers.rights.openings import openings_version
from layers.rights.scope import Scope

KEPT = 16  # classes of rights over pipes: one for each company, and those of the offices
_KEPT: "WeakKeyDictionary[City, OrderedDict[tuple[str, str], Pipes]]" = WeakKeyDictionary()
_LOCK = Lock()
COMMON = (
    "pipe_id",
    "utility",
    "kind",
    "owner",
    "state",
    "abandoned",
    "gap_m",
    "least_m",
    "checked",
    "answer",
    "missing",
    "conf",
    "note",
)
CROSSING = ("meets", "at_m", "angle_deg", "route_depth_m", "pipe_depth_m", "gap_most_m", *COMMON)
PARALLEL = ("from_m", "to_m", "apart_m", *COMMON)
WITHHELD = {
    "zh": "有未向本单位开放的管线，请向权属单位查询",
    "en": "There are pipes that are not open to you: ask their owners",
}
NOTICE = {
    "zh": "净距提示，供参考，不是判定结论；埋深按管顶计，排水管另按管内底核算",
    "en": "Hints, no finding of the verdict. Depths are to the top of the pipe; of drains also to the invert.",
}


def pipes_seen(engine: sa.Engine, city: City, scope: Scope) -> tuple[Pipes | None, bool]:
    """The pipes that somebody of this scope may see, and whether there are others; None where nobody delivered pipes."""
    every = prepared(city)
    if every is None or scope.keeper:
        return every, False
    key = (scope.pipes, openings_version(engine))
    with _LOCK:  # one thread reads, the others wait for what it finds
        kept = _KEPT.setdefault(city, OrderedDict())
        if key not in kept:
            kept[key] = prepare(taken(engine, scope, "pipes", None))
            while len(kept) > KEPT:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key], len(kept[key].frame) < len(every.frame)


def clearances_seen(
    engine: sa.Engine, city: City, scope: Scope, standard: Standard, routes: gpd.GeoDataFrame
) -> Clearances | None:
    """Clearances of routes to the pipes that somebody of this scope may see."""
    pipes, withheld = pipes_seen(engine, city, scope)
    return None if pipes is None else clearances(routes, city, standard, pipes, withheld=withheld)


def hints(found: Clearances | None, city: City, standard: Standard, i: int = 0) -> dict[str, Any]:
    """Of one route, as JSON; ``known``: false where nothing found does not mean that nothing is there."""
    words = {
        "notice": NOTICE,
        "standard": {"number": standard.number, "clauses": [standard.clear_clause, standard.vertical_clause]},
    }
    words |= {"notes": {name: note.model_dump() for name, note in standard.notes.items()}}
    if found is None:
        return {"known": False, "delivered": False, "withheld": False, "crossings": [], "parallels": [], **words}
    across = found.crossings[(found.crossings["route"] == i).to_numpy()]
    lon, lat = transformer(city.work_crs, "EPSG:4490").transform(across["x"].to_numpy(float), across["y"].to_numpy(float))
    crossings = across[list(CROSSING)].to_dict("records")
    for one, x, y in zip(crossings, lon, lat, strict=True):
        one["point"] = [round(float(x), 7), round(float(y), 7)]
    beside = found.parallels[(found.parallels["route"] == i).to_numpy()]
    said = {"known": bool(found.known[i]), "delivered": True, "withheld": found.withheld}
    said |= {"withheld_words": WITHHELD} if found.withheld else {}
    return said | {"crossings": crossings, "parallels": beside[list(PARALLEL)].to_dict("records"), **words}

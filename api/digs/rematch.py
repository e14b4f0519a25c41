"""Keeping the stored matches true: after each load, and whenever roads, dates or rules have changed.

One function decides by itself what there is to do. Where the roads and the settings are those of the run before, only works
that say something else are matched again, each against what lies around it; else all of them. It may be called as often as
one likes: what is found again writes nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from api.digs.neighbours import Scene, joined, scene
from geo.city import City
from geo.colocation.match import Matches, match
from geo.colocation.placing import Placed
from geo.cuts import cuts, places
from geo.law.pack import Pack
from layers.digs.match_store import About, Run, fingerprint, keep_matches, last_run, locked
from layers.digs.news import tell
from layers.digs.store import touch
from layers.digs.works import Kept, event_keys, keep_works, named, owed_of_routes, route_keys
from layers.route_store import routes_to_judge

WorkFrame = gpd.GeoDataFrame


def rematch(engine: sa.Engine, city: City, pack: Pack, everything: bool = False) -> Run | None:
    """Bring works and matches up to date with the stored routes, the city and the pack; None where the pack has no settings
    of digging once. ``everything``: match all works again, whatever seems to have changed.

    Digs on what is different are told: answers that were given to them are asked anew (:func:`layers.digs.store.touch`).
    """
    if pack.data.coordination is None:
        return None
    here = scene(city, pack)
    with engine.begin() as connection:
        locked(connection)
        works, keys = _works(engine, connection, here)
        kept = keep_works(connection, works, keys, city)
        before = last_run(connection)
        about = _about(here)
        whole = everything or before is None or (before["settings"], before["ground"]) != (about.settings, about.ground)
        if not whole and not (kept.changed or kept.gone):
            return _nothing(before, len(works))
        rows, left_out = _found(works, here, None if whole else kept)
        run = keep_matches(connection, rows, kept, len(works), city, replace(about, left_out=left_out), whole)
        touch(connection, run.touched, [*kept.changed, *kept.gone], run.around)
        tell(connection, "matches", run.id)
    return run


def _nothing(before: Mapping[str, Any] | None, works: int) -> Run:
    assert before is not None
    return Run(before["id"], before["at"], "changed", works, [], [], 0, 0)


def _about(here: Scene) -> About:
    """What the matches rest on beside the works: the settings and the roads."""
    data = here.pack.data
    measures = fingerprint(data.measures.model_dump(mode="json"))
    settings = {"coordination": here.settings.model_dump(mode="json"), "measures": measures}
    return About(here.pack.label, settings, here.city.layer("roads").delivery_id)


def _works(engine: sa.Engine, connection: sa.Connection, here: Scene) -> tuple[WorkFrame, list[str]]:
    """Every work of the city under its stored id, and the keys: current routes first, then paving and road projects."""
    routes, _ = routes_to_judge(engine)
    owed = owed_of_routes(connection)
    proposed = here.works(routes).assign(
        route=routes["id"].to_numpy(), owed=[owed.get(int(one), []) for one in routes["id"]], accepted=routes["filed"].to_numpy()
    )
    planned = here.planned.works
    empty = {"route": pd.array([pd.NA] * len(planned), dtype="Int64"), "owed": [[] for _ in range(len(planned))]}
    planned = planned.assign(**empty, accepted=np.full(len(planned), np.datetime64("NaT", "s")))
    keys = [*route_keys(routes), *event_keys(planned)]
    wanted = [*map(str, routes["route_id"]), *map(str, planned["work_id"])]
    parts = [one for one in (proposed, planned) if len(one)] or [proposed]
    works = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=here.city.work_crs)
    return works.assign(work_id=named(connection, keys, wanted)), keys


def _found(works: WorkFrame, here: Scene, kept: Kept | None) -> tuple[WorkFrame, dict[str, int]]:
    """Rows of all matches, or of those with a work that changed, each with its place on the axis of ``a``."""
    if kept is None:
        placed = here.place(works)
        found = match(placed, here.settings)
        return _located(joined(found), placed), dict(found.left_out)
    new = works["work_id"].isin(kept.changed).to_numpy()
    first, second = works[new], works[~new]
    near = _near(first, second, here)
    placed, around = here.place(first.reset_index(drop=True)), here.place(second[near].reset_index(drop=True))
    found, more = match(placed, here.settings), match(placed, here.settings, around)
    rows = pd.concat([_located(joined(found), placed), _located(joined(more), placed, around)], ignore_index=True)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=here.city.work_crs), _added(found, more)


def _near(first: WorkFrame, second: WorkFrame, here: Scene) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Which works may share a stretch with one of the first: those within twice the widest road and the distance."""
    widest = float(here.network.reach_m.max(initial=0.0)) + float(
        np.nanmax(first["trench_width_m"].to_numpy(dtype=float), initial=0.0)
    )
    reach_m = 2 * widest + here.settings.distance_m + here.settings.off_road_m
    near = np.zeros(len(second), dtype=np.bool_)
    if len(first) and len(second):
        bounds = shapely.bounds(first.geometry.to_numpy()) + reach_m * np.array([-1, -1, 1, 1])
        _, met = shapely.STRtree(second.geometry.to_numpy()).query(shapely.box(*bounds.T))
        near[met] = True
    return near


def _located(rows: pd.DataFrame, placed: Placed, around: Placed | None = None) -> WorkFrame:
    """The rows with the stretch of the axis of ``a``, or the place where the two cross."""
    shapes = np.empty(len(rows), dtype=object)
    a = rows["a"].to_numpy(dtype=np.int64)
    low, high = rows["a_from_m"].to_numpy(dtype=float), rows["a_to_m"].to_numpy(dtype=float)
    shared = (rows["kind"] == "shared").to_numpy(dtype=bool)
    for one, shift in ((placed, 0), (around, placed.n)):
        if one is None:
            continue
        mine = (a >= shift) & (a < shift + one.n)
        for which, make in ((mine & shared, cuts), (mine & ~shared, lambda axes, k, at, _: places(axes, k, at))):
            shapes[which] = make(one.axes, a[which] - shift, low[which], high[which])
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=placed.works.crs)


def _added(*found: Matches) -> dict[str, int]:
    names = dict.fromkeys(name for one in found for name in one.left_out)
    return {name: sum(one.left_out.get(name, 0) for one in found) for name in names}

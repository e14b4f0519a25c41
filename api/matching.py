"""THE STORY of digging once: place, match, look at the calendar, plan. As :mod:`api.review` is for verdicts.

A plain function: command line, HTTP and jobs call it alike. No web framework, no database and no environment here.

    works         routes of a file or of the store, and what the city plans      geo/works
    place         from–to, side and offset on the roads                          geo/placing
    match         shared stretches and crossings                                 geo/colocation, geo/match_runs
    closures      days on which none may be open                                 geo/closures
    plan          who opens together, when, in which order, who leads            geo/schedule
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from api.digs.neighbours import Scene, joined, scene
from api.review import Review, review
from geo.axis import Axes
from geo.city import City
from geo.colocation.match import match
from geo.colocation.near import Sets
from geo.colocation.off_road import off_road
from geo.colocation.placing import Placed
from geo.columns import days, words
from geo.cuts import cuts, places
from geo.law.coordination import Coordination
from geo.law.pack import Pack
from geo.law.standard import Standard
from geo.law.workdays import WorkCalendar
from geo.schedule.closures import closures
from geo.schedule.solve import Plan
from geo.schedule.solve import plan as planned
from layers.calendars import read_calendar
from layers.standards import read_standard

Progress = Callable[[int, int], None]
Shapes = npt.NDArray[np.object_]

# Placed, matched, calendar, judged, planned.
STEPS = 5


@dataclass(frozen=True, eq=False)
class Matching:
    """Works, what they share, and (where it was asked for) a plan.

    ``works``: columns of :data:`geo.colocation.works.COLUMNS`, geometry in the work CRS, and beside them ``route_id`` and
    ``row_no`` of the file (None and 0 for what the city plans), ``owed`` (permit items, [] where none or not judged) and
    ``accepted`` (day of filing). The first ``given`` rows are those that were given, in their order; the city's follow.
    ``rows``: one row for each whole stretch of a pair and for each crossing (:data:`geo.colocation.rows.COLUMNS`); ``a`` and
    ``b`` number the works. ``left_out``: near pairs that are no match, by reason.
    ``closures``: :func:`geo.schedule.closures.closures`.
    ``placed``: where the given works lie on the roads; ``axes``: of all works, in their order. ``calendar``: that of the plan.
    """

    scene: Scene
    on: date
    works: gpd.GeoDataFrame
    given: int
    rows: pd.DataFrame
    left_out: Mapping[str, int]
    placed: Placed
    axes: Axes
    min_shared_m: float
    closures: pd.DataFrame = field(default_factory=pd.DataFrame)
    plan: Plan | None = None
    calendar: WorkCalendar | None = None
    standard: Standard | None = None

    @property
    def city(self) -> City:
        """Where."""
        return self.scene.city

    @property
    def pack(self) -> Pack:
        """By which settings."""
        return self.scene.pack

    @property
    def settings(self) -> Coordination:
        """The numbers of digging once."""
        return self.scene.settings

    @cached_property
    def shapes(self) -> Shapes:
        """The shape of each row in the work CRS: the stretch of ``a``'s axis, a point for a crossing."""
        a = self.rows["a"].to_numpy(dtype=np.int64)
        return stretch_shapes(self.axes, a, *(self.rows[name].to_numpy(dtype=float) for name in ("a_from_m", "a_to_m")))

    @cached_property
    def off_road(self) -> npt.NDArray[np.object_]:
        """For each row: True off the road, False where a road is, None where it is not known (:mod:`geo.colocation.off_road`)."""
        return off_road(self.shapes, self.rows["road_id"].notna().to_numpy(), self.scene.ground, self.scene.network)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """One row for each pair: the first of its rows, with all its metres (nan for a crossing), its roads in words and how
        many stretches there are."""
        some = self.rows.groupby("match_id", sort=False)
        first = some.head(1).set_index("match_id", drop=False)
        roads = some["road_name"].agg(lambda names: "、".join(dict.fromkeys(str(name) for name in names.dropna())) or None)
        return first.assign(shared_m=some["shared_m"].sum(min_count=1).round(3), road_name=roads, stretches=some.size())


def stretch_shapes(axes: Axes, axis: npt.NDArray[np.int64], from_m: Any, to_m: Any) -> Shapes:
    """Stretches of axes as lines (several parts where the axis has), points where both measures are one."""
    out: Shapes = np.empty(len(axis), dtype=object)
    line = to_m > from_m
    out[line] = cuts(axes, axis[line], from_m[line], to_m[line])
    out[~line] = places(axes, axis[~line], from_m[~line])
    return out


def match_works(
    routes: gpd.GeoDataFrame,
    city: City,
    pack: Pack,
    *,
    on: date,
    min_shared_m: float | None = None,
    plan: bool = False,
    judged: Review | None = None,
    spans: pd.DataFrame | None = None,
    calendar: WorkCalendar | None = None,
    standard: Standard | None = None,
    progress: Progress | None = None,
) -> Matching:
    """Every match among ``routes`` (columns of :data:`geo.schema.ROUTES`, work CRS: proposed lines, permits, paving), and
    between them and the paving and road projects of the city.

    ``on``: the day of planning. ``min_shared_m`` replaces the pack's. With ``plan`` the works are also planned; what each
    proposed line owes is taken from ``judged`` (a review of the same rows), else it is judged here (``spans``: its bored
    stretches). ``calendar``: working days, those of data/calendars if none is given; beyond its years weekends decide, and
    the plan marks it. ``standard``: the order of laying, GB 50289 if none is given. ``progress`` is told (done, total).

    Raises :class:`geo.errors.BadInput` where the pack has no settings of digging once.
    """
    tell = progress or (lambda done, total: None)
    here = scene(city, pack)
    routes = routes.reset_index(drop=True)
    mine = here.works(routes)
    own = here.place(mine)
    tell(1, STEPS)
    sets = Sets.of(own, here.planned)
    found = [match(own, here.settings, min_shared_m=min_shared_m)]
    if here.planned.n:
        found.append(match(own, here.settings, here.planned, min_shared_m))
    rows = joined(*found)
    left_out = {reason: sum(one.left_out[reason] for one in found) for reason in found[0].left_out}
    tell(2, STEPS)
    works = _together(mine, here.planned.works, routes)
    least = here.settings.min_shared_m if min_shared_m is None else min_shared_m
    axes = sets.axes(np.arange(len(works)))
    done = Matching(here, on, works, len(mine), rows, left_out, own, axes, least, _closures(here, own, works))
    tell(3, STEPS)
    if plan:
        judged = judged or review(routes, city, pack, on, spans=spans)
        tell(4, STEPS)
        done = _planned(done, judged, (calendar or read_calendar()).provisional(), standard or read_standard())
    tell(STEPS, STEPS)
    return done


def _together(mine: gpd.GeoDataFrame, city: pd.DataFrame, routes: pd.DataFrame) -> gpd.GeoDataFrame:
    """All works as one table, with the number and row that they have in their file."""
    n, more = len(mine), len(city)
    works = pd.concat([mine, city], ignore_index=True) if more else mine
    row_no = routes["row_no"].to_numpy(dtype=np.int64) if "row_no" in routes else np.arange(1, n + 1)
    nothing = np.full(more, None, dtype=object)
    filed = np.concatenate([days(routes, "filed"), np.full(more, np.datetime64("NaT", "D"))])
    table = works.assign(
        route_id=np.concatenate([words(routes, "route_id"), nothing]),
        row_no=np.concatenate([row_no, np.zeros(more, dtype=np.int64)]),
        owed=[[] for _ in range(n + more)],
        accepted=filed,
    )
    return gpd.GeoDataFrame(table, geometry="geometry", crs=mine.crs)


def _closures(here: Scene, own: Placed, works: pd.DataFrame) -> pd.DataFrame:
    """Closures of the given works, and of what the city plans."""
    mine = closures(own, here.events, here.ground, here.settings)
    if not here.planned.n:
        return mine
    theirs = closures(here.planned, here.events, here.ground, here.settings)
    return pd.concat([mine, theirs.assign(work=theirs["work"] + own.n)], ignore_index=True) if len(theirs) else mine


def _planned(done: Matching, judged: Review, calendar: WorkCalendar, standard: Standard) -> Matching:
    """With the plan. What is proposed owes what its verdict says; permits and paving have what they need."""
    proposed = words(done.works, "kind")[: done.given] == "route"
    owed = [items if is_new else [] for items, is_new in zip(judged.rows["owed"], proposed, strict=True)]
    works = done.works.assign(owed=[*owed, *([] for _ in range(len(done.works) - done.given))])
    on = np.datetime64(done.on, "D")
    made = planned(works, done.rows, calendar, done.closures, done.settings, on, standard)
    return replace(done, works=works, plan=made, calendar=calendar, standard=standard)

"""Who else digs there: the works on the same stretch as each route of a review, named in its verdict.

The ground of matching (:class:`Scene`) is made once for a city and a pack and kept, and so are the works that stand
(:class:`StandingWorks`): one new line is matched against all of them in milliseconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.city import City
from geo.colocation.match import Matches, match
from geo.colocation.placing import Network, Placed, network_of, place_works
from geo.colocation.runs import whole_stretches
from geo.colocation.words import note
from geo.colocation.works import works_of_events, works_of_routes
from geo.columns import frame_of, words
from geo.errors import BadInput
from geo.ground import Ground, prepared
from geo.law.coordination import Coordination
from geo.law.pack import Pack

# So many rows are matched without being asked: their verdicts name their neighbours. More take a command of their own.
UNASKED_ROWS = 2_000
NEW = "#new"
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scene:
    """A city prepared for matching by one pack. ``planned``: its paving and road projects, placed."""

    city: City
    pack: Pack
    settings: Coordination
    ground: Ground
    network: Network
    planned: Placed

    @property
    def events(self) -> gpd.GeoDataFrame:
        """The city's planned works and events."""
        return frame_of(self.city.layer("events"))

    def place(self, works: gpd.GeoDataFrame) -> Placed:
        """Works (columns of :data:`geo.colocation.works.COLUMNS`) on the roads of the city."""
        return place_works(works, self.ground, self.network, self.settings)

    def works(self, routes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Routes of a file or of the store as works."""
        return works_of_routes(routes, self.pack.data.measures)


_SCENES: "WeakKeyDictionary[City, dict[int, Scene]]" = WeakKeyDictionary()


def scene(city: City, pack: Pack) -> Scene:
    """The city prepared for matching, made once for each pair of values. Raises :class:`BadInput` where the pack has no
    settings of digging once."""
    made = _SCENES.setdefault(city, {})
    key = id(pack.data)
    if key not in made:
        settings = pack.data.coordination
        if settings is None:
            raise BadInput(
                why_zh=f"规则包 {pack.label} 没有同步开挖的设定（coordination），无法查找共用路段；请换一个规则包",
                why_en=f"The pack {pack.label} has no settings of digging once (coordination): nothing can be matched. "
                "Choose another pack",
            )
        ground = prepared(city, pack)
        network = network_of(ground)
        works = works_of_events(frame_of(city.layer("events")))
        made[key] = Scene(city, pack, settings, ground, network, place_works(works, ground, network, settings))
    return made[key]


@dataclass(frozen=True)
class StandingWorks:
    """Works that stand already (stored routes): ``routes`` with ``route_id``, ``project`` and (where they come from the store)
    its ``id``, and where they lie."""

    routes: pd.DataFrame
    placed: Placed

    @staticmethod
    def of(routes: gpd.GeoDataFrame, here: Scene) -> "StandingWorks":
        """Stored routes (columns of :data:`geo.schema.ROUTES`, work CRS), placed."""
        named = [name for name in ("route_id", "project", "id") if name in routes]
        return StandingWorks(pd.DataFrame(routes[named]), here.place(here.works(routes)))

    @cached_property
    def named(self) -> Mapping[tuple[str, str], list[int]]:
        """Positions by number and project."""
        out: dict[tuple[str, str], list[int]] = {}
        for i, name in enumerate(_names(self.routes)):
            out.setdefault(name, []).append(i)
        return out

    def same_as(self, routes: pd.DataFrame) -> set[int]:
        """Positions of works that are one of these routes, looked at again: the same row of the store, or same number and same
        project ("#3" is a row's place and no number)."""
        names = (name for name in _names(routes) if not name[0].startswith("#"))
        again = {i for name in names for i in self.named.get(name, ())}
        if "id" in routes and "id" in self.routes:
            again |= set(np.flatnonzero(self.routes["id"].isin(routes["id"])).tolist())
        return again


Standing = Callable[[], StandingWorks | None]
"""Works that stand, brought when somebody asks."""


def _names(routes: pd.DataFrame) -> list[tuple[str, str]]:
    projects = ("" if project is None else str(project) for project in words(routes, "project"))
    return list(zip(map(str, words(routes, "route_id")), projects, strict=True))


def joined(*found: Matches) -> pd.DataFrame:
    """The rows of several matchings as one table of whole stretches; chains stay apart."""
    rows, first = [], 0
    for one in found:
        chain = one.rows["chain"].to_numpy(dtype=np.int64)
        rows.append(one.rows.assign(chain=np.where(chain >= 0, chain + first, chain)))
        first += int(chain.max(initial=-1)) + 1
    filled = [one for one in rows if len(one)] or rows[:1]
    return whole_stretches(pd.concat(filled, ignore_index=True))


class Neighbours:
    """The matches of each route of a review: among themselves first, then with the works that stand, then with what the city
    plans. Looked for when somebody asks."""

    def __init__(self, routes: gpd.GeoDataFrame, city: City, pack: Pack, standing: Standing | None = None) -> None:
        self.routes, self.city, self.pack, self._standing = routes, city, pack, standing

    def __call__(self, i: int) -> list[dict[str, Any]]:
        """The matches of route ``i``, shared stretches first, the longest first; one entry for each other work."""
        return self._entries.get(i, [])

    @cached_property
    def here(self) -> Scene:
        """The city prepared for matching."""
        return scene(self.city, self.pack)

    @cached_property
    def _entries(self) -> dict[int, list[dict[str, Any]]]:
        mine = self.here.works(self.routes)
        own = self.here.place(mine)
        sets = [("file", mine, joined(match(own, self.here.settings)))] if len(mine) > 1 else []
        standing = self._standing() if self._standing else None
        if standing is not None and standing.placed.n:
            sets.append(("store", *self._with(standing, own)))
        if self.here.planned.n:
            rows = joined(match(own, self.here.settings, self.here.planned))
            sets.append(("city", pd.concat([mine, self.here.planned.works]), rows))
        out: dict[int, list[dict[str, Any]]] = {}
        for source, works, rows in sets:
            for i, entry in entries(works, rows, len(mine), source):
                out.setdefault(i, []).append(entry)
        return {i: sorted(some, key=_weight) for i, some in out.items()}

    def _with(self, standing: StandingWorks, own: Placed) -> tuple[pd.DataFrame, pd.DataFrame]:
        there, same = standing.placed, standing.same_as(self.routes)
        mine = own.works.assign(work_id=apart(own.works["work_id"].to_numpy(dtype=object), there, same))
        found = match(replace(own, works=mine), self.here.settings, there)
        other = np.maximum(found.rows["a"].to_numpy(dtype=np.int64), found.rows["b"].to_numpy(dtype=np.int64)) - len(mine)
        rows = found.rows[~np.isin(other, list(same))]
        return pd.concat([mine, there.works]), joined(Matches(rows, found.left_out))


def apart(ids: npt.NDArray[np.object_], there: Placed, same: set[int]) -> npt.NDArray[np.object_]:
    """Ids of new works; one that a standing work bears by chance, and not because it is the same, gets a mark."""
    known, _ = there.ids
    again = set(there.works["work_id"].astype(str).to_numpy()[sorted(same)])
    clash = np.isin(ids.astype(str), known) & ~np.isin(ids.astype(str), list(again))
    return np.where(clash, ids.astype(str) + NEW, ids).astype(object)


def entries(works: pd.DataFrame, rows: pd.DataFrame, n: int, source: str) -> list[tuple[int, dict[str, Any]]]:
    """(route, entry) for each of the first ``n`` works and each pair that it is one of."""
    out = []
    ids, kinds, parties = (words(works, name) for name in ("work_id", "kind", "party"))
    for _, part in rows.groupby("match_id", sort=False):
        pair = int(part["a"].iloc[0]), int(part["b"].iloc[0])
        for me, it, other in (("a", "b", pair[1]), ("b", "a", pair[0])):
            i = pair[0] if me == "a" else pair[1]
            if i < n:
                about = {"with": str(ids[other]).removesuffix(NEW), "with_kind": kinds[other], "party": parties[other]}
                out.append((i, _entry(part, me, it, source) | about))
    return out


def _entry(part: pd.DataFrame, me: str, it: str, source: str) -> dict[str, Any]:
    first = part.iloc[0]
    metres = part.groupby("road_name", dropna=True)["shared_m"].sum().sort_values(ascending=False, kind="stable")
    roads = [str(name) for name in metres.index] or [str(name) for name in part["road_name"].dropna().unique()]
    code, day = first["note"], first["note_day"]
    crossing = first["kind"] == "crossing"
    return {
        "match_id": first["match_id"], "kind": first["kind"], "of": source,
        "shared_m": None if crossing else round(float(part["shared_m"].sum()), 3),
        "road_name": "、".join(roads) or None,
        "days_in_common": None if pd.isna(first["days_in_common"]) else int(first["days_in_common"]),
        "status": first["status"],
        "note": None if pd.isna(code) else note(str(code), None if pd.isna(day) else day.date()),
        "stretches": [_stretch(row, me, it) for row in part.to_dict("records")],
    }  # fmt: skip


def _stretch(row: Mapping[Any, Any], me: str, it: str) -> dict[str, Any]:
    """Where on this route (``from_m``–``to_m``) and where on the road, and on which sides the two lie."""
    picked = {
        "from_m": row[f"{me}_from_m"], "to_m": row[f"{me}_to_m"], "road_id": row["road_id"], "road_name": row["road_name"],
        "road_from_m": row["from_m"], "road_to_m": row["to_m"], "side": row[f"side_{me}"], "side_with": row[f"side_{it}"],
        "gap_m": row["gap_m"],
    }  # fmt: skip
    return {name: None if pd.isna(value) else value for name, value in picked.items()}


def _weight(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    order = ("file", "store", "city").index(entry["of"])
    return entry["kind"] != "shared", order, -(entry["shared_m"] or 0.0), entry["match_id"]


def neighbours(routes: gpd.GeoDataFrame, city: City, pack: Pack, standing: Standing | None = None) -> Neighbours | None:
    """The neighbours of the routes of a review; None where they are not looked for: the pack has no settings of digging once,
    or there are more than :data:`UNASKED_ROWS` routes."""
    if pack.data.coordination is None or len(routes) > UNASKED_ROWS:
        return None
    return Neighbours(routes, city, pack, standing)

"""The city prepared for one pack: its layers as measurable areas, and which of them belong to which zone of the pack.

An *area* is a shape and a radius: a road is its centre line and half its width, a tree its trunk and the reach of its
protection, a park its polygon and nothing. Where the radius rests on a default, ``radius_low`` and ``radius_high`` bound
it. A row whose decisive attribute is missing gives areas that *may* belong: unknown is a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import Edges, axes_of, cut, edges_of
from geo.city import City, Layer
from geo.pack import Pack, PackData, Zone
from geo.schema import LAYERS, ROAD_RANK

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NO, MAYBE, SURE = 0, 1, 2
UNSTATED = "unstated"


@dataclass(frozen=True)
class AreaSet:
    """Areas of one layer with one way of widening. ``row`` is the row of the layer's frame that an area came from."""

    key: str
    layer: str
    edges: Edges
    solid: npt.NDArray[np.bool_]
    radius: Floats
    radius_low: Floats
    radius_high: Floats
    row: Ints
    certain: npt.NDArray[np.bool_]

    @property
    def n(self) -> int:
        """Number of areas."""
        return self.edges.n

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the bounding boxes, widened by the largest radius."""
        box = self.edges.boxes()
        reach = self.radius_high
        return shapely.STRtree(shapely.box(box[:, 0] - reach, box[:, 1] - reach, box[:, 2] + reach, box[:, 3] + reach))

    @cached_property
    def estimated(self) -> bool:
        """Some radius rests on a default."""
        return bool((self.radius_low != self.radius_high).any())


@dataclass(frozen=True)
class Roads:
    """What the ground partition needs: ground-level roads in the order of their ids."""

    row: Ints
    edges: Edges
    rank: Ints
    area_road: Ints


@dataclass(frozen=True)
class Ground:
    """One city prepared for one pack."""

    city: City
    data: PackData
    sets: Mapping[str, AreaSet]
    zones: Mapping[str, tuple[str, npt.NDArray[np.int8]]]
    roads: Roads
    hint: npt.NDArray[np.bool_]
    locks: Mapping[str, "LockDates"] = field(default_factory=dict)


@dataclass(frozen=True)
class LockDates:
    """For one lock zone: day and certainty per road (short form) and per ledger area. ``datetime64[D]``, NaT = not stated."""

    road_day: npt.NDArray[np.datetime64]
    road_member: npt.NDArray[np.int8]
    road_in_ledger: npt.NDArray[np.bool_]
    blank_is_none: bool
    ledger_day: npt.NDArray[np.datetime64]
    ledger_member: npt.NDArray[np.int8]
    complete_since: np.datetime64 | None


_PREPARED: "WeakKeyDictionary[City, dict[int, Ground]]" = WeakKeyDictionary()


def prepared(city: City, pack: Pack) -> Ground:
    """The ground of this city for this pack, made once for each pair of values."""
    grounds = _PREPARED.setdefault(city, {})
    key = id(pack.data)
    if key not in grounds:
        grounds[key] = prepare(city, pack)
    return grounds[key]


def prepare(city: City, pack: Pack) -> Ground:
    """Build every area set that the zones of the pack ask for."""
    sets: dict[str, AreaSet] = {"roads": _roads(city.layer("roads"), city, pack, "ground")}
    zones: dict[str, tuple[str, npt.NDArray[np.int8]]] = {}
    locks: dict[str, LockDates] = {}
    for name, zone in pack.data.zones.items():
        if zone.lock is not None:
            if "ledger" not in sets:
                sets["ledger"] = _ledger(city, pack)
            locks[name] = _lock_dates(city, zone, sets["ledger"])
            zones[name] = ("roads", np.zeros(sets["roads"].n, dtype=np.int8))
            continue
        key = _set_key(name, zone)
        if key not in sets:
            sets[key] = _areas(key, zone, city, pack)
        zones[name] = (key, _members(zone, city.layer(zone.layer), sets[key]))
    return Ground(city, pack.data, sets, zones, _partition_roads(city, sets["roads"]), _hints(city), locks)


def _set_key(name: str, zone: Zone) -> str:
    if zone.layer == "roads":
        return "bridges" if zone.level == "bridge" else "roads"
    return f"{zone.layer}:{name}" if zone.layer in ("trees", "highways") else zone.layer


def _areas(key: str, zone: Zone, city: City, pack: Pack) -> AreaSet:
    layer = city.layer(zone.layer)
    if zone.layer == "roads":
        return _roads(layer, city, pack, "bridge")
    if zone.layer == "trees":
        return _trees(key, zone, layer)
    if zone.layer == "highways":
        return _highways(key, zone, layer)
    rows = _frame(layer).geometry.to_numpy()
    nothing = np.zeros(len(rows))
    return area_set(key, zone.layer, rows, nothing, nothing, nothing, np.arange(len(rows)))


def area_set(
    key: str, layer: str, shapes: npt.NDArray[Any], low: Floats, mid: Floats, high: Floats, row: Ints, certain: Any = None
) -> AreaSet:
    """An area set from shapes, their radii (least, best, most) and the rows that they came from."""
    solid = np.isin(shapely.get_type_id(shapes), (3, 6))
    sure = np.ones(len(shapes), dtype=np.bool_) if certain is None else certain
    return AreaSet(
        key, layer, edges_of(shapes), solid, mid.astype(float), low.astype(float), high.astype(float), row.astype(np.int64), sure
    )


def _frame(layer: Layer) -> Any:
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


def _half_widths(frame: Any, pack: Pack) -> Floats:
    """(n, 3) half of the red-line width of each road: least, best, most; all equal where it is stated."""
    width = positive(frame, "width_m")
    guess = {name: (d.low, d.value, d.high) for name, d in pack.data.measures.road_width_m.items()}
    default = np.array([guess.get(c or "unknown", guess["unknown"]) for c in words(frame, "class")]).reshape(-1, 3)
    half: Floats = np.where(np.isnan(width)[:, None], default, width[:, None]) / 2
    return half


def _surfaces(city: City, ids: npt.NDArray[np.object_]) -> tuple[Ints, npt.NDArray[Any]]:
    """Surface polygons of the roads with these ids: (position among the ids, polygon)."""
    surfaces = city.layer("road_surfaces").frame
    if surfaces is None or not len(surfaces) or not len(ids):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object)
    at = pd.Index(ids).get_indexer(pd.Index(words(surfaces, "road_id")))
    return at[at >= 0].astype(np.int64), surfaces.geometry.to_numpy()[at >= 0]


def _roads(layer: Layer, city: City, pack: Pack, level: str) -> AreaSet:
    """Road spaces: surface polygons where the city has them, else the centre line and half the red-line width."""
    frame = _frame(layer)
    levels = words(frame, "level")
    rows = np.flatnonzero((levels == level) | ((levels == None) & (level == "ground")))  # noqa: E711 (an array of words)
    at, polygons = _surfaces(city, words(frame, "road_id")[rows])
    bare = np.setdiff1d(np.arange(len(rows)), at)
    shapes = np.concatenate([frame.geometry.to_numpy()[rows[bare]], polygons])
    half = np.vstack([_half_widths(frame, pack)[rows[bare]], np.zeros((len(at), 3))])
    origin = np.concatenate([rows[bare], rows[at]])
    return area_set("roads" if level == "ground" else "bridges", "roads", shapes, half[:, 0], half[:, 1], half[:, 2], origin)


def _partition_roads(city: City, areas: AreaSet) -> Roads:
    """Ground roads sorted by id, for the partition: the lower number wins the last tie."""
    frame = _frame(city.layer("roads"))
    rows = np.unique(areas.row)
    ids = words(frame, "road_id")[rows]
    rows = rows[np.argsort(ids.astype(str), kind="stable")]
    position = np.full(len(frame) + 1, -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    rank = np.array([ROAD_RANK.get(c, 0) for c in words(frame, "class")[rows]], dtype=np.int64)
    return Roads(rows, edges_of(frame.geometry.to_numpy()[rows]), rank, position[areas.row])


def _hints(city: City) -> npt.NDArray[np.bool_]:
    """Roads whose class was inferred (OSM), not stated by their owner."""
    return np.asarray(words(_frame(city.layer("roads")), "class_source") == "hint", dtype=np.bool_)


def _ledger(city: City, pack: Pack) -> AreaSet:
    """Stretches of road that a row of the ledger speaks of, as wide as the road is; a row for the whole of a road that
    has surface polygons is those polygons."""
    frame, roads = _frame(city.layer("road_ledger")), _frame(city.layer("roads"))
    ids = words(roads, "road_id")
    road = (
        pd.Index(ids).get_indexer(pd.Index(words(frame, "road_id"))) if len(frame) and len(ids) else np.zeros(0, dtype=np.int64)
    )
    rows = np.flatnonzero(road >= 0)
    road = road[rows]
    lines, partial = _ledger_lines(frame, rows, roads.geometry.to_numpy()[road])
    half = _half_widths(roads, pack)[road]
    on, polygons = _surfaces(city, ids)
    pairs = [(k, j) for k in np.flatnonzero(~partial) for j in np.flatnonzero(on == road[k])] if len(on) else []
    whole = np.array([k for k, _ in pairs], dtype=np.int64)
    shapes = np.concatenate([lines, polygons[[j for _, j in pairs]]]) if pairs else lines
    radii = np.vstack([half, np.zeros((len(pairs), 3))])
    return area_set("ledger", "road_ledger", shapes, radii[:, 0], radii[:, 1], radii[:, 2], np.concatenate([rows, rows[whole]]))


def _ledger_lines(frame: Any, rows: Ints, lines: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The stretch of each row's road, and which rows speak of a part only."""
    start, stop = numbers(frame, "from_m")[rows], numbers(frame, "to_m")[rows]
    length = shapely.length(lines)
    start, stop = np.where(np.isnan(start), 0.0, start), np.where(np.isnan(stop), length, np.minimum(stop, length))
    partial = (start > 0) | (stop < length)
    some = np.flatnonzero(partial)
    if len(some):
        axes = axes_of(lines[some])
        lines = lines.copy()
        lines[some] = [cut(axes, i, start[k], stop[k]) for i, k in enumerate(some)]
    return lines, partial


def _trees(key: str, zone: Zone, layer: Layer) -> AreaSet:
    """Protection ranges: a published polygon as it is, else the canopy and what the pack adds by grade."""
    frame = _frame(layer)
    beyond = zone.beyond_canopy_m or {}
    grade, canopy = words(frame, "grade"), positive(frame, "canopy_radius_m")
    shapes = frame.geometry.to_numpy()
    published = np.isin(shapely.get_type_id(shapes), (3, 6))
    extra = np.array([beyond.get(g, max(beyond.values(), default=0.0)) for g in grade], dtype=float).reshape(-1)
    missing = np.isnan(canopy) & ~published
    sure_radius = np.where(published, 0.0, np.where(np.isnan(canopy), 0.0, canopy) + extra)
    rows = np.concatenate([np.arange(len(frame)), np.flatnonzero(missing)])
    most = (zone.canopy_unknown_m or 0.0) + extra[missing]
    radius = np.concatenate([sure_radius, most])
    certain = np.concatenate([np.ones(len(frame), dtype=bool), np.zeros(missing.sum(), dtype=bool)])
    return area_set(key, layer.name, shapes[rows], radius, radius, radius, rows, certain)


def _highways(key: str, zone: Zone, layer: Layer) -> AreaSet:
    """Highway land and control zones, from the edge of the land or, where the pack says so, from the ditch."""
    frame = _frame(layer)
    beyond = zone.beyond_land_m or {}
    classes = words(frame, "class")
    base = positive(frame, "land_offset_m")
    from_ditch = np.isin(classes.astype(str), zone.from_ditch)
    base = np.where(from_ditch, positive(frame, "ditch_offset_m"), base)
    shapes = frame.geometry.to_numpy()
    land_known = np.isin(shapely.get_type_id(shapes), (3, 6))
    extra = np.zeros(len(frame))
    if not zone.land_only:
        extra = np.array([beyond.get(c, max(beyond.values(), default=0.0)) for c in classes], dtype=float).reshape(-1)
    missing = np.isnan(base) & ~land_known
    sure_radius = np.where(land_known, 0.0, np.where(np.isnan(base), 0.0, base)) + extra
    rows = np.concatenate([np.arange(len(frame)), np.flatnonzero(missing)])
    radius = np.concatenate([sure_radius, (zone.land_unknown_m or 0.0) + extra[missing]])
    certain = np.concatenate([np.ones(len(frame), dtype=bool), np.zeros(missing.sum(), dtype=bool)])
    return area_set(key, layer.name, shapes[rows], radius, radius, radius, rows, certain)


def _members(zone: Zone, layer: Layer, areas: AreaSet) -> npt.NDArray[np.int8]:
    """Does each area belong to the zone: no, may (a decisive attribute is missing), sure."""
    frame = _frame(layer)
    where = dict(zone.where)
    if zone.beyond_canopy_m is not None and "grade" not in where:
        where["grade"] = tuple(zone.beyond_canopy_m)
    if zone.beyond_land_m is not None and "class" not in where:
        where["class"] = tuple(zone.beyond_land_m)
    out = _fits(frame, where)[areas.row]
    return np.where(areas.certain, out, np.minimum(out, MAYBE)).astype(np.int8)


def _fits(frame: Any, where: Mapping[str, tuple[str, ...]]) -> npt.NDArray[np.int8]:
    """Rows by column values. What is not stated may fit, unless the pack asks for just that (``unstated``); a class that
    names no source was stated by who delivered the layer."""
    member = np.full(len(frame), SURE, dtype=np.int8)
    for column, allowed in where.items():
        value = words(frame, column)
        if column == "class_source":
            value[value == None] = "ledger"  # noqa: E711 (an array of words)
        silent = SURE if UNSTATED in allowed else MAYBE
        fits = np.where(value == None, silent, np.where(np.isin(value.astype(str), allowed), SURE, NO))  # noqa: E711
        member = np.minimum(member, fits.astype(np.int8))
    return member


def _lock_dates(city: City, zone: Zone, ledger: AreaSet) -> LockDates:
    """Dates that may lock a road, from the short form on the roads and from the ledger."""
    lock = zone.lock
    assert lock is not None
    roads, ledger_layer = city.layer("roads"), city.layer("road_ledger")
    frame, rows = _frame(roads), _frame(ledger_layer)
    kinds = words(rows, "kind")[ledger.row]
    member = np.where(kinds == None, MAYBE, np.where(np.isin(kinds.astype(str), lock.kinds), SURE, NO)).astype(np.int8)  # noqa: E711
    # A row for part of a road says nothing of the rest; one for the whole road settles it.
    whole = (np.nan_to_num(numbers(rows, "from_m"), nan=0.0) <= 0) & np.isnan(numbers(rows, "to_m"))
    named = set(words(rows, "road_id")[ledger.row[(member == SURE) & whole[ledger.row]]])
    in_ledger = np.array([road in named for road in words(frame, "road_id")], dtype=np.bool_)
    road_member = _fits(frame, zone.where)
    at = (
        pd.Index(words(frame, "road_id")).get_indexer(pd.Index(words(rows, "road_id")[ledger.row]))
        if len(ledger.row)
        else ledger.row
    )
    member = np.minimum(member, road_member[at])
    since = [d for d in (_since(ledger_layer), _since(roads)) if d is not None]
    return LockDates(
        days(frame, lock.short_form), road_member, in_ledger, lock.short_form == "overhauled",
        days(rows, "finished")[ledger.row], member, since[0] if since else None,
    )  # fmt: skip


def _since(layer: Layer) -> np.datetime64 | None:
    if layer.frame is None or layer.complete_since is None or layer.coverage is None:
        return None
    return np.datetime64(layer.complete_since, "D")

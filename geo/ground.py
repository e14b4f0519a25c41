"""The city prepared for one pack: its layers as measurable areas, and which of them belong to which zone of the pack.

An *area* is a shape and a radius: a road is its centre line and half its width, a tree its trunk and the reach of its
protection, a park its polygon and nothing. Where the radius rests on a default, ``radius_low`` and ``radius_high`` bound
it. A row whose decisive attribute is missing gives areas that *may* belong: unknown is a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import LIKELY, MAYBE, NO, SURE, AreaSet, area_set
from geo.axis import Edges, edges_of
from geo.city import City, Layer
from geo.columns import frame_of, positive, unclear, words
from geo.law.pack import Pack, PackData, Zone
from geo.ledger import LockDates, ledger_areas, lock_dates, place
from geo.road_space import road_spaces
from geo.schema import ROAD_RANK

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNSTATED = "unstated"


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
    locks: Mapping[str, LockDates] = field(default_factory=dict)


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
    sets: dict[str, AreaSet] = {"roads": road_spaces(city, pack, "ground")}
    zones: dict[str, tuple[str, npt.NDArray[np.int8]]] = {}
    locks: dict[str, LockDates] = {}
    placed = place(city)
    for name, zone in pack.data.zones.items():
        if zone.lock is not None:
            if "ledger" not in sets:
                sets["ledger"] = ledger_areas(city, pack, placed)
            road_member = _fits(frame_of(city.layer("roads")), zone.where)
            locks[name] = lock_dates(city, zone.lock, road_member, pack, placed, sets["ledger"])
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
        return road_spaces(city, pack, "bridge")
    if zone.layer == "trees":
        return _trees(key, zone, layer)
    if zone.layer == "highways":
        return _highways(key, zone, layer)
    rows = frame_of(layer).geometry.to_numpy()
    nothing = np.zeros(len(rows))
    return area_set(key, zone.layer, rows, nothing, nothing, nothing, np.arange(len(rows)))


def _partition_roads(city: City, areas: AreaSet) -> Roads:
    """Ground roads sorted by id, for the partition: the lower number wins the last tie."""
    frame = frame_of(city.layer("roads"))
    rows = np.unique(areas.row)
    ids = words(frame, "road_id")[rows]
    rows = rows[np.argsort(ids.astype(str), kind="stable")]
    position = np.full(len(frame) + 1, -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    rank = np.array([ROAD_RANK.get(c, 0) for c in words(frame, "class")[rows]], dtype=np.int64)
    return Roads(rows, edges_of(frame.geometry.to_numpy()[rows]), rank, position[areas.row])


def _hints(city: City) -> npt.NDArray[np.bool_]:
    """Roads whose class was inferred (OSM), not stated by their owner."""
    return _hinted(frame_of(city.layer("roads")))


def _hinted(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows whose class is no statement: it was inferred, or where it comes from cannot be read."""
    return np.asarray((words(frame, "class_source") == "hint") | unclear(frame, "class_source"), dtype=np.bool_)


def _trees(key: str, zone: Zone, layer: Layer) -> AreaSet:
    """Protection ranges: a published polygon as it is, else the canopy and what the pack adds by grade."""
    frame = frame_of(layer)
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
    frame = frame_of(layer)
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
    frame = frame_of(layer)
    where = dict(zone.where)
    if zone.beyond_canopy_m is not None and "grade" not in where:
        where["grade"] = tuple(zone.beyond_canopy_m)
    if zone.beyond_land_m is not None and "class" not in where:
        where["class"] = tuple(zone.beyond_land_m)
    out = _fits(frame, where)[areas.row]
    return np.where(areas.certain, out, np.minimum(out, MAYBE)).astype(np.int8)


def _fits(frame: pd.DataFrame, where: Mapping[str, tuple[str, ...]]) -> npt.NDArray[np.int8]:
    """Rows by column values. What is not stated may fit, unless the pack asks for just that (``unstated``); a class that
    names no source was stated by who delivered the layer."""
    member = np.full(len(frame), SURE, dtype=np.int8)
    for column, allowed in where.items():
        value = words(frame, column)
        if column == "class_source":
            value[value == None] = "ledger"  # noqa: E711 (an array of words)
        silent = np.where(unclear(frame, column), MAYBE, SURE if UNSTATED in allowed else MAYBE)
        fits = np.where(value == None, silent, np.where(np.isin(value.astype(str), allowed), SURE, NO))  # noqa: E711
        if column in ("class", "class_source") and UNSTATED not in allowed:  # a hinted class may be any other
            fits = np.where(_hinted(frame), np.where(fits == SURE, LIKELY, MAYBE), fits)
        member = np.minimum(member, fits.astype(np.int8))
    return member

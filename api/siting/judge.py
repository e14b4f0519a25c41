"""The story of a site: asked once, answered part by part. No web framework here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from api.clearing import NOTICE as CLEARANCE_NOTICE
from api.clearing import pipes_seen
from api.deps import House
from api.holdings import raster_entry
from api.siting import words
from api.siting.around import themes
from api.siting.asked import Site
from api.siting.data import claimed, data_entry, data_of
from api.wire import plain
from geo.city import City
from geo.clearance import Pipes, prepare
from geo.columns import frame_of
from geo.crs import to_degrees
from geo.law.pack import Pack
from geo.siting import mains as m
from geo.siting.apart import pipes_at
from geo.siting.heights import samples, slope
from geo.siting.silence import NO_LAYER, silent
from layers.rasters.store import raster_paths
from layers.rasters.tiles import profile
from layers.replacing import Claim
from layers.rights.scope import Scope
from layers.siting import pipes_known, terrain_grid_m
from layers.standards import read_standard

STANDARD = read_standard()
DIGITS = 7
GRID_M = 5.0  # between samples of the terrain where nobody delivered one
PIPE = ("pipe_id", "kind", "diameter_mm", "voltage_kv", "pressure_mpa", "depth_m", "material", "state", "owner")


@dataclass(frozen=True)
class Seen:
    """What somebody of one scope may use for a site: the pipes open to them, and what is known of each utility's."""

    pipes: Pipes
    withheld: bool
    known: Mapping[str, m.Known]
    claims: Mapping[str, list[Claim]]


def look(house: House, scope: Scope, city: City) -> Seen:
    """The pipes of the city as far as rights reach. What is closed is told for the whole city, never for a place."""
    pipes, withheld = pipes_seen(house.engine, city, scope)
    known, claims = pipes_known(house.engine)
    if pipes is None:
        return Seen(prepare(frame_of(city.layer("pipes"))), False, known, claims)
    shut = _closed(frame_of(city.layer("pipes")), pipes.frame) if withheld else frozenset()
    return Seen(pipes, withheld, {name: replace(one, closed=name in shut) for name, one in known.items()}, claims)


def _closed(every: gpd.GeoDataFrame, open_: gpd.GeoDataFrame) -> frozenset[str]:
    """Utilities of which some pipes are closed; a closed one that names none may be of any."""
    all_of, seen = (frame["utility"].value_counts(dropna=False) for frame in (every, open_))
    short = {name for name, n in all_of.items() if n > seen.get(name, 0)}
    unnamed = any(not isinstance(name, str) for name in short)
    return frozenset(m.UTILITIES) if unnamed else frozenset(name for name in short if isinstance(name, str))


def nearest(site: Site, seen: Seen, most: int | None = None) -> dict[str, m.Nearest]:
    """The mains of every utility that are nearest to the site."""
    return m.nearest_mains(site.shape, seen.pipes.frame, seen.known, site.reach_m, most or site.most)


def judgement(house: House, scope: Scope, site: Site, pack: Pack, on: date) -> dict[str, Any]:
    """Everything of :class:`api.siting.schemas.SiteOut`."""
    city = house.standing.city()
    seen = look(house, scope, city)
    found = nearest(site, seen)
    heights = _heights(house, site, found)
    return {
        "site": told_site(site, city), "city": city.name, "synthetic": city.synthetic, "crs": city.work_crs, "pack": pack.label,
        "on": on.isoformat(), "reach_m": site.reach_m, "near_m": site.near_m, "notice": words.pair(words.NOTICE),
        "capacity": words.pair(words.CAPACITY),
        "mains": [_utility(site, one, seen, city, heights) for one in found.values()],
        "around": themes(house.engine, scope, city, pack, site, on),
        "terrain": heights["site"], "clearances": _at_site(site, seen, city),
    }  # fmt: skip


def told_site(site: Site, city: City) -> dict[str, Any]:
    """The site in degrees, with its middle and, of a polygon, its area."""
    shape = shapely.transform(to_degrees(site.shape, city.work_crs), lambda xy: xy.round(DIGITS))
    middle = to_degrees(site.shape.centroid, city.work_crs)
    area = round(float(site.shape.area), 1) if site.shape.area > 0 else None
    return {
        "geometry": plain(shapely.geometry.mapping(shape)), "area_m2": area,
        "centre": [round(float(middle.x), DIGITS), round(float(middle.y), DIGITS)],
    }  # fmt: skip


def lonlat(xy: Any, city: City) -> list[list[float]]:
    """Points (n, 2) of the work CRS as [longitude, latitude]."""
    spots = shapely.points(np.asarray(xy, dtype=float).reshape(-1, 2))
    out: list[list[float]] = shapely.get_coordinates(to_degrees(spots, city.work_crs)).round(DIGITS).tolist()
    return out


def _utility(site: Site, one: m.Nearest, seen: Seen, city: City, heights: Mapping[str, Any]) -> dict[str, Any]:
    frame = seen.pipes.frame
    edge = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(site.shape, shapely.points(one.xy)), 0))
    rows = []
    for i, row in enumerate(one.row):
        said = {name: plain(frame[name].iloc[row]) for name in PIPE}
        line = shapely.transform(to_degrees(frame.geometry.iloc[row], city.work_crs), lambda xy: xy.round(DIGITS))
        ends = lonlat(np.vstack([one.xy[i], edge[i]]), city)
        more = {"point": ends[0], "site_point": ends[1], "line": _lists(line), "free_capacity": None}
        rows.append(said | {"distance_m": float(one.distance_m[i])} | more | heights[one.utility][i])
    return {
        "utility": one.utility, "title": words.utility(one.utility), "answer": one.answer, "certain": one.certain,
        "missing": words.missing(one.missing), "mains": rows, "data": claimed(seen.claims[one.utility]),
    }  # fmt: skip


def _lists(line: Any) -> list[Any]:
    """Parts of a line as lists of positions."""
    return [shapely.get_coordinates(part).tolist() for part in shapely.get_parts(line)]


def _heights(house: House, site: Site, found: Mapping[str, m.Nearest]) -> dict[str, Any]:
    """Heights of the site and of the ground at each main, all read at once."""
    paths, grid = raster_paths(house.engine, "terrain"), terrain_grid_m(house.engine)
    spots = samples(site.shape, grid or GRID_M)
    middle = shapely.get_coordinates(site.shape.centroid)
    z = profile(paths, np.vstack([middle, spots, *(one.xy for one in found.values())]))
    here, on_site, rest = float(z[0]), z[1 : 1 + len(spots)], z[1 + len(spots) :]
    out: dict[str, Any] = {"site": _terrain(house, slope(spots, on_site), here, grid, delivered=bool(paths))}
    for name, one in found.items():
        at_main, rest = rest[: len(one.row)], rest[len(one.row) :]
        out[name] = [{"height_m": _round(high), "rise_m": _round(here - high)} for high in at_main.tolist()]
    return out


def _terrain(house: House, plane: Any, here: float, grid: float | None, *, delivered: bool) -> dict[str, Any]:
    codes = [] if delivered else [NO_LAYER]
    codes += ["nodata"] if delivered and plane.known < 1 else []
    codes += ["too_few"] if delivered and np.isnan(plane.percent) else []
    entry = raster_entry(house.engine, "terrain")
    day = entry["as_of"].isoformat() if entry["as_of"] else None
    return {
        "height_m": _round(here), "low_m": _round(plane.low_m), "high_m": _round(plane.high_m),
        "slope_percent": _round(plane.percent), "falls_deg": _round(plane.falls_deg, 0), "known": round(plane.known, 3),
        "grid_m": grid, "missing": words.missing(codes), "data": [data_entry("terrain", day, entry["owner"], entry["source"])],
    }  # fmt: skip


def _round(value: float, digits: int = 2) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None


def _at_site(site: Site, seen: Seen, city: City) -> dict[str, Any]:
    table = pipes_at(site.shape, seen.pipes, STANDARD)
    frame = seen.pipes.frame
    rows = []
    for one in table.to_dict("records"):
        said = {name: plain(frame[name].iloc[one["pipe"]]) for name in PIPE} | {
            "utility": plain(frame["utility"].iloc[one["pipe"]])
        }
        line = shapely.transform(to_degrees(frame.geometry.iloc[one["pipe"]], city.work_crs), lambda xy: xy.round(DIGITS))
        told = {name: plain(one[name]) for name in ("distance_m", "abandoned", "asked")}
        rows.append(said | told | {"title": words.utility(said["utility"]), "line": _lists(line)})
    code = silent(city.layer("pipes"), site.shape, STANDARD.most_between_pipes_m)
    return {
        "pipes": rows, "missing": words.missing([*([m.CLOSED] if seen.withheld else []), *([code] if code else [])]),
        "notice": CLEARANCE_NOTICE, "standard": {"number": STANDARD.number, "clause": STANDARD.clear_clause},
        "data": data_of(city, ["pipes"]),
    }  # fmt: skip

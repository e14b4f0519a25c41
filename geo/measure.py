"""Routes on the ground -> facts. Every quantity comes with what is certain, what is estimated and what is missing.

This is the middle of the journey: ``read_routes`` brought lines in the work CRS, ``prepared`` made areas of the city's
layers; here they meet; ``judge`` then asks the pack's questions of the numbers. No limit of any law stands here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import MM, Axes, axes_of
from geo.city import City
from geo.columns import days, numbers, positive, unclear, words
from geo.coverage import covered_by
from geo.crs import CGCS2000, transformer
from geo.facts import Codes, Column, Facts
from geo.footprint import OPEN, UNSAID, Footprints, footprints
from geo.ground import Ground, prepared
from geo.hits import HitSet, hit_set, merged
from geo.law.pack import Pack
from geo.locks import Window
from geo.outlines import derived_axis, outline_hits
from geo.partition import ground_pieces
from geo.sites import Sites, ends, own_sites
from geo.zones import zone_columns

Ints = npt.NDArray[np.int64]

ATTRIBUTES = ("voltage_kv", "capacity_kva", "diameter_mm", "pressure_mpa", "trees_to_fell", "occupied_m2")


@dataclass(frozen=True)
class Measured:
    """What the numbers rest on, kept for the pictures and the proofs: nothing is measured twice."""

    ground: Ground
    axes: Axes
    length_mm: Ints
    geodesic_m: npt.NDArray[np.float64]
    footprints: Footprints
    hits: dict[str, HitSet]
    sites: Sites
    window: Window
    covered: dict[str, npt.NDArray[np.bool_]]
    outline: npt.NDArray[np.bool_]
    pieces: Any


def facts(routes: gpd.GeoDataFrame, city: City, pack: Pack, on: date, spans: pd.DataFrame | None = None) -> Facts:
    """Measure routes against a city for a pack.

    ``routes``: columns of :data:`geo.schema.ROUTES`, geometry (line, multi-line or outline polygon) in the city's work
    CRS, metres. ``on``: the filing date where a route states none. ``spans``: optional table of
    :data:`geo.schema.SPANS`. Facts come in the order of the rows; sums over siblings are added by
    :func:`geo.siblings.siblings`.
    """
    ground = prepared(city, pack)
    shapes = routes.geometry.to_numpy()
    outline = np.isin(shapely.get_type_id(shapes), (3, 6))
    lines = shapes.copy()
    lines[outline] = [derived_axis(shape) for shape in shapes[outline]]
    axes = axes_of(lines)
    length_mm = axes.length_mm()
    feet = footprints(axes, routes, spans, pack.data.measures)
    hits = _hit_sets(ground, feet, shapes, lines, outline)
    measured = Measured(
        ground, axes, length_mm, geodesic_lengths(axes, city.work_crs), feet, hits,
        own_sites(axes, routes, city, length_mm), _window(routes, on),
        covered_by(city, ground, shapes, _widest(feet, outline)), outline,
        ground_pieces(axes, hits["roads"], ground.roads),
    )  # fmt: skip
    columns = (
        _attributes(routes)
        | {"accuracy_m": Column.known(numbers(routes, "accuracy_m"))}
        | _lengths(measured, pack)
        | zone_columns(measured, pack.facts_needed)
    )
    codes = {name: Codes(words(routes, name)) for name in ("utility", "burial")} | ends(axes, routes, city, pack.data.measures)
    return Facts(len(routes), on, columns, codes, {"measured": (measured,)})


def geodesic_lengths(axes: Axes, work_crs: str) -> npt.NDArray[np.float64]:
    """Length of each axis on the CGCS2000 ellipsoid, metres rounded to 1 mm."""
    e = axes.edges
    change = transformer(work_crs, "EPSG:4490")
    lon0, lat0 = change.transform(e.x0, e.y0)
    lon1, lat1 = change.transform(e.x1, e.y1)
    each = CGCS2000.inv(lon0, lat0, lon1, lat1)[2] if len(e.x0) else np.zeros(0)
    return np.round(np.bincount(e.owner, each, minlength=axes.n), 3)


def _hit_sets(
    ground: Ground, feet: Footprints, shapes: npt.NDArray[Any], lines: npt.NDArray[Any], outline: npt.NDArray[np.bool_]
) -> dict[str, HitSet]:
    out = {key: hit_set(feet.parts, areas) for key, areas in ground.sets.items()}
    route = np.flatnonzero(outline)
    if len(route) == 0:
        return out
    # A polygon is dug, whatever its burial says; where that says nothing, it may as well hang along a bridge.
    dug = np.where(feet.mode[route] == UNSAID, UNSAID, OPEN)
    for key, found in out.items():
        areas = found.areas
        radii = {"best": areas.radius, "least": areas.radius_low, "most": areas.radius_high}
        kept = {name: getattr(found, name).where(~outline[getattr(found, name).route]) for name in radii}
        added = {name: outline_hits(route, shapes[route], lines[route], dug, areas, radius) for name, radius in radii.items()}
        out[key] = merged(HitSet(areas, kept["best"], kept["least"], kept["most"]), added)
    return out


def _window(routes: pd.DataFrame, on: date) -> Window:
    filed = days(routes, "filed")
    return Window(days(routes, "start"), days(routes, "end"), np.where(np.isnat(filed), np.datetime64(on, "D"), filed))


def _widest(feet: Footprints, outline: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """How far the footprint of each route may reach from its axis, metres; an outline is the footprint itself."""
    return np.where(outline, 0.0, feet.parts.reach_m(len(outline)))


def _attributes(routes: pd.DataFrame) -> dict[str, Column]:
    known = {name: Column.known(numbers(routes, name)) for name in ATTRIBUTES}
    known |= {"voltage_kv": Column.known(positive(routes, "voltage_kv"))}
    return {name: column.unreadable(unclear(routes, name)) for name, column in known.items()}


def _lengths(measured: Measured, pack: Pack) -> dict[str, Column]:
    """Whole, counted (outside the site's red line), dug, by planar or geodesic measure as the pack says."""
    planar = measured.length_mm / MM
    factor = np.ones(len(planar))
    if pack.data.measures.length == "geodesic":
        factor = np.where(planar > 0, measured.geodesic_m / np.where(planar > 0, planar, 1), 1)
    return {"length_m": Column.known(np.round(planar * factor, 3))} | measured.sites.lengths(measured.footprints, factor)

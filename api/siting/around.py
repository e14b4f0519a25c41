"""What lies on and around a site, theme by theme, each thing with its clause or its source."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from api.siting import words
from api.siting.asked import Site
from api.siting.data import data_of
from api.wire import plain
from geo.city import City
from geo.columns import frame_of
from geo.columns import words as texts
from geo.crs import to_degrees, transformer
from geo.law.pack import Pack
from geo.siting.around import LAYERS_ASKED, around
from geo.siting.silence import silent
from layers.rights.scope import Scope
from layers.siting import lines_near

SHOWN = 4  # things of one kind in a theme; all are counted: many of one kind hide none of another
NAMES = {
    "planning": ("zone_id", "name", "kind"), "heritage": ("heritage_id", "name", "kind"),
    "trees": ("tree_id", "species", "grade"), "highways": ("ref", "ref", "class"),
    "green": ("green_id", "name", "kind"), "events": ("event_id", "name", "kind"),
}  # fmt: skip


def themes(engine: sa.Engine, scope: Scope, city: City, pack: Pack, site: Site, on: date) -> list[dict[str, Any]]:
    """One entry a theme, those of the city's layers first, then other lines as far as the scope sees them."""
    found = around(site.shape, city, pack, site.near_m)
    out = [_theme(name, found[found["layer"] == name], city, pack, site, on) for name in LAYERS_ASKED]
    return [*out, _routes(engine, scope, city, site, on)]


def _theme(name: str, found: pd.DataFrame, city: City, pack: Pack, site: Site, on: date) -> dict[str, Any]:
    frame = frame_of(city.layer(name))
    rows = [_item(one, frame, pack) for one in found.to_dict("records")]
    rows = [one for one in rows if not _over(one["end"], on)]
    spots = shapely.points([one.pop("xy") for one in rows]) if rows else np.zeros(0, dtype=object)
    places = shapely.get_coordinates(to_degrees(spots, city.work_crs)).round(7).tolist()
    items = [
        one | {"point": place, "shape": _shape(frame, one.pop("row"), city)} for one, place in zip(rows, places, strict=True)
    ]
    code = silent(city.layer(name), site.shape, site.near_m)
    return _told(name, items, [code] if code else [], data_of(city, [name]))


def _told(name: str, items: list[dict[str, Any]], codes: list[str], data: list[dict[str, Any]]) -> dict[str, Any]:
    seen: Counter[str] = Counter()
    shown = []
    for one in items:
        kind = one["title"]["zh"]
        seen[kind] += 1
        if seen[kind] <= SHOWN:
            shown.append(one)
    return {
        "theme": name, "title": words.pair(words.THEMES[name]), "items": shown, "total": len(items),
        "missing": words.missing([*codes, *(["more"] if len(shown) < len(items) else [])]), "data": data,
    }  # fmt: skip


def _item(one: Mapping[Any, Any], frame: pd.DataFrame, pack: Pack) -> dict[str, Any]:
    layer, row = str(one["layer"]), int(one["row"])
    number, name, kind = (plain(frame[column].iloc[row]) if column in frame else None for column in NAMES[layer])
    zone = pack.data.zones.get(one["zone"]) if one["zone"] else None
    said = words.kind_words(layer, NAMES[layer][2], kind)
    title = zone.title.model_dump() if zone else said or words.pair(words.THEMES[layer])
    return {
        "key": f"{layer}-{row}-{one['zone'] or ''}", "row": row, "layer": layer, "id": number, "name": name, "kind": kind,
        "kind_words": said, "title": title, "distance_m": one["distance_m"], "least_m": one["least_m"],
        "certain": bool(one["certain"]), "radius_m": one["radius_m"],
        "citation": pack.cite(zone.cite) if zone else None, "xy": (one["x"], one["y"]),
        "start": _day(frame, "start", row), "end": _day(frame, "end", row),
    }  # fmt: skip


def _day(frame: pd.DataFrame, column: str, row: int) -> str | None:
    value = frame[column].iloc[row] if column in frame else None
    return None if value is None or pd.isna(value) else str(pd.Timestamp(value).date())


def _over(end: str | None, on: date) -> bool:
    return end is not None and end < on.isoformat()


def _shape(frame: Any, row: int, city: City) -> dict[str, Any]:
    shape = shapely.transform(to_degrees(frame.geometry.iloc[row], city.work_crs), lambda xy: xy.round(7))
    told: dict[str, Any] = plain(shapely.geometry.mapping(shape))
    return told


def _routes(engine: sa.Engine, scope: Scope, city: City, site: Site, on: date) -> dict[str, Any]:
    """Proposed and filed lines that the scope sees; those whose dig is over are left out."""
    box = transformer(city.work_crs, "EPSG:4490").transform_bounds(
        *shapely.buffer(site.shape, site.near_m).bounds, densify_pts=21
    )
    frame = lines_near(engine, scope, box)
    metres = np.round(shapely.distance(frame.geometry.to_numpy(), site.shape), 3)
    keep = np.flatnonzero(metres <= site.near_m)
    keep = keep[np.lexsort((texts(frame, "route_id")[keep].astype(str), metres[keep]))]
    spots = shapely.get_point(shapely.shortest_line(frame.geometry.to_numpy()[keep], site.shape), 0)
    places = shapely.get_coordinates(to_degrees(spots, city.work_crs)).round(7).tolist()
    items = []
    for row, place in zip(keep.tolist(), places, strict=True):
        one = frame.iloc[row]
        if _over(_day(frame, "end", row), on):
            continue
        metre = float(metres[row])
        items.append({
            "key": f"routes-{one['id']}", "layer": "routes", "id": plain(one["route_id"]), "name": plain(one["project"]),
            "kind": plain(one["utility"]), "kind_words": words.utility(plain(one["utility"])),
            "title": words.utility(plain(one["utility"])), "distance_m": metre, "least_m": metre, "certain": True,
            "radius_m": 0.0, "citation": None, "start": _day(frame, "start", row), "end": _day(frame, "end", row),
            "route": int(one["id"]), "point": place, "shape": _shape(frame, row, city),
        })  # fmt: skip
    seen = [] if scope.reach == "city" else ["only_own"]
    return _told("routes", items, seen, [])

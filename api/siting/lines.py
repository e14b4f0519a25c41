"""Candidate lines: from the nearest mains along roads to the site, each judged as a drawn line is."""

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from api.deps import House
from api.past import past
from api.review import review
from api.siting import words
from api.siting.asked import Site
from api.siting.data import data_of
from api.siting.judge import DIGITS, STANDARD, Seen, look, nearest
from geo.city import City
from geo.clearance import clearances
from geo.columns import frame_of
from geo.columns import words as texts
from geo.crs import to_degrees
from geo.law.apart import BELOW, CHECK
from geo.law.pack import Pack
from geo.schema import ROUTES
from geo.siting.mains import Nearest
from geo.siting.paths import Network, Way, network, ways_to
from layers.readers import conform
from layers.rights.scope import Scope

LINES = 2  # of one utility
TRIED = 6  # mains of one utility: the nearest straight is not always the nearest along roads
ROUND_M = 300.0  # how far a way may lead round what lies between
LONGEST_S = 20.0
Lines = dict[str, Any]


def candidates(house: House, scope: Scope, site: Site, pack: Pack, on: date) -> Lines:
    """Everything of :class:`api.siting.schemas.LinesOut`. Only mains that the scope may see are led to."""
    city, until = house.standing.city(), time.monotonic() + LONGEST_S
    seen = look(house, scope, city)
    found = nearest(site, seen, TRIED)
    net = network(site.shape, _roads(site, city, found, seen))
    out = []
    for name, one in found.items():
        late = time.monotonic() > until
        out.append(_of_utility(house, name, one, net, seen, site, city, pack, on, late=late))
    return {
        "notice": words.pair(words.LINES_NOTICE), "pack": pack.label, "on": on.isoformat(), "utilities": out,
        "data": data_of(city, ["roads", "pipes"]),
    }  # fmt: skip


def _roads(site: Site, city: City, found: Mapping[str, Nearest], seen: Seen) -> Any:
    """Centre lines on the ground between the site and the mains, and some way round."""
    roads = frame_of(city.layer("roads"))
    if not len(roads):
        return np.zeros(0, dtype=object)
    rows = [row for one in found.values() for row in one.row]
    shapes = [site.shape, *(spot for one in found.values() for spot in shapely.points(one.xy))] if rows else [site.shape]
    box = shapely.box(*shapely.buffer(shapely.box(*shapely.total_bounds(np.array(shapes, dtype=object))), ROUND_M).bounds)
    near = np.sort(roads.sindex.query(box))
    level = texts(roads, "level")[near]
    return roads.geometry.to_numpy()[near[(level != "bridge") & (level != "tunnel")]]


def _of_utility(
    house: House, name: str, one: Nearest, net: Network | str, seen: Seen, site: Site, city: City, pack: Pack, on: date,
    *, late: bool,
) -> Lines:  # fmt: skip
    told: Lines = {"utility": name, "title": words.utility(name), "lines": []}
    if late or not len(one.row):
        return told | {"missing": words.missing(["not_in_time"] if late else [*one.missing, "no_main"])}
    if isinstance(net, str):
        return told | {"missing": words.missing([net])}
    ways, why = ways_to(net, site.shape, seen.pipes.frame.geometry.to_numpy()[one.row], LINES)
    ids = seen.pipes.words["pipe_id"][one.row]
    lines = [_judged(house, name, ids[way.main], way, seen, city, pack, on) for way in ways]
    return told | {"lines": lines, "missing": words.missing([why] if why else [])}


def _judged(house: House, utility: str, pipe_id: str | None, way: Way, seen: Seen, city: City, pack: Pack, on: date) -> Lines:
    """One line alone, with the lines filed before it: two candidates for one site are no slices of one work."""
    row = gpd.GeoDataFrame({"row_no": [1], "route_id": ["#1"], "utility": [utility]}, geometry=[way.line], crs=city.work_crs)
    routes = conform(row, ROUTES, city.work_crs, keep=("row_no",))
    answer = review(routes, city, pack, on, history=past(house.engine, routes, pack, on))
    verdict = answer.verdict(0)
    known = {one.id: one.title.model_dump() for one in pack.data.conditions}
    hints = clearances(routes, city, STANDARD, seen.pipes, withheld=seen.withheld)
    said = [] if hints is None else [*hints.crossings["answer"], *hints.parallels["answer"]]
    line = shapely.get_coordinates(to_degrees(way.line, city.work_crs)).round(DIGITS).tolist()
    return {
        "key": f"{utility}-{pipe_id}", "utility": utility, "pipe_id": pipe_id, "line": line,
        "length_m": round(float(way.line.length), 3), "along_m": way.along_m, "outcome": verdict["outcome"],
        "outcome_words": pack.outcomes[verdict["outcome"]].model_dump(), "headline": verdict["headline"],
        "conditions": verdict["conditions"], "condition_words": [known[one] for one in verdict["conditions"] if one in known],
        "certainty": verdict["certainty"], "missing": list(answer.rows["missing"].iloc[0]),
        "crossings": 0 if hints is None else len(hints.crossings), "below": said.count(BELOW), "unsure": said.count(CHECK),
    }  # fmt: skip

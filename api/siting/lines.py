"""Candidate lines: from the nearest mains along roads to the site, each judged as a drawn line is."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Desk:
    """What every line of one request is judged with."""

    house: House
    site: Site
    seen: Seen
    city: City
    pack: Pack
    on: date


def candidates(house: House, scope: Scope, site: Site, pack: Pack, on: date) -> Lines:
    """Everything of :class:`api.siting.schemas.LinesOut`. Only mains that the scope may see are led to."""
    city, until = house.standing.city(), time.monotonic() + LONGEST_S
    desk = _Desk(house, site, look(house, scope, city), city, pack, on)
    found = nearest(site, desk.seen, TRIED)
    net = network(site.shape, _roads(site, city, found.values()))
    return {
        "notice": words.pair(words.LINES_NOTICE), "pack": pack.label, "on": on.isoformat(),
        "utilities": [_of_utility(desk, one, net, late=time.monotonic() > until) for one in found.values()],
        "data": data_of(city, ["roads", "pipes"]),
    }  # fmt: skip


def _roads(site: Site, city: City, found: Iterable[Nearest]) -> Any:
    """Centre lines on the ground between the site and the mains, and some way round."""
    roads = frame_of(city.layer("roads"))
    if not len(roads):
        return np.zeros(0, dtype=object)
    shapes = np.array([site.shape, *(spot for one in found for spot in shapely.points(one.xy))], dtype=object)
    near = np.sort(roads.sindex.query(shapely.buffer(shapely.box(*shapely.total_bounds(shapes)), ROUND_M)))
    level = texts(roads, "level")[near]
    return roads.geometry.to_numpy()[near[(level != "bridge") & (level != "tunnel")]]


def _of_utility(desk: _Desk, one: Nearest, net: Network | str, *, late: bool) -> Lines:
    told: Lines = {"utility": one.utility, "title": words.utility(one.utility), "lines": []}
    if late or not len(one.row):
        return told | {"missing": words.missing(["not_in_time"] if late else [*one.missing, "no_main"])}
    if isinstance(net, str):
        return told | {"missing": words.missing([net])}
    mains = desk.seen.pipes.frame.geometry.to_numpy()[one.row]
    ways, why = ways_to(net, desk.site.shape, mains, LINES)
    ids = desk.seen.pipes.words["pipe_id"][one.row]
    lines = [_judged(desk, one.utility, ids[way.main], way) for way in ways]
    return told | {"lines": lines, "missing": words.missing([why] if why else [])}


def _judged(desk: _Desk, utility: str, pipe_id: str | None, way: Way) -> Lines:
    """One line alone, with the lines filed before it: two candidates for one site are no slices of one work."""
    city, pack = desk.city, desk.pack
    row = gpd.GeoDataFrame({"row_no": [1], "route_id": ["#1"], "utility": [utility]}, geometry=[way.line], crs=city.work_crs)
    routes = conform(row, ROUTES, city.work_crs, keep=("row_no",))
    answer = review(routes, city, pack, desk.on, history=past(desk.house.engine, routes, pack, desk.on))
    verdict = answer.verdict(0)
    known = {one.id: one.title.model_dump() for one in pack.data.conditions}
    line = shapely.get_coordinates(to_degrees(way.line, city.work_crs)).round(DIGITS).tolist()
    return {
        "key": f"{utility}-{pipe_id}", "utility": utility, "pipe_id": pipe_id, "line": line,
        "length_m": round(float(way.line.length), 3), "along_m": way.along_m, "outcome": verdict["outcome"],
        "outcome_words": pack.outcomes[verdict["outcome"]].model_dump(), "headline": verdict["headline"],
        "conditions": verdict["conditions"], "condition_words": [known[one] for one in verdict["conditions"] if one in known],
        "certainty": verdict["certainty"], "missing": _missing(verdict), **_hints(desk, routes),
    }  # fmt: skip


def _missing(verdict: Lines) -> list[dict[str, str]]:
    """What the outcome waits for, each cause once."""
    waits = [one["missing"] for one in verdict["findings"] if one["decides"] and one["missing"]]
    return list({one["zh"]: {"zh": one["zh"], "en": one["en"]} for one in waits}.values())


def _hints(desk: _Desk, routes: gpd.GeoDataFrame) -> Lines:
    """How many places the line has with pipes that may be seen, and how many of them are too near or cannot be told."""
    found = clearances(routes, desk.city, STANDARD, desk.seen.pipes, withheld=desk.seen.withheld)
    said = [] if found is None else [*found.crossings["answer"], *found.parallels["answer"]]
    return {"crossings": len(said), "below": said.count(BELOW), "unsure": said.count(CHECK)}

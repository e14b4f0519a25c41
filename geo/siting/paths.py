"""Lines from mains to a site along roads: the graph of centre lines, the shortest way on it, the hops at both ends.

Hints of where a line could run: on the centre line, without offset, and no design. Only roads on the ground are walked.
"""

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
GRID_M = 0.001  # ends that lie this near are one junction
BESIDE_M = 40.0  # a main this near to a centre line lies in its road
FRONTAGE_M = 300.0  # a site further than this from every road has no frontage
STRAIGHT_M = 1.0  # a main across the site's own road is reached straight
SLANT, SLACK_M = 1.2, 1.0  # a hop is no longer than this beyond the shortest from its stretch: nobody cuts across a block
SAME_SHARE = 0.8  # a second line that runs this much along the first one tells nothing new
NO_ROADS, NO_FRONTAGE, NOT_JOINED, AT_SITE = "no_roads", "no_frontage", "not_joined", "at_site"


@dataclass(frozen=True, eq=False)
class Network:
    """Centre lines cut at every junction, with the ways from the site's frontage.

    ``edges``: lines; ``a``, ``b``: their end nodes; ``length``: metres; ``from_site``: metres to each node from the frontage,
    inf where no way leads; ``before``: the edge by which each node is reached, -1 at the start. ``frontage``: node.
    ``connector``: from the site to its frontage."""

    edges: npt.NDArray[Any]
    a: Ints
    b: Ints
    length: Floats
    from_site: Floats
    before: Ints
    frontage: int
    connector: Any


@dataclass(frozen=True)
class Way:
    """A line from a main (``main``: its position among those asked) to the site, work CRS, starting at the main;
    ``along_m``: of it along roads."""

    main: int
    line: Any
    along_m: float


def network(site: Any, roads: npt.NDArray[Any]) -> Network | str:
    """The graph of centre lines (lines, work CRS) as seen from the site; or why there is none: no_roads, no_frontage."""
    if not len(roads):
        return NO_ROADS
    edges = shapely.get_parts(shapely.unary_union(roads, grid_size=GRID_M))
    edges = edges[shapely.length(edges) > 0]
    if not len(edges):
        return NO_ROADS
    nearest = int(np.argmin(shapely.distance(edges, site)))
    connector = shapely.shortest_line(site, edges[nearest])
    if connector.length > FRONTAGE_M:
        return NO_FRONTAGE
    door = shapely.get_point(connector, -1)
    edges = np.concatenate([np.delete(edges, nearest), _split(edges[nearest], door)])
    heads, tails = _ends(edges, 0), _ends(edges, -1)
    _, node = np.unique(np.round(np.vstack([heads, tails]) / GRID_M).astype(np.int64), axis=0, return_inverse=True)
    a, b = np.split(node.reshape(-1).astype(np.int64), 2)
    length = shapely.length(edges)
    to_door = np.hypot(*(np.vstack([heads[-1], tails[-1]]) - shapely.get_coordinates(door)).T)
    start = int(a[-1] if to_door[0] <= to_door[1] else b[-1])  # the last edge was cut at the door, or ends there
    metres, before = _ways(int(node.max()) + 1, a, b, length, start)
    return Network(edges, a, b, length, metres, before, start, connector)


def _ends(edges: npt.NDArray[Any], at: int) -> Floats:
    return shapely.get_coordinates(shapely.get_point(edges, at)).reshape(-1, 2)


def _split(edge: Any, door: Any) -> npt.NDArray[Any]:
    """The edge cut at the door; whole where the door is one of its ends."""
    at = float(shapely.line_locate_point(edge, door))
    if at <= GRID_M or at >= edge.length - GRID_M:
        return np.array([edge], dtype=object)
    return np.array([_part(edge, 0.0, at), _part(edge, at, edge.length)], dtype=object)


def _part(line: Any, lo: float, hi: float) -> Any:
    """The stretch of a line between two measures, in its direction."""
    xy = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [lo, hi]))
    inner = xy[(at > lo + GRID_M) & (at < hi - GRID_M)]
    return shapely.LineString(np.vstack([ends[:1], inner, ends[1:]]))


def _ways(n: int, a: Ints, b: Ints, length: Floats, start: int) -> tuple[Floats, Ints]:
    """Shortest metres from ``start`` to every node, and the edge by which each is reached (Dijkstra's algorithm)."""
    beside: list[list[int]] = [[] for _ in range(n)]
    for edge, (p, q) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        beside[p].append(edge)
        beside[q].append(edge)
    metres, before = np.full(n, np.inf), np.full(n, -1, dtype=np.int64)
    metres[start] = 0.0
    heap = [(0.0, start)]
    while heap:
        so_far, node = heapq.heappop(heap)
        if so_far > metres[node]:
            continue
        for edge in beside[node]:
            other = int(b[edge] if a[edge] == node else a[edge])
            there = so_far + float(length[edge])
            if there < metres[other]:
                metres[other], before[other] = there, edge
                heapq.heappush(heap, (there, other))
    return metres, before


def ways_to(net: Network, site: Any, mains: npt.NDArray[Any], most: int) -> tuple[list[Way], str | None]:
    """The shortest lines from the mains (lines, work CRS) to the site, at most ``most`` that do not run together; and why there
    is none: at_site (a main lies there already), not_joined."""
    if len(mains) and float(shapely.distance(mains, site).min()) <= GRID_M:
        return [], AT_SITE
    ways = [way for way in (_way(net, site, i, main) for i, main in enumerate(mains)) if way is not None]
    found = sorted(ways, key=lambda way: (way.line.length, way.main))
    kept: list[Way] = []
    for way in found:
        if len(kept) < most and not any(_same(way.line, one.line) for one in kept):
            kept.append(way)
    return kept, None if kept else NOT_JOINED


def _same(line: Any, shorter: Any) -> bool:
    shared = shapely.intersection(line, shapely.buffer(shorter, 2.0)).length
    return bool(shared >= SAME_SHARE * shorter.length)


def _way(net: Network, site: Any, number: int, main: Any) -> Way | None:
    """The shortest way to one main: over each edge beside it, leaving the edge where that is cheapest."""
    apart = shapely.distance(net.edges, main)
    beside = np.flatnonzero(apart <= max(BESIDE_M, float(apart.min())))
    best: tuple[float, int, float] | None = None
    for edge in beside.tolist():
        for at, hop in _leavings(net.edges[edge], main):
            total = hop + float(min(net.from_site[net.a[edge]] + at, net.from_site[net.b[edge]] + net.length[edge] - at))
            if np.isfinite(total) and (best is None or total < best[0]):
                best = (total, edge, at)
    if best is None:
        return None
    return _drawn(net, site, number, main, best[1], best[2])


def _leavings(edge: Any, main: Any) -> list[tuple[float, float]]:
    """(measure of an edge, metres from there to the main) where a line may leave the edge for the main: at its ends, where it
    is nearest, where the main ends; but only where the hop is about as short as it can be."""
    near = shapely.get_point(shapely.shortest_line(edge, main), 0)
    ends = shapely.get_coordinates(main)[[0, -1]]
    spots = [near, *(shapely.Point(xy) for xy in ends)]
    at = np.array([0.0, edge.length, *(shapely.line_locate_point(edge, spot) for spot in spots)])
    hops = shapely.distance(shapely.line_interpolate_point(edge, at), main)
    good = hops <= hops.min() * SLANT + SLACK_M
    return list(zip(at[good].tolist(), hops[good].tolist(), strict=True))


def _drawn(net: Network, site: Any, number: int, main: Any, edge: int, at: float) -> Way:
    road = _walked(net, edge, at)
    along = float(np.hypot(*np.diff(road, axis=0).T).sum())
    if along <= STRAIGHT_M:
        return Way(number, shapely.shortest_line(main, site), 0.0)
    hop = shapely.shortest_line(shapely.Point(road[-1]), main)
    xy = np.vstack([shapely.get_coordinates(net.connector), road, shapely.get_coordinates(hop)])
    keep = np.concatenate([[True], np.hypot(*np.diff(xy, axis=0).T) > GRID_M])
    return Way(number, shapely.reverse(shapely.LineString(xy[keep])), round(along, 3))


def _walked(net: Network, edge: int, at: float) -> Floats:
    """(n, 2) the way from the frontage to a place ``at`` metres along an edge."""
    a, b, length = int(net.a[edge]), int(net.b[edge]), float(net.length[edge])
    from_a = net.from_site[a] + at <= net.from_site[b] + length - at
    lo, hi, node = (0.0, at, a) if from_a else (at, length, b)
    parts = [_toward(net.edges[edge], lo, hi, forward=from_a)] if hi - lo > GRID_M else []
    while net.before[node] >= 0:
        step = int(net.before[node])
        forward = int(net.b[step]) == node
        parts.append(_toward(net.edges[step], 0.0, float(net.length[step]), forward=forward))
        node = int(net.a[step] if forward else net.b[step])
    door = shapely.get_coordinates(net.connector)[-1:]
    return np.vstack([door, *reversed(parts)])


def _toward(line: Any, lo: float, hi: float, *, forward: bool) -> Floats:
    xy = shapely.get_coordinates(_part(line, lo, hi))
    return xy if forward else xy[::-1]

"""What a work takes of roads, green land, trees and pipes, by owner: 道路绿化和管线设施的内容与数量.

The ground partition says which road each metre of the trench belongs to; the shape of the trench there (and the pits) is then
cut by green land and by the surfaces of that road. Each square metre of the footprint is counted once, so that the parts are
the whole. Where no layer proves what lies there, the square metres stand as *unassigned*, with why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from geo.axis import MM, cut
from geo.city import Layer
from geo.clearance import Clearances
from geo.columns import frame_of, numbers, words
from geo.crs import to_degrees
from geo.measure import Measured
from geo.verdict import Review

Shape = Any
Row = dict[str, Any]

# Corners of a trench at a bend are drawn out to a point; slivers below a square centimetre are noise of coordinates.
LEAST_M2 = 1e-4
THEMES = ("road", "green", "other", "tree", "pipe")


@dataclass(frozen=True)
class Quantities:
    """``rows``: one for each thing that an owner confirms; ``footprint``: the whole footprint in the work CRS.

    A row: ``key`` (unique in the route), ``theme`` (:data:`THEMES`), ``owner`` ("" where nobody is named), ``id``, ``name``,
    ``kind``, ``part``, ``pavement``, ``amount`` (None: not known, and then ``why``), ``unit`` (m2, m, tree, place), ``method``
    (area, length, distance, clearance), ``estimated`` (rests on a default width or pit), ``stretches`` ({from_m, to_m}
    with ``coordinates`` in degrees) and ``detail``.
    """

    rows: list[Row]
    footprint: Shape
    area_m2: float
    estimated: bool


@dataclass
class _Sum:
    area: float = 0.0
    length: float = 0.0
    stretches: list[tuple[float, float]] = field(default_factory=list)


def quantities(review: Review, i: int, clear: Clearances | None = None) -> Quantities:
    """Rows of one reviewed route. ``clear``: clearances of the same routes; None: nobody delivered pipes."""
    measured, k = review.stretches.at(i)
    taken = _Ground(review, measured, k)
    rows = [*taken.areas(i), *_trees(review, i, taken.whole), *(_pipes(review, i, clear) if clear else ())]
    for number, row in enumerate(rows, 1):
        row["key"] = f"{row['theme']}-{number}"
        for one in row["stretches"]:
            one["coordinates"] = _line(review, measured, k, one["from_m"], one["to_m"])
    return Quantities(rows, taken.whole, round(float(taken.whole.area), 3), taken.estimated)


def _line(review: Review, measured: Measured, k: int, from_m: float, to_m: float) -> list[Any]:
    line = cut(measured.axes, k, from_m, to_m) if to_m > from_m else shapely.LineString()
    told = to_degrees(line, review.city.work_crs)
    return [np.round(spot, 7).tolist() for spot in shapely.get_coordinates(told)]


def _row(theme: str, owner: str | None, amount: float | None, unit: str, method: str, **more: Any) -> Row:
    blank: Row = {"key": "", "theme": theme, "owner": owner or "", "id": None, "name": None, "kind": None, "part": None}
    blank |= {"pavement": None, "amount": amount, "unit": unit, "method": method, "estimated": False, "why": None}
    return blank | {"stretches": [], "detail": {}} | more


class _Ground:
    """The footprint of one route, cut by what it lies on."""

    def __init__(self, review: Review, measured: Measured, k: int) -> None:
        self.review, self.city, self.measured, self.k = review, review.city, measured, k
        self.outline = review.routes.geometry.iloc[k] if measured.outline[k] else None
        self.half_m = float(measured.footprints.trench_m[k]) / 2
        pits = measured.footprints.parts.pits
        self.pits = [int(p) for p in np.flatnonzero((pits.route == k) & ~np.isnan(pits.half_m))]
        guessed = pits.half_low_m[self.pits] != pits.half_high_m[self.pits]
        self.estimated = self.outline is None and bool(measured.footprints.trench_estimated[k] or guessed.any())
        self.whole: Shape = shapely.Polygon()

    def areas(self, i: int) -> Iterator[Row]:
        """Square metres by what they lie on, then the metres that pass below without digging."""
        sums: dict[tuple[Any, ...], _Sum] = {}
        pieces = self.review.pieces(i)
        for piece, shape in self._shapes(pieces):
            for key, part in self._cut(piece, shape):
                one = sums.setdefault(key, _Sum())
                one.area += float(part.area)
                one.stretches.append(self._reach(piece, part))
        for piece in pieces:
            if piece["bored"]:
                one = sums.setdefault(
                    ("road" if piece["id"] else "other", piece["id"], piece["name"], "below", None, None), _Sum()
                )
                one.length += piece["to_m"] - piece["from_m"]
                one.stretches.append((piece["from_m"], piece["to_m"]))
        for key in sorted(sums, key=lambda one: (THEMES.index(one[0]), *(str(word or "") for word in one[1:]))):
            yield self._told(key, sums[key])

    def _shapes(self, pieces: list[Row]) -> Iterator[tuple[Row, Shape]]:
        """The footprint of each piece that is dug; what two of them share belongs to the first."""
        every = [(piece, self._trench(piece)) for piece in pieces if not piece["bored"] or self.outline is not None]
        every += [(self._at(pieces, p), self._pit(p)) for p in self.pits] if self.outline is None else []
        for piece, shape in every:
            own = shapely.difference(shape, self.whole)
            self.whole = shapely.union(self.whole, shape)
            yield piece, own
        if self.outline is not None and pieces:
            rest = shapely.difference(self.outline, self.whole)
            self.whole = self.outline
            for part in shapely.get_parts(rest):
                lines = [cut(self.measured.axes, self.k, piece["from_m"], piece["to_m"]) for piece in pieces]
                yield pieces[int(np.argmin(shapely.distance(np.array(lines, dtype=object), part)))], part

    def _trench(self, piece: Row) -> Shape:
        line = cut(self.measured.axes, self.k, piece["from_m"], piece["to_m"])
        if self.outline is None:
            return shapely.buffer(line, self.half_m, cap_style="flat", join_style="mitre")
        reach = shapely.buffer(line, float(np.hypot(*np.ptp(shapely.get_coordinates(self.outline), axis=0))), cap_style="flat")
        return shapely.intersection(reach, self.outline)

    def _at(self, pieces: list[Row], pit: int) -> Row:
        at = self.measured.footprints.parts.pits.at_mm[pit] / MM
        return min(pieces, key=lambda piece: max(piece["from_m"] - at, at - piece["to_m"], 0.0))

    def _pit(self, p: int) -> Shape:
        pits = self.measured.footprints.parts.pits
        u, v = np.array([pits.ux[p], pits.uy[p]]), np.array([-pits.uy[p], pits.ux[p]])
        middle, half = np.array([pits.x[p], pits.y[p]]), pits.half_m[p]
        return shapely.Polygon([middle + half * (a * u + b * v) for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))])

    def _cut(self, piece: Row, shape: Shape) -> Iterator[tuple[tuple[Any, ...], Shape]]:
        """The shape by green land, then by the surfaces of the piece's road; each square metre once."""
        shape = shapely.make_valid(shape)
        for row in _meeting(self.city.layer("green"), shape):
            area = shapely.intersection(shape, _shape(self.city.layer("green"), row))
            if area.area > LEAST_M2:
                yield ("green", *_said(self.city.layer("green"), row, "green_id", "name", "kind"), None, None), area
                shape = shapely.difference(shape, area)
        if piece["id"] is None:
            if shape.area > LEAST_M2:
                yield ("other", None, None, "off_road", None, None), shape
            return
        surfaces = self.city.layer("road_surfaces")
        for row in _meeting(surfaces, shape):
            road, part, pavement = _said(surfaces, row, "road_id", "part", "pavement")
            area = shapely.intersection(shape, _shape(surfaces, row)) if road == piece["id"] else shapely.Polygon()
            if area.area > LEAST_M2:
                yield ("road", piece["id"], piece["name"], piece["kind"], part, pavement), area
                shape = shapely.difference(shape, area)
        if shape.area > LEAST_M2:
            yield ("road", piece["id"], piece["name"], piece["kind"], None, piece["pavement"]), shape

    def _reach(self, piece: Row, part: Shape) -> tuple[float, float]:
        """From–to of a part along the route, within its piece."""
        line = shapely.line_merge(cut(self.measured.axes, self.k, piece["from_m"], piece["to_m"]))
        if line.geom_type != "LineString":
            return piece["from_m"], piece["to_m"]
        at = shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(part)))
        return round(piece["from_m"] + float(at.min()), 3), round(piece["from_m"] + float(at.max()), 3)

    def _told(self, key: tuple[Any, ...], found: _Sum) -> Row:
        theme, name_id, name, kind, part, pavement = key
        layer = {"road": "roads", "green": "green"}.get(theme)
        below = kind == "below"
        amount, unit, method = (found.length, "m", "length") if below else (found.area, "m2", "area")
        row = _row(theme, self.city.layer(layer).owner if layer else "", round(amount, 3), unit, method)
        row |= {
            "id": name_id,
            "name": name,
            "kind": kind,
            "part": part,
            "pavement": pavement,
            "why": self._why(theme, part, below),
        }
        return row | {"estimated": self.estimated and not below, "stretches": _joined(found.stretches)}

    def _why(self, theme: str, part: str | None, below: bool) -> str | None:
        """What is not known about a row: whether roads or green land lie there, or which part of the road it is."""
        blind = [name for name in ("roads", "green") if not self.measured.covered.get(name, np.zeros(self.k + 1))[self.k]]
        if theme == "other":
            return f"unproven:{','.join(blind)}" if blind else None
        if theme == "road" and not below and "green" in blind:
            return "unproven:green"
        return "no_part" if theme == "road" and part is None and not below else None


def _meeting(layer: Layer, shape: Shape) -> list[int]:
    """Rows of a layer that meet a shape, in the order of the frame."""
    frame = frame_of(layer)
    if not len(frame) or shape.is_empty:
        return []
    return sorted(int(row) for row in frame.sindex.query(shape, predicate="intersects"))


def _shape(layer: Layer, row: int) -> Shape:
    shape = frame_of(layer).geometry.iloc[row]
    return shape if shape.is_valid else shapely.make_valid(shape)


def _said(layer: Layer, row: int, *columns: str) -> list[Any]:
    one = frame_of(layer).iloc[[row]]
    return [words(one, column)[0] for column in columns]


def _joined(some: list[tuple[float, float]]) -> list[Row]:
    """Stretches in order, those that touch as one."""
    out: list[list[float]] = []
    for lo, hi in sorted(some):
        if out and lo <= out[-1][1] + 0.01:
            out[-1][1] = max(out[-1][1], hi)
        else:
            out.append([lo, hi])
    return [{"from_m": lo, "to_m": hi} for lo, hi in out]


def _trees(review: Review, i: int, footprint: Shape) -> Iterator[Row]:
    """Trees whose protection range the route meets, by any range of the pack, and trees that stand in the trench."""
    layer, zones = review.city.layer("trees"), review.pack.data.zones
    stretches: dict[str, list[tuple[float, float]]] = {}
    sure: dict[str, bool] = {}
    for zone, spec in zones.items():
        for one in review.stretches.of_zone(zone, i) if spec.layer == "trees" else ():
            stretches.setdefault(str(one["id"]), []).append((one["from_m"], one["to_m"]))
            sure[str(one["id"])] = sure.get(str(one["id"]), False) or one["certain"]
    frame = frame_of(layer)
    ids = words(frame, "tree_id")
    inside = set(_meeting(layer, footprint))
    for row in sorted({*inside, *(int(r) for r in np.flatnonzero(np.isin(ids.astype(str), list(stretches))))}):
        tree_id, species, grade = _said(layer, row, "tree_id", "species", "grade")
        canopy = float(numbers(frame.iloc[[row]], "canopy_radius_m")[0])
        apart = float(shapely.distance(_shape(layer, row), review.routes.geometry.iloc[i] if footprint.is_empty else footprint))
        why = None if sure.get(str(tree_id), True) else "range_unsure"
        detail: Row = {"distance_m": round(apart, 2), "in_trench": row in inside, "in_range": str(tree_id) in stretches}
        detail |= {"canopy_radius_m": None if np.isnan(canopy) else canopy}
        yield _row(
            "tree", layer.owner, 1, "tree", "distance", id=tree_id, name=species, kind=grade, why=why, detail=detail,
            stretches=_joined(stretches.get(str(tree_id), [])),
        )  # fmt: skip


PIPE = (
    "route_depth_m",
    "pipe_depth_m",
    "gap_m",
    "least_m",
    "checked",
    "answer",
    "missing",
    "meets",
    "angle_deg",
    "apart_m",
    "abandoned",
    "utility",
)


def _pipes(review: Review, i: int, clear: Clearances) -> Iterator[Row]:
    """Pipes that the route crosses, joins or lies beside, each with its clearance."""
    for table, unit in ((clear.crossings, "place"), (clear.parallels, "m")):
        for one in table[(table["route"] == i).to_numpy()].to_dict("records"):
            lo, hi = (one["at_m"], one["at_m"]) if unit == "place" else (one["from_m"], one["to_m"])
            detail = {name: _plain(one[name]) for name in PIPE if name in one} | {"at_m": lo}
            yield _row(
                "pipe", one["owner"], 1 if unit == "place" else round(hi - lo, 3), unit, "clearance", id=one["pipe_id"],
                name=one["utility"], kind=one["kind"], why=one["missing"], detail=detail,
                stretches=[{"from_m": max(lo - 1.0, 0.0), "to_m": hi + 1.0} if unit == "place" else {"from_m": lo, "to_m": hi}],
            )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value


def by_owner(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by owner, owners in order of their first row; what nobody owns (``other``) is of no sheet."""
    out: dict[str, list[Row]] = {}
    for row in rows:
        if row["theme"] != "other":
            out.setdefault(row["owner"], []).append(row)
    return out

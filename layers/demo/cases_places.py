"""Cases of green land, trees, highways, heritage and the edge of what is known."""

from collections.abc import Callable
from typing import Any

import shapely
from shapely import LineString, Point

from layers.demo.cases_roads import FIXED
from layers.demo.frame import beside, cut
from layers.demo.green import has_verge, verge_edges
from layers.demo.lookout import TREE_RANGE_M
from layers.demo.pool import Draft, Pool
from layers.demo.rows import span


def green(pool: Pool) -> None:
    """Each kind of green land; attached green of others and of the own site; bored under it; trees in the way."""
    for kind in ("public", "verge", "planned", "attached"):
        for _ in range(3):
            pool.add(f"green-{kind}", pool.take(_foreign(pool, kind), "mixed" if kind == "verge" else "outward"))
    belts = [row["geometry"] for row in pool.demo.layers["green"] if row["kind"] == "protective"]
    made = 0
    for shape in belts:
        spot = shape.representative_point()
        line = LineString([(spot.x - 60, spot.y - 25), (spot.x - 5, spot.y), (spot.x + 55, spot.y + 35)])
        if pool.lookout.labels(line) == {"protective"} and made < 3:
            pool.add_line("green-protective", line, FIXED[made % 4])
            made += 1
    for _ in range(2):
        draft = pool.take(lambda d: _meets_foreign(pool, d, "public") or _meets_foreign(pool, d, "verge"), "outward")
        pool.add("green-bored", draft, burial="定向钻", spans=[span(0.0, draft.length_m, "定向钻", 6, 6)])
    _own_lawn(pool)
    for trees, purpose in (
        (3, "trees-to-fell"),
        (1, "trees-to-fell"),
        (None, "trees-blank"),
        (None, "trees-blank"),
        (None, "trees-blank"),
    ):
        pool.add(purpose, pool.meeting(low=60), trees_to_fell=trees)


def _foreign(pool: Pool, kind: str) -> Callable[[Draft], bool]:
    return lambda draft: _meets_foreign(pool, draft, kind)


def _meets_foreign(pool: Pool, draft: Draft, kind: str) -> bool:
    """Exactly this kind of green is met, at depth, and none of it belongs to the parcel served."""
    if draft.labels != {kind} or draft.length_m > 480:
        return False
    met = [
        row["geometry"]
        for row in pool.demo.layers["green"]
        if row["kind"] == kind and row["geometry"].distance(draft.plan.line) < 2
    ]
    deep = any(shape.buffer(-0.5).intersects(draft.plan.line) for shape in met)
    return deep and not any(shape.intersects(draft.plan.way.parcel.shape) for shape in met)


def _own_lawn(pool: Pool) -> None:
    """Lines that begin in the lawn of the compound they serve."""
    lawns = [row["geometry"] for row in pool.demo.layers["green"] if row["kind"] == "attached"]
    tree = shapely.STRtree(lawns)
    for _ in range(4):
        draft = pool.take(
            lambda d: (
                not d.labels
                and d.length_m < 400
                and d.plan.inset_m > 0
                and len(tree.query(d.plan.way.parcel.shape, "contains")) > 0
            ),
            "short",
        )
        shape = lawns[int(tree.query(draft.plan.way.parcel.shape, "contains")[0])]
        inside = shape.representative_point()
        pool.add("green-own-site", draft, line=LineString([(inside.x, inside.y), *draft.plan.line.coords]))


def verge_edges_cases(pool: Pool) -> None:
    """A trench of 0.8 m whose axis runs 0.3 m (occupying) and 0.5 m (not) outside a verge, within the footway."""
    made = {0.3: 0, 0.5: 0}
    verges = [row["geometry"] for row in pool.demo.layers["green"] if row["kind"] == "verge"]
    tree = shapely.STRtree(verges)
    for section in pool.demo.network.sections:
        if not (has_verge(section) and section.klass == "secondary" and section.line.length > 120):
            continue
        for away in made:
            side = 1 if made[away] % 2 else -1
            line = beside(cut(section.line, 30, section.line.length - 30), side * (verge_edges(section.width_m)[1] + away))
            near = shapely.distance(line, tree.geometries[tree.nearest(line)])
            if made[away] < 3 and abs(near - away) < 0.005 and pool.lookout.labels(line) == {"verge"}:
                pool.add_line(f"verge-edge-{away}", line, "comms" if side > 0 else "power")
                made[away] += 1


def trees(pool: Pool) -> None:
    """In the range of a tree of each grade, with unknown grade and unknown canopy; 0.3 and 0.5 m outside; bored."""
    rows = pool.demo.layers["trees"]
    for grade in ("1", "2", "3", "famous", "reserve", "none", None):
        own = [row for row in rows if row["grade"] == grade and row["canopy_radius_m"] is not None]
        _near_trees(pool, own, f"tree-{grade or 'grade-missing'}", 2)
    _near_trees(
        pool,
        [row for row in rows if row["canopy_radius_m"] is None and row["grade"] in ("1", "2", "3", "famous")],
        "tree-canopy-missing",
        3,
    )
    graded = [row for row in rows if row["grade"] in ("1", "2", "3", "famous") and row["canopy_radius_m"] is not None]
    for away in (0.3, 0.5):
        _near_trees(pool, graded, f"tree-edge-{away}", 2, away)
    _near_trees(pool, graded, "tree-bored", 2, None, True)


def _near_trees(pool: Pool, rows: list[Any], purpose: str, count: int, away_m: float | None = None, bored: bool = False) -> None:
    made = 0
    for row in rows:
        if made == count:
            return
        line = _past(pool, row, away_m)
        if line is None:
            continue
        spans = [span(12, line.length - 12, "定向钻", 9, 9)] if bored and line.length > 70 else []
        if spans or not bored:
            pool.add_line(purpose, line, FIXED[made % 4], None, spans=spans)
            made += 1
    if made < count:
        raise LookupError(f"too few trees for {purpose}")


def _past(pool: Pool, tree: Any, away_m: float | None) -> LineString | None:
    """A line along the street beside a tree: through its range, or ``away_m`` outside it."""
    spot: Point = tree["geometry"]
    sections = [s for s in pool.drafter.sections if s.zone != "old" and s.klass != "arterial" and s.level == "ground"]
    section = min(sections, key=lambda s: s.line.distance(spot))
    if section.line.distance(spot) > section.width_m / 2 + 4 or spot.distance(section.line) < 2:
        return None
    middle = section.line.project(spot)
    stretch = cut(section.line, max(14.0, middle - 70), min(section.line.length - 14, middle + 70))
    side = 1 if beside(stretch, 1).distance(spot) < beside(stretch, -1).distance(spot) else -1
    offset = section.width_m / 2 - 2.0
    if away_m is not None:
        reach = tree["canopy_radius_m"] + TREE_RANGE_M + away_m
        low, high = -section.width_m / 2, section.width_m / 2
        for _ in range(60):
            offset = (low + high) / 2
            low, high = (offset, high) if beside(stretch, side * offset).distance(spot) > reach else (low, offset)
        if abs(offset) > section.width_m / 2 - 1:
            return None
    line = beside(stretch, side * offset)
    word = f"tree:{tree['grade']}" + (":no-canopy" if tree["canopy_radius_m"] is None else "")
    return line if line.length > 45 and pool.lookout.labels(line) - {"patch"} == {word} else None


def highways(pool: Pool) -> None:
    """Across the land, in the control zone, beyond it; edge of land unknown; class unknown."""
    for ref, away, purpose in _HIGHWAY_CASES:
        row = next(row for row in pool.demo.layers["highways"] if row["ref"] == ref)
        axis, line = row["geometry"], LineString()
        for share in (0.3, 0.5, 0.62, 0.7, 0.2, 0.8):
            at = axis.length * share
            line = beside(cut(axis, at - 60, at + 60), away) if away else _across(axis, at)
            if not pool.lookout.labels(line) - {f"highway:{row['class']}"} and not pool.lookout.classes(line):
                break
        else:
            raise LookupError(f"no free stretch of {ref}")
        pool.add_line(purpose, line, FIXED[len(pool.proposals) % 4])


_HIGHWAY_CASES: tuple[tuple[str, float, str], ...] = (
    ("G999", 0, "highway-land"),
    ("S899", 0, "highway-land"),
    ("Y095", 0, "highway-land"),
    ("G099", 0, "highway-land"),
    ("G999", 30.0, "highway-control-zone"),
    ("G099", 50.0, "highway-control-zone"),
    ("X097", -16.0, "highway-control-zone"),
    ("Y095", 10.0, "highway-control-zone"),
    ("G999", 45.0, "highway-outside"),
    ("X097", 26.0, "highway-outside"),
    ("Y095", 15.0, "highway-outside"),
    ("S897", 22.0, "highway-offset-missing"),
    ("Y094", 9.0, "highway-offset-missing"),
    ("G998", 26.0, "highway-offset-missing"),
    ("L091", 27.0, "highway-class-missing"),
    ("C092", 5.0, "highway-village"),
)


def _across(axis: LineString, at_m: float) -> LineString:
    left, right = beside(cut(axis, at_m - 5, at_m + 5), 75), beside(cut(axis, at_m - 5, at_m + 5), -75)
    return LineString([left.interpolate(0.5, normalized=True), right.interpolate(0.5, normalized=True)])


def _only_old(utility: str) -> Callable[[Draft], bool]:
    return lambda draft: draft.labels == {"old_city"} and draft.plan.utility == utility


def _meeting_all(words: tuple[str, ...]) -> Callable[[Draft], bool]:
    """Something of each word is met ("tree" stands for any grade, "lock" for any work)."""
    return lambda draft: all(any(label.startswith(word) for label in draft.labels) for word in words)


def heritage(pool: Pool) -> None:
    """Old city alone; with the wall's zones; buried ground and other sites; several conditions at once."""
    for k in range(5):
        pool.add("old-city", pool.take(_only_old(FIXED[k % 4]), "old"))
    for _ in range(3):
        pool.add("heritage-control", pool.take(lambda d: d.labels in ({"control"}, {"control", "old_city"}), "old"))
    for _ in range(3):
        pool.add("heritage-buried", pool.take(lambda d: d.labels == {"buried"} and d.length_m < 480, "short"))
    for row in [row for row in pool.demo.layers["heritage"] if row["kind"] == "protection"]:
        spot, size = row["geometry"].representative_point(), 22.0
        line = LineString([(spot.x - size, spot.y - size), (spot.x, spot.y + 2), (spot.x + size, spot.y + size * 0.7)])
        pool.add_line("heritage-protection", line, FIXED[len(pool.proposals) % 4])
    for need in (
        ("protection", "old_city"),
        ("old_city", "arterial"),
        ("old_city", "tree"),
        ("old_city", "lock"),
        ("buried", "old_city"),
    ):
        draft = pool.take(_meeting_all(need), "old")
        pool.add("several-" + "-".join(need), draft)
    draft = pool.take(lambda d: any(x.startswith("lock") for x in d.labels) and len(d.labels) >= 3, "old")
    pool.add("several-lock", draft)


def unknown_ground(pool: Pool) -> None:
    """In the corner that nobody surveyed; across the border of the city; in open ground; at nothing."""
    for _ in range(5):
        pool.add("outside-coverage", pool.take(lambda d: d.labels == {"unsurveyed"} and d.plan.utility != "power", "corner"))
    for _ in range(2):
        pool.add(
            "outside-coverage-10kV",
            pool.take(lambda d: d.labels == {"unsurveyed"} and d.plan.utility == "power", "corner"),
            voltage_kv=10.0,
        )
    highway = next(row["geometry"] for row in pool.demo.layers["highways"] if row["ref"] == "G999")
    edge = Point(highway.coords[-1])
    for k in range(2):
        y = edge.y + 700 + 260 * k
        line = LineString([(edge.x - 180, y), (edge.x + 160, y + 30)])
        pool.add_line("outside-bounds", line if k else line.reverse(), FIXED[k])  # one leaves the city, one comes into it
    made = 0
    for x, y in _FIELDS:
        centre = pool.demo.surveyed.centroid
        line = LineString(
            [(centre.x + x, centre.y + y), (centre.x + x + 90, centre.y + y + 18), (centre.x + x + 170, centre.y + y + 60)]
        )
        if not pool.lookout.labels(line) and not pool.lookout.classes(line) and made < 4:
            pool.add_line("open-ground", line, FIXED[made % 4])
            made += 1


def railway(pool: Pool) -> None:
    """Across the railway, open and bored."""
    bed = next(row["geometry"] for row in pool.demo.layers["planning"] if row["kind"] == "rail")
    made = 0
    for share in range(5, 95):
        east = bed.bounds[0] + (bed.bounds[2] - bed.bounds[0]) * share / 100
        column = bed.intersection(shapely.box(east - 1, bed.bounds[1], east + 1, bed.bounds[3])).centroid
        line = LineString([(column.x - 6, column.y - 75), (column.x, column.y), (column.x + 4, column.y + 75)])
        if made < 2 and pool.lookout.labels(line) - {"protective"} == {"rail"} and not pool.lookout.classes(line):
            bored = [span(40, line.length - 40, "顶管", 12, 12)] if made else []
            pool.add_line("railway-crossing", line, FIXED[made], None, spans=bored)
            made += 1


_FIELDS = (
    (-4100.0, -1750.0),
    (-2700.0, 3050.0),
    (3450.0, 1250.0),
    (2300.0, 3300.0),
    (-600.0, -3300.0),
    (3500.0, 1900.0),
    (-3700.0, 3100.0),
)

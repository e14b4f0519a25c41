"""Cases of scope, length, road class, crossings and locks."""

from datetime import date
from typing import Any

import shapely
from shapely import LineString

from layers.demo.frame import beside, cut
from layers.demo.pool import Draft, Pool
from layers.demo.rows import span

PIT_CLEAR_M = 4.0  # a pit of 12 m² whose middle is this far from a road lies outside it
FIXED = ("water", "gas", "heat", "comms")


def scope(pool: Pool) -> None:
    """Utilities and voltages inside, outside and unknown."""
    for voltage, count in ((0.4, 4), (0.22, 1), (0.38, 1), (10.0, 4), (35.0, 3), (20.0, 1), (6.0, 1), (0.66, 1), (None, 4)):
        for _ in range(count):
            draft = pool.meeting(utility="power", low=40, high=470)
            name = "power-no-voltage" if voltage is None else f"power-{voltage:g}kV"
            pool.add(name, draft, voltage_kv=voltage)
    for _ in range(2):
        pool.add("power-10kV-long", pool.meeting(utility="power", low=505, high=2000), voltage_kv=10.0)
        pool.add("power-0.4kV-long", pool.meeting(utility="power", low=505, high=2000))
    for word, name, count in (
        ("污水", "utility-drain", 2),
        ("雨水", "utility-drain", 1),
        ("中水", "utility-other", 2),
        (None, "utility-missing", 3),
    ):
        for _ in range(count):
            pool.add(name, pool.meeting(utility="water", low=40, high=400), utility=word)


def length(pool: Pool) -> None:
    """The limit of 500 m from both sides, to the millimetre, and beyond the accuracy of the survey."""
    for metres in (499.999, 500.0, 500.001):
        for utility in FIXED:
            pool.add(f"length-{metres:.3f}", pool.exact(metres, utility))
        pool.add(f"length-{metres:.3f}-lv", pool.exact(metres, "power"))
    for metres, name, utility in ((499.7, "length-within-accuracy", "water"), (500.3, "length-within-accuracy", "gas")):
        pool.add(name, pool.exact(metres, utility))
    for metres, name, utility in ((498.9, "length-outside-accuracy", "heat"), (501.2, "length-outside-accuracy", "comms")):
        pool.add(name, pool.exact(metres, utility))
    pool.add("length-coarse-survey", pool.exact(496.0, "water"), accuracy_m=5.0)
    for k in range(6):
        pool.add("long", pool.meeting(utility=FIXED[k % 4], low=520, high=5000))


def _crossing(pool: Pool, draft: Draft) -> tuple[float, float] | None:
    """The stretch of a line that crosses one arterial, well inside the line; else None."""
    found = pool.lookout.inside(draft.plan.line, "arterial")
    if len(found) != 1:
        return None
    low, high = found[0]
    if not (low > 12 and high < draft.length_m - 12 and 20 < high - low < 75):
        return None
    square = all(_away_from_arterials(pool, draft.plan.line.interpolate(spot)) > PIT_CLEAR_M for spot in (low - 6, high + 6))
    return (low, high) if square else None


def _away_from_arterials(pool: Pool, spot: shapely.Point) -> float:
    """Metres from a point to the nearest arterial's space."""
    roads = pool.lookout.roads
    rows = [k for k in pool.lookout.near(spot, 30.0) if roads[k]["class"] == "arterial"]
    return min((float(pool.lookout.spaces[k].distance(spot)) for k in rows), default=30.0)


def arterials(pool: Pool) -> None:
    """Along, across, bored with pits outside and inside, and at the very edge of the road space."""
    plain = frozenset({"arterial"})
    for _ in range(6):
        along = pool.take(
            lambda d: d.labels == plain and sum(b - a for a, b in pool.lookout.inside(d.plan.line, "arterial")) > 80
        )
        pool.add("arterial-along", along, **({"voltage_kv": 10.0} if along.plan.utility == "power" else {}))
    for purpose, count, beyond, pit in (
        ("arterial-across", 5, 0.0, 0.0),
        ("arterial-bored", 5, 6.0, 12.0),
        ("arterial-bored-pit-inside", 3, 0.8, 16.0),
    ):
        for _ in range(count):
            draft = pool.take(lambda d: d.labels == plain and d.length_m < 495 and _crossing(pool, d) is not None)
            low, high = _crossing(pool, draft) or (0.0, 0.0)
            spans = [span(low - beyond, high + beyond, "定向钻", pit, pit)] if pit else []
            pool.add(purpose, draft, spans=spans)
    for draft in [pool.take(lambda d: d.labels == plain and d.length_m < 495) for _ in range(2)]:
        pool.add("arterial-bored-whole", draft, burial="定向钻")


def edges(pool: Pool) -> None:
    """A trench of 0.8 m whose axis runs 0.3 m (occupying) and 0.5 m (not) outside the space of an arterial."""
    arterial = [row for row in pool.demo.layers["roads"] if row["class"] == "arterial" and row["level"] == "ground"]
    roads = [row for row in arterial if row["width_m"] is not None and row["geometry"].length > 150]
    made = {0.3: 0, 0.5: 0}
    for row in roads:
        for away, name in ((0.3, "arterial-edge-0.3"), (0.5, "arterial-edge-0.5")):
            for side in (1, -1):
                line = beside(cut(row["geometry"], 45, row["geometry"].length - 45), side * (row["width_m"] / 2 + away))
                near = pool.lookout.labels(line) if line.length > 50 else frozenset({"?"})
                if near == {"arterial"} and made[away] < 2 and _only_edge(pool, line, row["width_m"] / 2 + away, row):
                    pool.add_line(name, line, "gas")
                    made[away] += 1


def _only_edge(pool: Pool, line: LineString, away_m: float, row: Any) -> bool:
    """The line keeps its distance from its own road, and from all other great roads."""
    others = [
        r["geometry"].distance(line) - (r["width_m"] or 40) / 2
        for r in pool.demo.layers["roads"]
        if r["class"] == "arterial" and r is not row
    ]
    return bool(abs(row["geometry"].distance(line) - away_m) < 0.01 and min(others) > 1.0)


def expressway(pool: Pool) -> None:
    """Across the ring at ground level, and under its viaduct (where the ground is not the expressway's)."""
    ring = [row for row in pool.demo.layers["roads"] if row["class"] == "expressway" and row["geometry"].length > 90]
    for level, purpose, count in (("ground", "expressway-across", 4), ("bridge", "expressway-viaduct", 2)):
        found = 0
        for row in ring:
            middle = row["geometry"].length / 2
            line = _square_across(row["geometry"], middle, 44)
            labels = pool.lookout.labels(line, 0.5)
            want = {"expressway"} if level == "ground" else {"expressway", "bridge"}
            if row["level"] == level and labels - {"protective"} == want and found < count:
                pool.add_line(
                    purpose, line, FIXED[found % 4], None, **({"spans": [span(8, 80, "顶管", 12, 12)]} if found == 3 else {})
                )
                found += 1


def _square_across(axis: LineString, at_m: float, reach_m: float) -> LineString:
    """A straight line square to an axis at a measure, ``reach_m`` to each side."""
    piece = cut(axis, max(0.0, at_m - 1), at_m + 1)
    (ax, ay), (bx, by) = piece.coords[0], piece.coords[-1]
    x, y = (ax + bx) / 2, (ay + by) / 2
    nx, ny = -(by - ay) / piece.length, (bx - ax) / piece.length
    return LineString([(x - nx * reach_m, y - ny * reach_m), (x + nx * reach_m, y + ny * reach_m)])


def other_roads(pool: Pool) -> None:
    """Class not in the ledger, width not in the ledger, roads of a compound alone, a pipe hung on a bridge."""
    for _ in range(4):
        pool.add("class-missing", pool.meeting("class?"))
    great = [row for row in pool.demo.layers["roads"] if row["class"] == "arterial" and row["width_m"] is None]
    for row in great[:2]:
        pool.add_line("width-missing", beside(cut(row["geometry"], 40, row["geometry"].length - 40), 21.5), "gas")
    internal = [row for row in pool.demo.layers["roads"] if row["class"] == "internal"]
    made = 0
    for row in internal[::7]:
        line = beside(row["geometry"], 2.0)
        if (
            made < 4
            and line.length > 45
            and not pool.lookout.labels(line, 6.0)
            and pool.lookout.classes(line.buffer(6)) == {"internal"}
        ):
            pool.add_line("internal-only", line, FIXED[made % 4])
            made += 1
    _bridges(pool)


def _bridges(pool: Pool) -> None:
    """Pipes hung on the bridges over the river, a length of ground on both sides."""
    made = 0
    for run in _runs_over_water(pool):
        line = beside(run, 6.0)
        wet = next(row["geometry"] for row in pool.demo.layers["planning"] if row["name"] == "汴河").buffer(9)
        on = line.intersection(wet)
        if on.geom_type != "LineString" or on.length < 20:
            continue
        ends = sorted((line.project(shapely.Point(on.coords[0])), line.project(shapely.Point(on.coords[-1]))))
        utility = ("water", "comms", "gas", "power")[made % 4]
        more: dict[str, Any] = {"burial": "上架"} if made % 2 else {"spans": [span(ends[0], ends[1], "上架")]}
        if utility == "gas":
            more["pressure_mpa"] = 0.4
        if utility == "power":
            more["voltage_kv"] = 10.0
        pool.add_line("bridge-attached", line, utility, None, **more)
        made += 1
        if made == 4:
            break


def _runs_over_water(pool: Pool) -> list[LineString]:
    """Streets across the river with 90 m of ground on each side."""
    found = []
    sections = pool.demo.network.sections
    for k in range(1, len(sections) - 1):
        here, before, after = sections[k], sections[k - 1], sections[k + 1]
        same = before.street == here.street == after.street and here.klass != "expressway"
        if same and here.level == "bridge" and before.level == after.level == "ground" and here.line.length > 60:
            head, tail = cut(before.line, max(0.0, before.line.length - 90), before.line.length), cut(after.line, 0, 90)
            found.append(LineString([*head.coords[:-1], *here.line.coords, *tail.coords[1:]]))
    return found


# Planned digs against a lock whose last day is 2026-12-10.
_DIGS: tuple[tuple[str, date | None, date | None], ...] = (
    ("inside", date(2026, 12, 1), date(2026, 12, 6)),
    ("last-day", date(2026, 12, 10), date(2026, 12, 20)),
    ("day-after", date(2026, 12, 11), date(2026, 12, 22)),
    ("straddling", date(2026, 12, 5), date(2026, 12, 18)),
    ("no-dates", None, None),
)


def locks(pool: Pool) -> None:
    """Five years after building and three after overhaul: inside, last day, day after, no dates; date missing; patches."""
    rows = pool.demo.layers["road_ledger"]
    whole = [row for row in rows if row["from_m"] is None]
    for word, kinds, day in (
        ("new", ("new", "rebuild", "extend"), date(2021, 12, 10)),
        ("overhaul", ("overhaul",), date(2023, 12, 10)),
    ):
        roads = [row for row in whole if row["kind"] in kinds and row["finished"] == day]
        for name, start, end in (*_DIGS, _DIGS[2], _DIGS[1]):
            _on_locked(pool, roads, f"lock-{word}-{name}", start=start, end=end)
        unknown = [row for row in whole if row["kind"] in kinds and row["finished"] is None]
        for _ in range(3):
            _on_locked(pool, unknown, f"lock-{word}-date-missing")
    for day, word in ((date(2021, 11, 22), "on"), (date(2021, 11, 21), "before"), (date(2021, 11, 23), "after")):
        _on_locked(pool, [row for row in whole if row["finished"] == day], f"lock-new-ends-{word}-filing", start=None, end=None)
    for day, word in ((date(2023, 11, 22), "on"), (date(2023, 11, 21), "before"), (date(2023, 11, 23), "after")):
        _on_locked(
            pool, [row for row in whole if row["finished"] == day], f"lock-overhaul-ends-{word}-filing", start=None, end=None
        )
    leap = [row for row in whole if row["kind"] == "overhaul" and row["finished"] == date(2024, 2, 29)]
    _on_locked(pool, leap, "lock-overhaul-leap-inside", start=date(2027, 2, 28), end=date(2027, 3, 9))
    _on_locked(pool, leap, "lock-overhaul-leap-free", start=date(2027, 3, 1), end=date(2027, 3, 9))
    patches = [row for row in rows if row["kind"] == "patch" and row["finished"] == date(2026, 8, 30)]
    for _ in range(2):
        _on_locked(pool, patches, "patch-only")


def _on_locked(pool: Pool, rows: list[Any], purpose: str, **given: Any) -> None:
    """A line on one of these works' roads; each road serves several lines, each from its own parcel."""
    for row in rows:
        day = row["finished"].isoformat() if row["finished"] else "?"
        old = row["finished"] is not None and row["kind"] == "patch"
        want = frozenset() if old else frozenset({f"lock:{row['kind']}:{day}"})
        draft = pool.on_section(row["road_id"], want)
        if draft is not None:
            pool.add(purpose, draft, **given)
            return
    raise LookupError(f"no parcel left for {purpose}")

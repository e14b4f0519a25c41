"""What a city is remembered by: wall and moat, river, lakes, railway, ring and the great roads (plan metres)."""

from dataclasses import dataclass
from functools import cached_property

import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from layers.demo.frame import HALF_X, HALF_Y, smooth


@dataclass(frozen=True)
class Street:
    """A street as planned: one line, one class, one name, straight in plan metres."""

    line: LineString
    klass: str
    name: str
    width_m: float
    zone: str


WALL = Polygon(
    [(-1240, -1040), (-1275, 120), (-1180, 980), (-380, 1075), (560, 1050), (1130, 1000), (1205, 160), (1160, -1010), (90, -1120)]
)
RING = Polygon(
    [(-3350, -2800), (-3400, 300), (-3250, 2500), (-300, 2760), (2900, 2600), (3150, 100), (3050, -2750), (-100, -2900)]
)
SHEET = shapely.box(-HALF_X, -HALF_Y, HALF_X, HALF_Y)


class Skeleton:
    """The given things. Every attribute is a geometry in plan metres."""

    @cached_property
    def river(self) -> BaseGeometry:
        """The river, widening eastward."""
        axis = smooth(
            [
                (-4500, 1150),
                (-3900, 600),
                (-3400, -100),
                (-2750, -350),
                (-2450, -900),
                (-1900, -1380),
                (-1100, -1500),
                (-300, -1440),
                (500, -1520),
                (1300, -1480),
                (1900, -1150),
                (2350, -720),
                (2900, -620),
                (3500, -900),
                (4000, -820),
                (4500, -980),
            ]
        )
        pieces = [shapely.ops.substring(axis, t / 24, (t + 1.02) / 24, normalized=True).buffer(26 + t * 0.8) for t in range(24)]
        return shapely.intersection(shapely.unary_union(pieces).simplify(1.0), SHEET)

    @cached_property
    def wall(self) -> BaseGeometry:
        """The body of the city wall, some 14 m thick, open at nothing: the gates are arches."""
        outer = WALL.buffer(30, quad_segs=6).buffer(-30, quad_segs=6)
        return outer.difference(outer.buffer(-14))

    @cached_property
    def moat(self) -> BaseGeometry:
        """The moat outside the wall, and its outlet to the river."""
        ring = WALL.buffer(78, quad_segs=8).difference(WALL.buffer(46, quad_segs=8))
        outlet = LineString([(420, -1150), (470, -1500)]).buffer(11)
        return ring.union(outlet.difference(WALL.buffer(46)))

    @cached_property
    def lakes(self) -> list[BaseGeometry]:
        """Two lakes in the old city, one in the east, ponds outside."""
        old = Polygon([(-860, 330), (-840, 640), (-620, 790), (-420, 700), (-470, 450), (-640, 300)]).buffer(-60).buffer(60)
        twin = Polygon([(-330, 420), (-350, 700), (-180, 800), (-90, 640), (-120, 430)]).buffer(-40).buffer(40)
        east = (
            Polygon([(2250, 1950), (2280, 2260), (2560, 2390), (2820, 2250), (2790, 1980), (2600, 1840), (2420, 1950)])
            .buffer(-70)
            .buffer(70)
        )
        pond = Point(-2650, 1980).buffer(95).union(Point(-2560, 2060).buffer(70))
        return [old, twin, east, pond]

    @cached_property
    def rail(self) -> LineString:
        """The railway south of the river."""
        return smooth([(-4500, -2500), (-3000, -2330), (-1200, -2180), (300, -2150), (1500, -2190), (3000, -2060), (4500, -1750)])

    @cached_property
    def ring(self) -> LineString:
        """The expressway ring."""
        return LineString(RING.buffer(-550).buffer(550, quad_segs=24).exterior.coords)

    @cached_property
    def inner_ring(self) -> LineString:
        """The arterial round the moat."""
        return LineString(WALL.buffer(-80).buffer(205, quad_segs=10).exterior.coords)

    @cached_property
    def water(self) -> BaseGeometry:
        """All water."""
        return shapely.unary_union([self.river, self.moat, *self.lakes])

    @cached_property
    def closed_ground(self) -> BaseGeometry:
        """Where no ordinary street is laid out: water and its banks, the wall's belt, the railway."""
        belt = LineString(WALL.exterior.coords).buffer(26)
        return shapely.unary_union(
            [self.river.buffer(46), self.moat.buffer(20), belt, self.rail.buffer(34), *[lake.buffer(24) for lake in self.lakes]]
        )


def given_streets(skeleton: Skeleton) -> list[Street]:
    """The streets that are drawn by hand: ring, radials, town axes, banks, lanes along wall and lakes."""
    lines: list[Street] = [
        Street(skeleton.ring, "expressway", "环城快速路", 60, "ring"),
        Street(skeleton.inner_ring, "arterial", "护城大道", 42, "inner"),
    ]
    lines += [Street(LineString(xy), klass, name, width, zone) for name, klass, width, zone, xy in _AXES]
    reach = RING.buffer(-550).buffer(550)
    for bank in shapely.get_parts(skeleton.river.buffer(58).boundary.intersection(reach)):
        line = shapely.line_merge(bank) if bank.geom_type == "MultiLineString" else bank
        if line.length > 300:
            north = line.interpolate(0.5, normalized=True).y > skeleton.river.intersection(_column(line)).centroid.y
            lines.append(Street(line.simplify(3), "secondary", "汴河北路" if north else "汴河南路", 28, "bank"))
    inside = WALL.buffer(-40, quad_segs=4)
    lines.append(Street(LineString(inside.exterior.coords), "branch", "顺城街", 12, "old"))
    for lake, name in zip(skeleton.lakes, ("澄湖环路", "映湖环路", "东湖环路"), strict=False):
        lines.append(Street(LineString(lake.buffer(40).simplify(4).boundary.coords), "branch", name, 14, "lake"))
    return lines


def _column(line: LineString) -> Polygon:
    x = line.interpolate(0.5, normalized=True).x
    return shapely.box(x - 40, -HALF_Y, x + 40, HALF_Y)


_AXES: tuple[tuple[str, str, float, str, list[tuple[float, float]]], ...] = (
    ("迎曦大道", "arterial", 50, "radial", [(1330, -30), (2050, -10), (3148, 60), (4100, 130)]),
    ("迎曦街", "arterial", 36, "old", [(-1390, 40), (-1275, 40), (-40, 0), (1204, -30), (1330, -30)]),
    ("汴西大道", "arterial", 56, "radial", [(-4250, 90), (-3395, 60), (-2150, 50), (-1390, 40)]),
    ("北辰大道", "arterial", 50, "radial", [(60, 1190), (80, 1900), (60, 2740), (40, 3350)]),
    ("御津大街", "arterial", 38, "old", [(60, 1190), (60, 1065), (20, 300), (20, -400), (60, -1117), (70, -1245)]),
    ("南薰大道", "arterial", 50, "radial", [(70, -1245), (60, -1750), (40, -2893), (60, -3300)]),
    ("金穗路", "arterial", 45, "grid", [(-2150, 2590), (-2150, 1650), (-2150, 50), (-2150, -1750), (-2150, -2830)]),
    ("银杏大道", "arterial", 45, "grid", [(2050, 2660), (2050, 1550), (2050, -10), (2060, -1750), (2050, -2800)]),
    (
        "北安路",
        "arterial",
        42,
        "grid",
        [(-4150, 1700), (-3325, 1680), (-2150, 1650), (80, 1700), (2050, 1550), (3000, 1480), (3900, 1500)],
    ),
    ("南陌路", "arterial", 42, "grid", [(-3370, -1800), (-2150, -1750), (60, -1760), (2060, -1750), (3080, -1650)]),
    ("文澜路", "secondary", 32, "grid", [(-2760, 2540), (-2760, 1660), (-2770, 60)]),
    ("锦绣大道", "arterial", 50, "grid", [(-3950, 2600), (-3950, 1700), (-3960, 600), (-3940, -1500)]),
    ("科创路", "secondary", 36, "grid", [(-4300, 900), (-3395, 870), (-2150, 850), (-1380, 830)]),
    ("柳园街", "secondary", 22, "old", [(-1255, 520), (-950, 530), (-930, 260), (-360, 240), (20, 300), (520, 330), (1180, 480)]),
    ("鼓角街", "secondary", 24, "old", [(-1265, -420), (-600, -440), (20, -400), (640, -430), (1185, -400)]),
    ("州桥西街", "secondary", 22, "old", [(-560, 250), (-600, -440), (-560, -1060)]),
    ("钟台街", "secondary", 22, "old", [(560, 1050), (540, 330), (640, -430), (600, -1070)]),
    ("小南街", "secondary", 22, "inner", [(600, -1070), (610, -1235), (640, -1760)]),
    ("绣衣路", "secondary", 28, "inner", [(-560, -1060), (-570, -1215), (-600, -1760), (-620, -2080)]),
    ("清和路", "secondary", 30, "grid", [(1320, 480), (2050, 560), (3140, 700)]),
    ("北苑路", "secondary", 30, "grid", [(560, 1175), (600, 1660), (620, 2690)]),
    ("长庚路", "secondary", 30, "grid", [(-900, 1150), (-930, 1675), (-940, 2700)]),
    ("望山路", "secondary", 30, "grid", [(1290, -880), (2060, -880), (3110, -1000)]),
    ("工农渠路", "secondary", 30, "grid", [(-1380, -560), (-2150, -580)]),
    ("站前街", "secondary", 36, "grid", [(60, -1760), (50, -2090)]),
    (
        "站南路",
        "secondary",
        28,
        "south",
        [(-2150, -2500), (-1000, -2480), (50, -2450), (1000, -2480), (2050, -2460), (3060, -2380)],
    ),
)

"""Outside the ring: numbered highways, villages and the lanes that lead to them."""

from typing import Any

import shapely
from shapely import LineString

from layers.demo.frame import bent, smooth
from layers.demo.skeleton import Street

Row = dict[str, Any]

_HIGHWAYS: tuple[tuple[str, str | None, float | None, float | None, list[tuple[float, float]]], ...] = (
    ("G099", "motorway", 32.0, 30.5, [(-4490, 3420), (-2600, 3300), (-600, 3480), (1500, 3620), (4490, 3380)]),
    ("G999", "national", 22.0, 20.5, [(-4490, -3380), (-2600, -3480), (60, -3300), (1700, -3420), (4490, -3260)]),
    ("G998", "national", None, 18.0, [(40, 3350), (20, 3600), (60, 3990)]),
    ("S899", "provincial", 16.0, None, [(60, -3300), (160, -3650), (120, -3990)]),
    ("S898", "provincial", 15.0, 13.8, [(4100, 130), (4300, 150), (4490, 200)]),
    ("S897", "provincial", None, None, [(-3950, 2600), (-4150, 2950), (-4490, 3150)]),
    ("X097", "county", 11.0, 9.2, [(-3370, -1800), (-3800, -2020), (-4490, -2150)]),
    ("X096", "county", None, 8.6, [(3900, 1500), (4200, 1700), (4490, 1750)]),
    ("Y095", "township", 7.0, 5.4, [(-1700, -3420), (-1850, -3700), (-1780, -3990)]),
    ("Y094", "township", None, None, [(2990, 2480), (3400, 2760), (3600, 3500)]),
    ("C093", "village", 4.5, 3.8, [(3240, 2700), (3700, 2500), (4300, 2600)]),
    ("C092", "village", None, 3.5, [(1700, -3420), (1850, -3700), (2300, -3900)]),
    ("L091", None, 12.0, 10.0, [(-4490, -3060), (-4000, -2980), (-3560, -3100), (-3420, -3430)]),
)


def highway_rows() -> list[Row]:
    """Numbered roads outside the ring: some without the edge of their land, some without a ditch, one without a class."""
    return [
        {
            "ref": ref,
            "class": klass,
            "land_offset_m": land,
            "ditch_offset_m": ditch,
            "geometry": bent(smooth(xy, 3).simplify(0.5), 60),
        }
        for ref, klass, land, ditch, xy in _HIGHWAYS
    ]


def village_streets(given: list[Street]) -> list[Street]:
    """Three lanes and a main street in each village, and a way to the nearest great road."""
    great = shapely.union_all(
        [street.line for street in given if street.klass == "arterial"] + [smooth(row[4], 3) for row in _HIGHWAYS[1:-1]]
    )
    streets = []
    for name, (x, y), size in _VILLAGES:
        for k in range(-1, 2):
            lane = LineString([(x - size, y + k * size * 0.6), (x + size, y + k * size * 0.55)])
            streets.append(Street(lane, "branch", f"{name}{('南', '中', '北')[k + 1]}街", 6.0, "field"))
        main = LineString([(x, y - size * 0.9), (x + 8, y), (x, y + size * 0.95)])
        streets.append(Street(main, "branch", f"{name}大街", 8.0, "field"))
        way = LineString(shapely.shortest_line(main, great).coords)
        streets.append(Street(way, "branch", f"{name}进村路", 8.0, "field"))
    return streets


_VILLAGES = (
    ("东柳村", (3750, 2330), 150.0),
    ("麦塘村", (3880, 850), 170.0),
    ("北桑村", (-1500, 3150), 150.0),
    ("石桥村", (1250, 3200), 160.0),
    ("南窑村", (-3050, -3220), 150.0),
    ("苇塘村", (900, -3640), 170.0),
    ("西梨村", (-3900, -2650), 160.0),
    ("河湾村", (3900, -420), 150.0),
    ("东坡村", (3900, -2050), 150.0),
    ("棠梨村", (2450, 3080), 130.0),
    ("杜陵村", (-900, -3700), 140.0),
)


def village_centres() -> list[tuple[tuple[float, float], float]]:
    """Middle and half size of each village (plan metres)."""
    return [(xy, size) for _, xy, size in _VILLAGES]

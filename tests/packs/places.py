"""A small city of named places: everything a rule asks about stands alone somewhere, with round numbers.

Work CRS EPSG:4547; ``at(x, y)`` is metres from a corner near the middle of the old city. All roads run along x unless said:

====== ========================================================= ==============================
y      road                                                      width, dates
====== ========================================================= ==============================
0      B0 branch                                                 12 m, delivered 2010
200    S1 secondary                                              24 m, delivered 2010
400    B1 branch                                                 12 m, delivered 2024-05-01
600    B2 branch                                                 12 m, delivered 2010, overhauled 2024-06-30
800    N1 no class                                               12 m, delivered 2010
1000   N2 branch, no date                                        12 m
-200   I1 internal                                               8 m, delivered 2010
x=1000 A1 arterial (from y=-400 to 1200)                         40 m, delivered 2010
x=1200 E1 expressway                                             50 m, delivered 2010
x=1400 W1 branch, width unknown, delivered 2010; H1 a hint at x=1600
====== ========================================================= ==============================
"""

from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.city import City, Layer
from geo.schema import LAYERS, ROUTE_COLUMNS

CRS = "EPSG:4547"
X0, Y0 = 528_000.0, 3_852_000.0
BOUNDS = (114.27, 34.76, 114.34, 34.83)
ON = date(2026, 11, 22)


def at(x: float, y: float) -> tuple[float, float]:
    """Work CRS metres of a place."""
    return X0 + x, Y0 + y


def line(*spots: tuple[float, float]) -> shapely.LineString:
    """A line through places."""
    return shapely.LineString([at(*spot) for spot in spots])


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """A rectangle between two places."""
    return shapely.box(*at(x0, y0), *at(x1, y1))


def frame(layer: str, rows: list[dict[str, Any]], shapes: list[Any] | None) -> gpd.GeoDataFrame:
    """A layer's frame with all its columns."""
    columns = list(LAYERS[layer].columns)
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    for name, column in LAYERS[layer].columns.items():
        if column.kind == "number":
            table[name] = pd.to_numeric(table[name])
        if column.kind == "date":
            table[name] = pd.to_datetime(table[name])
    if shapes is None:
        return table
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def roads() -> gpd.GeoDataFrame:
    """The table above."""
    old = "2010-05-01"
    rows = [
        ("B0", "branch", 12, old, None, line((-200, 0), (1600, 0))),
        ("S1", "secondary", 24, old, None, line((-200, 200), (980, 200))),
        ("B1", "branch", 12, "2024-05-01", None, line((-200, 400), (980, 400))),
        ("B2", "branch", 12, old, "2024-06-30", line((-200, 600), (980, 600))),
        ("N1", None, 12, old, None, line((-200, 800), (980, 800))),
        ("N2", "branch", 12, None, None, line((-200, 1000), (980, 1000))),
        ("I1", "internal", 8, old, None, line((-200, -200), (980, -200))),
        ("A1", "arterial", 40, old, None, line((1000, -400), (1000, 1200))),
        ("E1", "expressway", 50, old, None, line((1200, -400), (1200, 1200))),
        ("W1", "branch", None, old, None, line((1400, 20), (1400, 1200))),
        ("H1", "branch", 12, old, None, line((1600, 20), (1600, 1200))),
        ("X1", "branch", 12, old, None, line((-200, 1200), (980, 1200))),
    ]
    table = [
        {
            "road_id": i,
            "name": f"{i}路",
            "class": c,
            "class_source": "hint" if i == "H1" else "ledger",
            "level": "bridge" if i == "X1" else "ground",
            "width_m": w,
            "delivered": d,
            "overhauled": o,
            "authority": "city",
            "pavement": "asphalt",
        }
        for i, c, w, d, o, _ in rows
    ]
    return frame("roads", table, [shape for *_, shape in rows])


def city(**changes: Any) -> City:
    """The small city. A keyword replaces a layer: a :class:`Layer`, a frame, or None for "never delivered"."""
    shapes: dict[str, gpd.GeoDataFrame] = {
        "roads": roads(),
        "green": frame(
            "green",
            [
                {"green_id": "V1", "name": "绿带", "kind": "verge"},
                {"green_id": "P1", "name": "公园", "kind": "public"},
                {"green_id": "T1", "name": "院内绿地", "kind": "attached"},
                {"green_id": "L1", "name": "规划绿地", "kind": "planned"},
                {"green_id": "U1", "name": "不明", "kind": None},
            ],
            [
                box(100, 6, 300, 9),
                box(100, 300, 300, 340),
                box(-90, 20, -60, 40),
                box(400, 300, 500, 340),
                box(600, 300, 700, 340),
            ],
        ),
        "trees": frame(
            "trees",
            [
                {"tree_id": "G1", "species": "国槐", "grade": "1", "canopy_radius_m": 4.0},
                {"tree_id": "R1", "species": "银杏", "grade": "reserve", "canopy_radius_m": 4.0},
                {"tree_id": "C1", "species": "侧柏", "grade": "2", "canopy_radius_m": None},
                {"tree_id": "O1", "species": "杨", "grade": "none", "canopy_radius_m": 4.0},
                {"tree_id": "Q1", "species": "柳", "grade": None, "canopy_radius_m": 4.0},
            ],
            [shapely.Point(at(x, 100)) for x in (100, 200, 300, 400, 500)],
        ),
        "highways": frame(
            "highways",
            [
                {"ref": "G106", "class": "national", "land_offset_m": 20.0, "ditch_offset_m": 15.0},
                {"ref": "X012", "class": "county", "land_offset_m": 12.0, "ditch_offset_m": 8.0},
                {"ref": "S213", "class": "provincial", "land_offset_m": None, "ditch_offset_m": None},
            ],
            [line((-200, -600), (980, -600)), line((-200, -800), (980, -800)), line((-200, -1000), (980, -1000))],
        ),
        "heritage": frame(
            "heritage",
            [
                {"heritage_id": "H1", "name": "城墙", "kind": "protection"},
                {"heritage_id": "H2", "name": "城墙", "kind": "control"},
                {"heritage_id": "H3", "name": "埋藏区", "kind": "buried"},
                {"heritage_id": "H4", "name": "古城", "kind": "old_city"},
            ],
            [box(0, 480, 40, 520), box(100, 480, 140, 520), box(200, 480, 240, 520), box(300, 480, 340, 520)],
        ),
        "planning": frame(
            "planning",
            [{"zone_id": "Z1", "kind": "site_red_line", "name": "甲地块"}, {"zone_id": "Z2", "kind": "rail", "name": "铁路"}],
            [box(-100, 12, -50, 62), box(700, 480, 740, 520)],
        ),
        "pipes": frame(
            "pipes", [{"pipe_id": "M1", "utility": "water", "kind": "JP", "diameter_mm": 300}], [line((-200, 4), (1600, 4))]
        ),
        "road_ledger": frame("road_ledger", [], None),
        "road_surfaces": frame("road_surfaces", [], []),
        "districts": frame("districts", [{"district_id": "D1", "name": "甲区"}], [box(-400, -1200, 1800, 1400)]),
        "events": frame("events", [], []),
    }
    bare = City("小城", CRS, BOUNDS, {}, synthetic=True)
    layers = {
        name: Layer(name, table, bare.bounds_polygon, date(2026, 10, 1), None, "test", f"{name}局", "", "bounds", f"{name}-1")
        for name, table in shapes.items()
    }
    for name, change in changes.items():
        if change is None:
            layers[name] = Layer(name, None)
        elif isinstance(change, Layer):
            layers[name] = change
        else:
            layers[name] = replace(layers[name], frame=change)
    return City(bare.name, CRS, BOUNDS, layers, synthetic=True)


def route(shape: Any, utility: str | None = "water", **values: Any) -> gpd.GeoDataFrame:
    """A file of one route; dig window of December 2026, trench 0.8 m unless said."""
    given = {
        "row_no": 1,
        "route_id": "R1",
        "utility": utility,
        "trench_width_m": 0.8,
        "start": "2026-12-01",
        "end": "2026-12-20",
        **values,
    }
    table = pd.DataFrame([{name: given.get(name) for name in ("row_no", *ROUTE_COLUMNS)}], dtype=object)
    for name, column in ROUTE_COLUMNS.items():
        if column.kind in ("number", "integer"):
            table[name] = pd.to_numeric(table[name])
        if column.kind == "date":
            table[name] = pd.to_datetime(table[name])
    return gpd.GeoDataFrame(table, geometry=[shape], crs=CRS)


def routes(*some: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Several routes as one file, numbered."""
    table = pd.concat(some, ignore_index=True)
    table["row_no"] = range(1, len(table) + 1)
    table["route_id"] = [f"R{i}" for i in table["row_no"]]
    return table


def spans(*rows: tuple[float, float, float | None, float | None], route_id: str = "R1") -> pd.DataFrame:
    """Bored spans: (from_m, to_m, pit at the start m², pit at the end m²)."""
    table = pd.DataFrame(rows, columns=["from_m", "to_m", "pit_from_m2", "pit_to_m2"], dtype=float)
    return table.assign(route_id=route_id, burial="bored")

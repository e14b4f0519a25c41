"""The demo city as a city folder: city.toml, layers, routes and rasters."""

import json
from pathlib import Path

import shapely

from geo.crs import to_degrees
from geo.schema import LAYERS
from layers.demo.city import Demo, draw
from layers.demo.files import write_layer, write_table
from layers.demo.frame import WORK_CRS
from layers.demo.rasters import write_terrain
from layers.demo.routes import proposals, write_routes
from layers.demo.satellite import write_satellite

SOURCE = "示范数据（合成）"
LICENCE = "CC0-1.0 (synthetic)"
AS_OF = "2026-10-31"
_OWNERS = {
    "roads": "市城市管理局",
    "road_ledger": "市城市管理局",
    "road_surfaces": "市城市管理局",
    "highways": "市公路事业发展中心",
    "green": "市园林绿化中心",
    "trees": "市园林绿化中心",
    "heritage": "市文物局",
    "pipes": "市地下管线信息中心",
    "pipe_points": "市地下管线信息中心",
    "planning": "市自然资源和规划局",
    "districts": "市民政局",
    "events": "市城市管理局",
    "satellite": "市自然资源和规划局",
    "terrain": "市自然资源和规划局",
}
# These were taken everywhere but in the south-east corner: there, silence is "unknown".
_SURVEYED = ("road_ledger", "green", "trees", "heritage")
COVERAGE = "surveyed.geojson"


def write_demo(folder: Path) -> None:
    """Write the whole demo city into ``folder`` (made if absent, same-named files replaced). Takes some 15 s."""
    folder.mkdir(parents=True, exist_ok=True)
    demo = draw()
    write_vectors(folder, demo)
    write_routes(folder, proposals(demo))
    write_terrain(folder / "terrain.tif", demo)
    write_satellite(folder / "satellite.tif", demo)


def write_vectors(folder: Path, demo: Demo) -> None:
    """city.toml, the coverage polygon and every vector layer."""
    (folder / "city.toml").write_text(_settings(demo), encoding="utf-8")
    _write_coverage(folder / COVERAGE, demo)
    for name, rows in demo.layers.items():
        if LAYERS[name].geometry == "none":
            write_table(folder / f"{name}.csv", rows, list(LAYERS[name].columns))
        else:
            write_layer(folder / f"{name}.gpkg", name, rows)


def _write_coverage(path: Path, demo: Demo) -> None:
    shape = shapely.set_precision(to_degrees(shapely.segmentize(demo.surveyed, 200), WORK_CRS), 1e-7)
    feature = {"type": "Feature", "properties": {"name": "已普查范围"}, "geometry": json.loads(shapely.to_geojson(shape))}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False), encoding="utf-8")


def _settings(demo: Demo) -> str:
    lines = [
        "# 示范城：全部为合成数据。 A made-up city; nothing in it is real.",
        'name = "示范城"',
        "synthetic = true",
        f'work_crs = "{WORK_CRS}"',
    ]
    lines.append(f"bounds = [{', '.join(str(value) for value in demo.bounds)}]  # lon/lat: west, south, east, north")
    for name, owner in _OWNERS.items():
        lines += [
            "",
            f"[layers.{name}]",
            f"as_of = {AS_OF}",
            f'source = "{SOURCE}"',
            f'owner = "{owner}"',
            f'licence = "{LICENCE}"',
        ]
        lines.append(f'coverage = "{COVERAGE if name in _SURVEYED else "bounds"}"')
        if name == "road_ledger":
            lines.append("complete_since = 2018-01-01")
    return "\n".join(lines) + "\n"

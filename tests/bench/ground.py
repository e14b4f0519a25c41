"""The ground of the measurements: a quarter of a million real road edges of three cities, side by side in one plane."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS = "EPSG:4547"
CITIES = ("wuhan", "liege", "aleppo")
CLASS = {
    "motorway": "expressway", "trunk": "expressway", "primary": "arterial", "secondary": "secondary", "tertiary": "branch",
    "unclassified": "branch", "residential": "branch", "living_street": "internal", "service": "internal",
}  # fmt: skip
TOML = """
name = "bench"
synthetic = false
work_crs = "EPSG:4547"
bounds = [113.8, 34.2, 116.9, 35.3]
"""


def roads(data: Path) -> gpd.GeoDataFrame:
    """Road edges with a class by OSM's hint and widths by class left to the pack; each city moved to its own square."""
    parts = []
    for k, name in enumerate(CITIES):
        frame = gpd.read_parquet(data / "roads-osm-metro" / f"{name}.parquet")
        x, y, *_ = frame.total_bounds
        highway = [v if isinstance(v, str) else v[0] for v in frame.highway]
        moved = shapely.transform(
            frame.geometry.to_numpy(), lambda xy, x=x, y=y, k=k: xy - [x, y] + [500_000 + k * 80_000, 3_800_000]
        )
        parts.append(pd.DataFrame({"highway": [h.removesuffix("_link") for h in highway], "geometry": moved}))
    table = pd.concat(parts, ignore_index=True)
    out = pd.DataFrame({"road_id": [f"{i:07d}" for i in range(len(table))]})
    out["class"] = table.highway.map(CLASS)
    out["class_source"] = "hint"
    out["level"] = "ground"
    return gpd.GeoDataFrame(out, geometry=list(table.geometry), crs=CRS)


def routes(streets: gpd.GeoDataFrame, n: int, seed: int = 0) -> gpd.GeoDataFrame:
    """``n`` lines of 30–600 m with eight vertices, each starting on a street."""
    chance = np.random.default_rng(seed)
    lines = streets.geometry.to_numpy()[chance.integers(0, len(streets), n)]
    start = shapely.get_coordinates(shapely.line_interpolate_point(lines, chance.uniform(0, 1, n), normalized=True))
    angle, length = chance.uniform(0, 2 * np.pi, n), chance.uniform(30, 600, n)
    share = np.linspace(0, 1, 8)
    x = start[:, :1] + (np.cos(angle) * length)[:, None] * share + chance.normal(0, 2, (n, 8))
    y = start[:, 1:] + (np.sin(angle) * length)[:, None] * share + chance.normal(0, 2, (n, 8))
    table = {
        "route_id": [f"R{i:06d}" for i in range(n)],
        "utility": chance.choice(["water", "gas", "heat", "comms"], n),
        "trench_width_m": chance.choice([0.6, 0.8, 1.0], n),
        "start": pd.Timestamp("2026-12-01"),
        "end": pd.Timestamp("2026-12-20"),
    }
    return gpd.GeoDataFrame(table, geometry=shapely.linestrings(np.stack([x, y], axis=2)), crs=CRS)


def write(folder: Path, data: Path, n: int) -> None:
    """A city folder with those roads (other layers are empty but cover all), and ``routes.parquet`` of ``n`` lines."""
    streets = roads(data)
    streets.to_parquet(folder / "roads.parquet")
    routes(streets, n).to_parquet(folder / "routes.parquet")
    empty = {"green": "green_id", "trees": "tree_id", "highways": "ref", "heritage": "heritage_id"}
    sections = ['[layers.roads]\ncoverage = "bounds"\n']
    for layer, key in empty.items():
        shape = shapely.Point(0, 0) if layer == "trees" else shapely.box(0, 0, 1, 1)
        gpd.GeoDataFrame({key: ["x"]}, geometry=[shape], crs=CRS).iloc[:0].to_parquet(folder / f"{layer}.parquet")
        sections.append(f'[layers.{layer}]\ncoverage = "bounds"\n')
    (folder / "city.toml").write_text(TOML + "\n".join(sections), encoding="utf-8")

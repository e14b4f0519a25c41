"""``warm``: compile the kernel into its cache, so that the first verdict is as quick as the next."""

import argparse
from dataclasses import replace

import geopandas as gpd
import shapely

from api.commands.house import House
from api.review import review
from geo.city import City, Layer
from geo.clearance import clearances
from layers.standards import read_standard


def warm(house: House, asked: argparse.Namespace) -> int:
    """Judge two small lines, one of them bored, on a crossing of two roads: every compiled loop runs once."""
    lines = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(50, -50), (50, 50)])]
    crs = "EPSG:4547"
    roads = gpd.GeoDataFrame(
        {"road_id": ["a", "b"], "class": ["branch", "branch"], "width_m": [12.0, 12.0], "level": "ground"},
        geometry=lines,
        crs=crs,
    )
    green = gpd.GeoDataFrame({"green_id": ["g"], "kind": ["public"]}, geometry=[shapely.box(20, 2, 40, 9)], crs=crs)
    city = City("", crs, (110.9, 0.0, 111.1, 0.1), {"roads": Layer("roads", roads), "green": Layer("green", green)})
    routes = gpd.GeoDataFrame(
        {"route_id": ["1", "2"], "utility": "water", "burial": ["open", "bored"], "applicant": "x"},
        geometry=[shapely.LineString([(0, 3), (100, 3), (100, 40)]), shapely.LineString([(0, -9), (90, 9)])], crs=crs,
    )  # fmt: skip
    pack = next(iter(house.packs_by_id().values()))  # any: the loops are the same for all
    answer = review(routes, city, pack, pack.data.valid_from)
    answer.verdict(0)
    answer.pieces(1)
    pipes = gpd.GeoDataFrame({"pipe_id": ["p"], "utility": ["drain"]}, geometry=lines[1:], crs=crs)
    clearances(routes, replace(city, layers={"pipes": Layer("pipes", pipes)}), read_standard())
    return 0

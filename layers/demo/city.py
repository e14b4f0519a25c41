"""All vector layers of the demo city as one value, before anything is written."""

from dataclasses import dataclass
from typing import Any

import shapely
from shapely import Polygon

from geo.crs import to_degrees, to_work
from layers.demo import blocks, country, green, ledger, networks, pipe_points, streets, surroundings
from layers.demo.frame import CENTRE_E, CENTRE_N, HALF_X, HALF_Y, WORK_CRS
from layers.demo.streets import Network, Section

Row = dict[str, Any]


@dataclass(frozen=True)
class Demo:
    """The layers as rows, and the plan they came from."""

    network: Network
    sections: list[Section]
    ground: blocks.Ground
    layers: dict[str, list[Row]]
    surveyed: Polygon
    bounds: tuple[float, float, float, float]


def bounds_degrees() -> tuple[float, float, float, float]:
    """West, south, east, north of the sheet with a rim of 60 m, outward to 0.0001°."""
    sheet = shapely.box(CENTRE_E - HALF_X - 60, CENTRE_N - HALF_Y - 60, CENTRE_E + HALF_X + 60, CENTRE_N + HALF_Y + 60)
    west, south, east, north = to_degrees(sheet, WORK_CRS).bounds
    return (round(west - 5e-5, 4), round(south - 5e-5, 4), round(east + 5e-5, 4), round(north + 5e-5, 4))


def draw() -> Demo:
    """The whole city, the same every time."""
    bounds = bounds_degrees()
    area = to_work(shapely.segmentize(shapely.box(*bounds), 0.01), "EPSG:4490", WORK_CRS)
    surveyed: Polygon = area.difference(surroundings.unsurveyed())
    network = streets.lay_out()
    ground = blocks.lay_parcels(network)
    sections = network.sections + ground.internal
    districts = surroundings.district_rows()
    works = ledger.ledger_rows(network, surveyed)
    pipes = networks.pipe_rows(network)
    layers = {
        "roads": ledger.road_rows(sections, districts, works),
        "road_ledger": works,
        "road_surfaces": surroundings.surface_rows(network),
        "highways": country.highway_rows(),
        "green": green.green_rows(network, ground, surveyed),
        "trees": green.tree_rows(network, ground, surveyed),
        "heritage": green.heritage_rows(surveyed),
        "pipes": pipes,
        "pipe_points": pipe_points.point_rows(pipes),
        "planning": surroundings.planning_rows(network, ground),
        "districts": districts,
        "events": surroundings.event_rows(network, ground),
    }
    return Demo(network, sections, ground, layers, surveyed, bounds)

"""Where nothing was found: does that mean that nothing is there?"""

from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.city import Layer

NO_LAYER, NO_COVERAGE, ROWS_LOST, OUTSIDE = "no_layer", "no_coverage", "rows_lost", "outside_coverage"


def silent(layer: Layer, site: Any, reach_m: float) -> str | None:
    """Why the silence of a layer within ``reach_m`` of a shape (work CRS) proves nothing; None where it proves that nothing is
    there."""
    if layer.frame is None:
        return NO_LAYER
    if layer.coverage is None:
        return NO_COVERAGE
    if not layer.proves:
        return ROWS_LOST
    return None if holds(layer.coverage, site, reach_m) else OUTSIDE


def holds(coverage: BaseGeometry | None, site: Any, reach_m: float) -> bool:
    """Is every place within ``reach_m`` of the site inside the coverage?"""
    if coverage is None or not shapely.covers(coverage, site):
        return False
    return reach_m <= 0 or not bool(shapely.dwithin(shapely.boundary(coverage), site, reach_m))

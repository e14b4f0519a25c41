"""The ground: a city's layers, how far each reaches and how old it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.schema import LAYERS

OPERATOR = "operator"


@dataclass(frozen=True)
class Layer:
    """One layer of the ground, as one or more deliveries left it.

    ``frame`` holds the columns of :data:`geo.schema.LAYERS` in the city's work CRS, or is None
    where the layer was never delivered: absent is not empty. ``coverage`` is the area (work CRS)
    in which "no row" means "nothing there"; None means that nobody stated one, so that silence
    proves nothing anywhere. ``lost`` counts the rows of its deliveries that could not be read: each may
    lie anywhere, so that the silence of such a layer proves nothing either, unless its completeness was
    declared all the same (``stated_by`` :data:`OPERATOR`).
    """

    name: str
    frame: gpd.GeoDataFrame | None
    coverage: BaseGeometry | None = None
    as_of: date | None = None
    complete_since: date | None = None
    source: str = ""
    owner: str = ""
    licence: str = ""
    stated_by: str = ""
    delivery_id: str = ""
    lost: int = 0

    @property
    def proves(self) -> bool:
        """Can its silence prove anything: delivered, with a coverage, and no row lost."""
        return self.frame is not None and self.coverage is not None and (self.lost == 0 or self.stated_by == OPERATOR)


@dataclass(frozen=True, eq=False)
class City:
    """One city in one work CRS. The same value comes from a folder and from the database.

    ``work_crs`` is a projected CRS in metres ("EPSG:4547"); ``bounds`` is lon/lat
    (west, south, east, north); ``layers`` has one entry for every name of
    :data:`geo.schema.LAYERS` except the rasters.
    """

    name: str
    work_crs: str
    bounds: tuple[float, float, float, float]
    layers: Mapping[str, Layer] = field(default_factory=dict)
    synthetic: bool = False

    def layer(self, name: str) -> Layer:
        """The layer, or an absent one."""
        return self.layers.get(name) or Layer(name, None)

    @cached_property
    def bounds_polygon(self) -> shapely.Polygon:
        """``bounds`` in the work CRS, densified so that its edges stay on the meridians."""
        from geo.crs import to_work

        edge = shapely.segmentize(shapely.box(*self.bounds), 0.01)
        polygon: shapely.Polygon = to_work(edge, "EPSG:4490", self.work_crs)
        return polygon


VECTOR_LAYERS: tuple[str, ...] = tuple(name for name, spec in LAYERS.items() if spec.geometry != "raster")

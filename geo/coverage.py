"""Where silence means "nothing there": does a layer's stated coverage hold all the ground that could matter to a route?

That is more than the axis: half the trench, and as far beyond it as a feature that the layer might lack could reach
(a heritage tree and its range, a highway and its control zone, half a road).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.city import City
from geo.ground import Ground
from geo.law.pack import PackData

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def covered_by(city: City, ground: Ground, shapes: npt.NDArray[Any], half_m: Floats) -> dict[str, Bools]:
    """For each layer that the pack asks: is every place within reach of each shape inside the layer's coverage?

    ``shapes``: axes, or outlines where the footprint was given (work CRS); ``half_m``: how far the footprint may reach
    beyond each of them.
    """
    reach = reach_m(ground.data)
    out = {}
    for name in {zone.layer for zone in ground.data.zones.values()} | {"roads", "road_ledger", "planning", "pipes"}:
        layer = city.layer(name)
        if not layer.proves:
            out[name] = np.zeros(len(shapes), dtype=np.bool_)
            continue
        # A copy of our own: GEOS completes a prepared geometry at its first use, and chunks run side by side.
        area = shapely.from_wkb(shapely.to_wkb(layer.coverage))
        edge = shapely.boundary(area)
        far: Any = half_m + reach.get(name, 0.0)  # shapely takes an array of distances; its stubs do not say so
        shapely.prepare([area, edge])
        near_edge = shapely.dwithin(edge, shapes, far) & (far > 0)
        out[name] = shapely.covers(area, shapes) & ~near_edge
    return out


def reach_m(data: PackData) -> dict[str, float]:
    """How far a feature of each layer may reach from its line or point at most, by the numbers of the pack."""
    road = max(width.high for width in data.measures.road_width_m.values()) / 2
    out = {"roads": road, "road_ledger": road}
    for zone in data.zones.values():
        beyond = [*(zone.beyond_canopy_m or {}).values(), *(zone.beyond_land_m or {}).values(), 0.0]
        reach = max(beyond) + (zone.canopy_unknown_m or 0.0) + (zone.land_unknown_m or 0.0)
        out[zone.layer] = max(out.get(zone.layer, 0.0), reach)
    return out

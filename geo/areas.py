"""Areas: shapes with a radius. What a layer's rows occupy on the ground, whatever their geometry."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.axis import Edges, edges_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Does a row belong to a zone: no, it may (a decisive attribute is missing), likely (a hint says so), surely.
NO, MAYBE, LIKELY, SURE = 0, 1, 2, 3


@dataclass(frozen=True)
class AreaSet:
    """Areas of one layer with one way of widening. ``row`` is the row of the layer's frame that an area came from."""

    key: str
    layer: str
    edges: Edges
    solid: npt.NDArray[np.bool_]
    radius: Floats
    radius_low: Floats
    radius_high: Floats
    row: Ints
    certain: npt.NDArray[np.bool_]

    @property
    def n(self) -> int:
        """Number of areas."""
        return self.edges.n

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the bounding boxes, widened by the largest radius."""
        box = self.edges.boxes()
        reach = self.radius_high
        return shapely.STRtree(shapely.box(box[:, 0] - reach, box[:, 1] - reach, box[:, 2] + reach, box[:, 3] + reach))

    @cached_property
    def estimated(self) -> bool:
        """Some radius rests on a default."""
        return bool((self.radius_low != self.radius_high).any())


def area_set(
    key: str, layer: str, shapes: npt.NDArray[Any], low: Floats, mid: Floats, high: Floats, row: Ints, certain: Any = None
) -> AreaSet:
    """An area set from shapes, their radii (least, best, most) and the rows that they came from."""
    solid = np.isin(shapely.get_type_id(shapes), (3, 6))
    sure = np.ones(len(shapes), dtype=np.bool_) if certain is None else certain
    return AreaSet(
        key, layer, edges_of(shapes), solid, mid.astype(float), low.astype(float), high.astype(float), row.astype(np.int64), sure
    )

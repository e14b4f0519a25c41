"""A kept verdict on the map: its stretches say from where to where; this adds the lines, in longitude and latitude."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely

from geo.axis import Axes, axes_of, cut
from geo.crs import to_degrees
from geo.outlines import derived_axis


def located(
    verdict: Mapping[str, Any], pieces: Iterable[Mapping[str, Any]], shape: Any, work_crs: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """``verdict`` and ``pieces`` with ``coordinates`` on every stretch, as a review made with geometry has them.

    ``shape``: the judged line or outline in the work CRS.
    """
    line = derived_axis(shape) if shape.geom_type in ("Polygon", "MultiPolygon") else shape
    axes = axes_of(np.array([line], dtype=object))
    findings = [
        {**f, "stretches": [_with_line(one, axes, work_crs) for one in f.get("stretches") or []]} for f in verdict["findings"]
    ]
    return {**verdict, "findings": findings}, [_with_line(piece, axes, work_crs) for piece in pieces]


def _with_line(stretch: Mapping[str, Any], axes: Axes, work_crs: str) -> dict[str, Any]:
    part = to_degrees(cut(axes, 0, stretch["from_m"], stretch["to_m"]), work_crs)
    return {**stretch, "coordinates": np.round(shapely.get_coordinates(part), 7).tolist()}

"""The line beside a kerb, a road or a pipe: parallel at a distance, in the work CRS."""

import math
from typing import Literal

import shapely

from geo.errors import BadInput

Side = Literal["left", "right"]
Corners = Literal["mitre", "round"]
MITRE_LIMIT = 5.0  # a corner sharper than some 23° is cut off rather than drawn out into a spike


def parallel(line: shapely.LineString, distance_m: float, side: Side, corners: Corners = "mitre") -> shapely.LineString:
    """The parallel of ``line`` (work CRS, metres) at ``distance_m`` to its left or right, running the same way.

    Every point of it is at least ``distance_m`` from ``line``; exactly so but at outer corners, which ``mitre`` keeps as one
    vertex and ``round`` turns into an arc. Raises BadInput where no such line is left, or it falls into several.
    """
    offset = shapely.offset_curve(
        shapely.remove_repeated_points(line, 1e-6), distance_m if side == "left" else -distance_m,
        join_style=corners, mitre_limit=MITRE_LIMIT, quad_segs=8,
    )  # fmt: skip
    merged = shapely.line_merge(offset)  # GEOS sometimes gives it in pieces that touch
    parts = [part for part in shapely.get_parts(merged) if part.length > 1e-6]
    where_zh, where_en = ("左", "left") if side == "left" else ("右", "right")
    if not parts:
        raise BadInput(
            why_zh=f"向{where_zh}平移 {distance_m:g} m 后没有线了：弯道半径比平移距离小。请减小距离，或选另一侧、较短的一段",
            why_en=f"nothing is left {distance_m:g} m to the {where_en}: the bend is tighter than that. Take a smaller "
            "distance, the other side, or a shorter stretch",
        )
    if len(parts) > 1:
        raise BadInput(
            why_zh=f"向{where_zh}平移 {distance_m:g} m 后断成 {len(parts)} 段：弯道半径比平移距离小。请减小距离，或分段平移",
            why_en=f"{distance_m:g} m to the {where_en} it falls into {len(parts)} parts: the bend is tighter than that. "
            "Take a smaller distance, or one stretch after the other",
        )
    return _same_way(parts[0], line)


def _same_way(offset: shapely.LineString, line: shapely.LineString) -> shapely.LineString:
    """Some versions of GEOS turn the parallel on the right round; ours runs as the line does."""
    begins, ends = shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])
    first, last = shapely.Point(offset.coords[0]), shapely.Point(offset.coords[-1])
    forwards = shapely.distance(first, begins) + shapely.distance(last, ends)
    backwards = shapely.distance(first, ends) + shapely.distance(last, begins)
    return offset if forwards <= backwards else shapely.reverse(offset)


def polar(x: float, y: float, distance_m: float, azimuth_deg: float) -> tuple[float, float]:
    """The point at a distance and a grid azimuth (clockwise from grid north) from (x, y), work CRS, metres."""
    angle = math.radians(azimuth_deg)
    return x + distance_m * math.sin(angle), y + distance_m * math.cos(angle)

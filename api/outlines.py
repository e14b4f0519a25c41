"""Why an outline is none, in both languages, with the place."""

import re
from typing import Any

import shapely

_ZH = {
    "Self-intersection": "边与边相交", "Ring Self-intersection": "同一边界自相接触", "Duplicate Rings": "边界重复",
    "Too few points in geometry component": "角点太少", "Hole lies outside shell": "洞在外边界之外",
    "Holes are nested": "洞套着洞", "Nested shells": "外边界互相套叠", "Interior is disconnected": "内部被边界隔断",
    "Invalid Coordinate": "坐标不是数值",
}  # fmt: skip


def why_invalid(shape: Any) -> tuple[str, str]:
    """(Chinese, English) of what is wrong with a polygon, and where; of a reason that has no Chinese here, GEOS's own word."""
    said = str(shapely.is_valid_reason(shape))
    found = re.fullmatch(r"(.*?)\[(\S+) (\S+)\]", said)
    if found is None:
        return _ZH.get(said, said), said
    reason, x, y = found.groups()
    return f"{_ZH.get(reason, reason)}，在 {x}, {y}", f"{reason} at {x}, {y}"

"""One example of everything about the drawing table, for OpenAPI."""

from typing import Any

COORDINATES: dict[str, Any] = {
    "text": "1, 523100.123, 3851000.456\n2, 523180.000, 3851004.200",
    "crs": "EPSG:4547",
    "order": None,
}
COORDINATES_READ: dict[str, Any] = {
    "points": [{"row": 1, "x": 523100.123, "y": 3851000.456, "lon": 114.25273011, "lat": 34.78651047, "inside": True}],
    "crs": "EPSG:4547", "order": "xy", "ask": None, "problems": [],
    "said": {"zh": "按 CGCS2000 / 3-degree Gauss-Kruger CM 114E（EPSG:4547）读取", "en": "read as EPSG:4547"},
}  # fmt: skip
POLAR: dict[str, Any] = {"start": [114.3402, 34.7981], "distance_m": 35.2, "azimuth_deg": 92.5}
POLAR_POINT: dict[str, Any] = {"lon": 114.34058419, "lat": 34.79807842, "inside": True}
OFFSET: dict[str, Any] = {
    "line": {"type": "LineString", "coordinates": [[114.3402, 34.7981], [114.3417, 34.7982]]}, "distance_m": 1.5, "side": "left",
}  # fmt: skip
OFFSET_LINE: dict[str, Any] = {"line": [[114.34019891, 34.7981135], [114.34169891, 34.7982135]], "length_m": 137.6}
FILE_LINES: dict[str, Any] = {
    "lines": [{
        "row_no": 1, "label": "W-1", "length_m": 137.6, "coordinates": [[114.3402, 34.7981], [114.3417, 34.7982]],
        "attributes": {"route_id": "W-1", "utility": "water", "diameter_mm": 200},
    }],
    "total": 1, "notes": ["坐标系 EPSG:4547（文件所述）"], "rejects": [],
}  # fmt: skip

"""One example of every answer about places, for OpenAPI."""

from typing import Any

PASTED: dict[str, Any] = {
    "service": "amap", "turned": False,
    "places": [{
        "lon": 114.3074, "lat": 34.797, "datum": "GCJ-02", "shift_m": 543.6, "inside": True,
        "said": {"zh": "高德链接 · GCJ-02 → CGCS2000，移 544 m", "en": "AMap link · GCJ-02 → CGCS2000, moved 544 m"},
    }],
    "said": {
        "zh": "高德链接没有写明坐标系，按其默认 GCJ-02 读取", "en": "The AMap link names no datum: read in its default, GCJ-02",
    },
}  # fmt: skip
PROFILE_ASKED: dict[str, Any] = {"line": {"type": "LineString", "coordinates": [[114.3402, 34.7981], [114.3417, 34.7982]]}}
PROFILE: dict[str, Any] = {
    "length_m": 137.6, "step_m": 27.5, "lowest_m": 71.2, "highest_m": 72.0, "climb_m": 0.9, "descent_m": 0.1,
    "gaps": [[55.0, 110.1]],
    "points": [{"at_m": 0.0, "lon": 114.3402, "lat": 34.7981, "height_m": 71.2, "slope_pct": 0.4, "part": 0}],
    "sheets": [{
        "delivery": 14, "source": "1:2000 DEM", "owner": "市自然资源和规划局", "as_of": "2025-06-01", "resolution_m": 25.0,
        "points": 4,
    }],
}  # fmt: skip
RULER_ASKED: dict[str, Any] = {"shape": {"type": "LineString", "coordinates": [[114.3402, 34.7981], [114.3417, 34.7982]]}}
RULED: dict[str, Any] = {
    "work_crs": "EPSG:4547", "legs_m": [137.694], "planar_m": 137.694, "geodesic_m": 137.695, "bearing_deg": 85.204,
    "planar_m2": None, "geodesic_m2": None,
}  # fmt: skip

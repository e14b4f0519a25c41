"""What a hand measured, as it crosses the wire."""

from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.ruler import ruled

MM, CM2 = 3, 4  # digits of a metre, of a square metre


def measured(degrees: BaseGeometry, work_crs: str) -> dict[str, Any]:
    """What :class:`api.places.schemas.Ruled` holds."""
    found = ruled(degrees, work_crs)

    def rounded(value: float | None, digits: int) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "work_crs": work_crs, "legs_m": found.legs_m.round(MM).tolist(), "planar_m": round(found.planar_m, MM),
        "geodesic_m": round(found.geodesic_m, MM), "bearing_deg": rounded(found.bearing_deg, 3),
        "planar_m2": rounded(found.planar_m2, CM2), "geodesic_m2": rounded(found.geodesic_m2, CM2),
    }  # fmt: skip

"""The way to a survey's site: for the map apps of who goes there, each in its own datum, and as words to read out."""

from typing import Any

import shapely
from shapely.geometry import shape

from api.places.links import NAMES, Share, share_links
from geo.spoken import check_character

SITE_NAME = "踏勘地点"
"""What the map apps call it: the title of a survey may name people, and is no business of theirs."""


def way_to(site: dict[str, Any]) -> dict[str, Any]:
    """What :class:`api.survey.schemas.WayOut` holds, of a site in GeoJSON (Point or Polygon, degrees of CGCS2000).

    Of an area it is the way to a point that surely lies inside.
    """
    spot = shapely.point_on_surface(shape(site))
    lon, lat = round(spot.x, 6), round(spot.y, 6)
    (north, south), (east, west) = (("北纬", "N"), ("南纬", "S")), (("东经", "E"), ("西经", "W"))
    (zh_lat, en_lat), (zh_lon, en_lon) = (north if lat >= 0 else south), (east if lon >= 0 else west)
    check = check_character(lat, lon)
    said = {
        "zh": f"{zh_lat} {abs(lat):.6f}°，{zh_lon} {abs(lon):.6f}°，校验 {check}（CGCS2000）",
        "en": f"{abs(lat):.6f}° {en_lat}, {abs(lon):.6f}° {en_lon}, check {check} (CGCS2000)",
    }
    return {"lon": lon, "lat": lat, "said": said, "apps": [_app(each) for each in share_links(lon, lat, SITE_NAME)]}


def _app(share: Share) -> dict[str, Any]:
    zh, en = NAMES[share.service]
    first, second = (share.lat, share.lon) if share.order == "yx" else (share.lon, share.lat)
    numbers = f"{first:.6f},{second:.6f}"
    title = {"zh": zh, "en": en}
    return {
        "service": share.service,
        "title": title,
        "datum": share.datum,
        "numbers": numbers,
        "url": share.url,
        "sure": share.sure,
    }

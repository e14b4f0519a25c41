"""A pasted text → the places that it can mean, in words: the service, its datum, how far the numbers were moved."""

from typing import Any

from api.drawing.schemas import CoordinatesAsked
from api.drawing.typed import understand
from api.places.links import NAMES, Link, Place, places, read_link
from geo.city import City
from geo.errors import BadInput
from geo.spoken import heard

NOTHING: dict[str, Any] = {"service": None, "turned": False, "places": [], "said": None}


def understand_pasted(text: str, city: City) -> dict[str, Any]:
    """What :class:`api.places.schemas.Pasted` holds: of a link of a map service, else of coordinates typed on one line.

    Raises BadInput, with the cure, for a link that says no place by itself and for a position whose check character is wrong.
    """
    link = read_link(text)
    return _typed(text, city) if link is None else _linked(link, city)


def _linked(link: Link, city: City) -> dict[str, Any]:
    found = [{**_place(place, city), "said": _moved(link, place)} for place in places(link)]
    return {"service": link.service, "turned": link.turned, "places": found, "said": _about(link)}


def _place(place: Place, city: City) -> dict[str, Any]:
    west, south, east, north = city.bounds
    inside = west <= place.lon <= east and south <= place.lat <= north
    return {"lon": place.lon, "lat": place.lat, "datum": place.datum, "shift_m": round(place.shift_m, 1), "inside": inside}


def _moved(link: Link, place: Place) -> dict[str, str]:
    (zh, en), moved = NAMES[link.service], round(place.shift_m)
    zh, en = (zh if zh.endswith("链接") else f"{zh}链接"), (en if en.endswith("link") else f"{en} link")
    if place.datum == "WGS84":
        return {"zh": f"{zh} · WGS 84 = CGCS2000，未移动", "en": f"{en} · WGS 84 = CGCS2000, not moved"}
    return {"zh": f"{zh} · {place.datum} → CGCS2000，移 {moved} m", "en": f"{en} · {place.datum} → CGCS2000, moved {moved} m"}


def _about(link: Link) -> dict[str, str]:
    """What the reader should know of how the link was understood."""
    zh, en = NAMES[link.service]
    if len(link.datums) > 1:
        said = {"zh": f"{zh}没有说明链接用哪个坐标系，两种读法相差半公里左右，请对照地物选择",
                "en": f"{en} does not say which datum its links have; the two readings lie some half kilometre apart: choose by "
                      "what stands there"}  # fmt: skip
    elif link.stated or link.service == "geo":
        said = {"zh": f"坐标系 {link.datums[0]} 由链接写明", "en": f"The link itself names {link.datums[0]}"}
        if not link.stated:
            said = {"zh": "geo 链接按标准为 WGS 84", "en": "A geo link is in WGS 84 by its standard"}
    else:
        said = {"zh": f"{zh}链接没有写明坐标系，按其默认 {link.datums[0]} 读取",
                "en": f"The {en} link names no datum: read in its default, {link.datums[0]}"}  # fmt: skip
    if link.turned:
        said = {"zh": f"{said['zh']}；经纬度次序与该服务的写法相反，已对调",
                "en": f"{said['en']}; latitude and longitude stood the other way round and were exchanged"}  # fmt: skip
    return said


def _typed(text: str, city: City) -> dict[str, Any]:
    """Coordinates in degrees, minutes and seconds or metres, by the rules of the drawing table; one point alone."""
    read = understand(CoordinatesAsked(text=text), city)
    if heard(text)[1] is not None and read["problems"]:
        why = read["problems"][0]["why"]
        raise BadInput(why_zh=why["zh"], why_en=why["en"])
    if len(read["points"]) != 1:
        return {**NOTHING, "said": read["said"]} if read["ask"] else NOTHING
    point = read["points"][0]
    where = {name: point[name] for name in ("lon", "lat", "inside")}
    place = {**where, "datum": read["crs"], "shift_m": 0.0, "said": read["said"]}
    return {"service": "typed", "turned": False, "places": [place], "said": read["said"]}

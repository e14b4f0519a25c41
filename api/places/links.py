"""Locations as people paste them: links of map services, each with its own datum and axis order; and links to be handed out.

Parameters and orders as the services document them (AMap URI API, Tencent Maps URI v1, Baidu Maps URI, Apple Map Links,
RFC 5870). Apple and Google do not say which datum a link into China has: both readings are given, none is chosen.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from geo.datums import Datum, convert, shift_m
from geo.errors import BadInput
from geo.typed import LAT, LON

DIGITS = 8  # of a degree: a millimetre
NAMES: Mapping[str, tuple[str, str]] = {
    "amap": ("高德", "AMap"), "baidu": ("百度", "Baidu"), "tencent": ("腾讯", "Tencent"), "apple": ("Apple 地图", "Apple Maps"),
    "google": ("Google 地图", "Google Maps"), "geo": ("geo 链接", "geo link"), "wechat": ("微信", "WeChat"),
}  # fmt: skip
SHORT = {"surl.amap.com": "amap", "j.map.baidu.com": "baidu", "dwz.cn": "baidu", "maps.app.goo.gl": "google", "goo.gl": "google",
         "url.cn": "tencent", "w.url.cn": "tencent", "maps.apple": "apple"}  # fmt: skip
_LINK = re.compile(r"(?:(?:https?|androidamap|iosamap|baidumap|bdapp|qqmap)://|geo:)[^\s<>\"'，。；、（）【】]+", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w.])(?:[\w-]+\.)*(?:amap\.com|map\.baidu\.com|map\.qq\.com|maps\.apple\.com)/[^\s<>\"'，。]+", re.IGNORECASE
)
_TWO = re.compile(r"\s*([-+]?\d{1,3}(?:\.\d+)?)\s*[,，]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*(?:[,，(|;].*)?", re.DOTALL)


@dataclass(frozen=True)
class Link:
    """A place as a link has it: degrees in its own datum. ``datums``: more than one where the service does not say which.

    ``turned``: the two numbers stand the other way round than the service documents, and make sense only so.
    ``stated``: the link itself names the datum; else it is the service's default.
    """

    service: str
    lon: float
    lat: float
    datums: tuple[Datum, ...]
    stated: bool
    turned: bool = False


@dataclass(frozen=True)
class Place:
    """A place that was understood, in degrees of CGCS2000; ``shift_m``: how far from the numbers of the link it lies."""

    lon: float
    lat: float
    datum: Datum
    shift_m: float


@dataclass(frozen=True)
class Share:
    """A place for another service: degrees in ``datum``; ``url`` None where the service is called from a program.

    ``sure`` is False where the service does not document which datum it expects."""

    service: str
    datum: Datum
    order: str
    lon: float
    lat: float
    url: str | None
    sure: bool = True


def read_link(text: str) -> Link | None:
    """The first link in ``text`` as a place; None where there is none of a map service.

    Raises :class:`geo.errors.BadInput` for a link that says no place by itself: short, of a name alone, in Baidu's metres.
    """
    found = _LINK.search(text) or _BARE.search(text)
    if found is None:
        return None
    url = found[0] if ":" in found[0].split("/")[0] else f"https://{found[0]}"
    if url.lower().startswith("geo:"):
        return _geo(url[4:])
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        said = {name.lower(): values[0] for name, values in parse_qs(parts.query, max_num_fields=100).items()}
    except ValueError:
        return None
    if host in SHORT:
        raise _short(SHORT[host])
    service = _service(parts.scheme.lower(), host)
    return None if service is None else _READERS[service](said, unquote(f"{parts.path}#{parts.fragment}"), parts.scheme.lower())


def places(link: Link) -> list[Place]:
    """Where the link points, in CGCS2000: one place, or one for each datum that the link may be in."""
    return list(_moved(link))


def _moved(link: Link) -> Iterator[Place]:
    here = [[link.lon, link.lat]]
    for datum in link.datums:
        lon, lat = convert(here, datum, "WGS84")[0]
        yield Place(round(float(lon), DIGITS), round(float(lat), DIGITS), datum, float(shift_m(here, datum)[0]))


def _service(scheme: str, host: str) -> str | None:
    for service, schemes, ends in _HOMES:
        if scheme in schemes or any(host == end or host.endswith(f".{end}") for end in ends):
            return service
    return "google" if re.fullmatch(r"(?:www\.|maps\.|ditu\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?", host) else None


_HOMES = (
    ("amap", ("androidamap", "iosamap"), ("amap.com", "gaode.com")),
    ("baidu", ("baidumap", "bdapp"), ("map.baidu.com",)),
    ("tencent", ("qqmap",), ("map.qq.com",)),
    ("apple", (), ("maps.apple.com",)),
)


def _amap(said: Mapping[str, str], path: str, scheme: str) -> Link:
    apps = said.get("dev") if scheme in ("androidamap", "iosamap") else None
    datum = _named(
        "amap", said.get("coordinate") or apps, {"gaode": "GCJ-02", "wgs84": "WGS84", "0": "GCJ-02", "1": "WGS84"}, "GCJ-02"
    )
    stated = "coordinate" in said or apps is not None
    for name in ("position", "to", "from", "center"):
        if pair := _pair(said.get(name)):
            return _link("amap", *pair, (datum,), stated)
    for east, north in (("lng", "lat"), ("lon", "lat"), ("dlon", "dlat"), ("x", "y")):
        if pair := _pair(f"{said.get(east)},{said.get(north)}"):
            return _link("amap", *pair, (datum,), stated)
    place_of_number = said.get("p", "").partition(",")[2]  # number of the place, latitude, longitude, name
    if pair := _pair(said.get("q")) or _pair(place_of_number):
        return _link("amap", pair[1], pair[0], (datum,), stated)
    raise _no_place("amap")


def _baidu(said: Mapping[str, str], path: str, scheme: str) -> Link:
    system = said.get("coord_type", "").lower()
    if system == "bd09mc" or re.search(r"@\d{7,8}(?:\.\d+)?,\d{6,7}", path):
        raise BadInput(
            why_zh="百度链接用的是百度米制坐标（bd09mc），不能可靠换算；请在百度地图里复制经纬度，"
            "或用“分享”得到 location=纬度,经度 的链接",
            why_en="the Baidu link is in Baidu's metres (bd09mc), which cannot be converted safely; copy latitude and longitude "
            "from Baidu Maps, or share a link with location=latitude,longitude",
        )  # fmt: skip
    datum = _named("baidu", system, {"bd09ll": "BD-09", "gcj02": "GCJ-02", "wgs84": "WGS84"}, "BD-09")
    for name in ("location", "latlng", "center", "destination"):
        if pair := _pair(re.sub(r".*latlng:", "", said.get(name, ""))):
            return _link("baidu", pair[1], pair[0], (datum,), bool(system))
    raise _no_place("baidu")


def _tencent(said: Mapping[str, str], path: str, scheme: str) -> Link:
    datum = _named("tencent", said.get("coord_type"), {"1": "WGS84", "2": "GCJ-02"}, "GCJ-02")
    stated = "coord_type" in said
    marker = re.search(r"coord:([^;]+)", said.get("marker", ""))
    for text in (marker[1] if marker else None, said.get("coord"), said.get("tocoord"), said.get("center")):
        if pair := _pair(text):
            return _link("tencent", pair[1], pair[0], (datum,), stated)
    if pair := _pair(f"{said.get('pointx')},{said.get('pointy')}"):
        return _link("tencent", *pair, (datum,), stated)
    raise _no_place("tencent")


def _apple(said: Mapping[str, str], path: str, scheme: str) -> Link:
    for name in ("coordinate", "ll", "q", "daddr", "center", "sll"):
        if pair := _pair(said.get(name)):
            return _link("apple", pair[1], pair[0], _doubtful(pair[1], pair[0]), False)
    raise _no_place("apple")


def _google(said: Mapping[str, str], path: str, scheme: str) -> Link:
    pin = re.search(r"!3d(-?\d+\.\d+)!4d(-?\d+\.\d+)", path)  # the place itself; what stands after @ is the middle of the map
    at = re.search(r"@(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)", path) or re.search(r"/(-?\d+\.\d+),\+?(-?\d+\.\d+)", path)
    texts = [f"{pin[1]},{pin[2]}" if pin else None, said.get("query"), said.get("q"), said.get("destination")]
    for text in (*texts, said.get("ll"), f"{at[1]},{at[2]}" if at else None):
        if pair := _pair(text):
            return _link("google", pair[1], pair[0], _doubtful(pair[1], pair[0]), False)
    raise _no_place("google")


def _geo(text: str) -> Link:
    """RFC 5870: latitude, longitude[, height][;crs=wgs84]; Android's ``geo:0,0?q=latitude,longitude(name)`` beside it."""
    where, _, rest = unquote(text).partition("?")
    system = re.search(r";crs=([\w-]+)", where, re.IGNORECASE)
    if system and system[1].lower() != "wgs84":
        raise BadInput(
            why_zh=f"geo 链接的坐标系 {system[1]} 不认识；请改用 WGS 84 经纬度",
            why_en=f"the geo link names the system {system[1]}, which is not known; give it in WGS 84",
        )
    asked = re.search(r"(?:^|&)q=([^&]+)", rest)
    pair = (_pair(asked[1]) if asked else None) or _pair(where)
    if pair is None or pair == (0.0, 0.0):
        raise _no_place("geo")
    return _link("geo", pair[1], pair[0], ("WGS84",), system is not None)


_READERS: Mapping[str, Callable[[Mapping[str, str], str, str], Link]] = {
    "amap": _amap, "baidu": _baidu, "tencent": _tencent, "apple": _apple, "google": _google,
}  # fmt: skip


def _named(service: str, system: str | None, known: Mapping[str, Datum], default: Datum) -> Datum:
    """The datum that a link names, else the service's default. Raises BadInput for a name that the service does not document."""
    if not system:
        return default
    datum = known.get(system.lower())
    if datum is None:
        zh, en = NAMES[service]
        raise BadInput(
            why_zh=f"{zh}链接写的坐标系“{system[:20]}”不认识；请在{zh}地图上重新分享，或直接复制经纬度",
            why_en=f"the {en} link names the datum '{system[:20]}', which is not known; share it again from {en}, or copy "
            "longitude and latitude",
        )
    return datum


def _pair(text: str | None) -> tuple[float, float] | None:
    found = _TWO.fullmatch(text or "")
    return (float(found[1]), float(found[2])) if found else None


def _link(service: str, lon: float, lat: float, datums: tuple[Datum, ...], stated: bool) -> Link:
    """In China the larger of the two is always the longitude: numbers that are swapped show it."""
    turned = not _in_china(lon, lat) and _in_china(lat, lon)
    if turned:
        lon, lat = lat, lon
        datums = _doubtful(lon, lat) if service in ("apple", "google") else datums
    if not (abs(lon) <= 180 and abs(lat) <= 90 and math.isfinite(lon) and math.isfinite(lat)):
        raise _no_place(service)
    return Link(service, lon, lat, datums, stated, turned)


def _in_china(lon: float, lat: float) -> bool:
    return LON[0] <= lon <= LON[1] and LAT[0] <= lat <= LAT[1]


def _doubtful(lon: float, lat: float) -> tuple[Datum, ...]:
    return ("GCJ-02", "WGS84") if _in_china(lon, lat) or _in_china(lat, lon) else ("WGS84",)


def _short(service: str) -> BadInput:
    zh, en = NAMES[service]
    return BadInput(
        why_zh=f"这是{zh}的短链接，本机不联网，不能展开；请先在浏览器中打开它，再复制地址栏里的长链接，或直接复制经纬度",
        why_en=f"this is a short link of {en}, and nothing is asked of the network here; open it in a browser first "
        "and copy the long address from there, or copy longitude and latitude",
    )  # fmt: skip


def _no_place(service: str) -> BadInput:
    zh, en = NAMES[service]
    return BadInput(
        why_zh=f"{zh}链接里没有可用的经纬度；请在地图上放一个标记再分享，或直接复制经纬度",
        why_en=f"the link of {en} holds no longitude and latitude that can be used; put a marker on its map and share "
        "that, or copy longitude and latitude",
    )  # fmt: skip


def share_links(lon: float, lat: float, name: str = "") -> list[Share]:
    """A place (degrees, CGCS2000) for WeChat, AMap, Baidu, Tencent, Apple and ``geo:``, each in its own datum and axis order.

    WeChat opens places from a page's program (``openLocation``: GCJ-02): it has numbers and no address.
    """
    gcj_lon, gcj_lat = (round(float(one), 6) for one in convert([[lon, lat]], "WGS84", "GCJ-02")[0])
    bd_lon, bd_lat = (round(float(one), 6) for one in convert([[lon, lat]], "WGS84", "BD-09")[0])
    lon, lat = round(lon, 6), round(lat, 6)
    title = name.strip() or f"{lat},{lon}"
    amap = {"position": f"{gcj_lon},{gcj_lat}", "name": title, "src": "waixian", "coordinate": "gaode", "callnative": "0"}
    baidu = {"location": f"{bd_lat},{bd_lon}", "title": title, "content": title, "output": "html", "coord_type": "bd09ll",
             "src": "waixian"}  # fmt: skip
    plain = re.sub(r"[;:,&]", " ", title)
    tencent = {"marker": f"coord:{gcj_lat},{gcj_lon};title:{plain};addr:{plain}", "coord_type": "2", "referer": "waixian"}
    return [
        Share("wechat", "GCJ-02", "yx", gcj_lon, gcj_lat, None),
        Share("amap", "GCJ-02", "xy", gcj_lon, gcj_lat, _url("https://uri.amap.com/marker", amap)),
        Share("baidu", "BD-09", "yx", bd_lon, bd_lat, _url("https://api.map.baidu.com/marker", baidu)),
        Share("tencent", "GCJ-02", "yx", gcj_lon, gcj_lat, _url("https://apis.map.qq.com/uri/v1/marker", tencent)),
        Share("apple", "WGS84", "yx", lon, lat, _url("https://maps.apple.com/", {"ll": f"{lat},{lon}", "q": title}), sure=False),
        Share("geo", "WGS84", "yx", lon, lat, f"geo:{lat},{lon}"),
    ]


def _url(address: str, words: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(words, quote_via=quote, safe=',:;')}"

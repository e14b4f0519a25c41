"""Pasted links: every service's datum and axis order, what cannot be told, and links handed out that read back."""

import pytest

from api.places.links import Link, places, read_link, share_links
from geo.errors import BadInput

HERE = (114.3074, 34.7970)
AMAP, BAIDU, TENCENT = (
    "https://uri.amap.com/marker?",
    "http://api.map.baidu.com/marker?",
    "https://apis.map.qq.com/uri/v1/marker?",
)
CERTAIN = [
    (f"{AMAP}position=114.313244,34.796107&name=x", "amap", "GCJ-02", False),
    (f"{AMAP}position=114.3074,34.797&coordinate=wgs84", "amap", "WGS84", True),
    (f"看这里 {AMAP}position=114.313244,34.796107&coordinate=gaode，谢谢", "amap", "GCJ-02", True),
    ("uri.amap.com/marker?position=114.313244,34.796107", "amap", "GCJ-02", False),
    ("https://ditu.amap.com/regeo?lng=114.313244&lat=34.796107&name=x", "amap", "GCJ-02", False),
    ("https://www.amap.com/?p=B0FFG,34.796107,114.313244,%E5%90%8D", "amap", "GCJ-02", False),
    ("https://wb.amap.com/?q=34.796107,114.313244,name", "amap", "GCJ-02", False),
    ("androidamap://viewMap?sourceApplication=a&poiname=b&lat=34.796107&lon=114.313244&dev=0", "amap", "GCJ-02", True),
    ("androidamap://viewMap?lat=34.797&lon=114.3074&dev=1", "amap", "WGS84", True),
    (f"{BAIDU}location=34.801842,114.319820&title=x&output=html", "baidu", "BD-09", False),
    (f"{BAIDU}location=34.801842,114.319820&coord_type=bd09ll", "baidu", "BD-09", True),
    (f"{BAIDU}location=34.796107,114.313244&coord_type=gcj02", "baidu", "GCJ-02", True),
    ("baidumap://map/marker?location=34.797,114.3074&coord_type=wgs84", "baidu", "WGS84", True),
    ("baidumap://map/direction?destination=name:x|latlng:34.796107,114.313244&coord_type=gcj02", "baidu", "GCJ-02", True),
    (f"{TENCENT}marker=coord:34.796107,114.313244;title:x;addr:y&referer=z", "tencent", "GCJ-02", False),
    (f"{TENCENT}marker=coord:34.797,114.3074;title:x&coord_type=1", "tencent", "WGS84", True),
    ("https://map.qq.com/?type=marker&pointx=114.313244&pointy=34.796107", "tencent", "GCJ-02", False),
    ("geo:34.797,114.3074", "geo", "WGS84", False),
    ("geo:34.797,114.3074,72.5;crs=wgs84;u=15", "geo", "WGS84", True),
    ("geo:0,0?q=34.797,114.3074(%E4%BA%95)", "geo", "WGS84", False),
]


@pytest.mark.parametrize(("text", "service", "datum", "stated"), CERTAIN)
def test_every_service_leads_to_the_same_place(text: str, service: str, datum: str, stated: bool) -> None:
    link = read_link(text)
    assert link is not None
    assert (link.service, link.datums, link.stated, link.turned) == (service, (datum,), stated, False)
    (place,) = places(link)
    assert (place.lon, place.lat) == pytest.approx(HERE, abs=2e-6)
    assert place.shift_m == pytest.approx({"WGS84": 0, "GCJ-02": 543, "BD-09": 1257}[datum], abs=1.5)


DOUBTFUL = [
    "https://maps.apple.com/?ll=34.796107,114.313244&q=x",
    "https://maps.apple.com/place?coordinate=34.796107,114.313244",
    "https://www.google.com/maps/@34.796107,114.313244,17z",
    "https://www.google.com/maps/place/x/@34.7,114.2,17z/data=!3m1!4b1!3d34.796107!4d114.313244",
    "https://maps.google.com/?q=34.796107,114.313244",
]


@pytest.mark.parametrize("text", DOUBTFUL)
def test_where_the_datum_is_not_known_both_readings_stand(text: str) -> None:
    link = read_link(text)
    assert link is not None
    first, second = places(link)
    assert (first.datum, second.datum) == ("GCJ-02", "WGS84")
    assert (first.lon, first.lat) == pytest.approx(HERE, abs=2e-6)
    assert (second.lon, second.lat, second.shift_m) == (114.313244, 34.796107, 0.0)


def test_beyond_china_a_google_link_is_certain() -> None:
    assert read_link("https://www.google.com/maps/@48.85,2.35,12z") == Link("google", 2.35, 48.85, ("WGS84",), False)


def test_numbers_the_other_way_round_are_turned_and_it_is_said() -> None:
    link = read_link(f"{AMAP}position=34.796107,114.313244")
    assert link is not None and link.turned and (link.lon, link.lat) == (114.313244, 34.796107)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("https://surl.amap.com/1abC2dE", "短链接"),
        ("【地点】https://j.map.baidu.com/ab/cd", "短链接"),
        ("https://maps.app.goo.gl/abc", "短链接"),
        (f"{BAIDU}location=12725000,4110000&coord_type=bd09mc", "bd09mc"),
        ("https://map.baidu.com/@12725011.5,4110000.1,19z", "bd09mc"),
        ("https://www.amap.com/place/B0FFG", "没有可用的经纬度"),
        (f"{AMAP}position=200,95", "没有可用的经纬度"),
        (f"{AMAP}position=114.3,34.8&coordinate=baidu", "“baidu”不认识"),
        (f"{BAIDU}location=34.8,114.3&coord_type=utm", "“utm”不认识"),
        (f"{TENCENT}marker=coord:34.8,114.3&coord_type=3", "“3”不认识"),
        (f"{TENCENT}marker=title:x", "没有可用的经纬度"),
        ("https://maps.apple.com/?q=pizza", "没有可用的经纬度"),
        ("https://www.google.com/maps/search/pizza", "没有可用的经纬度"),
        ("geo:0,0", "没有可用的经纬度"),
        ("geo:34.797,114.3074;crs=nad27", "nad27"),
    ],
)
def test_what_says_no_place_is_refused_with_the_cure(text: str, cure: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_link(text)
    assert cure in refused.value.text("zh")


@pytest.mark.parametrize(
    "text",
    ["大梁路", "114.3074, 34.797", "https://example.com/?ll=34,114", "http://[", "", "https://notamap.com/?lng=114&lat=34"],
)
def test_what_is_no_link_of_a_map_is_left_to_others(text: str) -> None:
    assert read_link(text) is None


def test_what_is_handed_out_reads_back_as_the_same_place() -> None:
    shares = {share.service: share for share in share_links(*HERE, "井盖 3号;甲")}
    assert list(shares) == ["wechat", "amap", "baidu", "tencent", "apple", "geo"]
    assert (shares["wechat"].url, shares["wechat"].datum, shares["wechat"].lon) == (None, "GCJ-02", 114.313244)
    assert "position=114.313244,34.796107" in str(shares["amap"].url)
    assert "location=34.801842,114.31982" in str(shares["baidu"].url)
    for service in ("amap", "baidu", "tencent", "geo"):
        link = read_link(str(shares[service].url))
        assert link is not None and link.datums == (shares[service].datum,)
        assert (places(link)[0].lon, places(link)[0].lat) == pytest.approx(HERE, abs=2e-6)
    assert not shares["apple"].sure and all(share.sure for share in shares.values() if share.service != "apple")

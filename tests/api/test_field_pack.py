"""The field pack of a survey: everything inside opens, and nobody's pipes travel with another."""

import csv
import hashlib
import io
import re
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import httpx
import pyogrio
import pytest
import rasterio
import shapely
from PIL import Image
from pmtiles.reader import MemorySource, Reader, all_tiles
from pyproj import Transformer

from tests.houses import Visitors
from tests.photos import photo
from tests.rooms import guest_live, invited, live, phone, say, until
from tests.servers import Server

JSON = dict[str, Any]
WORK_CRS = 4547
PHONE = "13812345678"


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    """What owners open here, and what is submitted, stays out of the other tests."""
    return demo_house


@pytest.fixture(scope="module")
def line(visitors: Visitors) -> JSON:
    """A line of the demo city to draw a proposal along."""
    items = visitors["admin"].get("/api/routes", params={"limit": 40}).json()["items"]
    found = (visitors["admin"].get(f"/api/routes/{each['id']}").json()["route"] for each in items)
    return next(each for each in found if each["geometry"]["type"] == "LineString")


@pytest.fixture(scope="module")
def survey(visitors: Visitors, house: Server, line: JSON) -> JSON:
    """A survey of a proposal of the gas company: with another company, a guest on the site, photos, pins, a trail, a tick."""
    gas, lead = visitors["gas"], visitors["lead"]
    points = [point[:2] for point in line["geometry"]["coordinates"]]
    feature = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": points}, "properties": {"utility": "gas"}}
    made = gas.post("/api/proposals", json={"feature": feature, "title": "滨河路支线"}).json()
    sent = gas.post(f"/api/proposals/{made['id']}/submit", json={"revision": made["revision"]}).json()
    assert sent["state"] == "submitted", sent
    asked = {"kind": "user_site", "mode": "mixed", "title": f"滨河路\x0b<接气> {PHONE}", "proposal": made["id"],
             "site": {"type": "Point", "coordinates": points[0]}}  # fmt: skip
    called = lead.post("/api/surveys", json=asked)
    assert called.status_code == 201, called.text
    at = f"/api/surveys/{called.json()['id']}"
    for login in ("demo-gas", "demo-heat"):
        assert lead.post(f"{at}/participants", json={"login": login}).status_code == 200
    lead.post(f"{at}/step", json={"step": "agree", "agreed_for": "2026-11-23T09:00:00+08:00"})
    room = lead.post(f"{at}/step", json={"step": "open"}).json()
    _work(house, room, points[0])
    return {**room, "line": made, "at": at, "site_at": points[0]}


def _work(house: Server, room: JSON, spot: list[float]) -> None:
    lon, lat = spot
    with phone(house, invited(house, house.secret("lead"), room, task="take_part"), name="王工") as guest:
        with guest_live(house, guest) as site:
            for step in range(4):
                place = {"lon": lon + 0.00004 * step, "lat": lat, "accuracy_m": 5}
                at = f"2026-11-23T09:{step:02}:00+08:00"
                until(site, "stored", client_id=say(site, kind="position", detail=place, device_at=at))
            for kind, detail in (
                ("pin", {"at": [lon, lat], "text": f"接入点，电话 {PHONE}", "accuracy_m": 4}),
                ("pin", {"at": ["a", 1], "text": ["no", "words"], "accuracy_m": 10**400}),
                ("drawing", {"line": [[lon, lat], [lon + 0.0004, lat]], "text": "沿路"}),
                ("drawing", {"area": [[lon, lat], [lon + 0.0004, lat], [lon, lat + 0.0004]]}),
            ):
                until(site, "stored", client_id=say(site, kind=kind, detail=detail))
        file = 0
        for content, about in ((photo(ImageDescription="one"), {"lon": lon, "lat": lat}), (photo((64, 48), kind="PNG"), {})):
            said = {"client_id": str(uuid.uuid4()), "kind": "photo", "accuracy_m": 6, "text": "井盖", **about}
            kept = guest.post("/api/guest/files", params=said, content=content)
            assert kept.status_code == 201, kept.text
            file = file or kept.json()["detail"]["file"]
    with live(house, room, house.secret("gas")) as gas:
        tick = {"item": "manhole", "done": True, "photo": file, "note": "=完好"}
        until(gas, "stored", client_id=say(gas, kind="tick", detail=tick))


class Pack:
    """A pack that somebody got, unpacked."""

    def __init__(self, client: httpx.Client, survey: JSON, folder: Path) -> None:
        self.answer = client.get(f"{survey['at']}/field-pack")
        assert self.answer.status_code == 200, self.answer.text
        self.zip = zipfile.ZipFile(io.BytesIO(self.answer.content))
        assert self.zip.testzip() is None
        self.folder = folder
        self.zip.extractall(folder)
        self.gpkg = folder / "survey.gpkg"
        self.tables = dict(pyogrio.list_layers(self.gpkg).tolist())

    def table(self, name: str) -> gpd.GeoDataFrame:
        return pyogrio.read_dataframe(self.gpkg, layer=name)

    def text(self, name: str) -> str:
        return self.zip.read(name).decode("utf-8-sig")


@pytest.fixture(scope="module")
def pack(visitors: Visitors, survey: JSON, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The pack of an office, which sees every pipe."""
    return Pack(visitors["lead"], survey, tmp_path_factory.mktemp("lead"))


@pytest.fixture(scope="module")
def gas(visitors: Visitors, survey: JSON, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The pack of the company whose line it is."""
    return Pack(visitors["gas"], survey, tmp_path_factory.mktemp("gas"))


@pytest.fixture(scope="module")
def heat(visitors: Visitors, survey: JSON, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The pack of another company, which takes part and does not see the line."""
    return Pack(visitors["heat"], survey, tmp_path_factory.mktemp("heat"))


def test_every_table_opens_and_has_the_rows_of_the_survey(pack: Pack, survey: JSON, visitors: Visitors) -> None:
    for name, shape in pack.tables.items():
        rows = pack.table(name)
        if shape is not None:
            assert rows.crs.to_epsg() == WORK_CRS, name
    (site,) = pack.table("site").to_dict("records")
    lon, lat = Transformer.from_crs(WORK_CRS, 4490, always_xy=True).transform(site["geometry"].x, site["geometry"].y)
    assert (round(lon, 6), round(lat, 6)) == tuple(round(each, 6) for each in survey["site_at"])
    (line,) = pack.table("lines").to_dict("records")
    assert line["number"] == survey["line"]["number"] and line["outcome"] in (
        "承诺免审批",
        "备案",
        "并联审批",
        "待核实",
        "不适用",
    )
    assert line["geometry"].length == pytest.approx(line["length_m"], rel=1e-3)
    pins = pack.table("pins")
    assert pins["kind"].tolist() == ["pin", "pin", "photo", "photo"] and set(pins["author"]) == {"王工"}
    assert pins.geometry.isna().tolist() == [False, True, False, True]  # a photo without a place is there all the same
    assert pins["accuracy_m"].tolist()[0] == 4 and pins["accuracy_m"].isna().tolist() == [False, True, False, False]
    assert pack.tables["pins"] == "Point"
    for number, row in pins[pins["kind"] == "photo"].iterrows():
        assert hashlib.sha256((pack.folder / row["photo"]).read_bytes()).hexdigest() == row["sha256"], number
    (track,) = pack.table("track").to_dict("records")
    assert (track["author"], track["positions"], len(pack.table("track_points"))) == ("王工", 4, 4)
    assert pack.table("drawings")["length_m"].tolist() == [pytest.approx(36.6, abs=0.3)]
    assert pack.table("drawings_areas")["area_m2"].tolist() == [pytest.approx(36.6 * 44.4 / 2, rel=0.02)]


def test_the_checklist_is_there_for_every_unit(pack: Pack, survey: JSON, visitors: Visitors) -> None:
    listed = visitors["lead"].get(f"{survey['at']}/checklist").json()["items"]
    wanted = [(unit["title"]["zh"], one["item"], one["title"]["zh"], one["photo"]) for unit in listed for one in unit["items"]]
    rows = pack.table("checklist")
    columns = ["unit", "item", "title_zh", "photo_required"]
    assert wanted and [tuple(one) for one in rows[columns].itertuples(index=False)] == wanted
    (ticked,) = rows[rows["done"]].to_dict("records")
    assert (ticked["item"], ticked["note"]) == ("manhole", "=完好") and (pack.folder / ticked["photo"]).is_file()
    raw = pack.zip.read("checklist.csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [(one["单位"], one["项目代码"]) for one in read] == [each[:2] for each in wanted]
    assert [one["说明"] for one in read if one["已核对"] == "是"] == ["'=完好"]


def test_the_ground_is_that_of_the_city_within_the_buffer(pack: Pack, visitors: Visitors) -> None:
    site, line = pack.table("site").geometry.iloc[0], pack.table("lines").geometry.iloc[0]
    area = shapely.union_all([shapely.buffer(site, 200), shapely.buffer(line, 200)])
    seen = 0
    for name in ("roads", "road_surfaces", "green", "pipes", "pipe_points"):
        rows = pack.table(name)
        seen += len(rows)
        assert shapely.covers(area.buffer(0.01), rows.geometry.array).all(), name
    assert seen > 20 and len(pack.table("pipes")) and len(pack.table("pipe_points"))
    for name in ("trees", "heritage", "planning", "highways"):
        assert name in pack.tables  # a layer without rows here is a table without rows
    box = ",".join(str(each) for each in gpd.GeoSeries([area], crs=WORK_CRS).to_crs(4326).total_bounds)
    every = visitors["lead"].get("/api/layers/pipes/features", params={"bbox": box, "limit": 10_000}).json()["features"]
    shapes = gpd.GeoSeries([shapely.geometry.shape(each["geometry"]) for each in every], crs=4326).to_crs(WORK_CRS)
    near = {each["properties"]["pipe_id"] for each, one in zip(every, shapes, strict=True) if one.distance(area) == 0}
    assert set(pack.table("pipes")["pipe_id"]) == near


def test_styles_are_where_qgis_looks_for_them(pack: Pack) -> None:
    styles = pack.table("layer_styles")
    assert [*styles.columns] == [
        "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML", "styleSLD",
        "useAsDefault", "description", "owner", "ui", "update_time",
    ]  # fmt: skip
    assert pyogrio.read_info(pack.gpkg, layer="layer_styles")["fid_column"] == "id"
    assert set(styles["f_table_name"]) == set(pack.tables) - {"layer_styles"} and styles["useAsDefault"].all()
    looks = {one["f_table_name"]: ET.fromstring(one["styleQML"]) for one in styles.to_dict("records")}
    for name, shape in pack.tables.items():
        if name != "layer_styles":
            assert (looks[name].find("renderer-v2") is not None) == (shape is not None), name
            columns = set(pyogrio.read_info(pack.gpkg, layer=name)["fields"])
            assert {one.get("field") for one in looks[name].iter("alias")} == columns, name
    symbols = {one.get("name"): one for one in looks["pipes"].iter("symbol")}
    colours = {
        one.get("value"): symbols[one.get("symbol")].find("layer/Option/Option[@name='line_color']")
        for one in looks["pipes"].iter("category")
    }  # fmt: skip
    assert colours["gas"].get("value") == "255,0,255,255" and colours["drain"].get("value") == "76,57,38,255"  # type: ignore[union-attr]
    by = looks["lines"].find("renderer-v2")
    assert by is not None and by.get("attr") == "outcome_code"
    assert any(one.get("value") == "parallel" and one.get("label") == "并联审批" for one in by.iter("category"))


def test_the_project_opens_what_is_there(pack: Pack) -> None:
    root = ET.fromstring(pack.text("survey.qgs"))
    layers = root.findall("projectlayers/maplayer")
    sources = [one.findtext("datasource") or "" for one in layers]
    for source, one in zip(sources, layers, strict=True):
        path, _, table = source.partition("|layername=")
        assert path.startswith("./") and (pack.folder / path).is_file(), source
        if one.get("type") == "vector":
            assert table in pack.tables
            assert (one.get("readOnly") == "0") == (table in ("pins", "checklist"))
        else:
            with rasterio.open(pack.folder / path) as picture:
                assert picture.count == 3 and picture.crs.to_epsg() == 3857
    assert {one.partition("|layername=")[2] for one in sources} - {""} == set(pack.tables) - {"layer_styles"}
    ids = [one.findtext("id") for one in layers]
    assert [one.get("id") for one in root.iter("layer-tree-layer")] == ids == [one.get("id") for one in root.iter("layer")
                                                                               if one.get("id")]  # fmt: skip
    assert len(set(ids)) == len(ids) and sources[-1] == "./area.tif"
    assert root.findtext("projectCrs/spatialrefsys/authid") == f"EPSG:{WORK_CRS}"
    bounds = [float(root.findtext(f"mapcanvas/extent/{name}") or "nan") for name in ("xmin", "ymin", "xmax", "ymax")]
    assert shapely.box(*bounds).contains(pack.table("site").geometry.iloc[0])
    assert root.findtext("properties/Paths/Absolute") == "false"


def test_the_tiles_are_pictures_that_cover_the_site(pack: Pack, survey: JSON) -> None:
    source = MemorySource(pack.zip.read("area.pmtiles"))
    header = Reader(source).header()
    tiles = dict(all_tiles(source))
    assert (header["version"], header["tile_type"].name) == (3, "WEBP") and 0 < len(tiles) <= 400
    lon, lat = survey["site_at"]
    assert header["min_lon_e7"] < lon * 1e7 < header["max_lon_e7"] and header["min_lat_e7"] < lat * 1e7 < header["max_lat_e7"]
    for content in tiles.values():
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            assert (image.format, image.size) == ("WEBP", (256, 256))
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    for z in range(header["min_zoom"], header["max_zoom"] + 1):
        size, half = 2 * 20037508.342789244 / 2**z, 20037508.342789244
        assert (z, int((x + half) // size), int((half - y) // size)) in tiles
    with rasterio.open(pack.folder / "area.tif") as picture:
        row, column = picture.index(x, y)
        assert picture.dataset_mask()[row, column] == 255 and picture.overviews(1)


def test_photos_are_the_originals(pack: Pack, visitors: Visitors, survey: JSON) -> None:
    sums = dict(reversed(each.split("  ")) for each in pack.text("photos/SHA256SUMS").splitlines())
    photos = [name for name in pack.zip.namelist() if name.startswith("photos/") and not name.endswith("SHA256SUMS")]
    assert sorted(sums) == sorted(name.removeprefix("photos/") for name in photos) and len(photos) == 2
    events = visitors["lead"].get(f"{survey['at']}/events").json()["items"]
    told = {each["detail"]["sha256"] for each in events if each["kind"] == "photo"}
    assert {hashlib.sha256(pack.zip.read(name)).hexdigest() for name in photos} == set(sums.values()) == told


def test_the_readme_says_what_is_inside(pack: Pack, survey: JSON) -> None:
    text = pack.text("README.txt")
    assert text.index("外业包：踏勘") < text.index("Field pack: survey")
    for words in (
        "EPSG:4547",
        "CGCS2000",
        "200 m",
        "合成",
        "synthetic",
        "QField",
        "area.tif",
        "勿外传",
        "survey.qgs",
        "现状管线",
        "卫星影像：截至",
    ):
        assert words in text, words


def test_numbers_of_persons_are_masked_as_in_every_answer(visitors: Visitors, survey: JSON, gas: Pack) -> None:
    shown = visitors["gas"].get(survey["at"]).json()["title"]
    assert PHONE not in shown and "138****5678" in shown
    for name in gas.zip.namelist():
        assert PHONE.encode() not in gas.zip.read(name), name
    assert gas.table("pins")["words"].iloc[0] == "接入点，电话 138****5678"


def ids(pack: Pack) -> set[str]:
    return {*pack.table("pipes")["pipe_id"], *pack.table("pipe_points")["point_id"]}


def test_nobody_gets_the_pipes_of_another_company(pack: Pack, gas: Pack, heat: Pack) -> None:
    every = ids(pack)
    assert ids(gas) and ids(gas) < every and ids(heat) < every
    for one, hidden in ((heat, every - ids(heat)), (gas, every - ids(gas))):
        for name in one.zip.namelist():
            content = one.zip.read(name)
            told = set(re.findall(rb"[A-Z][A-Z0-9_-]{2,}", content))
            assert not {each.encode() for each in hidden} & told, name
            assert not [each for each in hidden if each.encode() in content and len(each) > 5], name
    assert not ids(gas) & ids(heat)


def test_the_audit_keeps_what_was_taken_out(visitors: Visitors, survey: JSON, heat: Pack) -> None:
    noted = visitors["admin"].get("/api/audit", params={"action": "survey.field_pack"}).json()["items"]
    newest = next(one for one in noted if one["actor"] == "demo-heat")
    assert newest["subject"] == f"survey {survey['id']}"
    assert newest["after"] == {"pipes": len(heat.table("pipes")), "pipe_points": len(heat.table("pipe_points"))}


def test_taking_part_opens_nobodys_line(gas: Pack, heat: Pack) -> None:
    assert len(gas.table("lines")) == 1 and "您看不到该方案" not in gas.text("README.txt")
    assert heat.table("lines").empty and "您看不到该方案" in heat.text("README.txt")
    assert heat.table("site")["proposal"].isna().all()


def test_strangers_and_guests_get_nothing(visitors: Visitors, survey: JSON, house: Server) -> None:
    address = f"{survey['at']}/field-pack"
    for role in ("urban", "utility"):
        assert visitors[role].get(address).status_code == 404
    assert visitors["lead"].get("/api/surveys/999999/field-pack").status_code == 404
    with phone(house, invited(house, house.secret("lead"), survey, task="take_part"), name="李工") as guest:
        assert guest.get(address).status_code in (401, 403, 404)
    assert httpx.get(f"{house.url}{address}", trust_env=False).status_code == 401
    assert not list((house.home / "surveys").glob(".pack-*"))  # nothing of it is left behind


def test_one_pack_at_a_time(visitors: Visitors, survey: JSON, house: Server) -> None:
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: visitors["lead"].get(f"{survey['at']}/field-pack").status_code, range(4)))
    assert 200 in codes and set(codes) <= {200, 409}


def test_where_nothing_was_delivered_it_says_so(empty_house: Server, tmp_path: Path) -> None:
    everybody = Visitors(empty_house)
    ring = [[114.30, 34.79], [114.302, 34.79], [114.302, 34.792], [114.30, 34.792], [114.30, 34.79]]
    asked = {"kind": "user_site", "mode": "remote", "title": "空城", "site": {"type": "Polygon", "coordinates": [ring]}}
    made = everybody["lead"].post("/api/surveys", json=asked)
    bare = Pack(everybody["lead"], {"at": f"/api/surveys/{made.json()['id']}"}, tmp_path)
    everybody.close()
    assert not [name for name in bare.zip.namelist() if name.startswith("area.")]
    text = bare.text("README.txt")
    assert "没有卫星影像" in text and "现状管线：从未交付" in text and "no satellite picture" in text
    assert not {"pipes", "pipe_points", "roads"} & set(bare.tables) and bare.tables["site"] == "MultiPolygon"
    for name in ("pins", "lines", "track", "drawings"):
        assert bare.table(name).empty and bare.table(name).crs.to_epsg() == WORK_CRS
    root = ET.fromstring(bare.text("survey.qgs"))
    assert {one.findtext("provider") for one in root.findall("projectlayers/maplayer")} == {"ogr"}


def test_a_photo_whose_original_is_lost_is_told(visitors: Visitors, survey: JSON, house: Server, tmp_path: Path) -> None:
    """The last test of the module: the survey has lost a photo after it."""
    lost = next((house.home / "surveys" / str(survey["id"])).glob("*.png"))
    lost.unlink()
    left = Pack(visitors["lead"], survey, tmp_path)
    assert [name for name in left.zip.namelist() if name.endswith(".png")] == []
    assert "缺原件的照片（文件编号）：2" in left.text("README.txt")
    assert left.table("pins")["photo"].isna().tolist() == [True, True, False, True]

"""The command line as scripts see it: the same rows from the database and from the folder, exit codes, the summary line."""

import json
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.command_line import TOP, app, started, summary

ON = "2026-11-22"


@pytest.fixture(scope="module")
def from_folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("folder") / "out.geojson"
    done = app("classify", demo_folder / "routes.shp", "--city", demo_folder, "--on", ON, "-o", out)
    assert done.returncode == 0, done.stderr
    said = summary(done)
    assert (said["rows_in"], said["rows_out"], said["rejected"]) == (300, 300, 0)
    assert said["pack"] == "kaifeng-2022-6@1"
    assert sum(said["outcomes"].values()) == 300
    return out


def test_the_database_and_the_folder_give_identical_rows(
    demo_folder: Path, empty_database: str, from_folder: Path, tmp_path: Path
) -> None:
    loaded = app("load", "--city", demo_folder, database=empty_database, home=tmp_path)
    assert loaded.returncode == 0, loaded.stderr
    out = tmp_path / "out.geojson"
    done = app("classify", demo_folder / "routes.shp", "--on", ON, "-o", out, database=empty_database, home=tmp_path)
    assert done.returncode == 0, done.stderr
    one, two = (json.loads(path.read_text("utf-8"))["features"] for path in (from_folder, out))
    assert len(one) == len(two) == 300
    for a, b in zip(one, two, strict=True):
        for feature in (a, b):  # the two differ in what they rest on: numbers of deliveries, and whether history was looked at
            verdict = feature["properties"]["verdict"]
            verdict["rests_on"]["deliveries"] = [{**d, "id": "", "stated_by": ""} for d in verdict["rests_on"]["deliveries"]]
            verdict["group"]["history_checked"] = None
            verdict["notes"] = [note for note in verdict["notes"] if "历史" not in note["zh"]]
        assert a == b


def test_one_bad_row_is_refused_and_all_others_answered(demo_folder: Path, tmp_path: Path) -> None:
    rows = gpd.read_file(demo_folder / "routes.shp", encoding="GB18030").iloc[:20]
    rows.loc[7, "geometry"] = shapely.LineString([(528000, 3852000), (528000, 3852000)])
    rows.to_file(tmp_path / "some.gpkg")
    done = app("classify", tmp_path / "some.gpkg", "--city", demo_folder, "--on", ON, "-o", tmp_path / "out.csv")
    assert done.returncode == 1, done.stderr
    said = summary(done)
    assert (said["rows_in"], said["rows_out"], said["rejected"]) == (20, 19, 1)
    rejects = pd.read_csv(tmp_path / "out.rejects.csv")
    assert list(rejects.row_no) == [8]
    answered = pd.read_csv(tmp_path / "out.csv")
    assert list(answered.row_no) == [k for k in range(1, 21) if k != 8]
    whole = tmp_path / "whole.csv"
    assert app("classify", demo_folder / "routes.shp", "--city", demo_folder, "--on", ON, "-o", whole).returncode == 0
    assert set(np.unique(pd.read_csv(whole).outcome)) == {"exempt", "parallel", "undetermined", "out_of_scope"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("classify", "missing.shp", "--city", "CITY", "-o", "x.csv"), "missing.shp"),
        (("classify", "ROUTES", "--city", "nowhere", "-o", "x.csv"), "nowhere"),
        (("classify", "ROUTES", "--city", "CITY", "-o", "x.docx"), "x.docx"),
        (("classify", "ROUTES", "--city", "CITY", "--pack", "atlantis", "-o", "x.csv"), "atlantis"),
        (("classify", "ROUTES", "--city", "CITY", "--assume-complete", "clouds", "-o", "x.csv"), "clouds"),
        (("load", "clouds", "ROUTES"), "clouds"),
        (("classify", "missing.shp", "--city", "nowhere", "-o", "tpyo/x.csv"), "-o tpyo/x.csv"),
        (("classify", "missing.shp", "--city", "nowhere", "-o", "x.csv", "--report", "tpyo/x.html"), "--report tpyo/x.html"),
        (("classify", "missing.shp", "--city", "nowhere", "-o", "x.csv", "--rejects", "tpyo/r.csv"), "--rejects tpyo/r.csv"),
        (("classify", "missing.shp", "--city", "nowhere", "-o", "x.csv", "--rejects", "x.csv"), "同一个文件"),
        (("classify", "missing.shp", "--city", "nowhere", "-o", "x.csv", "--report", "HOME"), "是文件夹"),
        (("pack", "explain", "kaifeng-2022-6", "-o", "tpyo/x.html"), "-o tpyo/x.html"),
        (("pack", "check", "nowhere"), "nowhere 中没有规则包"),
        (("pack", "check", "PACKS"), "kaifeng-2022-6"),
        (
            ("classify", "ROUTES", "--city", "CITY", "--on", "2022-12-22", "-o", "x.csv"),
            "kaifeng-2022-6@1（自 2022-12-23 起适用）",
        ),
        (
            ("classify", "ROUTES", "--city", "CITY", "--on", "2022-12-22", "--pack", "kaifeng-2022-6", "-o", "x.csv"),
            "不适用于 2022-12-22",
        ),
    ],
)
def test_what_cannot_be_done_exits_with_2_and_says_why(
    demo_folder: Path, empty_database: str, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    names = {
        "CITY": demo_folder,
        "ROUTES": demo_folder / "routes.shp",
        "x.csv": tmp_path / "x.csv",
        "x.docx": tmp_path / "x.docx",
        "HOME": tmp_path,
        "PACKS": TOP / "data" / "packs",
    }
    done = app(*(names.get(a, a) for a in arguments), database=empty_database, home=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.csv").exists() and not Path("tpyo").exists()


def test_a_pack_with_a_fault_is_no_missing_pack(tmp_path: Path) -> None:
    folder = tmp_path / "slip"
    folder.mkdir()
    (folder / "pack.yaml").write_text("id: [\n", "utf-8")
    assert app("pack", "check", folder).returncode == 1
    assert app("pack", "check", TOP / "data" / "packs" / "xinmi-2022").returncode == 0


def test_the_day_is_that_of_china_and_the_pack_the_one_in_force(demo_folder: Path, tmp_path: Path) -> None:
    """A machine that is a day behind files on the same day as the server; who judges is told where it is nobody's own."""
    gpd.read_file(demo_folder / "routes.shp", encoding="GB18030").iloc[:2].to_file(tmp_path / "two.gpkg")
    out = tmp_path / "out.csv"
    done = started("classify", tmp_path / "two.gpkg", "--city", demo_folder, "-o", out, lang="en", TZ="FAR24")
    assert done.returncode == 0, done.stderr
    now = datetime.now(timezone(timedelta(hours=8)))
    assert set(pd.read_csv(out).on) <= {(now - timedelta(minutes=5)).date().isoformat(), now.date().isoformat()}
    assert "No pack is of '示范城': judged by kaifeng-2022-6@1 (Kaifeng)" in done.stderr


def test_inspect_says_that_axes_are_swapped(demo_folder: Path, tmp_path: Path) -> None:
    rows = gpd.read_file(demo_folder / "routes.shp", encoding="GB18030").iloc[:3]
    turned = shapely.transform(rows.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    rows.set_geometry(turned, crs=rows.crs).to_file(tmp_path / "turned.gpkg")
    for lang, words in (("zh", "两轴看来颠倒"), ("en", "the axes look swapped")):
        done = app("inspect", tmp_path / "turned.gpkg", "--city", demo_folder, lang=lang)
        assert words in done.stderr.replace("\n", " ")


def test_what_a_layer_lost_is_told_with_its_cure(demo_folder: Path, tmp_path: Path) -> None:
    """An overhaul that cannot be read takes its column away: nobody finds that in 300 verdicts."""
    city = tmp_path / "city"
    city.mkdir()
    for file in demo_folder.iterdir():
        if file.suffix != ".tif" and file.name != "roads.gpkg":
            (city / file.name).symlink_to(file)
    roads = gpd.read_file(demo_folder / "roads.gpkg")
    roads["overhauled"] = [None, "去年", *[None] * (len(roads) - 2)]
    roads.to_file(city / "roads.gpkg", layer="roads")
    done = app("classify", demo_folder / "routes.shp", "--city", city, "--on", ON, "-o", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    assert "roads: 大修日期 overhauled：1 行不是日期（行号 2）" in done.stderr and "留空" in done.stderr


def test_assume_complete_is_said_in_every_verdict(demo_folder: Path, tmp_path: Path) -> None:
    poor = tmp_path / "city"
    poor.mkdir()
    for file in demo_folder.iterdir():
        if file.suffix not in (".tif",):
            (poor / file.name).symlink_to(file)
    (poor / "city.toml").unlink()
    text = (demo_folder / "city.toml").read_text("utf-8")
    (poor / "city.toml").write_text(
        "\n".join(line for line in text.splitlines() if not line.startswith("coverage")), encoding="utf-8"
    )
    out = tmp_path / "out.geojson"
    assert app("classify", demo_folder / "routes.shp", "--city", poor, "--on", ON, "-o", out).returncode == 0
    silent = json.loads(out.read_text("utf-8"))["features"]
    assert not any(f["properties"]["outcome"] == "exempt" for f in silent)
    assert (
        app("classify", demo_folder / "routes.shp", "--city", poor, "--on", ON, "--assume-complete", "all", "-o", out).returncode
        == 0
    )
    stated = json.loads(out.read_text("utf-8"))["features"]
    assert any(f["properties"]["outcome"] == "exempt" for f in stated)
    for feature in stated:
        deliveries = feature["properties"]["verdict"]["rests_on"]["deliveries"]
        assert all(d["stated_by"] == "operator" for d in deliveries if d["layer"] in ("roads", "green", "trees"))


def test_a_row_that_is_lost_is_told_and_takes_the_proof_of_its_layer(empty_database: str, tmp_path: Path) -> None:
    """Green land with one row without shape: from folder and database alike, no line is exempt on its silence."""
    place = tmp_path / "城"
    place.mkdir()
    toml = 'name = "开封"\nwork_crs = "EPSG:4547"\nbounds = [114.0, 34.5, 114.9, 35.1]\n[layers.green]\ncoverage = "bounds"\n'
    (place / "city.toml").write_text(toml, "utf-8")
    land = shapely.box(520000, 3850000, 520010, 3850010)
    gpd.GeoDataFrame({"green_id": ["1", "2"]}, geometry=[land, None], crs="EPSG:4547").to_file(place / "green.gpkg")
    line = gpd.GeoDataFrame({"utility": ["给水"]}, geometry=[shapely.LineString([(521000, 3850000), (521050, 3850000)])])
    line.set_crs("EPSG:4547").to_file(tmp_path / "r.gpkg")
    folder = app("classify", tmp_path / "r.gpkg", "--city", place, "--on", ON, "-o", tmp_path / "a.geojson")
    assert folder.returncode == 0 and "green: 2 行中有 1 行不可用" in folder.stderr
    loaded = app("load", "--city", place, database=empty_database, home=tmp_path / "home")
    assert loaded.returncode == 1, loaded.stderr
    stored = app("classify", tmp_path / "r.gpkg", "--on", ON, "-o", tmp_path / "b.geojson", database=empty_database)
    assert stored.returncode == 0 and "green：装入时有 1 行不可用" in stored.stderr, stored.stderr
    assert app("load", "green", place / "green.gpkg", database=empty_database, home=tmp_path / "home").returncode == 1
    a, b = (json.loads((tmp_path / name).read_text("utf-8"))["features"][0]["properties"] for name in ("a.geojson", "b.geojson"))
    assert a["missing"] == b["missing"] and a["outcome"] == b["outcome"] != "exempt"
    assert all("未能读入" in json.dumps(each["verdict"], ensure_ascii=False) for each in (a, b))


def test_verdicts_name_stored_works_of_a_database_that_runs_only_for_the_command(demo_folder: Path, tmp_path: Path) -> None:
    """Whole verdicts are made while they are written: the server must still be there."""
    with tempfile.TemporaryDirectory(prefix="wx-", dir="/var/tmp") as place:
        home = Path(place)
        home.chmod(0o755)
        assert app("load", "--city", demo_folder, home=home).returncode == 0
        assert app("load", "routes", demo_folder / "routes.shp", home=home).returncode == 0
        some = gpd.read_file(demo_folder / "routes.shp", encoding="GB18030")
        some.assign(编号=[f"N{k}" for k in range(len(some))]).to_file(tmp_path / "new.gpkg")
        done = app("classify", tmp_path / "new.gpkg", "--on", ON, "-o", tmp_path / "out.geojson", home=home)
        assert done.returncode == 0, done.stderr
    features = json.loads((tmp_path / "out.geojson").read_text("utf-8"))["features"]
    sources = {match["of"] for one in features for match in one["properties"]["verdict"]["matches"] or []}
    assert "store" in sources

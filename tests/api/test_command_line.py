"""The command line as scripts see it: the same rows from the database and from the folder, exit codes, the summary line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

TOP = Path(__file__).parents[2]
ON = "2026-11-22"


def app(*arguments: object, database: str = "", home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``app.py`` as a user starts it."""
    env = {**os.environ, "DATABASE_URL": database, "WAIXIAN_HOME": str(home or ""), "WAIXIAN_LANG": "zh"}
    command = [sys.executable, TOP / "app.py", *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    return json.loads(done.stdout.strip().splitlines()[-1])


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
    }
    done = app(*(names.get(a, a) for a in arguments), database=empty_database, home=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.csv").exists()


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

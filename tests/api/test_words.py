"""What needs no server: the language of a request, errors and their words, JSON, names of uploads, kept tiles."""

import inspect
import io
import json
import math
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pydantic
import pytest
from starlette.datastructures import Headers, UploadFile

import api.errors
from api.errors import TABLE, status_of
from api.i18n import language
from api.reasons import WORDS, reason
from api.security import refuse_other_sites
from api.tile_store import TileStore
from api.uploads import receive
from api.wire import dumps, plain, storable
from geo import errors as geo_errors
from geo.errors import UnreadableFile, WaixianError

CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, "zh"), ("", "zh"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de,en;q=0.5", "en"), ("en;q=0.2, zh;q=0.3", "zh"), ("en;q=0", "zh"), ("fr", "zh"), ("*", "zh"), ("en;q=oops", "zh"),
        ("en;q=7", "zh"), ("EN", "en"),
        ("zh-Hant-TW", "zh"), ("en, zh", "en"), (";,;q=,=", "zh"),
    ],
)  # fmt: skip
def test_language(accept: str | None, wanted: str) -> None:
    assert language(accept) == wanted


def _errors(module: object) -> list[type[WaixianError]]:
    return [cls for _, cls in inspect.getmembers(module, inspect.isclass) if issubclass(cls, WaixianError)]


@pytest.mark.parametrize(
    "cls", sorted({*_errors(geo_errors), *_errors(api.errors)}, key=lambda cls: cls.__name__), ids=lambda cls: cls.__name__
)
def test_every_error_has_a_status_and_titles(cls: type[WaixianError]) -> None:
    assert cls in TABLE, "it would leave with its parent's title"
    status, zh, en = TABLE[cls]
    assert 400 <= status < 600 and CJK.search(zh) and not CJK.search(en)


def test_an_error_of_another_room_takes_the_row_of_its_nearest_ancestor() -> None:
    class Deeper(geo_errors.UnknownCrs):
        pass

    assert status_of(Deeper()) == TABLE[geo_errors.UnknownCrs]


def test_the_problem_speaks_one_language_and_names_no_folder() -> None:
    error = UnreadableFile(file=Path("/var/lib/waixian/jobs/1/input.zip"), why_zh="坏了", why_en="broken")
    said = api.errors.words_of(error, "en")
    assert said["context"] == {"file": "input.zip", "why": "broken"}
    assert not CJK.search(
        json.dumps(api.errors.words_of(geo_errors.NotFound(what_zh="图层", what_en="layer", id=3), "en"), ensure_ascii=False)
    )


OF_OUR_OWN = {"box_edges"}  # raised by our own schemas, beside the kinds of pydantic


@pytest.mark.parametrize("kind", WORDS)
def test_reasons_exist_in_pydantic_and_speak_both_languages(kind: str) -> None:
    from pydantic_core import core_schema

    assert kind in core_schema.ErrorType.__args__ or kind in OF_OUR_OWN
    zh, en = WORDS[kind]
    assert "{" in zh or CJK.search(zh)
    assert not CJK.search(en)


def test_reasons_fill_their_places_from_real_errors() -> None:
    class Model(pydantic.BaseModel):
        a: int = pydantic.Field(ge=3)
        b: list[int] = pydantic.Field(min_length=2)
        c: date

    with pytest.raises(pydantic.ValidationError) as caught:
        Model.model_validate({"a": 1, "b": [1], "c": "soon"})
    assert [reason(dict(one), "zh") for one in caught.value.errors()] == [
        "不得小于 3", "至少 2 项，只有 1 项", "应为日期，如 2026-12-01",
    ]  # fmt: skip


def test_json_has_no_nan_no_numpy_and_no_folders() -> None:
    value = {
        "nan": math.nan, "inf": -math.inf, "np": np.float64(1.5), "flag": np.bool_(True), "none": np.nan, "nat": pd.NaT,
        "na": pd.NA, "day": date(2026, 12, 1), "stamp": pd.Timestamp("2026-12-01"), "array": np.array([1.0, np.nan]),
        "path": Path("/a/b.shp"), 3: ("x", {"y"}),
    }  # fmt: skip
    assert json.loads(dumps(value)) == {
        "nan": None, "inf": None, "np": 1.5, "flag": True, "none": None, "nat": None, "na": None, "day": "2026-12-01",
        "stamp": "2026-12-01T00:00:00", "array": [1.0, None], "path": "b.shp", "3": ["x", ["y"]],
    }  # fmt: skip
    assert plain(True) is True and plain(10**400) == 10**400


@pytest.mark.parametrize(("text", "kept"), [("外线", True), ("", True), ("a\0b", False), ("\ud800", False)])
def test_storable(text: str, kept: bool) -> None:
    assert storable(text) is kept


@pytest.mark.parametrize(
    ("method", "headers", "passes"),
    [
        ("GET", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {}, True),
        ("POST", {"sec-fetch-site": "same-origin", "origin": "http://here:8000", "host": "here:8000"}, True),
        ("POST", {"sec-fetch-site": "cross-site"}, False),
        ("DELETE", {"origin": "http://elsewhere", "host": "here:8000"}, False),
        ("POST", {"origin": "null", "host": "here:8000"}, False),
    ],
)
def test_other_sites_change_nothing(method: str, headers: dict[str, str], passes: bool) -> None:
    from starlette.exceptions import HTTPException

    if passes:
        refuse_other_sites(method, Headers(headers))
    else:
        with pytest.raises(HTTPException) as caught:
            refuse_other_sites(method, Headers(headers))
        assert caught.value.status_code == 403


def _upload(name: str, body: bytes = b"x") -> UploadFile:
    return UploadFile(io.BytesIO(body), filename=name)


@pytest.mark.parametrize(
    ("name", "stored", "shown"),
    [
        ("外线.ZIP", "input.zip", "外线.ZIP"),
        ("../../etc/cron.d/x.geojson", "input.geojson", "x.geojson"),
        ("C:\\temp\\a b.gpkg", "input.gpkg", "a b.gpkg"),
        ("lines.geojson.gz", "input.geojson.gz", "lines.geojson.gz"),
        ("re\u202egpj.csv", "input.csv", "regpj.csv"),
        ("x" * 500 + ".csv", "input.csv", "x" * 196 + ".csv"),
    ],
)
def test_uploads_get_names_of_ours(tmp_path: Path, name: str, stored: str, shown: str) -> None:
    got = receive([_upload(name)], tmp_path)
    assert (got.stored, got.shown) == (stored, shown)
    assert re.fullmatch(r"[0-9a-f]{32}", got.folder)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")] == [f"{got.folder}/{stored}"]


def test_the_parts_of_a_shapefile_may_come_side_by_side(tmp_path: Path) -> None:
    got = receive([_upload("线.dbf"), _upload("线.SHP", b"shape"), _upload("线.prj")], tmp_path)
    assert (got.stored, got.shown) == ("input.shp", "线.SHP")
    assert sorted(path.name for path in (tmp_path / got.folder).iterdir()) == ["input.dbf", "input.prj", "input.shp"]
    assert (tmp_path / got.folder / "input.shp").read_bytes() == b"shape"


@pytest.mark.parametrize(
    "names",
    [
        ["a.exe"],
        ["noending"],
        [""],
        ["a.osm.pbf"],
        ["a.shp", "b.dbf"],
        ["a.dbf", "a.prj"],
        ["a.csv", "b.csv"],
        ["a.shp"] * 9,
        ["a.shp", "a_spans.csv", "b_spans.csv"],
    ],
)
def test_other_uploads_are_refused_and_leave_nothing(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(UnreadableFile):
        receive([_upload(name) for name in names], tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_empty_upload_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        receive([_upload("a.zip", b"")], tmp_path)
    assert not list(tmp_path.iterdir())


def test_kept_tiles_stay_within_their_bytes_and_the_longest_unused_leave() -> None:
    store = TileStore(80)
    for x in range(8):
        store.put(("roads", "1", 3, x, 0), b"0123456789")
    assert store.get(("roads", "1", 3, 0, 0)) == b"0123456789"  # used: stays
    store.put(("roads", "1", 3, 8, 0), b"0123456789")
    assert store.get(("roads", "1", 3, 1, 0)) is None
    assert store.get(("roads", "1", 3, 0, 0)) and store.get(("roads", "1", 3, 8, 0))
    assert store.get(("roads", "2", 3, 0, 0)) is None  # another delivery
    store.put(("roads", "1", 3, 9, 0), b"0" * 11)
    assert store.get(("roads", "1", 3, 9, 0)) is None  # larger than an eighth
    store.put(("roads", "1", 3, 0, 0), b"01")
    assert store.get(("roads", "1", 3, 0, 0)) == b"01"

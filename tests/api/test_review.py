"""One drawn line: the same answer as for the stored one, and words for whatever cannot be reviewed."""

import copy
from typing import Any

import httpx
import pytest
import shapely

from api.examples import FEATURE, REVIEW
from tests.servers import ON

Feature = dict[str, Any]


def review(client: httpx.Client, feature: Any, **given: Any) -> httpx.Response:
    return client.post("/api/review", json=feature, **({"params": {"on": ON}} | given))


@pytest.fixture(scope="module")
def stored(client: httpx.Client, routes: list[dict[str, Any]]) -> dict[str, Any]:
    """A stored parallel route with its verdict."""
    item = next(one for one in routes if one["outcome"] == "parallel")
    answer: dict[str, Any] = client.get(f"/api/routes/{item['id']}").json()
    return answer


@pytest.fixture
def feature(stored: dict[str, Any]) -> Feature:
    """The stored route as somebody draws it."""
    return copy.deepcopy({key: stored["route"][key] for key in ("type", "geometry", "properties")})


def without_lines(verdict: dict[str, Any]) -> dict[str, Any]:
    """Coordinates left out: they differ in the last digits that GeoJSON keeps."""
    findings = [
        {**f, "stretches": [{k: v for k, v in s.items() if k != "coordinates"} for s in f["stretches"]]}
        for f in verdict["findings"]
    ]
    return {**verdict, "findings": findings}


def test_stored_and_drawn_get_the_same_verdict(client: httpx.Client, routes: list[dict[str, Any]]) -> None:
    """Through the store and its batch, or alone through the page: one answer, siblings included."""
    for item in routes[::12]:
        stored = client.get(f"/api/routes/{item['id']}").json()
        if stored["route"]["geometry"]["type"] not in ("LineString", "MultiLineString", "Polygon"):
            continue
        drawn = review(client, stored["route"]).json()["verdict"]
        kept = stored["verdict"]
        for key in ("outcome", "conditions", "could_be", "certainty", "immediate", "headline", "dig"):
            assert drawn[key] == kept[key], (item["route_id"], key)
        assert drawn["length"]["sum_m"] == pytest.approx(kept["length"]["sum_m"], abs=2e-3), item["route_id"]
        assert {f["rule"]: f["answer"] for f in drawn["findings"]} == {f["rule"]: f["answer"] for f in kept["findings"]}, item[
            "route_id"
        ]
        assert [(p["item"], p["waived"]) for p in drawn["permits"]] == [(p["item"], p["waived"]) for p in kept["permits"]]


def test_a_day_on_which_no_pack_is_in_force_is_refused(client: httpx.Client, feature: Feature) -> None:
    early = {"on": "2022-12-22"}
    for asked in (early, early | {"pack": "kaifeng-2022-6"}):
        for lang, words in (("zh", "不适用于 2022-12-22"), ("en", "Not in force on 2022-12-22")):
            answer = review(client, feature, params=asked, headers={"accept-language": lang})
            told = answer.json()["detail"]
            assert answer.status_code == 422 and answer.json()["code"] == "bad_input"
            assert words in told and "kaifeng-2022-6@1" in told and "2022-12-23" in told
        sent = client.post("/api/reviews", files={"file": ("a.geojson", b"{}")}, data=asked)
        assert sent.status_code == 422 and "2022-12-23" in sent.json()["detail"]
    other = review(client, feature, params=early | {"pack": "xinmi-2022"}).json()["verdict"]
    assert other["rests_on"]["pack"] == "xinmi-2022@1" and other["on"] == "2022-12-22"


def test_pieces_add_up_and_stretches_lie_on_the_line(client: httpx.Client, feature: Feature) -> None:
    answer = review(client, feature).json()
    length = answer["verdict"]["length"]["planar_m"]
    assert sum(p["to_m"] - p["from_m"] for p in answer["pieces"]) == pytest.approx(length, abs=1e-3)
    line = shapely.geometry.shape(feature["geometry"])
    stretches = [s for f in answer["verdict"]["findings"] for s in f["stretches"]]
    assert stretches
    spots = shapely.points([spot for s in (*answer["pieces"], *stretches) for spot in s["coordinates"]])
    assert shapely.distance(line, spots).max() < 1e-6


def test_the_example_of_the_documentation_works(client: httpx.Client) -> None:
    answer = review(client, FEATURE)
    assert answer.status_code == 200 and set(REVIEW) == set(answer.json())
    assert set(REVIEW["verdict"]) <= set(answer.json()["verdict"])
    assert answer.json()["verdict"]["dig"] == ["2026-12-01", "2026-12-20"]


def test_names_and_numbers_are_read_as_files_write_them(client: httpx.Client, feature: Feature) -> None:
    english = review(client, feature).json()["verdict"]
    words = {
        "route_id": "线路编号",
        "project": "项目名称",
        "project_code": "项目代码",
        "applicant": "建设单位",
        "utility": "管线种类",
        "burial": "埋设方式",
    }
    chinese = copy.deepcopy(feature)
    chinese["properties"] = {
        words.get(k, k): str(v) for k, v in feature["properties"].items() if v is not None and k not in ("outcome", "pack")
    }
    answer = review(client, chinese).json()
    assert answer["verdict"] == english
    assert set(answer["ignored"]) == {"judged_at", "delivery"}


def test_what_is_not_understood_is_named(client: httpx.Client, feature: Feature) -> None:
    feature["properties"] |= {
        "utility": "氢能？",
        "colour": "red",
        "tags": ["a"],
        "voltage_kv": float("nan") and None,
        "depth_m": -3,
    }
    answer = review(client, feature).json()
    assert {"colour", "tags"} <= set(answer["ignored"]) and "depth_m" not in answer["ignored"]
    assert len(answer["notes"]) == 2
    english = review(client, feature, headers={"accept-language": "en"}).json()["notes"]
    assert len(english) == 2 and not set(english) & set(answer["notes"])
    assert answer["verdict"]["outcome"] in ("undetermined", "out_of_scope", "parallel")


def test_spans_change_what_is_dug(client: httpx.Client, feature: Feature) -> None:
    whole = review(client, feature).json()["verdict"]["length"]
    feature["properties"]["spans"] = [{"from_m": 0, "to_m": "20", "burial": "顶管"}]
    bored = review(client, feature).json()["verdict"]["length"]
    assert bored["planar_m"] == whole["planar_m"]
    assert bored["dug_m"] == pytest.approx(whole["dug_m"] - 20, abs=1e-3)


@pytest.mark.parametrize(
    ("spans", "named"),
    [
        ("no list", "spans"), ([3], "spans"), ([{"from_m": 0, "to_m": 10}], "burial"),
        ([{"from_m": 9, "to_m": 9, "burial": "open"}], "to_m"),
        ([{"from_m": "x", "to_m": 9, "burial": "open"}], "from_m"), ([{"from_m": 0, "to_m": 9, "burial": "magic"}], "burial"),
        ([{"from_m": 0, "to_m": 9, "burial": "bored"}, {"from_m": 5, "to_m": 7, "burial": "open"}], "2"),
        ([{"from_m": 90000, "to_m": 90009, "burial": "bored"}], "1"),
    ],
)  # fmt: skip
def test_spans_that_cannot_be_used_are_refused(client: httpx.Client, feature: Feature, spans: Any, named: str) -> None:
    feature["properties"]["spans"] = spans
    answer = review(client, feature)
    assert answer.status_code == 422 and answer.json()["code"] == "bad_request" and named in answer.json()["detail"]


@pytest.mark.parametrize("trees", [[3], {"n": 3}])
def test_a_value_that_is_no_value_is_not_a_blank(client: httpx.Client, feature: Feature, trees: Any) -> None:
    feature["properties"]["trees_to_fell"] = trees
    findings = review(client, feature).json()["verdict"]["findings"]
    assert next(each for each in findings if each["rule"] == "tree-felling")["answer"] == "unknown"


def test_polygons_and_parts(client: httpx.Client, feature: Feature) -> None:
    line = shapely.geometry.shape(feature["geometry"])
    first, last = line.coords[0], line.coords[-1]
    outline = shapely.LineString([first, last]).buffer(0.000005, cap_style="flat")
    feature["geometry"] = shapely.geometry.mapping(outline)
    polygon = review(client, feature).json()["verdict"]
    feature["geometry"] = {"type": "LineString", "coordinates": [first, last]}
    straight = review(client, feature).json()["verdict"]
    assert polygon["length"]["planar_m"] == pytest.approx(straight["length"]["planar_m"], rel=0.02)
    middle = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2]
    feature["geometry"] = {"type": "MultiLineString", "coordinates": [[first, middle], [middle, last]]}
    parts = review(client, feature).json()["verdict"]
    assert parts["length"]["planar_m"] == pytest.approx(straight["length"]["planar_m"], abs=0.01)


def test_a_line_may_reach_over_the_edge_of_the_city(client: httpx.Client) -> None:
    west, _, _, north = client.get("/api/city").json()["bounds"]
    answer = review(client, line([west + 0.001, north - 0.02], [west - 0.001, north - 0.02])).json()
    assert len(answer["notes"]) == 1 and "范围之外" in answer["notes"][0]
    assert answer["verdict"]["length"]["planar_m"] > 100


def test_a_height_changes_nothing(client: httpx.Client, feature: Feature) -> None:
    flat = review(client, feature).json()
    feature["geometry"]["coordinates"] = [[*spot[:2], 75.5] for spot in feature["geometry"]["coordinates"]]
    assert review(client, feature).json() == flat


def test_day_and_pack_are_chosen(client: httpx.Client, feature: Feature) -> None:
    pack = client.get("/api/packs").json()[0]
    later = review(client, feature, params={"on": "2031-01-01", "pack": pack["label"]}).json()["verdict"]
    assert later["on"] == "2031-01-01" and later["rests_on"]["pack"] == pack["label"]
    missing = review(client, feature, params={"pack": "atlantis"})
    assert missing.status_code == 404 and "atlantis" in missing.json()["detail"]
    for day in ("soon", "0001-01-01", "2026-02-30"):
        refused = review(client, feature, params={"on": day})
        assert refused.status_code == 422 and refused.json()["detail"].startswith("on：")


def line(*spots: Any) -> Feature:
    return {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": list(spots)}}


A, B = [114.30, 34.80], [114.301, 34.80]


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (line([34.8, 114.3], [34.8, 114.31]), "outside_city", "114.2574"),
        (line(A, [500, 34.8]), "outside_city", "(500.0, 34.8)"),
        (line([114.2573, 34.80], [114.2572, 34.80]), "outside_city", "114.2574"),
        (line(A, A), "bad_line", "1 个不同的顶点"),
        (line(A), "invalid_request", "至少 2 项"),
        (line(A, [114.3]), "invalid_request", "geometry.LineString.coordinates.1"),
        (line(A, ["114.3", "34.8"]), "invalid_request", "应为数字"),
        (line(A, [None, 34.8]), "invalid_request", "应为数字"),
        (line(*([A, B] * 5001)), "bad_line", "10000"),
        (line(*([A, [114.35, 34.83]] * 10)), "bad_line", "上限 100 km"),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": A}}, "invalid_request", "LineString"),
        ({"type": "Feature", "geometry": None}, "invalid_request", "geometry"),
        ({"type": "LineString", "coordinates": [A, B]}, "invalid_request", "geometry：缺少该项"),
        ([], "invalid_request", "应为对象"),
        ({**line(A, B), "properties": [1]}, "invalid_request", "应为对象"),
        ({**line(A, B), "properties": {"project": "x\u0000y"}}, "bad_request", "project"),
        ({**line(A, B), "properties": {"project": "长" * 1001}}, "bad_request", "1000"),
        ({**line(A, B), "properties": {f"p{i}": i for i in range(201)}}, "bad_request", "200"),
        (
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[A, B, [114.3, 34.801], [114.301, 34.801], A]]}},
            "bad_line", "面不成立",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_reviewed_is_told_in_words(client: httpx.Client, body: Any, code: str, said: str) -> None:
    answer = review(client, body)
    problem = answer.json()
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code and said in problem["detail"], problem
    assert set(problem) == {"type", "title", "status", "detail", "code", "context"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "invalid_request"), (b"", "invalid_request"), (b'{"type": "Feature", "geometry": NaN}', "invalid_request"),
        (b"\xff\xfe", "invalid_request"),
        (b'{"type":"Feature","geometry":{"type":"LineString","coordinates":[[114.3,34.8],[1e999,34.8]]}}', "invalid_request"),
        (b'{"type":"Feature","geometry":{"type":"LineString","coordinates":[[114.3,34.8],[114.31,34.8]]},"properties":{"project":"\\ud800"}}',
         "bad_request"),
        (b"[" * 100_000, "malformed"),
    ],
)  # fmt: skip
def test_bodies_that_are_not_json_or_worse(client: httpx.Client, content: bytes, code: str) -> None:
    answer = client.post("/api/review", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422) and answer.json()["code"] == code, answer.text


def test_a_body_beyond_the_limit_is_refused(client: httpx.Client) -> None:
    def endless() -> Any:
        yield b'{"a": "'
        for _ in range(40):
            yield b"x" * 100_000

    for sent in (b'"' + b"x" * 3_000_000 + b'"', endless()):
        answer = client.post("/api/review", content=sent, headers={"content-type": "application/json"})
        assert answer.status_code == 413 and answer.json()["code"] == "too_large"


def test_errors_speak_the_language_that_was_asked_for(client: httpx.Client) -> None:
    for accept, wanted, said in (("en-GB", "en", "The line leaves the city"), ("zh", "zh", "图形超出"), ("ja", "zh", "图形超出")):
        answer = review(client, line([1, 2], [3, 4]), headers={"accept-language": accept})
        assert answer.headers["content-language"] == wanted and said in answer.json()["detail"]
        assert "Accept-Language" in answer.headers["vary"]


def test_another_site_cannot_send_changes(client: httpx.Client) -> None:
    answer = client.post("/api/reviews", files={"file": ("a.geojson", b"{}")}, headers={"origin": "http://elsewhere.example"})
    assert answer.status_code == 403 and answer.json()["code"] == "other_site"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/none", 404, "no_such_address"), ("POST", "/api/none", 404, "no_such_address"),
        ("GET", "/api", 404, "no_such_address"),
        ("DELETE", "/api/city", 405, "wrong_method"), ("GET", "/api/review", 405, "wrong_method"),
        ("GET", "/api/routes/0", 422, "invalid_request"), ("GET", "/api/routes/99999999999999999999", 422, "invalid_request"),
        ("GET", "/api/routes/424242", 404, "not_found"), ("GET", "/api/routes?limit=0", 422, "invalid_request"),
        ("GET", "/api/routes?q=%00", 422, "bad_request"), ("GET", "/api/packs/%00", 404, "not_found"),
        ("GET", "/api/jobs/none", 404, "not_found"), ("GET", "/api/jobs/%00", 422, "bad_request"),
        ("DELETE", "/api/jobs/none", 404, "not_found"),
        ("GET", "/tiles/none/3/1/1.mvt", 404, "not_found"), ("GET", "/tiles/roads/3/9/1.mvt", 404, "not_found"),
        ("GET", "/tiles/road_ledger/3/1/1.mvt", 404, "not_found"), ("GET", "/tiles/roads/x/1/1.mvt", 422, "invalid_request"),
        ("GET", "/tiles/roads/3/1/1.png", 404, "unknown_layer"), ("GET", "/tiles/roads/3/1/1.gif", 404, "no_such_address"),
    ],
)  # fmt: skip
def test_every_refusal_is_a_problem_document(client: httpx.Client, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["code"] == code and problem["status"] == status and problem["detail"] and "—" not in problem["detail"]
    if status == 405:
        assert answer.headers["allow"] in problem["detail"]

"""What goes into the report: nothing changed on the way, nothing beyond its budget, charts that count what there is."""

import json
import re
from typing import Any

import numpy as np
import pytest
import shapely

import api.report.ground
from api.report.charts import Bar, Limit, bars, histogram
from api.report.data import order, proofs, table
from api.report.ground import encoded, ground, polygon_parts
from api.report.page import json_text
from api.report.write import limits
from geo.crs import to_degrees
from geo.verdict import Review
from tests.api.answers_case import CITY, PACK, judged, of
from tests.packs.places import city, line, route, routes


@pytest.fixture(scope="module")
def review() -> Review:
    return judged()


def opened(steps: list[int], scale: float) -> np.ndarray[Any, Any]:
    return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / scale


def test_a_packed_proof_is_the_whole_verdict(review: Review) -> None:
    chosen = order(review)
    pool, chunks = proofs(review, chosen)
    packed = [one for chunk in chunks for one in chunk]
    for i, short in zip(chosen, packed, strict=True):
        verdict = review.verdict(int(i), geometry=True)
        for name in ("route_id", "outcome", "conditions", "could_be", "certainty", "immediate", "length", "dig"):
            assert short[name] == verdict[name]
        for name in ("permits", "readings", "notes"):
            assert [pool[one] if isinstance(one, int) else one for one in short[name]] == verdict[name]
        for one, want in zip(short["findings"], verdict["findings"], strict=True):
            finding = pool[one] if isinstance(one, int) else one
            got = pool[finding["$f"]] | finding
            for name in ("rule", "title", "citation", "unit", "limit", "test", "answer"):
                assert got[name] == want[name]
            for name in ("value", "margin", "missing", "reading"):
                assert got.get(name) == want[name]
            for name in ("decides", "at_limit", "estimated"):
                assert got.get(name, False) == want[name]
            stretches = [short["stretches"][k] for k in got.get("at", [])]
            assert [(s.get("from_m"), s["to_m"], s.get("id"), s.get("side")) for s in stretches] == [
                (s["from_m"], s["to_m"], s["id"], s["side"]) for s in want["stretches"]
            ]
            for short_one, whole in zip(stretches, want["stretches"], strict=True):
                assert opened(short_one["line"], 1e7) == pytest.approx(np.array(whole["coordinates"]), abs=1e-9)


def test_what_repeats_is_said_once(review: Review) -> None:
    same = of(routes(*[route(line((0, 200), (120, 200)))] * 50))
    pool, chunks = proofs(same, order(same))
    whole = len(json.dumps([same.verdict(i, geometry=True) for i in range(50)]))
    assert len(json.dumps([pool, chunks])) < whole / 8


def test_every_outcome_has_its_turn(review: Review) -> None:
    taken = order(review)
    outcomes = review.rows["outcome"].to_numpy()[taken].tolist()
    assert outcomes[:4] == ["parallel", "undetermined", "exempt", "out_of_scope"]
    assert sorted(taken.tolist()) == list(range(len(review.rows)))
    parallel = [i for i in taken if review.rows["outcome"].iloc[i] == "parallel"]
    assert parallel == sorted(parallel) and len(parallel) > 1


def test_lines_are_those_of_the_routes(review: Review) -> None:
    found = table(review, np.arange(len(review.rows)))
    for parts, shape in zip(found["lines"], review.rows.geometry, strict=True):
        want = to_degrees(shape.boundary if shape.geom_type == "Polygon" else shape, review.city.work_crs)
        for part, line_ in zip(parts, shapely.get_parts(want), strict=True):
            assert opened(part, 1e7) == pytest.approx(shapely.get_coordinates(line_), abs=1e-7)
    assert found["route_id"] == review.rows["route_id"].tolist()
    assert found["immediate"] == [int(value) for value in review.rows["immediate"]]


def test_encoding_keeps_parts_rings_and_points_apart() -> None:
    shapes = np.array([shapely.MultiLineString([[(1, 2), (3, 4)], [(5, 6), (7, 8)]]), shapely.Point(9, 10)], dtype=object)
    assert encoded(shapes, 1) == [[1, 2, 2, 2], [5, 6, 2, 2], [9, 10]]
    assert encoded(np.array([], dtype=object)) == []
    holed = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
    (rings,) = polygon_parts(holed, 1)
    assert len(rings) == 2 and [len(ring) for ring in rings] == [10, 10]


def test_ground_holds_every_layer_that_is_near(review: Review) -> None:
    found = {one["layer"]: one for one in ground(CITY, np.asarray(review.rows.geometry.array, dtype=object))}
    assert list(found) == ["green", "heritage", "planning", "highways", "roads", "trees"]
    assert found["roads"]["drawn"] == found["roads"]["near"] <= found["roads"]["total"] and found["roads"]["within_m"] is None
    assert {group["kind"] for group in found["roads"]["groups"]} >= {"arterial", "branch", "secondary", "internal", "unknown"}
    assert "A1路" in [label[0] for label in found["roads"]["labels"]]
    spots = np.concatenate([opened(part, 1e6) for group in found["roads"]["groups"] for part in group["parts"]])
    assert (spots[:, 0] > 114.2).all() and (spots[:, 1] < 34.9).all()


def test_ground_leaves_out_what_is_far_and_says_so(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(api.report.ground.BUDGET, "roads", 4)
    shapes = np.asarray(of(route(line((0, 0), (100, 0)))).rows.geometry.array, dtype=object)
    roads = next(one for one in ground(CITY, shapes) if one["layer"] == "roads")
    assert 0 < roads["drawn"] < roads["near"] and roads["within_m"] in api.report.ground.REACHES_M
    assert [label[0] for label in roads["labels"]] == ["B0路"]  # the nearest is kept


def test_ground_without_layers_or_shapes(review: Review) -> None:
    bare = city(**dict.fromkeys(CITY.layers))
    shapes = np.asarray(review.rows.geometry.array, dtype=object)
    assert ground(bare, shapes) == [] and ground(CITY, shapes[:0]) == [] and ground(CITY, np.array([None], dtype=object)) == []


def test_json_cannot_leave_its_element() -> None:
    text = {"a": "</script><!-- \u2028 &amp; ]]>", "b": float("nan"), "c": [float("inf"), 1.5]}
    written = json_text(text)
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written) == {"a": text["a"], "b": None, "c": [None, 1.5]}


def test_limits_are_those_of_the_pack(review: Review) -> None:
    assert limits(review) == [{"value": 500.0, "included": True, "zh": "限值 500 m", "en": "limit 500 m"}]
    assert PACK.option("boundary") == "le"


def drawn(svg: str) -> list[tuple[str, str]]:
    return re.findall(r"<title>([\d,–]+ m): ([\d,]+)</title>", svg)


def test_histogram_counts_every_route_once() -> None:
    values = np.array([0.0, 12.0, 499.999, 500.0, 500.001, 730.0, np.nan])
    names = {"zh": "长", "en": "length", "note_zh": "", "note_en": ""}
    classes = dict(drawn(histogram(values, [Limit(500, "限", "limit")], **names)))
    assert sum(int(n) for n in classes.values()) == 6
    assert (classes["450–500 m"], classes["500–550 m"]) == ("2", "1")  # 500 is within
    beyond = dict(drawn(histogram(values, [Limit(500, "限", "limit", included=False)], **names)))
    assert (beyond["450–500 m"], beyond["500–550 m"]) == ("1", "2")  # and here it is not


def test_histogram_folds_a_long_tail_in() -> None:
    values = np.concatenate([np.linspace(10, 800, 300), [90_000.0]])
    svg = histogram(values, [Limit(500, "限", "limit")], zh="", en="", note_zh="", note_en="")
    assert sum(int(n) for _, n in drawn(svg)) == 301 and "最右一档含更长者" in svg and len(drawn(svg)) < 60


def test_charts_of_nothing_say_so() -> None:
    names = {"zh": "图", "en": "chart", "note_zh": "", "note_en": ""}
    assert "没有可画的数据" in bars([], 0, **names) and "没有可画的数据" in histogram(np.array([]), [], **names)


def test_bars_are_in_proportion_and_escaped() -> None:
    some = [Bar("<甲>", "<a>", 40, "#111111"), Bar("乙", "b", 10, "#222222"), Bar("丙", "c", 0, "#333333")]
    svg = bars(some, 80, zh="图", en="chart", note_zh="来源", note_en="source")
    wide = [float(one) for one in re.findall(r'<rect x="0" y="[\d.]+" width="([\d.]+)"', svg)]
    assert wide[0] == pytest.approx(4 * wide[1], abs=0.2) and wide[2] == 0
    assert "&lt;甲&gt;" in svg and "<甲>" not in svg and "50.0%" in svg and "来源" in svg


def test_who_digs_there_is_named_and_counted() -> None:
    same = of(routes(*[route(line((0, 200), (120, 200)))] * 50))
    (first, *_), *_ = proofs(same, order(same))[1]
    assert first["matches"]["n"] == 49 and len(first["matches"]["shown"]) == 8
    assert first["matches"]["shown"][0] | {"with": "R2"} == {
        "with": "R2", "with_kind": "route", "kind": "shared", "shared_m": 120.0, "road_name": "S1路", "days_in_common": 34,
        "status": "together",
    }  # fmt: skip

"""Lines on a small city: the nine lines of the regulations, length, siblings, scope, and what is missing."""

import geopandas as gpd
import pytest

from geo.city import Layer
from geo.crs import to_work
from tests.packs.asked import GROUND, answer, bent
from tests.packs.places import box, city, line, route, routes

# ── the nine lines of the regulations ────────────────────────────────────────────────────────────────────────────────

NINE = [
    ("water, 499.9 m on an old branch", route(bent(499.9)), "exempt", [], None),
    ("water, 500.0 m: within, at the limit", route(bent(500.0)), "exempt", [], None),
    ("gas, 500.1 m", route(bent(500.1), "gas"), "parallel", [], None),
    (
        "0.4 kV, 80 m in the footway of a secondary road",
        route(line((0, 208), (80, 208)), "power", voltage_kv=0.4),
        "exempt",
        [],
        "text",
    ),
    ("0.4 kV, 620 m", route(bent(620), "power", voltage_kv=0.4), "parallel", [], "reading"),
    ("10 kV, 60 m: the text is silent below 500 m", route(bent(60), "power", voltage_kv=10), "parallel", [], "reading"),
    ("heat, 120 m on a road delivered 2024-05-01", route(bent(120, 400), "heat"), "parallel", ["gov_approval"], "reading"),
    ("comms, 200 m, along the verge", route(line((110, 7), (310, 7)), "comms"), "parallel", [], "reading"),
    (
        "water, 90 m, 12 m from the land of a national highway",
        route(line((0, -568), (90, -568))),
        "parallel",
        ["highway_permit"],
        None,
    ),
]


@pytest.mark.parametrize(("one", "outcome", "conditions", "certainty"), [c[1:] for c in NINE], ids=[c[0] for c in NINE])
def test_nine_lines(one: gpd.GeoDataFrame, outcome: str, conditions: list[str], certainty: str | None) -> None:
    verdicts = answer(one).verdicts
    assert verdicts.outcome(0) == outcome
    assert set(conditions) <= set(verdicts.conditions(0))
    if certainty:
        assert verdicts.certainty(0) == certainty


# ── length ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("length_m", "outcome", "certainty"),
    [(499.999, "exempt", "text"), (500.0, "exempt", "reading"), (500.001, "parallel", "text")],
)
@pytest.mark.parametrize("stored_in", ["EPSG:4547", "EPSG:4490"])
def test_the_limit_is_exact_to_the_millimetre(length_m: float, outcome: str, certainty: str, stored_in: str) -> None:
    shape = bent(length_m)
    stored = to_work(to_work(shape, "EPSG:4547", stored_in), stored_in, "EPSG:4547")
    found = answer(route(stored))
    assert found.rows.length_m[0] == length_m
    assert (found.verdicts.outcome(0), found.verdicts.certainty(0)) == (outcome, certainty)
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "length-limit")
    assert finding["at_limit"]
    assert finding["margin"] == pytest.approx(500 - length_m, abs=1e-9)


@pytest.mark.parametrize(("accuracy_m", "at_limit"), [(None, False), (0.5, False), (0.6, True), (5.0, True)])
def test_at_limit_is_judged_by_the_stated_accuracy(accuracy_m: float | None, at_limit: bool) -> None:
    found = answer(route(bent(499.4), accuracy_m=accuracy_m)).verdict(0)
    assert next(f for f in found["findings"] if f["rule"] == "length-limit")["at_limit"] == at_limit


def test_the_part_inside_the_site_is_left_out() -> None:
    found = answer(route(line((-55, 37), (-55, 0), (440, 0))))
    length = found.verdict(0)["length"]
    assert (length["planar_m"], length["counted_m"]) == (532.0, 507.0)
    assert found.verdicts.outcome(0) == "parallel"
    shorter = answer(route(line((-55, 37), (-55, 0), (430, 0))))
    assert shorter.verdict(0)["length"]["counted_m"] == 497.0
    assert shorter.verdicts.outcome(0) == "exempt"


def test_lines_of_one_project_and_utility_are_summed() -> None:
    two = routes(*(route(line((0, y), (300, y)), project_code="410200-1") for y in (1, -1)))
    found = answer(two)
    assert list(found.rows.sum_length_m) == [600.0, 600.0]
    assert list(found.rows.outcome) == ["parallel", "parallel"]
    other = two.assign(utility=["water", "gas"])
    assert list(answer(other).rows.outcome) == ["exempt", "exempt"]


def test_a_line_without_project_stands_alone() -> None:
    two = routes(*(route(line((0, y), (300, y))) for y in (1, -1)))
    assert list(answer(two).rows.sum_length_m) == [300.0, 300.0]


def test_a_work_cut_into_slices_is_noticed() -> None:
    slices = routes(*(route(line((x, 0), (x + 190, 0)), applicant="甲公司", project=f"第{x}期") for x in (0, 190, 380)))
    found = answer(slices)
    assert all(found.verdicts.answer("slicing", i) == "yes" for i in range(3))
    assert all("officer_confirms" in c for c in found.rows.conditions)
    apart = slices.assign(applicant=["甲公司", "乙公司", "丙公司"])
    assert all(answer(apart).verdicts.answer("slicing", i) == "no" for i in range(3))


@pytest.mark.parametrize(
    "values",
    [
        {"applicant": ["甲公司", None]},
        {"applicant": [None, None], "project": ["甲", "乙"]},
        {"applicant": ["甲公司", "甲公司"], "utility": ["water", None]},
    ],
)
def test_a_line_that_touches_and_does_not_say_whose_it_is_may_be_a_slice(values: dict[str, list[str | None]]) -> None:
    two = routes(route(line((0, 0), (300, 0))), route(line((300, 0), (600, 0)))).assign(**values)
    found = answer(two).verdicts
    assert found.answer("slicing", 0) == "unknown"
    apart = two.assign(geometry=[line((0, 0), (300, 0)), line((400, 0), (700, 0))])
    assert answer(apart).verdicts.answer("slicing", 0) == "no"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"applicant": ["甲公司", None]}, "unknown"),
        ({"applicant": ["甲公司", "乙公司"]}, "yes"),
        ({"applicant": [None, None]}, "no"),  # one project: 600 m
        ({"applicant": ["甲公司", None], "project_code": ["X-1", "X-2"]}, "yes"),
        ({"applicant": ["甲公司", None], "project_code": ["X-1", None]}, "unknown"),
        ({"applicant": ["甲公司", None], "utility": ["water", "gas"]}, "yes"),
        ({"applicant": ["甲公司", None], "utility": ["water", None]}, "unknown"),
    ],
)
def test_lines_of_one_name_without_applicant_may_be_of_one_project(values: dict[str, list[str | None]], told: str) -> None:
    two = routes(*(route(line((0, y), (300, y)), project="幸福里小区") for y in (1, -1))).assign(**values)
    assert answer(two).verdicts.answer("length-limit", 0) == told


# ── scope ────────────────────────────────────────────────────────────────────────────────────────────────────────────

SCOPE = [
    ("water", None, "exempt"),
    ("gas", None, "exempt"),
    ("heat", None, "exempt"),
    ("comms", None, "exempt"),
    ("drain", None, "out_of_scope"),
    ("other", None, "out_of_scope"),
    (None, None, "undetermined"),
    ("power", None, "undetermined"),
    ("power", 0.22, "exempt"),
    ("power", 0.38, "exempt"),
    ("power", 0.4, "exempt"),
    ("power", 0.66, "out_of_scope"),
    ("power", 6.0, "out_of_scope"),
    ("power", 10.0, "parallel"),
    ("power", 20.0, "out_of_scope"),
    ("power", 35.0, "out_of_scope"),
]


@pytest.mark.parametrize(("utility", "voltage_kv", "outcome"), SCOPE)
def test_scope_by_utility_and_voltage(utility: str | None, voltage_kv: float | None, outcome: str) -> None:
    assert answer(route(bent(80), utility, voltage_kv=voltage_kv)).verdicts.outcome(0) == outcome


def test_out_of_scope_still_shows_what_it_meets() -> None:
    found = answer(route(line((900, 0), (1100, 0)), "drain"))
    assert found.verdicts.outcome(0) == "out_of_scope"
    assert found.verdicts.answer("arterial-road", 0) == "yes"
    assert found.verdicts.permits(0)["road_excavation"] == "owed"


# ── what is missing ──────────────────────────────────────────────────────────────────────────────────────────────────

DECISIVE = ("roads", "green", "trees", "highways", "heritage")


@pytest.mark.parametrize("layer", DECISIVE)
@pytest.mark.parametrize("how", ["absent", "no coverage", "not covering"])
def test_without_a_layer_nothing_becomes_exempt(layer: str, how: str) -> None:
    kept = GROUND.layer(layer)
    changed = {
        "absent": Layer(layer, None),
        "no coverage": Layer(layer, kept.frame),
        "not covering": Layer(layer, kept.frame, box(500, 0, 900, 400)),
    }[how]
    found = answer(route(bent(80, 1.0)), city(**{layer: changed}))
    if layer == "heritage":  # a condition, not a tier: the outcome stands, the condition is open
        assert found.verdicts.certainty(0) == "data-missing"
    else:
        assert found.verdicts.outcome(0) == "undetermined"
        assert found.verdicts.could_be(0)[0] == "parallel"
    assert not found.verdicts.immediate(0)
    assert found.rows.missing[0]


@pytest.mark.parametrize("layer", DECISIVE)
def test_an_empty_layer_that_covers_is_a_no(layer: str) -> None:
    if layer == "roads":
        pytest.skip("without roads there is no line in a road to judge: see test_open_ground_meets_nothing")
    kept = GROUND.layer(layer)
    empty = city(**{layer: Layer(layer, kept.frame.iloc[:0], kept.coverage)})
    assert answer(route(bent(80, 1.0)), empty).verdicts.outcome(0) == "exempt"


@pytest.mark.parametrize("layer", ["planning", "pipes", "districts", "events", "road_surfaces"])
def test_other_absent_layers_only_warn(layer: str) -> None:
    assert answer(route(bent(80, 1.0)), city(**{layer: None})).verdicts.outcome(0) == "exempt"


def test_an_old_street_without_window_needs_no_dates() -> None:
    found = answer(route(bent(80), start=None, end=None))
    assert (found.verdicts.outcome(0), found.verdicts.certainty(0), found.verdicts.immediate(0)) == ("exempt", "text", True)


def test_outline_instead_of_line() -> None:
    found = answer(route(box(120, -0.5, 220, 0.5)))
    assert found.rows.length_m[0] == pytest.approx(100, abs=0.5)
    assert any("面状" in note["zh"] for note in found.verdict(0)["notes"])
    green = answer(route(box(120, 5, 220, 6.01)))
    assert green.verdicts.answer("green-land", 0) == "yes"
    beside = answer(route(box(120, 5, 220, 6.0)))
    assert beside.verdicts.answer("green-land", 0) == "no"


def test_every_finding_can_be_pointed_at() -> None:
    verdict = answer(route(line((900, 0), (1100, 0)))).verdict(0, geometry=True)
    for finding in verdict["findings"]:
        assert finding["citation"]["title"]
        assert finding["answer"] in ("yes", "no", "unknown")
        for stretch in finding["stretches"]:
            assert len(stretch["coordinates"]) >= 2
            assert 0 <= stretch["from_m"] < stretch["to_m"]


def test_zero_volts_is_a_blank() -> None:
    assert answer(route(bent(80), "power", voltage_kv=0.0)).verdicts.outcome(0) == "undetermined"

"""What must hold whatever the lines are: one is judged as many are, order is irrelevant, and less data is never milder."""

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.review import Review, review
from geo.city import Layer
from layers.packs.read import read_packs
from tests.packs.places import ON, X0, Y0, city, route, routes

PACK = read_packs(Path(__file__).parents[2] / "data" / "packs")["kaifeng-2022-6"]
GROUND = city()
COLUMNS = [
    "outcome", "conditions", "could_be", "could_be_conditions", "certainty", "immediate", "length_m", "dug_m", "reasons",
    "owed", "waived", "missing",
]  # fmt: skip

spots = st.tuples(st.integers(-150, 1450), st.integers(-1050, 1150))
shapes = st.lists(spots, min_size=2, max_size=5, unique=True).map(lambda p: shapely.LineString([(X0 + x, Y0 + y) for x, y in p]))
kinds = st.sampled_from(
    [("water", None), ("gas", None), ("power", 0.4), ("power", 10.0), ("power", None), ("drain", None), (None, None)]
)
works = st.tuples(
    shapes, kinds, st.sampled_from([0.8, None]), st.sampled_from(["open", "bored", None]), st.sampled_from(["2026-12-01", None])
)
files = st.lists(works, min_size=1, max_size=6)
POOR = {layer: city(**{layer: Layer(layer, None)}) for layer in ("roads", "green", "trees", "highways", "heritage")}
slowly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def file_of(some: list[tuple]) -> gpd.GeoDataFrame:
    """Lines that have nothing to do with one another: each of its own project and applicant, so that none is another's slice."""
    return routes(*(_line(f"工程{at}", *one) for at, one in enumerate(some)))


def _line(
    whose: str,
    shape: shapely.LineString,
    kind: tuple[str | None, float | None],
    width: float | None,
    burial: str | None,
    start: str | None,
) -> gpd.GeoDataFrame:
    utility, kv = kind
    work = {"voltage_kv": kv, "trench_width_m": width, "burial": burial, "start": start, "end": start and "2026-12-20"}
    return route(shape, utility, project=whose, applicant=whose, **work)


def judged(some: gpd.GeoDataFrame, ground: object = GROUND) -> Review:
    return review(some, ground, PACK, ON)


def answers(one: Review) -> list[list[object]]:
    return one.rows[COLUMNS].to_numpy().tolist()


@given(files)
@slowly
def test_single_equals_batch(some: list[tuple]) -> None:
    together = judged(file_of(some))
    for i, work in enumerate(some):
        alone = judged(file_of([work]))
        assert answers(alone)[0] == answers(together)[i]
        one, two = alone.verdict(0), together.verdict(i)
        apart = {"route_id": None, "matches": None}  # the others of a file are neighbours of each of its lines
        assert {**one, **apart} == {**two, **apart}
        assert alone.pieces(0) == together.pieces(i)


@given(files, st.randoms())
@slowly
def test_the_order_of_rows_is_irrelevant(some: list[tuple], chance: object) -> None:
    order = list(range(len(some)))
    chance.shuffle(order)
    plain, mixed = answers(judged(file_of(some))), answers(judged(file_of([some[k] for k in order])))
    assert [plain[k] for k in order] == mixed


@given(files)
@slowly
def test_turning_a_line_round_changes_only_from_to_and_side(some: list[tuple]) -> None:
    there, back = judged(file_of(some)), judged(file_of([(shape.reverse(), *rest) for shape, *rest in some]))
    for i in range(len(some)):
        assert there.verdicts.outcome(i) == back.verdicts.outcome(i)
        assert there.verdicts.conditions(i) == back.verdicts.conditions(i)
        length = there.rows.length_m[i]
        one = [(p["id"], p["from_m"], p["to_m"]) for p in there.pieces(i)]
        two = [(p["id"], length - p["to_m"], length - p["from_m"]) for p in reversed(back.pieces(i))]
        assert [p[0] for p in one] == [p[0] for p in two]
        assert np.allclose([p[1:] for p in one], [p[1:] for p in two], atol=0.0021)


@given(files)
@slowly
def test_a_vertex_added_on_a_line_changes_nothing(some: list[tuple]) -> None:
    more = [(shapely.segmentize(shape, 97.0), *rest) for shape, *rest in some]
    plain, added = judged(file_of(some)), judged(file_of(more))
    for i in range(len(some)):
        assert plain.verdicts.outcome(i) == added.verdicts.outcome(i)
        assert plain.verdicts.conditions(i) == added.verdicts.conditions(i)
        assert plain.rows.length_m[i] == pytest.approx(added.rows.length_m[i], abs=0.0011)


@given(files)
@slowly
def test_pieces_add_up_exactly(some: list[tuple]) -> None:
    found = judged(file_of(some))
    for i in range(len(some)):
        pieces = found.pieces(i)
        assert pieces[0]["from_m"] == 0
        assert pieces[-1]["to_m"] == found.rows.length_m[i]
        assert all(a["to_m"] == b["from_m"] for a, b in pairwise(pieces))


@pytest.mark.parametrize("layer", list(POOR))
@given(files)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_without_a_layer_nothing_is_milder(layer: str, some: list[tuple]) -> None:
    rank = {tier.id: k for k, tier in enumerate(PACK.data.tiers)} | {"out_of_scope": 8}
    full, poor = judged(file_of(some)), judged(file_of(some), POOR[layer])
    for i in range(len(some)):
        assert rank[poor.verdicts.could_be(i)[0]] >= rank[full.verdicts.could_be(i)[0]]
        assert set(full.verdicts.could_be(i)[1]) <= set(poor.verdicts.could_be(i)[1])
        assert not poor.verdicts.immediate(i)
        if layer != "heritage":
            assert poor.verdicts.outcome(i) != "exempt"

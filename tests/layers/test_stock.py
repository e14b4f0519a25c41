"""What the layers hold: quality, coverage and differences, each beside a count by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from geo.city import City
from geo.errors import BadInput, NotFound, UnknownLayer
from geo.schema import LAYERS
from layers.deliveries import Delivery, load_layer
from layers.people.audit import Actor, page
from layers.replacing import Claim, foresee
from layers.stock.diff import diff
from layers.stock.history import covered_share, deliveries_of
from layers.stock.quality import lacking, quality

Roads = Callable[..., gpd.GeoDataFrame]
Square = Callable[[float, float, float, float], shapely.Polygon]


def load(engine: sa.Engine, frame: Any, layer: str = "roads", actor: Actor | None = None, **words: Any) -> int:
    return int(load_layer(engine, layer, frame, Delivery(**words), actor=actor).delivery_id)


def test_quality_counts_what_a_look_at_the_rows_counts(engine: sa.Engine, town: City, roads: Roads) -> None:
    dice = np.random.default_rng(3)
    n = 60
    day = [None if dice.random() < 0.3 else "2020-05-01" for _ in range(n)]
    kind = [None if dice.random() < 0.5 else "branch" for _ in range(n)]
    unclear = [("class",) if one is None and dice.random() < 0.5 else None for one in kind]
    frame = roads([f"R{i}" for i in range(n)], **{"class": kind, "delivered": day, "overhauled": day})
    frame["unclear"] = pd.Series(unclear, dtype=object)
    load(engine, frame, rows_expected=n + 2)
    found = quality(engine, "roads")
    by_name = {one["name"]: one for one in found["fields"]}
    blank = sum(one is None for one in kind)
    murky = sum(one is not None for one in unclear)
    assert (found["rows"], found["lost"]) == (n, 2)
    assert (by_name["class"]["blank"], by_name["class"]["unclear"]) == (blank - murky, murky)
    none = sum(one is None for one in day)
    assert (by_name["delivered"]["blank"], by_name["delivered"]["answered_blank"]) == (none, 0)
    # a blank day of overhaul in a file that has the column says that there was none: an answer, and no lack
    assert (by_name["overhauled"]["blank"], by_name["overhauled"]["answered_blank"]) == (0, none)
    rows = lacking(engine, "roads", "class", "unclear", limit=2)
    assert rows["total"] == murky and len(rows["features"]) == 2
    first = next(i for i, one in enumerate(unclear) if one)
    assert rows["features"][0]["properties"]["road_id"] == f"R{first}"
    west, south, east, north = town.bounds
    x, y = rows["features"][0]["geometry"]["coordinates"][0]
    assert west < x < east and south < y < north
    behind = lacking(engine, "roads", "class", "unclear", after=rows["features"][1]["id"])
    assert behind["total"] == murky and len(behind["features"]) == murky - 2


def test_rows_that_were_replaced_do_not_count(engine: sa.Engine, town: City, roads: Roads) -> None:
    load(engine, roads(["A", "B"]), coverage=town.bounds_polygon, as_of=date(2024, 1, 1))
    load(engine, roads(["A"], name=["甲路"]), coverage=town.bounds_polygon, as_of=date(2025, 1, 1))
    found = {one["name"]: one for one in quality(engine, "roads")["fields"]}
    assert quality(engine, "roads")["rows"] == 1 and found["name"]["blank"] == 0


@pytest.mark.parametrize("layer", [name for name, spec in LAYERS.items() if spec.geometry != "raster"])
def test_every_layer_has_quality_and_a_difference(
    engine: sa.Engine, town: City, sample_layers: dict[str, gpd.GeoDataFrame], layer: str
) -> None:
    frame = sample_layers[layer]
    first, second = load(engine, frame, layer, sha256="a"), load(engine, frame.iloc[1:], layer, sha256="b")
    spec = LAYERS[layer]
    assert len(quality(engine, layer)["fields"]) == len(spec.columns)
    told = diff(engine, layer, first, second)
    assert told["counts"] == {"added": 0, "removed": 1, "changed": 0, "moved": 0, "same": len(frame) - 1}
    assert all((one["geometry"] is None) == (spec.geometry == "none") for one in told["features"])


def _by_hand(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> dict[str, tuple[str, list[str], float | None]]:
    """key → (fate, fields, metres), with plain loops."""
    out: dict[str, tuple[str, list[str], float | None]] = {}
    before, after = ({row["road_id"]: row for _, row in frame.iterrows()} for frame in (old, new))
    for key in before.keys() | after.keys():
        if key not in after:
            out[key] = ("removed", [], None)
        elif key not in before:
            out[key] = ("added", [], None)
        else:
            a, b = before[key], after[key]
            fields = [f for f in ("name", "width_m") if not (a[f] == b[f] or (pd.isna(a[f]) and pd.isna(b[f])))]
            same_shape = a.geometry.wkb == b.geometry.wkb
            metres = None if same_shape else float(shapely.hausdorff_distance(a.geometry, b.geometry))
            if fields or not same_shape:
                out[key] = ("changed" if fields else "moved", fields, metres)
    return out


def test_the_difference_is_what_plain_loops_find(engine: sa.Engine, town: City, roads: Roads) -> None:
    dice = np.random.default_rng(11)
    old = roads([f"R{i}" for i in range(80)], name=[f"路{i}" for i in range(80)], width_m=dice.integers(10, 40, 80).astype(float))
    new = old[dice.random(80) > 0.2].copy()
    new["name"] = [None if dice.random() < 0.2 else one for one in new["name"]]
    new["width_m"] = [one + (5.0 if dice.random() < 0.2 else 0.0) for one in new["width_m"]]
    move = [one if dice.random() < 0.6 else shapely.affinity.translate(one, *dice.uniform(-9, 9, 2)) for one in new.geometry]
    new["geometry"] = move
    new = pd.concat([new, roads(["N1", "N2"], y=6000, name=["新一", "新二"], width_m=[9.0, 9.0])], ignore_index=True)
    first, second = load(engine, old), load(engine, new.set_crs(old.crs))
    told, by_hand = diff(engine, "roads", first, second), _by_hand(old, new)
    assert told["by"] == "road_id" and told["beyond"] == 0
    assert {one["properties"]["key"] for one in told["features"]} == set(by_hand)
    for one in told["features"]:
        said, (fate, fields, metres) = one["properties"], by_hand[one["properties"]["key"]]
        assert (said["fate"], sorted(said["fields"])) == (fate, sorted(fields)), said["key"]
        assert said["moved_m"] == (None if metres is None else pytest.approx(metres, abs=0.001))
        assert (said["was"] is None) == (fate in ("added", "removed"))
    fates = [fate for fate, _, _ in by_hand.values()]
    assert {name: told["counts"][name] for name in ("added", "removed", "changed", "moved")} == {
        name: fates.count(name) for name in ("added", "removed", "changed", "moved")
    }
    assert len(diff(engine, "roads", first, second, limit=3)["features"]) == 3


def test_what_the_other_delivery_never_spoke_of_is_no_change(engine: sa.Engine, town: City, roads: Roads, square: Square) -> None:
    first = load(engine, roads(["A", "B", "C"]), coverage=town.bounds_polygon)
    second = load(engine, roads(["A"]), coverage=square(-10, -10, 200, 70))  # A at 0 m and B at 50 m lie in it, C does not
    told = diff(engine, "roads", first, second)
    assert told["counts"]["removed"] == 2 and told["beyond"] == 1
    assert {one["properties"]["key"]: one["properties"]["beyond"] for one in told["features"]} == {"B": False, "C": True}


def test_a_key_that_repeats_is_paired_in_order(engine: sa.Engine, town: City, sample_layers: dict[str, gpd.GeoDataFrame]) -> None:
    frame = sample_layers["pipes"].copy()
    frame[LAYERS["pipes"].key] = "P"
    first, second = load(engine, frame, "pipes", sha256="a"), load(engine, frame.iloc[:2], "pipes", sha256="b")
    assert diff(engine, "pipes", first, second)["counts"] == {"added": 0, "removed": 1, "changed": 0, "moved": 0, "same": 2}


def test_what_cannot_be_compared_is_refused(engine: sa.Engine, town: City, roads: Roads) -> None:
    one = load(engine, roads(["A"]))
    for layer, old, new, error in (
        ("roads", one, one, BadInput), ("roads", one, one + 1, NotFound), ("green", one, one + 1, NotFound),
        ("satellite", 1, 2, BadInput), ("moon", 1, 2, UnknownLayer),
    ):  # fmt: skip
        with pytest.raises(error):
            diff(engine, layer, old, new)
    with pytest.raises(BadInput):
        lacking(engine, "roads", "delivery_id", "blank")


def test_the_history_says_who_and_what_became_of_it(engine: sa.Engine, town: City, roads: Roads, square: Square) -> None:
    half = square(-10, -10, 200, 70)
    first = load(engine, roads(["A", "B", "C"]), coverage=town.bounds_polygon, rows_expected=4, as_of=date(2024, 5, 1))
    second = load(
        engine, roads(["A"]), actor=Actor("li.wei", "10.0.0.1"), coverage=half, as_of=date(2025, 5, 1), file_name="甲.zip"
    )
    new, old = deliveries_of(engine, "roads")
    assert (new["id"], new["state"], new["loaded_by"], new["rows_current"]) == (second, "current", "li.wei", 1)
    assert (old["id"], old["state"], old["loaded_by"], old["rows_current"], old["rows_lost"]) == (first, "partly", None, 1, 1)
    assert old["coverage"]["type"] == "Polygon"
    (noted,) = page(engine, action="delivery.load")
    assert noted["actor"] == "li.wei" and noted["subject"] == str(second) and noted["after"]["file"] == "甲.zip"


def test_the_share_that_is_covered(engine: sa.Engine, town: City, roads: Roads, square: Square) -> None:
    assert covered_share(engine, "roads") is None
    load(engine, roads(["A"]))
    assert covered_share(engine, "roads") is None  # delivered, and nobody said for where
    area = square(-10, -10, 200, 70)
    load(engine, roads(["A"]), coverage=area, owner="甲")
    assert covered_share(engine, "roads") == pytest.approx(area.area / town.bounds_polygon.area)
    load(engine, roads(["B"]), coverage=town.bounds_polygon.buffer(500), owner="乙")
    assert covered_share(engine, "roads") == 1.0


@pytest.mark.parametrize("layer", ["roads", "road_ledger"])
def test_what_is_foreseen_is_what_happens(engine: sa.Engine, town: City, roads: Roads, square: Square, layer: str) -> None:
    """Some deliveries one after another: before each, what it would do; after it, what it did."""
    if layer == "road_ledger":
        load(engine, roads(["A", "B", "C"]), coverage=town.bounds_polygon)
    frame: Any = roads(["A", "B", "C"])
    if layer == "road_ledger":
        frame = pd.DataFrame({"road_id": ["A", "B", "C"], "kind": "new"})
    all_over, half = town.bounds_polygon, square(-10, -10, 200, 70)
    steps: list[tuple[shapely.Geometry | None, date | None]] = [
        (all_over, date(2024, 1, 1)), (half, date(2025, 1, 1)), (None, None), (half, date(2023, 1, 1)),
        (all_over, date(2026, 1, 1)),
    ]  # fmt: skip
    for at, (area, day) in enumerate(steps):
        claim = Claim(0, "", "甲", "", day, None, "", [], 0, area)
        with engine.connect() as connection:
            fates = {one.delivery: one for one in foresee(connection, layer, LAYERS[layer], claim)}
        before = {one["id"]: one["rows_current"] for one in deliveries_of(engine, layer)}
        load(engine, frame, layer, coverage=area, as_of=day, owner="甲", sha256=str(at))
        after = {one["id"]: (one["rows_current"], one["state"]) for one in deliveries_of(engine, layer)}
        for number, fate in fates.items():
            assert before[number] - after[number][0] == fate.rows, (at, number, fate)
            assert (after[number][1] == "replaced") == (fate.fate == "whole"), (at, number, fate)

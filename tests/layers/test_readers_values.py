"""Values and columns as people write them; nothing here opens a file."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.errors import BadInput
from geo.schema import LAYERS, ROUTES, SPANS
from layers.readers.columns import conform, match
from layers.readers.values import date_in, head_unit, number_in, parse


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.38", "kV", 0.38),
        ("10kV", "kV", 10),
        ("10 KV", "kV", 10),
        ("10千伏", "kV", 10),
        ("380V", "kV", 0.38),
        ("DN200", "mm", 200),
        ("dn 200", "mm", 200),
        ("φ110", "mm", 110),
        ("Φ110", "mm", 110),
        ("De63", "mm", 63),
        ("200mm", "mm", 200),
        ("0.2m", "mm", 200),
        ("２００", "mm", 200),
        ("100X200", "mm", 200),
        ("2000×1800mm", "mm", 2000),
        ("1,200", "m²", 1200),
        ("500㎡", "m²", 500),
        ("1.2米", "m", 1.2),
        ("1200mm", "m", 1.2),
        ("400kPa", "MPa", 0.4),
        ("1MVA", "kVA", 1000),
        ("-3", "m", -3),
        ("1e3", "m", 1000),
    ],
)
def test_numbers_are_read_with_their_units(text: str, unit: str, value: float) -> None:
    assert number_in(text, unit) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("text", ["10/0.4kV", "约3", "1.2-1.5", "DN", "abc", "2x", "3 4", "10吨", "1e999", "100X200"])
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert number_in(text, "kV") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-01", "2024-05-01"),
        ("2024-5-1", "2024-05-01"),
        ("20240501", "2024-05-01"),
        ("2024/5/1", "2024-05-01"),
        ("2024年5月1日", "2024-05-01"),
        ("2024.05.01", "2024-05-01"),
        ("2024-05-01 23:59:00", "2024-05-01"),
        ("2024-05-01T10:00:00", "2024-05-01"),
        ("2024-04-30T16:00:00Z", "2024-05-01"),
        ("2024-04-30T15:59:59+00:00", "2024-04-30"),
        ("2024/04/30 16:00:00+00", "2024-05-01"),
        ("2024-05-01T00:00:00+08:00", "2024-05-01"),
        ("45413", "2024-05-01"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_dates_are_days_in_china(text: str, day: str) -> None:
    assert date_in(text) == np.datetime64(day, "s")


@pytest.mark.parametrize(
    "text", ["24-05-01", "240501", "2023-02-29", "2024-13-01", "2024-05", "明年", "0001-01-01", "9999-12-31", "99999"]
)
def test_impossible_dates_are_none(text: str) -> None:
    assert date_in(text) is None


def test_nothing_is_unknown_and_no_issue() -> None:
    values = np.array([None, np.nan, "", "  ", "\u3000", "NULL", pd.NA, "无数据"], dtype=object)
    for kind in ("voltage_kv", "start", "utility"):
        parsed = parse(values, ROUTES.columns[kind])
        assert pd.isna(parsed.values).all()
        assert parsed.why == {}


def test_unreadable_values_are_unknown_with_a_reason_for_their_row() -> None:
    parsed = parse(np.array(["10", "x", None, "-1", "5000"], dtype=object), ROUTES.columns["voltage_kv"])
    np.testing.assert_array_equal(parsed.values, [10, np.nan, np.nan, np.nan, np.nan])
    assert set(parsed.why) == {1, 3, 4}
    assert "x" in parsed.why[1][0] and "0 – 1200 kV" in parsed.why[4][0]


def test_numbers_stored_as_numbers_are_checked_too() -> None:
    parsed = parse(np.array([0.0, 1200.0, 1200.5, np.nan, np.inf, -0.1]), ROUTES.columns["voltage_kv"])
    np.testing.assert_array_equal(parsed.values, [0, 1200, np.nan, np.nan, np.nan, np.nan])
    assert set(parsed.why) == {2, 4, 5}
    whole = parse(np.array([3.0, 2.5]), ROUTES.columns["trees_to_fell"])
    assert whole.values[0] == 3 and set(whole.why) == {1}


def test_listed_words() -> None:
    values = np.array(["燃气", "RQ", "gas", " Gas ", "供热", "石油", None], dtype=object)
    parsed = parse(values, ROUTES.columns["utility"])
    assert list(parsed.values) == ["gas", "gas", "gas", "gas", "heat", None, None]
    assert set(parsed.why) == {5} and "石油" in parsed.why[5][0]


def test_a_grade_stored_as_a_number_is_its_word() -> None:
    assert list(parse(np.array([1.0, 2.0, np.nan]), LAYERS["trees"].columns["grade"]).values) == ["1", "2", None]
    assert list(parse(np.array([12.0, 7.5]), ROUTES.columns["route_id"]).values) == ["12", "7.5"]


def test_columns_by_name_label_alias_and_case() -> None:
    fields, _ = match(["LNO", "管线种类", "电压(kV)", "Trench_Width_M", "开工日期", "别的"], ROUTES)
    assert fields == {
        "route_id": "LNO",
        "utility": "管线种类",
        "voltage_kv": "电压(kV)",
        "trench_width_m": "Trench_Width_M",
        "start": "开工日期",
    }


def test_names_that_a_shapefile_cut() -> None:
    """Ten bytes: of English names, of Chinese ones in GBK (five characters) and in UTF-8 (three)."""
    assert match(["trench_wid", "capacity_k", "diameter_m"], ROUTES)[0] == {
        "capacity_kva": "capacity_k",
        "diameter_mm": "diameter_m",
        "trench_width_m": "trench_wid",
    }
    assert match(["交付使用日"], LAYERS["roads"])[0] == {"delivered": "交付使用日"}
    assert match(["交付使"], LAYERS["roads"])[0] == {"delivered": "交付使"}


def test_a_cut_name_that_may_mean_two_fields_is_not_used() -> None:
    fields, notes = match(["工程类"], LAYERS["road_ledger"])
    assert fields == {"kind": "工程类"}
    fields, notes = match(["pit_from_m"], SPANS)
    assert fields == {"pit_from_m2": "pit_from_m"}
    fields, notes = match(["管线种"], ROUTES)
    assert fields == {"utility": "管线种"}
    fields, notes = match(["施工日"], ROUTES)  # 施工日期自 and 施工日期至
    assert fields == {}
    assert any(note.code == "columns-unclear" and "施工日" in note.zh for note in notes)


def test_mapping_comes_first_and_is_checked() -> None:
    fields, notes = match(["TYPE", "专业"], ROUTES, {"type": "project"})
    assert fields == {"project": "TYPE", "utility": "专业"}
    assert "TYPE→project" in notes[0].zh
    with pytest.raises(BadInput, match="no column nope"):
        match(["TYPE"], ROUTES, {"nope": "project"})
    with pytest.raises(BadInput, match="no field colour"):
        match(["TYPE"], ROUTES, {"TYPE": "colour"})


def test_conform_is_the_one_form() -> None:
    spec = LAYERS["road_ledger"]
    loose = pd.DataFrame(
        {
            "owner": pd.array(["甲", pd.NA], dtype="string"),
            "road_id": ["R1", float("nan")],
            "from_m": pd.array([1, pd.NA], dtype="Int64"),
            "finished": [date(2024, 5, 1), None],
        },
        index=[7, 3],
    )
    frame = conform(loose, spec)
    assert list(frame.columns) == list(spec.columns)
    assert list(frame.index) == [0, 1]
    assert frame["road_id"].tolist() == ["R1", None] and frame["owner"].tolist() == ["甲", None]
    assert frame["road_id"].dtype == object and frame["part"].dtype == object
    assert frame["part"].tolist() == [None, None]
    assert frame["from_m"].dtype == "float64" and np.isnan(frame["from_m"][1])
    assert frame["finished"].dtype == "datetime64[s]" and frame["finished"][0] == pd.Timestamp("2024-05-01")
    pd.testing.assert_frame_equal(conform(frame, spec), frame)


@pytest.mark.parametrize(
    ("head", "given", "metres"),
    [("起点里程(km)", "0.1", 100.0), ("起点里程（米）", "0.1", 0.1), ("起点里程(km)", "300m", 300.0), ("起点里程(必填)", 7, 7.0)],
)
def test_a_unit_in_the_head_of_a_column_is_that_of_its_bare_numbers(head: str, given: object, metres: float) -> None:
    column = LAYERS["road_ledger"].columns["from_m"]
    assert parse(np.array([given], dtype=object), column, head_unit(head, column)).values[0] == pytest.approx(metres)


def test_low_voltage_in_volts_is_no_kilovolts() -> None:
    column = ROUTES.columns["voltage_kv"]
    volts = parse(np.array([380.0, 10.0]), column)
    assert np.isnan(volts.values[0]) and volts.values[1] == 10 and set(volts.why) == {0}
    assert parse(np.array([380.0]), column, head_unit("电压(V)", column)).values[0] == pytest.approx(0.38)
    assert np.isnan(parse(np.array(["380"], dtype=object), column).values[0])

"""The standard on disk: all its cells with their marks, and a slip of the pen refused with file and place."""

from pathlib import Path

import pytest

from geo.errors import BadData
from layers.standards import FOLDER, read_standard

GB = read_standard()


def test_every_cell_carries_its_mark() -> None:
    marks = [cell.conf for cell in GB.clear if cell.kv_from < 0]
    assert {mark: marks.count(mark) for mark in GB.confidence} == {"V": 12, "X": 61, "X98": 15, "M": 152}
    assert {mark for mark, said in GB.confidence.items() if said.checked} == {"V", "X"}


def test_the_order_from_the_ground_down() -> None:
    order = [GB.depth_rank(utility) for utility in ("comms", "power", "gas", "heat", "water", "drain")]
    assert order == [0, 1, 2, 3, 4, 5] and GB.depth_rank("other") == GB.depth_rank(None) == -1


@pytest.mark.parametrize(("utility", "diameter_mm", "pressure_mpa", "codes"), [
    ("water", 200, float("nan"), ("W1",)), ("water", 200.1, float("nan"), ("W2",)), ("water", float("nan"), 1, ("W1", "W2")),
    ("gas", 100, 0.01, ("G_LOW",)), ("gas", 100, 0.011, ("G_MB",)), ("gas", 100, 0.4, ("G_MA",)), ("gas", 100, 1.6, ("G_SA",)),
    ("gas", 100, 2.5, ()), ("power", 100, 1, ("P_DIR", "P_COND")), ("other", 100, 1, ()), (None, 100, 1, ()),
])  # fmt: skip
def test_a_pipe_is_of_every_code_that_it_may_be(
    utility: str | None, diameter_mm: float, pressure_mpa: float, codes: tuple[str, ...]
) -> None:
    assert GB.codes_of(utility, diameter_mm, pressure_mpa) == codes


@pytest.mark.parametrize(("old", "new", "said"), [
    ("{a: W1, b: DR, min_m: 1, conf: V}", "{a: W1, b: DX, min_m: 1, conf: V}", "DX"),
    ("{a: W1, b: DR, min_m: 1, conf: V}", "{a: W1, b: DR, min_m: 1, conf: Y}", "Y is not defined"),
    ("{a: W1, b: DR, min_m: 1, conf: V}", "{a: DR, b: W2, min_m: 1, conf: V}", "twice"),
    ("note: pe_steam", "note: pe_stream", "pe_stream"),
    ("{a: W1, b: DR, min_m: 1, conf: V}", "{a: W1, b: DR, min: 1, conf: V}", "Field required"),
])  # fmt: skip
def test_a_slip_of_the_pen_is_found(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (FOLDER / "gb50289-2016.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "gb.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadData) as raised:
        read_standard("gb", tmp_path)
    assert said in raised.value.text("en") and "gb.yaml" in raised.value.text("zh")


def test_a_standard_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData):
        read_standard("nowhere", tmp_path)

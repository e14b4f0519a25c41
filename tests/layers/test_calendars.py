"""Calendars on disk: the two that are shipped are sound, and slips of the pen are refused with file and place."""

import shutil
from pathlib import Path

import pytest

from geo.errors import BadData
from layers.calendars import FOLDER, read_calendar


@pytest.mark.parametrize(("old", "new", "where"), [
    ("year: 2026", "year: 2025", "year"),
    ("worked: [2026-01-04]", "worked: [2026-01-05]", "holidays.0"),
    ("to: 2026-04-06", "to: 2026-04-03", "holidays.2"),
    ("from: 2026-06-19", "from: 2026-05-05", "holidays.4"),
    ("worked: [2026-05-09]", "worked: [2027-05-09]", "holidays.3"),
    ("zh: 元旦", "zhh: 元旦", "holidays.0.zh"),
    ("issued: 2025-11-04", "issued: 2025-11-04\nissued: 2025-11-05", "YAML"),
])  # fmt: skip
def test_a_slip_of_the_pen_is_found(tmp_path: Path, old: str, new: str, where: str) -> None:
    for path in FOLDER.glob("cn-*.yaml"):
        shutil.copy(path, tmp_path)
    path = tmp_path / "cn-2026.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadData) as raised:
        read_calendar(tmp_path)
    assert raised.value.context["file"] == "cn-2026.yaml"
    assert raised.value.context["where"] == where


def test_an_empty_folder_knows_no_year(tmp_path: Path) -> None:
    assert read_calendar(tmp_path).years == frozenset()

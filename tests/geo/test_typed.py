"""Typed coordinates: every way in which people write two numbers, and the lines that cannot be told."""

import math

import pytest

from geo.typed import Pair, Unread, read_pairs

DMS = (114 + 20 / 60 + 15.3 / 3600, 34 + 47 / 60 + 53.16 / 3600)


@pytest.mark.parametrize(
    ("text", "a", "b"),
    [
        ("523100.123, 3851000.456", 523100.123, 3851000.456),
        ("523100.123，3851000.456", 523100.123, 3851000.456),
        ("523100.123\t3851000.456", 523100.123, 3851000.456),
        ("(523100.123 3851000.456)", 523100.123, 3851000.456),
        ("7, 523100.123, 3851000.456, 71.25", 523100.123, 3851000.456),
        ("J12 38523100.123 3851000.456", 38523100.123, 3851000.456),
        ("114.3402, 34.7981", 114.3402, 34.7981),
        ("3, 114.3402, 34.7981, 71.2", 114.3402, 34.7981),
        ("34.7981 114.3402", 34.7981, 114.3402),
        ("114 20 15.3 34 47 53.16", *DMS),
    ],
)
def test_numbers_of_a_line(text: str, a: float, b: float) -> None:
    (pair,), unread = read_pairs(text)
    assert (round(pair.a, 9), round(pair.b, 9)) == (round(a, 9), round(b, 9)) and not unread


@pytest.mark.parametrize(
    ("text", "east_first"),
    [
        ("114°20′15.3″E 34°47′53.16″N", True),
        ("114°20'15.3\"E, 34°47'53.16\"N", True),
        ("东经114度20分15.3秒，北纬34度47分53.16秒", True),
        ("114:20:15.3 34:47:53.16", None),
        ("114d20m15.3s 34d47m53.16s", None),
        ("E114°20.255′ N34°47.886′", True),
        ("E114°20.255′, N34°47.886′ (CGCS2000)", True),  # the S of a name is no south
        ("E114°20.255′, N34°47.886′ (WGS84)", True),
    ],
)
def test_minutes_and_seconds(text: str, east_first: bool | None) -> None:
    (pair,), unread = read_pairs(text)
    assert not unread and pair.angles and pair.first_is_east is east_first
    assert math.isclose(pair.a, DMS[0], abs_tol=1e-9) and math.isclose(pair.b, DMS[1], abs_tol=1e-9)


def test_letters_say_which_is_which_and_which_hemisphere() -> None:
    (pair,), _ = read_pairs("34°47′53.16″N 114°20′15.3″E")
    assert pair.first_is_east is False and pair.a < pair.b
    (south,), _ = read_pairs("S34.5° W114.25°")
    assert (south.a, south.b, south.first_is_east) == (-34.5, -114.25, False)


def test_a_table_with_heading_numbers_and_blank_lines() -> None:
    pairs, unread = read_pairs("点号,X,Y,H\n\n1,3851000.4,523100.1,70.2\n2,3851003.9,523180.0,70.3\n")
    assert pairs == [Pair(3, 3851000.4, 523100.1), Pair(4, 3851003.9, 523180.0)] and unread == []


@pytest.mark.parametrize("text", ["523100.123", "1 2 3", "起点", "114°20′15″E 34°47′60″N", "114°20′E 34°47′E", "1e999 3851000"])
def test_a_line_that_cannot_be_told_says_what_to_do(text: str) -> None:
    pairs, unread = read_pairs(f"523100.1 3851000.2\n{text}")
    assert len(pairs) == 1 and isinstance(unread[0], Unread) and unread[0].row == 2
    assert "请" in unread[0].zh and unread[0].en


def test_seconds_below_sixty_are_taken() -> None:
    pairs, unread = read_pairs("114°20′15″E 34°47′59.999″N")
    assert len(pairs) == 1 and not unread

"""Positions read out over the telephone: whatever one digit is misheard, or exchanged with its neighbour, is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.spoken import check_character, heard
from geo.typed import Pair, Unread, read_pairs

LAT = st.integers(18_000_000, 53_999_999).map(lambda micro: micro / 1e6)
LON = st.integers(73_000_000, 135_999_999).map(lambda micro: micro / 1e6)


def said(lat: float, lon: float, check: str) -> str:
    return f"北纬 {lat:.6f}°，东经 {lon:.6f}°，校验 {check}（CGCS2000）"


def test_the_system_is_that_of_identity_numbers() -> None:
    """11010519491231002X, the example of GB 11643-1999, is 17 digits and their character; ours says 18 of its own."""
    assert check_character(34.7968, 114.3066) == _iso_7064("034796800114306600")
    assert _iso_7064("11010519491231002") == "X"


def _iso_7064(digits: str) -> str:
    """By the weights of the standard, not by the running sum."""
    weights = [2 ** (len(digits) - i) % 11 for i in range(len(digits))]
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return "10X98765432"[total % 11]


@given(LAT, LON)
def test_what_is_said_is_read_back(lat: float, lon: float) -> None:
    (pair,), unread = read_pairs(said(lat, lon, check_character(lat, lon)))
    assert (pair.a, pair.b, unread) == (lat, lon, [])


@given(LAT, LON, st.integers(0, 16), st.integers(1, 9))
def test_each_wrong_digit_is_found(lat: float, lon: float, place: int, more: int) -> None:
    text = said(lat, lon, check_character(lat, lon))
    at = [i for i, letter in enumerate(text) if letter.isdigit()][place]
    wrong = text[:at] + str((int(text[at]) + more) % 10) + text[at + 1 :]
    pairs, unread = read_pairs(wrong)
    assert not pairs and len(unread) == 1


@given(LAT, LON, st.integers(0, 15))
def test_each_exchange_of_neighbours_is_found(lat: float, lon: float, place: int) -> None:
    text = said(lat, lon, check_character(lat, lon))
    spots = [i for i, letter in enumerate(text) if letter.isdigit()]
    one, two = spots[place], spots[place + 1]
    if two - one > 1 and text[one + 1 : two] != ".":
        return  # the last of the one number and the first of the other are no neighbours to the ear
    letters = list(text)
    letters[one], letters[two] = letters[two], letters[one]
    pairs, unread = read_pairs("".join(letters))
    assert (pairs == []) == (text[one] != text[two]) and len(pairs) + len(unread) == 1


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("34.796800 114.306600 校验 7", "7"), ("34.796800, 114.306600，校验码：x", "X"),
        ("34.796800 N, 114.306600 E, check 3", "3"), ("34.796800 114.306600 check character 0", "0"),
        ("34.796800, 114.306600 check 5.", "5"), ("34.796800, 114.306600 校验 12", "12"), ("34.796800, 114.306600 校验 五", "五"),
        ("34.796800, 114.306600 校验", ""),
    ],
)  # fmt: skip
def test_how_it_may_be_written(text: str, given: str) -> None:
    assert heard(text)[1] == given


def test_a_wrong_one_is_told_in_words() -> None:
    right = check_character(34.7968, 114.3066)
    wrong = "7" if right != "7" else "8"
    _, (problem,) = read_pairs(f"34.796800, 114.306600 校验 {wrong}")
    assert isinstance(problem, Unread) and "请再核对" in problem.zh
    assert right not in problem.zh and right not in problem.en  # it would be put in, and the wrong number kept
    pairs, _ = read_pairs(f"34.796800, 114.306600 校验 {right}")
    assert isinstance(pairs[0], Pair)


@pytest.mark.parametrize("said_for_it", ["12", "五", "", "?"])
def test_what_is_no_character_agrees_with_nothing(said_for_it: str) -> None:
    pairs, unread = read_pairs(f"34.796800, 114.306600 校验 {said_for_it}")
    assert pairs == [] and len(unread) == 1


def test_the_other_side_of_the_earth_has_none() -> None:
    right = check_character(34.7968, 114.3066)
    pairs, unread = read_pairs(f"34.796800 S, 114.306600 W, check {right}")
    assert pairs == [] and len(unread) == 1


def test_without_one_nothing_is_asked() -> None:
    assert heard("523100.12, 3851000.45") == ("523100.12, 3851000.45", None)

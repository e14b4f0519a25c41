"""Coordinates as people type or paste them → pairs of numbers, line by line; nothing is guessed about their system here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from geo.spoken import agrees, heard

MOST_LINES = 2_000
LEAST_METRES = 100_000.0  # a grid coordinate of a city is never smaller; a degree, a height, a number of a point always is
MOST = 1e9  # beyond it nothing is a place on the earth
LON, LAT = (73.0, 136.0), (3.0, 54.0)  # how far China reaches

_NUMBER = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
# 114°20′15.3″E · 114d20m15.3s · 114:20:15.3 · 东经114度20分15.3秒 · E114.3376°
_ANGLE = re.compile(
    rf"(?P<before>东经|北纬|西经|南纬|(?<![A-Za-z])[EWNS])?\s*(?P<deg>{_NUMBER})\s*"
    r"(?:(?P<mark>[°度dD:])\s*(?:(?P<min>\d+(?:\.\d+)?)\s*(?:[′'’分mM:]\s*(?:(?P<sec>\d+(?:\.\d+)?)\s*(?:″|\"|”|''|秒|[sS](?![A-Za-z]))?)?)?)?)?"
    r"(?(before)|(?:\s*(?P<after>[EWNS](?![A-Za-z])))?)",
)
_TOKEN = re.compile(r"[,，;；\t|、]+|\s+")
_EAST, _SOUTHERN = {"东经", "西经", "E", "W"}, {"西经", "南纬", "W", "S"}


@dataclass(frozen=True)
class Pair:
    """Two numbers of one line, in the order in which they stand. ``row`` is 1-based.

    ``angles``: written as degrees (marks or letters say so); ``first_is_east``: letters say which is which, else None."""

    row: int
    a: float
    b: float
    angles: bool = False
    first_is_east: bool | None = None


@dataclass(frozen=True)
class Unread:
    """A line that holds no coordinates that could be told, with the cure."""

    row: int
    text: str
    zh: str
    en: str


def read_pairs(text: str) -> tuple[list[Pair], list[Unread]]:
    """Every line of ``text`` as a pair, or among the unread; blank lines and a heading above the first pair are passed over."""
    pairs: list[Pair] = []
    unread: list[Unread] = []
    for row, line in enumerate(text.splitlines()[:MOST_LINES], 1):
        said = line.strip().strip(",，;；()（）[]")
        if not said or (not pairs and not any(character.isdigit() for character in said)):
            continue
        found = _checked(row, said)
        if isinstance(found, Pair):
            pairs.append(found)
        elif not (not pairs and not unread and _is_heading(said)):
            unread.append(found)
    return pairs, unread


def _checked(row: int, said: str) -> Pair | Unread:
    """A pair whose check character, where one is said, is right (:mod:`geo.spoken`)."""
    bare, given = heard(said)
    found = _pair(row, bare)
    if given is None or isinstance(found, Unread) or agrees(found.a, found.b, given):
        return found
    return Unread(  # the right one is not told: whoever is in a hurry would put it in, and keep the wrong number
        row, said[:80],
        "校验字符与数字不符：可能有一位听错、写错或次序颠倒，请再核对一遍",
        "the check character is not that of these numbers: a digit was misheard, mistyped or exchanged; go through them again",
    )  # fmt: skip


def _is_heading(said: str) -> bool:
    """Names of columns, though one of them may hold a digit ("X1, Y1")."""
    return heard(said)[1] is None and not any(re.fullmatch(_NUMBER, token) for token in _TOKEN.split(said))


def _pair(row: int, said: str) -> Pair | Unread:
    angles = list(_angles(said))
    if len(angles) == 2:
        return _of_angles(row, said, angles[0], angles[1])
    numbers = [float(token) for token in _TOKEN.split(said) if re.fullmatch(_NUMBER, token)]
    numbers = [number for number in numbers if abs(number) < MOST]
    if (
        len(numbers) == 6
        and all(0 <= n < 60 for n in (numbers[1], numbers[2], numbers[4], numbers[5]))
        and _degrees(numbers[0], numbers[3])
    ):
        return Pair(row, _sexagesimal(*numbers[:3]), _sexagesimal(*numbers[3:]), angles=True)
    where = _columns(numbers)
    if where is None:
        return Unread(
            row, said[:80],
            "看不出哪两个数是坐标；请每行只写两个数（可带点号和高程），如 523100.12, 3851000.45 或 114.3402, 34.7981",
            "which two numbers are the coordinates cannot be told; write two numbers a line (a point's number and height may "
            "stand beside them), such as 523100.12, 3851000.45 or 114.3402, 34.7981",
        )  # fmt: skip
    return Pair(row, numbers[where], numbers[where + 1])


def _columns(numbers: list[float]) -> int | None:
    """Where the two coordinates stand among the numbers of a line: after the number of the point, before the height."""
    for fits in (_metres, _fine_degrees, _degrees):
        for i in range(len(numbers) - 1):
            if fits(numbers[i], numbers[i + 1]):
                return i
    if len(numbers) == 2 and (max(map(abs, numbers)) <= 360 or min(map(abs, numbers)) > 360):
        return 0
    return None  # the number of a point beside half of its place


def _metres(a: float, b: float) -> bool:
    return min(a, b) >= LEAST_METRES


def _fine_degrees(a: float, b: float) -> bool:
    """Degrees with decimals: the number of a point has none."""
    return _degrees(a, b) and not a.is_integer() and not b.is_integer()


def _degrees(a: float, b: float) -> bool:
    return any(LON[0] <= lon <= LON[1] and LAT[0] <= lat <= LAT[1] for lon, lat in ((a, b), (b, a)))


Angle = tuple[float, str, bool]  # degrees, letter or "", minutes or seconds out of range


def _angles(said: str) -> Iterator[Angle]:
    """What is marked as an angle: by a degree sign, a colon or a letter of the compass."""
    for found in _ANGLE.finditer(said):
        letter = found["before"] or found["after"] or ""
        if not found["mark"] and not letter:
            continue
        minutes, seconds = float(found["min"] or 0), float(found["sec"] or 0)
        degrees = _sexagesimal(float(found["deg"]), minutes, seconds)
        yield (-degrees if letter in _SOUTHERN else degrees), letter, minutes >= 60 or seconds >= 60


def _of_angles(row: int, said: str, one: Angle, two: Angle) -> Pair | Unread:
    if one[2] or two[2]:
        zh, en = "分、秒应小于 60；请改正，如 114°20′15.3″", "minutes and seconds are below 60: mend it, such as 114°20′15.3″"
        return Unread(row, said[:80], zh, en)
    letters = [letter in _EAST if letter else None for letter in (one[1], two[1])]
    if letters[0] is not None and letters[0] == letters[1]:
        zh, en = "两个数都写成了经度或纬度；请改正其中一个", "both are written as longitude, or both as latitude: mend one"
        return Unread(row, said[:80], zh, en)
    east = letters[0] if letters[0] is not None else None if letters[1] is None else not letters[1]
    return Pair(row, one[0], two[0], angles=True, first_is_east=east)


def _sexagesimal(degrees: float, minutes: float, seconds: float) -> float:
    size = abs(degrees) + minutes / 60 + seconds / 3600
    return -size if degrees < 0 else size

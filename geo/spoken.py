"""A place that is read out over the telephone: its two numbers and a check character, as ISO 7064 MOD 11-2 has it.

The system of the identity numbers of China: 0–9 or X, which finds each wrong digit and each exchange of two neighbours.
Source: ISO/IEC 7064:2003, system MOD 11-2; GB 11643-1999 uses it for the last place of an identity number. The character is of
the digits that are said, six decimals of a degree (a tenth of a metre); said are latitudes north and longitudes east alone.
"""

import re

_SAID = re.compile(r"[,，;；\s]*(?:校验(?:字符|码)?|check(?: character)?)\s*[:：]?\s*(?P<given>[^\s（(，,;；。]*)", re.IGNORECASE)
_VALUES = "0123456789X"


def check_character(a: float, b: float) -> str:
    """Of two numbers in degrees, rounded to six decimals, in the order in which they are said."""
    total = 0
    for digit in f"{_micro(a):09d}{_micro(b):09d}":
        total = (total + int(digit)) * 2 % 11
    return _VALUES[(12 - total) % 11]


def _micro(degrees: float) -> int:
    return round(abs(degrees) * 1_000_000)


def heard(said: str) -> tuple[str, str | None]:
    """A line without its check character, and what was said for it, in capitals; None where none is spoken of."""
    found = _SAID.search(said)
    if found is None:
        return said, None
    return (said[: found.start()] + " " + said[found.end() :]).strip(), found["given"].rstrip(".").upper()


def agrees(a: float, b: float, given: str) -> bool:
    """Is that the character of these two numbers? Of none that lies south or west, and of none where a word was said for it."""
    return min(a, b) >= 0 and check_character(a, b) == given

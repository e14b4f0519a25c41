"""A place that is read out over the telephone: its two numbers and a check character, as ISO 7064 MOD 11-2 has it.

The system of the identity numbers of China: 0–9 or X, which finds each wrong digit and each exchange of two neighbours.
Source: ISO/IEC 7064:2003, system MOD 11-2; GB 11643-1999 uses it for the last place of an identity number.
"""

import re

_SAID = re.compile(r"[,，;；\s]*(?:校验(?:字符|码)?|check(?: character)?)\s*[:：]?\s*(?P<given>[0-9xX])(?![0-9.])", re.IGNORECASE)
_VALUES = "0123456789X"


def check_character(a: float, b: float) -> str:
    """Of two numbers in degrees, rounded to six decimals (a tenth of a metre), in the order in which they are said."""
    total = 0
    for digit in f"{_micro(a):09d}{_micro(b):09d}":
        total = (total + int(digit)) * 2 % 11
    return _VALUES[(12 - total) % 11]


def _micro(degrees: float) -> int:
    return round(abs(degrees) * 1_000_000)


def heard(said: str) -> tuple[str, str | None]:
    """A line without its check character, and that character in capitals; None where none is said."""
    found = _SAID.search(said)
    if found is None:
        return said, None
    return (said[: found.start()] + " " + said[found.end() :]).strip(), found["given"].upper()

"""Which of our two languages a request wants."""

from typing import Literal

Lang = Literal["zh", "en"]
DEFAULT: Lang = "zh"


def language(accept: str | None) -> Lang:
    """``zh`` or ``en`` from an Accept-Language header; Chinese where nothing says otherwise.

    The highest weight wins, then the earlier place; languages that we do not speak are passed over; a weight
    that cannot be read counts as 0.
    """
    best, weight = DEFAULT, 0.0
    for part in (accept or "")[:1000].split(","):
        tag, _, parameter = part.partition(";")
        primary = tag.strip().lower().split("-")[0]
        spoken: Lang | None = "zh" if primary in ("zh", "*") else "en" if primary == "en" else None
        if spoken and (q := _weight(parameter)) > weight:
            best, weight = spoken, q
    return best


def _weight(parameter: str) -> float:
    name, _, number = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        q = float(number)
    except ValueError:
        return 0.0
    return q if name.strip() == "q" and 0 <= q <= 1 else 0.0

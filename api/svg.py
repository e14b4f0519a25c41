"""Texts inside drawings: in both languages at once (CSS shows one), cut to the room that there is. No script."""

import re
from collections.abc import Mapping
from html import escape

INK, NOTE, GRID = "#22313F", "#55626F", "#DDE1E5"
FONT = 12


def mark(tag: str, **given: float | str | None) -> str:
    """One element: names with ``_`` for ``-`` (``class_`` is class), numbers to a tenth; what is None stays away."""
    told = {name.rstrip("_").replace("_", "-"): _value(value) for name, value in given.items() if value is not None}
    return f"<{tag}" + "".join(f' {name}="{escape(value, quote=True)}"' for name, value in told.items()) + "/>"


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def words(
    x: float | str, y: float, zh: str, en: str, *, anchor: str = "start", fill: str = INK, halo: bool = False,
    full: tuple[str, str] = ("", ""),
) -> str:  # fmt: skip
    """A text in both languages at (x, y); ``x`` in units or, as text, with its own unit ("12.5%"). ``full``: what to show where
    somebody points at a text that was cut."""
    pairs = ((zh, "zh", full[0] or zh), (en, "en", full[1] or en))
    return "".join(text(x, y, said, css, anchor, fill, halo=halo, title=title) for said, css, title in pairs)


def text(
    x: float | str, y: float, words: str, css: str = "", anchor: str = "start", fill: str = INK, *,
    weight: int = 400, halo: bool = False, title: str = "",
) -> str:  # fmt: skip
    """One text at (x, y); ``css`` its class, ``halo`` a white rim, ``title`` what shows where somebody points at it."""
    more: Mapping[str, str] = {
        "class": css, "text-anchor": "" if anchor == "start" else anchor, "font-weight": "" if weight == 400 else str(weight),
        "paint-order": "stroke" if halo else "", "stroke": "#FFFFFF" if halo else "", "stroke-width": "4" if halo else "",
    }  # fmt: skip
    attributes = "".join(f' {name}="{value}"' for name, value in more.items() if value)
    tip = f"<title>{escape(title)}</title>" if title and title != words else ""
    at = x if isinstance(x, str) else f"{x:.1f}"
    return f'<text x="{at}" y="{y:.1f}" fill="{fill}" font-size="{FONT}"{attributes}>{escape(words)}{tip}</text>'


def short(words: str, places: int) -> str:
    """At most ``places`` half-width places; a Chinese character takes two."""
    used = 0
    for n, c in enumerate(words):
        used += 2 if ord(c) > 0x2E7F else 1
        if used > (places * 2 if ord(words[0]) > 0x2E7F else places):
            return words[: max(n - 1, 1)] + "…"
    return words


def one_language(drawing: str, lang: str) -> str:
    """A drawing that holds both languages, with the texts of one alone."""
    other = "en" if lang.startswith("zh") else "zh"
    return re.sub(rf'<text [^>]*class="{other}".*?</text>', "", drawing)

"""Plain charts as inline SVG: bars and a histogram with limits. No script; both languages inside, CSS shows one.

Every chart is 360 units wide, so that a text of 12 units is 12 pixels on a phone and larger on a desk."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from api.svg import GRID, INK, NOTE, short, text, words

WIDTH = 360


@dataclass(frozen=True)
class Bar:
    """One bar: its words, how many, its colour; ``mark`` stands before the words, so that colour is never alone."""

    zh: str
    en: str
    count: int
    colour: str
    mark: str = ""


@dataclass(frozen=True)
class Limit:
    """A limit that the histogram shows, in metres; ``included``: a length that equals it is within."""

    value: float
    zh: str
    en: str
    included: bool = True


def bars(items: Sequence[Bar], of: int, *, zh: str, en: str, note_zh: str, note_en: str) -> str:
    """Horizontal bars: words above, bar, number and share of ``of`` routes below. ``zh``/``en`` name it, the notes its source."""
    if not items:
        return _nothing(zh, en, note_zh, note_en)
    top = max(item.count for item in items) or 1
    room, step = WIDTH - 76, 38
    parts = []
    for row, item in enumerate(items):
        y = 14 + row * step
        width = max(item.count / top * room, 1.5 if item.count else 0)
        mark = f"{item.mark} " if item.mark else ""
        parts.append(words(0, y, mark + short(item.zh, 26), mark + short(item.en, 46), full=(item.zh, item.en)))
        parts.append(f'<rect x="0" y="{y + 5}" width="{width:.1f}" height="12" rx="2" fill="{escape(item.colour)}"/>')
        parts.append(text(width + 6, y + 15, f"{item.count:,}", weight=600))
        if of:
            parts.append(text(WIDTH, y + 15, f"{item.count / of:.1%}", anchor="end", fill=NOTE))
    height = 8 + len(items) * step
    parts.append(words(0, height + 12, f"单位：条；占全部 {of:,} 条的比例", f"unit: routes; share of all {of:,}", fill=NOTE))
    return _figure(zh, en, note_zh, note_en, height + 18, parts)


def histogram(values_m: npt.NDArray[np.float64], limits: Sequence[Limit], *, zh: str, en: str, note_zh: str, note_en: str) -> str:
    """How long the routes are, metres; each limit as a line across. The last class is open where few are much longer."""
    values = values_m[np.isfinite(values_m)]
    if not len(values):
        return _nothing(zh, en, note_zh, note_en)
    edges, open_end = _classes(values, [limit.value for limit in limits])
    counts = _counted(values, edges, limits)
    left, right, base, high = 38.0, WIDTH - 8.0, 186.0, 150.0
    scale_y, top = _nice_step(counts.max() / 3), counts.max()
    parts = []
    for tick in np.arange(0, top + scale_y, scale_y):
        y = base - tick / (top * 1.12) * high
        if y < base - high - 8:
            break
        parts.append(f'<path d="M{left} {y:.1f}H{right}" stroke="{GRID}"/>')
        parts.append(text(left - 5, y + 4, f"{tick:,.0f}", anchor="end", fill=NOTE))
    across = (right - left) / (edges[-1] - edges[0])
    for count, a, b in zip(counts, edges[:-1], edges[1:], strict=True):
        h = count / (top * 1.12) * high
        x, w = left + (a - edges[0]) * across, (b - a) * across
        place = f'x="{x + 0.5:.1f}" y="{base - h:.1f}" width="{max(w - 1, 0.5):.1f}" height="{h:.1f}"'
        parts.append(f'<rect {place} fill="#5B7B95"><title>{a:,.0f}–{b:,.0f} m: {count:,}</title></rect>')
    parts += _length_axis(edges, open_end, left, across, base)
    parts += [_limit(limit, left + (limit.value - edges[0]) * across, base, n) for n, limit in enumerate(limits)]
    parts.append(words(left - 5, 12, "条", "routes", anchor="end", fill=NOTE))
    return _figure(zh, en, note_zh, note_en, 222, parts)


def _classes(values: npt.NDArray[np.float64], limits: Sequence[float]) -> tuple[npt.NDArray[np.float64], bool]:
    """Edges of some 25 equal classes; every limit is an edge where one step can give that; a long tail is folded in."""
    longest = max(float(values.max()), 1.0)
    shown = max([float(np.quantile(values, 0.98)), 1.0, *(1.3 * limit for limit in limits)])
    open_end = longest > 1.25 * shown
    end = shown if open_end else max(longest, shown)
    step = _nice_step(end / 32)
    edges = np.arange(0.0, math.ceil(end / step + 1e-9) * step + step / 2, step)
    return edges, open_end and longest > edges[-1]


def _counted(values: npt.NDArray[np.float64], edges: npt.NDArray[np.float64], limits: Sequence[Limit]) -> npt.NDArray[np.int64]:
    """How many lie in each class. A length that equals a limit stands on the side of it that the rule puts it on."""
    side: Any = "left" if not limits or limits[0].included else "right"
    at = np.clip(np.searchsorted(edges, values, side=side) - 1, 0, len(edges) - 2)
    return np.bincount(at, minlength=len(edges) - 1)


def _length_axis(edges: npt.NDArray[np.float64], open_end: bool, left: float, across: float, base: float) -> list[str]:
    step = _nice_step((edges[-1] - edges[0]) / 5)
    ticks = np.arange(0, edges[-1] + step / 100, step)
    parts = [f'<path d="M{left} {base}H{left + edges[-1] * across:.1f}" stroke="{INK}"/>']
    for tick in ticks:
        x = left + tick * across
        parts.append(f'<path d="M{x:.1f} {base}v4" stroke="{INK}"/>' + text(x, base + 17, f"{tick:,.0f}", anchor="middle"))
    more = ("，最右一档含更长者", "; the last class holds all longer ones") if open_end else ("", "")
    return [*parts, words(left, base + 34, f"长度（m）{more[0]}", f"length (m){more[1]}", fill=NOTE)]


def _limit(limit: Limit, x: float, base: float, number: int) -> str:
    y = 24 + 16 * number
    end = x > WIDTH - 120
    anchor, at = ("end", x - 5) if end else ("start", x + 5)
    line = f'<path d="M{x:.1f} {y - 10}V{base}" stroke="#B00020" stroke-width="1.5" stroke-dasharray="5 3"/>'
    return line + words(at, y, limit.zh, limit.en, anchor=anchor, fill="#B00020", halo=True)


def _nice_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, at least ``rough`` and at least 1."""
    if rough <= 1:
        return 1.0
    power = 10 ** math.floor(math.log10(rough))
    return float(next(power * k for k in (1, 2, 5, 10) if power * k >= rough - 1e-9))


def _figure(zh: str, en: str, note_zh: str, note_en: str, height: float, parts: Sequence[str]) -> str:
    label = escape(f"{zh} / {en}", quote=True)
    svg = f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    title = f'<h3><span class="zh">{escape(zh)}</span><span class="en">{escape(en)}</span></h3>'
    note = f'<figcaption><span class="zh">{escape(note_zh)}</span><span class="en">{escape(note_en)}</span></figcaption>'
    return f'<figure class="chart">{title}{svg}{note}</figure>'


def _nothing(zh: str, en: str, note_zh: str, note_en: str) -> str:
    return _figure(zh, en, note_zh, note_en, 30, [words(0, 18, "没有可画的数据", "nothing to draw", fill=NOTE)])

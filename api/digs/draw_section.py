"""The common trench, cut across, as a drawing: pipes to scale, their order, covers and distances in metres."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from api.styles import work_style
from api.svg import FONT, INK, NOTE, mark, one_language, text, words

WIDTH = 360
LEFT, RIGHT, GROUND = 52.0, 62.0, 34.0
MOST_DEEP = 165.0
SOIL, STREET, TRENCH, EDGE = "#E9E0D1", "#8B8F94", "#FFFFFF", "#7A5A33"
# What is not stated is drawn as a small dashed ring.
UNSTATED_MM = 100.0
NUMBERED = 8.5


@dataclass(frozen=True)
class _Scale:
    """Metres to units."""

    per_m: float
    wide: float
    deep: float

    def x(self, metres: float) -> float:
        spare = WIDTH - LEFT - RIGHT - self.wide * self.per_m
        return LEFT + spare / 2 + metres * self.per_m

    def y(self, metres: float) -> float:
        return GROUND + metres * self.per_m


def section_svg(section: Mapping[str, Any], lang: str | None = None) -> str:
    """The drawing of a ``section`` (:mod:`api.digs.objects`). With ``lang`` (zh or en) a file of its own in that
    language; without, a part of a page that holds both, of which CSS shows one.

    A number that is not stated stays away: the ring of its pipe is dashed, and the size of the trench reads "at least"."""
    wide, deep = float(section["width_at_least_m"]), float(section["depth_at_least_m"])
    scale = _Scale(min((WIDTH - LEFT - RIGHT) / wide, MOST_DEEP / deep), wide, deep)
    bottom = scale.y(deep)
    pipes = [_placed(pipe, scale) for pipe in section["pipes"]]
    parts = [*_earth(section, scale, bottom), *_pipes(pipes), *_covers(pipes, scale), *_across(section, pipes, scale, bottom)]
    head = f'viewBox="0 0 {WIDTH} {bottom + 62:.0f}" role="img" aria-label="{_label(section, lang or "zh")}"'
    if lang is None:
        return f'<svg class="section" {head}>{"".join(parts)}</svg>'
    font = 'font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head} {font}>{one_language("".join(parts), lang)}</svg>'


@dataclass(frozen=True)
class _Pipe:
    pipe: Mapping[str, Any]
    x: float
    y: float
    r: float
    sure: bool


def _placed(pipe: Mapping[str, Any], scale: _Scale) -> _Pipe:
    size, cover = pipe["diameter_mm"], pipe["cover_m"]
    radius_m = (UNSTATED_MM if size is None else float(size)) / 2000
    depth_m = scale.deep / 2 if cover is None else float(cover) + radius_m
    r = max(radius_m * scale.per_m, 3.0)
    return _Pipe(pipe, scale.x(float(pipe["x_m"])), scale.y(depth_m), r, size is not None and cover is not None)


def _earth(section: Mapping[str, Any], scale: _Scale, bottom: float) -> Iterator[str]:
    """Soil, the street above it, and the trench."""
    left, right = scale.x(0.0), scale.x(scale.wide)
    yield mark("rect", x=left - 24, y=GROUND, width=right - left + 48, height=bottom - GROUND + 12, fill=SOIL)
    corners = " ".join(f"{scale.x(x):.1f},{scale.y(y):.1f}" for x, y in section["outline"])
    sure = section["width_m"] is not None and section["depth_m"] is not None
    yield mark("polyline", points=corners, fill=TRENCH, stroke=EDGE, stroke_width=1.5, stroke_dasharray=None if sure else "5 3")
    for x in (left - 24, right):
        yield mark("rect", x=x, y=GROUND - 5, width=24, height=5, fill=STREET)
    yield mark("path", d=f"M{left:.1f} {GROUND}H{right:.1f}", stroke=STREET, stroke_dasharray="3 3")


def _pipes(pipes: Sequence[_Pipe]) -> Iterator[str]:
    last, raised = -math.inf, False
    for one in sorted(pipes, key=lambda pipe: pipe.x):
        style = work_style(None, one.pipe["utility"])
        dash = None if one.sure else "3 2"
        ring = {"cx": one.x, "cy": one.y, "r": one.r, "stroke_width": 2}
        yield mark("circle", **ring, fill=style["tint"], stroke=style["colour"], stroke_dasharray=dash)
        # a thin pipe has its number above it
        inside = one.r >= NUMBERED
        raised = one.x - last < FONT + 2 and not raised  # beside the number of its neighbour there is no room
        last = one.x
        y = one.y + 4 if inside else one.y - one.r - (FONT + 4 if raised else 4)
        yield text(one.x, y, str(one.pipe["order"]), anchor="middle", weight=600, halo=not inside)


def _covers(pipes: Sequence[_Pipe], scale: _Scale) -> Iterator[str]:
    """At the right: how deep the top of each pipe lies; equal ones once, none over another."""
    right, last = scale.x(scale.wide), -math.inf
    told: dict[float, list[str]] = {}
    for one in pipes:
        if one.pipe["cover_m"] is not None:
            told.setdefault(round(float(one.pipe["cover_m"]), 3), []).append(str(one.pipe["order"]))
    for cover in sorted(told):
        y = scale.y(cover)
        at = max(y + 4, last + FONT + 1)
        last = at
        yield mark("path", d=f"M{right:.1f} {y:.1f}h6L{right + 10:.1f} {at - 4:.1f}", fill="none", stroke=NOTE)
        yield text(right + 12, at, f"↓{cover:.2f}", fill=NOTE, title="、".join(told[cover]))


def _across(section: Mapping[str, Any], pipes: Sequence[_Pipe], scale: _Scale, bottom: float) -> Iterator[str]:
    """Below: wall, axes, wall; and the whole width. At the left: the whole depth."""
    left, right = scale.x(0.0), scale.x(scale.wide)
    places = [0.0, *sorted(float(one.pipe["x_m"]) for one in pipes), scale.wide]
    y = bottom + 18
    yield mark("path", d=f"M{left:.1f} {y:.1f}H{right:.1f}", stroke=NOTE)
    yield from (mark("path", d=f"M{scale.x(at):.1f} {y - 4:.1f}v8", stroke=NOTE) for at in places)
    for a, b in pairwise(places):
        if (b - a) * scale.per_m >= 25:
            yield text((scale.x(a) + scale.x(b)) / 2, y + 14, f"{b - a:.2f}", anchor="middle", fill=NOTE)
    y += 26
    yield mark("path", d=f"M{left:.1f} {y - 4:.1f}v8M{left:.1f} {y:.1f}H{right:.1f}M{right:.1f} {y - 4:.1f}v8", stroke=INK)
    wide = _size(section["width_m"], section["width_at_least_m"])
    yield words((left + right) / 2, y + 14, f"沟宽 {wide[0]}", f"width {wide[1]}", anchor="middle")
    x = left - 30
    yield mark("path", d=f"M{x - 4:.1f} {GROUND}h8M{x:.1f} {GROUND}V{bottom:.1f}M{x - 4:.1f} {bottom:.1f}h8", stroke=INK)
    deep = _size(section["depth_m"], section["depth_at_least_m"])
    yield words(max(x - 20, 2), GROUND - 12, f"沟深 {deep[0]}", f"depth {deep[1]}")


def _size(sure: float | None, least: float) -> tuple[str, str]:
    return (f"{sure:.2f} m", f"{sure:.2f} m") if sure is not None else (f"不小于 {least:.2f} m", f"at least {least:.2f} m")


def _label(section: Mapping[str, Any], lang: str) -> str:
    wide = _size(section["width_m"], section["width_at_least_m"])
    deep = _size(section["depth_m"], section["depth_at_least_m"])
    n = len(section["pipes"])
    return (
        f"共用沟槽断面：{n} 条管线，宽 {wide[0]}，深 {deep[0]}"
        if lang == "zh"
        else f"trench: {n} pipes, {wide[1]} wide, {deep[1]} deep"
    )

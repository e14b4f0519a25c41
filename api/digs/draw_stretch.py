"""Where along the street the works of a dig lie: one lane for each, what they share as a band, roads and metres above.

Measured along the axis of the longest of them (:func:`along`); its width is that of the page, texts keep their size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import shapely

from api.matching import Matching
from api.styles import styles, work_style
from api.svg import FONT, GRID, INK, NOTE, mark, text, words

LANE, TOP, TAIL, BAR = 32.0, 40.0, 26.0, 7.0
# A work runs beside another no further from it than that; what lies beyond is not on this street.
BESIDE_M = 40.0
STEP_M = 5.0
SIDES = {"left": 0, "across": 1, None: 1, "right": 2}
OFF = "off"
SIDE_WORDS = {
    "left": ("左侧", "left"), "right": ("右侧", "right"), "across": ("横穿", "across"), OFF: ("路外", "off the road"),
}  # fmt: skip


@dataclass(frozen=True)
class Lane:
    """One work along the measure: its whole reach, the parts that it shares, its side of the road."""

    work_id: str
    kind: str | None
    utility: str | None
    depth_m: float | None
    side: str | None
    reach: tuple[float, float]
    shared: list[tuple[float, float]]


@dataclass(frozen=True)
class Along:
    """A street as the works of a dig see it, metres from the beginning of the measure. ``roads``: (name, from, to, metres of the
    road at both); ``shared``: where two or more lie."""

    length_m: float
    lanes: list[Lane]
    roads: list[tuple[str, float, float, float, float]]
    shared: list[tuple[float, float]]


def along(matching: Matching, rows: pd.DataFrame, works: Sequence[int], called: Any) -> Along:
    """The street of some works (positions) by the shared rows among them."""
    lengths = matching.axes.length_m()
    lead = max(works, key=lambda i: (float(lengths[i]), -i))
    lines = {i: _axis(matching, i) for i in works}
    shapes = matching.shapes[rows.index.to_numpy()]
    ends = [_measured(lines[lead], shape) for shape in shapes]
    off = np.array([one is True for one in matching.off_road[rows.index.to_numpy()]])
    sides = {i: _side(rows, i, off) for i in works}
    shared = {i: _union([end for end, a, b in zip(ends, rows["a"], rows["b"], strict=True) if i in (a, b)]) for i in works}
    lanes = [
        _lane(matching, i, called, sides[i], _measured(lines[lead], _beside(lines[i], lines[lead])), shared[i]) for i in works
    ]
    lanes.sort(key=lambda lane: SIDES.get(lane.side, 1))
    return Along(float(lengths[lead]), lanes, _roads(rows, ends), _union(ends))


def _axis(matching: Matching, i: int) -> Any:
    e, (a, b) = matching.axes.edges, matching.axes.edges.offsets[[i, i + 1]]
    xy = np.column_stack([np.append(e.x0[a:b], e.x1[b - 1 : b]), np.append(e.y0[a:b], e.y1[b - 1 : b])])
    return shapely.segmentize(shapely.LineString(xy), STEP_M)


def _beside(line: Any, lead: Any) -> Any:
    """The vertices of a line that lie beside the lead."""
    spots = shapely.points(shapely.get_coordinates(line))
    return shapely.multipoints(spots[shapely.distance(spots, lead) <= BESIDE_M])


def _measured(lead: Any, shape: Any) -> tuple[float, float]:
    """From–to of a shape, along the lead."""
    spots = shapely.points(shapely.get_coordinates(shape))
    at = shapely.line_locate_point(lead, spots) if len(spots) else np.zeros(1)
    return float(at.min()), float(at.max())


def _side(rows: pd.DataFrame, i: int, off: Any) -> str | None:
    """The side on which most of its shared metres lie; :data:`OFF` where all of them lie off the road (``off``: by row), None
    where neither is known."""
    metres: dict[str, float] = {}
    for end in ("a", "b"):
        mine = rows[rows[end] == i]
        for side, part in mine.groupby(f"side_{end}")["shared_m"]:
            metres[str(side)] = metres.get(str(side), 0.0) + float(part.sum())
    mine = ((rows["a"] == i) | (rows["b"] == i)).to_numpy()
    return max(metres, key=lambda side: metres[side]) if metres else OFF if off[mine].all() else None


def _lane(
    matching: Matching, i: int, called: Any, side: str | None, reach: tuple[float, float], shared: list[tuple[float, float]]
) -> Lane:
    work = matching.works.iloc[i]
    depth = None if pd.isna(work["depth_m"]) else float(work["depth_m"])
    kind, utility = (None if pd.isna(work[name]) else str(work[name]) for name in ("kind", "utility"))
    return Lane(str(called[i]), kind, utility, depth, side, reach, shared)


def _roads(rows: pd.DataFrame, ends: Sequence[tuple[float, float]]) -> list[tuple[str, float, float, float, float]]:
    """Each road once, as far as anything is shared on it."""
    table = rows.assign(low=[low for low, _ in ends], high=[high for _, high in ends])
    table = table[table["road_id"].notna()]
    some = table.groupby("road_id", sort=False).agg(
        name=("road_name", "first"), low=("low", "min"), high=("high", "max"), first=("from_m", "min"), last=("to_m", "max")
    )
    told = some.sort_values("low")
    return [
        (str(row.Index) if pd.isna(row.name) else str(row.name), row.low, row.high, row.first, row.last)
        for row in told.itertuples()
        if row.high - row.low > 1
    ]


def _union(parts: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for low, high in sorted(parts):
        if out and low <= out[-1][1] + 1.0:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def stretch_svg(street: Along) -> str:
    """The drawing, in both languages; as wide as its place."""
    band = styles()["joint_dig"]["colour"]
    height = TOP + LANE * len(street.lanes) + TAIL
    low, high = _extent(street)

    def at(metres: float) -> str:
        return f"{2 + 96 * (metres - low) / max(high - low, 1.0):.3f}%"

    def wide(a: float, b: float) -> str:
        return f"{96 * (b - a) / max(high - low, 1.0):.3f}%"

    tall = LANE * len(street.lanes)
    parts = [mark("rect", x=at(a), y=TOP, width=wide(a, b), height=tall, fill=band, opacity="0.28") for a, b in street.shared]
    parts += _road_names(street, at, low, high - low)
    parts += _centre(street)
    for n, lane in enumerate(street.lanes):
        parts += _lane_drawn(lane, TOP + LANE * n, (low, high), at, wide)
    parts += _ruler(low, high, height - TAIL, at)
    label = "路段示意 / stretch"
    return f'<svg class="stretch" width="100%" height="{height:.0f}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _extent(street: Along) -> tuple[float, float]:
    """What is shown: all that is shared, with a margin, and no more of the rest than as much again."""
    low, high = min(a for a, _ in street.shared), max(b for _, b in street.shared)
    room = max((high - low) / 3, 20.0)
    reaches = [lane.reach for lane in street.lanes]
    return max(min(a for a, _ in reaches), low - room), min(max(b for _, b in reaches), high + room)


def _road_names(street: Along, at: Any, first_m: float, high_m: float) -> Iterator[str]:
    """Names of roads; their own metres where one segment is all. A name that has no room beside the one before is left out:
    the table below has it."""
    last = -1.0
    for name, group in groupby(street.roads, key=lambda road: road[0]):
        parts = list(group)
        low, high = parts[0][1], max(part[2] for part in parts)
        yield mark("line", x1=at(low), x2=at(high), y1=TOP - 8, y2=TOP - 8, stroke=NOTE)
        for edge in (low, high):
            yield mark("line", x1=at(edge), x2=at(edge), y1=TOP - 12, y2=TOP - 4, stroke=NOTE)
        if low >= last:
            metres = f" {parts[0][3]:.0f}–{parts[0][4]:.0f} m" if len(parts) == 1 else ""
            late = low - first_m > 0.6 * high_m  # no room to the right of it
            said = f"{name}{metres}"
            yield text(at(high if late else low), TOP - 16, said, anchor="end" if late else "start", fill=NOTE, title=name)
            last = low + high_m / 5


def _centre(street: Along) -> Iterator[str]:
    """The centre line of the road, between those on its left and those on its right."""
    left = sum(SIDES.get(lane.side, 1) == 0 for lane in street.lanes)
    if 0 < left < len(street.lanes):
        y = TOP + LANE * left
        yield mark("line", x1="0", x2="100%", y1=y, y2=y, stroke=NOTE, stroke_dasharray="10 4 2 4")


def _lane_drawn(lane: Lane, y: float, shown: tuple[float, float], at: Any, wide: Any) -> Iterator[str]:
    style = work_style(lane.kind, lane.utility)
    base = y + LANE - BAR - 3
    low, high = max(lane.reach[0], shown[0]), min(lane.reach[1], shown[1])
    middle = base + BAR / 2
    yield mark("line", x1=at(low), x2=at(high), y1=middle, y2=middle, stroke=style["colour"], stroke_width=2)
    for a, b in lane.shared:
        yield mark("rect", x=at(a), y=base, width=wide(a, b), height=BAR, rx=2, fill=style["colour"])
    depth = ("", "") if lane.depth_m is None else (f" · 埋深 {lane.depth_m:g} m", f" · depth {lane.depth_m:g} m")
    side = SIDE_WORDS.get(lane.side or "", ("所在侧不明", "side not known"))
    first = max(low, min((a for a, _ in lane.shared), default=low))
    metres = "、".join(f"{a:.0f}–{b:.0f}" for a, b in lane.shared)
    zh, en = f"{lane.work_id} · {side[0]}{depth[0]} · {metres} m", f"{lane.work_id} · {side[1]}{depth[1]} · {metres} m"
    late = first > shown[0] + 0.55 * (shown[1] - shown[0])  # no room to the right of it
    yield words(at(high if late else first), base - 5, zh, en, anchor="end" if late else "start", halo=True)


def _ruler(low: float, high: float, y: float, at: Any) -> Iterator[str]:
    step = next((one for one in (5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000) if (high - low) / one <= 6), 5000)
    yield mark("line", x1=at(low), x2=at(high), y1=y, y2=y, stroke=INK)
    for tick in np.arange(np.ceil(low / step) * step, high + 1e-6, step):
        yield mark("line", x1=at(tick), x2=at(tick), y1=y, y2=y + 4, stroke=GRID)
        yield text(at(tick), y + 4 + FONT, f"{tick:.0f}", anchor="middle", fill=NOTE)

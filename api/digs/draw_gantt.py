"""The works of a matching in time, street by street: windows, closures, joint openings. Drawn as one SVG beside a column of
labels; as wide as its place, or as the days need."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

import pandas as pd

from api.matching import Matching
from api.styles import styles, work_style
from api.svg import GRID, INK, NOTE, mark, text, words

ROW, ROAD, HEAD = 26, 28, 26
# Pixels for a day at least, and for all days at most.
DAY_PX, MOST_PX = 3.0, 3600
ROWS_MAX = 600
TODAY = "#B00020"


@dataclass(frozen=True)
class Bar:
    """One work: its window, its closures, and (where it is planned) when it opens."""

    work: int
    name: str
    party: str
    start: date | None
    end: date | None
    firm: bool
    ready: date | None
    kind: str | None
    utility: str | None
    opens: date | None
    closes: date | None
    dig_id: str | None
    closed: Sequence[tuple[date | None, date | None, str]]


@dataclass(frozen=True)
class Gantt:
    """Rows of the chart in their order: street by street. ``left_out``: works for which there was no room."""

    on: date
    first: date
    last: date
    roads: Sequence[tuple[str | None, Sequence[Bar]]]
    left_out: int

    @property
    def days(self) -> int:
        """How many days are shown."""
        return (self.last - self.first).days + 1

    @property
    def width_px(self) -> int:
        """The least width in which it can be read."""
        return int(min(self.days * DAY_PX, MOST_PX))

    @property
    def height(self) -> int:
        """Of all rows, pixels."""
        return sum(ROAD + ROW * len(bars) for _, bars in self.roads)


def gantt(matching: Matching, called: Any, saved: Mapping[str, float]) -> Gantt:
    """The chart of every work that shares a stretch. ``saved``: metres by dig, so that streets with digs come first."""
    rows = matching.rows[matching.rows["kind"] == "shared"]
    metres = pd.concat([
        rows[["a", "road_name", "shared_m"]].rename(columns={"a": "work"}),
        rows[["b", "road_name", "shared_m"]].rename(columns={"b": "work"}),
    ])  # fmt: skip
    metres = metres.assign(road_name=metres["road_name"].where(metres["road_name"].notna(), ""))
    by_road = metres.groupby(["work", "road_name"])["shared_m"].sum().reset_index().sort_values("shared_m", kind="stable")
    home = by_road.drop_duplicates("work", keep="last")
    bars = _bars(matching, called, home["work"].to_list())
    streets: dict[str, list[Bar]] = {}
    for work, road in zip(home["work"], home["road_name"], strict=True):
        streets.setdefault(road, []).append(bars[int(work)])
    worth = metres.groupby("road_name")["shared_m"].sum()

    def rank(road: str) -> tuple[float, float]:
        return -sum(saved.get(bar.dig_id or "", 0.0) for bar in streets[road]), -float(worth[road])

    order = sorted(streets, key=rank)
    roads = [(road or None, sorted(streets[road], key=_when)) for road in order]
    shown, left_out = _first(roads, ROWS_MAX)
    days = [day for _, some in shown for bar in some for day in (bar.start, bar.end, bar.opens, bar.closes) if day]
    first, last = min([*days, matching.on]), max([*days, matching.on])
    return Gantt(matching.on, first - timedelta(days=5), last + timedelta(days=9), shown, left_out)


def _first(roads: Sequence[tuple[str | None, list[Bar]]], most: int) -> tuple[list[tuple[str | None, list[Bar]]], int]:
    out, n = [], 0
    for road, bars in roads:
        if n + len(bars) <= most or not out:
            out.append((road, bars[: max(most - n, 0)]))
            n += len(out[-1][1])
    return out, sum(len(bars) for _, bars in roads) - n


def _when(bar: Bar) -> tuple[date, str]:
    return bar.opens or bar.start or date.max, bar.name


def _bars(matching: Matching, called: Any, works: Sequence[int]) -> dict[int, Bar]:
    plan = matching.plan
    opened = {} if plan is None else {int(row["work"]): row for row in plan.members.to_dict("records")}
    shut: dict[int, list[tuple[date | None, date | None, str]]] = {}
    for row in matching.closures.to_dict("records"):
        shut.setdefault(int(row["work"]), []).append((_date(row["start"]), _date(row["end"]), str(row["name"] or "")))
    out = {}
    for i in works:
        work, placed = matching.works.iloc[i], opened.get(i, {})
        out[i] = Bar(
            i, str(called[i]), _text(work["party"]), _date(work["start"]), _date(work["end"]), bool(work["firm"]),
            _date(work["ready"]), _none(work["kind"]), _none(work["utility"]), _date(placed.get("start")),
            _date(placed.get("end")), _none(placed.get("dig_id")), shut.get(i, ()),
        )  # fmt: skip
    return out


def _date(value: Any) -> date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()


def _none(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _text(value: Any) -> str:
    return _none(value) or ""


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def head_svg(chart: Gantt) -> str:
    """Months above the chart, as many as there is room for."""
    parts = [mark("line", x1="0", x2="100%", y1=HEAD - 0.5, y2=HEAD - 0.5, stroke=GRID)]
    every = next((n for n in (1, 2, 3, 6, 12) if chart.width_px / max(chart.days, 1) * 30.4 * n >= 58), 24)
    for n, month in enumerate(_months(chart)):
        parts.append(mark("line", x1=_at(chart, month), x2=_at(chart, month), y1=HEAD - 6, y2=HEAD, stroke=NOTE))
        if n % every == 0:
            parts.append(text(_at(chart, month), HEAD - 9, f"{month:%Y-%m}", fill=NOTE))
    return f'<svg width="100%" height="{HEAD}" aria-hidden="true">{"".join(parts)}</svg>'


def gantt_svg(chart: Gantt) -> str:
    """The bars, row by row; labels stand beside in HTML (:data:`ROW` and :data:`ROAD` pixels high)."""
    stripes = mark("rect", width=6, height=6, fill="#FFFFFF", fill_opacity="0.55") + mark("rect", width=2, height=6, fill=NOTE)
    slant = 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
    parts = [f'<defs><pattern id="closed" {slant}>{stripes}</pattern></defs>']
    for month in _months(chart):
        parts.append(mark("line", x1=_at(chart, month), x2=_at(chart, month), y1="0", y2="100%", stroke=GRID))
    y = 0
    for _, bars in chart.roads:
        parts.append(mark("rect", x="0", y=y, width="100%", height=ROAD, fill="#F6F7F8"))
        y += ROAD
        for bar in bars:
            parts.append(f'<g data-work="{bar.work}">{"".join(_bar(chart, bar, y))}</g>')
            y += ROW
    today = _at(chart, chart.on)
    look = {"stroke": TODAY, "stroke_width": 1.5, "stroke_dasharray": "5 3", "class_": "today"}
    parts.append(mark("line", x1=today, x2=today, y1="0", y2="100%", **look))
    label = "各路段工程时段 / works by street and time"
    return f'<svg class="bars" width="100%" height="{chart.height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _bar(chart: Gantt, bar: Bar, y: int) -> Iterator[str]:
    style = work_style(bar.kind, bar.utility)
    yield f'<rect x="0" y="{y}" width="100%" height="{ROW}" fill-opacity="0"><title>{escape(_tip(bar))}</title></rect>'
    yield mark("line", x1="0", x2="100%", y1=y + ROW - 0.5, y2=y + ROW - 0.5, stroke="#EFF1F3")
    if bar.dig_id:
        joint = {"fill": styles()["joint_dig"]["colour"], "fill_opacity": "0.4", "class_": "joint"}
        yield _rect(chart, bar.opens, bar.closes, y, ROW, **joint)
    if bar.start and bar.end:
        dash = None if bar.firm else "3 2"
        look = {"fill": style["tint"], "stroke": style["colour"], "rx": 2, "stroke_dasharray": dash}
        yield _rect(chart, bar.start, bar.end, y + 6, ROW - 12, **look)
    else:
        known = bar.start or bar.end
        place = _at(chart, known or chart.on + timedelta(days=3))
        yield words(place, y + 17, "日期未填全" if known else "日期未填", "a date is missing" if known else "no dates", fill=NOTE)
    if bar.opens:
        yield _rect(chart, bar.opens, bar.closes, y + 9, ROW - 18, fill=style["colour"], rx=2, class_="open")
    for start, end, _ in bar.closed:
        hatched = {"fill": "url(#closed)", "class_": "closed"}
        yield _rect(chart, start or chart.first, end or chart.last, y + 2, ROW - 4, **hatched)
    if bar.ready and chart.first <= bar.ready <= chart.last:
        at = _at(chart, bar.ready)
        yield mark("line", x1=at, x2=at, y1=y + 3, y2=y + ROW - 3, stroke=INK, stroke_width=2.5, class_="ready")


def _rect(chart: Gantt, start: date | None, end: date | None, y: float, height: float, **look: Any) -> str:
    """Both days included, cut to what is shown."""
    first, last = max(start or chart.last, chart.first), min(end or chart.first, chart.last)
    if last < first:
        return ""
    wide = f"{100 * ((last - first).days + 1) / chart.days:.3f}%"
    return mark("rect", x=_at(chart, first), y=y, width=wide, height=height, **look)


def _at(chart: Gantt, day: date) -> str:
    return f"{100 * (day - chart.first).days / chart.days:.3f}%"


def _months(chart: Gantt) -> Iterator[date]:
    year, month = chart.first.year, chart.first.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if date(year, month, 1) > chart.last:
            return
        yield date(year, month, 1)


def _tip(bar: Bar) -> str:
    parts = [f"{bar.name} {bar.party}".strip(), f"{bar.start or '—'} – {bar.end or '—'}"]
    if bar.opens:
        parts.append(f"▶ {bar.opens} – {bar.closes}" + (f" ({bar.dig_id})" if bar.dig_id else ""))
    parts += [f"▨ {name} {start or '—'} – {end or '—'}" for start, end, name in bar.closed]
    if bar.ready:
        parts.append(f"▮ {bar.ready}")
    return "\n".join(parts)

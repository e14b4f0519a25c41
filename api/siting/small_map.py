"""A small map for one point of the sheet, as SVG: ground, the site, what the point is about; north up, with a bar of metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import shapely

from api.styles import styles
from api.svg import INK, mark, text
from geo.city import City
from geo.columns import frame_of, positive, words

WIDE, HIGH = 300, 165
LEAST_M, NEAR_M, MOST_M = 80.0, 60.0, 4_000.0  # ground shown: its least width, of a shape that is near, at most
BARS = (10, 20, 50, 100, 200, 500, 1000)
ROAD_M = 8.0  # drawn width of a road that states none


@dataclass(frozen=True)
class Drawn:
    """One shape (work CRS) on top of the ground. ``fill``: of areas; ``dash``: of lines."""

    shape: Any
    colour: str
    width: float = 2.5
    fill: str | None = None
    dash: str | None = None


@dataclass(frozen=True)
class _View:
    box: tuple[float, float, float, float]

    @property
    def scale(self) -> float:
        return WIDE / (self.box[2] - self.box[0])

    def path(self, shape: Any, close: bool) -> str:
        """Rings or lines as the ``d`` of a path, to a tenth of a unit."""
        out = []
        for part in shapely.get_parts(shapely.simplify(shape, 0.4 / self.scale)):
            lines = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            for line in lines:
                xy = shapely.get_coordinates(line)
                px = np.column_stack([(xy[:, 0] - self.box[0]) * self.scale, (self.box[3] - xy[:, 1]) * self.scale])
                out.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in px) + ("Z" if close else ""))
        return "".join(out)


def small_map(site: Any, shown: Sequence[Drawn], city: City, title: str) -> str:
    """The picture of the site with ``shown`` on it; of what is shown the part nearest to the site lies inside."""
    view = _view([site, *(one.shape for one in shown)], site)
    frame = shapely.box(*view.box)
    body = [mark("rect", width=WIDE, height=HIGH, fill=styles()["ground"]["land"]), *_ground(city, frame, view)]
    body += [_shape(one, view, frame) for one in shown]
    body += [_site(site, view), *_bar(view)]
    said = escape(title, quote=True)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{said}">'
    return head + "".join(body) + "</svg>"


def _view(shapes: list[Any], site: Any) -> _View:
    """About the site and of each shape the part nearest to it: what reaches far does not make the rest small."""
    far = [min(max(float(shapely.distance(one, site)) * 1.5, NEAR_M), MOST_M / 2) for one in shapes]
    near = [shapely.intersection(one, shapely.buffer(site, metres)) for one, metres in zip(shapes, far, strict=True)]
    west, south, east, north = shapely.total_bounds(np.array([one for one in near if not one.is_empty], dtype=object))
    wide = max((east - west) * 1.25, (north - south) * 1.25 * WIDE / HIGH, LEAST_M)
    x, y, high = (west + east) / 2, (south + north) / 2, wide * HIGH / WIDE
    return _View((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))


def _inside(frame: Any, box: Any) -> Any:
    return np.sort(frame.sindex.query(box, predicate="intersects")) if len(frame) else np.zeros(0, dtype=int)


def _ground(city: City, frame: Any, view: _View) -> list[str]:
    """Green land and roads; roads of one width are one path, so that a page of many maps stays small."""
    green, roads, look = frame_of(city.layer("green")), frame_of(city.layer("roads")), styles()["ground"]
    parts = shapely.intersection(green.geometry.to_numpy()[_inside(green, frame)], frame)
    out = [mark("path", d=view.path(_areas(parts), True), fill=look["green"]["fill"])]
    wide = shapely.buffer(frame, 40.0, cap_style="square")
    rows = _inside(roads, wide)
    width = np.nan_to_num(positive(roads, "width_m")[rows], nan=ROAD_M)
    lines = shapely.intersection(roads.geometry.to_numpy()[rows], wide)
    drawn = [(float(metres), view.path(lines[width == metres], False)) for metres in np.unique(width)]
    for colour, more in (("#C6BBA6", 1.2), ("#FFFFFF", 0.0)):
        line = {"fill": "none", "stroke_linecap": "round", "stroke_linejoin": "round", "stroke": colour}
        out += [mark("path", d=d, stroke_width=max(metres * view.scale, 1.6) + more, **line) for metres, d in drawn]
    return out + _names(roads, rows, frame, view)


def _names(roads: Any, rows: Any, frame: Any, view: _View) -> list[str]:
    """Names of roads, each once, where its longest piece in the picture has its middle."""
    longest: dict[str, tuple[float, Any]] = {}
    for row, name in zip(rows, words(roads, "name")[rows], strict=True):
        part = shapely.intersection(roads.geometry.iloc[row], shapely.buffer(frame, -15 / view.scale))
        if name and part.length > longest.get(name, (40 / view.scale, None))[0]:
            longest[name] = (
                part.length,
                shapely.line_interpolate_point(max(shapely.get_parts(part), key=shapely.length), 0.5, True),
            )
    out = []
    for name, (_, at) in list(longest.items())[:4]:
        x, y = (at.x - view.box[0]) * view.scale, (view.box[3] - at.y) * view.scale
        out.append(text(x, y + 4, name, anchor="middle", fill="#55626F", halo=True))
    return out


def _areas(shapes: Any) -> Any:
    """The polygons of what intersections left."""
    parts = shapely.get_parts(shapes)
    return parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]


def _shape(one: Drawn, view: _View, frame: Any) -> str:
    if one.shape.geom_type in ("Point", "MultiPoint"):
        spots = shapely.get_coordinates(one.shape)
        at = [((x - view.box[0]) * view.scale, (view.box[3] - y) * view.scale) for x, y in spots]
        return "".join(mark("circle", cx=x, cy=y, r=5, fill=one.colour, stroke="#FFFFFF", stroke_width=1.5) for x, y in at)
    part = shapely.intersection(one.shape, shapely.buffer(frame, 20 / view.scale))
    area = part.geom_type in ("Polygon", "MultiPolygon", "GeometryCollection")
    d = view.path(_areas(part) if area else part, area)
    line = {"stroke_linecap": "round", "stroke_linejoin": "round", "stroke_dasharray": one.dash}
    if area:
        return mark("path", d=d, fill=one.fill or one.colour, fill_opacity="0.22", stroke=one.colour, stroke_width=1.6, **line)
    under = mark("path", d=d, fill="none", stroke="#FFFFFF", stroke_width=one.width + 2, stroke_linecap="round")
    return under + mark("path", d=d, fill="none", stroke=one.colour, stroke_width=one.width, **line)


def _site(site: Any, view: _View) -> str:
    """The site: its outline, or a pin."""
    if site.geom_type != "Point":
        return mark("path", d=view.path(site, True), fill="#134E6B", fill_opacity="0.14", stroke="#134E6B", stroke_width=2)
    x, y = (site.x - view.box[0]) * view.scale, (view.box[3] - site.y) * view.scale
    return mark("circle", cx=x, cy=y, r=9, fill="none", stroke="#134E6B", stroke_width=2) + mark(
        "circle", cx=x, cy=y, r=3.5, fill="#134E6B", stroke="#FFFFFF", stroke_width=1
    )


def _bar(view: _View) -> list[str]:
    """The bar of metres, and an arrow that points to grid north."""
    metres = next((one for one in reversed(BARS) if one * view.scale <= WIDE / 3), BARS[0])
    long, y = metres * view.scale, HIGH - 10
    bar = f"M8 {y - 4}V{y}H{8 + long:.1f}V{y - 4}"
    arrow = f"M{WIDE - 14} 8l-6 18 6-4 6 4z"
    return [
        mark("path", d=bar, fill="none", stroke="#FFFFFF", stroke_width=4),
        mark("path", d=bar, fill="none", stroke=INK, stroke_width=1.5),
        text(12 + long, y + 1, f"{metres} m", halo=True), mark("path", d=arrow, fill=INK, stroke="#FFFFFF", stroke_width=1),
        text(WIDE - 14, 38, "N", anchor="middle", halo=True),
    ]  # fmt: skip

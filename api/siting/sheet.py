"""The judgement on paper: one HTML page in A4 without scripts, a small map at each point; to print, or to keep as PDF."""

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
import shapely

from api.report.page import TEMPLATES
from api.siting import words
from api.siting.asked import Site
from api.siting.small_map import Drawn, small_map
from api.styles import outcome_style, styles
from geo.city import City
from geo.crs import CGCS2000_DEGREES, to_work

FOLDER = TEMPLATES / "site"
Told = Mapping[str, Any]
NEAR_COLOURS = {
    "planning": "#C0392B", "heritage": "#8A5A34", "trees": "#3F6631", "highways": "#A9791C", "green": "#5E8C4A",
    "events": "#4A4A4A", "routes": "#D55E00",
}  # fmt: skip
STATES = {
    "found": ("", ""), "none": ("范围内没有", "none within reach"), "closed": ("未开放", "closed"),
    "unknown": ("不明", "unknown"),
}  # fmt: skip
CERTAINTY = {name: (one["zh"], one["en"]) for name, one in styles()["certainty"].items()}


def sheet(city: City, site: Site, said: Told, lines: Told, lang: str) -> str:
    """The page for a judgement (:class:`api.siting.schemas.SiteOut`) and its lines, in ``zh`` or ``en``."""
    paper = _Paper(city, site.shape, said, lines, lang)
    loader = jinja2.FileSystemLoader(FOLDER)
    page = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template("page.html")
    return page.render(
        zh=paper.zh, style=(FOLDER / "site.css").read_text(encoding="utf-8"), title=paper.say("选址判定单", "Site judgement"),
        city=said["city"], on=said["on"], synthetic=said["synthetic"], head=paper.head(), overview=paper.overview(),
        notice=paper.of(said["notice"]), parts=[one for one in paper.parts() if one["cards"] or one["lines"]],
        foot=paper.say(
            f"按 {said['pack']} 判定，{said['on']}；底图与图层取自本市数据，坐标系 {said['crs']}，图上正北为坐标北",
            f"Judged by {said['pack']} on {said['on']}; ground and layers from the city's data, {said['crs']}; grid north is up",
        ),
    )  # fmt: skip


class _Paper:
    """Makes the parts of one sheet in one language."""

    def __init__(self, city: City, site: Any, said: Told, lines: Told, lang: str) -> None:
        self.city, self.site, self.said, self.lines, self.zh = city, site, said, lines, lang == "zh"

    def say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def of(self, two: Mapping[str, Any]) -> str:
        return str(two["zh" if self.zh else "en"])

    def head(self) -> list[tuple[str, str]]:
        lon, lat = self.said["site"]["centre"]
        middle = self.site.centroid
        area = self.said["site"]["area_m2"]
        told = [
            (self.say("城市", "City"), self.said["city"]),
            (self.say("经纬度", "Lon, lat"), f"{lon:.6f}, {lat:.6f}"),
            (self.say("坐标", "Coordinates"), f"{middle.x:.2f}, {middle.y:.2f} ({self.said['crs']})"),
            (self.say("场地面积", "Area"), "" if area is None else f"{area:,.0f} m²"),
            (self.say("日期", "Day"), self.said["on"]),
            (self.say("规则包", "Pack"), self.said["pack"]),
            (
                self.say("查找范围", "Searched"),
                self.say(
                    f"管线 {self.said['reach_m']:g} m，其他 {self.said['near_m']:g} m",
                    f"mains {self.said['reach_m']:g} m, all else {self.said['near_m']:g} m",
                ),
            ),
        ]
        return [(name, value) for name, value in told if value]

    def overview(self) -> str:
        shown = [
            self._line(one["mains"][0]["line"], _hue(one["utility"]))
            for one in self.said["mains"] if one["mains"]
        ]  # fmt: skip
        return small_map(self.site, shown, self.city, self.say("总图", "Overview"))

    def parts(self) -> list[dict[str, Any]]:
        return [
            {"title": self.say("最近的主管", "Nearest mains"), "count": None, "lines": [self.of(self.said["capacity"])],
             "cards": [self._utility(one) for one in self.said["mains"]]},
            {"title": self.say("沿路候选线", "Lines along roads"), "count": None, "lines": [self.of(self.lines["notice"])],
             "cards": [card for one in self.lines["utilities"] for card in self._lines(one)]},
            *[self._theme(one) for one in self.said["around"]],
            {"title": self.say("地形", "Terrain"), "count": None, "lines": [], "cards": [self._terrain(self.said["terrain"])]},
            self._clearances(self.said["clearances"]),
        ]  # fmt: skip

    def _utility(self, one: Told) -> dict[str, Any]:
        rows = [
            [
                f"{main['distance_m']:.1f} m",
                _size(main),
                _metres(main["depth_m"]),
                main["owner"] or "—",
                self._rise(main["rise_m"]),
            ]
            for main in one["mains"]
        ]
        names = self.say("距离 规格 埋深 权属 场地高差", "Distance Size Depth Owner Rise").split()
        shown = [self._line(main["line"], _hue(one["utility"])) for main in one["mains"]]
        shown += [self._straight(main) for main in one["mains"][:1]]
        state = STATES[one["answer"]]
        return {
            "title": self.of(one["title"]), "map": self._map(shown, self.of(one["title"])) if shown else "",
            "mark": None if one["answer"] == "found" else {"words": self.say(*state), "ink": "#4A4A4A", "tint": "#EAEAEA"},
            "big": self._away(one["mains"][0]["distance_m"]) if one["mains"] else "", "lines": [],
            "table": {"head": names, "rows": rows} if rows else None, "clause": "", "missing": self._missing(one),
            "data": self._data(one["data"]),
        }  # fmt: skip

    def _lines(self, one: Told) -> list[dict[str, Any]]:
        cards = []
        for line in one["lines"]:
            look = outcome_style(line["outcome"])
            certainty = self.say(*CERTAINTY[line["certainty"]])
            hints = self.say(
                f"与可见现状管线交叉或并行 {line['crossings']} 处（段），净距不足 {line['below']}，待核实 {line['unsure']}",
                f"{line['crossings']} crossings and parallels with pipes that you may see: {line['below']} too near, "
                f"{line['unsure']} to be checked",
            )
            told = [self.of(line["headline"]), *(self.of(words_) for words_ in line["condition_words"]), certainty, hints]
            shown = [Drawn(self._work({"type": "LineString", "coordinates": line["line"]}), look["colour"], 3.5)]
            title = f"{self.of(one['title'])} · {line['pipe_id'] or '—'}"
            cards.append({
                "title": title, "map": self._map(shown, title), "big": f"{line['length_m']:.1f} m", "lines": told, "table": None,
                "mark": {"words": f"{look['mark']} {self.of(line['outcome_words'])}", "ink": look["ink"], "tint": look["tint"]},
                "clause": "", "missing": self._missing(line), "data": self._data(self.lines["data"]),
            })  # fmt: skip
        if cards:
            return cards
        nothing = {"words": self.say("没有候选线", "no line"), "ink": "#4A4A4A", "tint": "#EAEAEA"}
        return [{"title": self.of(one["title"]), "map": "", "mark": nothing, "big": "", "lines": [], "table": None, "clause": "",
                 "missing": self._missing(one), "data": self._data(self.lines["data"])}]  # fmt: skip

    def _theme(self, one: Told) -> dict[str, Any]:
        nothing = self.say(f"{self.said['near_m']:g} m 内没有", f"none within {self.said['near_m']:g} m")
        found = self.say(f"{one['total']} 项", f"{one['total']}")
        missing = self._missing(one)
        lines = [] if one["items"] or missing else [nothing]
        return {
            "title": self.of(one["title"]), "count": found if one["items"] else None,
            "lines": [*lines, *missing, *([] if one["items"] else [self._data(one["data"])])],
            "cards": [self._near(one["theme"], item, one["data"]) for item in one["items"]],
        }  # fmt: skip

    def _near(self, theme: str, item: Told, data: Sequence[Told]) -> dict[str, Any]:
        colour = NEAR_COLOURS[theme]
        unsure = [] if item["certain"] else [
            self.say(f"资料不全，最不利时距离 {item['least_m']:.1f} m", f"data missing: {item['least_m']:.1f} m at worst")
        ]  # fmt: skip
        name = " · ".join(one for one in (item["name"], item["id"]) if one)
        days = " – ".join(one for one in (item["start"], item["end"]) if one)
        shape = self._work(item["shape"])
        drawn = [Drawn(shapely.buffer(shape, item["radius_m"]), colour)] if item["radius_m"] else []
        return {
            "title": self.of(item["title"]), "map": self._map([*drawn, Drawn(shape, colour, dash="7 3")], self.of(item["title"])),
            "mark": None, "big": self._away(item["distance_m"]), "lines": [one for one in (name, days) if one], "table": None,
            "clause": self._clause(item["citation"]), "missing": unsure,
            "data": self._data(data),
        }  # fmt: skip

    def _terrain(self, one: Told) -> dict[str, Any]:
        steep = self._number(one["slope_percent"], "%")
        ends = f"{self._number(one['low_m'], 'm')}, {self._number(one['high_m'], 'm')}"
        rows = [[self.say("场地中心高程", "Height of the middle"), self._number(one["height_m"], "m")],
                [self.say("场地最低、最高", "Lowest, highest"), ends],
                [self.say("坡向（方位角）", "Falls towards"), self._number(one["falls_deg"], "°", 0)]]  # fmt: skip
        return {
            "title": self.say("平均坡度", "Mean slope"), "map": "", "mark": None, "big": steep, "clause": "",
            "lines": [] if one["grid_m"] is None else [self.say(f"格网 {one['grid_m']:g} m", f"cells of {one['grid_m']:g} m")],
            "table": {"head": [], "rows": rows}, "missing": self._missing(one), "data": self._data(one["data"]),
        }  # fmt: skip

    def _clearances(self, one: Told) -> dict[str, Any]:
        standard = f"{one['standard']['number']} {one['standard']['clause']}"
        cards = []
        for pipe in one["pipes"]:
            rows = [[self.of(words.utility(asked["utility"])), self._asked(asked)] for asked in pipe["asked"]]
            title = f"{self.of(pipe['title'])} · {pipe['pipe_id'] or '—'}"
            shown = [self._line(pipe["line"], _hue(pipe["utility"]))]
            cards.append({
                "title": title, "map": self._map(shown, title), "mark": None, "lines": [_size(pipe)], "clause": standard,
                "big": self.say("在场地下", "under the site") if pipe["distance_m"] == 0 else f"{pipe['distance_m']:.1f} m",
                "table": {"head": [self.say("新建", "New"), self.say("最小净距", "Least distance")], "rows": rows}, "missing": [],
                "data": self._data(one["data"]),
            })  # fmt: skip
        nothing = (
            []
            if cards or one["missing"]
            else [self.say("场地下和近旁没有现状管线", "no existing pipes under or beside the site")]
        )
        return {
            "title": self.say("净距提示", "Clearance hints"), "count": None, "cards": cards,
            "lines": [self.of(one["notice"]), *nothing, *self._missing(one)],
        }  # fmt: skip

    def _asked(self, asked: Told) -> str:
        if asked["least_m"] is None:
            return self.say("规范无此数值或视种类而定", "no number, or depends on the kind")
        wide = f"{asked['least_m']:g}" if asked["least_m"] == asked["most_m"] else f"{asked['least_m']:g}–{asked['most_m']:g}"
        return f"{wide} m" + ("" if asked["checked"] else self.say("（未核对）", " (not checked)"))

    def _map(self, shown: Sequence[Drawn], title: str) -> str:
        return small_map(self.site, shown, self.city, title)

    def _work(self, geometry: Told) -> Any:
        return to_work(shapely.geometry.shape(geometry), CGCS2000_DEGREES, self.city.work_crs)

    def _line(self, parts: Any, colour: str) -> Drawn:
        return Drawn(self._work({"type": "MultiLineString", "coordinates": parts}), colour)

    def _straight(self, main: Told) -> Drawn:
        return Drawn(
            self._work({"type": "LineString", "coordinates": [main["point"], main["site_point"]]}), "#22313F", 1.4, dash="4 3"
        )

    def _missing(self, one: Told) -> list[str]:
        return [self.of(code) for code in one["missing"]]

    def _data(self, entries: Sequence[Told]) -> str:
        told = []
        for one in entries:
            day = one["as_of"] or self.say("日期未注明", "day not stated")
            told.append(f"{self.of(one)} {day}" + (f" · {one['owner']}" if one["owner"] else ""))
        return (self.say("资料：", "Data: ") + "; ".join(told)) if told else ""

    def _clause(self, citation: Told | None) -> str:
        if citation is None:
            return ""
        return f"{citation['title']} {citation['clause']}：{citation['says']}"

    def _away(self, metres: float) -> str:
        return self.say("在场地上或相接", "meets the site") if metres == 0 else f"{metres:.1f} m"

    def _number(self, value: float | None, unit: str, digits: int = 2) -> str:
        return self.say("不明", "unknown") if value is None else f"{value:.{digits}f} {unit}"

    def _rise(self, value: float | None) -> str:
        return self.say("不明", "unknown") if value is None else f"{value:+.2f} m"


def _hue(utility: str | None) -> str:
    return str((styles()["utilities"].get(utility) or styles()["utilities"]["other"])["colour"])


def _metres(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f} m"


def _size(pipe: Told) -> str:
    """Diameter, voltage and pressure, those that are stated."""
    said = [(pipe["diameter_mm"], "DN{:g}"), (pipe["voltage_kv"], "{:g} kV"), (pipe["pressure_mpa"], "{:g} MPa")]
    return " ".join(form.format(value) for value, form in said if value is not None) or "—"

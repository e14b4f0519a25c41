"""A small hand-made review with awkward texts: what the writers of answers and reports have to carry unharmed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import shapely

from geo.city import City
from geo.crs import to_degrees

CRS = "EPSG:4547"
CITY = City("示范城", CRS, (114.2, 34.7, 114.45, 34.9), {}, synthetic=True)

AWKWARD = (
    '=HYPERLINK("http://x","y")', "</script><script>window.hit=1</script>", '逗号,引号"换行\n完;分号', "-2+3", "正常 A-1",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """The part of a review that is written out."""

    rows: gpd.GeoDataFrame

    def verdict(self, i: int, geometry: bool = False) -> dict[str, Any]:
        row = self.rows.iloc[i]
        stretch: dict[str, Any] = {"theme": "road", "from_m": 10.0, "to_m": 25.5, "id": "R1", "name": "金明大道"}
        if geometry:
            part = shapely.ops.substring(row.geometry, 10, 25.5)
            stretch["coordinates"] = shapely.get_coordinates(to_degrees(part, CRS)).round(7).tolist()
        cite = {"title": "汴工改办〔2022〕6号", "clause": "三（二）2", "says": "不包括城市主干道 </script>", "href": None}
        finding = {
            "rule": "arterial-road", "answer": "yes", "value": 15.5, "unit": "m", "limit": 0, "margin": -15.5, "at_limit": False,
            "estimated": False, "citation": cite, "stretches": [stretch], "missing": None, "reading": None,
        }  # fmt: skip
        return {
            "route_id": row.route_id, "outcome": row.outcome, "conditions": row.conditions,
            "could_be": {"outcome": row.could_be, "conditions": []}, "certainty": row.certainty, "immediate": row.immediate,
            "headline": {"zh": "并联审批：挖掘城市主干道", "en": "parallel"}, "on": "2026-11-22", "dig": ["2026-12-01", None],
            "length": {"planar_m": row.length_m, "sum_m": float("nan")}, "findings": [finding], "permits": [],
            "rests_on": {"pack": "kaifeng-2022-6@1", "deliveries": []}, "notice": "辅助判定，不构成行政许可",
        }  # fmt: skip

    def pieces(self, i: int) -> list[dict[str, Any]]:
        end = float(self.rows.length_m.iloc[i])
        whole = {"theme": "ground", "side": "left", "pavement": "asphalt", "width_m": 0.8, "area_m2": 9.6, "bored": False}
        return [
            {**whole, "from_m": 0.0, "to_m": 12.0, "kind": "branch", "id": "R9", "name": "北支路"},
            {**whole, "from_m": 12.0, "to_m": end, "kind": None, "id": None, "name": None},
        ]


def sample(n: int = 5) -> Sample:
    """``n`` routes of 100 m and more; every second one exempt, the third a two-part line, texts awkward."""
    lines, columns = [], []
    for i in range(n):
        x, y = 528_000.0 + 40 * i, 3_851_000.0
        line: Any = shapely.LineString([(x, y), (x + 60, y), (x + 60, y + 40 + i)])
        if i == 2:
            line = shapely.MultiLineString([[(x, y), (x + 60, y)], [(x + 70, y), (x + 70, y + 42)]])
        lines.append(line)
        columns.append(_row(i, line.length))
    return Sample(gpd.GeoDataFrame(columns, geometry=lines, crs=CRS))


def _row(i: int, length: float) -> dict[str, Any]:
    outcome = ("exempt", "parallel", "undetermined", "out_of_scope")[i % 4]
    return {
        "row_no": i + 1, "route_id": AWKWARD[i] if i < len(AWKWARD) else f"R-{i:05d}", "outcome": outcome,
        "conditions": [] if i % 2 == 0 else ["gov_approval", "officer_confirms"], "could_be": "parallel",
        "could_be_conditions": ["gov_approval"], "certainty": ("text", "reading", "data-missing")[i % 3], "immediate": i % 4 == 0,
        "length_m": round(length, 3), "dug_m": round(length, 3), "sum_length_m": float("nan") if i == 1 else round(length, 3),
        "reasons": [] if i % 2 == 0 else ["arterial-road"], "owed": ["road_excavation", "road_occupation"], "waived": [],
        "missing": ["缺少道路交付日期；请向市城市管理局索取"] * (20 if i == 1 else i % 2), "pack": "kaifeng-2022-6@1",
        "on": date(2026, 11, 22), "headline": "并联审批", "utility": "gas", "project": None if i == 3 else "某小区供气外线",
        "voltage_kv": float("nan"), "start": date(2026, 12, 1) if i else None,
    }  # fmt: skip

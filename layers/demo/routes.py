"""The 300 proposed lines of the demo, as a GBK shapefile without .cpg, a table of stretches and a table of purposes."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from geo.schema import ROUTES
from layers.demo import cases_groups, cases_places, cases_roads, cases_together
from layers.demo.city import Demo
from layers.demo.files import column, write_table
from layers.demo.frame import WORK_CRS
from layers.demo.pool import Pool
from layers.demo.rows import Proposal

TOTAL = 300
# Field names of the table: at most 10 bytes in GBK, each among the spellings that the reader knows.
FIELDS = {
    "route_id": "编号",
    "project": "项目名称",
    "project_code": "项目代码",
    "applicant": "申请单位",
    "utility": "管线种类",
    "voltage_kv": "电压",
    "capacity_kva": "容量",
    "diameter_mm": "管径",
    "pressure_mpa": "压力",
    "burial": "埋设方式",
    "trench_width_m": "沟槽宽度",
    "depth_m": "埋深",
    "occupied_m2": "占用面积",
    "trees_to_fell": "树木数量",
    "start": "开工日期",
    "end": "完工日期",
    "filed": "申报日期",
    "accuracy_m": "精度",
    "kind": "作业类别",
    "firm": "日期已定",
    "duration_days": "工期",
    "shift_days": "可调天数",
    "ready": "许可日期",
}
SPAN_FIELDS = ("route_id", "from_m", "to_m", "burial", "pit_from_m2", "pit_to_m2")


def proposals(demo: Demo) -> list[Proposal]:
    """All proposed lines, rare cases first, so that each finds its place."""
    pool = Pool(demo)
    for cases in (cases_roads.locks, cases_places.heritage, cases_places.green, cases_roads.arterials, cases_roads.other_roads):
        cases(pool)
    for cases in (
        cases_roads.edges,
        cases_roads.expressway,
        cases_places.verge_edges_cases,
        cases_places.trees,
        cases_places.highways,
    ):
        cases(pool)
    for cases in (
        cases_places.unknown_ground,
        cases_places.railway,
        cases_roads.length,
        cases_roads.scope,
        cases_groups.slices,
        cases_groups.projects,
    ):
        cases(pool)
    for cases in (cases_groups.ends, cases_groups.laying, cases_groups.company, cases_together.together, cases_groups.doubts):
        cases(pool)
    cases_groups.ordinary(pool, TOTAL)
    return pool.proposals


def write_routes(folder: Path, found: list[Proposal]) -> None:
    """routes.shp (.shx .dbf .prj), routes_spans.csv and routes_purpose.csv."""
    rows: list[dict[str, Any]] = [{**one.row, "route_id": f"SF{k + 1:03d}"} for k, one in enumerate(found)]
    _write_shapefile(folder / "routes.shp", rows, [one.line for one in found])
    spans = [{**piece, "route_id": row["route_id"]} for row, one in zip(rows, found, strict=True) for piece in one.spans]
    write_table(folder / "routes_spans.csv", spans, SPAN_FIELDS)
    purposes = [{"route_id": row["route_id"], "purpose": one.purpose} for row, one in zip(rows, found, strict=True)]
    write_table(folder / "routes_purpose.csv", purposes, ("route_id", "purpose"))


def _write_shapefile(path: Path, rows: list[dict[str, Any]], shapes: list[Any]) -> None:
    arrays = [column([row.get(key) for row in rows], ROUTES.columns[key]) for key in FIELDS]
    for end in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        path.with_suffix(end).unlink(missing_ok=True)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        arrays,
        list(FIELDS.values()),
        driver="ESRI Shapefile",
        geometry_type="LineString",
        crs=WORK_CRS,
        encoding="GB18030",
        layer_options={"DBF_DATE_LAST_UPDATE": "2026-11-22"},
    )
    # As such files arrive from the field: nothing says how the words are written.
    path.with_suffix(".cpg").unlink(missing_ok=True)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0
    path.with_suffix(".dbf").write_bytes(bytes(table))

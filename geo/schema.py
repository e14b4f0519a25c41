"""The columns of every layer and of the routes: one description that readers, tables and pages share.

Field names are English; ``aliases`` are the Chinese and survey spellings (CJJ 61) under which a file may bring
them; ``values`` are the only ones kept, each with the spellings that mean it. A value outside its list is an
issue of that row and reads as unknown; it is never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from geo.vocabulary import APPURTENANCE, BURIAL, IN_VOLTS, PART, PAVEMENT, ROAD_CLASS, USE, UTILITY

Kind = Literal["text", "number", "integer", "date"]
Shape = Literal["line", "polygon", "point", "line|polygon", "point|polygon", "none", "raster"]


@dataclass(frozen=True)
class Column:
    """One column: its kind, its unit, the words for it, and the spellings that files use.

    ``blank_is_none``: a blank is an answer, "there was none". Only a file that has the column gives it: one without the
    column says nothing, so that frames leave the column out. ``doubtful``: numbers that are more likely in another unit.
    """

    kind: Kind
    zh: str
    en: str
    unit: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blank_is_none: bool = False
    doubtful: tuple[float, ...] = ()


@dataclass(frozen=True)
class LayerSpec:
    """One layer: its shape, its columns, the column that names a row, and what it is called."""

    geometry: Shape
    zh: str
    en: str
    columns: Mapping[str, Column]
    key: str | None = None


def _text(zh: str, en: str, *aliases: str, required: bool = False, values: Mapping[str, tuple[str, ...]] | None = None) -> Column:
    return Column("text", zh, en, required=required, aliases=aliases, values=values or {})


def _number(
    zh: str, en: str, unit: str, *aliases: str, low: float | None = 0.0, high: float | None = None, required: bool = False,
    doubtful: tuple[float, ...] = (),
) -> Column:  # fmt: skip
    return Column("number", zh, en, unit, required, low, high, aliases, doubtful=doubtful)


def _date(zh: str, en: str, *aliases: str, blank_is_none: bool = False) -> Column:
    return Column("date", zh, en, aliases=aliases, blank_is_none=blank_is_none)


ROUTE_COLUMNS: Mapping[str, Column] = {
    "route_id": _text("线路编号", "route number", "编号", "线号", "管线编号", "id", "lno"),
    "project": _text("项目名称", "project", "工程名称", "项目", "prj_no"),
    "project_code": _text("项目代码", "project code", "工程代码", "申请书编号", "许可证编号"),
    "applicant": _text("申请单位", "applicant", "建设单位", "用户名称", "权属单位", "belong"),
    "utility": _text("管线种类", "utility", "专业", "类别", "管线类别", "管线工程类别", "type", "code", values=UTILITY),
    "voltage_kv": _number("电压", "voltage", "kV", "电压等级", "电压kv", "voltage", high=1200, doubtful=IN_VOLTS),
    "capacity_kva": _number("容量", "capacity", "kVA", "报装容量", "申请容量", high=1e7),
    "diameter_mm": _number("管径", "diameter", "mm", "规格", "公称直径", "口径", "dn", "psize", high=20_000),
    "pressure_mpa": _number("压力", "pressure", "MPa", "设计压力", "pressure", high=100),
    "burial": _text("埋设方式", "burial", "敷设方式", "施工方式", "embed", values=BURIAL),
    "trench_width_m": _number("沟槽宽度", "trench width", "m", "挖掘宽度", "沟宽", "宽度", high=100),
    "depth_m": _number("埋深", "depth", "m", "深度", "覆土", high=100),
    "occupied_m2": _number("占用面积", "occupied area", "m²", "占地面积", high=1e7),
    "trees_to_fell": Column("integer", "砍伐迁移树木", "trees to fell or move", "株", False, 0, 1e6, ("树木数量", "砍伐株数")),
    "start": _date("开工日期", "start", "施工日期自", "开始日期", "计划开工", "计划开工日期", "核准起日"),
    "end": _date("完工日期", "end", "施工日期至", "结束日期", "计划完工", "计划完工日期", "核准迄日"),
    "filed": _date("申报日期", "filed", "申请日期", "受理日期"),
    "accuracy_m": _number("精度", "accuracy", "m", "定位精度", high=1000),
}

# What planning asks beyond the verdict: a file of works has them, a file of proposals may.
WORK_COLUMNS: Mapping[str, Column] = {
    "kind": _text(
        "作业类别", "kind of work", "作业类型", "工程性质",
        values={
            "route": ("外线", "拟建", "申报"), "permit": ("许可", "已批", "已许可", "在施"),
            "paving": ("铺装", "路面大修", "刨铺", "罩面"), "road_project": ("道路工程", "道路改造", "道路新建"),
        },
    ),
    "firm": _text(
        "日期已定", "dates are firm", "是否确定", "确定",
        values={"yes": ("是", "已定", "确定", "y", "true", "1"), "no": ("否", "未定", "暂定", "n", "false", "0")},
    ),
    "duration_days": _number("工期", "working days needed", "d", "工期天数", "工作日", high=3660),
    "shift_days": _number("可调天数", "days it may move", "d", "可移动天数", "机动天数", high=3660),
    "ready": _date("许可齐备日", "day of the last permit", "许可日期", "可开工日期"),
}  # fmt: skip

ROUTES = LayerSpec("line|polygon", "外线", "routes", {**ROUTE_COLUMNS, **WORK_COLUMNS}, "route_id")

SPANS = LayerSpec(
    "none",
    "分段敷设",
    "spans",
    {
        "route_id": _text("线路编号", "route number", "编号", required=True),
        "from_m": _number("起点里程", "from", "m", required=True),
        "to_m": _number("终点里程", "to", "m", required=True),
        "burial": _text("埋设方式", "burial", "施工方式", required=True, values=BURIAL),
        "pit_from_m2": _number("起点工作坑面积", "pit at the start", "m²"),
        "pit_to_m2": _number("终点工作坑面积", "pit at the end", "m²"),
    },
)

LAYERS: Mapping[str, LayerSpec] = {
    "roads": LayerSpec(
        "line",
        "道路",
        "roads",
        {
            "road_id": _text("道路编号", "road number", "编号", "roadcode", required=True),
            "name": _text("道路名称", "name", "路名", "名称"),
            "class": _text("道路等级", "class", "等级", "等级名称", values=ROAD_CLASS),
            "class_source": _text("等级来源", "where the class comes from", values={"ledger": ("台账",), "hint": ("推断",)}),
            "authority": _text(
                "管理主体", "authority", "管养单位", values={"city": ("市管",), "district": ("区管",), "highway": ("公路",)}
            ),
            "district": _text("行政区", "district", "区"),
            "level": _text(
                "层位", "level", values={"ground": ("地面",), "bridge": ("桥", "桥梁", "高架"), "tunnel": ("隧道", "地下")}
            ),
            "delivered": _date("交付日期", "delivered", "交付使用日期", "竣工日期", "建成日期"),
            "overhauled": _date("大修日期", "overhauled", "大修竣工日期", blank_is_none=True),
            "width_m": _number("红线宽度", "red-line width", "m", "宽度", "路宽", high=300),
            "pavement": _text("路面种类", "pavement", "路面", "种类", values=PAVEMENT),
        },
        "road_id",
    ),
    "road_ledger": LayerSpec(
        "none",
        "道路台账",
        "road ledger",
        {
            "road_id": _text("道路编号", "road number", "编号", required=True),
            "from_m": _number("起点里程", "from", "m", "自"),
            "to_m": _number("终点里程", "to", "m", "至"),
            "part": _text("部位", "part", values=PART),
            "kind": _text(
                "工程类别",
                "kind of work",
                "类别",
                values={
                    "new": ("新建",),
                    "rebuild": ("改建",),
                    "extend": ("扩建",),
                    "overhaul": ("大修",),
                    "patch": ("修复", "沟槽恢复", "小修"),
                },
            ),
            "finished": _date("竣工日期", "finished", "交付使用日期", "完工日期"),
            "owner": _text("产权单位", "owner", "权属单位"),
        },
    ),
    "road_surfaces": LayerSpec(
        "polygon",
        "道路面",
        "road surfaces",
        {
            "road_id": _text("道路编号", "road number", "编号", required=True),
            "part": _text("部位", "part", values=PART),
            "pavement": _text("路面种类", "pavement", "路面", values=PAVEMENT),
        },
    ),
    "highways": LayerSpec(
        "line|polygon",
        "公路",
        "highways",
        {
            "ref": _text("公路编号", "number", "路线编号", "编号", required=True),
            "class": _text(
                "公路等级",
                "class",
                "行政等级",
                values={
                    "motorway": ("高速公路", "高速"),
                    "national": ("国道",),
                    "provincial": ("省道",),
                    "county": ("县道",),
                    "township": ("乡道",),
                    "village": ("村道",),
                },
            ),
            "land_offset_m": _number("公路用地边缘距", "edge of the highway land from the centreline", "m", high=300),
            "ditch_offset_m": _number("边沟外缘距", "outer edge of the ditch from the centreline", "m", high=300),
        },
    ),
    "green": LayerSpec(
        "polygon",
        "绿地",
        "green land",
        {
            "green_id": _text("绿地编号", "number", "编号", required=True),
            "name": _text("绿地名称", "name", "名称"),
            "kind": _text(
                "绿地类别",
                "kind",
                "类别",
                values={
                    "public": ("公园绿地", "公园", "公共绿地"),
                    "verge": ("道路绿化带", "行道绿带", "道路绿地"),
                    "protective": ("防护绿地",),
                    "attached": ("附属绿地", "单位附属绿地"),
                    "planned": ("规划绿地",),
                },
            ),
        },
        "green_id",
    ),
    "trees": LayerSpec(
        "point|polygon",
        "古树名木",
        "heritage trees",
        {
            "tree_id": _text("树木编号", "number", "编号", "古树编号", required=True),
            "species": _text("树种", "species", "品种"),
            "grade": _text(
                "保护等级",
                "grade",
                "等级",
                values={
                    "1": ("一级", "一级古树"),
                    "2": ("二级", "二级古树"),
                    "3": ("三级", "三级古树"),
                    "famous": ("名木",),
                    "reserve": ("后备", "古树后备资源", "古树后续资源"),
                    "none": ("普通", "非古树名木"),
                },
            ),
            "canopy_radius_m": _number("冠幅半径", "canopy radius", "m", high=60),
            "dbh_cm": _number("胸径", "trunk diameter", "cm", high=1500),
        },
        "tree_id",
    ),
    "heritage": LayerSpec(
        "polygon",
        "文物",
        "heritage",
        {
            "heritage_id": _text("文物编号", "number", "编号", required=True),
            "name": _text("名称", "name"),
            "kind": _text(
                "区划",
                "kind",
                "类别",
                values={
                    "protection": ("保护范围",),
                    "control": ("建设控制地带",),
                    "buried": ("地下文物埋藏区", "埋藏区"),
                    "old_city": ("古城", "历史城区", "古城范围"),
                },
            ),
        },
        "heritage_id",
    ),
    "pipes": LayerSpec(
        "line",
        "现状管线",
        "existing pipes",
        {
            "pipe_id": _text("管线编号", "number", "编号", required=True),
            "utility": _text("管线种类", "utility", "类别", values=UTILITY),
            "kind": _text("小类代码", "kind (CJJ 61)", "代码"),
            "diameter_mm": _number("管径", "diameter", "mm", "规格", high=20_000),
            "material": _text("材质", "material", "material"),
            "depth_m": _number("埋深", "depth", "m", high=100),
            "pressure_mpa": _number("压力", "pressure", "MPa", high=100),
            "voltage_kv": _number("电压", "voltage", "kV", high=1200, doubtful=IN_VOLTS),
            "owner": _text("权属单位", "owner", "belong"),
            "state": _text("使用状态", "state", "状态", values=USE),
        },
        "pipe_id",
    ),
    "pipe_points": LayerSpec(
        "point",
        "管线点",
        "pipe points",
        {
            "point_id": _text("管线点编号", "number", "编号", "物探点号", "图上点号", "exp_no", required=True),
            "utility": _text("管线种类", "utility", "类别", values=UTILITY),
            # of a surveyed point one of the two: what stands there, or what the pipe does there (CJJ 61)
            "kind": _text("附属物", "appurtenance", "附属物名称", "subsid", values=APPURTENANCE),
            "feature": _text("特征", "feature of the pipe", "特征点", "管点特征"),
            "ground_m": _number("地面高程", "ground height", "m", "surf_h", low=-500, high=9000),
            "depth_m": _number("埋深", "depth", "m", "b_depth", high=100),
            "well_depth_m": _number("井深", "depth of the well", "m", "well_depth", "井底埋深", high=100),
            "owner": _text("权属单位", "owner", "belong"),
            "state": _text("使用状态", "state", "状态", "pipep_state", values=USE),
        },
        "point_id",
    ),
    "planning": LayerSpec(
        "polygon",
        "规划控制线",
        "planning",
        {
            "zone_id": _text("地块编号", "number", "编号", required=True),
            "kind": _text(
                "控制线类别",
                "kind",
                "类别",
                values={
                    "site_red_line": ("用地红线",),
                    "road_red_line": ("道路红线",),
                    "green_line": ("绿线",),
                    "river": ("河道", "蓝线"),
                    "rail": ("铁路",),
                    "heritage_line": ("紫线",),
                    "utility_line": ("黄线",),
                },
            ),
            "name": _text("名称", "name", "项目名称"),
        },
        "zone_id",
    ),
    "districts": LayerSpec(
        "polygon",
        "行政区",
        "districts",
        {"district_id": _text("区划代码", "number", "编号", required=True), "name": _text("名称", "name")},
        "district_id",
    ),
    "events": LayerSpec(
        "line|polygon",
        "计划与活动",
        "planned works and events",
        {
            "event_id": _text("编号", "number", required=True),
            "name": _text("名称", "name"),
            "kind": _text(
                "类别",
                "kind",
                values={
                    "paving": ("铺装", "路面大修"),
                    "road_project": ("道路工程", "道路改造"),
                    "works": ("施工",),
                    "closure": ("封闭",),
                    "festival": ("节庆",),
                    "moratorium": ("禁挖期", "禁止挖掘"),
                },
            ),
            "start": _date("开始日期", "start"),
            "end": _date("结束日期", "end"),
        },
        "event_id",
    ),
    "satellite": LayerSpec("raster", "卫星影像", "satellite", {}),
    "terrain": LayerSpec("raster", "地形", "terrain", {}),
}

# The grade of a road decides who owns a metre that lies in several road spaces: 交叉口归等级高的路.
ROAD_RANK: Mapping[str, int] = {"expressway": 5, "arterial": 4, "secondary": 3, "branch": 2, "internal": 1}

"""README.txt of the pack: what is inside, how old it is, whose, and how it is opened; Chinese first, then English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyproj import CRS

from api.field_pack.ground import BUFFER_M, GROUND, PIPES
from api.field_pack.table import Table
from geo.city import City
from layers.rasters.archive import Archive

Pair = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """What the page tells. ``summary``: of :func:`layers.queries.told_of` for each layer; ``archive``: None without a picture;
    ``missing``: photos whose original is lost; ``line``: is the proposal's line inside; ``by`` and ``at``: who made it, when
    (wall clock of China)."""

    city: City
    survey: Mapping[str, Any]
    tables: Sequence[Table]
    summary: Sequence[Mapping[str, Any]]
    archive: Archive | None
    most_tiles: int
    photos: int
    missing: Sequence[int]
    line: bool
    by: str
    at: str


def readme(told: Told) -> str:
    """The text, lines ending as every editor takes them."""
    pairs = [*_head(told), *_files(told), *_ages(told), *_rights(told), *_opening()]
    both = ("\n".join(one[at] for one in pairs) for at in (0, 1))
    return "\n\n--------\n\n".join(both).replace("\n", "\r\n") + "\r\n"


def _head(told: Told) -> list[Pair]:
    one, crs = told.survey, told.city.work_crs
    name = CRS.from_user_input(crs).name
    out = [
        (f"外业包：踏勘 {one['id']} {one['title']}", f"Field pack: survey {one['id']} {one['title']}"),
        (f"城市：{told.city.name}", f"City: {told.city.name}"),
        (f"生成：{told.by}，{told.at}（北京时间）", f"Made by {told.by}, {told.at} (China)"),
        (f"坐标系：{crs}（{name}），单位 m", f"CRS: {crs} ({name}), metres"),
        (
            f"范围：踏勘地点和拟建外线周围 {BUFFER_M:.0f} m；线和面在边界处截断",
            f"Reach: {BUFFER_M:.0f} m around the site and the line; lines and areas are cut at its edge",
        ),
    ]  # fmt: skip
    if told.city.synthetic:
        out.append((
            "注意：本城市为合成示范数据，不是真实地物，不得用于施工",
            "Note: this city is synthetic, made for demonstration; nothing here is real, and nothing may be dug by it",
        ))  # fmt: skip
    return [*out, ("", "")]


def _files(told: Told) -> list[Pair]:
    out = [
        ("包内文件", "What is inside"),
        ("survey.qgs  QGIS / QField 工程", "survey.qgs  the project for QGIS and QField"),
        ("survey.gpkg  全部图层和表，样式已内置：", "survey.gpkg  all layers and tables, with their styles:"),
        *((f"  {one.name}  {one.title[0]}，{len(one.frame)} 行", f"  {one.name}  {one.title[1]}, {len(one.frame)} rows")
          for one in told.tables),
        ("checklist.csv  核对清单（UTF-8）", "checklist.csv  the checklist (UTF-8)"),
        (f"photos/  照片原件 {told.photos} 张，photos/SHA256SUMS 为其哈希，与踏勘记录一致；视频和录音不在包内",
         f"photos/  {told.photos} photos as they came; photos/SHA256SUMS has their hashes, as in the record; no clips or voices"),
        _pictures(told),
    ]  # fmt: skip
    if told.missing:
        ids = "、".join(map(str, told.missing))
        out.append((f"缺原件的照片（文件编号）：{ids}", f"Photos whose original is lost (numbers of files): {ids}"))
    if told.survey["proposal"] is not None and not told.line:
        out.append(("拟建外线：您看不到该方案，故不在包内", "Proposed line: you may not see it, so it is not inside"))
    return [*out, ("", "")]


def _pictures(told: Told) -> Pair:
    if told.archive is None:
        return (
            "卫星影像：本城市在此范围内没有卫星影像，故无 area.pmtiles 和 area.tif",
            "Satellite: the city has no satellite picture here, so there is no area.pmtiles and no area.tif",
        )
    one = told.archive
    zooms = f"{one.shallowest}–{one.deepest}"
    return (
        f"area.tif  卫星影像（供 QGIS / QField）；area.pmtiles  同一影像（WebP，{zooms} 级，{one.tiles} 张瓦片，"
        f"最多 {told.most_tiles} 张），供网页地图；QGIS 不读影像 PMTiles",
        f"area.tif  the satellite picture, for QGIS and QField; area.pmtiles  the same (WebP, zooms {zooms}, {one.tiles} tiles,"
        f" at most {told.most_tiles}), for maps on the web; QGIS reads no PMTiles of pictures",
    )


def _ages(told: Told) -> list[Pair]:
    out = [("数据时间和来源", "How old the data is, and whose")]
    known = {one["name"]: one for one in told.summary}
    for name in (*GROUND, *PIPES, "satellite"):
        one = known[name]
        if not one["delivered"]:
            out.append((f"  {one['zh']}：从未交付，包内没有；不等于现场没有",
                        f"  {one['en']}: never delivered, not inside; which does not say that there is none"))  # fmt: skip
            continue
        day = one["as_of"].isoformat() if one["as_of"] else None
        words = [one[key] for key in ("source", "owner", "licence") if one[key]]
        out.append((
            f"  {one['zh']}：" + "；".join([f"截至 {day}" if day else "时间不明", *words]),
            f"  {one['en']}: " + "; ".join([f"as of {day}" if day else "age unknown", *words]),
        ))  # fmt: skip
    return [*out, ("", "")]


def _rights(told: Told) -> list[Pair]:
    return [
        ("权限", "Rights"),
        (
            f"管线和管线点仅为 {told.by} 有权查看的部分：没有画出的地方不等于没有管线。开挖前须由权属单位现场交底",
            f"Pipes and their points are those that {told.by} may see: where none is drawn there may be pipes all the same."
            " Before anything is dug their owners show them on the spot",
        ),
        ("管线资料勿外传；本次取出已记入操作记录", "Pass no pipes on; that they were taken out stands in the audit"),
        ("", ""),
    ]  # fmt: skip


def _opening() -> list[Pair]:
    return [
        ("打开方法", "How to open it"),
        ("QField：把 zip 拷到手机，在首页“打开本地文件”中导入 ZIP，再点 survey.qgs。图钉和核对清单可以编辑，其余图层只读",
         "QField: copy the zip to the phone, import it under “Open local file”, then touch survey.qgs. Pins and the checklist can"
         " be edited, the other layers cannot"),
        ("QGIS（3.28 及以上）：解压后双击 survey.qgs；也可把 survey.gpkg 拖入已有工程，样式自动套用",
         "QGIS (3.28 or later): unzip it and open survey.qgs; or drop survey.gpkg on a project of yours, its styles come along"),
        ("在包内所作修改不会自动传回，请在踏勘页面中登记",
         "What is changed in the pack does not travel back: enter it in the survey's page"),
    ]  # fmt: skip

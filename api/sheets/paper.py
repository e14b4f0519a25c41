"""A sheet on paper: DOCX, one A4 form to be read, filled in, signed and stamped."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from api.clearing import NOTICE, WITHHELD
from api.sheets import words
from api.sheets.picture import picture
from geo.city import City

TITLE = "道路绿化和管线设施内容与数量确认单"
SONG, HEI = "宋体", "黑体"
COLUMNS = (("序号", 1.1), ("项目", 2.0), ("内容", 4.6), ("桩号区间", 2.9), ("数量", 2.1), ("说明", 4.3))
CORRECTED = "更正"


def docx(found: Mapping[str, Any], city: City) -> bytes:
    """The form: head, table of quantities, map, opinion, signature, seal and date."""
    content = found["content"]
    paper = Document()
    _page(paper)
    _said(paper.add_paragraph(), TITLE, 16, HEI, centred=True)
    _head(paper, found)
    _quantities(paper, content["rows"], found["corrected"])
    _notes(paper, content)
    _map(paper, content, city)
    _sign(paper, found)
    _foot(paper, found)
    stream = BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(10.5)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), SONG)
    normal.paragraph_format.space_after = Pt(3)
    paper.core_properties.title, paper.core_properties.author, paper.core_properties.language = TITLE, "外线通", "zh-CN"


def _said(paragraph: Any, text: str, size: float = 10.5, font: str = SONG, centred: bool = False, bold: bool = False) -> None:
    """Words with a Chinese font: Word takes the one for East Asian characters from an attribute of its own."""
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold or font == HEI
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _cell(cell: Any, text: str, size: float = 9, font: str = SONG, centred: bool = False, wide_cm: float | None = None) -> None:
    cell.paragraphs[0].paragraph_format.space_after = Pt(0)
    _said(cell.paragraphs[0], text, size, font, centred)
    if wide_cm is not None:
        cell.width = Cm(wide_cm)


def _table(paper: Any, rows: int, widths: list[float]) -> Any:
    table = paper.add_table(rows=rows, cols=len(widths))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Cm(wide)
    return table


def _head(paper: Any, found: Mapping[str, Any]) -> None:
    content = found["content"]
    estimated = "（含估算）" if content["estimated"] else ""
    told = [
        ("编号", f"{content['proposal']}-{content['version']}-{found['id']}"), ("权属单位", content["owner"]),
        ("方案", content["title"]), ("线路长度", f"{content['length_m']:.1f} m"),
        ("开挖范围面积", f"{content['footprint_m2']:.1f} m²{estimated}"), ("状态", words.STATES[found["state"]]),
    ]  # fmt: skip
    table = _table(paper, 3, [2.6, 5.9, 2.6, 5.9])
    for number, (name, said) in enumerate(told):
        row, at = table.rows[number // 2], number % 2 * 2
        _cell(row.cells[at], name, font=HEI, wide_cm=2.6)
        _cell(row.cells[at + 1], said, wide_cm=5.9)
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _quantities(paper: Any, rows: list[Mapping[str, Any]], corrected: Mapping[str, Any] | None) -> None:
    table = _table(paper, 1, [wide for _, wide in COLUMNS])
    for cell, (name, wide) in zip(table.rows[0].cells, COLUMNS, strict=True):
        _cell(cell, name, font=HEI, centred=True, wide_cm=wide)
    _repeats(table.rows[0])
    for number, row in enumerate(rows, 1):
        given, reason = words.answered(row, corrected)
        remark = "；".join(one for one in (words.remark(row), f"{CORRECTED}为 {given}：{reason}" if given else "") if one)
        cells = (
            str(number),
            words.THEMES[row["theme"]],
            words.what(row),
            words.where(row),
            words.amount(row["amount"], row["unit"]),
            remark,
        )
        for at, (cell, said) in enumerate(zip(table.add_row().cells, cells, strict=True)):
            _cell(cell, said, centred=at in (0, 1), wide_cm=COLUMNS[at][1])


def _repeats(row: Any) -> None:
    """The head of the table stands again on each page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _notes(paper: Any, content: Mapping[str, Any]) -> None:
    said = [f"方法：{method}。" for method in dict.fromkeys(words.METHODS[row["method"]] for row in content["rows"])]
    if any(row["theme"] == "pipe" for row in content["rows"]):
        said.append(f"{NOTICE['zh']}。")
    if content["withheld"]:
        said.append(f"{WITHHELD['zh']}。")
    days = "，".join(f"{_LAYER[name]} {day or '日期不详'}" for name, day in content["data"].items())
    said.append(f"资料日期：{days}。坐标系：{content['crs']}。{'示范城（合成数据）。' if content['synthetic'] else ''}")
    _said(paper.add_paragraph(), "".join(said), 9)


_LAYER = {"roads": "道路", "road_surfaces": "道路面", "green": "绿地", "trees": "古树名木", "pipes": "现状管线"}


def _map(paper: Any, content: Mapping[str, Any], city: City) -> None:
    named = frozenset(str(row["id"]) for row in content["rows"] if row["theme"] == "pipe")
    png, bar = picture(content, city, named)
    paragraph = paper.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run().add_picture(BytesIO(png), width=Cm(14))
    _said(paper.add_paragraph(), f"位置示意图：橙色为拟建外线，深色为本单所列各段；比例尺 {bar} m，上北。", 9, centred=True)


def _sign(paper: Any, found: Mapping[str, Any]) -> None:
    given = found["corrected"] or {}
    rows = enumerate(found["content"]["rows"], 1)
    reasons = [f"第 {number} 项，{given[row['key']]['reason']}" for number, row in rows if row["key"] in given]
    opinion = {
        "to_confirm": "□ 确认无误    □ 更正如下：",
        "confirmed": "☑ 确认无误",
        "corrected": "☑ 更正：" + "；".join(reasons),
    }
    state = found["state"] if found["state"] != "signed" else ("corrected" if found["corrected"] else "confirmed")
    signed = found["signed_at"]
    table = _table(paper, 2, [2.6, 14.4])
    _cell(table.rows[0].cells[0], "意见", font=HEI, wide_cm=2.6)
    _cell(table.rows[0].cells[1], opinion[state], 10.5, wide_cm=14.4)
    table.rows[0].height = Cm(2)
    _cell(table.rows[1].cells[0], "签字、盖章", font=HEI, wide_cm=2.6)
    name = found["signed_name"] or "＿＿＿＿＿＿"
    day = f"{signed:%Y年%m月%d日}" if signed else "＿＿＿＿年＿＿月＿＿日"
    _cell(table.rows[1].cells[1], f"签字：{name}        （盖章）        日期：{day}", 10.5, wide_cm=14.4)
    table.rows[1].height = Cm(1.8)


def _foot(paper: Any, found: Mapping[str, Any]) -> None:
    if found["paper"]:
        told = f"本单按权属单位签字盖章的纸质确认单录入：{found['paper']}，{found['paper_on']:%Y年%m月%d日}。"
        _said(paper.add_paragraph(), told, 9)
    if found["digest"]:
        _said(paper.add_paragraph(), f"电子签字摘要（SHA-256）：{found['digest']}", 8)

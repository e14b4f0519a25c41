"""Words of the field pack: what its tables and columns are called, Chinese and English; its colours."""

from collections.abc import Mapping

from api.field_pack.table import Columns, Symbol, Words

SURVEY, PIPES, GROUND = ("踏勘", "Survey"), ("管线", "Pipes"), ("地面", "Ground")
PICTURE: Words = ("卫星影像", "Satellite")

SITE: Columns = {
    "survey": ("integer", "踏勘编号"), "title": ("text", "名称"), "kind": ("text", "类型"), "mode": ("text", "方式"),
    "state": ("text", "状态"), "case_id": ("text", "案件"), "proposal": ("text", "方案"), "organiser": ("text", "组织人"),
    "agreed_for": ("text", "约定时间（北京时间）"),
}  # fmt: skip
LINES: Columns = {
    "number": ("text", "方案编号"), "title": ("text", "方案名称"), "version": ("integer", "版本"), "outcome": ("text", "判定"),
    "outcome_en": ("text", "判定（英文）"), "outcome_code": ("text", "判定代码"), "certainty": ("text", "依据"),
    "length_m": ("number", "长度 m"), "pack": ("text", "规则包"), "judged_on": ("text", "判定日期"),
}  # fmt: skip
CHECKLIST: Columns = {
    "unit": ("text", "单位"), "role": ("text", "角色"), "item": ("text", "项目代码"), "title_zh": ("text", "核对内容"),
    "title_en": ("text", "核对内容（英文）"), "photo_required": ("yes", "须拍照"), "done": ("yes", "已核对"),
    "note": ("text", "说明"), "photo": ("text", "照片"), "author": ("text", "核对人"), "at": ("text", "时间（北京时间）"),
}  # fmt: skip
PINS: Columns = {
    "seq": ("integer", "记录号"), "kind": ("text", "类别"), "words": ("text", "文字"), "author": ("text", "作者"),
    "at": ("text", "时间（北京时间）"), "photo": ("text", "照片"), "sha256": ("text", "照片 SHA-256"),
    "accuracy_m": ("number", "定位精度 m"), "heading_deg": ("number", "朝向 °"),
}  # fmt: skip
DRAWINGS: Columns = {
    "seq": ("integer", "记录号"), "words": ("text", "文字"), "author": ("text", "作者"), "at": ("text", "时间（北京时间）"),
    "length_m": ("number", "长度 m"), "area_m2": ("number", "面积 m²"),
}  # fmt: skip
TRACK: Columns = {
    "author": ("text", "参加人"), "from_at": ("text", "起（北京时间）"), "to_at": ("text", "止（北京时间）"),
    "positions": ("integer", "位置数"), "left_out": ("integer", "存疑未连入"),
}  # fmt: skip
POSITIONS: Columns = {"author": ("text", "参加人"), "at": ("text", "时间（北京时间）")}

TITLES: Mapping[str, Words] = {
    "site": ("踏勘地点", "site"), "lines": ("拟建外线", "proposed line"), "checklist": ("核对清单", "checklist"),
    "pins": ("图钉与照片", "pins and photos"), "drawings": ("测量线", "measured lines"),
    "drawings_areas": ("测量范围", "measured areas"), "track": ("轨迹", "trails"), "track_points": ("轨迹点", "positions"),
}  # fmt: skip
KINDS: Mapping[str, Words] = {
    "pin": ("图钉", "pin"), "photo": ("照片", "photo"), "clip": ("视频", "clip"), "voice": ("录音", "recording"),
}  # fmt: skip
CERTAINTY_UNKNOWN = "未知"

# CJJ 61-2017, appendix B: the colours in which a pipe survey prints its kinds
CJJ61: Mapping[str, str] = {
    "water": "#00ffff", "drain": "#4c3926", "gas": "#ff00ff", "heat": "#ff8000", "power": "#ff0000", "comms": "#00ff00",
    "other": "#8a8a8a",
}  # fmt: skip
NEW_PIN: Mapping[str, str] = {"kind": "'pin'", "at": "format_date(now(), 'yyyy-MM-dd HH:mm')"}
MARKED: Mapping[str, Symbol] = {
    "pin": Symbol("#B4431F", 4.0), "photo": Symbol("#0072B2", 4.0), "clip": Symbol("#0072B2", 3.0),
    "voice": Symbol("#0072B2", 3.0),
}  # fmt: skip
SITE_LOOK, DRAWN, TRAIL = Symbol("#B4431F", 0.8), Symbol("#B4431F", 0.5, dash=True), Symbol("#134E6B", 0.6, dash=True)

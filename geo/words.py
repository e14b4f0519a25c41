"""Short texts that belong to measuring, not to a law: what is missing, what a verdict notes, what a theme is called."""

from collections.abc import Mapping

MISSING: Mapping[str, tuple[str, str]] = {
    "no_layer": ("未提供“{layer}”图层", "the layer '{layer}' was never delivered"),
    "no_coverage": (
        "“{layer}”图层未声明覆盖范围，没有记录不等于没有",
        "the layer '{layer}' states no coverage: silence proves nothing",
    ),
    "rows_lost": (
        "“{layer}”图层有记录未能读入，其位置不明，没有记录不等于没有",
        "rows of the layer '{layer}' could not be read and may lie anywhere: its silence proves nothing",
    ),
    "outside_coverage": ("线路超出“{layer}”图层的覆盖范围", "the line leaves the coverage of the layer '{layer}'"),
    "no_class": ("所遇道路缺少道路等级", "a road on the line has no class"),
    "class_hint": (
        "所遇道路的等级是推断的（如 OSM），未经主管单位确认",
        "the class of a road on the line is inferred (from OSM, say) and stated by no office",
    ),
    "no_kind": ("“{layer}”中缺少类别", "a feature of '{layer}' on the line has no kind"),
    "no_grade": ("所遇古树缺少保护等级", "a tree near the line has no grade"),
    "no_canopy": ("所遇古树缺少冠幅或保护等级", "a tree near the line has no canopy radius or no grade"),
    "no_offset": ("所遇公路缺少用地边缘（边沟）距离或等级", "a highway near the line has no land or ditch offset, or no class"),
    "no_road_date": ("所遇道路缺少交付或大修日期", "a road on the line has no date of delivery or overhaul"),
    "stray_rows": (
        "道路台账中有记录对不上任何道路，可能就是所遇道路",
        "rows of the road ledger name no known road: they may speak of this one",
    ),
    "ledger_row": (
        "所遇道路的台账记录缺少类别，或起止桩不在该路上",
        "a row of the ledger on a road of the line has no kind, or names a stretch that the road has not",
    ),
    "old_records": (
        "道路或台账记录的截止日过早或未填，其后的建设、大修未知",
        "the records of the roads or of the ledger are too old, or do not say of which day they are: what was built since is not "
        "known",
    ),
    "no_dig_date": (
        "未填计划开工、完工日期，无法判断是否在限制期内",
        "no planned dig dates: whether the lock still runs cannot be told",
    ),
    "no_burial": (
        "线路沿桥梁而未填埋设方式，是否附着于桥梁不明",
        "the line runs along a bridge and its burial is left blank: it may hang on the bridge",
    ),
    "unclear_burial": (
        "埋设方式或分段敷设表填写不清，何处开挖不明",
        "the burial or the table of spans cannot be read: where the line is dug is not known",
    ),
    "own_site": (
        "无法确定哪一处用地红线是本项目用地",
        "which site red line is the user's own is not established",
    ),
    "unclear_sibling": (
        "同一项目有线路未能读入或未填管线种类，合计长度不定",
        "a line of the same project could not be read or names no utility: the sum is open",
    ),
    "unreadable": ("申报表该项填写无法识别", "what the application says here cannot be read"),
    "blank": ("申报表未填写该项", "the application leaves this blank"),
    "not_measured": ("该项尚未量测", "this was not measured"),
}


THEMES: Mapping[str, tuple[str, str]] = {
    "ground": ("地面", "ground"),
    "road": ("道路", "road"),
    "green": ("绿地", "green land"),
    "tree": ("古树名木", "heritage tree"),
    "highway": ("公路", "highway"),
    "heritage": ("文物", "heritage"),
    "planning": ("规划", "planning"),
}

NOTES: Mapping[str, tuple[str, str]] = {
    "outline": (
        "以面状范围申报：按该范围判定占用，轴线由范围两长边的中线推得。",
        "Given as an outline: judged by the outline; the axis runs midway between its long sides.",
    ),
    "parts": (
        "线路由互不相接的 {parts} 段组成，其间空隙共 {gap_m} 米，未计入长度。",
        "The line has {parts} parts that do not touch; the gap of {gap_m} m is not counted.",
    ),
    "no_site": ("用地红线不明，按全线长度计。", "The site's red line is not known: the whole line is counted."),
    "own_site": (
        "线路端点位于不同的用地红线内，无法确定哪一处是本项目用地，按全线长度计；项目名称或代码与红线名称或编号一致时可确定。",
        "The ends lie in different site red lines: which is the user's own is not established, and the whole line is counted; a "
        "project that bears the name or number of the red line settles it.",
    ),
    "no_history": ("未核对历史申报。", "History not checked."),
    "not_in_force": (
        "申报日 {filed} 不在本规则包的施行期内（{since} 起{until}），请按当时有效的规则另行核对。",
        "Filed on {filed}, when this pack was not in force (from {since}{until}): check by the rules of that day.",
    ),
}


def note(name: str, **values: object) -> dict[str, str]:
    """A note in both languages."""
    zh, en = NOTES[name]
    return {"zh": zh.format(**values), "en": en.format(**values)}


def missing_text(why: str, layer: str, lang: str) -> str:
    """What is missing, in words."""
    zh, en = MISSING[why]
    return (zh if lang.startswith("zh") else en).format(layer=layer)

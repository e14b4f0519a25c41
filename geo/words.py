"""Short texts that belong to measuring, not to a law: what is missing, what an end touches, what a side is called."""

from collections.abc import Mapping

MISSING: Mapping[str, tuple[str, str]] = {
    "no_layer": ("未提供“{layer}”图层", "the layer '{layer}' was never delivered"),
    "no_coverage": (
        "“{layer}”图层未声明覆盖范围，没有记录不等于没有",
        "the layer '{layer}' states no coverage: silence proves nothing",
    ),
    "outside_coverage": ("线路超出“{layer}”图层的覆盖范围", "the line leaves the coverage of the layer '{layer}'"),
    "no_class": ("所遇道路缺少道路等级", "a road on the line has no class"),
    "no_kind": ("“{layer}”中缺少类别", "a feature of '{layer}' on the line has no kind"),
    "no_grade": ("所遇古树缺少保护等级", "a tree near the line has no grade"),
    "no_canopy": ("所遇古树缺少冠幅或保护等级", "a tree near the line has no canopy radius or no grade"),
    "no_offset": ("所遇公路缺少用地边缘（边沟）距离或等级", "a highway near the line has no land or ditch offset, or no class"),
    "no_road_date": ("所遇道路缺少交付或大修日期", "a road on the line has no date of delivery or overhaul"),
    "no_dig_date": (
        "未填计划开工、完工日期，无法判断是否在限制期内",
        "no planned dig dates: whether the lock still runs cannot be told",
    ),
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


def missing_text(why: str, layer: str, lang: str) -> str:
    """What is missing, in words."""
    zh, en = MISSING[why]
    return (zh if lang.startswith("zh") else en).format(layer=layer)

"""Words of the site judgement, in Chinese and English."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo.schema import LAYERS
from geo.siting import mains, paths, silence
from geo.vocabulary import UTILITY

Pair = tuple[str, str]
EN = {
    "water": "Water", "drain": "Drainage", "gas": "Gas", "heat": "Heat", "power": "Power", "comms": "Communications",
    "other": "Other",
}  # fmt: skip
THEMES: Mapping[str, Pair] = {
    "planning": ("规划控制线", "Planning lines"), "heritage": ("文物与古城", "Heritage and old city"),
    "trees": ("古树名木及保护范围", "Heritage trees and their ranges"),
    "highways": ("公路及建筑控制区", "Highways and control zones"),
    "green": ("绿地", "Green land"), "events": ("计划与活动", "Planned works and events"),
    "routes": ("在办、已办外线", "Other lines"),
}  # fmt: skip
MISSING: Mapping[str, Pair] = {
    mains.CLOSED: (
        "本市有该类管线未向本单位开放（不论位置），请向权属单位查询",
        "there are such pipes in the city that are not open to you, wherever they lie: ask their owners",
    ),
    silence.NO_LAYER: ("没有这类资料：没有查到不等于没有", "no such data were delivered: nothing found does not mean none"),
    silence.NO_COVERAGE: (
        "资料未声明覆盖范围：没有查到不等于没有",
        "the data state no coverage: nothing found does not mean nothing there",
    ),
    silence.ROWS_LOST: (
        "资料有记录未能读入，其位置不明：没有查到不等于没有",
        "rows of the data could not be read and may lie anywhere",
    ),
    silence.OUTSIDE: (
        "查找范围有一部分在资料覆盖之外：那里有没有不明",
        "part of what was searched lies outside the data: what is there is not known",
    ),
    mains.NO_UTILITY: ("同样近处有未写种类的管线，可能就是这一类", "a pipe of no stated utility lies as near: it may be one"),
    "nodata": ("场地有一部分没有高程", "part of the site has no height"),
    "too_few": ("有高程的点太少，算不出坡度", "too few heights for a slope"),
    "only_own": ("只列您可见的外线，他人的不在内", "only lines that you may see are listed, not those of others"),
    "more": ("此处只列最近的若干项", "only the nearest are listed here"),
    paths.NO_ROADS: ("附近没有道路资料，画不出沿路的线", "no road data near: no line along roads can be drawn"),
    paths.NO_FRONTAGE: (
        f"场地 {paths.FRONTAGE_M:g} m 内没有道路，不知从哪里接出",
        f"no road within {paths.FRONTAGE_M:g} m of the site: where a line would leave it is not known",
    ),
    paths.NOT_JOINED: ("道路资料没有从主管通到场地的路", "the road data lead from no main to the site"),
    paths.AT_SITE: ("主管就在场地内，不需要外线", "a main lies at the site: no line is needed"),
    "no_main": ("没有可见的主管，画不出线", "no main that you may see: no line can be drawn"),
    "not_in_time": ("计算超时，这一类还没有算", "this utility was not reckoned in time"),
}  # fmt: skip
NOTICE: Pair = (
    "选址判定是提示，不是审批结论；距离按场地边缘平面量算。未知不等于没有。",
    "A site judgement is a hint, no decision. Distances are planar, from the edge of the site. Unknown does not mean none.",
)
LINES_NOTICE: Pair = (
    "候选线沿道路中线示意，不含管位设计；判定与画线审查用同一套规则和数据，未填的属性按未知处理。",
    "Lines follow the centre lines of roads and are no design; they are judged by the same rules and data as drawn lines, and "
    "what is not stated is unknown.",
)
CAPACITY: Pair = ("余量未知：管线资料没有这一项", "Free capacity is not known: the data do not state it")


def pair(two: Pair) -> dict[str, str]:
    """As JSON holds it."""
    return {"zh": two[0], "en": two[1]}


def utility(code: str | None) -> dict[str, str]:
    """A utility by its code."""
    return {"zh": UTILITY[code][0], "en": EN[code]} if code in UTILITY else pair(("种类不详", "not stated"))


def missing(codes: Iterable[str]) -> list[dict[str, str]]:
    """What is missing, with its code."""
    return [{"code": code, **pair(MISSING[code])} for code in dict.fromkeys(codes)]


def kind_words(layer: str, column: str, code: Any) -> dict[str, str] | None:
    """A code of a layer's column in words; None where nothing is stated."""
    if not isinstance(code, str):
        return None
    spellings = LAYERS[layer].columns[column].values.get(code, ())
    return {"zh": spellings[0] if spellings else code, "en": code.replace("_", " ")}

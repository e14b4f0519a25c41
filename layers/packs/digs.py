"""The numbers of digging once in words: one row for each, for the page of a pack."""

from collections.abc import Iterator, Mapping

from geo.law.coordination import Coordination, Kind
from geo.law.pack import Words
from geo.vocabulary import PAVEMENT

KINDS: Mapping[Kind, Words] = {
    "route": Words(zh="申报外线", en="proposed line"),
    "permit": Words(zh="已许可工程", en="permitted work"),
    "paving": Words(zh="路面施工", en="paving"),
    "road_project": Words(zh="道路工程", en="road project"),
}
LEADS = {
    "first_accepted": Words(zh="先获受理者牵头", en="whoever was accepted first"),
    "longest": Words(zh="线路最长者牵头", en="whoever has the longest line"),
}
SILENCES = {
    "withdrawn": Words(zh="视为退出", en="counts as withdrawn"),
    "escalate": Words(zh="报牵头单位协调", en="goes to the coordinating office"),
}


def dig_rows(settings: Coordination) -> list[list[Words]]:
    """(what, value) for each setting, in the order of the file."""
    margins = settings.margins
    return [
        _row("视为同一路段的最短共用长度", "shortest shared stretch", f"{settings.min_shared_m:g} m"),
        _row("同一道路上的最大间距", "largest distance on one road", f"{settings.distance_m:g} m"),
        _row("路外的最大间距", "largest distance off the road", f"{settings.off_road_m:g} m"),
        _row("走向的最大夹角", "largest angle between the lines", f"{settings.angle_deg:g}°"),
        *_windows(settings),
        _row("视为重复开挖的年限", "years within which a dig is a repeat", *_of(settings.repeat_years, "年", "years")),
        *_points(settings),
        _row("开挖与路面施工之间的工作日", "working days between dig and paving",
             *_of(settings.spare_days, "个工作日", "working days")),
        [Words(zh="牵头", en="lead"), LEADS[settings.lead_rule]],
        _row("答复邀请的工作日", "working days for an answer", *_of(settings.answer_days, "个工作日", "working days")),
        [Words(zh="逾期不答复", en="silence"), SILENCES[settings.silence]],
        _row("共用沟槽每侧工作宽度", "working room on each side of a common trench", f"{margins.side_m:g} m"),
        _row("规范无数值时管线间净距", "between pipes where the standard has no distance", f"{margins.between_m:g} m"),
        _row("沟底垫层", "bedding below the deepest pipe", f"{margins.bottom_m:g} m"),
        _row("意向计划：重叠按边长多少的方格告知，且至少伸展多长", "quiet plans: squares of the overlap, and least extent",
             f"{settings.quiet.cell_m:g} m"),
        _row("意向计划：一个单位同时至多", "quiet plans of one party at a time", *_of(settings.quiet.open_plans, "个", "plans")),
        *_prices(settings),
    ]  # fmt: skip


def _windows(settings: Coordination) -> Iterator[list[Words]]:
    for kind, title in KINDS.items():
        before, after = settings.lead_days.get(kind, 0), settings.lag_days.get(kind, 0)
        if before or after:
            zh, en = f"提前 {before} 天、延后 {after} 天", f"{before} days before, {after} days after"
            yield _row(f"时段未定时放宽（{title.zh}）", f"widening of a loose window ({title.en})", zh, en)


def _points(settings: Coordination) -> Iterator[list[Words]]:
    weights = settings.weights
    yield _row("计分：少挖1米", "points for a metre saved", *_of(weights.metres, "分", "points"))
    yield _row("计分：少挖1平方米路面", "points for a m² of pavement saved", *_of(weights.area, "分", "points"))
    yield _row("计分：少扰1个工作日", "points for a working day saved", *_of(weights.days, "分", "points"))
    yield _row("计分：移动工期1天", "points for a day moved", *_of(f"−{weights.shift}", "分", "points"))


def _prices(settings: Coordination) -> Iterator[list[Words]]:
    if settings.prices is None:
        yield _row("修复单价", "prices of restoration", "未填，不折算金额", "none: nothing is said in money")
        return
    for kind, yuan in settings.prices.pavement_yuan_m2.items():
        zh, en = f"修复单价（{PAVEMENT[kind][0]}）", f"price of restoration ({kind})"
        yield _row(zh, en, f"{yuan:g} 元/m²", f"{yuan:g} yuan/m²")


def _of(value: float | str, zh: str, en: str) -> tuple[str, str]:
    """A number with its unit, in both languages."""
    return f"{value} {zh}", f"{value} {en}"


def _row(zh: str, en: str, value: str, value_en: str | None = None) -> list[Words]:
    return [Words(zh=zh, en=en), Words(zh=value, en=value_en or value)]

"""Is a pack well formed? Slips that its types cannot see: an operator misspelt, a fact of a zone that does not exist, a
term that rests on itself, a paper that nobody described. Each would make a rule vanish or stay unknown for ever, so the
reader of packs refuses them before anything starts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from geo.law.pack import PLACEHOLDER, Expr, Pack, Permit, Rule, Switch, Zone
from geo.law.parse import atoms
from geo.schema import LAYERS, ROUTE_COLUMNS
from geo.vocabulary import PAVEMENT, ROAD_CLASS, UTILITY
from geo.zones import SUFFIXES

TESTS = ("le", "lt", "ge", "gt", "eq", "among")
OPERATORS = ("all", "any", "none", "not")
ZONE_SUFFIXES = SUFFIXES
SUM_SCOPES = ("route", "project_utility", "project", "cluster")
SUM_QUANTITIES = ("whole_m", "counted_m", "dug_m", "road_m")
CODE_FACTS = ("utility", "burial", "end.start", "end.finish")
OWN_LENGTHS = ("length_m", "counted_m", "dug_m")
END_WORDS = ("site", "main", "none")
PERMIT_STATES = ("owed", "confirm", "waived")
# Written in ``where``: a row whose value is missing.
UNSTATED = "unstated"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a pack: where it stands and what it is, in both languages."""

    where: str
    zh: str
    en: str

    def text(self, lang: str = "zh") -> str:
        """One line in ``zh`` or ``en``."""
        return f"{self.where}: {self.zh if lang.startswith('zh') else self.en}"


def structure_problems(pack: Pack) -> Iterator[Problem]:
    """Everything malformed, in the order of the file."""
    yield from _measures(pack)
    yield from _coordination(pack)
    for name, switch in pack.data.switches.items():
        yield from _switch(name, switch)
    for name, zone in pack.data.zones.items():
        yield from _zone(name, zone)
    for rule in pack.data.rules:
        yield from _rule(rule, pack)
    yield from _expressions(pack)
    yield from _tiers(pack)
    for permit in pack.data.permits:
        yield from _permit(permit, pack)
    yield from _twice(pack)


def _measures(pack: Pack) -> Iterator[Problem]:
    """The defaults that measuring asks for by name are there."""
    asked = {"trench_width_m": {"default"}, "road_width_m": {"unknown", *ROAD_CLASS}}
    known = {"trench_width_m": {"default", *UTILITY}, "road_width_m": {"unknown", *ROAD_CLASS}}
    for table, names in asked.items():
        given = set(getattr(pack.data.measures, table))
        for name in sorted(names - given):
            yield Problem(f"measures.{table}", f"缺少 {name}", f"{name} is missing")
        for name in sorted(given - known[table]):
            yield Problem(f"measures.{table}.{name}", "未知的名称", "unknown name")


def _coordination(pack: Pack) -> Iterator[Problem]:
    """Prices are asked for by kind of pavement."""
    prices = pack.data.coordination.prices if pack.data.coordination else None
    for name in sorted(set(prices.pavement_yuan_m2 if prices else ()) - set(PAVEMENT)):
        yield Problem(f"coordination.prices.pavement_yuan_m2.{name}", "没有这种路面", "there is no such pavement")


def _switch(name: str, switch: Switch) -> Iterator[Problem]:
    if switch.recommended not in switch.options:
        yield Problem(f"switches.{name}", "推荐项不在选项中", "recommends something that is not an option")
    if len(switch.options) < 2:
        yield Problem(f"switches.{name}", "少于两个选项", "has fewer than two options")
    values = [repr(option.value) for option in switch.options.values()]
    if len(set(values)) < len(values):
        yield Problem(f"switches.{name}", "两个选项取值相同", "two options have the same value")


def _zone(name: str, zone: Zone) -> Iterator[Problem]:
    if zone.layer not in LAYERS:
        yield Problem(f"zones.{name}", f"没有图层 {zone.layer}", f"there is no layer {zone.layer}")
        return
    columns = LAYERS[zone.layer].columns
    for column, allowed in zone.where.items():
        if column not in columns:
            yield Problem(f"zones.{name}.where", f"图层没有字段 {column}", f"the layer has no column {column}")
            continue
        for word in sorted(set(allowed) - set(columns[column].values) - {UNSTATED}):
            yield Problem(f"zones.{name}.where.{column}", f"没有取值 {word}", f"{word} is not one of its values")
    for radii, column in ((zone.beyond_canopy_m, "grade"), (zone.beyond_land_m, "class")):
        for word in sorted(set(radii or {}) - set(columns[column].values if column in columns else ())):
            yield Problem(f"zones.{name}", f"距离表中没有取值 {word}", f"{word} in its distances is not a value")


def _rule(rule: Rule, pack: Pack) -> Iterator[Problem]:
    """Under every option of every switch that it names, the fact exists and the test can be asked."""
    where = f"rules.{rule.id}"
    if len(rule.test) != 1:
        yield Problem(where, "恰须有一个判断式", "needs exactly one test")
        return
    if not set(PLACEHOLDER.findall(repr((rule.fact, dict(rule.test))))) <= set(pack.switches):
        return  # named by the pack's own check of names
    for reading in (pack, *(other for _, other in pack.flips)):
        (op, limit), fact = next(iter(reading.fill(dict(rule.test)).items())), str(reading.fill(rule.fact))
        words = fact in CODE_FACTS
        if op not in TESTS:
            yield Problem(where, f"没有判断式 {op}", f"there is no test {op}")
        elif (op == "among") != words:
            yield Problem(where, f"事实 {fact} 不能用 {op} 判断", f"{fact} cannot be tested with {op}")
        elif words and not set(limit) <= set(END_WORDS if fact.startswith("end.") else ROUTE_COLUMNS[fact].values):
            yield Problem(where, f"{limit} 中有未知的取值", f"{limit} holds an unknown word")
        elif not words and not isinstance(limit, (int, float)):
            yield Problem(where, f"限值 {limit!r} 不是数", f"the limit {limit!r} is not a number")
        elif not words and not _fact_exists(fact, pack):
            yield Problem(where, f"没有事实 {fact}", f"there is no fact {fact}")
        else:
            continue
        return


def _fact_exists(fact: str, pack: Pack) -> bool:
    owner, _, quantity = fact.rpartition(".")
    if owner.startswith("sum."):
        return owner.removeprefix("sum.") in SUM_SCOPES and quantity in SUM_QUANTITIES
    if owner:
        return owner in pack.data.zones and quantity in ZONE_SUFFIXES
    return fact in OWN_LENGTHS or (fact in ROUTE_COLUMNS and ROUTE_COLUMNS[fact].kind in ("number", "integer"))


def expressions(pack: Pack) -> Iterator[tuple[str, Expr]]:
    """Every expression of a pack with its place."""
    data = pack.data
    yield "scope", data.scope
    yield from ((f"terms.{name}", expr) for name, expr in data.terms.items())
    yield from ((f"tiers.{tier.id}", tier.when) for tier in data.tiers)
    yield from ((f"conditions.{one.id}", one.when) for one in data.conditions)
    yield from ((f"inferences.{one.id}", one.when) for one in data.inferences)
    for permit in data.permits:
        yield f"permits.{permit.id}.when", permit.when
        yield f"permits.{permit.id}.waived", permit.waived
    yield from ((f"headlines.{i}", one.when) for i, one in enumerate(data.headlines))


def _expressions(pack: Pack) -> Iterator[Problem]:
    late = {"headlines", "permits"}
    for where, expr in expressions(pack):
        yield from _shape(where, expr)
        for name in atoms(expr):
            early = where.partition(".")[0] not in late or (where.endswith(".when") and where.startswith("permits"))
            if early and name.partition(".")[0] in ("outcome", "condition") and "." in name:
                yield Problem(where, f"此处不能用 {name}", f"{name} cannot be used here")
    for name in sorted(set(pack.data.term_titles) - set(pack.data.terms)):
        yield Problem(f"term_titles.{name}", "没有这个名词", "there is no such term")
    for name in pack.data.terms:
        if name in _rests_on(name, pack.data.terms, set()):
            yield Problem(f"terms.{name}", "循环引用自身", "rests on itself")
        if name in pack.rules:
            yield Problem(f"terms.{name}", "与规则同名", "has the name of a rule")


def _shape(where: str, expr: Any) -> Iterator[Problem]:
    if isinstance(expr, (str, bool)):
        return
    if not isinstance(expr, Mapping) or len(expr) != 1 or next(iter(expr)) not in OPERATORS:
        yield Problem(where, f"表达式有误：{expr}", f"not an expression: {expr}")
        return
    op, operand = next(iter(expr.items()))
    if op == "not":
        yield from _shape(where, operand)
    elif not isinstance(operand, (list, tuple)) or not operand:
        yield Problem(where, f"{op} 后须为列表", f"{op} needs a list")
    else:
        for part in operand:
            yield from _shape(where, part)


def _rests_on(name: str, terms: Mapping[str, Expr], seen: set[str]) -> set[str]:
    """Names of terms below a term, itself among them only where it comes round again."""
    for part in atoms(terms[name]):
        if part in terms and part not in seen:
            seen.add(part)
            _rests_on(part, terms, seen)
    return seen


def _tiers(pack: Pack) -> Iterator[Problem]:
    tiers = pack.data.tiers
    if not tiers or tiers[-1].when is not True:
        yield Problem("tiers", "末档须为 when: true，否则有空档", "the last tier must be when: true, or there is a gap")
    if [tier.severity for tier in tiers] != sorted({tier.severity for tier in tiers}):
        yield Problem("tiers", "严格程度须逐档递增", "severity must grow from tier to tier")
    colours = [tier.colour.lower() for tier in tiers]
    for tier in tiers:
        if not COLOUR.fullmatch(tier.colour) or colours.count(tier.colour.lower()) > 1:
            yield Problem(f"tiers.{tier.id}", "颜色须为不重复的 #rrggbb", "needs a colour of its own as #rrggbb")
    if not pack.data.headlines or pack.data.headlines[-1].when is not True:
        yield Problem("headlines", "末条须为 when: true", "the last one must be when: true")


def _permit(permit: Permit, pack: Pack) -> Iterator[Problem]:
    where = f"permits.{permit.id}"
    used = PLACEHOLDER.fullmatch(permit.state)
    if used and used[1] in pack.switches:
        states = [str(option.value) for option in pack.switches[used[1]].options.values()]
    else:
        states = [permit.state]
    for state in sorted(set(states) - set(PERMIT_STATES)):
        yield Problem(where, f"没有状态 {state}", f"there is no state {state}")
    for paper in permit.papers:
        if paper not in pack.data.papers:
            yield Problem(where, f"材料 {paper} 未列明", f"the paper {paper} is not described")


def _twice(pack: Pack) -> Iterator[Problem]:
    data = pack.data
    groups: dict[str, list[str]] = {
        "rules": [one.id for one in data.rules], "tiers": [one.id for one in data.tiers],
        "conditions": [one.id for one in data.conditions], "permits": [one.id for one in data.permits],
        "inferences": [one.id for one in data.inferences], "switches": [one.code for one in data.switches.values()],
    }  # fmt: skip
    for where, ids in groups.items():
        for name in sorted({one for one in ids if ids.count(one) > 1}):
            yield Problem(f"{where}.{name}", "编号重复", "stands twice")

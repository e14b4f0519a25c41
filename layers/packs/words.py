"""Parts of a pack in words: an expression, a fact, a test, a radius. Both languages at once, as :class:`geo.law.pack.Words`."""

from typing import Any

from geo.law.pack import PLACEHOLDER, Expr, Pack, Rule, Words, Zone
from geo.schema import LAYERS, ROUTE_COLUMNS

SIGNS = {"le": "≤", "lt": "<", "ge": "≥", "gt": ">", "eq": "="}
WHOLE = ("（整条在内才计）", ", if all lies inside")
ENDS = {
    "open_m": ("开挖长度", "metres dug"),
    "any_m": ("经过长度（含不开挖）", "metres passed, dug or not"),
    "hung_m": ("架设长度", "metres hung"),
    "open_all": (f"开挖长度{WHOLE[0]}", f"metres dug{WHOLE[1]}"),
    "any_all": (f"经过长度{WHOLE[0]}", f"metres passed{WHOLE[1]}"),
    "hung_all": (f"架设长度{WHOLE[0]}", f"metres hung{WHOLE[1]}"),
    "area_m2": ("沟槽面积", "trench area"),
}
SCOPES = {
    "route": ("本条", "this line"),
    "project_utility": ("同项目同种类", "project and utility"),
    "project": ("同项目", "project"),
    "cluster": ("回溯期内相接的同类", "touching lines of the look-back"),
}
LENGTHS = {
    "whole_m": ("全长", "whole length"),
    "counted_m": ("红线外长度", "length outside the site"),
    "dug_m": ("开挖长度", "dug length"),
    "road_m": ("道路内长度", "length in roads"),
    "length_m": ("长度", "length"),
}
PLAIN = {"end.start": ("起点所在", "what lies at the start"), "end.finish": ("终点所在", "what lies at the end")}
KINDS = {
    "new": ("新建", "new"),
    "rebuild": ("改建", "rebuilt"),
    "extend": ("扩建", "extended"),
    "overhaul": ("大修", "overhauled"),
}
ITEMS = {"site": "用地红线", "main": "干线", "none": "无"}


def words_of(expr: Expr, pack: Pack, outermost: bool = True) -> Words:
    """An expression as a sentence."""
    if isinstance(expr, bool):
        return Words(zh="一律" if expr else "从不", en="always" if expr else "never")
    if isinstance(expr, str):
        return named(expr, pack)
    op, operand = next(iter(expr.items()))
    if op == "not":
        inner = words_of(operand, pack, False)
        return Words(zh=f"非“{inner.zh}”", en=f"not “{inner.en}”")
    parts = [words_of(part, pack, False) for part in operand]
    link = {"all": ("，且", ", and "), "any": ("，或", ", or "), "none": ("；", ", nor ")}[op]
    zh, en = link[0].join(p.zh for p in parts), link[1].join(p.en for p in parts)
    if op == "none":
        zh, en = f"以下均无：{zh}", f"neither {en}" if len(parts) > 1 else f"not {en}"
    brackets = not outermost and len(parts) > 1
    return Words(zh=f"（{zh}）" if brackets else zh, en=f"({en})" if brackets else en)


def named(name: str, pack: Pack) -> Words:
    """The title of a rule, a term, an outcome or a condition."""
    if name in pack.rules:
        return pack.rules[name].title
    if name in pack.data.terms:
        return pack.data.term_titles.get(name, Words(zh=name, en=name))
    kind, _, id_ = name.partition(".")
    if kind == "outcome":
        return pack.outcomes[id_]
    return next(c.title for c in pack.data.conditions if c.id == id_)


def fact_words(fact: str, pack: Pack) -> Words:
    """What a fact measures."""
    owner, _, quantity = fact.rpartition(".")
    if fact in PLAIN:
        return _pair(PLAIN[fact])
    if owner.startswith("sum."):
        scope, length = SCOPES[owner.removeprefix("sum.")], LENGTHS[quantity]
        return Words(zh=f"{scope[0]}合计{length[0]}", en=f"{length[1]}, summed over {scope[1]}")
    if owner:
        zone, end = pack.data.zones[owner].title, ENDS[quantity]
        return Words(zh=f"{zone.zh}内{end[0]}", en=f"{zone.en}: {end[1]}")
    if fact in ROUTE_COLUMNS:
        return Words(zh=ROUTE_COLUMNS[fact].zh, en=ROUTE_COLUMNS[fact].en)
    return _pair(LENGTHS[fact])


def test_words(rule: Rule, pack: Pack) -> Words:
    """Fact, sign and limit of a rule under the present reading."""
    (op, limit), fact = next(iter(pack.fill(dict(rule.test)).items())), fact_words(str(pack.fill(rule.fact)), pack)
    if op == "among":
        every = sorted(set(limit), key=limit.index)
        return Words(zh=f"{fact.zh}：{'、'.join(value_zh(rule, v) for v in every)}", en=f"{fact.en}: {', '.join(every)}")
    unit = f" {rule.unit}" if rule.unit else ""
    return Words(zh=f"{fact.zh} {SIGNS[op]} {limit:g}{unit}", en=f"{fact.en} {SIGNS[op]} {limit:g}{unit}")


def value_zh(rule: Rule, value: str) -> str:
    """A code as Chinese files spell it."""
    spelled = ROUTE_COLUMNS[rule.fact].values.get(value) if rule.fact in ROUTE_COLUMNS else None
    return spelled[0] if spelled else ITEMS.get(value, value)


def switches_of(template: Any, pack: Pack) -> str:
    """Codes of the readings that a fact or a test rests on."""
    names = dict.fromkeys(PLACEHOLDER.findall(repr(template)))
    return "、".join(pack.switches[name].code for name in names)


def zone_words(zone: Zone) -> Words:
    """Which rows of a layer, how far beyond them, for how long."""
    layer = LAYERS[zone.layer]
    zh, en = [layer.zh], [layer.en]
    for column, allowed in zone.where.items():
        spelled = [layer.columns[column].values.get(v, (v,))[0] for v in allowed]
        zh.append(f"{layer.columns[column].zh}为{'、'.join(spelled)}")
        en.append(f"{layer.columns[column].en} {', '.join(allowed)}")
    if zone.lock is not None:
        kinds = [KINDS.get(kind, (kind, kind)) for kind in zone.lock.kinds]
        day = ("申报日", "the day of filing") if zone.lock.tested_on == "filing" else ("挖掘期", "the days of digging")
        zh.append(f"{'、'.join(k[0] for k in kinds)}后{zone.lock.years}年内（按{day[0]}）")
        en.append(f"{zone.lock.years} years after {', '.join(k[1] for k in kinds)}, on {day[1]}")
    canopy, land = ("树冠外", "beyond the canopy"), ("用地外缘外", "beyond the land")
    for radii, column, where in ((zone.beyond_canopy_m, "grade", canopy), (zone.beyond_land_m, "class", land)):
        if radii:
            zh.append(where[0] + "、".join(f"{layer.columns[column].values[k][0]}{v:g}米" for k, v in radii.items()))
            en.append(f"{where[1]}: " + ", ".join(f"{k} {v:g} m" for k, v in radii.items()))
    zh += [f"{'、'.join(layer.columns['class'].values[k][0] for k in zone.from_ditch)}从边沟外缘起"] if zone.from_ditch else []
    en += [f"{', '.join(zone.from_ditch)} from the ditch"] if zone.from_ditch else []
    more = _bounds(zone)
    return Words(zh="；".join(zh + [m[0] for m in more]), en="; ".join(en + [m[1] for m in more]))


def _bounds(zone: Zone) -> list[tuple[str, str]]:
    """What is taken where an attribute is missing, and which side of the own red line counts."""
    out = []
    if zone.canopy_unknown_m is not None:
        out.append((f"冠幅不明的，{zone.canopy_unknown_m:g}米内未知", f"canopy unknown: open within {zone.canopy_unknown_m:g} m"))
    if zone.land_unknown_m is not None:
        out.append(
            (f"用地边缘不明的，{zone.land_unknown_m:g}米内未知", f"land edge unknown: open within {zone.land_unknown_m:g} m")
        )
    if zone.own_site is not None:
        sides = {"inside": ("本项目红线内", "inside the own site"), "outside": ("本项目红线外", "outside the own site")}
        out.append(sides[zone.own_site])
    if zone.level == "bridge":
        out.append(("桥梁", "bridges"))
    return out


def _pair(pair: tuple[str, str]) -> Words:
    return Words(zh=pair[0], en=pair[1])

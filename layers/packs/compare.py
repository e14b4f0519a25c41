"""A pack in words, item by item, and two packs side by side: what differs, what only one of them has, what is the same."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from geo.law.pack import Cite, Pack, Permit, Switch, Words
from layers.packs.digs import dig_rows
from layers.packs.explain import EFFECTS, RANKS, STATES, UNITS
from layers.packs.words import switches_of, test_words, words_of, zone_words

Said = Words | str


@dataclass(frozen=True)
class Part:
    """One thing that is said of an item, in lines."""

    name: str
    label: Words
    lines: tuple[Said, ...]


@dataclass(frozen=True)
class Item:
    """A clause of a pack in words: ``id`` is how it is called in the file, and what pairs two packs."""

    id: str
    title: Words
    parts: tuple[Part, ...]
    cite: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Section:
    """One kind of items, in the order of the file."""

    name: str
    title: Words
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Pair:
    """One item of two packs. ``fate``: same, differs, only_a, only_b; ``differing``: names of the parts that differ ("title" and
    "cite" among them)."""

    id: str
    fate: str
    a: Item | None
    b: Item | None
    differing: tuple[str, ...] = ()


def sections(pack: Pack) -> list[Section]:
    """The whole pack, in the order in which a reader asks."""
    data = pack.data
    made: list[tuple[str, Words, Iterable[Item]]] = [
        ("outcomes", _w("结论", "Outcomes"), _outcomes(pack)),
        ("conditions", _w("另加的条件", "Conditions"), (_when(pack, c.id, c.title, c.when, c.cite) for c in data.conditions)),
        ("rules", _w("判断规则和限值", "Rules and limits"), _rules(pack)),
        ("switches", _w("读法", "Readings"), (_switch(pack, name, one) for name, one in pack.switches.items())),
        ("permits", _w("许可事项", "Permit items"), (_permit(pack, one) for one in data.permits)),
        ("clocks", _w("期限", "Terms"), _clocks(pack)),
        ("zones", _w("区域", "Zones"), _zones(pack)),
        ("terms", _w("所用名词", "Terms of the text"), _terms(pack)),
        ("papers", _w("材料", "Papers"), _papers(pack)),
        ("defaults", _w("默认值（不是法规）", "Defaults (not law)"), _defaults(pack)),
        ("digs", _w("同步开挖（不是法规）", "Digging once (not law)"), _digs(pack)),
        ("documents", _w("文件", "Documents"), _documents(pack)),
    ]
    return [Section(name, title, tuple(items)) for name, title, items in made]


def compare(a: Pack, b: Pack) -> list[tuple[Section, list[Pair]]]:
    """The sections of both packs with their items paired by id, those of ``a`` first, in order."""
    return [(one, list(_pairs(one.items, two.items))) for one, two in zip(sections(a), sections(b), strict=True)]


def _pairs(first: tuple[Item, ...], second: tuple[Item, ...]) -> Iterator[Pair]:
    theirs = {item.id: item for item in second}
    for item in first:
        other = theirs.pop(item.id, None)
        if other is None:
            yield Pair(item.id, "only_a", item, None)
            continue
        differing = tuple(_differing(item, other))
        yield Pair(item.id, "differs" if differing else "same", item, other, differing)
    for item in theirs.values():
        yield Pair(item.id, "only_b", None, item)


def _differing(a: Item, b: Item) -> Iterator[str]:
    if a.title != b.title:
        yield "title"
    mine, theirs = ({part.name: part.lines for part in item.parts} for item in (a, b))
    for name in dict.fromkeys([*mine, *theirs]):
        if mine.get(name, ()) != theirs.get(name, ()):
            yield name
    if a.cite != b.cite:
        yield "cite"


def _w(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


def _part(name: str, zh: str, en: str, *lines: Said | None) -> Part:
    return Part(name, _w(zh, en), tuple(line for line in lines if line))


def _item(pack: Pack, name: str, title: Words, cite: Cite | None, *parts: Part) -> Item:
    return Item(name, title, tuple(part for part in parts if part.lines), None if cite is None else pack.cite(cite))


def _when(pack: Pack, name: str, title: Words, when: Any, cite: Cite | None) -> Item:
    return _item(pack, name, title, cite, _part("when", "何时", "when", words_of(when, pack)))


def _outcomes(pack: Pack) -> Iterator[Item]:
    yield _item(
        pack, "scope", _w("适用范围", "Scope"), None, _part("when", "适用于", "applies to", words_of(pack.data.scope, pack))
    )
    for k, tier in enumerate(pack.data.tiers):
        rest = _w("以上各档均不适用的其余情形", "everything else")
        when = rest if tier.when is True and k else words_of(tier.when, pack)
        time = _part("time", "时限", "time", tier.time)
        yield _item(pack, tier.id, tier.title, tier.cite, _part("when", "条件", "when", when), time)
    for one in pack.data.inferences:
        yield _when(pack, f"inference {one.id}", one.title, one.when, None)


def _rules(pack: Pack) -> Iterator[Item]:
    for one in pack.data.rules:
        yield _item(
            pack, one.id, one.title, one.cite, _part("test", "判断", "test", test_words(one, pack)),
            _part("effect", "作用", "effect", EFFECTS[one.effect]), _part("applies", "只对", "only for", "、".join(one.applies)),
            _part("blank", "未填", "blank", None if one.blank is None else f"{one.blank:g} {one.unit}", one.blank_why),
            _part("readings", "所据读法", "readings", switches_of((one.fact, dict(one.test)), pack)),
        )  # fmt: skip


def _switch(pack: Pack, name: str, one: Switch) -> Item:
    by = one.confirmed_by
    stars = [_w(f"★ {o.title.zh}", f"★ {o.title.en}") if key == pack.option(name) else o.title for key, o in one.options.items()]
    said = " · ".join(str(each) for each in (by.office, by.document, by.date) if each)
    return _item(
        pack, name, _w(f"{one.code} {one.title.zh}", f"{one.code} {one.title.en}"), one.cite,
        _part("options", "读法（★ 现用）", "readings (★ in use)", *stars), _part("argument", "理由", "argument", one.argument),
        _part("recommended", "推荐", "recommended", one.options[one.recommended].title),
        _part("confirmed", "确认", "confirmed by", said or _w("未经确认", "not confirmed")),
    )  # fmt: skip


def _permit(pack: Pack, one: Permit) -> Item:
    state = STATES.get(str(pack.fill(one.state)), _w(one.state, one.state))
    waived = _w("不免", "never") if one.waived is False else words_of(one.waived, pack)
    papers = [_paper(pack, name) for name in one.papers]
    return _item(
        pack, one.id, one.title, one.cite, _part("state", "办理", "state", state),
        _part("when", "何时涉及", "when met", words_of(one.when, pack)), _part("waived", "何时免除", "waived", waived),
        _part("authority", "机关", "authority", one.authority), _part("term", "期限", "term", one.term),
        _part("papers", "材料", "papers", *papers), _part("form", "表格", "form", one.form),
    )  # fmt: skip


def _paper(pack: Pack, name: str) -> Words:
    paper = pack.data.papers.get(name)
    return _w(paper["zh"], paper["en"]) if isinstance(paper, Mapping) else _w(name, name)


def _papers(pack: Pack) -> Iterator[Item]:
    for name, paper in pack.data.papers.items():
        core = _w("主要材料（产品设定）", "main paper (our default)") if paper.get("core") else None
        row, item = str(paper.get("row", "")), str(paper.get("item", ""))
        yield _item(
            pack, name, _paper(pack, name), None, _part("row", "行", "row", row), _part("item", "事项", "for", item),
            _part("core", "类别", "kind", core),
        )  # fmt: skip


def _clocks(pack: Pack) -> Iterator[Item]:
    for name, clock in pack.data.clocks.items():
        zh, en = UNITS[clock["unit"]]
        n = clock["at_most"]
        most = _w(f"{n}{zh}" if n else zh, f"{n}{en}" if n else en)
        cite = Cite.model_validate(clock["cite"])
        yield _item(pack, name, _w(clock["zh"], clock["en"]), cite, _part("at_most", "不超过", "at most", most))


def _zones(pack: Pack) -> Iterator[Item]:
    for name, zone in pack.data.zones.items():
        yield _item(pack, name, zone.title, zone.cite, _part("found", "怎样确定", "how it is found", zone_words(zone)))


def _terms(pack: Pack) -> Iterator[Item]:
    for name, when in pack.data.terms.items():
        title = pack.data.term_titles.get(name, _w(name, name))
        yield _item(pack, name, title, None, _part("means", "含义", "means", words_of(when, pack)))


def _defaults(pack: Pack) -> Iterator[Item]:
    measures, grouping = pack.data.measures, pack.data.grouping
    tables = (("trench_width_m", _w("沟槽宽度", "trench width")), ("road_width_m", _w("道路宽度", "road width")))
    for key, title in tables:
        for name, e in getattr(measures, key).items():
            said = _w(f"{title.zh}（{name}）", f"{title.en} ({name})")
            yield _value(pack, f"{key} {name}", said, f"{e.value:g} m", f"{e.low:g}–{e.high:g} m", measures.cite)
    pit = measures.pit_area_m2
    area = _w("工作坑面积", "pit area")
    yield _value(pack, "pit_area_m2", area, f"{pit.value:g} m²", f"{pit.low:g}–{pit.high:g} m²", measures.cite)
    yield _value(pack, "accuracy_m", _w("定位精度", "accuracy"), f"{measures.accuracy_m:g} m", "", measures.cite)
    ends = _w("起讫点容差", "tolerance at the ends")
    yield _value(pack, "end_tolerance_m", ends, f"{measures.end_tolerance_m:g} m", "", measures.cite)
    back = _w("合并核对的回溯期", "look-back for slices")
    days = _w(f"{grouping.look_back_days} 天", f"{grouping.look_back_days} days")
    yield _value(pack, "look_back_days", back, days, "", grouping.cite)
    touch = _w("合并核对的相接距离", "distance that touches")
    yield _value(pack, "touch_m", touch, f"{grouping.touch_m:g} m", "", grouping.cite)


def _value(pack: Pack, name: str, title: Words, value: Said, span: str, cite: Cite) -> Item:
    return _item(pack, name, title, cite, _part("value", "取值", "value", value), _part("range", "可能范围", "may lie in", span))


def _digs(pack: Pack) -> Iterator[Item]:
    if pack.data.coordination is None:
        return
    for title, *cells in dig_rows(pack.data.coordination):
        name = title if isinstance(title, Words) else _w(str(title), str(title))
        lines = [one for cell in cells for one in ([cell] if isinstance(cell, (Words, str)) else cell)]
        yield _item(pack, name.en, name, None, _part("value", "取值", "value", *lines))


def _documents(pack: Pack) -> Iterator[Item]:
    for name, one in pack.data.documents.items():
        yield _item(
            pack, name, _w(one.title, one.title), None, _part("rank", "性质", "rank", RANKS[one.rank]),
            _part("issued", "发布", "issued", None if one.issued is None else one.issued.isoformat()),
            _part("read", "阅读", "read", one.read_on.isoformat()), _part("copy", "所读文本", "copy read", one.copy_read),
            _part("link", "链接", "link", one.href),
        )  # fmt: skip

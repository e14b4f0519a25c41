"""A pack as a page that a lawyer can read: what is decided, by which words, read how, confirmed by whom."""

from collections.abc import Iterator, Mapping
from typing import Any

from geo.law.pack import Cite, Pack, Rule, Switch, Words
from geo.law.parse import coordination_cites
from layers.packs.check import citations
from layers.packs.digs import dig_rows
from layers.packs.pages import Block, Cell, Heading, Para, Table, as_html, as_text
from layers.packs.words import switches_of, test_words, words_of, zone_words

RANKS = {
    "law": Words(zh="法律、行政法规", en="law"),
    "local_law": Words(zh="地方性法规", en="local law"),
    "paper": Words(zh="工作文件", en="working paper"),
    "standard": Words(zh="标准", en="standard"),
    "product": Words(zh="产品设定（不是法规）", en="our default (not law)"),
}
EFFECTS = {
    "decides": Words(zh="影响结论或条件", en="decides"),
    "warns": Words(zh="只提示", en="warns"),
    "informs": Words(zh="供参考", en="informs"),
}
STATES = {
    "owed": Words(zh="须办", en="owed"),
    "confirm": Words(zh="由经办人确认", en="an officer says"),
    "waived": Words(zh="免", en="waived"),
}
UNITS = {
    "working_day": ("个工作日", " working days"),
    "day": ("天", " days"),
    "hour": ("小时", " hours"),
    "month": ("个月", " months"),
    "same_day": ("当天", "the same day"),
    "at_once": ("即时", "at once"),
}
READINGS = Words(
    zh="条文可以作不同理解之处。现用推荐读法；换一种读法会改变结论的，标为“依读法”。主管机关书面确认后填入 confirmed_by。",
    en="Where the text can be read in more than one way. The recommended reading is used; where another one would change the "
    "answer, the answer says so.",
)
UNDETERMINED = Words(
    zh="缺决定性资料的，为“待核实”，不作免审；不属适用范围的，为“不适用”。",
    en="Where decisive data are missing the outcome is undetermined, never exempt.",
)


def explain(pack: Pack, lang: str = "zh") -> str:
    """The pack as one self-contained HTML page; ``lang`` is shown first, the other at a click."""
    return explain_html(pack, lang)


def explain_html(pack: Pack, lang: str = "zh") -> str:
    """The same as :func:`explain`."""
    return as_html(list(blocks(pack)), pack.data.title, lang)


def explain_text(pack: Pack, lang: str = "zh") -> str:
    """The pack as plain Markdown for a terminal, in one language."""
    return as_text(list(blocks(pack)), lang)


def blocks(pack: Pack) -> Iterator[Block]:
    """Headings, paragraphs and tables, in the order in which a reader asks."""
    data = pack.data
    yield Heading(1, Words(zh=f"{data.city.zh} · {data.title.zh}", en=f"{data.city.en}: {data.title.en}"))
    yield Para(
        Words(zh=f"规则包 {pack.label}，自 {data.valid_from} 起适用", en=f"Pack {pack.label}, valid from {data.valid_from}")
    )
    if data.valid_to:
        yield Para(Words(zh=f"至 {data.valid_to} 止", en=f"until {data.valid_to}"))
    yield Para(data.notice)
    yield from _outcomes(pack)
    yield from _readings(pack)
    yield from _rules(pack)
    yield from _zones(pack)
    yield from _permits(pack)
    yield from _papers(pack)
    yield from _clocks(pack)
    yield from _defaults(pack)
    yield from _digs(pack)
    yield from _sources(pack)


def _outcomes(pack: Pack) -> Iterator[Block]:
    data = pack.data
    yield Heading(2, Words(zh="一、结论", en="1. Outcomes"))
    yield Para(_label(Words(zh="适用于：", en="Applies to: "), words_of(data.scope, pack)))
    head = _head("结论|outcome", "条件|when", "时限|time", "出处|source")
    rows: list[list[Cell]] = []
    for k, tier in enumerate(data.tiers):
        rest = Words(zh="以上各档均不适用的其余情形", en="everything else")
        rows.append(
            [tier.title, rest if tier.when is True and k else words_of(tier.when, pack), tier.time, _cite(tier.cite, pack)]
        )
    yield Table(head, rows)
    yield Para(UNDETERMINED)
    yield Heading(3, Words(zh="另加的条件", en="Conditions that add to it"))
    head = _head("条件|condition", "何时|when", "出处|source")
    yield Table(head, [[one.title, words_of(one.when, pack), _cite(one.cite, pack)] for one in data.conditions])
    yield Heading(3, Words(zh="所用名词", en="Terms"))
    named = [[data.term_titles.get(name, Words(zh=name, en=name)), words_of(expr, pack)] for name, expr in data.terms.items()]
    yield Table(_head("名词|term", "含义|meaning"), named)
    yield Heading(3, Words(zh="文件未写、依推论得出的情形", en="Where the text is silent"))
    head = _head("情形|case", "何时|when")
    yield Table(head, [[one.title, words_of(one.when, pack)] for one in data.inferences])


def _readings(pack: Pack) -> Iterator[Block]:
    yield Heading(2, Words(zh="二、读法", en="2. Readings"))
    yield Para(READINGS)
    head = _head("编号与问题|question", "读法（★为现用）|readings (★ in use)", "理由|argument", "确认|confirmed", "出处|source")
    rows: list[list[Cell]] = []
    for name, switch in pack.switches.items():
        title = Words(zh=f"{switch.code} {switch.title.zh}", en=f"{switch.code} {switch.title.en}")
        options = [
            _label(Words(zh="★ ", en="★ "), option.title) if key == pack.option(name) else option.title
            for key, option in switch.options.items()
        ]
        rows.append([title, options, switch.argument, _confirmed(switch), _cite(switch.cite, pack) if switch.cite else ""])
    yield Table(head, rows)


def _confirmed(switch: Switch) -> Cell:
    by = switch.confirmed_by
    if not by.office:
        return Words(zh="未经确认", en="not confirmed")
    return [by.office, by.document or "", by.date.isoformat() if by.date else ""]


def _rules(pack: Pack) -> Iterator[Block]:
    """Rules under the document and clause that they rest on."""
    yield Heading(2, Words(zh="三、判断规则（按条款）", en="3. Rules by clause"))
    by_source: dict[tuple[str, str], list[Rule]] = {}
    for rule in pack.data.rules:
        by_source.setdefault((rule.cite.document, rule.cite.clause), []).append(rule)
    head = _head("问题|question", "判断|test", "读法|readings", "作用|effect", "规则号|rule")
    for (document, clause), rules in by_source.items():
        yield Heading(3, f"{short_title(pack, document)} {clause}")
        for cite in {_key(rule.cite): rule.cite for rule in rules}.values():
            yield Para(f"［{_numbers(pack)[_key(cite)]}］“{cite.says}”")
        yield Table(
            head, [[r.title, _test(r, pack), switches_of((r.fact, dict(r.test)), pack), EFFECTS[r.effect], r.id] for r in rules]
        )


def _test(rule: Rule, pack: Pack) -> Cell:
    if rule.blank is None or rule.blank_why is None:
        return test_words(rule, pack)
    return [
        test_words(rule, pack),
        _label(Words(zh=f"未填按 {rule.blank:g}：", en=f"blank reads {rule.blank:g}: "), rule.blank_why),
    ]


def _zones(pack: Pack) -> Iterator[Block]:
    yield Heading(2, Words(zh="四、区域", en="4. Zones"))
    head = _head("区域|zone", "怎样确定|how it is found", "出处|source")
    yield Table(head, [[zone.title, zone_words(zone), _cite(zone.cite, pack)] for zone in pack.data.zones.values()])


def _permits(pack: Pack) -> Iterator[Block]:
    yield Heading(2, Words(zh="五、许可事项", en="5. Permits"))
    head = _head(
        "事项|permit",
        "何时涉及|when",
        "何时免除|waived",
        "机关|authority",
        "期限|term",
        "材料与表格|papers and form",
        "出处|source",
    )
    rows: list[list[Cell]] = []
    for permit in pack.data.permits:
        state = STATES.get(str(pack.fill(permit.state)), Words(zh=permit.state, en=permit.state))
        waived: Cell = Words(zh="不免", en="never") if permit.waived is False else words_of(permit.waived, pack)
        papers = [_paper(pack.data.papers.get(paper), paper) for paper in permit.papers]
        met, cite = words_of(permit.when, pack), _cite(permit.cite, pack)
        rows.append([[permit.title, state], met, waived, permit.authority, permit.term, [*papers, permit.form], cite])
    yield Table(head, rows)
    yield Para(_label(Words(zh="均不涉及时：", en="Where none is met: "), pack.data.nothing_met))


def _paper(paper: Any, name: str) -> Words:
    return Words(zh=paper["zh"], en=paper["en"]) if isinstance(paper, Mapping) else Words(zh=name, en=name)


def _papers(pack: Pack) -> Iterator[Block]:
    if not pack.data.papers:
        return
    yield Heading(2, Words(zh="六、材料", en="6. Papers"))
    head = _head("材料|paper", "行|row", "事项|for", "主要材料（产品设定）|main paper (our default)")
    rows: list[list[Cell]] = []
    for name, paper in pack.data.papers.items():
        core = Words(zh="是", en="yes") if paper.get("core") else ""
        rows.append([_paper(paper, name), str(paper.get("row", "")), str(paper.get("item", "")), core])
    yield Table(head, rows)


def _clocks(pack: Pack) -> Iterator[Block]:
    if not pack.data.clocks:
        return
    yield Heading(2, Words(zh="七、期限", en="7. Terms"))
    head = _head("事项|for", "不超过|at most", "出处|source")
    rows: list[list[Cell]] = []
    for clock in pack.data.clocks.values():
        zh, en = UNITS[clock["unit"]]
        n = clock["at_most"]
        most = Words(zh=f"{n}{zh}" if n else zh, en=f"{n}{en}" if n else en)
        rows.append([Words(zh=clock["zh"], en=clock["en"]), most, _cite(Cite.model_validate(clock["cite"]), pack)])
    yield Table(head, rows)


def _defaults(pack: Pack) -> Iterator[Block]:
    yield Heading(2, Words(zh="八、默认值（不是法规）", en="8. Defaults (not law)"))
    measures, grouping = pack.data.measures, pack.data.grouping
    rows: list[list[Cell]] = []
    tables = (
        (Words(zh="沟槽宽度", en="trench width"), measures.trench_width_m),
        (Words(zh="道路宽度", en="road width"), measures.road_width_m),
    )
    for title, table in tables:
        for name, e in table.items():
            rows.append(
                [Words(zh=f"{title.zh}（{name}）", en=f"{title.en} ({name})"), f"{e.value:g} m", f"{e.low:g}–{e.high:g} m"]
            )
    pit = measures.pit_area_m2
    rows.append([Words(zh="工作坑面积", en="pit area"), f"{pit.value:g} m²", f"{pit.low:g}–{pit.high:g} m²"])
    rows.append([Words(zh="定位精度", en="accuracy"), f"{measures.accuracy_m:g} m", ""])
    rows.append([Words(zh="起讫点容差", en="tolerance at the ends"), f"{measures.end_tolerance_m:g} m", ""])
    rows.append(
        [
            Words(zh="合并核对的回溯期", en="look-back for slices"),
            Words(zh=f"{grouping.look_back_days} 天", en=f"{grouping.look_back_days} days"),
            "",
        ]
    )
    rows.append([Words(zh="合并核对的相接距离", en="distance that touches"), f"{grouping.touch_m:g} m", ""])
    yield Table(_head("项目|item", "取值|value", "可能范围|may lie in"), rows)


def _digs(pack: Pack) -> Iterator[Block]:
    settings = pack.data.coordination
    if settings is None:
        return
    yield Heading(2, Words(zh="九、同步开挖（不是法规）", en="9. Digging once (not law)"))
    for cite in coordination_cites(pack.data):
        yield Para(_cite(cite, pack))
    yield Table(_head("项目|item", "取值|value"), dig_rows(settings))


def _sources(pack: Pack) -> Iterator[Block]:
    """Each document with the words that are quoted from it, numbered as the tables above cite them."""
    yield Heading(2, Words(zh="十、出处", en="10. Sources"))
    by_document: dict[str, list[list[Cell]]] = {}
    for (document, clause, says), number in _numbers(pack).items():
        by_document.setdefault(document, []).append([f"［{number}］", clause, f"“{says}”"])
    for name, rows in by_document.items():
        one = pack.data.documents[name]
        yield Heading(3, one.title)
        yield Para(_label(RANKS[one.rank], Words(zh=f"；{one.read_on} 读", en=f"; read on {one.read_on}")))
        yield Para(" · ".join(part for part in (one.copy_read, one.href) if part))
        yield Table(_head("号|no.", "条款|clause", "原文|words"), rows)


def _cite(cite: Cite, pack: Pack) -> str:
    """Document, clause and the number under which the words stand among the sources."""
    return f"{short_title(pack, cite.document)} {cite.clause} ［{_numbers(pack)[_key(cite)]}］"


def short_title(pack: Pack, document: str) -> str:
    """The number of a paper, or the name of a law without its year and decree."""
    title = pack.data.documents[document].title
    number, _, name = title.partition("《")
    return number.partition("（")[0] or f"《{name.partition('》')[0]}》"


def _key(cite: Cite) -> tuple[str, str, str]:
    return cite.document, cite.clause, cite.says


def _numbers(pack: Pack) -> dict[tuple[str, str, str], int]:
    """Each quotation once, numbered document by document."""
    order = list(pack.data.documents)
    keys = dict.fromkeys(_key(cite) for _, cite in citations(pack))
    return {key: k for k, key in enumerate(sorted(keys, key=lambda one: order.index(one[0])), start=1)}


def _label(label: Words, text: Words) -> Words:
    return Words(zh=label.zh + text.zh, en=label.en + text.en)


def _head(*pairs: str) -> list[Words]:
    """Column heads written as 中文|English."""
    return [Words(zh=zh, en=en) for zh, _, en in (pair.partition("|") for pair in pairs)]

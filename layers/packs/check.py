"""Is a pack fit to judge by? Well formed, cited word by word, worked through by cases on both sides of every limit.

``check`` finds everything it can; ``report`` says it in words. A pack with a problem here is not installed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from geo.errors import BadPack
from geo.law.kleene import NAMES, YES
from geo.law.pack import Cite, Pack, Rule
from geo.law.parse import coordination_cites
from geo.law.rules import Verdicts, deciding_rules, evaluate, read
from layers.packs.cases import Case, CaseFile, Worked, read_cases, wrong_cases
from layers.packs.read import read_pack
from layers.packs.structure import Problem
from layers.packs.tiers import tier_problems

SOURCES = "SOURCES.md"
# Between the quoted words stand an omission or a remark of ours in round brackets at either end.
OMISSION = re.compile(r"…+|^（[^（）]*）|（[^（）]*）$")
SPACE = re.compile(r"\s+")


def check(folder: str | Path) -> list[Problem]:
    """Every problem of the pack in ``folder``; an empty list means that it may be used."""
    folder = Path(folder)
    try:
        pack = read_pack(folder)
        worked = read_cases(folder, pack)
        return [
            *_citations(pack, folder),
            *tier_problems(pack),
            *wrong_cases(worked),
            *_coverage(worked),
            *_limits(worked),
            *_switches(worked),
        ]
    except BadPack as error:
        return [Problem(str(error.context["where"]), str(error.context["why_zh"]), str(error.context["why_en"]))]


def report(folder: str | Path, problems: list[Problem], lang: str = "zh") -> str:
    """The result in words, for a terminal."""
    name = Path(folder).name
    if problems:
        head = f"规则包 {name}：{len(problems)} 处问题" if lang.startswith("zh") else f"Pack {name}: {len(problems)} problems"
        return "\n".join([head, *(f"  - {problem.text(lang)}" for problem in problems)])
    pack = read_pack(folder)
    cases = len(read_cases(folder, pack).file.cases)
    rules, readings = len(pack.rules), len(pack.switches)
    if lang.startswith("zh"):
        return f"规则包 {pack.label}：通过。规则 {rules} 条，读法 {readings} 项，案例 {cases} 个，均有出处"
    return f"Pack {pack.label}: sound. {rules} rules, {readings} readings, {cases} cases, all cited"


def citations(pack: Pack) -> Iterator[tuple[str, Cite]]:
    """Every citation of a pack with its place. A clock or switch without one is a problem of its own."""
    data = pack.data
    yield "measures", data.measures.cite
    yield "grouping", data.grouping.cite
    yield from (("coordination", cite) for cite in coordination_cites(data))
    for group, members in (("switches", data.switches), ("zones", data.zones)):
        yield from ((f"{group}.{name}", one.cite) for name, one in members.items() if one.cite)
    for group, rows in (("rules", data.rules), ("tiers", data.tiers), ("conditions", data.conditions), ("permits", data.permits)):
        yield from ((f"{group}.{one.id}", one.cite) for one in rows)
    for name, clock in data.clocks.items():
        try:
            yield f"clocks.{name}", Cite.model_validate(clock.get("cite"))
        except (ValidationError, AttributeError) as error:
            where, why = f"clocks.{name}", "没有出处"
            raise BadPack(pack=pack.id, where=where, why_zh=why, why_en="has no citation") from error


def _citations(pack: Pack, folder: Path) -> Iterator[Problem]:
    """Document, clause and words of every citation; the words must stand in SOURCES.md; no document goes uncited."""
    documents, used = pack.data.documents, set()
    sources = folder / SOURCES
    text = SPACE.sub("", sources.read_text(encoding="utf-8")) if sources.exists() else ""
    if not text:
        yield Problem(SOURCES, "文件不存在或为空", "is missing or empty")
    for name, switch in pack.switches.items():
        if switch.cite is None:
            yield Problem(f"switches.{name}", "没有出处", "has no citation")
    if pack.data.coordination is not None and pack.data.coordination.cite is None:
        yield Problem("coordination", "没有出处", "has no citation")
    for where, cite in citations(pack):
        used.add(cite.document)
        if cite.document not in documents:
            yield Problem(where, f"没有文件 {cite.document}", f"there is no document {cite.document}")
        if not cite.clause or not cite.says:
            yield Problem(where, "缺条款或原文", "lacks clause or words")
        for words in quoted(cite.says):
            if text and words not in text:
                yield Problem(where, f"原文未见于 {SOURCES}：{words}", f"words not found in {SOURCES}: {words}")
    for name, document in documents.items():
        if not (document.href or document.copy_read):
            yield Problem(f"documents.{name}", "没有链接，也没有所读抄本", "has neither a link nor the copy that was read")
        if name not in used:
            yield Problem(f"documents.{name}", "未被引用", "is cited by nothing")


def quoted(says: str) -> list[str]:
    """The stretches of a quotation that must stand in the source, without blanks."""
    return [part for part in (SPACE.sub("", piece).strip("。；，、 ") for piece in OMISSION.split(says)) if part]


def _coverage(worked: Worked) -> Iterator[Problem]:
    """Each rule, outcome, condition, permit, inference and headline occurs in a case."""
    pack, all_verdicts = worked.pack, [worked.verdicts(dict(case.readings)) for case in _distinct(worked.file)]
    verdicts = worked.verdicts({})
    rows = [i for i, case in enumerate(worked.file.cases) if not case.readings]
    for rule in pack.rules:
        seen = {verdicts.answer(rule, i) for i in rows}
        wanted = NAMES if rule in deciding_rules(pack) else ("yes",)
        for answer in wanted:
            if answer not in seen:
                yield Problem(f"rules.{rule}", f"没有案例得出 {answer}", f"no case answers {answer}")
    pairs = [(all_verdicts[k], i) for k, i in _own(worked)]
    yield from _occurs("outcomes", set(pack.outcomes), {v.outcome(i) for v, i in pairs})
    yield from _occurs("conditions", {c.id for c in pack.data.conditions}, {c for v, i in pairs for c in v.conditions(i)})
    yield from _occurs(
        "permits", {p.id for p in pack.data.permits}, {p for v, i in pairs for p, s in v.permits(i).items() if s != "unknown"}
    )
    inferred = {name for v, i in pairs for name, answer in v.inferred.items() if answer[i] == YES}
    yield from _occurs("inferences", {i.id for i in pack.data.inferences}, inferred)
    yield from _occurs("headlines", {str(k) for k in range(len(pack.data.headlines))}, {str(_headline(v, i)) for v, i in pairs})


def _occurs(group: str, wanted: set[str], seen: set[str]) -> Iterator[Problem]:
    for name in sorted(wanted - seen):
        yield Problem(f"{group}.{name}", "没有案例出现", "occurs in no case")


def _distinct(file: CaseFile) -> list[Case]:
    """One case for each set of readings, in order of first use."""
    return list({tuple(sorted(case.readings.items())): case for case in reversed(file.cases)}.values())[::-1]


def _own(worked: Worked) -> list[tuple[int, int]]:
    """(number of the set of readings, number of the case) for each case."""
    keys = [tuple(sorted(case.readings.items())) for case in _distinct(worked.file)]
    return [(keys.index(tuple(sorted(case.readings.items()))), i) for i, case in enumerate(worked.file.cases)]


def _headline(verdicts: Verdicts, i: int) -> int:
    for k, headline in enumerate(verdicts.pack.data.headlines):
        if evaluate(headline.when, verdicts.reading, verdicts.n, verdicts.pack)[i] == YES:
            return k
    return -1


def _limits(worked: Worked) -> Iterator[Problem]:
    """Each number that a rule compares with has a case below, at and above it, and one in which the value is unknown."""
    rows = np.array([i for i, case in enumerate(worked.file.cases) if not case.readings], dtype=np.int64)
    for rule in worked.pack.data.rules:
        (op, limit), fact = next(iter(worked.pack.fill(dict(rule.test)).items())), str(worked.pack.fill(rule.fact))
        if op == "among":
            continue
        column = worked.facts.columns[fact].take(rows)
        if rule.blank is not None:
            column = column.filled(rule.blank)
        low, high, at = column.low, column.high, float(limit)
        sides = [
            ("等于", "at", (low == at) & (high == at)),
            ("高于", "above", low > at),
            ("不明", "unknown at", (low < high) & (low <= at) & (high >= at)),
        ]
        if not _never_below(rule, at):
            sides.append(("低于", "below", high < at))
        for zh, en, found in sides:
            if not found.any():
                yield Problem(f"rules.{rule.id}", f"没有案例的数值{zh}限值 {limit:g}", f"no case lies {en} its limit {limit:g}")


def _never_below(rule: Rule, limit: float) -> bool:
    """Metres and counts start at nothing: a limit of 0 has no lower side."""
    return limit == 0 and rule.unit != ""


def _switches(worked: Worked) -> Iterator[Problem]:
    """Each option changes an outcome, a condition or a permit of some case, or the file says why none can."""
    base = worked.verdicts({})
    for name, pack in worked.pack.flips:
        option = pack.option(name)
        stated = option in worked.file.unchanged.get(name, {})
        if _changes(base, worked, pack, name, option) == stated:
            where = f"switches.{name}.{option}"
            if stated:
                yield Problem(where, "称不改变任何案例，实际改变", "is said to change no case, but does")
            else:
                yield Problem(where, "没有案例因此改变，也未说明原因", "changes no case, and nothing says why")


def _changes(base: Verdicts, worked: Worked, pack: Pack, name: str, option: str) -> bool:
    other = read(worked.facts, pack)
    if (other.outcome != base.reading.outcome).any():
        return True
    if any((answer != base.reading.conditions[one]).any() for one, answer in other.conditions.items()):
        return True
    states = worked.verdicts({name: option}).permit_states
    return any((state != base.permit_states[item]).any() for item, state in states.items())

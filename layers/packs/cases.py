"""Worked cases of a pack (``cases.yaml``): facts as plain numbers, and what must follow from them.

Shorthand in ``facts``, so that a case reads as a lawyer would put it: ``length`` stands for the length and every sum over
siblings; ``dug: {zone: metres}`` for open cut in a zone, ``bored: …`` for metres passed below it, ``hung: …`` for metres
hung above or on it (each counts as passed); a list ``unknown: [zone, …]`` for zones of which nothing is known. A full fact
name stands for itself and goes first. A zone that a case leaves out was measured and is not met. ``null`` is unknown,
``[low, high]`` known to lie between.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from geo.errors import BadPack
from geo.facts import Facts, from_values
from geo.law.pack import Model, Pack, Words
from geo.law.rules import Verdicts, judge
from layers.packs.read import CASES, read_yaml
from layers.packs.structure import OWN_LENGTHS, SUM_QUANTITIES, SUM_SCOPES, ZONE_SUFFIXES, Problem

SHORTHAND = ("length", "dug", "bored", "hung", "unknown")
PASSED = {"bored": ("any",), "hung": ("hung", "any"), "dug": ("open", "any")}


class CouldBe(Model):
    """The outcome if every unknown came out badly."""

    outcome: str
    conditions: tuple[str, ...] = ()


class Then(Model):
    """What must follow. Conditions are always compared, all of them; the rest where it is stated."""

    outcome: str
    conditions: tuple[str, ...] = ()
    could_be: CouldBe | None = None
    certainty: Literal["text", "reading", "data-missing"] | None = None
    immediate: bool | None = None
    permits: Mapping[str, str] | None = None
    answers: Mapping[str, Literal["yes", "no", "unknown"]] = {}


class Case(Model):
    """One worked case. ``readings`` sets switches otherwise than recommended."""

    name: str
    facts: Mapping[str, Any]
    readings: Mapping[str, str] = {}
    then: Then


class CaseFile(Model):
    """All cases of a pack. ``unchanged``: options that change no case, each with the reason why none can."""

    on: dt.date
    unchanged: Mapping[str, Mapping[str, Words]] = {}
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Worked:
    """A case file with its facts as columns, in the order of the cases."""

    pack: Pack
    file: CaseFile
    facts: Facts

    def verdicts(self, readings: Mapping[str, str]) -> Verdicts:
        """All cases judged under these readings."""
        return judge(self.facts, read_as(self.pack, readings), self.file.on)


def read_cases(folder: str | Path, pack: Pack) -> Worked:
    """The cases beside a pack. Raises :class:`BadPack` naming the case and what is wrong there."""
    raw = read_yaml(Path(folder) / CASES)
    try:
        file = CaseFile.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{CASES} {'.'.join(str(part) for part in first['loc'])}"
        raise BadPack(pack=pack.id, where=where, why_zh=first["msg"], why_en=first["msg"]) from error
    rows: list[Mapping[str, Any]] = [plain_facts(case, pack) for case in file.cases]
    return Worked(pack, file, from_values(rows, pack.facts_needed, file.on))


def read_as(pack: Pack, readings: Mapping[str, str]) -> Pack:
    """The pack with these readings. Raises :class:`BadPack` where one does not exist."""
    for switch, option in readings.items():
        pack = pack.flipped(switch, option)
    return pack


def plain_facts(case: Case, pack: Pack) -> dict[str, Any]:
    """Facts by their full names. Raises :class:`BadPack` for a name that no rule could ask for."""
    given = case.facts
    length = given.get("length")
    out: dict[str, Any] = {f"sum.{scope}.{quantity}": length for scope in SUM_SCOPES for quantity in SUM_QUANTITIES}
    out |= dict.fromkeys(OWN_LENGTHS, length)
    for way, kinds in PASSED.items():
        for zone, metres in (given.get(way) or {}).items():
            _known_zone(case, pack, zone)
            out |= _in_zone(zone, metres, length, kinds)
    for zone in given.get("unknown") or ():
        _known_zone(case, pack, zone)
        out |= {f"{zone}.{suffix}": None for suffix in ZONE_SUFFIXES}
    for name, value in given.items():
        if name not in SHORTHAND:
            if name not in out and name not in pack.facts_needed and not _zone_fact(name, pack):
                raise _unknown(case, pack, name)
            out[name] = value
    return out


def _known_zone(case: Case, pack: Pack, zone: str) -> None:
    if zone not in pack.data.zones:
        raise _unknown(case, pack, zone)


def _in_zone(zone: str, metres: Any, length: Any, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Metres by each kind, and the same where the whole line lies in the zone, else 0."""
    whole = isinstance(metres, (int, float)) and isinstance(length, (int, float)) and metres >= length
    ends = {"m": metres, "all": metres if whole or metres is None else 0.0}
    return {f"{zone}.{kind}_{end}": value for kind in kinds for end, value in ends.items()}


def _zone_fact(name: str, pack: Pack) -> bool:
    zone, _, suffix = name.rpartition(".")
    return zone in pack.data.zones and suffix in ZONE_SUFFIXES


def _unknown(case: Case, pack: Pack, name: str) -> BadPack:
    return BadPack(pack=pack.id, where=f"{CASES} {case.name}", why_zh=f"未知的事实 {name}", why_en=f"unknown fact {name}")


def wrong_cases(worked: Worked) -> list[Problem]:
    """Cases from which something else follows than they say."""
    out: list[Problem] = []
    readings = {tuple(sorted(case.readings.items())) for case in worked.file.cases}
    for reading in sorted(readings):
        verdicts = worked.verdicts(dict(reading))
        for i, case in enumerate(worked.file.cases):
            if tuple(sorted(case.readings.items())) == reading:
                out += [
                    Problem(f"{CASES} {case.name}", f"结果不符：{d}", f"does not follow: {d}")
                    for d in differences(case.then, verdicts, i)
                ]
    return out


def differences(then: Then, verdicts: Verdicts, i: int) -> list[str]:
    """What verdict ``i`` says otherwise than the case."""
    outcome, conditions = verdicts.could_be(i)
    said: list[tuple[str, Any, Any]] = [
        ("outcome", then.outcome, verdicts.outcome(i)),
        ("conditions", sorted(then.conditions), sorted(verdicts.conditions(i))),
    ]
    if then.could_be is not None:
        said.append(("could_be", (then.could_be.outcome, sorted(then.could_be.conditions)), (outcome, sorted(conditions))))
    if then.certainty is not None:
        said.append(("certainty", then.certainty, verdicts.certainty(i)))
    if then.immediate is not None:
        said.append(("immediate", then.immediate, verdicts.immediate(i)))
    if then.permits is not None:
        said.append(("permits", dict(sorted(then.permits.items())), dict(sorted(verdicts.permits(i).items()))))
    said += [(f"answer of {rule}", answer, verdicts.answer(rule, i)) for rule, answer in then.answers.items()]
    return [f"{what}: {expected} ≠ {found}" for what, expected, found in said if expected != found]


def names(cases: Iterable[Case]) -> list[str]:
    """Names of cases, in order."""
    return [case.name for case in cases]

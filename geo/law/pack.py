"""A city's dated rules as a value: what to measure, what to ask, what follows, and where it is written.

A pack is data (``data/packs/<id>/pack.yaml``); this module gives it types and refuses one that contradicts itself.
Switches are the *readings*: where the text can be read in more than one way, a switch names the ways, the one we
recommend and why. A switch acts by substitution: ``{name}`` in the ``fact`` or ``test`` of a rule, or in the ``state``
of a permit, stands for the value of the chosen option. So "what if it were read otherwise" is a cheap second look
at the same facts.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from geo.errors import BadPack
from geo.law.cite import Cite as Cite
from geo.law.cite import Model as Model
from geo.law.coordination import Coordination

PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
FIXED_OUTCOMES = ("out_of_scope", "undetermined")
CONDITIONS = ("gov_approval", "avoid_or_report", "highway_permit", "heritage_consent", "officer_confirms", "owner_consent")
PERMITS = (
    "road_excavation", "road_occupation", "pipe_on_bridge", "green_occupation", "green_replanning", "tree_work", "tree_report",
    "highway_land", "highway_control_zone", "planning_permit", "gov_approval", "heritage",
)  # fmt: skip

Expr = str | bool | Mapping[str, Any]


class Words(Model):
    """One text in both languages."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The words in ``zh`` or ``en``."""
        return self.zh if lang.startswith("zh") else self.en


class Document(Model):
    """A source of law. ``rank``: law | local_law | paper (a working paper of an office) | product (a default of ours)."""

    title: str
    rank: Literal["law", "local_law", "paper", "standard", "product"]
    issued: dt.date | None = None
    href: str | None = None
    copy_read: str | None = None
    read_on: dt.date


class Confirmation(Model):
    """The office that confirmed a reading; empty until one does."""

    office: str | None = None
    document: str | None = None
    date: dt.date | None = None


class Option(Model):
    """One way to read the text: what it puts in place of ``{switch}``."""

    value: Any
    title: Words


class Switch(Model):
    """A point that can be read in more than one way."""

    code: str
    title: Words
    options: Mapping[str, Option]
    recommended: str
    argument: Words
    confirmed_by: Confirmation = Confirmation()
    cite: Cite | None = None


class Estimate(Model):
    """A default where the file is silent: the value used, and the range in which the truth must lie."""

    value: float
    low: float
    high: float


def _sane(estimate: Estimate) -> Estimate:
    if not 0 <= estimate.low <= estimate.value <= estimate.high:
        raise ValueError("needs 0 ≤ low ≤ value ≤ high")
    return estimate


Default = Annotated[Estimate, AfterValidator(_sane)]


class Measures(Model):
    """Defaults for measuring. All are ours (document rank ``product``) and every use is marked *estimated*."""

    length: Literal["planar", "geodesic"] = "planar"
    accuracy_m: float = 0.5
    trench_width_m: Mapping[str, Default]
    road_width_m: Mapping[str, Default]
    pit_area_m2: Default
    end_tolerance_m: float = 1.0
    ledger_lag_days: int = Field(ge=0)
    cite: Cite


class Lock(Model):
    """A road may not be dug for ``years`` calendar years after a ledger row of these kinds was finished."""

    kinds: tuple[str, ...]
    years: int
    short_form: Literal["delivered", "overhauled"]
    tested_on: Literal["dig", "filing"] = "dig"


class Zone(Model):
    """A named set of areas of one layer that a footprint may meet.

    ``where`` keeps rows by column value; a row whose value is missing *may* belong. Radii widen a row in metres:
    ``beyond_canopy_m`` (trees, by grade), ``beyond_land_m`` (highways, by class, from the edge of the land; classes in
    ``from_ditch`` count from the ditch). ``own_site`` keeps the metres inside / outside the red line that the route serves.
    """

    layer: str
    title: Words
    theme: Literal["road", "green", "tree", "highway", "heritage", "planning"]
    where: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    level: Literal["ground", "bridge"] = "ground"
    lock: Lock | None = None
    beyond_canopy_m: Mapping[str, float] | None = None
    canopy_unknown_m: float | None = None
    beyond_land_m: Mapping[str, float] | None = None
    land_only: bool = False
    land_unknown_m: float | None = None
    from_ditch: tuple[str, ...] = ()
    own_site: Literal["inside", "outside"] | None = None
    cite: Cite


class Rule(Model):
    """One question to the facts: ``test`` is one of le, lt, ge, gt, eq, among. ``applies``: utilities concerned; all if empty."""

    id: str
    title: Words
    fact: str
    test: Mapping[str, Any]
    applies: tuple[str, ...] = ()
    unit: str = ""
    blank: float | None = None
    blank_why: Words | None = None
    effect: Literal["decides", "warns", "informs"] = "decides"
    cite: Cite


class Tier(Model):
    """One outcome, in order; the first whose ``when`` is yes is the outcome."""

    id: str
    title: Words
    when: Expr
    severity: int
    colour: str
    time: Words
    cite: Cite


class Condition(Model):
    """What adds to the outcome."""

    id: str
    title: Words
    when: Expr
    cite: Cite


class Inference(Model):
    """A case on which the text is silent, so that the outcome rests on an inference of ours."""

    id: str
    title: Words
    when: Expr


class Permit(Model):
    """One permit item. ``state`` is owed, confirm (an officer says) or a switch; ``waived`` names when it is freed."""

    id: str
    title: Words
    when: Expr
    waived: Expr = False
    state: str = "owed"
    authority: Words
    term: Words
    papers: tuple[str, ...]
    form: str
    cite: Cite


class Headline(Model):
    """One line in words of the law, for the first ``when`` that is yes."""

    when: Expr
    zh: str
    en: str


class Grouping(Model):
    """How lines that belong together are summed, and how a work cut into slices is noticed. The numbers are ours."""

    look_back_days: int
    touch_m: float
    cite: Cite


class PackData(Model):
    """The whole file."""

    id: str
    version: int
    city: Words
    title: Words
    valid_from: dt.date
    valid_to: dt.date | None = None
    complete: bool = True  # False: only a part of the paper was read
    notice: Words
    documents: Mapping[str, Document]
    measures: Measures
    grouping: Grouping
    coordination: Coordination | None = None
    switches: Mapping[str, Switch]
    zones: Mapping[str, Zone]
    rules: tuple[Rule, ...]
    terms: Mapping[str, Expr]
    term_titles: Mapping[str, Words] = Field(default_factory=dict)
    scope: Expr
    tiers: tuple[Tier, ...]
    conditions: tuple[Condition, ...]
    inferences: tuple[Inference, ...]
    permits: tuple[Permit, ...]
    headlines: tuple[Headline, ...]
    nothing_met: Words
    papers: Mapping[str, Any] = Field(default_factory=dict)
    clocks: Mapping[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A rule with its switches set: the fact that it asks for and the test on it. ``key``: readings that share it share
    the answer."""

    rule: Rule
    fact: str
    test: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class Pack:
    """A checked pack with its switches set; :meth:`flipped` reads the same law another way."""

    data: PackData
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.data.id

    @property
    def label(self) -> str:
        """Id and version, as every verdict states it."""
        return f"{self.data.id}@{self.data.version}"

    @property
    def switches(self) -> Mapping[str, Switch]:
        return self.data.switches

    def option(self, switch: str) -> str:
        """The chosen option of a switch."""
        return self.settings.get(switch, self.data.switches[switch].recommended)

    def flipped(self, switch: str, option: str) -> "Pack":
        """The same pack with one switch read another way."""
        if switch not in self.data.switches or option not in self.data.switches[switch].options:
            raise BadPack(pack=self.id, where=switch, why_zh=f"没有选项 {option}", why_en=f"has no option {option}")
        return Pack(self.data, {**self.settings, switch: option})

    @cached_property
    def flips(self) -> tuple[tuple[str, "Pack"], ...]:
        """Every other reading, one switch at a time."""
        return tuple(
            (name, self.flipped(name, option))
            for name, switch in self.data.switches.items()
            for option in switch.options
            if option != self.option(name)
        )

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every rule as this reading asks it."""
        filled = ((rule, str(self.fill(rule.fact)), self.fill(dict(rule.test))) for rule in self.data.rules)
        return tuple(Question(rule, fact, test, f"{rule.id}|{fact}|{test}") for rule, fact, test in filled)

    def fill(self, template: Any) -> Any:
        """``template`` with each ``{switch}`` replaced by its chosen value; a lone ``{switch}`` keeps its type."""
        if isinstance(template, str):
            alone = PLACEHOLDER.fullmatch(template)
            if alone:
                return self._value(alone[1])
            return PLACEHOLDER.sub(lambda m: str(self._value(m[1])), template)
        if isinstance(template, Mapping):
            return {str(self.fill(key)): self.fill(value) for key, value in template.items()}
        if isinstance(template, (list, tuple)):
            return [self.fill(one) for one in template]
        return template

    def _value(self, switch: str) -> Any:
        return self.data.switches[switch].options[self.option(switch)].value

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.data.rules}

    @cached_property
    def facts_needed(self) -> frozenset[str]:
        """Names of all facts that this reading or any single other one asks for."""
        packs = [self, *(pack for _, pack in self.flips)]
        return frozenset(question.fact for pack in packs for question in pack.questions)

    @cached_property
    def outcomes(self) -> Mapping[str, Words]:
        """Every outcome that this pack can give, in order."""
        fixed = {
            "undetermined": Words(zh="待核实", en="undetermined"),
            "out_of_scope": Words(zh="不适用", en="out of scope"),
        }
        return {tier.id: tier.title for tier in self.data.tiers} | fixed

    def cite(self, cite: Cite) -> dict[str, Any]:
        """A citation as verdicts show it."""
        document = self.data.documents[cite.document]
        return {
            "title": document.title, "clause": cite.clause, "says": cite.says, "href": document.href,
            "rank": document.rank, "read_on": document.read_on.isoformat(),
        }  # fmt: skip

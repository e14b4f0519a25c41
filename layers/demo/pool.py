"""Many drafted lines, each with what it would meet: cases take the one that shows their point and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from layers.demo.city import Demo
from layers.demo.frame import beside, rng
from layers.demo.lookout import Lookout
from layers.demo.paths import Drafter, Plan
from layers.demo.rows import Proposal, proposal
from layers.demo.streets import Section

UTILITIES = ("water", "gas", "heat", "power", "comms")
QUIET, ANY = ("secondary", "branch"), ("arterial", "secondary", "branch")
HARMLESS = frozenset({"patch"})
BATCH, ROUNDS = 150, 14
# Kind of draft: part of the city, classes of street, reach along them (m), inset from the red line (m).
_KINDS: dict[str, tuple[str, tuple[str, ...], tuple[float, float], tuple[float, float]]] = {
    "long": ("new", QUIET, (560.0, 1300.0), (1.2, 3.2)),
    "short": ("new", QUIET, (70.0, 420.0), (1.2, 3.2)),
    "mixed": ("new", ANY, (90.0, 520.0), (1.2, 3.2)),
    "old": ("old", ANY, (50.0, 420.0), (0.9, 1.6)),
    "outward": ("new", QUIET, (90.0, 320.0), (-8.0, -3.5)),
    "corner": ("corner", QUIET, (70.0, 380.0), (1.2, 3.2)),
}


@dataclass(frozen=True)
class Draft:
    """A plan and what lies within a metre or two of it."""

    plan: Plan
    labels: frozenset[str]

    @property
    def length_m(self) -> float:
        """Planar length."""
        return float(self.plan.line.length)


class Pool:
    """Drafts, taken one by one, no parcel twice; and the proposals made of them so far."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.lookout, self.drafter = Lookout(demo), Drafter(demo)
        self.proposals: list[Proposal] = []
        self.random = rng(21)
        self._used: set[str] = set()
        self._sections = {s.road_id: s for s in demo.sections}
        everywhere = demo.ground.parcels
        self._parcels = {"old": [p for p in everywhere if p.zone == "old"], "new": [p for p in everywhere if p.zone != "old"]}
        self._parcels["corner"] = [p for p in self._parcels["new"] if not demo.surveyed.contains(p.shape)]
        self._drafts: dict[str, list[Draft]] = {kind: [] for kind in _KINDS}

    def _more(self, kind: str) -> list[Draft]:
        """Another batch of drafts of a kind."""
        where, classes, reach, inset = _KINDS[kind]
        found = []
        for k in range(BATCH):
            parcel = self._parcels[where][int(self.random.integers(0, len(self._parcels[where])))]
            way = self.drafter.way(parcel, self.random, float(self.random.uniform(*reach)), classes)
            if way is None or way.path.length < 25:
                continue
            share = float(self.random.uniform(0.88, 1.0)) if kind == "long" else float(self.random.uniform(0.35, 0.98))
            plan = self.drafter.draw(way, UTILITIES[k % 5], float(self.random.uniform(*inset)), share * (way.path.length - 8))
            if plan is not None:
                found.append(Draft(plan, self.lookout.labels(plan.line) - HARMLESS))
        self._drafts[kind] += found
        return found

    def take(self, test: Callable[[Draft], bool], kind: str = "mixed") -> Draft:
        """The next draft of a kind that passes; its parcel is used up. LookupError when many batches hold none."""
        waiting = self._drafts[kind]
        for _ in range(ROUNDS):
            for draft in waiting:
                if draft.plan.way.parcel.zone_id not in self._used and test(draft):
                    self._used.add(draft.plan.way.parcel.zone_id)
                    return draft
            waiting = self._more(kind)
        raise LookupError(f"no {kind} draft that fits")

    def meeting(self, *labels: str, utility: str | None = None, low: float = 0, high: float = 480) -> Draft:
        """The next draft that meets exactly these things, of a utility and between two lengths (metres)."""
        want = frozenset(labels)

        def fits(draft: Draft) -> bool:
            return draft.labels == want and utility in (None, draft.plan.utility) and low <= draft.length_m <= high

        return self.take(fits, "long" if high > 500 else "short")

    def exact(self, length_m: float, utility: str) -> Plan:
        """A line that meets nothing but quiet streets, of exactly this length."""
        while True:
            draft = self.meeting(utility=utility, low=length_m, high=9e9)
            plan = self.drafter.of_length(draft.plan, length_m)
            if plan is not None and not self.lookout.labels(plan.line) - HARMLESS:
                return plan

    def on_section(self, road_id: str, want: frozenset[str], tries: int = 25) -> Draft | None:
        """A line that stays on one section and meets exactly these things."""
        section: Section = self._sections[road_id]
        free = [parcel for parcel in self.demo.ground.parcels if parcel.zone_id not in self._used]
        near = [parcel for parcel in free if parcel.shape.distance(section.line) < section.width_m / 2 + 6]
        for k in range(tries):
            way = self.drafter.way_on(section, near, self.random)
            if way is None:
                return None
            inset, share = float(self.random.uniform(1.2, 3.0)), float(self.random.uniform(0.5, 0.95))
            lane = beside(way.path, way.side * (way.width_m / 2 - inset))
            plan = self.drafter.draw(way, UTILITIES[k % 5], inset, share * lane.length)
            if plan is not None and self.lookout.labels(plan.line) - HARMLESS == want:
                self._used.add(way.parcel.zone_id)
                return Draft(plan, want)
        return None

    def add(self, purpose: str, plan: Plan | Draft, **given: Any) -> Proposal:
        """Make a proposal of a plan; ``given`` are fields that differ from the ordinary."""
        drawn = plan.plan if isinstance(plan, Draft) else plan
        line = given.pop("line", drawn.line)
        return self.add_line(purpose, line, drawn.utility, drawn.way.parcel, **given)

    def add_line(self, purpose: str, line: Any, of: str | None, parcel: Any = None, **given: Any) -> Proposal:
        """Make a proposal of any line, for the utility ``of``."""
        made = proposal(purpose, len(self.proposals) + 1, line, of, parcel, **given)
        self.proposals.append(made)
        return made

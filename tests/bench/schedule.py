"""How fast is planning: ``python -m tests.bench.schedule``. Works on a made-up grid of streets, as many as asked for.

Each street has works of all lengths and windows, some firm, some shifting, a festival that closes the middle, paving at
the end. The figures: seconds for the whole plan, components, how many are optimal, points and the gap that is left.
"""

import argparse
import datetime as dt
import time

import numpy as np

from geo.law.coordination import Coordination, Weights
from geo.schedule.check import violations
from geo.schedule.solve import Plan, plan
from layers.calendars import read_calendar
from layers.standards import read_standard
from tests.geo.digs import Row, closed, frame, matches, on_street, work

ON = dt.date(2026, 3, 2)
UTILITIES = ("water", "gas", "heat", "power", "comms", "drain")


def case(n: int, streets: int, seed: int) -> tuple[list[Row], list[Row], list[tuple[int, str, str, str]]]:
    """``n`` works on as many streets, 2 km each; the matches of all that share 20 m; a festival on every third work."""
    rng = np.random.default_rng(seed)
    works, lines, shut = [], [], []
    for k in range(n):
        start = ON + dt.timedelta(int(rng.integers(0, 150)))
        length, paves = float(rng.integers(40, 700)), rng.random() < 0.04
        window, need = int(rng.integers(20, 90)), int(rng.integers(2, 30))
        firm = rng.random() < 0.15
        works.append(work(
            start.isoformat(), (start + dt.timedelta(need + 5 if firm else max(window, 2 * need))).isoformat(), need,
            kind="paving" if paves else "route", firm=bool(firm), shift_days=float(rng.choice([0, 0, 7, 14, 30])),
            utility=str(rng.choice(UTILITIES)), trench_width_m=round(float(rng.uniform(0.5, 2.0)), 1), length_m=length,
        ))  # fmt: skip
        along = float(rng.integers(0, 1300))
        lines.append((along, along + length))
        if k % 3 == 0:
            shut.append((k, "2026-05-01", "2026-05-05", "劳动节"))
    return works, _pairs(lines, streets), shut


def _pairs(lines: list[tuple[float, float]], streets: int) -> list[Row]:
    """Work ``k`` lies on street ``k % streets``; with one street all of them hang together."""
    rows = []
    for street in range(streets):
        here = list(range(street, len(lines), streets))
        for row in on_street([lines[k] for k in here]):
            a, b = here[row["a"]], here[row["b"]]
            rows.append(row | {"a": a, "b": b, "match_id": f"m{a}-{b}", "road_id": f"S{street}"})
    return rows


def told(made: Plan, seconds: float, pairs: int) -> str:
    """One line of figures."""
    solved = made.solved
    optimal = int((solved["status"] == "optimal").sum())
    gap = 100 * solved["gap"].sum() / max(solved["bound"].sum(), 1)
    return (
        f"{seconds:.1f} s: {len(solved)} components, the largest of {solved['works'].max()} works, {optimal} optimal; "
        f"{solved['joined'].sum()} of {pairs} pairs joined, {solved['points'].sum():.0f} points, gap {gap:.1f} %; "
        f"{made.unjoined['confirmed'].eq(True).sum()} of {len(made.unjoined)} rows with a change that was planned again"
    )


def main() -> None:
    """Plan and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.schedule")
    parser.add_argument("--works", type=int, default=200)
    parser.add_argument("--streets", type=int, nargs="*", default=[40, 12, 4, 1])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    calendar, standard, settings = read_calendar().provisional(), read_standard(), Coordination(weights=Weights())
    for streets in asked.streets:
        works, pairs, shut = case(asked.works, streets, asked.seed)
        given = frame(works), matches(pairs), calendar, closed(*shut), settings, ON
        began = time.monotonic()
        made = plan(*given, standard)
        seconds = time.monotonic() - began
        assert violations(*given, made).empty
        print(f"{asked.works} works on {streets} streets: {told(made, seconds, len(pairs))}")


if __name__ == "__main__":
    main()

"""What a standard says to two pipes: the number between them, and whether a distance keeps it. Only checked numbers answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.law.standard import Number, Standard

OK, BELOW, CHECK = "ok", "below_minimum", "check"


@dataclass(frozen=True)
class Laid:
    """One pipe with all codes of the standard that it may be; nan is not stated."""

    utility: str | None
    diameter_mm: float
    pressure_mpa: float
    voltage_kv: float
    codes: tuple[str, ...]

    @staticmethod
    def of(utility: str | None, diameter_mm: float, pressure_mpa: float, voltage_kv: float, standard: Standard) -> "Laid":
        """The pipe of these attributes, as the standard knows it."""
        return Laid(utility, diameter_mm, pressure_mpa, voltage_kv, standard.codes_of(utility, diameter_mm, pressure_mpa))


@dataclass(frozen=True)
class Limit:
    """What is asked between two pipes, metres: ``least_m`` at least, ``most_m`` enough whatever is not known; nan: no number.

    ``conf``: mark of the least sure number; ``checked``: all may answer; ``missing``: what is not stated and would tell more;
    ``asked``: False where the standard knows both pipes and asks nothing between them; ``notes``: keys of its notes."""

    least_m: float
    most_m: float
    conf: str | None
    checked: bool
    missing: str | None
    asked: bool
    notes: str | None


def cells(one: Laid, two: Laid, standard: Standard, *, vertical: bool = False) -> tuple[list[Number], bool]:
    """Every number that may hold for two pipes, and whether each pair of codes has one."""
    dn_mm = float(np.maximum(one.diameter_mm, two.diameter_mm))  # nan if either is not stated
    kv = next((pipe.voltage_kv for pipe in (one, two) if pipe.utility == "power"), np.nan)
    ask = standard.vertical_of if vertical else standard.clear_of
    found = [ask(a, b, dn_mm, kv) for a in one.codes for b in two.codes]
    return [cell for each in found for cell in each], bool(found) and all(found)


def unstated(*some: Laid) -> str | None:
    """What is not stated about pipes and would tell which number holds, the plainest gap first."""
    if any(one.utility is None for one in some):
        return "missing_utility"
    if any(np.isnan(one.diameter_mm) for one in some):
        return "missing_diameter"
    several = [one for one in some if len(one.codes) > 1]
    if any(one.utility == "gas" for one in several):
        return "missing_pressure"
    return "missing_laying" if several else None


def limit(found: Sequence[Number], every: bool, missing: str | None, standard: Standard, asked: bool = True) -> Limit:
    """The numbers that may hold as one limit; ``every``: there is one for each pair of codes."""
    notes = " ".join(dict.fromkeys(cell.note for cell in found if cell.note)) or None
    if not found or not every:
        most = max((cell.most_m for cell in found), default=np.nan)
        return Limit(np.nan, most, None, False, missing or "no_number", asked, notes)
    least, most = min(cell.min_m for cell in found), max(cell.most_m for cell in found)
    conf = max((cell.conf for cell in found), key=list(standard.confidence).index)
    return Limit(least, most, conf, all(standard.checked(cell.conf) for cell in found), missing, asked, notes)


def limit_between(one: Laid, two: Laid, standard: Standard, *, vertical: bool = False) -> Limit:
    """What the standard asks between two pipes, side by side or (``vertical``) where they cross."""
    found, every = cells(one, two, standard, vertical=vertical)
    silent = bool(one.codes) and bool(two.codes) and not found
    return limit(found, every, unstated(one, two), standard, asked=not silent)


def judged(metres: float, what: Limit) -> tuple[float, str | None, str, str | None, str | None]:
    """(minimum, mark of the least sure number, verdict, why it cannot be said, notes)."""
    least = what.least_m
    if np.isnan(least):
        return np.nan, None, CHECK, what.missing, what.notes
    if not what.checked:
        return least, what.conf, CHECK, what.missing or "not_checked", what.notes
    if metres < least:
        return least, what.conf, BELOW, None, what.notes
    if metres >= what.most_m:
        return what.most_m, what.conf, OK, None, what.notes
    return least, what.conf, CHECK, what.missing or "condition", what.notes

"""Roads as rows, and the ledger of what was built, rebuilt, overhauled and patched, with both sides of every date."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely
from shapely import Polygon

from layers.demo.frame import rng
from layers.demo.streets import Network, Section

Row = dict[str, Any]
FIRST_DAY, LAST_DAY = date(2018, 1, 15), date(2026, 10, 20)

# Written on chosen streets: just inside, on and just outside the limits as seen on 2026-11-22, and around a dig in December.
BOUNDARY_WORKS: tuple[tuple[str, date | None], ...] = (
    ("new", date(2021, 11, 22)),
    ("extend", date(2021, 11, 21)),
    ("rebuild", date(2021, 11, 23)),
    ("overhaul", date(2023, 11, 22)),
    ("overhaul", date(2023, 11, 21)),
    ("overhaul", date(2023, 11, 23)),
    ("new", date(2021, 12, 10)),
    ("rebuild", date(2021, 12, 10)),
    ("extend", date(2021, 12, 10)),
    ("overhaul", date(2023, 12, 10)),
    ("overhaul", date(2023, 12, 10)),
    ("new", date(2024, 2, 29)),
    ("overhaul", date(2024, 2, 29)),
    ("new", None),
    ("overhaul", None),
    ("patch", date(2026, 8, 30)),
)

_DISTRICT_OFFICE = {"city": "市城市管理局", "district": "区城市管理局", "highway": "市公路事业发展中心"}


def authority_of(section: Section) -> str | None:
    """Who keeps the road; nobody answers for the roads inside compounds."""
    if section.klass == "internal":
        return None
    if section.zone == "radial" and section.street % 2 == 0:
        return "highway"
    return "district" if section.klass == "branch" else "city"


def unknown_class_ids(sections: list[Section]) -> set[str]:
    """Sections whose class the demo ledger does not hold."""
    plain = [s for s in sections if s.klass == "branch" and s.zone in ("inner", "outer") and s.line.length > 120]
    return {s.road_id for s in plain[3::23]}


def road_rows(sections: list[Section], districts: list[Row], ledger: list[Row]) -> list[Row]:
    """The rows of the roads layer. ``delivered`` / ``overhauled`` repeat the ledger for some streets, stay empty for others."""
    random = rng(4)
    unknown = unknown_class_ids(sections)
    middles = shapely.line_interpolate_point(np.array([s.line for s in sections], dtype=object), 0.5, normalized=True)
    shapes = np.array([row["geometry"] for row in districts], dtype=object)
    home = {
        int(i): districts[int(j)]["name"]
        for i, j in zip(*shapely.STRtree(shapes).query(middles, predicate="intersects"), strict=True)
    }
    latest = _short_form(ledger)
    no_width = set(_without_width(sections))
    rows = []
    for index, s in enumerate(sections):
        old = date(int(random.integers(1987, 2017)), int(random.integers(1, 13)), int(random.integers(1, 28)))
        known = s.klass in ("expressway", "arterial") and random.random() < 0.8
        rows.append(
            {
                "road_id": s.road_id,
                "name": None if s.klass == "internal" and index % 3 else s.name,
                "class": None if s.road_id in unknown else s.klass,
                "class_source": "hint" if s.road_id in unknown else "ledger",
                "authority": authority_of(s),
                "district": home.get(index),
                "level": s.level,
                "delivered": latest.get((s.road_id, "delivered"), old if known else None),
                "overhauled": latest.get((s.road_id, "overhauled")),
                "width_m": None if index in no_width else s.width_m,
                "pavement": _pavement(s, index),
                "geometry": s.line,
            }
        )
    return rows


def _without_width(sections: list[Section]) -> list[int]:
    """A few sections of outer arterials and quiet streets whose red-line width the ledger does not hold."""
    great = [
        k
        for k, s in enumerate(sections)
        if s.klass == "arterial" and s.zone == "grid" and s.line.length > 150 and s.level == "ground"
    ]
    quiet = [k for k, s in enumerate(sections) if s.klass == "branch" and s.zone == "outer" and s.line.length > 120]
    return great[2::9] + quiet[5::31]


def _pavement(section: Section, index: int) -> str | None:
    if section.klass == "internal":
        return "concrete" if index % 4 else None
    if section.zone == "old" and section.width_m < 13:
        return ("footway_stone", "footway_brick", "asphalt", "concrete")[section.street % 4]
    return "asphalt"


def _short_form(ledger: list[Row]) -> dict[tuple[str, str], date]:
    """Every other whole-length row repeated in the two date columns of its road."""
    form: dict[tuple[str, str], date] = {}
    whole = [row for row in ledger if row["from_m"] is None and row["finished"] is not None and row["kind"] != "patch"]
    for row in whole[::2]:
        key = (row["road_id"], "overhauled" if row["kind"] == "overhaul" else "delivered")
        form[key] = max(row["finished"], form.get(key, date.min))
    return form


def ledger_rows(network: Network, surveyed: Polygon) -> list[Row]:
    """Works since 2018: by street, some on part of a section only, and the chosen boundary days."""
    random = rng(5)
    by_street: dict[int, list[Section]] = {}
    for section in network.sections:
        if section.level == "ground" and surveyed.contains(section.line):
            by_street.setdefault(section.street, []).append(section)
    rows: list[Row] = []
    for street in sorted(by_street):
        if random.random() < (0.10 if by_street[street][0].klass == "branch" else 0.20):
            rows += _campaign(by_street[street], random)
        if random.random() < 0.12:
            rows.append(_patch(by_street[street], random))
    return rows + _boundary_rows(by_street, {row["road_id"] for row in rows})


def _campaign(sections: list[Section], random: np.random.Generator) -> list[Row]:
    kind = str(random.choice(["new", "rebuild", "extend", "overhaul", "overhaul", "overhaul"]))
    finished = FIRST_DAY + timedelta(days=int(random.integers(0, (LAST_DAY - FIRST_DAY).days)))
    start = int(random.integers(0, len(sections)))
    rows = []
    for section in sections[start : start + int(random.integers(1, 6))]:
        row = _row(section, kind, finished)
        if section.line.length > 160 and random.random() < 0.3:
            row["from_m"] = float(round(section.line.length * float(random.uniform(0.05, 0.35)), 1))
            row["to_m"] = float(round(section.line.length * float(random.uniform(0.6, 0.95)), 1))
        rows.append(row)
    return rows


def _patch(sections: list[Section], random: np.random.Generator) -> Row:
    section = sections[int(random.integers(0, len(sections)))]
    row = _row(section, "patch", LAST_DAY - timedelta(days=int(random.integers(0, 900))))
    row["from_m"] = round(section.line.length * 0.3, 1)
    row["to_m"] = round(section.line.length * 0.3 + min(12.0, section.line.length * 0.2), 1)
    row["part"] = str(random.choice(["carriageway", "cycleway", "footway"]))
    return row


def _row(section: Section, kind: str, finished: date | None) -> Row:
    office = _DISTRICT_OFFICE[authority_of(section) or "district"]
    return {
        "road_id": section.road_id,
        "from_m": None,
        "to_m": None,
        "part": None,
        "kind": kind,
        "finished": finished,
        "owner": office,
    }


def _boundary_rows(by_street: dict[int, list[Section]], taken: set[str]) -> list[Row]:
    """Three long, otherwise untouched sections (secondary or branch) for every chosen day."""
    free = [s for street in sorted(by_street) for s in by_street[street] if _suits(s) and s.road_id not in taken]
    rows = []
    for number, (kind, finished) in enumerate(BOUNDARY_WORKS):
        rows += [_row(section, kind, finished) for section in free[number * 5 :: len(BOUNDARY_WORKS) * 5][:3]]
    return rows


def _suits(section: Section) -> bool:
    return section.klass in ("secondary", "branch") and section.zone in ("inner", "outer") and section.line.length > 170

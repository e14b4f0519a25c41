"""A proposed line as a row of the shapefile, with the defaults of its utility."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.demo import names
from layers.demo.blocks import Parcel

Row = dict[str, Any]

WORDS = {"water": "给水", "gas": "燃气", "heat": "热力", "power": "电力", "comms": "通信", "drain": "排水", "other": "其他"}
_DIAMETER = {
    "water": (100, 150, 200),
    "gas": (63, 90, 110),
    "heat": (100, 125, 150),
    "drain": (300, 400),
    "comms": (110,),
    "power": (150,),
}
_DEPTH = {"water": 1.2, "gas": 1.1, "heat": 1.4, "power": 0.9, "comms": 0.9, "drain": 1.8}
_WORK = {
    "water": "供水",
    "gas": "供气",
    "heat": "供热",
    "power": "供电",
    "comms": "通信",
    "drain": "排水",
    "other": "综合",
    None: "",
}
FIRST_START = date(2026, 12, 1)


@dataclass(frozen=True)
class Proposal:
    """One proposed line: what it is for in the demo, where it lies, what its row says, and its bored or hung stretches."""

    purpose: str
    line: BaseGeometry
    row: Row
    spans: list[Row] = field(default_factory=list)


def proposal(purpose: str, number: int, line: BaseGeometry, of: str | None, parcel: Parcel | None, **given: Any) -> Proposal:
    """A row with everything stated; ``given`` replaces fields, ``None`` leaves one empty. ``spans`` may be among it."""
    spans = given.pop("spans", [])
    site = parcel.name if parcel is not None else names.site("works", number * 3)
    start = FIRST_START + timedelta(days=(number * 11) % 97)
    window = 6 + number % 25
    row: Row = {
        "project": f"{site}{_WORK.get(of, '')}外线工程",
        "project_code": f"SF2026-{number:04d}",
        "applicant": f"{site.removeprefix('示范')}建设单位",
        "utility": WORDS.get(of or ""),
        "diameter_mm": float(_DIAMETER[of][number % len(_DIAMETER[of])]) if of in _DIAMETER else None,
        "pressure_mpa": {"water": 0.35, "gas": 0.2, "heat": 1.0}.get(of or ""),
        "voltage_kv": 0.4 if of == "power" else None,
        "capacity_kva": float(50 + 25 * (number % 5)) if of == "power" else None,
        "burial": "管埋" if of in ("power", "comms") else "直埋",
        "trench_width_m": 0.8,
        "depth_m": _DEPTH.get(of or "", 1.0),
        "occupied_m2": None,
        "trees_to_fell": 0,
        "start": start,
        "end": start + timedelta(days=window),
        "filed": None,
        "accuracy_m": 0.5,
        "kind": None,
        "firm": None,
        "duration_days": float(2 + window * 2 // 5),
        "shift_days": float(7 * (number % 3)),
        "ready": None,
    }
    row.update(given)
    return Proposal(purpose, line, row, spans)


def span(from_m: float, to_m: float, burial: str, pit_from_m2: float | None = None, pit_to_m2: float | None = None) -> Row:
    """A stretch of a line that is laid otherwise than the rest."""
    return {"from_m": from_m, "to_m": to_m, "burial": burial, "pit_from_m2": pit_from_m2, "pit_to_m2": pit_to_m2}

"""Pipes and cables under the streets: which street has which, where in its section, how deep, whose."""

from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point

from layers.demo import names
from layers.demo.frame import beside, cut, rng
from layers.demo.streets import Network, Section

Row = dict[str, Any]
REACH_M = 45.0  # an end this near to a main of its utility is tied into it
PIECE_M = 260.0

# Share of streets that have the utility, by class; lanes of the old city stand under "lane".
_SHARE = {
    "water": {"arterial": 1.0, "secondary": 0.95, "branch": 0.85, "lane": 0.9},
    "gas": {"arterial": 0.95, "secondary": 0.85, "branch": 0.65, "lane": 0.5},
    "heat": {"arterial": 0.85, "secondary": 0.65, "branch": 0.4, "lane": 0.1},
    "power": {"arterial": 1.0, "secondary": 0.95, "branch": 0.8, "lane": 0.85},
    "comms": {"arterial": 1.0, "secondary": 0.95, "branch": 0.85, "lane": 0.85},
    "storm": {"arterial": 1.0, "secondary": 0.95, "branch": 0.8, "lane": 0.0},
    "sewer": {"arterial": 1.0, "secondary": 0.95, "branch": 0.85, "lane": 0.7},
}
_SIZE: dict[str, dict[str, tuple[int, ...]]] = {
    "water": {"arterial": (500, 600, 800), "secondary": (300, 400), "branch": (150, 200), "lane": (100, 150)},
    "gas": {"arterial": (250, 315), "secondary": (160, 200), "branch": (110, 160), "lane": (63, 90)},
    "heat": {"arterial": (500, 600), "secondary": (250, 300), "branch": (125, 150), "lane": (100,)},
    "storm": {"arterial": (1000, 1200, 1500), "secondary": (600, 800), "branch": (400, 500), "lane": (300,)},
    "sewer": {"arterial": (600, 800), "secondary": (400, 500), "branch": (300, 400), "lane": (200, 300)},
}
_DEPTH = {
    "water": (1.0, 1.8),
    "gas": (0.9, 1.4),
    "heat": (1.2, 2.0),
    "power": (0.7, 1.1),
    "comms": (0.7, 1.1),
    "storm": (1.6, 3.2),
    "sewer": (2.0, 4.0),
}


# In a lane: share of its width.
_IN_LANE = {"water": 0.30, "gas": -0.30, "heat": -0.12, "power": -0.44, "comms": 0.44, "storm": 0.12, "sewer": 0.0}


def offset_of(utility: str, width_m: float) -> float:
    """Where the main lies: metres left (+) or right (-) of the centreline; cables outermost, drains in the carriageway."""
    half = width_m / 2
    if width_m <= 13:
        return _IN_LANE[utility] * width_m
    place = {"comms": half - 1.6, "water": half - 4.2, "storm": half * 0.38, "sewer": half * 0.08}
    place |= {"heat": -half * 0.42, "gas": -(half - 4.2), "power": -(half - 1.6)}
    return place[utility]


def pipe_rows(network: Network) -> list[Row]:
    """All mains, tied together where streets meet, in pieces of at most some 260 m."""
    random = rng(8)
    mains: list[tuple[str, Section, LineString]] = []
    for run in _runs(network):
        lane = run[0].zone == "old" and run[0].width_m <= 13
        for utility, shares in _SHARE.items():
            present = random.random() < shares["lane" if lane else run[0].klass]
            line = beside(_joined(run), offset_of(utility, run[0].width_m))
            if present and line.length > 25:
                mains.append((utility, run[0], line))
    rows: list[Row] = []
    for utility in _SHARE:
        own = [main for main in mains if main[0] == utility]
        for (_, section, _), line in zip(own, _tied([line for _, _, line in own]), strict=True):
            rows += _pieces(utility, section, line, random, len(rows))
    return rows


def _runs(network: Network) -> list[list[Section]]:
    """Sections of one street that follow each other, bridges included, tunnels and the expressway left out."""
    runs: list[list[Section]] = []
    for section in network.sections:
        if section.klass == "expressway" or section.level == "tunnel" or section.line.length < 8:
            continue
        follows = runs and runs[-1][-1].street == section.street and runs[-1][-1].line.coords[-1] == section.line.coords[0]
        if follows:
            runs[-1].append(section)
        else:
            runs.append([section])
    return runs


def _joined(run: list[Section]) -> LineString:
    xy = np.vstack([shapely.get_coordinates(section.line)[(1 if k else 0) :] for k, section in enumerate(run)])
    return LineString(xy)


def _tied(lines: list[LineString]) -> list[LineString]:
    """Each end near another main of the same kind is led to it."""
    if not lines:
        return []
    tree = shapely.STRtree(lines)
    tied = []
    for index, line in enumerate(lines):
        xy = list(line.coords)
        for last in (False, True):
            end = Point(xy[-1 if last else 0])
            near = [k for k in tree.query(end, predicate="dwithin", distance=REACH_M).tolist() if k != index]
            if near:
                other = min(near, key=lambda k: (lines[k].distance(end), k))
                foot = lines[other].interpolate(lines[other].project(end))
                if foot.distance(end) > 0.05:
                    xy = [*xy, (foot.x, foot.y)] if last else [(foot.x, foot.y), *xy]
        tied.append(LineString(xy))
    return tied


def _pieces(utility: str, section: Section, line: LineString, random: np.random.Generator, first: int) -> list[Row]:
    count = max(1, round(line.length / PIECE_M))
    size = "lane" if section.zone == "old" and section.width_m <= 13 else section.klass
    common = _attributes(utility, size, random)
    rows: list[Row] = []
    for k in range(count):
        shape = shapely.set_precision(cut(line, line.length * k / count, line.length * (k + 1) / count), 0.001)
        depth = round(float(random.uniform(*_DEPTH[utility])), 2)
        row = {
            "pipe_id": f"P{first + len(rows) + 1:05d}",
            **common,
            "depth_m": None if random.random() < 0.04 else depth,
            "geometry": shape,
        }
        if random.random() < 0.02:
            row["state"] = str(random.choice(["abandoned", "empty"]))
        if shape.length > 0.5:
            rows.append(row)
    return rows


def _attributes(utility: str, size: str, random: np.random.Generator) -> Row:
    """What one street's main is made of, in the codes of CJJ 61."""
    row: Row = {
        "utility": "drain" if utility in ("storm", "sewer") else utility,
        "diameter_mm": None,
        "material": None,
        "pressure_mpa": None,
        "voltage_kv": None,
        "state": "in_use",
    }
    if utility in _SIZE:
        row["diameter_mm"] = float(random.choice(_SIZE[utility][size]))
    main = size == "arterial"
    if utility == "water":
        row |= {
            "kind": "JS",
            "material": "QM" if main or size == "secondary" else "PE",
            "pressure_mpa": 0.35,
            "owner": names.WATER,
        }
    elif utility == "gas":
        pressure = {"arterial": 0.4, "secondary": 0.2}.get(size, 0.1)
        row |= {"kind": "TR", "material": "G" if main else "PE", "pressure_mpa": pressure, "owner": names.GAS}
    elif utility == "heat":
        row |= {"kind": "RS", "material": "G", "pressure_mpa": 1.6 if main else 1.0, "owner": names.HEAT}
    elif utility == "power":
        low = size == "lane" or (size == "branch" and random.random() < 0.4)
        row |= {"kind": "GD", "material": "TZ", "voltage_kv": 0.4 if low else 10.0, "owner": names.POWER}
    elif utility == "comms":
        which = int(random.integers(0, len(names.COMMS)))
        row |= {"kind": ("DX", "YD", "LT", "GB")[which], "material": "GX", "owner": names.COMMS[which]}
    else:
        row |= {"kind": "YS" if utility == "storm" else "WS", "material": "T" if main else "PE", "owner": names.DRAIN}
    return row

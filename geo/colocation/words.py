"""Words of matches: what two works share, whether their days meet, and what the order in time means for whoever digs."""

from collections.abc import Iterable, Mapping
from datetime import date

Said = tuple[str, str]

KIND: Mapping[str, Said] = {"shared": ("共用路段", "shared stretch"), "crossing": ("交叉", "crossing")}

STATUS: Mapping[str, Said] = {
    "together": ("日期重合", "days in common"),
    "apart": ("日期不重合", "no day in common"),
    "undated": ("日期不明", "days not stated"),
}

WORK: Mapping[str, Said] = {
    "route": ("外线", "proposed line"),
    "permit": ("已许可工程", "permitted work"),
    "paving": ("路面施工", "paving"),
    "road_project": ("道路工程", "road project"),
}

# Where a stretch without a named road lies; the keys are those of :func:`geo.colocation.off_road.off_road`.
OFF_ROAD: Mapping[bool | None, Said] = {
    True: ("路外", "off the road"),
    False: ("不沿同一条道路", "along no common road"),
    None: ("道路不明", "road not known"),
}
UNNAMED: Said = ("无路名道路 {road_id}", "road {road_id} without a name")
SEVERAL: Said = ("无路名、路外或道路不明", "no road name, off the road, or not known")

NOTES: Mapping[str, Said] = {
    "repeat": (
        "重复开挖：同一路段 {day} 完工后将再次开挖",
        "repeat dig: the same stretch is closed on {day} and would be opened again",
    ),
    "before_paving": (
        "路面施工 {day} 开始：须在此前挖完并回填，或等到另行安排",
        "paving begins on {day}: dig and backfill before it, or wait",
    ),
    "after_paving": (
        "路面施工 {day} 完工：此后开挖的是新路面",
        "paving ends on {day}: whoever digs after it cuts a new surface",
    ),
}


def place(road_ids: Iterable[object], off_road: Iterable[bool | None]) -> dict[str, str]:
    """Where stretches lie on which no road has a name, in both languages. ``road_ids``: None where they run along no road."""
    kinds = {one if one is not None else off for one, off in zip(road_ids, off_road, strict=True)}
    if len(kinds) != 1:
        return {"zh": SEVERAL[0], "en": SEVERAL[1]}
    (kind,) = kinds
    zh, en = OFF_ROAD[kind] if kind is None or isinstance(kind, bool) else UNNAMED
    return {"zh": zh.format(road_id=kind), "en": en.format(road_id=kind)}


def note(code: str, day: date | None) -> dict[str, str]:
    """A note in both languages, its day filled in."""
    zh, en = NOTES[code]
    return {"code": code, "day": day.isoformat() if day else "", "zh": zh.format(day=day or "—"), "en": en.format(day=day or "—")}

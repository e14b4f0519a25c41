"""Words of matches: what two works share, whether their days meet, and what the order in time means for whoever digs."""

from collections.abc import Mapping
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


def note(code: str, day: date | None) -> dict[str, str]:
    """A note in both languages, its day filled in."""
    zh, en = NOTES[code]
    return {"code": code, "day": day.isoformat() if day else "", "zh": zh.format(day=day or "—"), "en": en.format(day=day or "—")}

"""Joint digs as objects that people and scripts read: who opens what, on which days, what it saves, how the trench looks.

The objects are JSON: page, report and files show the same one. Places along a road are metres of its centre line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from api.digs.table import DIGS, SHARES, names
from api.matching import Matching
from api.wire import plain
from geo.columns import numbers
from geo.law.apart import BELOW, CHECK
from geo.schedule import words as dig_words
from geo.schedule.savings import Savings, joined, savings
from geo.schedule.shares import Shares, shares
from geo.schedule.trench import CrossSection, cross_section
from geo.schedule.words import VERDICTS, WHY, text

FORMULA = {
    "zh": "少开挖次数＝随他人同开的工程数；少开挖长度＝其与主开工程共用的米数（每米只计一次）；"
    "少挖路面＝该长度×两沟槽中较窄的沟宽，按路面种类计；少扰动天数＝其开挖的工作日。"
    "分值＝{metres}×米＋{area}×平方米＋{days}×工作日−{shift}×移动天数。",
    "en": "Openings: works that open inside another's. Metres: what they share with it, each metre once. Pavement: those "
    "metres × the narrower trench, by kind of pavement. Days: working days on which they are open. "
    "Points = {metres} × metres + {area} × m² + {days} × days − {shift} × days moved.",
}
_MEMBER = ("role", "order", "start", "end", "open_days", "shift_days", "firm", "provisional")
_STRETCH = ("match_id", "road_id", "road_name", "from_m", "to_m", "shared_m", "pavement", "gap_m")
_WORK = ("party", "project", "utility", "kind", "depth_m", "diameter_mm", "trench_width_m", "length_m", "owed", "row_no")


@dataclass(frozen=True, eq=False)
class Digs:
    """The digs of a matching with its plan, worked out once."""

    matching: Matching

    @cached_property
    def called(self) -> Any:
        """What each work is called."""
        return names(self.matching)

    @cached_property
    def saved(self) -> Savings:
        """Savings in detail."""
        m = self.matching
        assert m.plan is not None
        return savings(pd.DataFrame(m.works), m.rows, m.plan.members, m.settings)

    @cached_property
    def made(self) -> pd.DataFrame:
        """The shared stretches that are opened together, with their ``dig_id``."""
        m = self.matching
        assert m.plan is not None
        members = m.plan.members[m.plan.members["dig_id"].notna()]
        rows = m.rows[joined(m.rows, members)]
        return rows.assign(dig_id=rows["a"].map(members.set_index("work")["dig_id"]))

    @cached_property
    def sections(self) -> dict[str, CrossSection]:
        """The common trench of each dig; its pipes are named by the position of their work."""
        m = self.matching
        assert m.plan is not None and m.standard is not None
        pipes = pd.DataFrame(m.works).assign(work=np.arange(len(m.works)))
        return {
            str(row.dig_id): cross_section(pipes.iloc[row.works], m.standard, m.settings.margins, range(len(row.works)))
            for row in m.plan.digs.itertuples()
        }

    def table(self) -> pd.DataFrame:
        """Columns :data:`api.digs.table.DIGS`, one row for each dig, the most worth first."""
        m = self.matching
        if m.plan is None:
            return pd.DataFrame(columns=list(DIGS))
        digs = m.plan.digs
        cuts = [self.sections[one] for one in digs["dig_id"]]
        told = {code: [int((one.findings["verdict"] == code).sum()) for one in cuts] for code in (BELOW, CHECK)}
        return digs.assign(
            works=[self._names(some) for some in digs["works"]],
            lead=[self.called[int(one)] for one in digs["lead"]],
            paved_by=[self._names(some) for some in digs["paved_by"]],
            width_m=[one.width_m for one in cuts],
            depth_m=[one.depth_m for one in cuts],
            below_minimum=told[BELOW],
            check=told[CHECK],
        )[list(DIGS)]

    def _names(self, works: list[int]) -> list[str]:
        return [str(self.called[int(one)]) for one in works]

    @cached_property
    def shared_out(self) -> dict[str, Shares]:
        """Who bears what of each dig."""
        m = self.matching
        assert m.plan is not None
        works, members = pd.DataFrame(m.works), m.plan.members
        return {str(one): shares(works, m.rows, members[members["dig_id"] == one], m.settings) for one in m.plan.digs["dig_id"]}

    def shares_table(self) -> pd.DataFrame:
        """Columns :data:`api.digs.table.SHARES`, one row for each party of each dig."""
        rows = []
        for dig_id, told in self.shared_out.items() if self.matching.plan is not None else ():
            note = _shares_note(told)
            for one in told.parties.to_dict("records"):
                about = {"dig_id": dig_id, "party": one["party"], "works": self._names(one["works"]), "metres": one["metres"]}
                about |= {"by_volume": one["by_volume"], "by_shapley": one["by_shapley"]}
                rows.append(about | {"note": note and note["zh"], "note_en": note and note["en"]})
        return pd.DataFrame(rows, columns=list(SHARES))

    @cached_property
    def objects(self) -> list[dict[str, Any]]:
        """One object for each dig, in the order of the table; [] without a plan."""
        m = self.matching
        return [] if m.plan is None else [self._object(row) for row in self.table().to_dict("records")]

    def _object(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        dig_id = str(row["dig_id"])
        head = ("dig_id", "start", "end", "road_names", "lead", "works", "match_ids", "owed", "paved_by", "status", "gap")
        out = {name: row[name] for name in (*head, "provisional", "shift_days")}
        stretches = self.made[self.made["dig_id"] == dig_id]
        out |= {
            "members": self._members(dig_id),
            "stretches": [self._stretch(one) for one in stretches.to_dict("records")],
            "savings": self._savings(dig_id),
            "section": self._section(self.sections[dig_id]),
            **self._shares(dig_id),
        }
        told: dict[str, Any] = plain({name: _day(value) for name, value in out.items()})
        return told

    def _members(self, dig_id: str) -> list[dict[str, Any]]:
        m = self.matching
        assert m.plan is not None
        guests = self.saved.guests.set_index("work")["metres"] if len(self.saved.guests) else {}
        out = []
        for row in m.plan.members[m.plan.members["dig_id"] == dig_id].sort_values("order").to_dict("records"):
            i = int(row["work"])
            work = m.works.iloc[i]
            told = {name: _day(row[name]) for name in _MEMBER} | {name: work[name] for name in _WORK}
            window = [_day(work["start"]), _day(work["end"])]
            told |= {"work_id": self.called[i], "window": window, "ready": _day(work["ready"])}
            out.append(told | {"metres_saved": round(float(guests.get(i, 0.0)), 3)})
        return out

    def _stretch(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        about = {name: row[name] for name in _STRETCH}
        depth = numbers(self.matching.works, "depth_m")
        sides = [
            {"work_id": self.called[row[one]], "side": row[f"side_{one}"], "depth_m": float(depth[row[one]])}
            | {end: row[f"{one}_{end}"] for end in ("from_m", "to_m")}
            for one in ("a", "b")
        ]
        return about | {"works": sides}

    def _savings(self, dig_id: str) -> dict[str, Any]:
        one = self.saved.digs.set_index("dig_id").loc[dig_id]
        ground = self.saved.pavement[self.saved.pavement["dig_id"] == dig_id]
        short = {"openings": "openings_saved", "metres": "metres_saved", "area_m2": "area_saved_m2", "days": "days_saved"}
        short |= {"yuan": "yuan_saved", **{name: name for name in ("unmeasured_m", "unpriced_m2", "points")}}
        columns = ["pavement", "metres", "area_m2", "unmeasured_m", "yuan"]
        told = {name: one[column] for name, column in short.items()}
        return told | {"pavement": ground[columns].to_dict("records")}

    def _shares(self, dig_id: str) -> dict[str, Any]:
        told = self.shared_out[dig_id]
        rows = [
            {"party": one["party"], "works": self._names(one["works"]), "metres": one["metres"]}
            | {"volume_share": one["by_volume"], "shapley_share": one["by_shapley"]}
            for one in told.parties.to_dict("records")
        ]
        return {"shares": rows, "shares_note": _shares_note(told)}

    def _section(self, section: CrossSection) -> dict[str, Any]:
        pipes = section.pipes.assign(work_id=[self.called[int(i)] for i in section.pipes["work"]])
        columns = ["work_id", "utility", "order", "x_m", "cover_m", "axis_depth_m", "diameter_mm", "codes"]
        sizes = ("width_m", "width_at_least_m", "depth_m", "depth_at_least_m")
        return {
            "pipes": pipes[columns].to_dict("records"),
            "outline": [list(corner) for corner in section.outline],
            **{name: getattr(section, name) for name in sizes},
            "findings": [self._finding(one, pipes) for one in section.findings.to_dict("records")],
            "standard": self.matching.standard.number if self.matching.standard else None,
        }

    def _finding(self, row: Mapping[Any, Any], pipes: pd.DataFrame) -> dict[str, Any]:
        ends = {end: None if pd.isna(row[end]) else pipes["work_id"].iloc[int(row[end])] for end in ("a", "b")}
        about = {name: row[name] for name in ("about", "codes_a", "codes_b", "measured_m", "minimum_m", "conf", "verdict")}
        said = {lang: _verdict(row, lang) for lang in ("zh", "en")}
        return about | ends | {"text": said}

    def formula(self) -> dict[str, str]:
        """How savings are counted, with the weights of the pack."""
        weights = self.matching.settings.weights.model_dump()
        return {lang: words_.format(**weights) for lang, words_ in FORMULA.items()}


def _shares_note(told: Shares) -> dict[str, str] | None:
    """Why a share is not told; None where both are."""
    why = [code for code in (told.why_volume, told.why_shapley) if code]
    if not why:
        return None
    told = {lang: [text(dig_words.SHARES, code, lang) for code in dict.fromkeys(why)] for lang in ("zh", "en")}
    return {"zh": "；".join(told["zh"]), "en": "; ".join(told["en"])}


def _verdict(row: Mapping[Any, Any], lang: str) -> str:
    said = text(VERDICTS, row["verdict"], lang)
    if row["why"] is None or pd.isna(row["why"]):
        return said
    why = text(WHY, row["why"], lang)
    return f"{said}（{why}）" if lang == "zh" else f"{said} ({why})"


def _day(value: Any) -> Any:
    """A day as text; anything else as it is."""
    if isinstance(value, (pd.Timestamp, np.datetime64)) or value is pd.NaT:
        return None if pd.isna(value) else str(value)[:10]
    return value

"""A plan, a dig and a preview as JSON: what the page, the invitations and the files show."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from api.digs.objects import Digs
from api.digs.plan_words import RULES, WHY, both, formula, state
from api.digs.planning import Arranged, Case
from api.digs.table import unjoined_table
from api.wire import plain
from layers.digs.states import state_of
from layers.digs.store import Draft, Member

JSON = dict[str, Any]
_WINDOW = ("start", "end", "firm", "shift_days", "duration_days", "ready", "owed")
_WORK = (
    "work_id",
    "kind",
    "party",
    "project",
    "utility",
    "length_m",
    "diameter_mm",
    "depth_m",
    "trench_width_m",
    "bbox",
    "geometry",
)
_DAYS = ("days_in_common", "status", "note", "note_day", "first_common", "last_common")
_PLANNED = ("start", "end", "open_days", "shift_days", "provisional", "dig_id", "role", "order")
_ANSWER = (
    "party", "works", "state", "round", "sent_at", "seen_at", "answered_at", "deadline", "deadline_provisional", "reason",
    "reason_code", "start", "end",
)  # fmt: skip


def day(value: Any) -> Any:
    """A day as text; anything else as JSON has it."""
    if isinstance(value, (pd.Timestamp, np.datetime64)) or value is pd.NaT:
        return None if pd.isna(value) else str(value)[:10]
    return plain(value)


# ── digs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def drafts(one: Arranged) -> list[Draft]:
    """The digs of a plan as they are kept, in the order of their worth."""
    objects = Digs(one).objects
    pairs = one.pairs()
    party = one.works["party"].where(one.works["party"].notna(), None)
    position = one.case.position
    out = []
    for told in objects:
        members = [
            Member(
                each["work_id"], party.iloc[position[each["work_id"]]], each["role"], int(each["order"]),
                date.fromisoformat(each["start"]), date.fromisoformat(each["end"]),
            )
            for each in told["members"]
        ]  # fmt: skip
        inside = pairs[pairs["joined"] & pairs["match_id"].isin(told["match_ids"])]
        ids = one.works["work_id"]
        shown = told | {
            "pairs": [[str(ids.iloc[a]), str(ids.iloc[b])] for a, b in zip(inside["a"], inside["b"], strict=True)],
            "bbox": _box(one.works["bbox"].iloc[position[each.work_id]] for each in members),
            "without_party": [each.work_id for each in members if each.party is None],
        }
        days = date.fromisoformat(told["start"]), date.fromisoformat(told["end"])
        out.append(Draft(*days, members, told["match_ids"], float(told["savings"]["metres"]), shown))
    return out


def _box(boxes: Any) -> list[float]:
    edges = np.array(list(boxes), dtype=float)
    return [*edges[:, :2].min(axis=0).tolist(), *edges[:, 2:].max(axis=0).tolist()]


def dig(row: Mapping[str, Any], given: Sequence[Mapping[str, Any]], private: str | None = None) -> JSON:
    """A kept dig with where it stands. ``private``: a party: reasons of others are left out."""
    shown = dict(row["shown"])
    pairs, members = shown.pop("pairs"), row["members"] or []
    where = state_of(members, pairs, given, row["dropped_at"] is not None)
    answers = [_answer(one, private) for one in given]
    here = f"/api/digs/{row['id']}"
    about = {
        **{name: row[name] for name in ("id", "plan", "revision", "agreed_at", "changed_at")}, "state": where,
        "state_text": state(where), "answers": answers, "drawing": f"{here}/section.svg", "calendar": f"{here}/calendar.ics",
    }  # fmt: skip
    out: JSON = plain({**shown, **about, "dig_id": row["label"]})
    return out


def _answer(one: Mapping[str, Any], private: str | None) -> JSON:
    out = {"invitation": one["id"], **{name: one[name] for name in _ANSWER}}
    if private is not None and one["party"] != private:
        out |= {"reason": None, "reason_code": None, "invitation": None}
    return out


def failed(kept: Sequence[Mapping[str, Any]], given: Mapping[int, Sequence[Mapping[str, Any]]], one: Arranged) -> set[str]:
    """Names of the kept digs that save nothing, since too few of their parties are left: as long as they stand as they were
    kept. One that is moved is asked anew. ``one``: its digs called as they are kept."""
    ids = one.case.works["work_id"]
    stands: dict[str, set[tuple[str, str, str]]] = {}
    for row in one.plan.members[one.plan.members["dig_id"].notna()].to_dict("records"):
        stands.setdefault(row["dig_id"], set()).add((str(ids.iloc[int(row["work"])]), day(row["start"]), day(row["end"])))
    out = set()
    for row in kept:
        members = row["members"] or []
        same = {(each["work_id"], each["start"], each["end"]) for each in members} == stands.get(row["label"])
        if same and state_of(members, row["shown"]["pairs"], given[row["id"]], False) == "failed":
            out.add(str(row["label"]))
    return out


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def labels(one: Arranged, kept: Sequence[Mapping[str, Any]], goes_on: Sequence[int | None]) -> dict[str, str | None]:
    """What the digs of an arrangement are called: as the kept dig that each continues; a new one by a name of its own."""
    by_id = {int(row["id"]): str(row["label"]) for row in kept}
    return {
        str(name): by_id[dig] if dig is not None else f"new-{k}"
        for k, (name, dig) in enumerate(zip(one.plan.digs["dig_id"], goes_on, strict=True), start=1)
    }


def plan(
    row: Mapping[str, Any], one: Arranged, digs: Sequence[JSON], stale: bool, wrong: Sequence[JSON], unjoined: Sequence[JSON]
) -> JSON:
    """The whole plan. ``one``: as it stands now, its digs called as they are kept; ``digs``: from :func:`dig`; ``wrong``: rules
    that it breaks (:func:`api.digs.planning.broken`). A dig that failed shows what it would have saved, and adds nothing."""
    case = one.case
    number = {each["dig_id"]: each["id"] for each in digs}
    head = {name: row[name] for name in ("id", "state", "error", "on", "pack", "created_at", "created_by", "revision", "scope")}
    made = row["made"] or {}
    nothing = {each["dig_id"] for each in digs if each["state"] == "failed"}
    out: JSON = plain({
        **head, "stale": stale, "settings": row["settings"], "provisional": bool(one.plan.members["provisional"].any()),
        "works": _works(one, row["moves"], number), "matches": _matches(one, number), "digs": list(digs),
        "unjoined": list(unjoined), "components": [_component(each) for each in made.get("components", [])],
        "savings": one.totals(nothing), "formula": formula(case.settings.weights.model_dump()), "violations": told(one, wrong),
        "moves": row["moves"], "rest_days": rest_days(case),
    })  # fmt: skip
    return out


def _component(each: Mapping[str, Any]) -> JSON:
    return {name: each[name] for name in ("component", "works", "pairs", "joined", "status", "points", "gap")}


def _works(one: Arranged, moves: Mapping[str, str], number: Mapping[str, int]) -> list[JSON]:
    case = one.case
    members = one.plan.members.set_index("work")
    roads = _roads(case)
    closed: dict[int, list[JSON]] = {}
    for each in case.closures.to_dict("records"):
        closed.setdefault(int(each["work"]), []).append({name: day(each[name]) for name in ("name", "kind", "start", "end")})
    out = []
    for i, work in enumerate(case.works.to_dict("records")):
        planned = None
        if i in members.index:
            planned = {name: day(members.at[i, name]) for name in _PLANNED}
            planned["dig"] = number.get(planned["dig_id"])
        out.append({
            **{name: day(work[name]) for name in _WORK}, "route": None if pd.isna(work["route"]) else int(work["route"]),
            "window": {name: day(work[name]) for name in _WINDOW}, "roads": roads.get(i, []), "closures": closed.get(i, []),
            "planned": planned, "moved": work["work_id"] in moves,
        })  # fmt: skip
    return out


def _roads(case: Case) -> dict[int, list[str]]:
    """Roads of each work, the one on which it shares most first."""
    rows = case.rows[case.rows["road_name"].notna()]
    sides = [rows[[side, "road_name", "shared_m"]].rename(columns={side: "work"}) for side in "ab"]
    metres = pd.concat(sides).groupby(["work", "road_name"])["shared_m"].sum().reset_index()
    order = metres.sort_values(["shared_m", "road_name"], ascending=[False, True], kind="stable")
    return {int(work): list(names) for work, names in order.groupby("work")["road_name"]}


def _matches(one: Arranged, number: Mapping[str, int]) -> list[JSON]:
    case, ids = one.case, one.case.works["work_id"]
    in_dig = {match: number.get(row["dig_id"]) for row in one.plan.digs.to_dict("records") for match in row["match_ids"]}
    out = []
    parts = dict(list(case.rows.groupby("match_id", sort=False)))
    for pair in one.pairs().to_dict("records"):
        some = parts[pair["match_id"]]
        first = some.iloc[0]
        out.append({
            "match_id": pair["match_id"], "a": ids.iloc[pair["a"]], "b": ids.iloc[pair["b"]],
            "shared_m": round(float(some["shared_m"].sum()), 3), "road_names": list(dict.fromkeys(some["road_name"].dropna())),
            **{name: day(first[name]) for name in _DAYS},
            "planned": {"days_in_common": _whole(pair["days"]), "joined": bool(pair["joined"])},
            "dig": in_dig.get(pair["match_id"]), "geometry": _together(some["geometry"]),
        })  # fmt: skip
    return out


def _together(shapes: Any) -> JSON:
    lines: list[Any] = []
    for shape in shapes:
        lines.extend(shape["coordinates"] if shape["type"] == "MultiLineString" else [shape["coordinates"]])
    return {"type": "MultiLineString", "coordinates": lines}


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def unjoined(one: Arranged) -> list[JSON]:
    """Works that are not placed and pairs that are not together, each with the reason and the smallest change, in words."""
    table, raw = unjoined_table(one), one.plan.unjoined
    ids = one.case.works["work_id"]
    out = []
    for said, row in zip(table.to_dict("records"), raw.to_dict("records"), strict=True):
        change = None
        if row["change"] is not None and not pd.isna(row["change"]):
            change = {
                "code": row["change"], "work_id": ids.iloc[int(row["change_work"])], "days": int(row["change_days"]),
                "day": day(row["change_day"]), "opens": day(row["opens"]),
                "confirmed": None if pd.isna(row["confirmed"]) else bool(row["confirmed"]),
                "text": {"zh": said["change"], "en": said["change_en"]},
            }  # fmt: skip
        work = None if pd.isna(row["work"]) else ids.iloc[int(row["work"])]
        out.append({
            "match_id": row["match_id"], "a": said["a"], "b": said["b"], "binding": row["binding"], "work_id": work,
            "text": {"zh": said["reason"], "en": said["reason_en"]}, "change": change, "missing": list(row["missing"]),
            "loses": list(row["loses"]),
        })  # fmt: skip
    told_: list[JSON] = plain(out)
    return told_


def told(one: Arranged, wrong: Sequence[JSON]) -> list[JSON]:
    """Rules that the plan breaks, in words."""
    return [_violation(one, row) for row in wrong]


def _violation(one: Arranged, row: Mapping[str, Any]) -> JSON:
    case = one.case
    work = case.works.iloc[row["work"]]
    members = one.plan.members.set_index("work")[["start", "end"]]
    places = {
        "work": work["work_id"], "first": day(work["start"]), "last": day(work["end"]), "ready": day(work["ready"]),
        "shift": 0 if pd.isna(work["shift_days"]) else int(work["shift_days"]), "on": case.on, "spare": case.settings.spare_days,
    }  # fmt: skip
    if row["work"] in members.index:
        places |= {name: day(members.at[row["work"], name]) for name in ("start", "end")}
    other = None
    if row["other"] is not None:
        other = places["other"] = case.works["work_id"].iloc[row["other"]]
        places["other_start"] = day(members.at[row["other"], "start"]) if row["other"] in members.index else None
    if row["rule"] == "closure":
        named = row["detail"].removeprefix("open during ")
        mine = case.closures[(case.closures["work"] == row["work"]) & (case.closures["name"].astype(str) == named)]
        places["name"] = named
        if len(mine):
            places |= {"from_day": day(mine["start"].iloc[0]), "to_day": day(mine["end"].iloc[0])}
    return {"rule": row["rule"], "work_id": work["work_id"], "other": other, "text": both(RULES[row["rule"]], **places)}


def rest_days(case: Case) -> list[str]:
    """Days that are no working days, from two months before the first window to two months after the last."""
    days = pd.concat([case.works["start"], case.works["end"]]).dropna()
    if not len(days):
        return []
    reach = np.timedelta64(62, "D")
    first = min(days.min().to_datetime64().astype("datetime64[D]"), np.datetime64(case.on, "D")) - reach
    span = np.arange(first, days.max().to_datetime64().astype("datetime64[D]") + reach)
    return [str(one) for one in span[~case.calendar.is_workday(span)]]


# ── previews ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def preview(
    now: Arranged, before: Arranged, moves: Mapping[str, str], number: Mapping[str, int], revision: int, wrong: Sequence[JSON],
    nothing: tuple[Collection[str], Collection[str]] = ((), ()),
) -> JSON:  # fmt: skip
    """What moves amount to. ``number``: kept digs by what they are called; ``wrong``: rules that are broken then; ``nothing``:
    names of the digs that save nothing (:func:`failed`), now and before."""
    ids = now.case.works["work_id"]
    works = []
    for row in now.plan.members.to_dict("records"):
        name = str(ids.iloc[int(row["work"])])
        works.append({"work_id": name, **{key: day(row[key]) for key in _PLANNED}, "moved": name in moves})
    pairs = [
        {"match_id": row["match_id"], "joined": bool(row["joined"]), "days_in_common": _whole(row["days"])}
        for row in now.pairs().to_dict("records")
    ]
    digs, saved = [], savings_of(now)
    for row in now.plan.digs.to_dict("records"):
        digs.append({
            "dig_id": row["dig_id"], "dig": number.get(row["dig_id"]), "start": day(row["start"]), "end": day(row["end"]),
            "works": [str(ids.iloc[i]) for i in row["works"]], "lead": str(ids.iloc[int(row["lead"])]),
            "road_names": row["road_names"], "match_ids": row["match_ids"], "savings": saved[row["dig_id"]],
        })  # fmt: skip
    out: JSON = plain({
        "revision": revision, "works": works, "matches": pairs, "digs": digs, "savings": now.totals(nothing[0]),
        "before": before.totals(nothing[1]), "violations": told(now, wrong),
    })  # fmt: skip
    return out


def savings_of(one: Arranged) -> dict[str, JSON]:
    """Savings of each dig."""
    names = {
        "openings": "openings_saved", "metres": "metres_saved", "area_m2": "area_saved_m2", "days": "days_saved",
        "yuan": "yuan_saved", "unmeasured_m": "unmeasured_m", "unpriced_m2": "unpriced_m2", "points": "points",
    }  # fmt: skip
    return {
        row["dig_id"]: {name: day(row[column]) for name, column in names.items()} for row in one.saved.digs.to_dict("records")
    }


def invitation(one: Mapping[str, Any], late: bool, can_answer: bool) -> JSON:
    """What a party is asked, without the dig."""
    why = WHY.get(one["why"] or "")
    return {
        "invitation": one["id"], "party": one["party"], "state": one["state"], "round": one["round"], "deadline": one["deadline"],
        "deadline_provisional": one["deadline_provisional"], "late": late, "can_answer": can_answer,
        "silence": one["settings"]["silence"], "changed": both(why) if why and one["round"] > 1 else None,
    }  # fmt: skip

"""What the script of the matching report reads: works with their lines, pairs with their stretches, and the words for codes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from api.digs.objects import Digs
from api.digs.table import unjoined_table
from api.matching import Matching
from api.report.data import SIDES, pairs_of_words
from api.report.ground import encoded
from geo.colocation import words as match_words
from geo.columns import words
from geo.crs import to_degrees
from geo.schema import LAYERS
from geo.vocabulary import PAVEMENT, UTILITY

# What one page can carry and stay quick; what is left out is said on the page.
PAIRS_MAX, WORKS_MAX = 5_000, 20_000
SCALE = 1e7
Shapes = npt.NDArray[np.object_]


def page_words() -> dict[str, Any]:
    """Codes to words, both languages."""
    return {
        "layers": {name: {"zh": spec.zh, "en": spec.en} for name, spec in LAYERS.items()},
        "utilities": pairs_of_words({code: (names[0], code) for code, names in UTILITY.items()}),
        "pavements": pairs_of_words({code: (names[0], code.replace("_", " ")) for code, names in PAVEMENT.items()}),
        "sides": pairs_of_words(SIDES), "kinds": pairs_of_words(match_words.KIND), "status": pairs_of_words(match_words.STATUS),
        "works": pairs_of_words(match_words.WORK),
    }  # fmt: skip


def works_shown(matching: Matching) -> npt.NDArray[np.int64]:
    """Positions of the works that the page draws: those with a match first, then the others that were given."""
    met = np.unique(matching.rows[["a", "b"]].to_numpy(dtype=np.int64))
    rest = np.setdiff1d(np.arange(matching.given), met)
    return np.concatenate([met, rest])[:WORKS_MAX]


def works_block(matching: Matching, shown: npt.NDArray[np.int64], called: Any) -> dict[str, Any]:
    """Columns of the works that are shown; lines (rims of outlines) as differences in ten-millionths of a degree."""
    works = matching.works.iloc[shown]
    out: dict[str, Any] = {"id": [str(one) for one in called[shown]]}
    out |= {name: words(works, name).tolist() for name in ("party", "project", "kind", "utility")}
    for name in ("start", "end"):
        out[name] = [None if pd.isna(day) else str(day)[:10] for day in works[name]]
    shapes: Shapes = np.asarray(works.geometry.array, dtype=object)
    areas = np.isin(shapely.get_type_id(shapes), (3, 6))
    lines = to_degrees(shapely.force_2d(np.where(areas, shapely.boundary(shapes), shapes)), matching.city.work_crs)
    met = np.isin(shown, matching.rows[["a", "b"]].to_numpy(dtype=np.int64))
    return out | {"lines": [encoded(lines[k : k + 1], SCALE) for k in range(len(lines))], "met": met.astype(int).tolist()}


def pairs_shown(matching: Matching) -> pd.DataFrame:
    """Pairs of the page: shared ones first, the longest first."""
    pairs = matching.pairs
    crossing = (pairs["kind"] == "crossing").to_numpy()
    order = np.lexsort((pairs["match_id"], -np.nan_to_num(pairs["shared_m"].to_numpy(dtype=float)), crossing))
    return pairs.iloc[order][:PAIRS_MAX]


def place_words(matching: Matching, rows: pd.DataFrame) -> dict[str, str]:
    """Where some rows of the matching lie that name no road."""
    return match_words.place(words(rows, "road_id"), matching.off_road[rows.index.to_numpy()])


def pairs_block(matching: Matching, digs: Digs, shown: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    """One object for each pair that is shown: its two works (places in the works block), its stretches, why it is not joined."""
    place = {int(work): k for k, work in enumerate(shown)}
    lines, off = to_degrees(matching.shapes, matching.city.work_crs), matching.off_road
    stretches = dict(iter(matching.rows.groupby("match_id", sort=False)))
    why = unjoined_table(matching).dropna(subset=["match_id"]).set_index("match_id")
    dig = {} if matching.plan is None else digs.made.drop_duplicates("match_id").set_index("match_id")["dig_id"].to_dict()
    out = []
    for pair in pairs_shown(matching).to_dict("records"):
        if int(pair["a"]) not in place or int(pair["b"]) not in place:
            continue
        part = stretches[pair["match_id"]]
        told = {
            "match_id": pair["match_id"], "a": place[int(pair["a"])], "b": place[int(pair["b"])], "kind": pair["kind"],
            "road": pair["road_name"], "place": None if pair["road_name"] else place_words(matching, part),
            "shared_m": _number(pair["shared_m"]), "short_m": _number(pair["short_m"]), "days": _number(pair["days_in_common"]),
            "common": [_day(pair["first_common"]), _day(pair["last_common"])], "status": pair["status"],
            "same_party": None if pd.isna(pair["same_party"]) else bool(pair["same_party"]), "note": _note(pair),
            "dig": dig.get(pair["match_id"]),
            "stretches": [_stretch(row, lines[k], off[k]) for k, row in zip(part.index, part.to_dict("records"), strict=True)],
        }  # fmt: skip
        if pair["match_id"] in why.index:
            told["why"] = _why(why.loc[pair["match_id"]])
        out.append(told)
    return out


def _stretch(row: Mapping[Any, Any], line: Any, off: bool | None) -> dict[str, Any]:
    names = ("road_name", "from_m", "to_m", "side_a", "side_b", "gap_m", "shared_m", "pavement")
    told = {name: None if pd.isna(row[name]) else row[name] for name in names}
    told["place"] = None if told["road_name"] else match_words.place([row["road_id"]], [off])
    return told | {"line": encoded(np.array([line], dtype=object), SCALE)}


def _why(row: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"zh": row["reason"], "en": row["reason_en"]}
    if row["change"]:
        told["change"] = {"zh": row["change"], "en": row["change_en"]}
        told["confirmed"] = None if pd.isna(row["confirmed"]) else bool(row["confirmed"])
    return told


def _note(pair: Mapping[Any, Any]) -> dict[str, str] | None:
    if pd.isna(pair["note"]):
        return None
    day = pair["note_day"]
    return match_words.note(str(pair["note"]), None if pd.isna(day) else pd.Timestamp(day).date())


def _number(value: Any) -> float | int | None:
    return None if pd.isna(value) else int(value) if float(value).is_integer() else float(value)


def _day(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)[:10]

"""The report of a matching: one HTML file that opens from disk with the cable pulled.

Map and list of the pairs, the works in time street by street, each dig a card (stretch, cross-section, savings, shares), and
for each pair that is not joined what stands against it. In Chinese and English; built like :mod:`api.report.write`, with the same
policy: nothing is fetched, nothing runs but our own scripts.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from api.answers.files import whole
from api.answers.table import rejects_table
from api.digs.draw_gantt import HEAD, ROAD, ROW, gantt, gantt_svg, head_svg
from api.digs.draw_section import section_svg
from api.digs.draw_stretch import along, stretch_svg
from api.digs.files import over
from api.digs.objects import Digs
from api.digs.report_data import PAIRS_MAX, page_words, pairs_block, place_words, works_block, works_shown
from api.digs.table import unjoined_table
from api.matching import Matching
from api.report.ground import ground
from api.report.map import frame, leaflet
from api.report.page import TEMPLATES, centre, lf, own_script, page
from api.styles import styles, work_style
from geo.colocation import words as match_words
from geo.vocabulary import PAVEMENT, UTILITY
from layers.packs.digs import dig_rows

FOLDER, COMMON = TEMPLATES / "match", TEMPLATES / "report"
SCRIPTS = (COMMON / "words.js", COMMON / "ground.js", FOLDER / "map.js", FOLDER / "list.js", FOLDER / "page.js")
CARDS_MAX, WHY_MAX, REJECTS_MAX = 200, 300, 500
STATUSES = ("together", "apart", "undated")


def write_match_report(matching: Matching, path: Path, lang: str = "zh", rejects: pd.DataFrame | None = None) -> Path:
    """The report into ``path`` (.html), whole or not at all. ``lang`` is the language that it opens in.

    Raises :class:`geo.errors.BadInput` where it cannot be written, :class:`geo.errors.Unavailable` without Leaflet."""
    text = render(matching, lang, rejects)
    with whole(path) as draft:
        draft.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return path


def render(matching: Matching, lang: str = "zh", rejects: pd.DataFrame | None = None) -> str:
    """The whole page as text."""
    digs = Digs(matching)
    shown = works_shown(matching)
    shapes = np.asarray(matching.works.geometry.array, dtype=object)[shown]
    map_html, map_script = frame(centre(shapes, matching.city))
    leaflet_script, leaflet_style = leaflet()
    scripts = [lf(leaflet_script), lf(map_script), own_script(*SCRIPTS)]
    meta = {"lang": lang, "city": matching.city.name, "on": matching.on.isoformat(), "plan": matching.plan is not None}
    meta["least"] = matching.min_shared_m
    blocks = {
        "meta": meta, "styles": dict(styles()), "words": page_words(), "ground": ground(matching.city, shapes),
        "works": works_block(matching, shown, digs.called), "pairs": pairs_block(matching, digs, shown),
    }  # fmt: skip
    css = "".join((one / f"{one.name}.css").read_text(encoding="utf-8") for one in (COMMON, FOLDER))
    return page(
        FOLDER, scripts, blocks, lang="zh-CN" if lang.startswith("zh") else "en", map_html=map_html, style=leaflet_style + css,
        place={int(work): k for k, work in enumerate(shown)}, **_facts(matching, digs, rejects),
    )  # fmt: skip


def _facts(matching: Matching, digs: Digs, rejects: pd.DataFrame | None) -> dict[str, Any]:
    """What the page says in its head, its cards and its tables."""
    pairs = matching.pairs
    refused = rejects_table(rejects).slice(0, REJECTS_MAX).to_pylist()
    settings, cite = matching.settings, matching.settings.cite
    cards = [_card(matching, digs, one) for one in digs.objects[:CARDS_MAX]]
    told = unjoined_table(matching).replace({np.nan: None})
    return {
        "city": matching.city, "pack": matching.pack, "on": matching.on.isoformat(), "notice": matching.pack.data.notice,
        "counts": _counts(pairs), "given": matching.given, "left_out": matching.left_out, "least": matching.min_shared_m,
        "short": int(pairs["short_m"].notna().sum()),
        "shared_m": float(pairs["shared_m"].sum()), "shown": min(len(pairs), PAIRS_MAX), "total": len(pairs),
        "planned": matching.plan is not None, "saved": _saved(digs), "digs": cards, "digs_total": len(digs.objects),
        "formula": digs.formula(), "gantt": _gantt(matching, digs),
        "why": told[:WHY_MAX].to_dict("records"), "why_total": len(told), "over": over(matching), "nowhere": _nowhere(matching),
        "settings": dig_rows(settings), "cite": cite, "cite_title": _cite_title(matching), "standard": matching.standard,
        "refused": refused, "refused_total": 0 if rejects is None else int(rejects["row_no"].nunique()),
    }  # fmt: skip


def _nowhere(matching: Matching) -> dict[str, Any]:
    """How many rows lie where the road is not known, and whether there is any road layer."""
    return {"n": sum(one is None for one in matching.off_road), "layer": matching.city.layer("roads").frame is not None}


def _cite_title(matching: Matching) -> str:
    """The document in which the settings are written."""
    cite = matching.settings.cite
    document = matching.pack.data.documents.get(cite.document) if cite else None
    return document.title if document else ""


def _counts(pairs: pd.DataFrame) -> list[dict[str, Any]]:
    """How many pairs share a stretch, by what their days say; and how many cross."""
    shared = pairs[pairs["kind"] == "shared"]
    words = {**match_words.STATUS, "crossing": match_words.KIND["crossing"]}
    found = {code: int((shared["status"] == code).sum()) for code in STATUSES} | {"crossing": len(pairs) - len(shared)}
    look = styles()["matches"]
    return [{"id": code, "n": n, "zh": words[code][0], "en": words[code][1], **look[code]} for code, n in found.items()]


def _saved(digs: Digs) -> dict[str, Any] | None:
    """All savings of the plan together; None without one."""
    plan = digs.matching.plan
    if plan is None:
        return None
    found = digs.saved.digs
    names = ("openings_saved", "metres_saved", "area_saved_m2", "days_saved")
    return {name: float(found[name].sum()) for name in names} | {"gap": float(plan.solved["gap"].sum())}


def _gantt(matching: Matching, digs: Digs) -> dict[str, Any] | None:
    """The chart and its labels; None where nothing is shared."""
    metres = {} if matching.plan is None else dict(zip(digs.saved.digs["dig_id"], digs.saved.digs["metres_saved"], strict=True))
    if not (matching.rows["kind"] == "shared").any():
        return None
    chart = gantt(matching, digs.called, metres)
    roads = [_street(matching, road, bars) for road, bars in chart.roads]
    drawn = {"head": head_svg(chart), "svg": gantt_svg(chart), "width_px": chart.width_px, "roads": roads}
    return drawn | {"row_px": ROW, "road_px": ROAD, "head_px": HEAD, "left_out": chart.left_out}


def _street(matching: Matching, road: str | None, bars: Any) -> dict[str, Any]:
    """A street of the chart with its labels; works that share most where no road has a name are called by where that is."""
    said: dict[str, Any] = {"zh": road, "en": road}
    if road is None:
        rows = matching.rows[(matching.rows["kind"] == "shared") & matching.rows["road_name"].isna()]
        mine = [bar.work for bar in bars]
        said = dict(place_words(matching, rows[rows["a"].isin(mine) | rows["b"].isin(mine)]))
    return said | {"bars": [_label(bar) for bar in bars]}


def _label(bar: Any) -> dict[str, Any]:
    return {"work": bar.work, "name": bar.name, "party": bar.party, "colour": work_style(bar.kind, bar.utility)["colour"]}


def _card(matching: Matching, digs: Digs, dig: dict[str, Any]) -> dict[str, Any]:
    """One dig with its drawings."""
    rows = digs.made[digs.made["dig_id"] == dig["dig_id"]]
    plan = matching.plan
    assert plan is not None
    works = [int(i) for i in plan.digs.set_index("dig_id").loc[dig["dig_id"], "works"]]
    members = [
        one | {"utility_words": UTILITY.get(one["utility"], ("—",))[0], "style": work_style(one["kind"], one["utility"])}
        for one in dig["members"]
    ]
    titles = {item.id: item.title for item in matching.pack.data.permits}
    gaps = [one["gap_m"] for one in dig["stretches"] if one["gap_m"] is not None]
    findings = sorted(dig["section"]["findings"], key=lambda one: ("below_minimum", "check", "ok").index(one["verdict"]))
    return dig | {
        "members": members, "stretch_svg": stretch_svg(along(matching, rows, works, digs.called)),
        "section_svg": section_svg(dig["section"]), "findings": findings, "owed_words": [titles[one] for one in dig["owed"]],
        "place": place_words(matching, rows), "gaps": (min(gaps), max(gaps)) if gaps else None, "pavements": PAVEMENT,
        "waiting": [one["work_id"] for one in dig["members"] if one["owed"] and not one["ready"]],
    }  # fmt: skip

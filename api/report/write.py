"""The report: one HTML file that opens from disk with the cable pulled.

A folium map, charts, a list with filter and the proof of each route, in Chinese and English. Everything is inside: the
page's own policy (Content-Security-Policy) forbids every fetch, and runs no script but the three whose digests it names,
so that no name of a project, however it is written, ever runs."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from api.answers.files import whole
from api.answers.table import rejects_table
from api.report.charts import Bar, Limit, bars, histogram
from api.report.data import PROOFS_MAX, ROWS_MAX, order, proofs, table, words
from api.report.ground import ground
from api.report.map import frame, leaflet
from api.report.page import TEMPLATES, centre, lf, own_script, page
from api.styles import outcome_style, styles
from geo.city import City
from geo.law.kleene import NAMES
from geo.schema import LAYERS
from geo.verdict import Review

FOLDER = TEMPLATES / "report"
SCRIPTS = ("words.js", "ground.js", "map.js", "proof.js", "list.js", "page.js")
REASONS_SHOWN = 12
REJECTS_SHOWN = 500


def write_report(review: Review, city: City, path: Path, lang: str = "zh", rejects: pd.DataFrame | None = None) -> Path:
    """The report of a review into ``path`` (.html), whole or not at all. ``lang`` is the language that it opens in.

    Raises :class:`geo.errors.BadInput` where it cannot be written, :class:`geo.errors.Unavailable` without Leaflet."""
    text = render(review, city, lang, rejects)
    with whole(path) as draft:
        draft.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return path


def render(review: Review, city: City, lang: str = "zh", rejects: pd.DataFrame | None = None) -> str:
    """The whole page as text."""
    chosen = order(review)[:ROWS_MAX]
    proved = chosen[:PROOFS_MAX]
    pool, chunks = proofs(review, proved)
    shapes = np.asarray(review.rows.geometry.array, dtype=object)[chosen]
    map_html, map_script = frame(centre(shapes, city))
    leaflet_script, leaflet_style = leaflet()
    scripts = [lf(leaflet_script), lf(map_script), own_script(*(FOLDER / name for name in SCRIPTS))]
    facts = _facts(review, city, rejects)
    blocks = {
        "meta": facts["meta"] | {"proofs": len(proved), "chunk": len(chunks[0]) if chunks else 1, "lang": lang},
        "styles": dict(styles()), "words": words(review.pack), "rows": table(review, chosen), "ground": ground(city, shapes),
        "pool": pool, **{f"proofs-{n}": chunk for n, chunk in enumerate(chunks)},
    }  # fmt: skip
    return page(
        FOLDER, scripts, blocks, **facts, lang="zh-CN" if lang.startswith("zh") else "en", map_html=map_html,
        style=leaflet_style + (FOLDER / "report.css").read_text(encoding="utf-8"), charts=_charts(review, city),
        shown=len(chosen), proved=len(proved),
    )  # fmt: skip


def _facts(review: Review, city: City, rejects: pd.DataFrame | None) -> dict[str, Any]:
    """What the page says in its head and its tables."""
    rows, pack = review.rows, review.pack
    counts = Counter(rows["outcome"])
    outcomes = [{"id": one, "n": counts[one], **title.model_dump(), **_look(one)} for one, title in pack.outcomes.items()]
    refused = rejects_table(rejects).slice(0, REJECTS_SHOWN).to_pylist()
    meta = {"total": len(rows), "city": city.name, "pack": pack.label, "on": review.on.isoformat(), "limits": limits(review)}
    return {
        "meta": meta, "city": city, "pack": pack, "on": review.on.isoformat(), "total": len(rows), "outcomes": outcomes,
        "immediate": int(rows["immediate"].sum()), "metres": float(np.nansum(rows["length_m"])),
        "refused": refused, "refused_total": 0 if rejects is None else int(rejects["row_no"].nunique()),
        "ages": _ages(review, city), "notice": pack.data.notice, "readings": _readings(review),
    }  # fmt: skip


def _look(outcome: str) -> dict[str, Any]:
    style = outcome_style(outcome)
    return {name: style[name] for name in ("colour", "mark", "ink", "tint")}


def limits(review: Review) -> list[dict[str, Any]]:
    """The lengths that the pack compares a sum with, each once: ``{value, zh, en}``, shortest first."""
    found: dict[float, str] = {}
    for rule in review.pack.data.rules:
        op, limit = next(iter(review.pack.fill(dict(rule.test)).items()))
        compares_a_sum = rule.fact.startswith("sum.") and rule.effect == "decides" and op in ("le", "lt")
        if compares_a_sum and isinstance(limit, (int, float)):
            found.setdefault(float(limit), op)
    shown = sorted(value for value in found if value < 100_000)  # a limit beyond any city stands for "no limit"
    words = {value: {"zh": f"限值 {value:g} m", "en": f"limit {value:g} m"} for value in shown}
    return [{"value": value, "included": found[value] == "le", **words[value]} for value in shown]


def _charts(review: Review, city: City) -> list[str]:
    pack, rows = review.pack, review.rows
    source_zh = f"来源：{city.name}{'（合成）' if city.synthetic else ''}，规则包 {pack.label}，申报日期 {review.on}"
    source_en = f"Source: {city.name}{' (synthetic)' if city.synthetic else ''}, pack {pack.label}, filed {review.on}"
    note = {"note_zh": source_zh, "note_en": source_en}
    counts = Counter(rows["outcome"])
    looks = {one: _look(one) for one in pack.outcomes}
    outcomes = [Bar(t.zh, t.en, counts[o], looks[o]["colour"], looks[o]["mark"]) for o, t in pack.outcomes.items()]
    deciding = _reasons(review)
    shown, rest = deciding[:REASONS_SHOWN], len(deciding) - REASONS_SHOWN
    more = (f"；另有 {rest} 项较少", f"; {rest} rarer ones left out") if rest > 0 else ("", "")
    across = [Limit(one["value"], one["zh"], one["en"], one["included"]) for one in limits(review)]
    lengths = rows["sum_length_m"].to_numpy(dtype=float)
    return [
        bars(outcomes, len(rows), zh="判定结果", en="Outcomes", **note),
        bars(shown, len(rows), zh="起决定作用的规则", en="Rules that decide", note_zh=f"{source_zh}。一条线路可有几项{more[0]}",
             note_en=f"{source_en}. A route may have several{more[1]}"),
        histogram(lengths, across, zh="计长分布（同项目同种类合计）", en="Length compared (per project and utility)", **note),
    ]  # fmt: skip


def _reasons(review: Review) -> list[Bar]:
    """How many routes each rule decides, and with which answer; the most frequent first."""
    said = styles()["answers"]
    found = []
    for rule in review.pack.data.rules:
        if rule.id in review.reasons.gates:
            continue  # which utility it is decides which limb of the text applies, and is nobody's reason
        answers = review.verdicts.reading.rules[rule.id].answer[review.reasons.because[rule.id]]
        for code, name in enumerate(NAMES):
            count = int((answers == code).sum())
            zh, en = f"{rule.title.zh}：{said[name]['zh']}", f"{rule.title.en}: {said[name]['en']}"
            found += [Bar(zh, en, count, "#8A6D3B")] if count else []
    return sorted(found, key=lambda bar: -bar.count)


def _ages(review: Review, city: City) -> list[dict[str, Any]]:
    out = []
    for name, spec in LAYERS.items():
        layer = city.layer(name)
        if spec.geometry == "raster":
            continue
        out.append({
            "zh": spec.zh, "en": spec.en, "rows": None if layer.frame is None else len(layer.frame), "as_of": layer.as_of,
            "days": (review.on - layer.as_of).days if layer.as_of else None, "since": layer.complete_since,
            "covers": layer.coverage is not None, "owner": layer.owner, "source": layer.source, "licence": layer.licence,
            "stated_by": layer.stated_by,
        })  # fmt: skip
    return out


def _readings(review: Review) -> list[dict[str, Any]]:
    pack = review.pack
    return [
        {"code": one.code, "title": one.title, "chosen": one.options[pack.option(name)].title, "argument": one.argument,
         "confirmed": one.confirmed_by}
        for name, one in pack.switches.items()
    ]  # fmt: skip

"""``match``: a file of works in, every shared stretch and crossing out; with ``--plan`` also the joint digs."""

import argparse
import math
import time

from api.answers.write import format_of
from api.commands.house import House
from api.commands.opening import Opened, opened
from api.commands.reading import check_places, keep_rejects, rejects_of
from api.commands.terminal import bar, matches, say, summary_line
from api.day import today
from api.digs.files import FORMATS, ONE_TABLE, summary, write_matches
from api.matching import Matching, match_works
from api.review import review
from geo.errors import BadInput
from layers.readers import RoutesRead


def match_file(house: House, asked: argparse.Namespace) -> int:
    """Match (and plan) the works of ``asked.works``; 0 if every row took part, 1 if some were rejected."""
    began = time.monotonic()
    ending = format_of(asked.output, FORMATS)
    _check_least(asked.min_shared)
    check_places(output=asked.output, report=asked.report, rejects=rejects_of(asked))
    on = asked.on or today()
    with opened(house, asked.works, asked, on) as it:
        found = _matched(asked, it)
    if asked.plan and ending in ONE_TABLE:
        say(
            f"· {asked.output.name} 只有一张表：排期请看 --report，或改用 .gpkg、.xlsx、.geojson"
            if house.lang == "zh"
            else f"· {asked.output.name} holds one table: the plan is in --report, or use .gpkg, .xlsx or .geojson"
        )
    _write(asked, it.read, found, house.lang)
    matches(found)
    done = summary(found, it.read.rejects, time.monotonic() - began)
    summary_line(done)
    return 1 if done["rejected"] else 0


def _check_least(metres: float | None) -> None:
    if metres is not None and not (math.isfinite(metres) and metres >= 0):
        raise BadInput(
            why_zh=f"--min-shared 应为不小于 0 的米数，而不是 {metres}",
            why_en=f"--min-shared is a number of metres from 0, not {metres}",
        )


def _matched(asked: argparse.Namespace, it: Opened) -> Matching:
    read, judged = it.read, None
    if asked.plan:  # what a line owes may rest on lines of its project: filed before, or among the rows that were refused
        judged = review(read.frame, it.city, it.pack, it.on, spans=read.spans, history=it.history(), lost=read.rejects)
    with bar("匹配 matching") as tell:
        return match_works(
            read.frame, it.city, it.pack, on=it.on, min_shared_m=asked.min_shared, plan=asked.plan, judged=judged,
            spans=read.spans, progress=tell,
        )  # fmt: skip


def _write(asked: argparse.Namespace, read: RoutesRead, found: Matching, lang: str) -> None:
    write_matches(found, asked.output, read.rejects)
    keep_rejects(asked, read, "未能参加")
    if asked.report:
        from api.digs.report import write_match_report

        write_match_report(found, asked.report, lang=lang, rejects=read.rejects)
        say(f"→ {asked.report}")
    say(f"→ {asked.output}")

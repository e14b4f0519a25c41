"""``match``: a file of works in, every shared stretch and crossing out; with ``--plan`` also the joint digs."""

import argparse
import math
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from api.answers import write_rejects
from api.commands.house import House
from api.commands.reading import check_places, read_asked, tell_lost, tell_notes
from api.commands.terminal import bar, matches, say, summary_line
from api.day import today
from api.match_files import ONE_TABLE, format_of, summary, write_matches
from api.matching import Matching, match_works
from api.past import past
from api.review import Review, review
from geo.city import City
from geo.errors import BadInput
from geo.pack import Pack
from layers.city_folder import city_settings, open_city
from layers.queries import city as stored_city
from layers.readers import RoutesRead


def match_file(house: House, asked: argparse.Namespace) -> int:
    """Match (and plan) the works of ``asked.works``; 0 if every row took part, 1 if some were rejected."""
    began = time.monotonic()
    ending = format_of(asked.output)
    _check_least(asked.min_shared)
    check_places(output=asked.output, report=asked.report, rejects=_rejects_of(asked))
    on = asked.on or today()
    if asked.city:
        settings = city_settings(asked.city)
        pack = house.pack(asked.pack, on, settings.name)
        with ThreadPoolExecutor() as pool:  # each file is opened by a child process: one waits while the other is understood
            reading = pool.submit(open_city, asked.city)
            read = read_asked(asked.works, asked, settings)
        ground = reading.result()
        tell_notes(read, house.lang)
        tell_lost(ground.reads, house.lang)
        found = _matched(asked, read, ground.city, pack, on)
    else:
        with house.database() as engine:
            city = stored_city(engine)
            pack = house.pack(asked.pack, on, city.name)
            read = read_asked(asked.works, asked, city)
            tell_notes(read, house.lang)
            judged = None
            if asked.plan:  # what a line owes may rest on lines of the same project that were filed before
                judged = review(read.frame, city, pack, on, spans=read.spans, history=past(engine, read.frame, pack, on))
            found = _matched(asked, read, city, pack, on, judged)
    if asked.plan and ending in ONE_TABLE:
        say(
            f"· {asked.output.name} 只有一张表：排期请看 --report，或改用 .gpkg、.xlsx、.geojson"
            if house.lang == "zh"
            else f"· {asked.output.name} holds one table: the plan is in --report, or use .gpkg, .xlsx or .geojson"
        )
    _write(asked, read, found, house.lang)
    matches(found)
    done = summary(found, read.rejects, time.monotonic() - began)
    summary_line(done)
    return 1 if done["rejected"] else 0


def _check_least(metres: float | None) -> None:
    if metres is not None and not (math.isfinite(metres) and metres >= 0):
        raise BadInput(
            why_zh=f"--min-shared 应为不小于 0 的米数，而不是 {metres}",
            why_en=f"--min-shared is a number of metres from 0, not {metres}",
        )


def _rejects_of(asked: argparse.Namespace) -> Path:
    """Where refused rows go."""
    place: Path = asked.rejects or asked.output.with_suffix(".rejects.csv")
    return place


def _matched(
    asked: argparse.Namespace, read: RoutesRead, city: City, pack: Pack, on: date, judged: Review | None = None
) -> Matching:
    with bar("匹配 matching") as tell:
        return match_works(
            read.frame, city, pack, on=on, min_shared_m=asked.min_shared, plan=asked.plan, judged=judged, spans=read.spans,
            progress=tell,
        )  # fmt: skip


def _write(asked: argparse.Namespace, read: RoutesRead, found: Matching, lang: str) -> None:
    write_matches(found, asked.output, read.rejects)
    if len(read.rejects):
        place = _rejects_of(asked)
        write_rejects(read.rejects, place)
        say(f"✗ {read.rejects['row_no'].nunique()} 行未能参加，原因见 / rows rejected, reasons in {place}")
    if asked.report:
        from api.match_report import write_match_report

        write_match_report(found, asked.report, lang=lang, rejects=read.rejects)
        say(f"→ {asked.report}")
    say(f"→ {asked.output}")

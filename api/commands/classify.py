"""``classify``: a file of routes in, a verdict for every row out."""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import geopandas as gpd

from api.answers import format_of, summary, write_answers, write_rejects
from api.commands.house import House
from api.commands.reading import check_places, read_asked, tell_lost, tell_lost_rows, tell_notes
from api.commands.terminal import bar, outcomes, say, summary_line
from api.day import today
from api.neighbours import Standing
from api.past import past
from api.review import Review, review
from api.standing import stored_works
from geo.city import City
from geo.pack import Pack
from layers.city_folder import assume_complete, city_settings, open_city
from layers.queries import city as stored_city
from layers.readers import RoutesRead


def classify(house: House, asked: argparse.Namespace) -> int:
    """Judge every route of ``asked.routes``; 0 if every row was answered, 1 if some were rejected."""
    began = time.monotonic()
    format_of(asked.output)
    check_places(output=asked.output, report=asked.report, rejects=_rejects_of(asked))
    on = asked.on or today()
    if asked.city:
        settings = city_settings(asked.city)
        pack = house.pack(asked.pack, on, settings.name)
        with ThreadPoolExecutor() as pool:  # each file is opened by a child process: one waits while the other is understood
            reading = pool.submit(open_city, asked.city)
            read = read_asked(asked.routes, asked, settings)
        ground = reading.result()
        tell_notes(read, house.lang)
        tell_lost(ground.reads, house.lang)
        answer = _judge(asked, read, ground.city, pack, on)
    else:
        with house.database() as engine:
            city = stored_city(engine)
            tell_lost_rows(city, house.lang)
            pack = house.pack(asked.pack, on, city.name)
            read = read_asked(asked.routes, asked, city)
            tell_notes(read, house.lang)
            before, standing = past(engine, read.frame, pack, on), partial(stored_works, engine, city, pack)
            answer = _judge(asked, read, city, pack, on, before, standing)
    _write(asked, read, answer, house.lang)
    outcomes(answer)
    done = summary(answer, read.rejects, time.monotonic() - began)
    summary_line(done | {"pack": pack.label})
    return 1 if done["rejected"] else 0


def _rejects_of(asked: argparse.Namespace) -> Path:
    """Where refused rows go."""
    place: Path = asked.rejects or asked.output.with_suffix(".rejects.csv")
    return place


def _judge(
    asked: argparse.Namespace, read: RoutesRead, city: City, pack: Pack, on: date, history: gpd.GeoDataFrame | None = None,
    standing: Standing | None = None,
) -> Review:  # fmt: skip
    if asked.assume_complete:
        city = assume_complete(city, [name.strip() for name in asked.assume_complete.split(",") if name.strip()])
    with bar("判定 judging") as tell:
        answer = review(
            read.frame, city, pack, on, spans=read.spans, history=history, lost=read.rejects, standing=standing, progress=tell
        )
        _ = answer.rows
    return answer


def _write(asked: argparse.Namespace, read: RoutesRead, answer: Review, lang: str) -> None:
    write_answers(answer, asked.output, answer.city, read.rejects)
    if len(read.rejects):
        place = _rejects_of(asked)
        write_rejects(read.rejects, place)
        say(f"✗ {read.rejects['row_no'].nunique()} 行未能判定，原因见 / rows rejected, reasons in {place}")
    if asked.report:
        from api.report import write_report

        write_report(answer, answer.city, asked.report, lang=lang, rejects=read.rejects)
        say(f"→ {asked.report}")
    say(f"→ {asked.output}")

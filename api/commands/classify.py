"""``classify``: a file of routes in, a verdict for every row out."""

import argparse
import time
from functools import partial

from api.answers.write import format_of, summary, write_answers
from api.commands.house import House
from api.commands.opening import Opened, opened
from api.commands.reading import check_places, keep_rejects, rejects_of
from api.commands.terminal import bar, outcomes, say, summary_line
from api.day import today
from api.review import Review, review
from api.standing import stored_works
from layers.city_folder import assume_complete
from layers.readers import RoutesRead


def classify(house: House, asked: argparse.Namespace) -> int:
    """Judge every route of ``asked.routes``; 0 if every row was answered, 1 if some were rejected."""
    began = time.monotonic()
    format_of(asked.output)
    check_places(output=asked.output, report=asked.report, rejects=rejects_of(asked))
    on = asked.on or today()
    with opened(house, asked.routes, asked, on) as it:
        answer = judged(asked, it)
        _write(asked, it.read, answer, house.lang)  # the database still open: verdicts name the works that stand there
    outcomes(answer)
    done = summary(answer, it.read.rejects, time.monotonic() - began)
    summary_line(done | {"pack": it.pack.label})
    return 1 if done["rejected"] else 0


def judged(asked: argparse.Namespace, it: Opened) -> Review:
    """The verdicts of a file that was opened, layers that ``--assume-complete`` names taken as whole."""
    city, read = it.city, it.read
    if asked.assume_complete:
        city = assume_complete(city, [name.strip() for name in asked.assume_complete.split(",") if name.strip()])
    standing = partial(stored_works, it.engine, it.city, it.pack) if it.engine is not None else None
    history = it.history()
    with bar("判定 judging") as tell:
        answer = review(
            read.frame,
            city,
            it.pack,
            it.on,
            spans=read.spans,
            history=history,
            lost=read.rejects,
            standing=standing,
            progress=tell,
        )
        _ = answer.rows
    return answer


def _write(asked: argparse.Namespace, read: RoutesRead, answer: Review, lang: str) -> None:
    write_answers(answer, asked.output, answer.city, read.rejects)
    keep_rejects(asked, read)
    if asked.report:
        from api.report.write import write_report

        write_report(answer, answer.city, asked.report, lang=lang, rejects=read.rejects)
        say(f"→ {asked.report}")
    say(f"→ {asked.output}")

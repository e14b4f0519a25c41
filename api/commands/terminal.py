"""What a person at a terminal sees: a progress bar and a table, on stderr; stdout stays for answers."""

import json
import os
import pwd
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.matching import Matching
from api.review import Review
from api.styles import outcome_style
from geo.colocation.words import KIND, STATUS
from layers.people.audit import Actor

SAY = Console(stderr=True, highlight=False)


class Tell(Protocol):
    """Takes (done, total)."""

    def __call__(self, done: int, total: int) -> None: ...


@contextmanager
def bar(what: str) -> Iterator[Tell]:
    """A progress bar for the length of a block: count and time left."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=SAY, disable=not SAY.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def console() -> Actor:
    """Who acts at the terminal, as the audit names them: the system, from the account of the machine."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    return Actor("system", f"console:{name}")


def say(text: str) -> None:
    """One line for the person."""
    SAY.print(text, markup=False, soft_wrap=True)


def outcomes(review: Review) -> None:
    """The table of outcomes: how many, how long, how certain."""
    rows = review.rows
    table = Table(title=f"{review.city.name} · {review.pack.label} · {review.on}", title_justify="left")
    table.add_column("判定 outcome")
    for name in ("条数", "总长 m", "即时办理", "读法", "资料不全"):
        table.add_column(name, justify="right")
    for outcome, words in review.pack.outcomes.items():
        these = rows[rows.outcome == outcome]
        if len(these):
            style = outcome_style(outcome)["colour"]
            counts = (these.immediate.sum(), (these.certainty == "reading").sum(), (these.certainty == "data-missing").sum())
            table.add_row(
                f"[{style}]■[/] {words.zh} {outcome}", str(len(these)), f"{these.length_m.sum():,.1f}", *(str(c) for c in counts)
            )
    SAY.print(table)


def matches(found: Matching) -> None:
    """The table of pairs by what their days say, and the digs that save most."""
    pairs = found.pairs
    table = Table(title=f"{found.city.name} · {found.pack.label} · {found.on}", title_justify="left")
    table.add_column("共用 matches")
    for name in ("对 pairs", "共用 shared m"):
        table.add_column(name, justify="right")
    kinds = {**STATUS, "crossing": KIND["crossing"]}
    for code, (zh, en) in kinds.items():
        these = pairs[
            (pairs["kind"] == "crossing") if code == "crossing" else (pairs["kind"] == "shared") & (pairs["status"] == code)
        ]
        table.add_row(f"{zh} {en}", str(len(these)), "" if code == "crossing" else f"{these['shared_m'].sum():,.1f}")
    SAY.print(table)
    if found.plan is not None:
        digs = found.plan.digs
        saved = [float(digs[name].sum()) for name in ("openings_saved", "metres_saved", "days_saved")]
        say(f"同步开挖 {len(digs)} 处：少开挖 {saved[0]:,.0f} 次、{saved[1]:,.0f} m、{saved[2]:,.0f} 个工作日 / {len(digs)} digs")


def summary_line(summary: Mapping[str, Any]) -> None:
    """The JSON summary, alone on the last line of stdout."""
    sys.stdout.write(json.dumps(summary, ensure_ascii=False) + "\n")
    sys.stdout.flush()

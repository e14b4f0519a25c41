"""One job: a file of routes → answers in every format, a report, and the lines to show on the map.

Everything lies in one folder of ours. Each file appears whole or not at all, and the whole job may be done again from
its start: that is how it outlives a restart.
"""

import json
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
import sqlalchemy as sa

from api.answers.files import whole
from api.answers.write import summary, write_answers, write_rejects
from api.digs.neighbours import Standing
from api.jobs.orders import ANSWERS, GEOJSON, MAP, REJECTS, REPORT, Order, Tell
from api.past import past
from api.report.write import write_report
from api.review import Review, review
from api.uploads import told_as_shown
from api.wire import dumps, plain
from geo.city import City
from geo.crs import to_degrees
from geo.errors import Unavailable
from geo.law.pack import Pack
from layers.readers import Issue, Limits, RoutesRead, read_routes

SHOWN_REJECTS = 500
Words = dict[str, str]


def run_order(
    order: Order, jobs_dir: Path, engine: sa.Engine, city: City, pack: Pack, limits: Limits, tell: Tell,
    standing: Standing | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Do the whole job and return its result (summary, rejects, notes, downloads). Raises domain errors with words."""
    began, folder = time.monotonic(), jobs_dir / order.folder
    tell.phase("读取文件", "reading the file")
    read = _read(order, folder, city, limits)
    tell.phase("审查", "reviewing", len(read.frame))
    day = date.fromisoformat(order.on)
    before = past(engine, read.frame, pack, day)
    n = len(read.frame)  # the history is measured along with them, and is not what the visitor waits for
    answer = review(
        read.frame, city, pack, day, spans=read.spans, history=before, lost=read.rejects, standing=standing,
        progress=lambda done, _: tell.steps(min(done, n), n),
    )  # fmt: skip
    summed = summary(answer, read.rejects, time.monotonic() - began)
    downloads, unmade = _write(answer, read.rejects, city, folder, tell)
    result: dict[str, Any] = plain({
        "summary": summed,
        "rejects": read.rejects.head(SHOWN_REJECTS).to_dict("records"),
        "issues": [_issue(issue) for issue in read.issues[:SHOWN_REJECTS]],
        "notes": [*({"zh": note.zh, "en": note.en} for note in read.notes), *unmade],
        "downloads": downloads,
    })  # fmt: skip
    return result


def _issue(issue: Issue) -> dict[str, Any]:
    return {"row_no": issue.row_no, "route_id": issue.key, "field": issue.field, "zh": issue.zh, "en": issue.en}


def _read(order: Order, folder: Path, city: City, limits: Limits) -> RoutesRead:
    """The routes of the file; what is wrong with it is told under the name that the visitor knows."""
    with told_as_shown(folder, order.stored, order.shown):
        return read_routes(
            folder / order.stored,
            work_crs=city.work_crs,
            bounds=city.bounds,
            encoding=order.encoding,
            crs=order.crs,
            limits=limits,
        )


def _write(answer: Review, rejects: pd.DataFrame, city: City, folder: Path, tell: Tell) -> tuple[dict[str, str], list[Words]]:
    """Every file of the job: key → name of those that there are, and what is to be said of one that could not be made."""
    files, notes = {"map": MAP, **ANSWERS, "report": REPORT}, []
    for done, (key, name) in enumerate(files.items()):
        tell.phase(f"写出 {name}", f"writing {name}", len(files))
        tell.steps(done, len(files))
        if key == "map":
            _write_map(answer, city, folder / name)
        elif key != "report":
            write_answers(answer, folder / name, city, rejects)
    try:
        write_report(answer, city, folder / REPORT, rejects=rejects)
    except Unavailable as error:  # no map library for the report: no reason to keep the answers back
        del files["report"]
        notes.append({"zh": error.text("zh"), "en": error.text("en")})
    if len(rejects):
        write_rejects(rejects, folder / REJECTS)
        files["rejects"] = REJECTS
    del files["map"]
    return {**files, "geojson": GEOJSON}, notes


MAP_COLUMNS = ("row_no", "route_id", "project", "utility", "outcome", "conditions", "certainty", "immediate", "length_m")


def _write_map(answer: Review, city: City, path: Path) -> None:
    """Outlines with what colours them, in degrees with 7 decimals; the rest of a row is asked for when somebody looks."""
    rows = answer.rows
    shapes = shapely.transform(to_degrees(rows.geometry.to_numpy(), city.work_crs), lambda xy: xy.round(7))
    records: list[Mapping[str, Any]] = rows[[name for name in MAP_COLUMNS if name in rows]].to_dict("records")
    with whole(path) as draft, draft.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for i, record in enumerate(records):
            head = json.dumps({"type": "Feature", "id": int(record["row_no"])})[:-1].encode()
            shape = shapely.to_geojson(shapes[i]).encode()
            file.write((b",\n" if i else b"\n") + head + b',"geometry":' + shape + b',"properties":' + dumps(record) + b"}")
        file.write(b"\n]}\n")

"""The audit: who did what, and whether the chain holds."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response, StreamingResponse

from api.deps import FIRST_DAY, LAST_DAY, House, HouseNow
from api.people.schemas import AuditChecked, AuditOut
from api.rights import needs
from api.schemas import problems
from api.texts import words_of_query
from api.wire import Json
from layers.people.audit import Wanted, page, pages, verify

router = APIRouter(prefix="/api/audit", tags=["people"], dependencies=[needs("manage")])
NO_STORE = {"Cache-Control": "no-store"}
Word = Annotated[str | None, Query(max_length=64)]
Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY)]
COLUMNS = ("id", "at", "actor", "address", "action", "subject", "before", "after", "previous", "hash")


def _wanted(actor: Word = None, action: Word = None, subject: Word = None, since: Day = None, until: Day = None) -> Wanted:
    """Rows of one login, of actions that begin with a word, of subjects that hold one, from a day to a day (both included)."""
    words = (words_of_query(name, text) or "" for name, text in (("actor", actor), ("action", action), ("subject", subject)))
    first, last = (None if day is None else datetime.combine(day, time.min).astimezone() for day in (since, until))
    return Wanted(*words, first, None if last is None else last + timedelta(days=1))


WantedNow = Annotated[Wanted, Depends(_wanted)]


@router.get("", response_model=AuditOut, responses=problems(401, 403, 422), summary="操作记录 / the audit")
def show_audit(
    house: HouseNow,
    wanted: WantedNow,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="早于该编号 / older than this row")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Json:
    """Rows, the newest first; of one login, of actions that begin with a word, of subjects that hold one, within days."""
    return Json({"items": page(house.engine, before, limit=limit, wanted=wanted)}, headers=NO_STORE)


@router.get(
    "/rows.csv", response_class=Response, summary="导出操作记录 / export the audit",
    responses={**problems(401, 403, 422), 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)  # fmt: skip
def export_audit(house: HouseNow, wanted: WantedNow) -> Response:
    """The same rows, all of them, as CSV (UTF-8 with its mark, so that spreadsheets read it)."""
    headers = {**NO_STORE, "Content-Disposition": f"attachment; filename*=UTF-8''{quote('操作记录.csv')}"}
    return StreamingResponse(_lines(house, wanted), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(house: House, wanted: Wanted) -> Iterator[str]:
    yield "\ufeff" + _line(COLUMNS)
    for row in pages(house.engine, wanted):
        yield _line([_cell(row[name]) for name in COLUMNS])


def _line(cells: Sequence[str]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: object) -> str:
    """As text; what a spreadsheet would take for a formula is told to be none."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@router.get("/check", response_model=AuditChecked, responses=problems(401, 403), summary="核对记录链 / check the chain")
def check_audit(house: HouseNow) -> Json:
    """Reckon every hash anew: where the chain breaks, and the last hash."""
    found = verify(house.engine)
    return Json({"rows": found.rows, "broken": found.broken, "head": found.head}, headers=NO_STORE)

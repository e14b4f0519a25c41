"""The audit: who did what, and whether the chain holds."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import HouseNow
from api.people.schemas import AuditChecked, AuditOut
from api.rights import needs
from api.schemas import problems
from api.texts import words_of_query
from api.wire import Json
from layers.people.audit import page, verify

router = APIRouter(prefix="/api/audit", tags=["people"], dependencies=[needs("manage")])
NO_STORE = {"Cache-Control": "no-store"}
Word = Annotated[str | None, Query(max_length=64)]


@router.get("", response_model=AuditOut, responses=problems(401, 403, 422), summary="操作记录 / the audit")
def show_audit(
    house: HouseNow,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="早于该编号 / older than this row")] = None,
    actor: Word = None,
    action: Word = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Json:
    """Rows, the newest first; of one login, or of actions that begin with a word."""
    who, what = words_of_query("actor", actor) or "", words_of_query("action", action) or ""
    return Json({"items": page(house.engine, before, who, what, limit)}, headers=NO_STORE)


@router.get("/check", response_model=AuditChecked, responses=problems(401, 403), summary="核对记录链 / check the chain")
def check_audit(house: HouseNow) -> Json:
    """Reckon every hash anew: where the chain breaks, and the last hash."""
    found = verify(house.engine)
    return Json({"rows": found.rows, "broken": found.broken, "head": found.head}, headers=NO_STORE)

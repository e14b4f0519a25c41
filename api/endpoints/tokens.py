"""Tokens for programs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from starlette.responses import Response

from api.deps import HouseNow
from api.people.schemas import TokenAsked, TokenMade, TokensOut
from api.rights import VisitorNow, signed_in
from api.schemas import problems
from api.wire import Json
from geo.errors import Forbidden
from layers.people.sessions import make_token, revoke_token, tokens

router = APIRouter(prefix="/api/tokens", tags=["people"], dependencies=[signed_in])
NO_STORE = {"Cache-Control": "no-store"}


@router.get("", response_model=TokensOut, responses=problems(401, 403, 422), summary="令牌 / tokens")
def list_tokens(now: VisitorNow, house: HouseNow, everybodys: Annotated[bool, Query(alias="all")] = False) -> Json:
    """One's own; with ``all`` everybody's, for who manages."""
    if everybodys and "manage" not in now.person.may:
        raise Forbidden(why_zh="只有管理员能查看他人的令牌", why_en="only who manages sees the tokens of others")
    return Json({"items": tokens(house.engine, None if everybodys else now.person.id)}, headers=NO_STORE)


@router.post(
    "", response_model=TokenMade, status_code=status.HTTP_201_CREATED, summary="新建令牌 / a new token",
    responses=problems(400, 401, 403, 413, 422),
)  # fmt: skip
def new_token(asked: TokenAsked, now: VisitorNow, house: HouseNow) -> Json:
    """With some of one's own abilities; a token cannot make tokens."""
    if now.person.must_change:
        raise Forbidden(why_zh="请先修改初始密码", why_en="change the password that you were given first", must_change=True)
    if now.session is None:
        raise Forbidden(why_zh="令牌不能再签发令牌，请登录后操作", why_en="a token cannot make tokens: sign in")
    number, secret = make_token(house.engine, now.person, asked.name, asked.may, asked.days, now.address)
    return Json({"id": number, "token": secret}, status.HTTP_201_CREATED, NO_STORE)


@router.delete(
    "/{token_id}", status_code=status.HTTP_204_NO_CONTENT, summary="吊销令牌 / revoke a token",
    responses=problems(401, 403, 404, 422),
)  # fmt: skip
def end_token(token_id: Annotated[int, Path(ge=1, le=2**53)], now: VisitorNow, house: HouseNow) -> Response:
    """It is useless from now on."""
    revoke_token(house.engine, now.person, token_id, now.address)
    house.visitors.forget()
    return Response(status_code=status.HTTP_204_NO_CONTENT)

"""The one table from errors to HTTP: status and title; every body is ``application/problem+json`` in zh or en.

Nothing else knows status codes of errors. Domain errors bring their own words; what the framework refuses
(unknown address, wrong method, a body that does not fit its schema) is put into words here.
"""

import logging
from collections.abc import Mapping
from typing import Any

import psycopg
import sqlalchemy.exc
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.i18n import Lang, language
from api.reasons import reason
from api.wire import dumps, plain
from geo import errors as geo_errors
from geo.errors import BadInput, WaixianError

log = logging.getLogger("waixian.api")

MEDIA_TYPE = "application/problem+json"


class BadRequest(BadInput):
    """The request itself does not hold together; ``why_zh`` and ``why_en`` say how."""

    code = "bad_request"


class BadLine(BadInput):
    """The drawn line cannot be reviewed; ``why_zh`` and ``why_en`` say why."""

    code = "bad_line"


class OutsideCity(BadInput):
    """The line leaves the area that this city's data describes."""

    code = "outside_city"
    zh = (
        "图形超出本城市范围：{city}的范围为经度 {west}–{east}、纬度 {south}–{north}，"
        "而该线到达 ({lon}, {lat})。请检查坐标顺序（先经度后纬度）和坐标系"
    )
    en = (
        "The line leaves the city: {city} lies between longitude {west}–{east} and latitude {south}–{north}, "
        "and the line reaches ({lon}, {lat}). Check the order (longitude first) and the coordinate system"
    )


class TooLarge(BadInput):
    """The body is larger than this server takes."""

    code = "too_large"
    zh = "内容过大：上限 {limit_mib} MiB。可分成几个文件，或在服务器上用命令行 classify 处理"
    en = "Too large: at most {limit_mib} MiB. Split the file, or run classify on the server's command line"


class FileTooLarge(TooLarge):
    """A photo, clip or recording is larger than a room takes; ``why_zh`` and ``why_en`` say the limit and the cure."""

    zh = "{why_zh}"
    en = "{why_en}"


# error class → (status, title in Chinese, title in English); a class that is not here takes its parent's row.
TABLE: Mapping[type[Exception], tuple[int, str, str]] = {
    geo_errors.WaixianError: (500, "出错了", "Error"),
    geo_errors.BadInput: (422, "输入无法使用", "The input cannot be used"),
    geo_errors.UnreadableFile: (422, "文件无法读取", "The file cannot be read"),
    geo_errors.UnknownCrs: (422, "坐标系不明", "Unknown coordinate system"),
    geo_errors.UnknownLayer: (404, "没有这个图层", "No such layer"),
    geo_errors.MissingColumn: (422, "缺少字段", "A column is missing"),
    geo_errors.BadValue: (422, "字段的值不对", "A value is wrong"),
    geo_errors.BadGeometry: (422, "图形不对", "A shape is wrong"),
    geo_errors.NoCalendar: (422, "没有这一年的工作日历", "No working calendar for that year"),
    BadRequest: (422, "请求不完整或有误", "The request does not hold together"),
    BadLine: (422, "该线无法审查", "This line cannot be reviewed"),
    OutsideCity: (422, "超出城市范围", "Outside the city"),
    TooLarge: (413, "内容过大", "Too large"),
    FileTooLarge: (413, "文件过大", "The file is too large"),
    geo_errors.UnreadableMedia: (422, "无法使用该文件", "The file cannot be used"),
    geo_errors.BadPack: (500, "规则包有误", "The pack is wrong"),
    geo_errors.BadData: (500, "数据文件有误", "A data file is wrong"),
    geo_errors.NotSignedIn: (401, "请登录", "Sign in"),
    geo_errors.Forbidden: (403, "没有权限", "Not allowed"),
    geo_errors.PinNeeded: (403, "需要口令", "A PIN is needed"),
    geo_errors.TooManyTries: (429, "尝试过多", "Too many tries"),
    geo_errors.NotFound: (404, "找不到", "Not found"),
    geo_errors.DeadLink: (404, "链接无效", "This link opens nothing"),
    geo_errors.Conflict: (409, "当前状态不允许", "The present state forbids this"),
    geo_errors.Unavailable: (503, "暂时不可用", "Unavailable"),
}

# What the framework itself answers: status → (code, title zh, title en, detail zh, detail en).
STATUSES: Mapping[int, tuple[str, str, str, str, str]] = {
    400: (
        "malformed", "请求无法解析", "Malformed request",
        "请求体无法解析。",
        "The body cannot be parsed.",
    ),
    403: (
        "other_site", "来自其他网站", "From another site",
        "浏览器说明这次修改来自另一个网站，已拒绝。",
        "The browser says that another site sent this change: refused.",
    ),
    404: (
        "no_such_address", "没有这个地址", "No such address",
        "没有 {path}。接口目录见 /api/openapi.json。",
        "There is no {path}. /api/openapi.json lists what there is.",
    ),
    405: (
        "wrong_method", "方法不对", "Wrong method",
        "{path} 不接受 {method}，可用：{allow}。",
        "{path} does not take {method}; it takes {allow}.",
    ),
    413: (
        "too_large", "内容过大", "Too large",
        "请求体超过上限。文件可分成几个，或在服务器上用命令行 classify 处理。",
        "The body is over the limit. Split the file, or run classify on the server's command line.",
    ),
    415: (
        "wrong_media_type", "内容类型不对", "Wrong media type",
        "该地址不接受这种内容类型。",
        "This address does not take that media type.",
    ),
    500: (
        "internal", "服务器出错", "Server error",
        "服务器内部出错，已记入日志；请重试，如再次出现请告知管理员。",
        "Something went wrong here and is in the log. Try again; if it comes back, tell the administrator.",
    ),
    503: (
        "unavailable", "暂时不可用", "Unavailable",
        "数据库连不上：请确认它在运行（app.py db status），再试一次。",
        "The database cannot be reached: make sure it runs (app.py db status) and try again.",
    ),
}  # fmt: skip


def status_of(error: WaixianError) -> tuple[int, str, str]:
    """Status and titles of a domain error: its own row, or that of its nearest ancestor."""
    return next(TABLE[cls] for cls in type(error).__mro__ if cls in TABLE)


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    lang: Lang,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem+json answer (RFC 9457)."""
    body = {
        "type": f"urn:waixian:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "context": context,
    }
    own = {"Content-Language": lang, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return Response(dumps(body), status, {**own, **(headers or {})}, MEDIA_TYPE)


def words_of(error: WaixianError, lang: Lang) -> dict[str, Any]:
    """A domain error as a part of some other answer (a failed job, say): code, title, detail, context."""
    _, zh, en = status_of(error)
    return {"code": error.code, "title": zh if lang == "zh" else en, "detail": error.text(lang), "context": _context(error, lang)}


def _context(error: WaixianError, lang: Lang) -> dict[str, Any]:
    """What the error knows, one language only: ``why_zh``/``why_en`` become ``why``."""
    other = "_en" if lang == "zh" else "_zh"
    kept = {key: value for key, value in error.context.items() if not key.endswith(other)}
    out: dict[str, Any] = plain({key.removesuffix(f"_{lang}"): value for key, value in kept.items()})
    return out


def _from_status(request: Request, status: int, headers: Mapping[str, str] | None = None, detail: str | None = None) -> Response:
    lang = language(request.headers.get("accept-language"))
    code, title_zh, title_en, zh, en = STATUSES.get(status) or (
        f"http_{status}",
        "请求未能完成",
        "The request failed",
        detail or "—",
        detail or "—",
    )
    places = {"path": request.url.path[:200], "method": request.method[:20], "allow": (headers or {}).get("Allow", "—")}
    title, text = (title_zh, zh) if lang == "zh" else (title_en, en)
    return problem(status, code, title, text.format_map(places), lang, {"path": places["path"]}, headers)


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, WaixianError)
    lang = language(request.headers.get("accept-language"))
    status, zh, en = status_of(error)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error)
    return problem(status, error.code, zh if lang == "zh" else en, error.text(lang), lang, _context(error, lang))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _from_status(request, error.status_code, error.headers, str(error.detail))


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    lang = language(request.headers.get("accept-language"))
    fields = [{"field": _place(one), "reason": reason(one, lang)} for one in error.errors()[:20]]
    said = ("；" if lang == "zh" else "; ").join(f"{f['field']}{'：' if lang == 'zh' else ': '}{f['reason']}" for f in fields[:5])
    title = "请求不符合格式" if lang == "zh" else "The request does not fit its form"
    return problem(422, "invalid_request", title, said, lang, {"fields": fields})


def _place(error: Mapping[str, Any]) -> str:
    """``geometry.coordinates.3`` without the framework's leading ``body`` / ``query``; ``body`` when it is the whole."""
    parts = [str(part) for part in error["loc"]]
    if error["type"] == "json_invalid":
        return "body"  # what follows is the place in the text
    return ".".join(parts[1:] if len(parts) > 1 and parts[0] in ("body", "query", "path", "header") else parts)[:200]


async def _on_database_error(request: Request, error: Exception) -> Response:
    log.error("%s %s: %s", request.method, request.url.path, error)
    return _from_status(request, 503)


async def _on_anything_else(request: Request, error: Exception) -> Response:
    log.error("%s %s", request.method, request.url.path, exc_info=error)
    return _from_status(request, 500)


def install(app: FastAPI) -> None:
    """Every error leaves through here."""
    app.add_exception_handler(WaixianError, _on_domain_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    for unreachable in (sqlalchemy.exc.OperationalError, sqlalchemy.exc.TimeoutError, psycopg.OperationalError):
        app.add_exception_handler(unreachable, _on_database_error)
    app.add_exception_handler(Exception, _on_anything_else)

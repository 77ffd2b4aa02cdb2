"""Refusals and failures as RFC 9457 problem documents, in the asker's language."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import InterfaceError, OperationalError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from spine.canonical import Json
from spine.clock import iso
from spine.errors import Refused
from spine.presence import NotTried
from spine.validation import refusal_of

log = logging.getLogger("fengsui.web")

MEDIA_TYPE = "application/problem+json"


def locale_of(request: Request) -> str:
    """zh unless the asker prefers English."""
    asked = request.headers.get("accept-language", "zh").lower()
    return "en" if asked.startswith("en") else "zh"


def problem(refused: Refused, locale: str) -> JSONResponse:
    content: dict[str, Json] = {
        "type": f"urn:fengsui:problem:{refused.code}",
        "title": refused.code,
        "status": refused.status,
        "code": refused.code,
        "detail": refused.sentence(locale),
    }
    if refused.field is not None:
        content["field"] = refused.field
    for name, value in refused.facts.items():
        content.setdefault(name, value)
    headers: dict[str, str] = {}
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refused.status == 503:
        headers["Retry-After"] = "2"
    return JSONResponse(content, status_code=refused.status, media_type=MEDIA_TYPE, headers=headers)


_CANNOT_READ = (
    "数据库暂时不可用，无法读取，请稍后重试；界面上的数据可能已过时。",
    "The database is away and cannot be read; try again soon. What the screens show may be out of date.",
)
_NOT_SAVED = (
    "数据库暂时不可用，内容没有保存，请稍后重试；界面上的数据可能已过时。",
    "The database is away. Nothing was saved; try again soon. What the screens show may be out of date.",
)
_NOT_KNOWN = (
    "数据库没有及时答复，尚不能确定内容是否已保存；请原样重发，同一编号的指令只会执行一次。",
    "The database did not answer in time: whether this was saved is not known. Send it again as it is; the same id is carried "
    "out once.",
)


def database_away(request: Request, *, tried: bool = False) -> JSONResponse:
    """503 with `since`. What was `tried` may have been saved all the same: then the answer does not claim otherwise."""
    since = request.app.state.house.realm.presence.away_since
    reads = request.method in ("GET", "HEAD")
    zh, en = _CANNOT_READ if reads else _NOT_KNOWN if tried else _NOT_SAVED
    away = Refused("database_away", zh=zh, en=en, status=503, final=False, since=None if since is None else iso(since))
    return problem(away, locale_of(request))


def away(request: Request, error: Exception) -> JSONResponse:
    """What is answered when the database broke off, or did not answer."""
    log.warning("%s %s was refused, the database is away: %s", request.method, request.url.path, error)
    return database_away(request, tried=not isinstance(error, NotTried))


_FAILED = Refused(
    "internal",
    zh="系统内部出错，操作没有完成；错误已记录。",
    en="Something failed inside. The operation was not carried out; the error has been logged.",
    status=500,
)


def failed(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed: %s", request.method, request.url.path, error, exc_info=error)
    return problem(_FAILED, locale_of(request))


def answer_to(request: Request, error: Exception) -> JSONResponse:
    """For what is answered outside the framework: the same as `install` gives to what is inside."""
    if isinstance(error, Refused):
        return problem(error, locale_of(request))
    if isinstance(error, OperationalError | InterfaceError | TimeoutError):
        return away(request, error)
    return failed(request, error)


_HUNG_UP = Refused("hung_up", zh="发送中断。", en="The sender hung up.", status=400, final=False)
_HTTP: dict[int, tuple[str, str, str]] = {
    404: ("not_found", "没有这个地址。", "There is nothing at this address."),
    405: ("method_not_allowed", "这个地址不接受这种请求方式。", "This address does not take that method."),
}


def install(app: FastAPI) -> None:
    """Every way out of the program but success goes through here."""

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return problem(error, locale_of(request))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = error.errors()
        field = ".".join(str(part) for part in errors[0]["loc"]) if errors else None
        en = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in errors[:5])
        wrong = Refused("invalid_field", zh=f"请求有误：{en}", en=f"The request is not valid: {en}", field=field)
        return problem(wrong, locale_of(request))

    @app.exception_handler(ValidationError)
    async def invalid_model(request: Request, error: ValidationError) -> JSONResponse:
        return problem(refusal_of(error, ""), locale_of(request))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        code, zh, en = _HTTP.get(error.status_code, ("http", str(error.detail), str(error.detail)))
        return problem(Refused(code, zh=zh, en=en, status=error.status_code), locale_of(request))

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(TimeoutError)
    async def broken_off(request: Request, error: Exception) -> JSONResponse:
        return away(request, error)

    @app.exception_handler(ClientDisconnect)
    async def left(_request: Request, _error: ClientDisconnect) -> JSONResponse:
        return problem(_HUNG_UP, "en")  # nobody reads it: the sender hung up while sending

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        return failed(request, error)

"""What stands before every request: nobody comes from another site, nobody waits for a database that is away."""

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spine.errors import Refused
from web import errors

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "connect-src 'self'; media-src 'self' blob:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Content-Security-Policy", _POLICY),
)
GUARDED = [(name.lower().encode(), value.encode()) for name, value in _HEADERS]
"""The same as the server writes them, for what is answered before the guard is asked."""


class Guard:
    """Plain ASGI: the framework's own way to write middleware starts a task group for every request."""

    def __init__(self, app: ASGIApp, house: FastAPI) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if _from_another_site(request):
            wrong = Refused(
                "foreign_origin", zh="请求来自其他网站，已拒绝。", en="The request comes from another site.", status=403
            )
            await errors.problem(wrong, errors.locale_of(request))(scope, receive, send)
            return
        presence = self._house.state.house.realm.presence
        if presence.away_since is not None and _needs_database(request):
            await errors.database_away(request)(scope, receive, send)
            return
        no_store = request.url.path.startswith("/api/")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS:
                    headers.setdefault(name, value)
                if no_store:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_guarded)


def _from_another_site(request: Request) -> bool:
    """A form on another site can send this user's cookie but not match this origin. Programs send no Origin."""
    origin = request.headers.get("origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or origin is None:
        return False
    return origin.split("://", 1)[-1] != request.headers.get("host", "")


def _needs_database(request: Request) -> bool:
    """What is refused at once while the database is away, instead of waiting for it; the rest knows what to do itself."""
    path = request.url.path
    if not path.startswith("/api/") or path.startswith(("/api/picture/", "/api/commands", "/api/map-images/")):
        return False
    return not (path == "/api/session" and request.method == "GET") and not (
        path.startswith("/api/feeds/") and request.method == "POST"
    )

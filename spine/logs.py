"""Log lines that say which command, on which stream, by whom: as text for people or as JSON for a log store.

Whoever carries something out says so once, around it; every line logged meanwhile carries it, and so does the line
about an exception that leaves the block, wherever it is logged:

    with log_context(command=envelope.id, kind=envelope.kind, stream=envelope.stream, by=principal.id):
        ...
"""

import json
import logging
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

Form = Literal["text", "json"]

FIELDS = ("command", "kind", "stream", "by", "follower")
"""What a line may carry beside its message: a command's id and kind, a stream, a principal's id, a follower's name."""

_NOTHING: Mapping[str, str] = {}
_context: ContextVar[Mapping[str, str]] = ContextVar("fengsui_log_context", default=_NOTHING)
_ON_EXCEPTION = "_fengsui_log_context"

log = logging.getLogger("fengsui.logs")


@contextmanager
def log_context(
    *,
    command: object = None,
    kind: str | None = None,
    stream: str | None = None,
    by: str | None = None,
    follower: str | None = None,
) -> Generator[None]:
    """Every line logged in this block (and in tasks started in it) carries these; blocks inside add to them."""
    given = {"command": command, "kind": kind, "stream": stream, "by": by, "follower": follower}
    context = {**_context.get(), **{name: str(value) for name, value in given.items() if value is not None}}
    token = _context.set(context)
    try:
        yield
    except BaseException as error:
        # It is mostly logged by whoever catches it, outside this block. What a block inside this one has put there says
        # more and stays; what is there of another command (one failure may be raised to several) does not.
        carried: Mapping[str, str] = getattr(error, _ON_EXCEPTION, _NOTHING)
        if not context.items() <= carried.items():
            with suppress(AttributeError):
                setattr(error, _ON_EXCEPTION, context)
        raise
    finally:
        _context.reset(token)


def context_of(record: logging.LogRecord) -> Mapping[str, str]:
    """What the line carries: where it was logged, and where the exception that it is about came from."""
    error = _exception_of(record)
    carried: Mapping[str, str] = getattr(error, _ON_EXCEPTION, _NOTHING) if error is not None else _NOTHING
    return {**_context.get(), **carried}


def cause_of(record: logging.LogRecord) -> str | None:
    """Type and words of the exception that the line is about, attached to it or among its arguments."""
    error = _exception_of(record)
    if error is None:
        return None
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _exception_of(record: logging.LogRecord) -> BaseException | None:
    if record.exc_info is not None and record.exc_info[1] is not None:
        return record.exc_info[1]
    arguments = record.args if isinstance(record.args, tuple) else ()
    return next((a for a in arguments if isinstance(a, BaseException)), None)


class TextForm(logging.Formatter):
    """`time LEVEL logger message key=value …`, one line, then the traceback if there is one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        # What a sender wrote must not be able to begin a line of its own.
        line = super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")
        return line + "".join(f" {name}={_word(value)}" for name, value in context_of(record).items())


def _word(value: str) -> str:
    plain = value.isprintable() and not any(c in ' "=' for c in value)
    return value if plain else json.dumps(value, ensure_ascii=False)


class JsonForm(logging.Formatter):
    """One JSON object a line: time (ISO 8601 UTC), level, logger, message, the context, cause, exception (traceback)."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, str] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **context_of(record),
        }
        cause = cause_of(record)
        if cause is not None:
            line["cause"] = cause
        if record.exc_info is not None and record.exc_info[1] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def start_logging(form: str | None = None, *, verbose: bool = False, to: TextIO | None = None) -> None:
    """Every logger's lines (uvicorn's and warnings too) in one form to stderr, or to `to`. Repeating it replaces it.

    `form`: text (also when None or empty) or json; anything else is text, and a line says so.
    """
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(JsonForm() if form == "json" else TextForm())
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        theirs = logging.getLogger(name)
        theirs.handlers.clear()
        theirs.propagate = True
    if form not in (None, "", "text", "json"):
        log.warning("FENGSUI_LOG=%s is not known; it is text or json, and now text", form)

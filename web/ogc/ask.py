"""One question to the interchange: what language and representation is wanted, which parameters came, links back to here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from fastapi import Request

from spine.canonical import Json, JsonObject
from spine.errors import Refused
from web.errors import locale_of

Representation = Literal["json", "html"]
ROOT = "/ogc"
HTML = "text/html"
JSON = "application/json"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"


@dataclass(frozen=True, slots=True)
class Ask:
    """`path`: below `/ogc`, quoted. `data`: the media type of what this address gives when it is not a page."""

    request: Request
    path: str
    zh: bool
    representation: Representation
    data: str
    parameters: dict[str, str]

    def say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def href(self, path: str, **query: str) -> str:
        """An address of this server: `/ogc` and path. A query's `_` stands for `-`."""
        asked = urlencode({name.replace("_", "-"): value for name, value in query.items()}, quote_via=quote)
        return f"{str(self.request.base_url).rstrip('/')}{ROOT}{path}" + (f"?{asked}" if asked else "")

    def again(self, **changed: str) -> str:
        """This very question, with other values."""
        return self.href(self.path, **{**self.parameters, **changed})

    def link(self, rel: str, href: str, media_type: str, zh: str, en: str) -> JsonObject:
        told: JsonObject = {"rel": rel, "href": href, "type": media_type, "title": self.say(zh, en)}
        if media_type in (HTML, GEOJSON, JSON):
            told["hreflang"] = "zh" if self.zh else "en"
        return told

    def here(self) -> list[Json]:
        """self and alternate."""
        this, other = ("json", "html") if self.representation == "json" else ("html", "json")
        types = {"json": self.data, "html": HTML}
        return [
            self.link("self", self.again(f=this), types[this], "本文档", "This document"),
            self.link("alternate", self.again(f=other), types[other], *_AS[other]),
        ]

    def headers(self) -> dict[str, str]:
        return {
            "Cache-Control": "private, no-cache",
            "Vary": "Accept, Accept-Language, Authorization, Cookie",
            "Content-Language": "zh" if self.zh else "en",
        }


_AS = {"json": ("以 JSON 表示", "This document as JSON"), "html": ("以网页表示", "This document as HTML")}


def asked(request: Request, path: str, data: str, allowed: Iterable[str] = ()) -> Ask:
    """Raises Refused `unknown_parameter` or `repeated_parameter` (400), `not_acceptable` (406)."""
    known = {"f", *allowed}
    parameters: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            listed = sorted(known)
            raise Refused(
                "unknown_parameter",
                zh=f"没有名为“{name[:80]}”的查询参数；这个地址有：{'、'.join(listed)[:600]}。",
                en=f"There is no query parameter '{name[:80]}'; this address takes {', '.join(listed)[:600]}.",
                field=name[:80],
                status=400,
            )
        if name in parameters:
            raise Refused(
                "repeated_parameter",
                zh=f"查询参数“{name[:80]}”出现了多次。",
                en=f"The query parameter '{name[:80]}' is given more than once.",
                field=name[:80],
                status=400,
            )
        parameters[name] = value
    zh = locale_of(request) == "zh"
    wanted = _wanted(request, parameters.get("f"), data)
    return Ask(request, path, zh, wanted, data, parameters)


def _wanted(request: Request, form: str | None, data: str) -> Representation:
    if form is not None:
        if form not in ("json", "html"):
            raise Refused(
                "unknown_format",
                zh=f"f 应为 json 或 html，收到“{form[:40]}”。",
                en=f"f must be json or html, not '{form[:40]}'.",
                field="f",
                status=400,
            )
        return "html" if form == "html" else "json"
    ranges = _accepted(request.headers.get("accept", "*/*"))
    plain = data.split(";")[0]
    best = max(_quality(ranges, plain), _quality(ranges, JSON))
    page = _quality(ranges, HTML)
    if best <= 0 and page <= 0:
        raise Refused(
            "not_acceptable",
            zh=f"这里只有 {plain} 和 {HTML}。",
            en=f"There are only {plain} and {HTML} here.",
            field="Accept",
            status=406,
        )
    return "html" if page > best else "json"


def _accepted(header: str) -> list[tuple[str, float]]:
    ranges: list[tuple[str, float]] = []
    for part in header.split(",")[:50]:
        kind, *options = (item.strip() for item in part.split(";"))
        quality = 1.0
        for option in options:
            name, _, value = option.partition("=")
            if name.strip().lower() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 0.0
        if kind:
            ranges.append((kind.lower(), quality))
    return ranges or [("*/*", 1.0)]


def _quality(ranges: list[tuple[str, float]], media_type: str) -> float:
    """By the most specific range that matches (RFC 9110, 12.5.1)."""
    family = media_type.split("/")[0] + "/*"
    for wanted in (media_type, family, "*/*"):
        found = [quality for kind, quality in ranges if kind == wanted]
        if found:
            return max(found)
    return 0.0


def segment(text: str) -> str:
    """One step of a path."""
    return quote(text, safe="")

"""Which parser a document is for: by its content, whatever the sender calls it (pure)."""

import codecs
from datetime import datetime

from incidents.feeds import cap, usgs
from incidents.feeds.base import FeedRefused, Parsed, Parser

PARSERS: dict[str, Parser] = {"cap": cap.parse, "usgs": usgs.parse}


def detect(raw: bytes) -> str | None:
    """`cap` for XML, `usgs` for JSON, None for what is neither."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "cap"
    start = raw.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if start == b"<":
        return "cap"
    return "usgs" if start in (b"{", b"[") else None


def parse(raw: bytes, received_at: datetime) -> Parsed:
    """Detect and parse. Raises FeedRefused, also for what is neither XML nor JSON."""
    name = detect(raw)
    if name is None:
        raise FeedRefused(
            "document",
            "既不是 CAP（XML），也不是 USGS 地震目录（GeoJSON）。" if raw.strip() else "文件是空的。",
            "It is neither CAP (XML) nor a USGS earthquake summary (GeoJSON)." if raw.strip() else "It is empty.",
        )
    return PARSERS[name](raw, received_at)

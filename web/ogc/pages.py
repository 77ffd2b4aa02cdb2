"""The same documents as plain pages: nothing is loaded from anywhere, nothing runs; one style, allowed by its digest."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, cast

from fastapi.responses import Response

from spine.canonical import JsonObject, encode
from spine.realm import RealmRow
from web.ogc.ask import HTML, Ask, segment
from web.ogc.documents import title

_STYLE = (
    "body{font:16px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:0 auto;max-width:110rem;padding:1rem;"
    "color:#1b1f24;background:#fff}header{border-bottom:1px solid #ccd2d9;margin-bottom:1rem}h1{font-size:1.5rem;margin:.4rem 0}"
    "h2{font-size:1.15rem;margin:1.4rem 0 .4rem}a{color:#0b57a4}nav a{margin:0 .3rem}nav a:first-child{margin-left:0}.wide{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #ccd2d9;padding:.3rem .5rem;text-align:left;"
    "vertical-align:top;max-width:24rem;overflow-wrap:break-word}th{background:#f2f4f7;white-space:nowrap}code{overflow-wrap:break-word}.note{color:#4a5460}"
    "strong.mark{background:#7a1f1f;color:#fff;padding:.2rem .6rem}"
    "@media(prefers-color-scheme:dark){body{color:#e6e9ed;background:#14181d}th{background:#232a32}th,td,header{border-color:#3a434d}"
    "a{color:#7db8f5}.note{color:#a6b0bb}}"
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_MOST_TEXT = 300
_MOST_COLUMNS = 40


def page(
    ask: Ask, realm: RealmRow, heading: str, body: Iterable[str], steps: Sequence[tuple[str, str]] = ()
) -> Response:
    """`steps`: the way here, (title, path below /ogc)."""
    lang = "zh-CN" if ask.zh else "en"
    way = [(ask.say("首页", "Home"), "/"), *steps]
    trail = " › ".join(f'<a href="{_e(ask.href(path, f="html"))}">{_e(name)}</a>' for name, path in way)
    mark = ""
    if realm.kind == "exercise":
        mark = f'<p><strong class="mark">{ask.say("【演练】", "EXERCISE")}</strong></p>'
    other = _e(ask.again(f="json"))
    text = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_e(heading)} · {_e(title(ask, realm))}</title><style>{_STYLE}</style></head><body>"
        f'<header>{mark}<nav>{trail}</nav><h1>{_e(heading)}</h1><p><a rel="alternate" href="{other}">JSON</a></p></header>'
        f"<main>{''.join(body)}</main></body></html>"
    )
    headers = {**ask.headers(), "Content-Security-Policy": _POLICY}
    return Response(text, media_type=HTML, headers=headers)


def _e(value: object) -> str:
    return escape(str(value), quote=True)


def paragraph(text: str) -> str:
    return f'<p class="note">{_e(text)}</p>'


def links(told: JsonObject) -> str:
    """The links of a document as a list."""
    listed = cast(list[Mapping[str, Any]], told.get("links") or [])
    rows = "".join(
        f'<li><a rel="{_e(one["rel"])}" href="{_e(one["href"])}">{_e(one.get("title") or one["rel"])}</a></li>'
        for one in listed
    )
    return f"<ul>{rows}</ul>"


def listed(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li><code>{_e(item)}</code></li>" for item in items) + "</ul>"


def anchor(href: str, text: str) -> str:
    return f'<a href="{_e(href)}">{_e(text)}</a>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """`rows`: cells that are HTML already."""
    top = "".join(f'<th scope="col">{_e(head)}</th>' for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def value(told: Any) -> str:
    """A property of a feature, shortened."""
    if told is None:
        return '<span class="note">–</span>'
    text = told if isinstance(told, str) else encode(told)
    return _e(text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "…")


def place(ask: Ask, geometry: Mapping[str, Any] | None) -> str:
    if geometry is None:
        return f'<span class="note">{ask.say("位置不明", "place unknown")}</span>'
    kind = str(geometry["type"])
    if kind == "Point":
        return _e(", ".join(f"{float(number):.6g}" for number in geometry["coordinates"]))
    return _e(kind)


def features(ask: Ask, rows: Sequence[Mapping[str, Any]], names: Sequence[tuple[str, str]], base: str) -> str:
    """`names`: (attribute, title); `base`: the address of the items."""
    shown = names[:_MOST_COLUMNS]
    heads = [ask.say("标识", "Id"), ask.say("位置", "Place"), *(heading for _, heading in shown)]
    return table(heads, (_row(ask, row, shown, base) for row in rows))


def _row(ask: Ask, row: Mapping[str, Any], shown: Sequence[tuple[str, str]], base: str) -> list[str]:
    properties = cast(Mapping[str, Any], row.get("properties") or {})
    address = ask.href(f"{base}/{segment(str(row['id']))}", f="html")
    return [
        anchor(address, str(row["id"])),
        place(ask, row.get("geometry")),
        *(value(properties.get(name)) for name, _ in shown),
    ]

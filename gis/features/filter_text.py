"""CQL2 text and JSON into one tree, the one of CQL2 JSON: {"op", "args"}, {"property"}, literals.

Bounded: so many characters, so much nesting; text is read by a LALR parser (lark), which neither recurses nor goes back. What the
tree means, and whether its names exist, is for `filter_sql` to say.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, cast

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError, UnexpectedInput, UnexpectedToken, VisitError

from spine.errors import Refused

MOST_CHARACTERS = 16_384
MOST_DEPTH = 32
LANGUAGES = ("cql2-text", "cql2-json")
_DEEPER, _SHALLOWER = frozenset("([{"), frozenset(")]}")
_SHAPES = {
    "point": "Point",
    "multipoint": "MultiPoint",
    "linestring": "LineString",
    "multilinestring": "MultiLineString",
    "polygon": "Polygon",
    "multipolygon": "MultiPolygon",
}


def refuse_filter(code: str, zh: str, en: str, at: str) -> Refused:
    """`at`: where: a JSON pointer into the tree, or the column of the text."""
    return Refused(code, zh=f"filter（{at}）：{zh}", en=f"filter ({at}): {en}", field="filter", status=400, at=at)


def read_filter(text: str, language: str) -> Any:
    """The tree. Raises Refused `filter_too_long`, `filter_too_deep`, `filter_syntax`."""
    if len(text) > MOST_CHARACTERS:
        raise refuse_filter(
            "filter_too_long",
            f"过长，最多 {MOST_CHARACTERS} 个字符。",
            f"too long, at most {MOST_CHARACTERS} characters.",
            f"column {MOST_CHARACTERS + 1}",
        )
    if "\x00" in text:
        place = text.index("\x00") + 1
        raise refuse_filter("filter_syntax", "不能有空字符。", "it must hold no NUL character.", f"column {place}")
    if language == "cql2-json":
        _check_depth(text, '"', True)
        return _read_json(text)
    _check_depth(text, "'\"", False)
    return _read_text(text)


def _check_depth(text: str, quotes: str, escapes: bool) -> None:
    """Before anything builds a tree of it."""
    depth, quote, skip = 0, "", False
    for place, sign in enumerate(text, 1):
        if skip:
            skip = False
        elif quote:
            if escapes and sign == "\\":
                skip = True
            elif sign == quote:
                quote = ""
        elif sign in quotes:
            quote = sign
        elif sign in _DEEPER:
            depth += 1
            if depth > MOST_DEPTH * 2:
                raise too_deep(f"column {place}")
        elif sign in _SHALLOWER:
            depth -= 1


def too_deep(at: str) -> Refused:
    return refuse_filter(
        "filter_too_deep", f"嵌套过深，最多 {MOST_DEPTH} 层。", f"nested too deep, at most {MOST_DEPTH} levels.", at
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise refuse_filter(
            "filter_syntax", "不是有效的 JSON。", f"this is not JSON: {error.msg}.", f"column {error.pos + 1}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise refuse_filter(
            "filter_syntax", "不是有效的 JSON。", f"this is not JSON: {error}."[:300], "column 1"
        ) from None


class _Tree(Transformer[Token, Any]):
    """Called as the parser goes, so that no tree is walked by recursion."""

    def _joined(self, op: str, items: list[Any]) -> Any:
        left: Any = items[0]
        right: Any = items[1]
        match left:
            case {"op": joined, "args": [*_]} if joined == op:
                left["args"].append(right)  # a long chain stays flat
                return left
            case _:
                pass
        return {"op": op, "args": [left, right]}

    def either(self, items: list[Any]) -> Any:
        return self._joined("or", items)

    def both(self, items: list[Any]) -> Any:
        return self._joined("and", items)

    def denied(self, items: list[Any]) -> Any:
        return {"op": "not", "args": items}

    def compared(self, items: list[Any]) -> Any:
        return {"op": str(items[1]), "args": [items[0], items[2]]}

    def like(self, items: list[Any]) -> Any:
        return {"op": "like", "args": items}

    def not_like(self, items: list[Any]) -> Any:
        return self.denied([self.like(items)])

    def between(self, items: list[Any]) -> Any:
        return {"op": "between", "args": items}

    def not_between(self, items: list[Any]) -> Any:
        return self.denied([self.between(items)])

    def among(self, items: list[Any]) -> Any:
        return {"op": "in", "args": [items[0], items[1:]]}

    def not_among(self, items: list[Any]) -> Any:
        return self.denied([self.among(items)])

    def is_null(self, items: list[Any]) -> Any:
        return {"op": "isNull", "args": items}

    def is_not_null(self, items: list[Any]) -> Any:
        return self.denied([self.is_null(items)])

    def bracketed(self, items: list[Any]) -> Any:
        return items[0]

    def called(self, items: list[Any]) -> Any:
        name, arguments = str(items[0]), [item for item in items[1:] if item is not None]
        match name.lower(), arguments:
            case "date", [str(day)]:
                return {"date": day}
            case "timestamp", [str(at)]:
                return {"timestamp": at}
            case "interval", [_, _]:
                return {"interval": arguments}
            case "geometrycollection", [_, *_]:
                return {"type": "GeometryCollection", "geometries": arguments}
            case _:
                return {"op": name, "args": arguments}

    def shape(self, items: list[Any]) -> Any:
        kind = str(items[0]).lower().removesuffix("z").strip()
        coordinates: Any = items[1]
        if kind == "point":
            coordinates = coordinates[0] if len(coordinates) == 1 else coordinates
        elif kind == "multipoint":
            coordinates = [one[0] if isinstance(one[0], list) else one for one in coordinates]
        return {"type": _SHAPES[kind], "coordinates": coordinates}

    def coordinates(self, items: list[Any]) -> Any:
        return items

    def position(self, items: list[Any]) -> Any:
        return [_number(item) for item in items if item is not None]

    def box(self, items: list[Any]) -> Any:
        return {"bbox": [_number(item) for item in items]}

    def named(self, items: list[Any]) -> Any:
        return {"property": str(items[0])}

    def quoted(self, items: list[Any]) -> Any:
        return {"property": str(items[0])[1:-1].replace('""', '"')}

    def text(self, items: list[Any]) -> Any:
        return str(items[0])[1:-1].replace("''", "'")

    def number(self, items: list[Any]) -> Any:
        return _number(items[0])

    def true(self, _items: list[Any]) -> Any:
        return True

    def false(self, _items: list[Any]) -> Any:
        return False


def _number(token: Token) -> int | float:
    text = str(token)
    return int(text) if text.lstrip("+-").isdigit() and len(text) < 40 else float(text)


@cache
def _parser() -> Callable[[str], Any]:
    grammar = Path(__file__).with_name("cql2.lark").read_text("utf-8")
    reader: Any = Lark(grammar, parser="lalr", transformer=_Tree(), maybe_placeholders=True)
    return cast(Callable[[str], Any], reader.parse)


def _read_text(text: str) -> Any:
    try:
        return _parser()(text)
    except UnexpectedInput as error:
        place = error.pos_in_stream if error.pos_in_stream is not None and error.pos_in_stream >= 0 else len(text)
        if isinstance(error, UnexpectedToken) and cast(Any, error).token.type == "$END":
            place = len(text)
        near = text[place : place + 20]
        if not near or near.isspace():
            zh, en = "在这里意外结束。", "it ends here unexpectedly."
        else:
            zh, en = f"这里读不懂：“{near}”。", f"this is not understood: '{near}'."
        raise refuse_filter("filter_syntax", zh, en, f"column {min(place, len(text)) + 1}") from None
    except (VisitError, LarkError) as error:
        raise refuse_filter("filter_syntax", "读不懂。", f"not understood: {error}."[:200], "column 1") from None

"""A CQL2 tree as a condition in SQL: logical, comparison, spatial and temporal operators, types checked at each.

Bounded: so many operators, so much nesting, so many values in a list. Every refusal names the place in the tree.
"""

from collections.abc import Mapping
from typing import Any, cast

from psycopg import sql

from gis.features.filter_terms import Term, Terms, words_for
from gis.features.filter_text import MOST_CHARACTERS, MOST_DEPTH, refuse_filter, too_deep
from gis.features.filter_time import TEMPORAL, Times

MOST_OPERATORS = 500
MOST_VALUES = 1000
_COMPARED = {"=": sql.SQL("="), "<>": sql.SQL("<>"), "<": sql.SQL("<"), ">": sql.SQL(">"), "<=": sql.SQL("<="),
             ">=": sql.SQL(">=")}  # fmt: skip
_SPATIAL = {
    "s_intersects": sql.SQL("ST_Intersects"),
    "s_equals": sql.SQL("ST_Equals"),
    "s_disjoint": sql.SQL("ST_Disjoint"),
    "s_touches": sql.SQL("ST_Touches"),
    "s_within": sql.SQL("ST_Within"),
    "s_overlaps": sql.SQL("ST_Overlaps"),
    "s_crosses": sql.SQL("ST_Crosses"),
    "s_contains": sql.SQL("ST_Contains"),
}
_NUMERIC = frozenset({"integer", "number"})
_ORDERED = _NUMERIC | {"text", "date", "datetime"}


class FilterSql:
    """One filter on its way into SQL."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._operators = 0

    def condition(self, node: Any, at: str = "", depth: int = 0) -> sql.Composable:
        """A boolean expression. Raises Refused with `at`, a JSON pointer."""
        if isinstance(node, bool):
            return self._terms.literal(node, at).expression
        if isinstance(node, Mapping) and "op" in node:
            return self._operator(*self._opened(cast(Mapping[str, Any], node), at, depth), at, depth)
        term = self._value(node, at, depth)
        if term.kind != "boolean":
            raise self._wrong_type("boolean", term.kind, at)
        return term.expression

    def _opened(self, node: Mapping[str, Any], at: str, depth: int) -> tuple[str, list[Any]]:
        if depth > MOST_DEPTH:
            raise too_deep(at or "/")
        self._operators += 1
        if self._operators > MOST_OPERATORS:
            raise refuse_filter(
                "filter_too_long", f"运算过多，最多 {MOST_OPERATORS} 个。", f"too many operators, at most {MOST_OPERATORS}.",
                at or "/",
            )  # fmt: skip
        op, arguments = node["op"], node.get("args")
        if not isinstance(op, str) or not isinstance(arguments, list) or set(node) != {"op", "args"}:
            raise refuse_filter(
                "filter_syntax", "应为 {op, args}。", "an object with op and args alone is expected.", at or "/"
            )
        return op, cast(list[Any], arguments)

    def _operator(self, op: str, arguments: list[Any], at: str, depth: int) -> sql.Composable:
        name = op.lower()
        if name in ("and", "or"):
            self._count(op, arguments, at, 2, MOST_CHARACTERS)
            joined = [self.condition(one, f"{at}/args/{i}", depth + 1) for i, one in enumerate(arguments)]
            return sql.SQL("({})").format((sql.SQL(" AND ") if name == "and" else sql.SQL(" OR ")).join(joined))
        if name == "not":
            self._count(op, arguments, at, 1)
            return sql.SQL("(NOT {})").format(self.condition(arguments[0], f"{at}/args/0", depth + 1))
        if op in _COMPARED:
            left, right = self._pair(op, arguments, at, depth)
            self._comparable(left, right, op, at)
            return sql.SQL("({} {} {})").format(left.expression, _COMPARED[op], right.expression)
        if name in _SPATIAL:
            left, right = self._pair(op, arguments, at, depth)
            for place, term in enumerate((left, right)):
                if term.kind != "geometry":
                    raise self._wrong_type("geometry", term.kind, f"{at}/args/{place}")
            return sql.SQL("{}({}, {})").format(_SPATIAL[name], left.expression, right.expression)
        if name in TEMPORAL:
            self._count(op, arguments, at, 2)
            return Times(self._terms).related(name, arguments[0], arguments[1], at)
        match name:
            case "isnull":
                self._count(op, arguments, at, 1)
                return sql.SQL("({} IS NULL)").format(self._value(arguments[0], f"{at}/args/0", depth + 1).expression)
            case "like":
                left, right = self._pair(op, arguments, at, depth)
                for place, term in enumerate((left, right)):
                    if term.kind != "text":
                        raise self._wrong_type("text", term.kind, f"{at}/args/{place}")
                return sql.SQL("({} LIKE {})").format(left.expression, right.expression)
            case "between":
                self._count(op, arguments, at, 3)
                value, low, high = (self._value(one, f"{at}/args/{i}", depth + 1) for i, one in enumerate(arguments))
                for bound in (low, high):
                    self._comparable(value, bound, op, at)
                return sql.SQL("({} BETWEEN {} AND {})").format(value.expression, low.expression, high.expression)
            case "in":
                return self._among(op, arguments, at, depth)
            case _:
                raise refuse_filter(
                    "unknown_operator", f"不支持“{op[:60]}”。", f"'{op[:60]}' is not supported.", f"{at}/op"
                )

    def _among(self, op: str, arguments: list[Any], at: str, depth: int) -> sql.Composable:
        self._count(op, arguments, at, 2)
        if not isinstance(arguments[1], list):
            raise refuse_filter("filter_syntax", "应为一列值。", "a list of values is expected.", f"{at}/args/1")
        listed = cast(list[Any], arguments[1])
        if not 1 <= len(listed) <= MOST_VALUES:
            raise refuse_filter(
                "filter_too_long",
                f"应有 1 到 {MOST_VALUES} 个值。",
                f"1 to {MOST_VALUES} values are expected.",
                f"{at}/args/1",
            )
        value = self._value(arguments[0], f"{at}/args/0", depth + 1)
        choices: list[sql.Composable] = []
        for index, one in enumerate(listed):
            choice = self._value(one, f"{at}/args/1/{index}", depth + 1)
            self._comparable(value, choice, "=", f"{at}/args/1/{index}")
            choices.append(choice.expression)
        return sql.SQL("({} IN ({}))").format(value.expression, sql.SQL(", ").join(choices))

    def _pair(self, op: str, arguments: list[Any], at: str, depth: int) -> tuple[Term, Term]:
        self._count(op, arguments, at, 2)
        return (
            self._value(arguments[0], f"{at}/args/0", depth + 1),
            self._value(arguments[1], f"{at}/args/1", depth + 1),
        )

    def _value(self, node: Any, at: str, depth: int) -> Term:
        if isinstance(node, Mapping):
            told = cast(Mapping[str, Any], node)
            if set(told) == {"property"}:
                return self._terms.property(told["property"], at or "/")
            if "op" in told:
                op, arguments = self._opened(told, at, depth)
                if op.lower() == "casei":
                    self._count(op, arguments, at, 1)
                    inner = self._value(arguments[0], f"{at}/args/0", depth + 1)
                    if inner.kind != "text":
                        raise self._wrong_type("text", inner.kind, f"{at}/args/0")
                    return Term("text", sql.SQL("lower({})").format(inner.expression))
                return Term("boolean", self._operator(op, arguments, at, depth))
        return self._terms.literal(node, at or "/")

    def _comparable(self, left: Term, right: Term, op: str, at: str) -> None:
        if left.kind == right.kind and left.kind != "geometry":
            if left.kind in _ORDERED or op in ("=", "<>"):
                return
            raise refuse_filter(
                "filter_wrong_type", "true 和 false 没有大小。", "true and false have no order.", at or "/"
            )
        if {left.kind, right.kind} <= _NUMERIC:
            return
        raise self._wrong_type(left.kind, right.kind, f"{at}/args/1")

    def _count(self, op: str, arguments: list[Any], at: str, least: int, most: int | None = None) -> None:
        if not least <= len(arguments) <= (most or least):
            raise refuse_filter(
                "filter_syntax", f"“{op}”的参数个数不对。", f"'{op}' has not the right number of arguments.", at or "/"
            )

    def _wrong_type(self, wanted: str, got: str, at: str) -> Exception:
        zh, en = words_for(wanted)
        got_zh, got_en = words_for(got)
        return refuse_filter(
            "filter_wrong_type", f"应为{zh}，收到{got_zh}。", f"{en} is expected, not {got_en}.", at or "/"
        )

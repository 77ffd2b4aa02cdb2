"""Temporal operators of CQL2: how one instant or interval lies to another (Allen 1983; OGC 21-065r2, table 11)."""

from collections.abc import Mapping
from typing import Any, Literal, cast

from psycopg import sql

from gis.features.filter_terms import Term, Terms, words_for
from gis.features.filter_text import refuse_filter

TEMPORAL: Mapping[str, sql.SQL] = {
    "t_after": sql.SQL("({a0} > {b1})"),
    "t_before": sql.SQL("({a1} < {b0})"),
    "t_contains": sql.SQL("({a0} < {b0} AND {a1} > {b1})"),
    "t_disjoint": sql.SQL("({a1} < {b0} OR {a0} > {b1})"),
    "t_during": sql.SQL("({a0} > {b0} AND {a1} < {b1})"),
    "t_equals": sql.SQL("({a0} = {b0} AND {a1} = {b1})"),
    "t_finishedby": sql.SQL("({a0} < {b0} AND {a1} = {b1})"),
    "t_finishes": sql.SQL("({a0} > {b0} AND {a1} = {b1})"),
    "t_intersects": sql.SQL("({a0} <= {b1} AND {a1} >= {b0})"),
    "t_meets": sql.SQL("({a1} = {b0})"),
    "t_metby": sql.SQL("({a0} = {b1})"),
    "t_overlappedby": sql.SQL("({a0} > {b0} AND {a0} < {b1} AND {a1} > {b1})"),
    "t_overlaps": sql.SQL("({a0} < {b0} AND {a1} > {b0} AND {a1} < {b1})"),
    "t_startedby": sql.SQL("({a0} = {b0} AND {a1} > {b1})"),
    "t_starts": sql.SQL("({a0} = {b0} AND {a1} < {b1})"),
}
_INTERVALS_ONLY = frozenset(TEMPORAL) - {"t_after", "t_before", "t_disjoint", "t_equals", "t_intersects", "t_during",
                                         "t_contains"}  # fmt: skip
_ENDLESS = (sql.SQL("'-infinity'"), sql.SQL("'infinity'"))
Grain = Literal["date", "datetime"]


def _as_instant(term: Term, *, last: bool) -> Term:
    if term.kind == "datetime":
        return term
    form = (
        "(({} + 1)::timestamp AT TIME ZONE 'UTC' - interval '1 microsecond')"
        if last
        else ("({}::timestamp AT TIME ZONE 'UTC')")
    )
    return Term("datetime", sql.SQL(form).format(term.expression))


class Times:
    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def related(self, op: str, left: Any, right: Any, at: str) -> sql.Composable:
        a = self._ends(left, f"{at}/args/0")
        b = self._ends(right, f"{at}/args/1")
        grains = {grain for grain in (a[2], b[2]) if grain is not None}
        if len(grains) > 1:
            raise refuse_filter(
                "filter_wrong_type", "日期与时刻不能相比。", "dates and instants cannot be compared.", f"{at}/args/1"
            )
        for place, ends in enumerate((a, b)):
            if op in _INTERVALS_ONLY and not ends[3]:
                raise refuse_filter(
                    "filter_wrong_type",
                    "应为时段 INTERVAL(…)。",
                    "an interval, INTERVAL(…), is expected.",
                    f"{at}/args/{place}",
                )
        return TEMPORAL[op].format(a0=a[0], a1=a[1], b0=b[0], b1=b[1])

    def _ends(self, node: Any, at: str) -> tuple[sql.Composable, sql.Composable, Grain | None, bool]:
        """Start, end, grain, whether it is an interval."""
        if isinstance(node, Mapping) and set(cast(Mapping[str, Any], node)) == {"interval"}:
            listed = cast(Mapping[str, Any], node)["interval"]
            if not isinstance(listed, list) or len(cast(list[Any], listed)) != 2:
                raise refuse_filter("filter_syntax", "时段应有起止两项。", "an interval has two ends.", at)
            ends = [self._end(one, f"{at}/interval/{i}") for i, one in enumerate(cast(list[Any], listed))]
            grains = {end.kind for end in ends if end is not None}
            if len(grains) > 1:  # a day beside an instant: from its beginning, until its end, UTC
                ends = [None if end is None else _as_instant(end, last=i == 1) for i, end in enumerate(ends)]
                grains = {"datetime"}
            grain = cast(Grain, grains.pop()) if grains else None
            kind = sql.SQL("date") if grain == "date" else sql.SQL("timestamptz")
            start, end = (
                sql.SQL("{}::{}").format(_ENDLESS[i], kind) if one is None else one.expression
                for i, one in enumerate(ends)
            )
            return start, end, grain, True
        term = self._instant(node, at)
        return term.expression, term.expression, cast(Grain, term.kind), False

    def _end(self, node: Any, at: str) -> Term | None:
        """None for an open end."""
        if node in ("..", ""):
            return None
        if isinstance(node, str):
            return self._terms.literal({"timestamp": node} if "T" in node.upper() else {"date": node}, at)
        return self._instant(node, at)

    def _instant(self, node: Any, at: str) -> Term:
        told: Any = node
        if isinstance(told, Mapping) and set(cast(Mapping[str, Any], told)) == {"property"}:
            term = self._terms.property(cast(Mapping[str, Any], told)["property"], at)
        else:
            term = self._terms.literal(told, at)
        if term.kind not in ("date", "datetime"):
            zh, en = words_for("datetime")
            got_zh, got_en = words_for(term.kind)
            raise refuse_filter(
                "filter_wrong_type", f"应为{zh}，收到{got_zh}。", f"{en} is expected, not {got_en}.", at
            )
        return term

"""A collection of features as it can be asked: where its rows come from, what they are called, what may be filtered.

A room describes its collection with SQL of its own and nothing of the asker's: `source` is what stands after FROM, under the
alias `f`. What an asker names is looked up in `columns`; what is not there does not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from psycopg import sql

ColumnKind = Literal["text", "integer", "number", "boolean", "date", "datetime", "json"]
"""`json`: shown, but not filtered."""

SQL_TYPES: Mapping[ColumnKind, sql.SQL] = {
    "text": sql.SQL("text"),
    "integer": sql.SQL("bigint"),
    "number": sql.SQL("double precision"),
    "boolean": sql.SQL("boolean"),
    "date": sql.SQL("date"),
    "datetime": sql.SQL("timestamptz"),
    "json": sql.SQL("jsonb"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """`expression`: its value in a row `f`, of the SQL type of its kind."""

    name: str
    kind: ColumnKind
    title_zh: str
    title_en: str
    expression: sql.Composable


def column(name: str, kind: ColumnKind, title_zh: str, title_en: str) -> Column:
    """A column of that very name."""
    return Column(name, kind, title_zh, title_en, sql.SQL("f.{}").format(sql.Identifier(name)))


@dataclass(frozen=True, slots=True)
class Span:
    """When a feature is: from `start` to `end`, both timestamptz; without an end it lasts; without a start it began long ago."""

    start: sql.Composable
    end: sql.Composable


@dataclass(frozen=True, slots=True)
class Collection:
    """`parameters`: those that `source` names. `geometry`, `key`: expressions of a row; the key is unique and orders the rows.

    `placed`: every row has a geometry (of what lives, some may not).

    `features`, `extent`: where they are known without counting. `properties`: JSON of a row, None for one made of `columns`.
    """

    id: str
    title_zh: str
    title_en: str
    description_zh: str
    description_en: str
    source: sql.Composable
    columns: Sequence[Column]
    key: sql.Composable
    key_kind: Literal["integer", "text"]
    geometry: sql.Composable = field(default_factory=lambda: sql.SQL("f.geom"))
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    placed: bool = False
    time: Span | None = None
    features: int | None = None
    extent: tuple[float, float, float, float] | None = None
    properties: sql.Composable | None = None
    attribution_zh: str | None = None
    attribution_en: str | None = None
    licence: str | None = None
    illustrative: bool = False
    fixed: str | None = None
    """Names what the rows are as long as they cannot change (the version of a layer); None for what lives."""

    def column(self, name: str) -> Column | None:
        return next((one for one in self.columns if one.name == name), None)

    @property
    def queryables(self) -> list[Column]:
        return [one for one in self.columns if one.kind != "json"]

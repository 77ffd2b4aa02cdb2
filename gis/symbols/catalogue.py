"""Reads `symbols.yaml`: code, names and pictogram of every symbol that may be put on the map. A slip in the file stops the program."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spine.canonical import Json

SYMBOLS_FILE = Path(__file__).parent / "symbols.yaml"
# Path data as canvases take it: commands and numbers, nothing else (it is drawn on every screen).
_PATH = re.compile(r"^[MmLlHhVvCcSsQqTtAaZz0-9 .,\-]{2,1200}$")


class SymbolTrouble(Exception):
    """The symbol file cannot be used; the message names the place in it."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ClassRow(_Shape):
    zh: str
    en: str
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    frame: Literal["round", "square"]


class _SymbolRow(_Shape):
    code: Annotated[str, Field(pattern=r"^[A-Y][0-9A-Z][0-9A-Z-]{1,14}$")]
    zh: str
    en: str
    fill: str | None = None
    line: str | None = None


class _File(_Shape):
    version: int
    source: str
    classes: dict[str, _ClassRow]
    symbols: list[_SymbolRow]


@dataclass(frozen=True, slots=True)
class Symbol:
    """`kind`: the letter of its class. `fill`, `line`: SVG path data on a field of 24 × 24."""

    code: str
    kind: str
    zh: str
    en: str
    fill: str | None
    line: str | None


@dataclass(frozen=True, slots=True)
class SymbolCatalogue:
    source: str
    classes: dict[str, _ClassRow]
    by_code: dict[str, Symbol]

    def find(self, code: str) -> Symbol | None:
        return self.by_code.get(code)

    def to_json(self) -> dict[str, Json]:
        """{source, classes: {letter: {zh, en, colour, frame}}, symbols: [{code, kind, zh, en, fill, line}]}."""
        classes: dict[str, Json] = {key: row.model_dump() for key, row in self.classes.items()}
        listed: list[Json] = [
            {"code": s.code, "kind": s.kind, "zh": s.zh, "en": s.en, "fill": s.fill, "line": s.line}
            for s in self.by_code.values()
        ]
        return {"source": self.source, "classes": classes, "symbols": listed}


def load_symbols(path: Path) -> SymbolCatalogue:
    """Raises SymbolTrouble."""
    try:
        file = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SymbolTrouble(f"{path.name}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SymbolTrouble(f"{path.name}: {'.'.join(str(p) for p in first['loc'])}: {first['msg']}") from error
    by_code: dict[str, Symbol] = {}
    for row in file.symbols:
        if row.code in by_code:
            raise SymbolTrouble(f"{path.name}: {row.code} stands there twice")
        if row.code[0] not in file.classes:
            raise SymbolTrouble(f"{path.name}: {row.code} begins with a letter that no class has")
        paths = [path_data for path_data in (row.fill, row.line) if path_data is not None]
        if not paths or not all(_PATH.match(path_data) for path_data in paths):
            raise SymbolTrouble(f"{path.name}: {row.code} needs path data in fill or line")
        by_code[row.code] = Symbol(row.code, row.code[0], row.zh, row.en, row.fill, row.line)
    return SymbolCatalogue(file.source, file.classes, by_code)


@cache
def symbols() -> SymbolCatalogue:
    """The symbols that are shipped."""
    return load_symbols(SYMBOLS_FILE)

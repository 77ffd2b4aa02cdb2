"""Reading the room's YAML: plans, organisation, transitions, scenarios. What is wrong is said in a planner's words."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from spine.canonical import Json, encode
from spine.errors import Refused
from spine.validation import refusal_of

STRICT = ConfigDict(strict=True, extra="forbid")
"""Every dataclass that is read from YAML sets `__pydantic_config__` to this: a mistyped key is an error, not silence."""

T = TypeVar("T")


class RulesTrouble(Exception):
    """A file of rules is wrong. `troubles`: what to correct, one sentence each, in Chinese and in English."""

    def __init__(self, path: Path, troubles: list[tuple[str, str]]) -> None:
        self.path = path
        self.troubles = troubles
        super().__init__(f"{path.name}: " + " | ".join(f"{zh} {en}" for zh, en in troubles))


def read_rules(path: Path, shape: type[T]) -> T:
    """The file's content as `shape` (a frozen dataclass), strictly. Raises RulesTrouble naming every wrong field."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise RulesTrouble(path, [("文件无法读取。", f"The file cannot be read: {error}.")]) from error
    try:
        text = encode(content)
    except TypeError as error:
        raise RulesTrouble(path, [("日期和时间要加引号。", f"Write dates and times in quotes: {error}.")]) from error
    try:
        return TypeAdapter(shape).validate_json(text, strict=True)
    except ValidationError as error:
        raise RulesTrouble(path, _sentences(refusal_of(error, prefix=""))) from error


def _sentences(refusal: Refused) -> list[tuple[str, str]]:
    found = refusal.facts.get("errors")
    if not isinstance(found, list):
        return [(refusal.zh, refusal.en)]
    return [_sentence(item) for item in found if isinstance(item, Mapping)]


def _sentence(item: Mapping[str, Json]) -> tuple[str, str]:
    if item["type"] == "unexpected_keyword_argument":  # what pydantic calls a key that a dataclass does not have
        return f"{item['field']}：没有这个字段（多写了，或逗号未加引号）。", f"{item['field']}: no such field here."
    return str(item["zh"]), str(item["en"])

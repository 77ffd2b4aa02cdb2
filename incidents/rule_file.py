"""Reads the rule files in `rules/`: YAML checked against a model, so that a slip in an edited rule stops the program."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

RULES = Path(__file__).parent / "rules"


class RuleTrouble(Exception):
    """A rule file cannot be used; the message names the file and the place in it."""


class RuleModel(BaseModel):
    """Base of the file shapes: nothing unknown is passed over in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BothLanguages(RuleModel):
    zh: str
    en: str


M = TypeVar("M", bound=RuleModel)


def read_rules(path: Path, model: type[M]) -> M:
    """The file's content as `model`. Raises RuleTrouble."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RuleTrouble(f"{path.name}: {error}") from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RuleTrouble(f"{path.name}: {place}: {first['msg']}") from error

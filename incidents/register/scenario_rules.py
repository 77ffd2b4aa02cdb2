"""How scenarios of a site are made from rules: which model, which inputs, which cases. Shapes of the file only."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from incidents.rule_file import BothLanguages, RuleModel


class InputRule(RuleModel):
    """Where a model's input comes from; exactly one of value, property, substance, case. `words`: our answers in the model's words; what
    is not among them is not given."""

    value: float | str | None = None
    property: str | None = None
    substance: Literal["key", "mass_t"] | None = None
    case: str | None = None
    times: float = 1.0
    words: Mapping[str, str] | None = None


class CaseRule(BothLanguages):
    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")]
    hour: Annotated[int, Field(ge=0, le=23)] | None = None
    values: Mapping[str, float] = {}


class AxisRule(RuleModel):
    key: str
    cases: Annotated[tuple[CaseRule, ...], Field(min_length=1, max_length=36)]


class WhenRule(RuleModel):
    """The site's main substance must be of one of these hazards."""

    substance: tuple[str, ...] = ()


class Meanwhile(RuleModel):
    """What is computed while the model itself is not part of the program."""

    model: str
    inputs: Mapping[str, InputRule]


class ScenarioRule(BothLanguages):
    """`needs`: properties, or `substance` and `mass_t`, without which nothing can be computed."""

    class_key: str
    model: str
    meanwhile: Meanwhile | None = None
    when: WhenRule = WhenRule()
    needs: tuple[str, ...]
    inputs: Mapping[str, InputRule]
    axes: Annotated[tuple[AxisRule, ...], Field(min_length=1, max_length=4)]

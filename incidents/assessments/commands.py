"""What can be asked for about assessments. Answers are filed by the models themselves, everything else is a person's."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints

from incidents.assessments.changes import Subject
from incidents.commands import Line
from spine.command import CommandData

Scenario = Annotated[str, StringConstraints(pattern=r"^(live|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")]
ModelId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Version = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
InputName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
FacilityId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Inputs = Annotated[dict[InputName, JsonValue], Field(max_length=40)]
Excluded = Annotated[list[FacilityId], Field(max_length=200)]


class FileAssessment(CommandData):
    """An answer as a model gave it (docs/decisions/0021), whole. The sender is `model:<id>@<version>` of that answer."""

    kind: ClassVar[str] = "assessment.file"
    incident_id: UUID
    scenario: Scenario
    asked_hash: Hash
    caused_by: dict[str, JsonValue]
    wanted: dict[str, JsonValue] | None = None
    answer: dict[str, JsonValue]


class RefuseAssessment(CommandData):
    """A model could not answer, and no other could in its place; `refusal`: {code, zh, en, field, asks}."""

    kind: ClassVar[str] = "assessment.refuse"
    incident_id: UUID
    scenario: Scenario
    asked_hash: Hash
    caused_by: dict[str, JsonValue]
    model: ModelId
    model_version: Version
    class_key: Annotated[str, StringConstraints(min_length=2, max_length=60)]
    wanted: dict[str, JsonValue] | None = None
    refusal: dict[str, JsonValue]


class AdjustAssessment(CommandData):
    """`subject` input: `name` and `value`; facility: `name` (its id, taken out); model: `value` (its id).

    `withdraw`: the record's own value holds again, the facility counts again, the class's own model is asked again.
    """

    kind: ClassVar[str] = "assessment.adjust"
    incident_id: UUID
    subject: Subject
    name: FacilityId | None = None
    value: JsonValue = None
    withdraw: bool = False
    reason: Line
    expect: int | None = None


class MakeWhatIf(CommandData):
    """A copy of the live assessment with changes; it stays up to date with what it does not change."""

    kind: ClassVar[str] = "assessment.what_if"
    incident_id: UUID
    title: Line
    inputs: Inputs = {}
    excluded: Excluded = []
    model: ModelId | None = None
    reason: Line


class ChangeWhatIf(CommandData):
    """What is left out stays. An empty `model` is that of the live assessment."""

    kind: ClassVar[str] = "assessment.change_what_if"
    what_if_id: UUID
    expect: int
    title: Line | None = None
    inputs: Inputs | None = None
    excluded: Excluded | None = None
    model: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{1,39})?$")] | None = None
    reason: Line


class DropWhatIf(CommandData):
    kind: ClassVar[str] = "assessment.drop_what_if"
    what_if_id: UUID
    reason: Line
    expect: int | None = None


class AdoptWhatIf(CommandData):
    """The changes of a what-if become adjustments of the live assessment."""

    kind: ClassVar[str] = "assessment.adopt"
    what_if_id: UUID
    reason: Line
    expect: int


class ScoreAssessments(CommandData):
    """Compare every live answer with the figures that are known now."""

    kind: ClassVar[str] = "assessment.score"
    incident_id: UUID

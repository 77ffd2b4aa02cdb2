"""What can be asked for about the risk register."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints

from incidents.commands import AreaCode, Line, PointIn
from incidents.register.computed import ScenarioIn, ScoreIn
from spine.command import CommandData

SiteKindKey = Annotated[str, StringConstraints(min_length=2, max_length=40)]
DepartmentCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,19}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


def _day(value: object) -> object:
    """Strict models take no text for a date, and JSON has no other way to say one."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Day = Annotated[date, BeforeValidator(_day)]


class EnterSite(CommandData):
    """A site that somebody surveyed or knows of. `source`: whose knowledge it is; `properties`: by the kind's names, null: not known."""

    kind: ClassVar[str] = "register.enter"
    site_kind: SiteKindKey
    name: Line
    name_en: Line | None = None
    point: PointIn
    area_code: AreaCode | None = None
    owner: Line | None = None
    department: DepartmentCode | None = None
    surveyed_on: Day | None = None
    properties: Annotated[dict[str, JsonValue], Field(max_length=60)] = {}
    source: Line
    reason: Reason


class CorrectSite(CommandData):
    """What is left out stays; of `properties` too. A property given as null is from then on not known."""

    kind: ClassVar[str] = "register.correct"
    site_id: UUID
    expect: int
    reason: Reason
    name: Line | None = None
    name_en: Line | None = None
    point: PointIn | None = None
    owner: Line | None = None
    department: DepartmentCode | None = None
    surveyed_on: Day | None = None
    properties: Annotated[dict[str, JsonValue], Field(max_length=60)] | None = None
    source: Line | None = None


class RetireSite(CommandData):
    kind: ClassVar[str] = "register.retire"
    site_id: UUID
    expect: int
    reason: Reason


class RestoreSite(CommandData):
    kind: ClassVar[str] = "register.restore"
    site_id: UUID
    expect: int
    reason: Reason


class Recompute(CommandData):
    """Score and scenarios anew, also where nothing that goes into them has changed."""

    kind: ClassVar[str] = "register.recompute"
    site_id: UUID


class TakeIn(CommandData):
    """Facilities of the map that are not in the register yet, or whose record has changed since (codes of `gis.facility`)."""

    kind: ClassVar[str] = "register.take_in"
    codes: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=80)], ...], Field(min_length=1, max_length=200)
    ]
    model_config = ConfigDict(strict=False, extra="forbid", frozen=True)


class FileScores(CommandData):
    """Scores as the register computed them; one whose site has changed meanwhile is left out."""

    kind: ClassVar[str] = "register.score"
    scores: Annotated[tuple[ScoreIn, ...], Field(min_length=1, max_length=200)]
    model_config = ConfigDict(strict=False, extra="forbid", frozen=True)


class FileScenarios(CommandData):
    """Scenarios of one site as they were computed, or why they could not be. `gone`: keys that the site no longer has."""

    kind: ClassVar[str] = "register.scenarios"
    site_id: UUID
    site_version: int
    scenarios: Annotated[tuple[ScenarioIn, ...], Field(max_length=200)]
    gone: Annotated[tuple[str, ...], Field(max_length=400)] = ()
    model_config = ConfigDict(strict=False, extra="forbid", frozen=True)


Level = Literal["red", "orange", "yellow", "blue"]

"""What the register computed: scores and scenarios as commands carry them and as they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from spine.canonical import Json, JsonObject
from spine.clock import iso

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ScoreIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    site_id: UUID
    site_version: int
    basis: Digest
    low: Annotated[float, Field(ge=0, le=100)]
    high: Annotated[float, Field(ge=0, le=100)]
    level: Literal["red", "orange", "yellow", "blue"]
    confidence: Literal["A", "B", "C", "D"]
    score: dict[str, JsonValue]


class ScenarioIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^[a-z0-9_.]{2,100}$")]
    scenario: str
    zh: str
    en: str
    class_key: str
    cases: dict[str, str]
    hour: Annotated[int, Field(ge=0, le=23)] | None
    inputs: dict[str, JsonValue]
    basis: Digest
    model: str
    model_version: str | None
    exposure: str | None
    exposure_date: date | None
    state: Literal["computed", "refused"]
    refusal: dict[str, JsonValue] | None
    answer: dict[str, JsonValue] | None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The newest score of a site, or one of its history."""

    site_id: UUID
    no: int
    site_version: int
    basis: str
    low: float
    high: float
    level: str
    confidence: str
    at: datetime

    def to_json(self) -> JsonObject:
        return {
            "no": self.no,
            "site_version": self.site_version,
            "low": round(self.low, 1),
            "high": round(self.high, 1),
            "level": self.level,
            "confidence": self.confidence,
            "at": iso(self.at),
        }


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario without its answer."""

    site_id: UUID
    key: str
    scenario: str
    no: int
    zh: str
    en: str
    class_key: str
    cases: Mapping[str, Json]
    hour: int | None
    inputs: Mapping[str, Json]
    basis: str
    model: str
    model_version: str | None
    site_version: int
    exposure: str | None
    exposure_date: date | None
    state: str
    refusal: Mapping[str, Json] | None
    at: datetime
    summary: Mapping[str, Json] | None

    def to_json(self) -> dict[str, Json]:
        return {
            "key": self.key,
            "scenario": self.scenario,
            "no": self.no,
            "zh": self.zh,
            "en": self.en,
            "class_key": self.class_key,
            "cases": dict(self.cases),
            "hour": self.hour,
            "inputs": dict(self.inputs),
            "model": self.model,
            "model_version": self.model_version,
            "site_version": self.site_version,
            "exposure_date": None if self.exposure_date is None else self.exposure_date.isoformat(),
            "state": self.state,
            "refusal": self.refusal,
            "at": iso(self.at),
            "summary": self.summary,
        }

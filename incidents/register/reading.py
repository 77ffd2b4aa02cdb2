"""What is known of one input of a score: a number with its range, or an answer, with whose it is and how old; or that it is not known (pure)."""

from dataclasses import dataclass
from datetime import date

from spine.canonical import JsonObject


@dataclass(frozen=True, slots=True)
class Reading:
    """A number (low ≤ value ≤ high) or a choice. `dated`: day of the data, None: nobody said. `illustrative`: made up for training."""

    low: float | None = None
    value: float | None = None
    high: float | None = None
    choice: str | None = None
    source_zh: str = ""
    source_en: str = ""
    dated: date | None = None
    illustrative: bool = False

    def json(self) -> JsonObject:
        return {
            "low": self.low,
            "value": self.value,
            "high": self.high,
            "choice": self.choice,
            "source_zh": self.source_zh,
            "source_en": self.source_en,
            "date": None if self.dated is None else self.dated.isoformat(),
            "illustrative": self.illustrative,
        }


def number(value: float, source: tuple[str, str], on: date | None, *, illustrative: bool = False) -> Reading:
    return Reading(value, value, value, None, source[0], source[1], on, illustrative)

"""What other systems' codes and words for events, places and colours are in ours: `rules/event_codes.yaml` (pure)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from incidents.classification import Catalogue, catalogue
from incidents.feeds.base import COLOURS, SEVERITIES, Colour
from incidents.rule_file import RULES, RuleModel, RuleTrouble, read_rules

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class _SystemEntry(RuleModel):
    system: str | None = None
    codes: dict[str, str] | None = None


class _EventCodesFile(RuleModel):
    version: int
    event_codes: dict[str, _SystemEntry]
    parameters: dict[str, tuple[str, ...]]
    geocodes: tuple[str, ...]
    colours: dict[str, tuple[str, ...]]
    severity_of_colour: dict[str, str]
    lifted: tuple[str, ...]
    usgs_types: dict[str, str]


Values = Iterable[tuple[str, str]]
"""Pairs of valueName and value, as CAP gives them."""


@dataclass(frozen=True, slots=True)
class EventCodes:
    file: _EventCodesFile
    classes: Catalogue

    def class_of(self, codes: Values, *texts: str) -> str | None:
        """The class by the first code that is known, else by what the texts say, in their order; None when nothing does."""
        for name, code in codes:
            found = self._by_code(name, code)
            if found is not None:
                return found
        for text in texts:
            matches = self.classes.match(text)
            if matches:
                return matches[0].key
        return None

    def _by_code(self, name: str, code: str) -> str | None:
        for known, entry in self.file.event_codes.items():
            if known.casefold() not in name.casefold():
                continue
            if entry.system is not None:
                found = self.classes.by_code(entry.system, code)
                return found.key if found is not None and found.pick else None
            wanted = code.strip().casefold()
            return next((key for own, key in (entry.codes or {}).items() if own.casefold() == wanted), None)
        return None

    def parameter(self, what: str, values: Values) -> str | None:
        """The first value whose name stands for `what` (see `parameters`)."""
        names = {name.casefold() for name in self.file.parameters[what]}
        return next((value for name, value in values if name.strip().casefold() in names and value.strip()), None)

    def number(self, what: str, values: Values) -> float | None:
        said = self.parameter(what, values)
        found = _NUMBER.search(said) if said is not None else None
        return float(found.group()) if found else None

    def area_codes(self, geocodes: Values) -> tuple[str, ...]:
        names = {name.casefold() for name in self.file.geocodes}
        return tuple(
            dict.fromkeys(
                value.strip()[:9].removesuffix("000") if len(value.strip()) > 6 else value.strip()
                for name, value in geocodes
                if name.strip().casefold() in names and re.fullmatch(r"\d{6}(\d{3}){0,2}", value.strip())
            )
        )

    def colour(self, word: str | None) -> Colour | None:
        """A colour from the value of a warning level, such as 红, 红色预警 or Red."""
        said = (word or "").strip().casefold().removesuffix("预警")
        for colour in COLOURS:
            if said in (name.casefold() for name in self.file.colours[colour]):
                return colour
        return None

    def colour_in_text(self, text: str) -> Colour | None:
        """A colour from an official headline: 「暴雨红色预警」. Only those very words: a red car is no red warning."""
        found = re.search(r"(红|橙|黄|蓝)色(?:预警|预警信号)", text)
        return self.colour(found.group(1)) if found else None

    def severity_of(self, colour: Colour) -> str:
        return self.file.severity_of_colour[colour]

    def is_lifted(self, action: str | None) -> bool:
        return (action or "").strip().casefold() in {word.casefold() for word in self.file.lifted}

    def usgs_type(self, kind: str) -> str | None:
        return self.file.usgs_types.get(kind.strip().casefold())


def load_event_codes(path: Path, classes: Catalogue) -> EventCodes:
    """Raises RuleTrouble for a class, colour or severity that does not exist."""
    file = read_rules(path, _EventCodesFile)
    named: Mapping[str, str] = {
        **{code: key for entry in file.event_codes.values() for code, key in (entry.codes or {}).items()},
        **file.usgs_types,
    }
    for code, key in named.items():
        if classes.find(key) is None:
            raise RuleTrouble(f"{path.name}: {code}: there is no class {key}")
    if set(file.colours) != set(COLOURS) or set(file.severity_of_colour) != set(cast(tuple[str, ...], COLOURS)):
        raise RuleTrouble(f"{path.name}: colours are red, orange, yellow and blue")
    if not set(file.severity_of_colour.values()) <= set(SEVERITIES):
        raise RuleTrouble(f"{path.name}: severity_of_colour names an unknown severity")
    return EventCodes(file, classes)


@cache
def event_codes() -> EventCodes:
    return load_event_codes(RULES / "event_codes.yaml", catalogue())

"""The catalogue of emergencies: our own stable class keys and what other code systems call them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from incidents.rule_file import RULES, BothLanguages, RuleModel, RuleTrouble, read_rules
from spine.canonical import Json, JsonObject
from spine.errors import Refused

CODE_SYSTEMS = ("NEWS", "GBT35649", "GBT35561")
CAP_CATEGORIES = frozenset(
    ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"]
)
_KEY = re.compile(r"^[a-z]{2}(\.[a-z][a-z0-9_]*){0,3}$")


class _ClassEntry(RuleModel):
    zh: str
    en: str
    NEWS: str | None = None
    GBT35649: str | None = None
    GBT35561: str | None = None
    cap: str | None = None
    cot: str | None = None
    words: tuple[str, ...] = ()
    pick: bool = True


class _CatalogueFile(RuleModel):
    version: int
    code_systems: dict[str, BothLanguages]
    classes: dict[str, _ClassEntry]


@dataclass(frozen=True, slots=True)
class EventClass:
    """One class. `codes` are its own; `cap` and `cot` may come from the class above. `pick`: may be chosen for an incident."""

    key: str
    zh: str
    en: str
    codes: Mapping[str, str | None]
    cap: str
    cot: str
    words: tuple[str, ...]
    pick: bool

    @property
    def category(self) -> str:
        """nd, ac, ph, ss or ot."""
        return self.key.partition(".")[0]

    @property
    def parent(self) -> str | None:
        head, dot, _ = self.key.rpartition(".")
        return head if dot else None

    def to_json(self) -> JsonObject:
        return {
            "key": self.key,
            "zh": self.zh,
            "en": self.en,
            "category": self.category,
            "parent": self.parent,
            "codes": dict(self.codes),
            "cap": self.cap,
            "cot": self.cot,
            "words": list(self.words),
            "pick": self.pick,
        }


@dataclass(frozen=True, slots=True)
class Match:
    """A class whose words occur in a text. `score`: how much of the text speaks for it; `words`: which did."""

    key: str
    score: float
    words: tuple[str, ...]


class Catalogue:
    """All classes, looked up by key, by code, and by what people say."""

    def __init__(self, version: int, classes: Mapping[str, EventClass]) -> None:
        self.version = version
        self.classes = classes
        self._by_code: dict[tuple[str, str], EventClass] = {}
        for event_class in classes.values():
            for system, code in event_class.codes.items():
                if code is not None:
                    # The more general class, which stands first, keeps a code that several share.
                    self._by_code.setdefault((system, code), event_class)
        self._sayings = [
            (c.key, tuple(_pattern(part) for part in w.split())) for c in classes.values() for w in c.words
        ]

    def find(self, key: str) -> EventClass | None:
        return self.classes.get(key)

    def need(self, key: str, field: str = "data.class_key") -> EventClass:
        """A class that an incident can have. Raises Refused `unknown_class`."""
        found = self.classes.get(key)
        if found is None:
            raise Refused(
                "unknown_class",
                zh=f"事件类别“{key}”不在分类目录中，请从目录中选择。",
                en=f"'{key}' is not in the catalogue of emergencies. Choose a class from the catalogue.",
                field=field,
                class_key=key,
            )
        if not found.pick:
            raise Refused(
                "class_too_general",
                zh=f"“{found.zh}”只是大类，请选择具体类别。",
                en=f"'{found.en}' is only a heading. Choose one of the classes below it.",
                field=field,
                class_key=key,
            )
        return found

    def ancestors(self, key: str) -> tuple[EventClass, ...]:
        """The classes above, nearest first."""
        above: list[EventClass] = []
        current = self.classes[key].parent
        while current is not None:
            above.append(self.classes[current])
            current = self.classes[current].parent
        return tuple(above)

    def symbol(self, key: str) -> str | None:
        """The map symbol code (GB/T 35649) of the class or of the nearest class above that has one."""
        for found in (self.classes[key], *self.ancestors(key)):
            code = found.codes.get("GBT35649")
            if code is not None:
                return code
        return None

    def by_code(self, system: str, code: str) -> EventClass | None:
        """The class of a code. A NEWS sub-code that is not listed gives its class, `14F07` → `14F00`."""
        code = code.strip().upper()
        found = self._by_code.get((system, code))
        if found is None and system == "NEWS" and re.fullmatch(r"1[1-4][A-Z]\d\d", code):
            found = self._by_code.get((system, code[:3] + "00")) or self._by_code.get((system, code[:2] + "000"))
        return found

    def match(self, text: str) -> list[Match]:
        """Classes that the words of a text speak for, best first; the more special one first among equals."""
        said = text.casefold()
        best: dict[str, Match] = {}
        for key, parts in self._sayings:
            hits = [p.search(said) for p in parts]
            if not all(hits) or not hits:
                continue
            words = tuple(hit.group() for hit in hits if hit is not None)
            score = sum(_weight(word) for word in words)
            if key not in best or score > best[key].score:
                best[key] = Match(key, score, words)
        return sorted(best.values(), key=lambda m: (-m.score, -m.key.count("."), m.key))

    def to_json(self) -> list[Json]:
        return [c.to_json() for c in self.classes.values()]


def is_within(key: str, family: str) -> bool:
    """Whether a class is this one or below it. `*` holds everything."""
    return family == "*" or key == family or key.startswith(family + ".")


def same_family(one: str, other: str) -> bool:
    """Whether two classes share their second level: both earthquakes, both fires."""
    return one.split(".")[:2] == other.split(".")[:2]


def _pattern(part: str) -> re.Pattern[str]:
    escaped = re.escape(part.casefold().replace("_", " "))
    # English words must stand alone ("fire" is not in "misfire"); Chinese has no word borders.
    return re.compile(rf"(?<![a-z0-9]){escaped}(?![a-z0-9])" if part.isascii() else escaped)


def _weight(word: str) -> float:
    """A Chinese character says about as much as two and a half letters."""
    return sum(0.4 if ch.isascii() else 1.0 for ch in word)


def _checked(key: str, entry: _ClassEntry, done: Mapping[str, EventClass], name: str) -> EventClass:
    head, dot, _ = key.rpartition(".")
    parent = done.get(head) if dot else None
    if not _KEY.match(key):
        raise RuleTrouble(f"{name}: {key}: a key is lower case, dotted, at most four levels")
    if dot and parent is None:
        raise RuleTrouble(f"{name}: {key}: the class above ({head}) must stand before it")
    cap, cot = entry.cap or (parent.cap if parent else None), entry.cot or (parent.cot if parent else None)
    if cap not in CAP_CATEGORIES:
        raise RuleTrouble(f"{name}: {key}: {cap!r} is no CAP category")
    if cot is None or not re.fullmatch(r"a-\.-X-i(-[a-z])+", cot):
        raise RuleTrouble(f"{name}: {key}: {cot!r} is no Cursor-on-Target type")
    if entry.NEWS is not None and not re.fullmatch(r"1\d([A-Z]\d\d|000)", entry.NEWS):
        raise RuleTrouble(f"{name}: {key}: {entry.NEWS!r} is no NEWS code")
    codes = {"NEWS": entry.NEWS, "GBT35649": entry.GBT35649, "GBT35561": entry.GBT35561}
    return EventClass(key, entry.zh, entry.en, codes, cap, cot, tuple(entry.words), entry.pick)


def load_catalogue(path: Path) -> Catalogue:
    """Raises RuleTrouble for a key without its parent, a code given twice, or an unknown category."""
    file = read_rules(path, _CatalogueFile)
    classes: dict[str, EventClass] = {}
    taken: dict[str, str] = {}
    for key, entry in file.classes.items():
        classes[key] = _checked(key, entry, classes, path.name)
        if entry.NEWS is not None and taken.setdefault(entry.NEWS, key) != key:
            raise RuleTrouble(f"{path.name}: NEWS {entry.NEWS} stands at {taken[entry.NEWS]} and at {key}")
    return Catalogue(file.version, classes)


@cache
def catalogue() -> Catalogue:
    """The catalogue that is shipped."""
    return load_catalogue(RULES / "catalogue.yaml")

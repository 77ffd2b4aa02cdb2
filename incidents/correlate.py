"""Which open incidents, calls and alerts look like the same event, and why (pure). A person decides; nothing is merged here."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.classification import is_within, same_family
from spine.canonical import Json, JsonObject

ENOUGH = 0.4
"""From this score on a candidate is shown."""
_EARTH_KM = 6371.0088
# Distance steps in km with their weight; an earthquake is felt far from its epicentre, so its steps are wider.
_NEAR = ((1.0, 0.35), (5.0, 0.25), (20.0, 0.10))
_NEAR_QUAKE = ((30.0, 0.35), (100.0, 0.25), (200.0, 0.10))
_SOON = ((0.5, 0.20), (3.0, 0.15), (24.0, 0.05))
_STOP = frozenset(["发生", "造成", "人员", "受伤", "死亡", "目前", "现场", "报告", "电话", "群众"])


@dataclass(frozen=True, slots=True)
class Happening:
    """What is compared: an incident, a call, an alert, or the line that is being typed. Points are (lon, lat), WGS 84."""

    kind: str
    id: str
    label: str
    class_key: str | None
    point: tuple[float, float] | None
    area_code: str | None
    at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score` 0…1; `zh` and `en` name each ground in words."""

    kind: str
    id: str
    label: str
    score: float
    zh: tuple[str, ...]
    en: tuple[str, ...]

    def to_json(self) -> JsonObject:
        zh: list[Json] = list(self.zh)
        en: list[Json] = list(self.en)
        return {"kind": self.kind, "id": self.id, "label": self.label, "score": self.score, "zh": zh, "en": en}


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two (lon, lat)."""
    lon1, lat1, lon2, lat2 = (math.radians(v) for v in (*one, *other))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(h))


def look_alike(subject: Happening, candidates: Iterable[Happening], most: int = 5) -> list[Likeness]:
    """Candidates that may be the same event, best first. What is not known speaks neither for nor against."""
    found = [likeness for other in candidates if other.id != subject.id and (likeness := _compare(subject, other))]
    return sorted(found, key=lambda one: (-one.score, one.label))[:most]


def _compare(one: Happening, other: Happening) -> Likeness | None:
    grounds = [
        g for g in (_by_class(one, other), _by_place(one, other), _by_time(one, other), _by_words(one, other)) if g
    ]
    score = round(max(0.0, min(1.0, sum(weight for weight, _, _ in grounds))), 2)
    if score < ENOUGH:
        return None
    for_it = [g for g in grounds if g[0] > 0]
    return Likeness(
        other.kind, other.id, other.label, score, tuple(zh for _, zh, _ in for_it), tuple(en for _, _, en in for_it)
    )


Ground = tuple[float, str, str]


def _by_class(one: Happening, other: Happening) -> Ground | None:
    if one.class_key is None or other.class_key is None:
        return None
    if is_within(one.class_key, other.class_key) or is_within(other.class_key, one.class_key):
        return 0.30, "类别相同", "same class"
    if same_family(one.class_key, other.class_key):
        return 0.25, "类别相近", "similar class"
    if one.class_key.partition(".")[0] != other.class_key.partition(".")[0]:
        return -0.20, "类别不同", "different class"
    return -0.05, "类别不同", "different class"


def _by_place(one: Happening, other: Happening) -> Ground | None:
    if one.point is not None and other.point is not None:
        km = distance_km(one.point, other.point)
        quake = any(
            h.class_key is not None
            and (is_within(h.class_key, "nd.quake") or is_within(h.class_key, "nd.quake_outside"))
            for h in (one, other)
        )
        steps = _NEAR_QUAKE if quake else _NEAR
        for limit, weight in steps:
            if km <= limit:
                said = f"{km:.1f}" if km < 10 else f"{km:.0f}"
                return weight, f"相距{said}公里", f"{said} km apart"
        return -0.30, f"相距{km:.0f}公里", f"{km:.0f} km apart"
    if one.area_code and other.area_code:
        if min(len(one.area_code), len(other.area_code)) >= 9 and one.area_code[:9] == other.area_code[:9]:
            return 0.25, "同一乡镇", "same township"
        if min(len(one.area_code), len(other.area_code)) >= 6 and one.area_code[:6] == other.area_code[:6]:
            return 0.15, "同一县区", "same county"
    return None


def _by_time(one: Happening, other: Happening) -> Ground | None:
    if one.at is None or other.at is None:
        return None
    hours = abs((one.at - other.at).total_seconds()) / 3600
    for limit, weight in _SOON:
        if hours <= limit:
            minutes = round(hours * 60)
            if minutes < 90:
                return weight, f"相隔{minutes}分钟", f"{minutes} min apart"
            return weight, f"相隔{hours:.0f}小时", f"{hours:.0f} h apart"
    return (-0.20, "时间相隔较久", "long apart") if hours > 72 else None


def _by_words(one: Happening, other: Happening) -> Ground | None:
    shared = _terms(one.words) & _terms(other.words)
    if not shared:
        return None
    weight = min(0.30, 0.06 * len(shared))
    said = sorted(_joined(shared), key=lambda word: (-len(word), word))[:4]
    return weight, f"都提到“{'、'.join(said)}”", f"both mention {', '.join(said)}"


def _terms(text: str) -> frozenset[str]:
    """Pairs of neighbouring Chinese characters, and English words of more than two letters."""
    said = text.casefold()
    chunks = re.findall(r"[\u4e00-\u9fff]{2,}", said)
    pairs = {chunk[n : n + 2] for chunk in chunks for n in range(len(chunk) - 1)}
    words = set(re.findall(r"[a-z][a-z0-9]{2,}", said)) - {"the", "and", "near", "with", "from", "report"}
    return frozenset((pairs - _STOP) | words)


def _joined(terms: frozenset[str]) -> set[str]:
    """Pairs that overlap read as one word: 糖厂 + 厂锅 + 锅炉 → 糖厂锅炉."""
    words = {t for t in terms if t.isascii()}
    pairs = sorted(t for t in terms if not t.isascii())
    following = {pair: [o for o in pairs if o[0] == pair[1] and o != pair] for pair in pairs}
    starts = [p for p in pairs if not any(p in after for after in following.values())] or pairs[:1]
    for start in starts:
        word, current, seen = start, start, {start}
        while following[current] and (after := following[current][0]) not in seen and len(word) < 8:
            word, current = word + after[1], after
            seen.add(after)
        words.add(word)
    return words

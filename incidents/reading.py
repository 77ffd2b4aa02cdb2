"""Reads one line of the command bar or of a call: class, place words, figures, time, and what a first report still lacks (pure)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from incidents.classification import Match, catalogue
from incidents.reading_figures import read_figures
from incidents.reading_time import read_time

_COMMAND = re.compile(r"^\s*/?\s*(?:报警|报告|上报|报|call|report)(?![a-z])\s*[::,]?\s*|^\s*/\s*")
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)")
_CALLER = re.compile(r"(?:来电人|报告人|联系人|报警人|caller)\s*:?\s*([\u4e00-\u9fff]{2,4}|[a-z]+(?: [a-z]+)?)")
_OFFICE = re.compile(
    r"(村主任|村支书|村组长|村小组长|社区主任|社区书记|网格员|信息员|护林员|巡河员|安全员|厂长|矿长|校长|站长|所长|经理)"
    r"([\u4e00-\u9fff]{2,3})(?=[\s,，。;；、]|$)"
)
"""Who calls, by office and name: 村主任李强."""
_SOURCE = re.compile(
    r"群众|村民|过路司机|司机|学校|派出所|乡镇政府|镇政府|乡政府|村委会|村干部|网格员|信息员|护林员|12345|96128|119|110|120|"
    r"villager|driver|school|police|grid worker|ranger"
)
_TREND = re.compile(
    r"蔓延|扩大|加剧|恶化|上涨|持续|继续|未得到控制|已控制|得到控制|扑灭|稳定|好转|回落|"
    r"spreading|rising|worsening|under control|put out|stable|continuing"
)
_NOISE = re.compile(
    r"发生了?|突发|出现|造成|导致|引发|现场|一起|一处|一辆|附近有|目前|其中|请求支援|来电|报称|接报|称|火势|逼近|病例|增加|"
    r"(?:多|数|若干|不少)[人名](?:受伤|伤亡|被困|死亡|失踪)?|\d+(?:\.\d+)?级|(?:大客车|客车|货车|轿车|皮卡|摩托车|车辆)|请|了|在|有|的|处|致|已|"
    r"(?<![a-z])(?:at|in|on|near|the|a|an|of|has|have|there|is|was|occurred|happened|and|with|from)(?![a-z])"
)
_PLACE = re.compile(
    r"(?:省|市|县|区|镇|乡|村|寨|组|街道|街|路|巷|高速|国道|省道|大道|桥|隧道|河|江|湖|水库|电站|厂|矿|公司|学校|中学|小学|"
    r"医院|口岸|市场|商场|小区|园区|农场|林场|景区|寺|站|仓库|工地|k\d+)"
)
"""A chunk that holds one of these speaks of a place."""
_NAMES_A_PLACE = re.compile(r"(?:厂|矿|口岸|学校|校园|医院|隧道|桥|商场|市场|水库|工地|河|河堤|码头|仓库|加油站)$")
_PUNCTUATION = re.compile(r"[,，。.;；:：!！?？、()（）【】\[\]\"“”'/]+")
FIRST_REPORT = ("occurred_at", "place", "class_key", "source", "figures", "trend")
"""What a first report must say (信息报送要素): time, place, kind, source, consequences, trend."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood. `place`: the words that remain when everything else is taken out."""

    text: str
    classes: tuple[Match, ...]
    figures: dict[str, float]
    place: str | None
    occurred_at: datetime | None
    source: str | None
    trend: str | None
    caller_name: str | None
    caller_phone: str | None
    missing: tuple[str, ...]


def plain(text: str) -> str:
    """Half-width, lower case, single line: what the patterns expect."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read(text: str, now: datetime) -> Reading:
    """Understand a line as far as it goes. Nothing is guessed: what was not said is in `missing`."""
    said = _COMMAND.sub("", plain(text), count=1)
    phone, rest = _take(_PHONE, said)
    caller, rest = _take(_CALLER, rest)
    office = None if caller else _OFFICE.search(rest)
    if office is not None:
        caller, rest = office.group(2), f"{rest[: office.start()]} {rest[office.end() :]}"
    time = read_time(rest, now)
    found = read_figures(time.rest)
    classes = catalogue().match(said)
    if "magnitude" in found.figures and not any(m.key.startswith("nd.quake") for m in classes):
        classes = [*classes, Match("nd.quake", 2.0, ())]
    rest = found.rest
    for word in sorted({w for m in classes for w in _said_for(m.key, rest)}, key=len, reverse=True):
        rest = rest.replace(word, " ")
    source = _SOURCE.search(rest)
    trend = _TREND.search(said)
    place = _place_words(rest, source.group() if source else None)
    known = {
        "occurred_at": time.at is not None,
        "place": place is not None,
        "class_key": bool(classes),
        "source": bool(source or caller or phone),
        "figures": bool(set(found.figures) - {"magnitude", "depth_km", "rainfall_mm"}) or found.told_none,
        "trend": trend is not None,
    }
    return Reading(
        text=text.strip(),
        classes=tuple(classes[:5]),
        figures=found.figures,
        place=place,
        occurred_at=time.at,
        source=office.group(1) if office else source.group() if source else None,
        trend=trend.group() if trend else None,
        caller_name=caller,
        caller_phone=phone,
        missing=tuple(name for name in FIRST_REPORT if not known[name]),
    )


def speaks_of_trend(text: str) -> bool:
    """Whether a text says how it develops (蔓延, 已控制, rising…)."""
    return _TREND.search(plain(text)) is not None


def _said_for(class_key: str, text: str) -> set[str]:
    """The words of a class that occur in the text, but not those that are a place's name as well (糖厂, 口岸)."""
    event_class = catalogue().find(class_key)
    parts = {part.casefold() for words in (event_class.words if event_class else ()) for part in words.split()}
    return {part for part in parts if part in text and not _NAMES_A_PLACE.search(part)}


def _take(pattern: re.Pattern[str], text: str) -> tuple[str | None, str]:
    found = pattern.search(text)
    if found is None:
        return None, text
    return found.group(1), text[: found.start()] + " " + text[found.end() :]


def _place_words(rest: str, source: str | None) -> str | None:
    words = rest.replace(source, " ") if source else rest
    words = _NOISE.sub(" ", _PUNCTUATION.sub(" ", words))
    words = " ".join(words.split())
    parts = [part for part in words.split() if not re.fullmatch(r"[\d.]+", part)]
    if not words.isascii():
        # What follows the last chunk that names a place tells what happened there.
        named = [n for n, part in enumerate(parts) if _PLACE.search(part)]
        parts = parts[: named[-1] + 1] if named else parts[:1]
    return " ".join(parts)[:100] or None


def place_queries(words: str) -> list[str]:
    """What to look up, from the whole to its parts: places stand in front in Chinese, anywhere in English."""
    parts = words.split()
    whole = words if words.isascii() else "".join(parts)
    queries = [whole, *(" ".join(parts[:n]) for n in range(len(parts) - 1, 0, -1)), *parts]
    if not words.isascii():
        head = parts[0]
        queries += [head[:length] for length in range(min(len(head), 8), 1, -1)]
    return list(dict.fromkeys(q for q in queries if len(q) > 1))[:14]

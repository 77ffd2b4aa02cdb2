"""Figures and magnitude in a line of text: 「重伤2，3人被困」, 'injured 2, 3 people trapped' (pure)."""

import re
from dataclasses import dataclass
from functools import cache

from incidents.metrics import metrics
from incidents.numerals import PATTERN, read_number

_FILLERS = (
    r"约|近|超|已|共|有|至少|不少于|群众|人员|村民|学生|工人|居民|游客|房屋|民房|房|被|遭|了|达|为|:|"
    r"people|persons|person|residents|workers|villagers|were|was|are|is|have been|has been|about|at least|of|rooms|houses"
)
_UNITS: dict[str, tuple[str, float]] = {
    "人": ("人", 1), "名": ("人", 1), "个": ("人", 1), "位": ("人", 1), "例": ("例", 1), "间": ("间", 1), "户": ("户", 1),
    "亿元": ("万元", 10_000), "万元": ("万元", 1), "元": ("万元", 0.0001), "yuan": ("万元", 0.0001),
    "亩": ("公顷", 1 / 15), "公顷": ("公顷", 1), "ha": ("公顷", 1), "hectares": ("公顷", 1), "平方公里": ("公顷", 100),
    "km2": ("公顷", 100), "毫米": ("毫米", 1), "mm": ("毫米", 1), "公里": ("公里", 1), "千米": ("公里", 1), "km": ("公里", 1),
    "小时": ("小时", 1), "hours": ("小时", 1), "度": ("度", 1), "℃": ("℃", 1), "摄氏度": ("℃", 1), "degrees": ("度", 1),
}  # fmt: skip
_NOBODY = re.compile(
    r"(?:无|没有|未造成|暂无|未有)(?:人员|人)?伤亡|no (?:casualties|one (?:was )?(?:hurt|injured)|injuries or deaths)"
)
_UNKNOWN = re.compile(r"(?:伤亡|人员伤亡|情况)(?:情况)?(?:不明|不详|待核实|未知)|casualties (?:not known|unknown)")
_MAGNITUDE = (
    re.compile(r"(?<![a-z0-9])(?:m[swlb]?|magnitude)\s*(\d(?:\.\d)?)(?![\d.])"),
    re.compile(r"(\d(?:\.\d)?)\s*级(?=[^风浪]{0,6}(?:地震|有感|余震|强震|震))"),
    re.compile(r"(?:地震|里氏|震级)[^风浪\d]{0,6}(\d(?:\.\d)?)(?![\d.])\s*级?(?![^,。]{0,3}[风浪])"),
)


@dataclass(frozen=True, slots=True)
class FoundFigures:
    """Figures by metric, in the metric's unit, and the text without what said them. `told_none`: 'nobody was hurt' was said."""

    figures: dict[str, float]
    rest: str
    told_none: bool


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word | number | unit | filler | break
    start: int
    end: int
    value: str


@cache
def _words() -> dict[str, str]:
    """Word → metric, the longer word first."""
    found = {word.casefold(): m.key for m in metrics().metrics.values() for word in m.words}
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


@cache
def _tokens() -> re.Pattern[str]:
    def border(word: str) -> str:
        return rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)

    words = "|".join(border(word) for word in _words())
    units = "|".join(border(unit) for unit in sorted(_UNITS, key=len, reverse=True))
    fillers = "|".join(border(one) if one.isascii() and one != ":" else one for one in _FILLERS.split("|"))
    return re.compile(
        rf"(?P<word>{words})|(?P<number>{PATTERN})(?P<more>[多余几]?)\s*(?P<unit>{units})?|(?P<filler>{fillers}|\s+)|(?P<break>.)",
        re.DOTALL,
    )


def read_figures(text: str) -> FoundFigures:
    """`text` is expected in half-width characters and lower case. What is vague (多人, 数十) gives no figure."""
    figures: dict[str, float] = {}
    rest, told_none = _take_magnitude(text, figures), False
    nobody = _NOBODY.search(rest)
    if nobody is not None:
        figures |= {"dead": 0.0, "injured": 0.0}
        told_none, rest = True, _blank(rest, nobody.start(), nobody.end())
    for unknown in _UNKNOWN.finditer(rest):
        rest = _blank(rest, unknown.start(), unknown.end())
    for run in _runs(rest):
        for metric, value, start, end in _pairs(run):
            figures.setdefault(metric, value)
            rest = _blank(rest, start, end)
    return FoundFigures(figures, rest, told_none)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _take_magnitude(text: str, figures: dict[str, float]) -> str:
    for pattern in _MAGNITUDE:
        found = pattern.search(text)
        if found is not None:
            value = float(found.group(1))
            if 0 < value < 10:
                figures["magnitude"] = value
                end = found.end(1) + (1 if text[found.end(1) : found.end(1) + 1] == "级" else 0)
                starts_with_letter = found.group(0)[0] in "m"
                return _blank(text, found.start() if starts_with_letter else found.start(1), end)
    return text


def _runs(text: str) -> list[list[tuple[_Token, _Token | None]]]:
    """Stretches of words and numbers with nothing but fillers between them; a number comes with its unit."""
    runs: list[list[tuple[_Token, _Token | None]]] = [[]]
    for found in _tokens().finditer(text):
        kind = found.lastgroup or "break"
        if found.group("word") is not None:
            runs[-1].append((_Token("word", found.start(), found.end(), found.group("word")), None))
        elif found.group("number") is not None:
            said = found.group("unit")
            unit = None if said is None else _Token("unit", found.start("unit"), found.end("unit"), said)
            runs[-1].append((_Token("number", found.start(), found.end(), found.group("number")), unit))
        elif kind == "break" and runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _pairs(run: list[tuple[_Token, _Token | None]]) -> list[tuple[str, float, int, int]]:
    """Word and number taken together from the left: 死1伤2 and 2死3伤 are both understood.

    In `6人 受伤2人` the word belongs to the number that it touches; the first one counts something that has no word here.
    """
    found: list[tuple[str, float, int, int]] = []
    at = 0
    while at < len(run) - 1:
        (one, one_unit), (two, two_unit) = run[at], run[at + 1]
        if {one.kind, two.kind} == {"word", "number"} and not _belongs_to_next(run, at):
            word, number, unit = (one, two, two_unit) if one.kind == "word" else (two, one, one_unit)
            metric = _words()[word.value]
            value = _value(metric, number.value, unit)
            if value is not None:
                found.append((metric, value, one.start, two.end))
                at += 2
                continue
        at += 1
    return found


def _belongs_to_next(run: list[tuple[_Token, _Token | None]], at: int) -> bool:
    """Whether a number stands apart from the word behind it, which touches the number after that."""
    if at + 2 >= len(run) or [token.kind for token, _ in run[at : at + 3]] != ["number", "word", "number"]:
        return False
    (number, unit), (word, _), (after, _) = run[at : at + 3]
    return (unit or number).end < word.start and word.end == after.start


def _value(metric_key: str, said: str, unit: _Token | None) -> float | None:
    """The number in the metric's unit, None when the units do not agree or the figure cannot be true."""
    metric, value = metrics().metrics[metric_key], read_number(said)
    if value is None:
        return None
    if unit is not None:
        means, factor = _UNITS[unit.value]
        counted = means == "人" and metric.unit_zh in ("例", "间", "户")
        if means != metric.unit_zh and not counted and not (means == "度" and metric.unit_zh == "℃"):
            return None
        if means == "万元" and said.endswith(("万", "亿")):
            factor = {"元": 0.0001, "yuan": 0.0001}.get(unit.value, factor)
        value = round(value * factor, 4)
    elif metric_key == "loss_wan" and said.endswith(("万", "亿")):
        value = value / 10_000
    if not metric.least <= value <= metric.most or (metric.whole and value != int(value)):
        return None
    return value

"""Numbers as people write them in a report: 12, 1,200, 1.2万, 二十多, a dozen… (pure)."""

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
CHINESE = "零〇一二两三四五六七八九十百千万亿"
_ENGLISH = dict(
    zip(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "twenty",
            "thirty",
            "forty",
            "fifty",
            "hundred",
            "dozen",
        ],
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 30, 40, 50, 100, 12),
        strict=True,
    )
)
PATTERN = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?[万亿]?|\d+(?:\.\d+)?[万亿]?|[零〇一二两三四五六七八九十百千万亿]+|\b(?:"
    + "|".join(sorted(_ENGLISH, key=len, reverse=True))
    + r")\b"
)
"""What may be a number; 万 and 亿 belong to it."""


def read_number(said: str) -> float | None:
    """The value of one number, None when it is none (百万 alone is no number, 十 is ten)."""
    text = said.strip().casefold().replace(",", "")
    if text in _ENGLISH:
        return float(_ENGLISH[text])
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([万亿]?)", text)
    if found:
        return float(found.group(1)) * _LARGE.get(found.group(2), 1)
    return _chinese(text) if text and all(ch in CHINESE for ch in text) else None


def _chinese(text: str) -> float | None:
    whole = 0.0
    for mark in ("亿", "万"):
        head, found, text = text.partition(mark) if mark in text else ("", "", text)
        if found:
            part = _below_ten_thousand(head)
            if part is None or part == 0:
                return None
            whole += part * _LARGE[mark]
    rest = _below_ten_thousand(text) if text else 0.0
    return None if rest is None else whole + rest


def _below_ten_thousand(text: str) -> float | None:
    if text and all(ch in _DIGITS for ch in text):
        # 一二 is 12 written out digit by digit; a lone digit is itself
        return float("".join(str(_DIGITS[ch]) for ch in text))
    total, digit = 0.0, None
    for place, ch in enumerate(text):
        if ch in _DIGITS:
            digit = _DIGITS[ch]
        elif ch in _UNITS:
            if digit is None and not (ch == "十" and place == 0):
                return None
            total += (1 if digit is None else digit) * _UNITS[ch]
            digit = None
        else:
            return None
    return total + (digit or 0) if text else None

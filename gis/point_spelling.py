"""Ways of writing degrees that are brought into the usual one before a text is read: dashes, letters, JSON, slips of the pen (pure)."""

import re

_DMS = r"(?<![\d.-])(\d{1,3})-(\d{1,2})-(\d{1,2}(?:\.\d+)?)(?![\d-])"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"([东西])[径境]"), r"\1经"),
    (re.compile(r"([南北])[伟维]"), r"\1纬"),
    # 98-55-48E, E98-55-48, 东经98-55-48: only beside a side of the world, or it is a date
    (re.compile(rf"([东西]经|[南北]纬|(?<![A-Za-z])[NSEW])(\s*){_DMS}"), r"\1\2\3°\4′\5″"),
    (re.compile(rf"{_DMS}(?=[NSEW](?![A-Za-z]))"), r"\1°\2′\3″"),
    (re.compile(r"(?<![\d.])(\d{1,3})d\s*(\d{1,2})m\s*(\d{1,2}(?:\.\d+)?)s", re.I), r"\1°\2′\3″"),
    # 纬度23.47°N: the letter says it, with its sign
    (re.compile(r"[经纬]度[\s:：=为]*(?=[\d.°度'′分\"″秒\s]{1,24}[NSEW](?![A-Za-z]))"), ""),
    # {"lat": 23.47, "lng": "98.93"}
    (
        re.compile(r"[\"'](lat|lng|lon|latitude|longitude)[\"']\s*:\s*[\"']?(-?\d{1,3}(?:\.\d+)?)[\"']?", re.I),
        r" \1 \2 ",
    ),
    # 98.930000,23.470000,1200: the third is a height
    (
        re.compile(r"^\s*(-?\d{1,3}\.\d+)\s*,\s*(-?\d{1,3}\.\d+)\s*,\s*-?\d{1,5}(?:\.\d+)?\s*(?:m|米)?\s*$"),
        r"\1,\2",
    ),
)
_QUERY = re.compile(r"(?<![A-Za-z])(lat|lng|lon|latitude|longitude)=(-?\d{1,3}(?:\.\d+)?)&", re.I)


def usual_spelling(text: str) -> str:
    """The text with these ways of writing in the usual one; everything else as it is."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text if "://" in text else _QUERY.sub(r"\1 \2 , ", text)

"""Pinyin, initials and English names, and made-up names for what is generated (always marked I)."""

import numpy as np
from pypinyin import lazy_pinyin, load_phrases_dict

# Readings that the dictionary does not know or reads otherwise.
load_phrases_dict(
    {
        "勐省": [["měng"], ["shěng"]],
        "圈内": [["quān"], ["nèi"]],
        "单甲": [["dān"], ["jiǎ"]],
        "大朝山": [["dà"], ["cháo"], ["shān"]],
        "后箐": [["hòu"], ["qìng"]],
        "乌木龙": [["wū"], ["mù"], ["lóng"]],
        "大寨": [["dà"], ["zhài"]],
        "茶房": [["chá"], ["fáng"]],
        "大摆田": [["dà"], ["bǎi"], ["tián"]],
        "南等": [["nán"], ["děng"]],
        "拉勐": [["lā"], ["měng"]],
        "佤山": [["wǎ"], ["shān"]],
    }
)
_PEOPLES = {
    "拉祜族": "Lahu", "佤族": "Wa", "布朗族": "Blang", "傣族": "Dai", "彝族": "Yi", "苗族": "Miao", "白族": "Bai", "傈僳族": "Lisu",
    "德昂族": "De'ang",
}  # fmt: skip
_RANKS = {"街道": "Subdistrict", "镇": "Town", "乡": "Township"}
_FIRST = "曼勐芒忙南班大小帮允翁永怕户回红安岔平上下新"
_SECOND = "坝寨海岗东弄卡京令卖控朗掌团棚岭坪箐河村林山角门良洪"


def syllables(name_zh: str) -> list[str]:
    return [part.lower() for part in lazy_pinyin(name_zh, errors="ignore")]


def pinyin_of(name_zh: str) -> str:
    return "".join(syllables(name_zh))


def initials_of(name_zh: str) -> str:
    return "".join(part[0] for part in syllables(name_zh))


def spelled(name_zh: str) -> str:
    """One capitalised word: 永安 → Yong'an."""
    word = ""
    for part in syllables(name_zh):
        word += ("'" if word and part[0] in "aoe" else "") + part
    return word.capitalize()


def stem_and_rank(name_zh: str) -> tuple[str, str, list[str]]:
    """孟定镇 → (孟定, 镇, []); 南美拉祜族乡 → (南美, 乡, [拉祜族])."""
    rank = next((r for r in _RANKS if name_zh.endswith(r)), "")
    stem = name_zh.removesuffix(rank)
    peoples: list[str] = []
    while (people := next((p for p in _PEOPLES if stem.endswith(p)), None)) is not None:
        stem = stem.removesuffix(people)
        peoples.insert(0, people)
    return stem, rank, peoples


def english_of(name_zh: str) -> str:
    """A township's English name: 军赛佤族拉祜族傈僳族德昂族乡 → Junsai Wa, Lahu, Lisu and De'ang Township."""
    stem, rank, peoples = stem_and_rank(name_zh)
    named = [_PEOPLES[p] for p in peoples]
    listed = named[0] if len(named) == 1 else ", ".join(named[:-1]) + " and " + named[-1] if named else ""
    return " ".join(part for part in (spelled(stem), listed, _RANKS.get(rank, "")) if part)


class NameMaker:
    """Made-up hamlet names in the sound of the region, each used once."""

    def __init__(self, seed: int, taken: set[str]) -> None:
        self._rng = np.random.default_rng([seed, 91])
        self._taken = set(taken)

    def next(self) -> str:
        while True:
            first, second = self._rng.integers(len(_FIRST)), self._rng.integers(len(_SECOND))
            name = _FIRST[int(first)] + _SECOND[int(second)]
            if name not in self._taken and name[0] != name[1]:
                self._taken.add(name)
                return name

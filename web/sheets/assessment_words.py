"""The words of an assessment on paper, in both languages, and its numbers as words: one significant figure, never nought for what was only never drawn."""

from collections.abc import Mapping, Sequence
from typing import cast

from gis.hazards.outcomes import one_figure
from spine.canonical import Json
from web.sheets.words import Locale

REPORT_WORDS: Mapping[Locale, Mapping[str, str]] = {
    "zh": {
        "title": "风险研判",
        "estimate": "模型估计，不是上报数字，也不是实测。",
        "likeliest": "最可能：",
        "chance": "（可能性 {chance}）",
        "rival": "与“{band}”（{chance}）几乎同样可能",
        "interval": "{what}的 80% 区间：{range}（10 次同类约 8 次落在其中）",
        "not_estimated": "社会安全事件不估计伤亡，只估计涉及人数和所需力量。",
        "bars": "{what}（{unit}）各档的可能性",
        "others": "其他后果",
        "best": "最可能",
        "range": "80% 区间",
        "grades": "各级的可能性",
        "suggested": "建议",
        "below": "不够级",
        "grade_note": "建议不是决定；系统不会自行降级。达到某级以上的可能性满 {floor} 即建议。",
        "grade_unknown": "伤亡未知：以上只按已有数据（如震级）计算，不是伤亡的可能性。",
        "reached": "已经达到：",
        "largest": "误差最大来自：",
        "confidence": "可信度：",
        "exposure": "人口数据：",
        "no_exposure": "没有人口数据，受影响人数未知。",
        "synthetic": "训练用模拟数据",
        "zones": "各区内的人和设施（外区的数字包含内区）",
        "zone": "区",
        "people": "人口（80% 区间）",
        "day": "白天",
        "night": "夜间",
        "schools": "学校",
        "hospitals": "医院",
        "shelters": "避难场所",
        "hazardous_sites": "危险源",
        "reservoirs": "水库大坝",
        "unknown": "未知",
        "sketch": "范围示意（无底图，上为正北）：浅色带为 ±1σ，{basis}",
        "model": "模型估计，非实测",
        "observed": "实测",
        "drawn": "人工圈定",
        "places": "先查看这些地方",
        "needs": "预计需要",
        "unverified": "出处未核对",
        "changes": "什么会改变结果（{what}的中位估计为现在的几倍）",
        "inputs": "用了哪些数据",
        "given": "上报",
        "prior": "经验值",
        "absent": "没有",
        "limits": "局限",
        "assumptions": "假定和说明",
        "sources": "公式和系数出处",
        "made": "{model} {id}@{version}，第 {no} 版，{at}（北京时间），{draws} 次抽样，种子 {seed}，输入摘要 {hash}",
        "printed": "导出：{who}　{when}（北京时间）　第 {page} 页",
        "stand_in": "{model}没有算出来：{why}以下由更通用的模型代替。",
    },
    "en": {
        "title": "Risk assessment",
        "estimate": "A model's estimate: not reported numbers, and not observed.",
        "likeliest": "Most likely: ",
        "chance": " ({chance} chance)",
        "rival": "nearly as likely: {band} ({chance})",
        "interval": "80% interval of {what}: {range} (about 8 of 10 such events fall inside)",
        "not_estimated": "Casualties are not estimated for social-security events, only the people concerned and the forces needed.",
        "bars": "How likely each band is: {what} ({unit})",
        "others": "Other consequences",
        "best": "most likely",
        "range": "80% interval",
        "grades": "Chance of each grade",
        "suggested": "suggested",
        "below": "below",
        "grade_note": "A suggestion is not a decision; the system never lowers a grade. Suggested where reaching it has a chance of at least {floor}.",
        "grade_unknown": "Casualties are not known: these chances rest only on what is known (such as the magnitude), not on casualties.",
        "reached": "Reached already: ",
        "largest": "Largest source of error: ",
        "confidence": "Confidence: ",
        "exposure": "People's numbers: ",
        "no_exposure": "No population is loaded: how many are affected is not known.",
        "synthetic": "synthetic training data",
        "zones": "Who and what is inside each zone (outer zones include the inner ones)",
        "zone": "zone",
        "people": "people (80% interval)",
        "day": "by day",
        "night": "by night",
        "schools": "schools",
        "hospitals": "hospitals",
        "shelters": "shelters",
        "hazardous_sites": "hazardous sites",
        "reservoirs": "reservoirs, dams",
        "unknown": "unknown",
        "sketch": "Extent, without a base map, north up: the pale band is ±1σ; {basis}",
        "model": "model estimate, not observed",
        "observed": "observed",
        "drawn": "drawn by hand",
        "places": "Look here first",
        "needs": "Will be needed",
        "unverified": "source not checked",
        "changes": "What would change the answer (middle estimate of {what} as a multiple of now)",
        "inputs": "What it was made of",
        "given": "reported",
        "prior": "experience",
        "absent": "missing",
        "limits": "Limits",
        "assumptions": "Assumptions and notes",
        "sources": "Sources of formulas and coefficients",
        "made": "{model} {id}@{version}, version {no}, {at} (UTC+8), {draws} draws, seed {seed}, inputs {hash}",
        "printed": "Exported by {who}, {when} (UTC+8), page {page}",
        "stand_in": "{model} could not answer: {why} A more general model stands in.",
    },
}

_TEN_THOUSAND, _HUNDRED_MILLION = 1e4, 1e8


def percent(share: float) -> str:
    """Shares of a thousand draws: what was never drawn is not impossible."""
    if not share >= 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{round(share * 100)}%"


def rough(value: float, locale: Locale) -> str:
    number = one_figure(value)
    if locale == "en":
        return f"{number:,.0f}" if number >= 1 or number == 0 else f"{number:g}"
    if number >= _HUNDRED_MILLION:
        return f"{number / _HUNDRED_MILLION:g} 亿"
    return f"{number / _TEN_THOUSAND:g} 万" if number >= _TEN_THOUSAND else f"{number:g}"


def rough_range(low: float, high: float, locale: Locale) -> str:
    """`4–9 万`; `约 6 万` where both ends are the same."""
    least, most = rough(low, locale), rough(high, locale)
    if least == most:
        return least if least == "0" else f"{'约 ' if locale == 'zh' else 'about '}{least}"
    for shared in (" 万", " 亿"):
        if least.endswith(shared) and most.endswith(shared):
            return f"{least.removesuffix(shared)}–{most}"
    return f"{least}–{most}"


def said(value: Mapping[str, Json], stem: str, locale: Locale) -> str:
    """A word in the reader's language, in the other where there is none."""
    prefix = f"{stem}_" if stem else ""
    other = "en" if locale == "zh" else "zh"
    for tongue in (locale, other):
        found = value.get(f"{prefix}{tongue}")
        if isinstance(found, str) and found:
            return found
        if isinstance(found, Sequence) and not isinstance(found, str) and found:
            return ("，" if locale == "zh" else ", ").join(str(one) for one in found)
    return ""


def amount(outcome: Mapping[str, Json], locale: Locale) -> str | None:
    """The interval with its unit; money in yuan, for ten thousands of ten thousands is nobody's number. None: not known."""
    low, high = outcome.get("p10"), outcome.get("p90")
    if low is None or high is None:
        return None
    low, high = cast(float, low), cast(float, high)
    if outcome.get("unit_zh") == "万元":
        if locale == "en":
            return f"{rough_range(low / 100, high / 100, 'en')} million yuan"
        return f"{rough_range(low * _TEN_THOUSAND, high * _TEN_THOUSAND, 'zh')}元"
    return f"{rough_range(low, high, locale)} {said(outcome, 'unit', locale)}".strip()


def band_words(band: str, unit_zh: str, locale: Locale) -> str:
    if locale == "en":
        return {"0": "none", "1000+": "1,000 or more"}.get(band, band.replace("-", "–"))
    if band == "1000+":
        return f"1000 {unit_zh}以上"
    return f"{band.replace('-', '–')} {unit_zh}"

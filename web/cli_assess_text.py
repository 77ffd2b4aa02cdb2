"""An assessment, and what the models ask for, as text for a terminal, in one language."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

_ROWS = 8


def answer_text(told: Any, language: str) -> str:
    """`told`: the JSON of an answer with `grade` (docs/decisions/0021)."""
    zh = language == "zh"
    lines = [
        _of(told["model"], language) + f"  {told['model']['id']}@{told['model']['version']}",
        f"{told['class_key']}  {told['at']}  {told['point']['lon']:g}, {told['point']['lat']:g}",
        "",
        told[f"summary_{language}"],
        ("可信度 " if zh else "Confidence ")
        + told["confidence"]["letter"]
        + _because(told["confidence"][f"reasons_{language}"]),
    ]
    lines += _section("结果（一位有效数字）" if zh else "Outcomes (one significant figure)", _outcomes(told, language))
    lines += _section("事件等级" if zh else "Grade", _grade(told["grade"], language))
    lines += _section("范围内" if zh else "Inside", _zones(told, language))
    lines += _section("先看哪里" if zh else "Where to look first", _priority(told, language))
    for one in told["lists"]:
        rows = [[row[f"name_{language}"], row[f"value_{language}"]] for row in one["rows"][:_ROWS]]
        more = one["total"] - len(rows)
        if more > 0:
            rows.append(["…", f"另有 {more} 处" if zh else f"{more} more"])
        lines += _section(_of(one, language), table(rows))
    lines += _section("需要" if zh else "Needs", _needs(told, language))
    lines += _section("输入" if zh else "Inputs", _inputs(told, language))
    lines += _section("什么会改变结果" if zh else "What would change the answer", _changes(told, language))
    if told["errors"]["largest"] is not None:
        share = round(100 * told["errors"]["shares"][told["errors"]["largest"]])
        label = "最大误差来源：" if zh else "Largest error: "
        lines += [
            "",
            f"{label}{told['errors'][f'largest_{language}']}（{share}%）"
            if zh
            else f"{label}{told['errors']['largest_en']} ({share} %)",
        ]
    for key, label_zh, label_en in (
        ("limits", "局限", "Limits"),
        ("assumptions", "假定", "Assumptions"),
        ("notes", "说明", "Notes"),
    ):
        lines += _section(label_zh if zh else label_en, [f"- {one[language]}" for one in told[key]])
    exposure = told["exposure"]
    age = exposure["date"] or ("日期未知" if zh else "date not known")
    basis = [f"- {exposure[f'source_{language}']}, {age}", *(f"- {one}" for one in exposure[f"limits_{language}"])]
    lines += _section("人口数据" if zh else "Exposure", basis)
    lines += _section("来源" if zh else "Sources", [f"- {_source(one, language)}" for one in told["sources"]])
    return "\n".join(lines)


def models_text(specs: Sequence[Any], language: str) -> str:
    """What every model declares. `specs`: `gis.hazards.catalogue.spec_json`."""
    return "\n\n".join(_model(spec, language) for spec in specs) + "\n"


def _model(spec: Any, language: str) -> str:
    zh = language == "zh"
    lines = [
        f"{spec['id']}@{spec['version']}  {_of(spec, language)}",
        f"  {'类别' if zh else 'classes'}: {', '.join(spec['classes'])}",
    ]
    lines.append(f"  {'结果' if zh else 'outcomes'}: {', '.join(spec['outcomes'])}")
    rows = [[one["name"], _of(one, language), *_declared(one, language)] for one in spec["inputs"]]
    lines += ["  " + row for row in table(rows)]
    for one in spec["inputs"]:
        if one["kind"] == "choice":
            lines.append(f"  {one['name']}:")
            lines += [f"    {choice['key']}  {choice[language]}" for choice in one["choices"]]
    lines.append(f"  {'模型参数' if zh else 'parameters'}:")
    lines += [
        f"    {p['name']}  {_of(p, language)}  {_dist(p['value'])} {p[f'unit_{language}']}".rstrip()
        + f"  [{_source(p, language, 'source_')}]"
        for p in spec["parameters"]
    ]
    lines.append(f"  {'来源' if zh else 'sources'}:")
    lines += [f"    {_source(one, language)}  {one['equations']}" for one in spec["sources"]]
    lines.append(f"  {'弱点' if zh else 'weaknesses'}:")
    lines += [f"    - {one}" for one in spec[f"weaknesses_{language}"]]
    return "\n".join(lines)


def _declared(one: Any, language: str) -> list[str]:
    """Range with unit, calibrated range, and what is assumed."""
    zh = language == "zh"
    need = (
        ("必填" if zh else "required") if one["required"] else ("可缺" if zh else "optional") if one["optional"] else ""
    )
    if one["kind"] == "choice":
        prior = one["prior"]
        return [
            "choice",
            "",
            need if prior is None else f"{'假定' if zh else 'assumed'} {prior['key']}: {prior[language]}",
        ]
    if one["kind"] == "shape":
        return ["GeoJSON", "", need]
    span = f"{one['low']:g}–{one['high']:g} {one[f'unit_{language}']}".rstrip()
    if one["kind"] == "series":
        return [span, "", need]
    fit = one["calibrated"]
    calibrated = "" if fit is None else f"{'标定' if zh else 'calibrated'} {fit[0]:g}–{fit[1]:g}"
    prior = one["prior"]
    if prior is None:
        return [span, calibrated, need]
    doubt = "" if prior["verified"] else ("，未核实" if zh else ", not verified")
    middle = f"{'假定' if zh else 'assumed'} {prior['median']:.3g} ({prior['p10']:.3g}–{prior['p90']:.3g})"
    return [span, calibrated, f"{middle}: {prior[language]}{doubt}"]


def _dist(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:g}"
    parts = [f"{name} {value[name]:g}" for name in ("median", "spread", "low", "high") if name in value]
    return f"{value['kind']} ({', '.join(parts)})"


def _of(one: Any, language: str) -> str:
    return str(one[language])


def _source(one: Any, language: str, prefix: str = "") -> str:
    doubt = "" if one["verified"] else ("（未核实）" if language == "zh" else " (not verified)")
    return f"{one[prefix + language]}{doubt}"


def _because(reasons: Sequence[str]) -> str:
    return f": {'; '.join(reasons)}" if reasons else ""


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return ["", title, *("  " + line for line in found)] if found else []


def _outcomes(told: Any, language: str) -> list[str]:
    rows: list[list[str]] = []
    for outcome in told["outcomes"].values():
        best = outcome[f"best_{language}"]
        if outcome["p50"] is None:
            rows.append([_of(outcome, language), "—", best, ""])
            continue
        span = f"{outcome['p10']:,g}–{outcome['p90']:,g} {outcome[f'unit_{language}']}"
        bands = "  ".join(
            f"{band}: {100 * share:.0f}%"
            for band, share in zip(outcome["bands"], outcome["band_probabilities"], strict=True)
        )
        rows.append([_of(outcome, language), span, best, bands])
    return table(rows)


def _grade(grade: Any, language: str) -> list[str]:
    zh = language == "zh"
    chances = "  ".join(f"{name}: {100 * share:.0f}%" for name, share in grade["probabilities"].items())
    suggested = grade["suggested"] or ("无" if zh else "none")
    lines = [("建议 " if zh else "suggested ") + suggested + "   " + chances]
    lines += [f"- {one[language]}" for one in [*grade["triggers"], *grade["reasons"][:4]]]
    return lines


def _zones(told: Any, language: str) -> list[str]:
    zh = language == "zh"
    rows: list[list[str]] = []
    for zone in told["zones"]:
        people = zone["people"]
        unknown = "人数未知" if zh else "people not known"
        count = unknown if people is None else f"{people['p10']:,g}–{people['p90']:,g} {'人' if zh else 'people'}"
        groups = [
            f"{label_zh if zh else label_en} {zone[key]}"
            for key, label_zh, label_en in (
                ("schools", "学校", "schools"),
                ("hospitals", "医院", "hospitals"),
                ("hazardous_sites", "危险源", "hazardous sites"),
                ("reservoirs", "水库", "reservoirs"),
            )
            if zone[key]
        ]
        rows.append([_of(zone, language), f"{zone['area_km2']:,.2f} km²", count, ", ".join(groups)])
    return table(rows)


def _priority(told: Any, language: str) -> list[str]:
    return table(
        [
            [
                str(area["rank"]),
                area[f"name_{language}"],
                area[f"level_{language}"],
                "; ".join(area[f"reasons_{language}"]),
            ]
            for area in told["priority"]
        ]
    )


def _needs(told: Any, language: str) -> list[str]:
    rows = [
        [
            need[f"item_{language}"],
            f"{need['low']:,g}–{need['high']:,g} {need[f'unit_{language}']}",
            need[f"because_{language}"],
            _source(need, language, "source_"),
        ]
        for need in told["needs"]
    ]
    return table(rows)


def _inputs(told: Any, language: str) -> list[str]:
    origins = {"given": ("给定", "given"), "prior": ("假定", "assumed"), "absent": ("未知", "not known")}
    rows = [
        [
            _of(one, language),
            one[f"value_{language}"],
            origins[one["origin"]][0 if language == "zh" else 1],
            one[f"source_{language}"],
        ]
        for one in told["inputs"]
    ]
    return table(rows)


def _changes(told: Any, language: str) -> list[str]:
    key = f"value_{language}"
    rows = [
        [
            _of(one, language),
            f"{one['low'][key]} → {one['low']['p50']:,g}",
            f"{one['high'][key]} → {one['high']['p50']:,g}",
        ]
        for one in told["changes"][:_ROWS]
    ]
    return table(rows)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns below each other; a Chinese character is two wide."""
    if not rows:
        return []
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)

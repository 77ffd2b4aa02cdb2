"""What stands on the duty room's papers: a handover (交接班单) with both signatures, a duty log (值班日志). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from command.handover.duty_log import Line
from command.handover.handover import Handover
from command.roster.duty import Duty
from command.roster.rules import Check
from spine.canonical import Json, JsonObject
from spine.clock import parse_iso
from web.sheets.compose import city_time
from web.sheets.words import Locale

PAPER_WORDS: Mapping[Locale, Mapping[str, str]] = {
    "zh": {
        "handover": "交接班单",
        "log": "值班日志",
        "unknown": "系统没有这类记录，请口头和书面交接（不等于没有）。",
        "none": "无。",
        "changes": "交班签字后的变化（接班人已核对）",
        "checks": "设备与保管物品",
        "words": "交班说明",
        "note": "接班说明",
        "ok": "正常",
        "fault": "有问题",
        "out": "交班人",
        "in": "接班人",
        "unsigned": "（未签）",
        "added": "新增",
        "changed": "有变化",
        "gone": "已了结",
        "offered": "接班人尚未签字，岗位未移交。",
        "refused": "接班人没有接班：{reason}",
        "withdrawn": "交班人已撤回。",
        "superseded": "紧急接岗，本单作废：{reason}",
        "printed": "打印：{who}　{when}（北京时间）",
        "item": "事项",
        "state": "情况",
        "time": "时间",
        "what": "内容",
        "who": "记录人",
        "entries": "记录（共 {n} 条）",
        "empty": "这段时间没有记录。",
    },
    "en": {
        "handover": "Handover",
        "log": "Duty log",
        "unknown": "The system keeps no such records: hand these over by word and in writing (this does not mean none).",
        "none": "None.",
        "changes": "Changed after the outgoing signature (read by the incoming)",
        "checks": "Equipment and custody",
        "words": "Outgoing remarks",
        "note": "Incoming remarks",
        "ok": "in order",
        "fault": "fault",
        "out": "Outgoing",
        "in": "Incoming",
        "unsigned": "(not signed)",
        "added": "new",
        "changed": "changed",
        "gone": "settled",
        "offered": "Not signed by the incoming one yet: the post has not changed hands.",
        "refused": "Refused by the incoming one: {reason}",
        "withdrawn": "Withdrawn by the outgoing one.",
        "superseded": "Void, the post was taken in an emergency: {reason}",
        "printed": "Printed: {who}  {when} (Beijing time)",
        "item": "Item",
        "state": "State",
        "time": "Time",
        "what": "What",
        "who": "Entered by",
        "entries": "Entries ({n})",
        "empty": "Nothing was recorded in this time.",
    },
}


@dataclass(frozen=True, slots=True)
class Printed:
    """Who prints and when. `mark`: the exercise's, None outside one."""

    by: str
    at: datetime
    mark: str | None
    locale: Locale


def _paper(printed: Printed, title: str, subtitle: str, sections: list[Any], **more: Any) -> dict[str, Any]:
    words = PAPER_WORDS[printed.locale]
    return {
        "lang": printed.locale,
        "mark": printed.mark,
        "watermark": "演练 EXERCISE",
        "title": title,
        "subtitle": subtitle,
        "author": printed.by,
        "notice": None,
        "signatures": [],
        "printed": words["printed"].format(who=printed.by, when=city_time(printed.at)),
        "sections": sections,
        **more,
    }


def _section(
    title: str,
    note: str | None,
    rows: Sequence[Sequence[str]],
    columns: Sequence[int],
    header: Sequence[str] = (),
    *,
    alarm: bool = False,
) -> dict[str, Any]:
    return {"title": title, "note": note, "rows": [list(row) for row in rows], "columns": list(columns), "header": list(header), "alarm": alarm}  # fmt: skip


def compose_handover(one: Handover, duty: Duty, checks: Sequence[Check], printed: Printed) -> dict[str, Any]:
    """The sheet as the incoming one signed it; before that as the outgoing one did."""
    locale, words = printed.locale, PAPER_WORDS[printed.locale]
    signed_in = one.signed_in
    sheet = cast(JsonObject, one.sheet if signed_in is None else signed_in["sheet"])
    sections = [
        _listed(cast(Mapping[str, Any], section), locale) for section in cast(Sequence[Json], sheet["sections"])
    ]
    if signed_in is not None:
        changes = cast(Sequence[Mapping[str, Any]], signed_in["changes"])
        rows = [[words[one["what"]], one["item"][f"title_{locale}"], one["item"][f"note_{locale}"]] for one in changes]
        sections.append(_section(words["changes"], None if rows else words["none"], rows, (1, 4, 4)))
    sections.append(_checked(cast(Mapping[str, Mapping[str, str]], one.checks), checks, locale))
    if one.words:
        sections.append(_section(words["words"], one.words, [], ()))
    if signed_in is not None and signed_in["note"]:
        sections.append(_section(words["note"], str(signed_in["note"]), [], ()))
    post = duty.post_zh if locale == "zh" else duty.post_en
    out = cast(Mapping[str, Any], one.signed_out)
    return _paper(
        printed,
        f"{words['handover']} · {post}",
        f"{one.from_name} → {cast(Mapping[str, Any], signed_in['by'])['name'] if signed_in else one.to_person or '—'} · {city_time(parse_iso(str(out['at'])))}",
        sections,
        notice=_notice(one, words),
        signatures=[_signature(words["out"], out, words), _signature(words["in"], signed_in, words)],
    )


def _notice(one: Handover, words: Mapping[str, str]) -> str | None:
    reason = "" if one.ended is None else str(one.ended.get("reason") or "")
    return None if one.state == "completed" else words[one.state].format(reason=reason)


def _signature(role: str, signed: Mapping[str, Any] | None, words: Mapping[str, str]) -> dict[str, str]:
    if signed is None:
        return {"role": role, "name": words["unsigned"], "when": ""}
    return {"role": role, "name": str(signed["by"]["name"]), "when": city_time(parse_iso(str(signed["at"])))}


def _listed(section: Mapping[str, Any], locale: Locale) -> dict[str, Any]:
    words = PAPER_WORDS[locale]
    rows = [[str(item[f"title_{locale}"]), str(item[f"note_{locale}"])] for item in section["items"]]
    known = bool(section["known"])
    note = words["unknown"] if not known else None if rows else words["none"]
    count = f"（{len(rows)}）" if locale == "zh" and rows else f" ({len(rows)})" if rows else ""
    return _section(f"{section[locale]}{count}", note, rows, (1, 1), alarm=not known)


def _checked(answers: Mapping[str, Mapping[str, str]], checks: Sequence[Check], locale: Locale) -> dict[str, Any]:
    words = PAPER_WORDS[locale]
    named = {check.id: check.zh if locale == "zh" else check.en for check in checks}
    rows = [
        [named.get(key, key), f"{'✓' if one['state'] == 'ok' else '▲'} {words[one['state']]}", one["note"]]
        for key, one in answers.items()
    ]
    return _section(words["checks"], None, rows, (3, 1, 3))


def compose_log(
    lines: Sequence[Line], since: datetime, until: datetime, place: str, printed: Printed
) -> dict[str, Any]:
    locale, words = printed.locale, PAPER_WORDS[printed.locale]
    rows = [
        [
            city_time(line.at)[5:16],
            line.zh if locale == "zh" else line.en,
            " · ".join(part for part in (line.incident or "", line.text) if part),
            line.by,
        ]
        for line in lines
    ]
    listed = _section(
        words["entries"].format(n=len(rows)),
        None if rows else words["empty"],
        rows,
        (3, 3, 12, 3),
        (words["time"], words["state"], words["what"], words["who"]),
    )
    return _paper(printed, f"{words['log']} · {place}", f"{city_time(since)[:16]} — {city_time(until)[:16]}", [listed])

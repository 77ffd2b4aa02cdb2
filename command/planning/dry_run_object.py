"""A dry run as JSON, with the timeline of everything that would happen in its order."""

from dataclasses import asdict

from command.organisation.book import Organisation
from command.planning.dry_run import DryRun, Run
from spine.canonical import Json, JsonObject


def dry_run_object(run: DryRun, known: Organisation) -> JsonObject:
    """Times in minutes: `asked` from the proposal (P+), all others from activation (T+)."""
    return {
        "plan": {"id": run.plan.id, "version": run.plan.version, "zh": run.plan.zh, "en": run.plan.en},
        "level": run.level,
        "area_code": run.area_code,
        "class_key": run.class_key,
        "applies": run.applies,
        "asked": [asdict(one) for one in run.asked],
        "tasks": [_task(one, known) for one in run.runs],
        "departments": [{**asdict(load), **_names(load.department, known)} for load in run.loads],
        "notified": list(run.notified),
        "unheard": [{"department": code, **_names(code, known)} for code in run.unheard],
        "resources": [_wanted(run, number) for number in range(len(run.wanted))],
        "critical": list(run.critical),
        "ends": run.ends,
        "report_minutes": run.report_minutes,
        "reports": list(run.reports),
        "press_minutes": run.press_minutes,
        "termination": None
        if run.plan.termination is None
        else {
            "zh": run.plan.termination.condition_zh,
            "en": run.plan.termination.condition_en,
            "approved_by": run.plan.termination.approved_by,
        },
        "timeline": _timeline(run, known),
    }


def _wanted(run: DryRun, number: int) -> JsonObject:
    wanted = run.wanted[number]
    short = None if wanted.there is None else max(0, wanted.quantity - wanted.there)
    return {
        "kind": wanted.kind, "zh": wanted.zh, "en": wanted.en, "quantity": wanted.quantity, "there": wanted.there,
        "in_area": wanted.in_area, "short": short, "tasks": list(wanted.tasks),
        "measure_zh": None if wanted.measure is None else wanted.measure.zh,
        "measure_en": None if wanted.measure is None else wanted.measure.en,
    }  # fmt: skip


def _task(run: Run, known: Organisation) -> JsonObject:
    task = run.task
    return {
        "code": task.code,
        "zh": task.zh,
        "en": task.en,
        "level": task.level,
        "priority": task.priority,
        "joint": task.joint,
        "department": run.owner,
        **_names(run.owner, known),
        "support": list(run.support),
        "start": run.start,
        "sign_by": run.sign_by,
        "due": run.due,
        "waits_for": list(run.waits_for),
        "bound_by": run.bound_by,
        "leeway": run.leeway,
        "critical": run.critical,
        "stood_in": run.stood_in,
        "clause": task.clause,
        "source": task.source,
        "basis": task.basis,
    }


def _names(code: str, known: Organisation) -> dict[str, Json]:
    found = known.departments.get(code)
    return {"name_zh": code if found is None else found.zh, "name_en": code if found is None else found.en}


def _timeline(run: DryRun, known: Organisation) -> list[Json]:
    """{at, from: P|T, kind: asked|notify|order|part|wait|sign|due|report|press, zh, en, who, task}, in order; P before T."""
    lines: list[tuple[int, int, dict[str, Json]]] = []

    def put(at: int, kind: str, who: str, zh: str, en: str, task: str | None = None, *, since: str = "T") -> None:
        line: dict[str, Json] = {"at": at, "from": since, "kind": kind, "who": who, "zh": zh, "en": en, "task": task}
        lines.append((0 if since == "P" else 1, at, line))

    for number, asked in enumerate(run.asked):
        after_zh, after_en = ("", "") if number == 0 else ("前一位未决定，改请", "the one before has not decided: ")
        minutes = asked.until_minutes - asked.from_minutes
        put(
            asked.from_minutes, "asked", asked.post, f"{after_zh or '请'}{asked.zh}在 {minutes} 分钟内决定",
            f"{after_en}{asked.en} is asked to decide within {minutes} minutes", since="P",
        )  # fmt: skip
    if run.notified:
        named = [_names(code, known) for code in run.notified]
        zh, en = "、".join(str(one["name_zh"]) for one in named), ", ".join(str(one["name_en"]) for one in named)
        put(0, "notify", "", f"通知 {zh}", f"tell {en}")
    for one in run.runs:
        names = _names(one.owner, known)
        zh, en, task = str(names["name_zh"]), str(names["name_en"]), one.task
        why_zh = f"（等 {one.bound_by}）" if one.bound_by else ""
        why_en = f" (after {one.bound_by})" if one.bound_by else ""
        put(one.start, "order", one.owner, f"{zh}：{task.zh}{why_zh}", f"{en}: {task.en}{why_en}", task.code)
        if task.joint:
            for code in one.support:
                part = _names(code, known)
                put(
                    one.start,
                    "part",
                    code,
                    f"{part['name_zh']}：{task.zh}（分任务）",
                    f"{part['name_en']}: {task.en} (a part)",
                    task.code,
                )
        put(one.sign_by, "sign", one.owner, f"{zh}最迟签收“{task.zh}”", f"{en} signs for '{task.en}' by now", task.code)
        put(one.due, "due", one.owner, f"{zh}最迟办结“{task.zh}”", f"{en} has done '{task.en}' by now", task.code)
    for at in run.reports:
        put(at, "report", "", "续报", "follow-up report due")
    if run.press_minutes is not None:
        put(run.press_minutes, "press", "", "最迟首次向社会发布", "the public is first told by now")
    rank = {"asked": 0, "notify": 1, "order": 2, "part": 3, "sign": 4, "due": 5, "report": 6, "press": 7}
    lines.sort(key=lambda entry: (entry[0], entry[1], rank[str(entry[2]["kind"])]))
    return [line for _, _, line in lines]

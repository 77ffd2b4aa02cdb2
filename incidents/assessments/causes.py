"""Which facts may change what is asked of the models, and what each of them is called as the cause of a new version (pure)."""

from collections.abc import Mapping, Sequence
from typing import cast

from incidents.metrics import metrics
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.follow import ReaderName
from spine.record import Fact

READER = ReaderName("assess", "incident:")
KINDS = frozenset(
    {
        "incident.opened",
        "incident.corrected",
        "incident.drawn",
        "incident.attached",
        "incident.figure_entered",
        "incident.reopened",
        "alert.updated",
        "alert.cancelled",
        "assessment.adjusted",
        "assessment.what_if_made",
        "assessment.what_if_changed",
        "assessment.what_if_adopted",
    }
)
SCORING = frozenset({"incident.closed", "report.filed"})
"""After these what happened is held to be known; so is a figure that comes after a final report."""

_WORDS = {
    "incident.opened": ("事件立案", "the incident was opened"),
    "incident.corrected": ("事件信息更正", "the incident was corrected"),
    "incident.drawn": ("标绘范围变化", "an area was drawn"),
    "incident.attached": ("并入预警或来电", "an alert or call was attached"),
    "incident.reopened": ("事件重新启动", "the incident was reopened"),
    "alert.updated": ("预警信息更新", "an alert was updated"),
    "alert.cancelled": ("预警解除", "an alert was cancelled"),
    "assessment.what_if_made": ("新建推演", "a what-if was made"),
    "assessment.what_if_changed": ("推演修改", "a what-if was changed"),
    "assessment.what_if_adopted": ("采用推演", "a what-if was adopted"),
}


def caused_by(facts: Sequence[Fact]) -> JsonObject:
    """The newest of the facts that came together, with who did it and in words; `others`: how many came with it."""
    content = facts[-1].content()
    data = cast(Mapping[str, Json], content.get("data") or {})
    zh, en = _said(facts[-1].kind, data)
    return {
        "kind": facts[-1].kind,
        "seq": facts[-1].seq,
        "by": content.get("by"),
        "at": iso(facts[-1].at),
        "zh": zh,
        "en": en,
        "reason": data.get("reason"),
        "others": len(facts) - 1,
    }


def _said(kind: str, data: Mapping[str, Json]) -> tuple[str, str]:
    if kind == "incident.figure_entered":
        return _figure(data)
    if kind == "assessment.adjusted":
        return _adjusted(data)
    zh, en = _WORDS[kind]
    if kind == "alert.updated":
        return f"{zh}：{data.get('headline')}", f"{en}: {data.get('headline')}"
    if kind.startswith("assessment.what_if"):
        return f"{zh}：{data.get('title')}", f"{en}: {data.get('title')}"
    return zh, en


def _figure(data: Mapping[str, Json]) -> tuple[str, str]:
    metric, value = str(data.get("metric")), data.get("value")
    if metric not in metrics().metrics:
        return f"登记数据：{metric}", f"a figure was entered: {metric}"
    label_zh, label_en = metrics().label(metric)
    unit_zh, unit_en = metrics().unit(metric)
    if value is None:
        return f"撤回数据：{label_zh}", f"a figure was withdrawn: {label_en}"
    number = f"{cast(float, value):.10g}"
    return f"登记数据：{label_zh} {number}{unit_zh}", f"a figure was entered: {label_en} {number} {unit_en}".rstrip()


def _adjusted(data: Mapping[str, Json]) -> tuple[str, str]:
    subject, withdrawn = data.get("subject"), bool(data.get("withdrawn"))
    if subject == "facility":
        value = data.get("value") if data.get("before") is None else data.get("before")
        names = value if isinstance(value, Mapping) else {"name_zh": data.get("name"), "name_en": data.get("name")}
        name_zh, name_en = names.get("name_zh"), names.get("name_en")
        if withdrawn:
            return f"设施恢复计入：{name_zh}", f"a facility counts again: {name_en}"
        return f"排除设施：{name_zh}", f"a facility was taken out: {name_en}"
    if subject == "model":
        if withdrawn:
            return "恢复本类事件的模型", "the class's own model is asked again"
        return f"改用模型：{data.get('value')}", f"another model was chosen: {data.get('value')}"
    zh, en = data.get("zh") or data.get("name"), data.get("en") or data.get("name")
    if withdrawn:
        return f"撤回人工设定：{zh}", f"the record speaks again for: {en}"
    return (
        f"人工修正：{zh} {data.get('value_zh') or ''}".rstrip(),
        f"set by hand: {en} {data.get('value_en') or ''}".rstrip(),
    )

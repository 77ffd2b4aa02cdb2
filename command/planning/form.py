"""A plan from outside: JSON of the editor or an uploaded YAML file, read with limits, every fault named by its place. Never raises but Refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import yaml
from pydantic import TypeAdapter, ValidationError

from command.organisation.book import Organisation
from command.planning.checks import check_plan
from command.planning.findings import Finding
from command.planning.shape import Plan
from spine.canonical import Json, JsonObject, encode
from spine.errors import Refused
from spine.validation import refusal_of

MOST_BYTES = 512 * 1024
"""A plan of 60 tasks in both languages has about 60 KB."""
_MOST_DEPTH = 12
_MOST_NODES = 60_000
_PLAN = TypeAdapter(Plan)
_UNKNOWN_KEYS = frozenset({"unexpected_keyword_argument", "extra_forbidden"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A plan's content with what the validator says. `plan` is None when it does not have the shape of a plan."""

    plan: Plan | None
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return self.plan is not None and all(one.weight != "error" for one in self.findings)


def judge(content: Json, known: Organisation, today: date | None = None) -> Judged:
    """The plan that this content says, and everything wrong with it. Whatever the content is, faults are findings."""
    try:
        text = encode(content)
    except (TypeError, ValueError) as error:
        return Judged(None, (_fault("", f"内容不能作为数据读取：{error}。", f"This cannot be read as data: {error}."),))
    except RecursionError:
        return Judged(None, (_fault("", "内容嵌套过深。", "This is nested too deeply."),))
    try:
        plan = _PLAN.validate_json(text, strict=True)
    except ValidationError as error:
        return Judged(None, _faults(error))
    return Judged(plan, check_plan(plan, known, today))


def plan_from(content: JsonObject) -> Plan:
    """A plan that was kept: its shape was read before. Raises Refused `plan_shape` when this program cannot read it."""
    try:
        return _PLAN.validate_json(encode(content), strict=True)
    except ValidationError as error:
        first = _faults(error)[0]
        raise Refused("plan_shape", zh=first.zh, en=first.en, field=first.field) from error


def _fault(field: str, zh: str, en: str) -> Finding:
    return Finding("error", "shape", field, zh, en)


def _faults(error: ValidationError) -> tuple[Finding, ...]:
    listed = refusal_of(error, "").facts.get("errors")
    found: list[Finding] = []
    for item in cast(list[Mapping[str, str]], listed):
        field = item["field"]
        if item["type"] in _UNKNOWN_KEYS:
            found.append(
                _fault(field, f"{field}：没有这个字段（写错了，或逗号未加引号）。", f"{field}: there is no such field.")
            )
        else:
            found.append(_fault(field, item["zh"] + "。", item["en"] + "."))
    return tuple(found)


# --- YAML that somebody uploads ------------------------------------------------------------------------------------------


def read_yaml(raw: bytes) -> JsonObject:
    """The content of an uploaded plan file: UTF-8, or GB 18030 as editors here may write it.

    Raises Refused `plan_file`: too large, no text, no YAML, anchors (a few lines of them can swell to gigabytes), too deep, no plan.
    """
    if len(raw) > MOST_BYTES:
        raise _refuse(f"文件超过 {MOST_BYTES // 1024} KB。", f"The file has more than {MOST_BYTES // 1024} KB.")
    text = _text(raw)
    try:
        _check_tokens(text)
        content: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else str(mark.line + 1)
        problem = str(getattr(error, "problem", None) or "not YAML")
        zh = f"第 {line} 行起读不懂（{problem}）。" if line else f"不是 YAML 文本（{problem}）。"
        en = f"It cannot be read from line {line} on ({problem})." if line else f"This is no YAML text ({problem})."
        raise _refuse(zh, en) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise _refuse(
            "内容嵌套过深，或有不合法的日期、数字。", "It is nested too deeply, or holds an impossible date or number."
        ) from error
    if not isinstance(content, dict):
        raise _refuse(
            "文件里不是一个预案（应是“字段: 值”的列表）。",
            "The file holds no plan (it should be a list of 'field: value').",
        )
    try:
        encode(cast(Json, content))
    except (TypeError, ValueError) as error:
        raise _refuse(
            "日期和时间要加引号，字段名要是文字。", "Write dates and times in quotes, and field names as text."
        ) from error
    return cast(JsonObject, content)


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _refuse("文件既不是 UTF-8 也不是 GB 18030 文本。", "The file is neither UTF-8 nor GB 18030 text.")


def _check_tokens(text: str) -> None:
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            line = 0 if event.start_mark is None else event.start_mark.line + 1
            raise _refuse(
                f"第 {line} 行用了锚点或引用（& *），上传的预案不能用，请写出全文。",
                f"Line {line} has an anchor or alias (& *); an uploaded plan may not, write it out.",
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MOST_DEPTH or nodes > _MOST_NODES:
            raise _refuse("内容过多或嵌套过深，不像预案。", "It holds too much, or is nested too deeply, for a plan.")


def _refuse(zh: str, en: str) -> Refused:
    return Refused("plan_file", zh=zh, en=en, field="file", final=False)


class _Writer(yaml.SafeDumper):
    """Block style with lists indented, as plan files are written by hand; no aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  the library's name
        super().increase_indent(flow, False)  # pyright: ignore[reportUnknownMemberType]

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the library's name
        return True


def write_yaml(content: JsonObject, heading: tuple[str, ...]) -> str:
    """A plan's content as a file that `read_yaml` and `read_plan` read again. `heading`: comment lines at the top."""
    lines = "".join(f"# {line}\n" for line in heading)
    plain: str = yaml.dump(_plain(content), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=160)
    return lines + plain


_FIRST = (
    "version", "id", "zh", "en", "kind", "issuer", "issuer_en", "doc_no", "valid_from", "review_due", "illustrative", "classes", "decision",
    "legal_basis", "levels", "sign_minutes", "triggers", "groups", "tasks", "watch", "termination",
)  # fmt: skip


def _plain(value: Json, *, top: bool = True) -> Any:
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST)) if top else value
        return {name: _plain(value[name], top=False) for name in names}
    if isinstance(value, list | tuple):
        return [_plain(one, top=False) for one in value]
    return value

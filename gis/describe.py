"""What people say of a layer, checked: a new layer needs all of it, a later version keeps what is not said anew (pure)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from gis.catalogue import SENSITIVITIES, Description
from spine.errors import Refused

_NAME = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
_NEEDED = {
    "title_zh": ("中文标题", "a Chinese title"),
    "owner": ("负责单位", "an owner"),
    "source": ("来源", "a source"),
    "licence": ("许可或使用范围", "a licence"),
}
_MOST = 400
_FIELDS = (
    "title_zh", "title_en", "owner", "department", "readers", "source", "source_en", "licence", "date", "illustrative",
    "sensitivity", "label",
)  # fmt: skip


def check_name(name: str) -> str:
    """Raises Refused `layer_name`."""
    if not _NAME.match(name):
        raise Refused(
            "layer_name",
            zh="图层名称用小写字母开头，只含小写字母、数字和下划线，2 到 40 个，例如 flood_shelters。",
            en="A layer's name begins with a small letter and has small letters, digits and _, 2 to 40, such as flood_shelters.",
            field="name",
            final=False,
        )
    return name


def describe(name: str, before: Description | None, told: Mapping[str, Any]) -> Description:
    """`told`: fields of Description; those absent or None stay as they were (`date`, `label`, `department` too: "" clears).

    Raises Refused: `layer_name`, `layer_not_described`, `layer_description_long`, `layer_date`, `layer_sensitivity`.
    """
    check_name(name)
    was: dict[str, Any] = {} if before is None else {field: getattr(before, field) for field in _FIELDS}
    now: dict[str, Any] = was | {field: told[field] for field in _FIELDS if told.get(field) is not None}
    for field, (zh, en) in _NEEDED.items():
        if not str(now.get(field) or "").strip():
            raise Refused(
                "layer_not_described",
                zh=f"新图层要写明{zh}：以后看到它的人要知道它从哪里来、归谁管、能怎么用。",
                en=f"A new layer needs {en}: whoever sees it must know where it is from and whose it is.",
                field=field,
                final=False,
            )
    check_lengths(now)
    return Description(
        name=name,
        title_zh=str(now["title_zh"]).strip(),
        title_en=str(now.get("title_en") or name).strip(),
        owner=str(now["owner"]).strip(),
        department=now.get("department") or None,
        readers=tuple(now.get("readers") or ()),
        source=str(now["source"]).strip(),
        source_en=str(now.get("source_en") or now["source"]).strip(),
        licence=str(now["licence"]).strip(),
        date=date_told(now.get("date")),
        illustrative=bool(now.get("illustrative", False)),
        sensitivity=sensitivity_told(now.get("sensitivity")),
        label=now.get("label") or None,
    )


def check_lengths(told: Mapping[str, Any]) -> None:
    """Raises Refused `layer_description_long`."""
    for field, value in told.items():
        if isinstance(value, str) and len(value) > _MOST:
            raise Refused(
                "layer_description_long",
                zh=f"{field} 过长，最多 {_MOST} 字。",
                en=f"{field} is too long, {_MOST} characters at most.",
                field=field,
                final=False,
            )


def sensitivity_told(value: Any) -> str:
    """Internal when nothing is said. Raises Refused `layer_sensitivity`."""
    sensitivity = str(value or "internal")
    if sensitivity not in SENSITIVITIES:
        raise Refused(
            "layer_sensitivity",
            zh="敏感级别应为 public（公开）、internal（内部）或 restricted（受限）。",
            en="The sensitivity is one of public, internal and restricted.",
            field="sensitivity",
            final=False,
        )
    return sensitivity


def date_told(value: Any) -> date | None:
    """The date of the data; None when nothing is said. Raises Refused `layer_date`."""
    if value is None or value == "" or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Refused(
            "layer_date",
            zh="数据日期应写成 2026-03-01。",
            en="The date of the data is written 2026-03-01.",
            field="date",
            final=False,
        ) from None

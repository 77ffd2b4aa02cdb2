"""Turns what pydantic found wrong into one refusal that names the fields, in both languages."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from spine.canonical import Json, JsonObject, encode
from spine.errors import Refused

_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("必须填写", "is required"),
    "extra_forbidden": ("不是本指令的字段", "is not a field of this command"),
    "uuid_parsing": ("不是有效的编号（UUID）", "is not a valid UUID"),
    "uuid_type": ("应为编号（UUID）", "must be a UUID"),
    "string_type": ("应为文字", "must be text"),
    "string_too_short": ("内容过短", "is too short"),
    "string_too_long": ("内容过长", "is too long"),
    "string_pattern_mismatch": ("格式不对", "does not have the right form"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "float_type": ("应为数字", "must be a number"),
    "bool_type": ("应为是或否", "must be true or false"),
    "finite_number": ("应为有限的数字", "must be a finite number"),
    "greater_than_equal": ("数值过小", "is too small"),
    "greater_than": ("数值过小", "is too small"),
    "less_than_equal": ("数值过大", "is too large"),
    "less_than": ("数值过大", "is too large"),
    "literal_error": ("不在可选范围内", "is not one of the permitted values"),
    "enum": ("不在可选范围内", "is not one of the permitted values"),
    "timezone_aware": ("时间须带时区", "needs a time zone"),
    "datetime_from_date_parsing": ("不是有效的时间", "is not a valid time"),
    "datetime_parsing": ("不是有效的时间", "is not a valid time"),
    "datetime_type": ("应为时间", "must be a time"),
    "dict_type": ("应为对象", "must be an object"),
    "model_type": ("应为对象", "must be an object"),
    "list_type": ("应为列表", "must be a list"),
    "tuple_type": ("应为列表", "must be a list"),
    "too_long": ("项目过多", "has too many items"),
    "too_short": ("项目过少", "has too few items"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
}
_LIMITS = ("ge", "gt", "le", "lt", "max_length", "min_length", "expected")


def refusal_of(error: ValidationError, prefix: str = "data") -> Refused:
    """One refusal with the first wrong field in front and all of them in `errors`."""
    found: list[JsonObject] = []
    for item in error.errors(include_url=False, include_input=False):
        path = ".".join([prefix, *(str(part) for part in item["loc"])]) if prefix else ".".join(map(str, item["loc"]))
        zh, en = _WORDS.get(item["type"], ("填写有误", "is not valid"))
        context: Mapping[str, Any] = item.get("ctx", {})
        limits = [str(context[name]) for name in _LIMITS if name in context]
        if limits:
            zh, en = f"{zh}（{'，'.join(limits)}）", f"{en} ({', '.join(limits)})"
        found.append({"field": path, "type": item["type"], "zh": f"{path}：{zh}", "en": f"{path} {en}"})
    first = found[0]
    return Refused(
        "invalid_field",
        zh="；".join(str(f["zh"]) for f in found[:5]) + "。",
        en="; ".join(str(f["en"]) for f in found[:5]) + ".",
        field=str(first["field"]),
        final=False,
        errors=found,
    )


M = TypeVar("M", bound=BaseModel)


def parse_strictly(model: type[M], data: Json, prefix: str = "data") -> M:
    """A model from JSON values, strictly: "5" is not 5. Raises Refused `invalid_field`."""
    try:
        return model.model_validate_json(encode(data), strict=True)
    except ValidationError as error:
        raise refusal_of(error, prefix) from error

"""Refusals: what the platform answers when it will not do what was asked.

A refusal is a normal outcome with a stable code, the field and a sentence in both languages that a duty officer understands.
`web/errors.py` turns it into an RFC 9457 problem; rooms never know about HTTP beyond the status they suggest.
"""

from spine.canonical import Json, JsonObject


class Refused(Exception):
    """The command, question or frame is refused and nothing has changed.

    `final` says whether the same command sent again must get the same answer (it is then kept with the receipt).
    A refusal that another command may lift by itself (not found yet, not permitted yet) is not final.
    """

    def __init__(
        self,
        code: str,
        *,
        zh: str,
        en: str,
        field: str | None = None,
        status: int = 422,
        final: bool = True,
        **facts: Json,
    ) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.field = field
        self.status = status
        self.final = final
        self.facts: JsonObject = facts

    def sentence(self, locale: str) -> str:
        return self.zh if locale.startswith("zh") else self.en

    def to_json(self) -> JsonObject:
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "field": self.field,
            "status": self.status,
            "facts": self.facts,
        }


def not_found(what_zh: str, what_en: str, key: str, *, field: str | None = None) -> Refused:
    return Refused(
        "not_found",
        zh=f"没有找到{what_zh}（{key}）。",
        en=f"No such {what_en} ({key}).",
        field=field,
        status=404,
        final=False,
    )


def stale_version(expected: int, actual: int, *, field: str = "expect") -> Refused:
    return Refused(
        "stale_version",
        zh=f"这条内容已被他人更新（您看到的是第 {expected} 版，现在是第 {actual} 版），请核对后再提交。",
        en=f"Somebody changed this meanwhile (you saw version {expected}, it is now {actual}). Check it and send again.",
        field=field,
        status=409,
        expected=expected,
        actual=actual,
    )


def forbidden(zh: str, en: str, *, field: str | None = None) -> Refused:
    return Refused("forbidden", zh=zh, en=en, field=field, status=403, final=False)

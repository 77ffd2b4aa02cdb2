"""A notice (告知): somebody must be told something in words, because of a step. The notify room reads it and tells people.

An order is told by its own fact (`task.issued`, …). Everything else that must reach a person (an urging, an escalation, a question to be
answered) is one `notice.given` fact beside the step's own: escalation goes to people, not to a colour.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from spine.canonical import JsonObject
from spine.command import NewFact

To = Literal["department", "unit", "post", "account"]
NOTICES = "notices"
"""The stream of notices that belong to no incident. Nobody's screen follows it; the messages reach the desks."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`to`: the kind of addressee and its code or id. A post without a holder is told to all who may hold it.

    `about`: kind and id of the thing it speaks of, e.g. ("task", id), so that a screen can open it.
    """

    to: tuple[To, str]
    subject: tuple[str, str]
    text: tuple[str, str]
    about: tuple[str, UUID]
    incident_id: UUID | None


def notice_fact(notice: Notice) -> NewFact:
    """The fact that gets it told, on the incident's stream or, without one, on `notices`."""
    stream = NOTICES if notice.incident_id is None else f"incident:{notice.incident_id}"
    kind, key = notice.to
    about, about_id = notice.about
    data: JsonObject = {
        "to": {"kind": kind, "id": key},
        "subject_zh": notice.subject[0],
        "subject_en": notice.subject[1],
        "text_zh": notice.text[0],
        "text_en": notice.text[1],
        "about": {"kind": about, "id": str(about_id)},
    }
    return NewFact(stream, "notice.given", data)

"""One JSON spelling for everything that is hashed, stored or framed: sorted keys, no spaces, UTF-8, no NaN."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
JsonObject: TypeAlias = Mapping[str, Json]


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def encode(value: Json) -> str:
    """Canonical JSON text. Raises ValueError for NaN and infinities: they are not JSON and would break every reader."""
    return _ENCODER.encode(value)


class Spelling:
    """Spells each object once, however many texts it is part of: the facts of one command share most of what they say.

    Objects are told apart by identity, so none may be changed while this is in use.
    """

    def __init__(self) -> None:
        self._spelt: dict[int, tuple[object, str]] = {}

    def of(self, value: Json) -> str:
        """The same text as `encode`. Raises ValueError as it does."""
        known = self._spelt.get(id(value))
        if known is None:
            known = self._spelt[id(value)] = (
                value,
                encode(value),
            )  # kept with its text, so that its identity stays its own
        return known[1]

    def of_members(self, members: Mapping[str, str]) -> str:
        """An object whose members' values are spelt already."""
        return "{" + ",".join(f"{encode(name)}:{members[name]}" for name in sorted(members)) + "}"


def decode(text: str | bytes) -> Json:
    """The value of a JSON text. Raises ValueError with the position of the first error."""
    return cast(Json, json.loads(text))


def decode_object(text: str | bytes) -> JsonObject:
    """Like decode, for texts that this program wrote itself and that are objects."""
    value = decode(text)
    if not isinstance(value, Mapping):
        raise ValueError("a JSON object was expected")
    return value

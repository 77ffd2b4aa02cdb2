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


def decode(text: str | bytes) -> Json:
    """The value of a JSON text. Raises ValueError with the position of the first error."""
    return cast(Json, json.loads(text))


def decode_object(text: str | bytes) -> JsonObject:
    """Like decode, for texts that this program wrote itself and that are objects."""
    value = decode(text)
    if not isinstance(value, Mapping):
        raise ValueError("a JSON object was expected")
    return value

"""A picture and the fact after it make the next picture. The same lines stand in `web/ui/src/wire/fold.ts`."""

from collections.abc import Iterable, Mapping

from spine.canonical import Json, JsonObject

Picture = dict[str, dict[str, Json]]
After = Mapping[str, Mapping[str, Json]]


def fold(picture: Picture, now: After) -> Picture:
    """Apply one fact's after-image in place and return the picture. None takes the object out of this picture."""
    for collection, objects in now.items():
        held = picture.setdefault(collection, {})
        for key, value in objects.items():
            if value is None:
                held.pop(key, None)
            else:
                held[key] = value
    return picture


def fold_all(picture: Picture, facts: Iterable[JsonObject]) -> Picture:
    """Fold whole facts (the objects on the wire) in their order."""
    for fact in facts:
        now = fact.get("now")
        if isinstance(now, Mapping):
            fold(picture, now)  # type: ignore[arg-type]
    return picture

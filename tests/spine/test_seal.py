"""The seal on what this realm answered: word for word, for one question, of this realm's own key."""

from spine.canonical import JsonObject
from spine.errors import Refused
from spine.realm import Realm
from spine.seal import require_seal, sealed

ANSWER: JsonObject = {"minutes": 12.0, "share": 0.1, "picks": [{"unit": "u1", "short": None}], "zh": "临沧"}


async def _is_ours(realm: Realm, kind: str, answer: JsonObject) -> bool:
    async with realm.pool.connection() as conn:
        try:
            await require_seal(conn, kind, answer, field="data.plan")
        except Refused as refused:
            return refused.code != "not_our_answer"
        return True


async def test_an_answer_comes_back_as_it_was_or_not_at_all(realm: Realm) -> None:
    async with realm.pool.connection() as conn:
        told = await sealed(conn, "dispatch", ANSWER, {**ANSWER, "drawn": [1, 2]})
    kept = {name: value for name, value in told.items() if name != "drawn"}
    assert await _is_ours(realm, "dispatch", kept)
    assert await _is_ours(realm, "dispatch", {**kept, "minutes": 12})  # as a browser writes it
    assert not await _is_ours(realm, "evacuation", kept)
    assert not await _is_ours(realm, "dispatch", told)
    assert not await _is_ours(realm, "dispatch", {**kept, "minutes": 12.5})
    assert not await _is_ours(realm, "dispatch", {**kept, "minutes": True})
    assert not await _is_ours(realm, "dispatch", {**kept, "seal": 5})
    assert not await _is_ours(realm, "dispatch", {})

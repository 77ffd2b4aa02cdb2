"""docs/asyncapi.yaml describes the frames that the gateway really makes and takes."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from spine.canonical import decode
from spine.errors import Refused
from tests.city import Server
from web.gateway import protocol

DOCUMENT = cast(
    dict[str, Any], yaml.safe_load((Path(__file__).parents[2] / "docs" / "asyncapi.yaml").read_text("utf-8"))
)
EMPTY: Any = cast(Any, Registry)()
REGISTRY: Any = EMPTY.with_resource("urn:asyncapi", Resource.from_contents(DOCUMENT, default_specification=DRAFT202012))


def check(message: str, frame: Any) -> None:
    schema = {"$ref": f"urn:asyncapi#/components/messages/{message}/payload"}
    Draft202012Validator(schema, registry=REGISTRY).validate(frame)  # pyright: ignore[reportUnknownMemberType]


CLOCK: dict[str, Any] = {
    "id": "now",
    "realm": "live",
    "kind": "live",
    "at": "2026-03-01T10:12:00.000000Z",
    "wall_at": "2026-03-01T10:12:00.000000Z",
    "speed": 1.0,
    "paused": False,
}
EPOCH = "5c1d8f0e-3c39-4a5e-9d3a-2f1f4c4a5309"


def test_every_frame_the_gateway_makes_is_described() -> None:
    realm = {"name": "live", "kind": "live", "title_zh": "临沧市应急指挥", "title_en": "Lincang"}
    made = {
        "welcome": protocol.welcome(EPOCH, realm, CLOCK),
        "live": protocol.live("board", 3),
        "beat": protocol.beat({"board": 3}, CLOCK),
        "reset": protocol.reset("board", "epoch"),
        "where": protocol.where("where:units", {"u": '{"lon":99.0,"lat":23.5}'}),
        "kept": protocol.kept("7", 1, 2),
        "stale": protocol.stale("2026-03-01T10:12:00.000000Z"),
        "refused": protocol.refused(Refused("bad_frame", zh="错", en="wrong"), "zh"),
    }
    for message, frame in made.items():
        check(message, decode(frame))


POSITION = {"unit_id": EPOCH, "lon": 99.0, "lat": 23.5, "accuracy_m": 8.0, "at": "2026-03-01T10:12:00Z"}


@pytest.mark.parametrize(
    ("message", "frame", "parsed"),
    [
        ("follow", {"op": "follow", "stream": "board", "since": 3, "epoch": EPOCH}, protocol.Follow("board", EPOCH, 3)),
        ("unfollow", {"op": "unfollow", "stream": "board"}, protocol.Unfollow("board")),
        ("clientBeat", {"op": "beat"}, protocol.Beat()),
        ("present", {"op": "present", "incident": EPOCH, "view": {"zoom": 9}}, protocol.Present(EPOCH, {"zoom": 9})),
        (
            "positions",
            {"op": "positions", "id": "7", "positions": [POSITION]},
            protocol.Positions("7", json.dumps({"positions": [POSITION]}, separators=(",", ":"), sort_keys=True)),
        ),
    ],
)
def test_every_frame_described_is_understood(message: str, frame: dict[str, Any], parsed: object) -> None:
    check(message, frame)
    assert protocol.parse(json.dumps(frame)) == parsed


def test_a_stale_frame_says_since_when() -> None:
    with pytest.raises(ValidationError):
        check("stale", {"op": "stale", "reason": "database"})


async def test_real_facts_are_as_described(server: Server) -> None:
    await server.city.carry_out("duty1", "call.register", {"source": "群众来电", "text": "孟定镇糖厂锅炉异响"})
    async with server.socket("duty1") as client:
        await client.send(op="follow", stream="board", since=0)
        check("fact", await client.until("fact"))
        check("welcome", client.frames[0])

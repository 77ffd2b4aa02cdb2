"""Positions from a real MQTT broker (Debian's mosquitto): units, gateways, what is left out, and a broker that goes away."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from aiomqtt import Client, MqttError

from gis.position_store import newest
from spine.clock import iso
from spine.errors import Refused
from spine.realm import Realm
from tests.conftest import T0
from web.gateway.telemetry import Telemetry
from web.mqtt_positions import MqttPositions, broker_of, read_message
from web.position_intake import PositionIntake

UNIT, OTHER = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
POSITION = {"lon": 99.0, "lat": 23.5, "at": iso(T0)}


def test_addresses_of_brokers() -> None:
    plain, secret = broker_of("mqtt://broker"), broker_of("mqtts://u%40x:p%3A@broker:99/city/where/")
    assert (plain.host, plain.port, plain.tls, plain.prefix) == ("broker", 1883, False, "fengsui/positions")
    assert (secret.username, secret.password, secret.port, secret.tls) == ("u@x", "p:", 99, True)
    assert secret.prefix == "city/where"
    for wrong in ("http://broker", "mqtt://", "broker", "mqtt://b/a/+"):
        with pytest.raises(ValueError, match="MQTT"):
            broker_of(wrong)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (f"p/{UNIT}", b"nonsense"), (f"p/{UNIT}", b"[]"), (f"p/{UNIT}", b'{"lon":1}'), ("p/somebody", json.dumps(POSITION).encode()),
        (f"p/{UNIT}", json.dumps({**POSITION, "unit_id": OTHER}).encode()), (f"p/{UNIT}", b"\xff\xfe"),
        (f"p/{UNIT}", json.dumps({"positions": [{**POSITION, "unit_id": OTHER}]}).encode()),
        (f"p/{UNIT}", b" " * 600_000), ("p/all", json.dumps(POSITION).encode()),
    ],
)  # fmt: skip
def test_what_is_no_position_of_this_unit_is_refused(topic: str, payload: bytes) -> None:
    with pytest.raises(Refused):
        read_message(topic, payload)


def test_one_position_a_batch_and_a_gateway() -> None:
    assert read_message(f"p/{UNIT}", json.dumps(POSITION).encode())[0]["unit_id"] == UNIT
    batch = {"positions": [{**POSITION, "unit_id": UNIT}, {**POSITION, "unit_id": OTHER}]}
    assert len(read_message("p/all", json.dumps(batch).encode())) == 2


def _mosquitto() -> str | None:
    return os.environ.get("FENGSUI_MOSQUITTO") or shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")


class RealBroker:
    """A mosquitto on loopback."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        program = _mosquitto()
        assert program is not None
        self._process = await asyncio.create_subprocess_exec(
            program, "-c", str(self._settings), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()
            self._process = None

    async def publish(self, topic: str, payload: Any) -> None:
        async with Client("127.0.0.1", self.port) as client:
            await client.publish(topic, payload if isinstance(payload, bytes) else json.dumps(payload), qos=1)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncGenerator[RealBroker]:
    if _mosquitto() is None:
        pytest.skip("no mosquitto here: Debian's package of this name, or FENGSUI_MOSQUITTO")
    made = RealBroker(tmp_path)
    await made.start()
    yield made
    await made.stop()


async def _kept(realm: Realm, units: int) -> dict[str, float]:
    async with asyncio.timeout(20):
        while True:
            async with realm.pool.connection() as conn:
                rows = await newest(conn, None)
            if len(rows) >= units:
                return {row.unit_id: row.lon for row in rows}
            await asyncio.sleep(0.02)


async def test_positions_come_through_a_broker_that_goes_away(
    realm: Realm, broker: RealBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.mqtt_positions.PAUSES_S", (0.05,))
    source = MqttPositions(broker_of(f"mqtt://127.0.0.1:{broker.port}"), PositionIntake(realm, Telemetry(realm)))
    running = asyncio.create_task(source.run())
    try:
        async with asyncio.timeout(20):
            await source.connected.wait()
        await broker.publish(f"fengsui/positions/{UNIT}", b"nonsense")
        await broker.publish(f"fengsui/positions/{OTHER}", {**POSITION, "unit_id": UNIT})
        await broker.publish(f"fengsui/positions/{UNIT}", POSITION)
        assert await _kept(realm, 1) == {UNIT: 99.0}
        assert source.left_out == 2
        await broker.stop()
        with pytest.raises(MqttError):
            await broker.publish(f"fengsui/positions/{UNIT}", POSITION)
        async with asyncio.timeout(20):
            while source.connected.is_set():  # noqa: ASYNC110  the event tells only the other way
                await asyncio.sleep(0.02)
        await broker.start()
        async with asyncio.timeout(20):
            await source.connected.wait()
        batch = {"positions": [{**POSITION, "unit_id": OTHER, "lon": 99.5}]}
        await broker.publish("fengsui/positions/all", batch)
        assert await _kept(realm, 2) == {UNIT: 99.0, OTHER: 99.5}
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

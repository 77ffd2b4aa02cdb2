"""Positions by MQTT, from the city's own broker: vehicles, wristbands, radios with a gateway.

Topic `<prefix>/<unit id>`: one position `{lon, lat, accuracy_m?, at}` or a batch `{"positions": […]}`, all of that unit; what a
device may publish to is the broker's to decide, and a position of another unit than its topic's is left out. A gateway that
speaks for many publishes batches to `<prefix>/all`. Processes share the subscription, so each message is taken once. What is
wrong is left out and said in the log; the subscription goes on. While the database is away positions are not kept: the newest
ones come again by themselves.
"""

import asyncio
import logging
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from uuid import UUID

from aiomqtt import Client, Message, MqttError

from spine.canonical import Json, decode, encode
from spine.end_tasks import end_tasks
from spine.errors import Refused
from spine.presence import is_away
from web.position_intake import MOST, PositionIntake, Reported, read_batch

log = logging.getLogger("fengsui.mqtt")

PREFIX = "fengsui/positions"
EVERYBODY = "all"
MOST_BYTES = 512 * 1024
STEP_S = 0.2
"""Messages that come within this time go into the database together."""
PAUSES_S = (1.0, 2.0, 5.0, 15.0, 30.0)
_SAY_EVERY = 100
_WAITING = 20_000


@dataclass(frozen=True, slots=True)
class Broker:
    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    prefix: str


def broker_of(url: str) -> Broker:
    """mqtt[s]://[user:password@]host[:port][/topic prefix]. Raises ValueError with what is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("FENGSUI_MQTT_URL should be mqtt://host[:port][/prefix] or mqtts://…")
    tls = parts.scheme == "mqtts"
    prefix = parts.path.strip("/") or PREFIX
    if any(letter in prefix for letter in "+#$"):
        raise ValueError("the topic prefix in FENGSUI_MQTT_URL holds no wildcard")
    return Broker(
        parts.hostname,
        parts.port or (8883 if tls else 1883),
        None if parts.username is None else unquote(parts.username),
        None if parts.password is None else unquote(parts.password),
        tls,
        prefix,
    )


def read_message(topic: str, payload: bytes) -> list[Reported]:
    """The positions of one message. Raises Refused for what is none, or is another unit's than the topic says."""
    unit = topic.rpartition("/")[2]
    if len(payload) > MOST_BYTES:
        raise Refused("body_too_large", zh="消息过大。", en="The message is too large.", field="payload")
    try:
        value = decode(payload)
    except ValueError as error:
        raise Refused("invalid_field", zh="消息不是 JSON。", en="The message is not JSON.", field="payload") from error
    if not isinstance(value, dict):
        raise Refused(
            "invalid_field", zh="消息应为 JSON 对象。", en="The message must be a JSON object.", field="payload"
        )
    body: dict[str, Json] = value
    if "positions" not in body:
        body = {"positions": [{"unit_id": unit, **body}]}
    read = read_batch(encode(body))
    if unit != EVERYBODY:
        try:
            owner = str(UUID(unit))
        except ValueError as error:
            raise Refused(
                "invalid_field", zh="主题不是力量编号。", en="The topic is no unit's id.", field="topic"
            ) from error
        if any(position["unit_id"] != owner for position in read):
            raise Refused(
                "forbidden", zh="消息中是其他力量的位置。", en="The position is another unit's.", field="unit_id"
            )
    return read


class MqttPositions:
    """One subscription of this process, for as long as it runs."""

    def __init__(self, broker: Broker, intake: PositionIntake) -> None:
        self._broker = broker
        self._intake = intake
        self._waiting: list[Reported] = []
        self.left_out = 0
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """For ever: connect, subscribe, take what comes; a lost connection is made again after a growing pause."""
        tries = 0
        keeping = asyncio.create_task(self._keep(), name="mqtt-positions-keep")
        try:
            while True:
                try:
                    async with self._client() as client:
                        await client.subscribe(f"$share/fengsui/{self._broker.prefix}/+", qos=1)
                        log.info("positions are taken from %s:%d", self._broker.host, self._broker.port)
                        self.connected.set()
                        tries = 0
                        async for message in client.messages:
                            self._take(message)
                except (MqttError, OSError) as error:
                    log.warning("the MQTT broker %s is away: %s", self._broker.host, error)
                self.connected.clear()
                await asyncio.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
                tries += 1
        finally:
            await end_tasks((keeping,))

    def _client(self) -> Client:
        broker = self._broker
        return Client(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            tls_context=ssl.create_default_context() if broker.tls else None,
            timeout=10,
            keepalive=30,
            max_queued_incoming_messages=_WAITING,
        )

    def _take(self, message: Message) -> None:
        try:
            read = read_message(str(message.topic), message.payload)
        except Refused as refusal:
            self.left_out += 1
            if self.left_out % _SAY_EVERY == 1:
                log.warning("%d MQTT messages were left out, the last on %s: %s", self.left_out, message.topic, refusal)
            return
        self._waiting.extend(read)
        if len(self._waiting) > _WAITING:
            del self._waiting[: len(self._waiting) - _WAITING]

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(STEP_S)
            while self._waiting:
                some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                try:
                    await self._intake.take(some, "mqtt")
                except Exception as error:
                    if is_away(error):
                        log.info("%d positions from MQTT are not kept, the database is away: %s", len(some), error)
                    else:
                        log.exception("%d positions from MQTT could not be kept: %s", len(some), error)

"""Intake while the database is away: kept on disk, acknowledged as kept, carried out in order when it is back.

Only what brings news in is kept: calls, feeds, and what field units send. Whoever decides something is refused at once and
knows it; a decision carried out an hour later, on a picture that nobody saw, would be worse than none.
"""

import asyncio
import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from incidents.feeds.intake import TakenIn, take_in
from spine import measures
from spine.accounts import principal_of_account
from spine.canonical import Json, JsonObject, encode
from spine.carry_out import Answer, carry_out, check
from spine.clock import iso, parse_iso
from spine.command import Envelope
from spine.end_tasks import end_tasks
from spine.errors import Refused
from spine.logs import log_context
from spine.presence import NotTried, is_away
from spine.principal import Principal, Role, feed
from spine.receipts import command_id_taken
from spine.spool import Spool
from web.house import House

log = logging.getLogger("fengsui.spool")

KEPT_KINDS = frozenset({"call.register"})
"""Commands that are kept whoever sends them; of a field unit's account all are."""
_LOOK_S = 1.0
_WAIT_FOR_TURN_S = 5.0


@dataclass(frozen=True, slots=True)
class Kept:
    """Acknowledged as on disk: `at` is when."""

    id: str
    at: datetime

    def to_json(self) -> JsonObject:
        return {"id": self.id, "spooled": True, "at": iso(self.at)}


class IntakeSpool:
    def __init__(self, house: House) -> None:
        self._house = house
        self._realm = house.realm
        self.spool = Spool(house.realm.data_dir / "spool")
        self._kept: dict[str, JsonObject] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="spool")

    async def close(self) -> None:
        await end_tasks((self._task,))
        self.spool.close()

    # --- in -----------------------------------------------------------------------------------------------------------

    async def command(self, principal: Principal, envelope: Envelope) -> Answer | Kept:
        """Carry out a command, or keep it. Raises Refused, or psycopg's errors when it may not be kept."""
        keepable = envelope.kind in KEPT_KINDS or principal.has(Role.FIELD_UNIT)
        if await self._may_try(keepable):
            try:
                return await carry_out(self._realm, self._house.registry, principal, envelope)
            except Exception as error:
                if not is_away(error) or not keepable:
                    raise
        elif not keepable:
            raise self._away()
        check(self._house.registry, principal, envelope)
        entry: JsonObject = {
            "at": iso(self._realm.wall_now()),
            "account": None if principal.account_id is None else str(principal.account_id),
            "command": {
                "id": str(envelope.id),
                "kind": envelope.kind,
                "stream": envelope.stream,
                "occurred_at": iso(envelope.occurred_at),
                "data": envelope.data,
            },
        }
        kept = await self._keep(str(envelope.id), entry)
        measures.command_ended(envelope.kind, "spooled")
        return kept

    async def document(self, reader: str, raw: bytes) -> TakenIn | Kept:
        """Take in a feed's document, or keep it whole. Raises Refused."""
        if await self._may_try(keepable=True):
            try:
                return await self._take_in(reader, raw)
            except Exception as error:
                if not is_away(error):
                    raise
        at = self._realm.wall_now()
        entry: JsonObject = {"at": iso(at), "feed": reader, "document": base64.b64encode(raw).decode()}
        await self.spool.keep(entry)
        return Kept(reader, at)

    async def _take_in(self, reader: str, raw: bytes) -> TakenIn:
        return await take_in(self._realm, self._house.registry, reader, raw, feed(reader), carry_out)

    async def _keep(self, key: str, entry: JsonObject) -> Kept:
        """Once, however often the same one is sent."""
        held = self._kept.get(key)
        if held is not None:
            if (encode(held["command"]), held["account"]) != (encode(entry["command"]), entry["account"]):
                raise command_id_taken()
            return Kept(key, parse_iso(str(held["at"])))
        await self.spool.keep(entry)
        self._kept[key] = entry
        return Kept(key, parse_iso(str(entry["at"])))

    async def _may_try(self, keepable: bool) -> bool:
        """False when the database is away. What could be kept waits its turn behind what is: the order of a sender holds."""
        if self._realm.presence.away_since is not None:
            return False
        if keepable and not self.spool.drained.is_set():
            try:
                async with asyncio.timeout(_WAIT_FOR_TURN_S):
                    await self.spool.drained.wait()
            except TimeoutError:
                return False
        return True

    def _away(self) -> NotTried:
        return NotTried(self._realm.presence.why or "the database is away")

    # --- out ----------------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        """For ever: take over what others left, and replay what is kept whenever the database is there."""
        while True:
            try:
                await self._realm.presence.wait_until_back()
                self.spool.take_over()
                measures.spool_depth.set(self.spool.depth)
                if self.spool.depth:
                    carried = await self.spool.replay(self._carry)
                    log.warning("%d kept entries are in the record", carried)
                    measures.spool_depth.set(self.spool.depth)
            except Exception as error:
                if is_away(error):
                    log.info("replay waits, the database is away again: %s", error)
                else:
                    log.exception("replay of the spool failed, trying again")
            await asyncio.sleep(_LOOK_S)

    async def _carry(self, entry: JsonObject) -> None:
        """One entry into the record. A refusal is an end too: it is written down beside the spool and logged."""
        try:
            if "document" in entry:
                await self._carry_document(entry)
            else:
                await self._carry_command(entry)
        except Refused as refusal:
            measures.spool_refused_total.inc()
            log.error("a kept entry was refused when its turn came (%s: %s)", refusal.code, refusal.en)
            await asyncio.to_thread(self._write_down, entry, refusal)

    async def _carry_command(self, entry: JsonObject) -> None:
        sent = cast(Mapping[str, Json], entry["command"])
        with log_context(command=sent["id"], kind=str(sent["kind"]), stream=str(sent["stream"])):
            principal = await self._sender(entry)
            envelope = Envelope(
                UUID(str(sent["id"])),
                str(sent["kind"]),
                str(sent["stream"]),
                parse_iso(str(sent["occurred_at"])),
                cast(JsonObject, sent["data"]),
            )
            await carry_out(self._realm, self._house.registry, principal, envelope)
            self._kept.pop(str(envelope.id), None)

    async def _carry_document(self, entry: JsonObject) -> None:
        reader = str(entry["feed"])
        raw = base64.b64decode(str(entry["document"]))
        taken = await self._take_in(reader, raw)
        if taken.refused is not None:
            raise taken.refused

    async def _sender(self, entry: JsonObject) -> Principal:
        """With the rights of now: whoever lost them meanwhile is refused."""
        account = entry.get("account")
        if account is not None:
            async with self._realm.pool.connection() as conn:
                principal = await principal_of_account(conn, UUID(str(account)))
            if principal is not None:
                return principal
        raise Refused(
            "sender_gone",
            zh="发送人的账号已停用。",
            en="The sender's account has been disabled.",
            status=403,
        )

    def _write_down(self, entry: JsonObject, refusal: Refused) -> None:
        path = self._realm.data_dir / "spool" / "refused.jsonl"
        with path.open("a", encoding="utf-8") as file:
            file.write(encode({"entry": entry, "refusal": refusal.to_json(), "at": iso(self._realm.wall_now())}) + "\n")
        command = entry.get("command")
        if isinstance(command, Mapping):
            self._kept.pop(str(command["id"]), None)

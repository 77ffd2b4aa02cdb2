"""`/metrics`: what is counted, what is asked, what is left out; and that the dashboard and the alerts name real metrics."""

import asyncio
import json
import re
import socket
import uuid
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import yaml
from prometheus_client import REGISTRY as LIBRARY_REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from incidents.assessments.follow import follower
from incidents.feeds.feed_store import add_source
from spine.clock import HandClock
from spine.db import owner_connection
from spine.follow import catch_up
from spine.nudge import Nudges
from tests.city import City, Server, serving
from tests.incidents.assessing import Here
from tests.web.paused_database import paused_database
from web.exposition import Waiting
from web.measures_of_house import shown_address
from web.watched import be_watched

GRAFANA = Path(__file__).resolve().parents[2] / "docs" / "grafana"
_METRIC = re.compile(r"\b(?:fengsui|process)_[a-z0-9_]+\b")
_OF_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


class Page:
    """One scrape: families by name, samples by name and labels."""

    def __init__(self, text: str) -> None:
        self.families: set[str] = set()
        self.samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
        for family in text_string_to_metric_families(text):
            # The parser takes a counter's _total off its family's name.
            self.families |= {family.name, f"{family.name}_total"} if family.type == "counter" else {family.name}
            for sample in family.samples:
                key = (sample.name, frozenset(sample.labels.items()))
                assert key not in self.samples, f"{key} twice: Prometheus would refuse the page"
                self.samples[key] = sample.value

    def value(self, name: str, **labels: str) -> float | None:
        return self.samples.get((name, frozenset(labels.items())))

    def labels(self, name: str) -> list[dict[str, str]]:
        return [dict(labels) for sampled, labels in self.samples if sampled == name]


async def scrape(url: str) -> Page:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return Page(answer.text)


def rose(before: Page, after: Page, name: str, **labels: str) -> float:
    return (after.value(name, **labels) or 0) - (before.value(name, **labels) or 0)


async def register_call(client: httpx.AsyncClient, city: City) -> dict[str, Any]:
    envelope = {
        "id": str(uuid.uuid4()),
        "kind": "call.register",
        "stream": "board",
        "occurred_at": city.realm.clock.now().isoformat(),
        "data": {"source": "群众来电", "text": "孟定镇糖厂锅炉异响"},
    }
    answer = await client.post("/api/commands", json=envelope)
    assert answer.status_code == 200, answer.text
    return envelope


async def test_commands_and_deliveries_are_counted(server: Server) -> None:
    before = await scrape(server.url)
    async with server.sign_in("duty1") as desk, server.socket("duty1") as screen:
        await screen.send(op="follow", stream="board", since=0)
        await screen.until("live", stream="board")
        envelope = await register_call(desk, server.city)
        await screen.until("fact", kind="call.registered")
        again = await desk.post("/api/commands", json=envelope)
        assert again.json()["repeated"] is True
        tomorrow = (server.city.realm.clock.now() + timedelta(days=1)).isoformat()
        early = {**envelope, "id": str(uuid.uuid4()), "occurred_at": tomorrow}
        assert (await desk.post("/api/commands", json=early)).json()["code"] == "time_in_future"
        during = await scrape(server.url)
    assert rose(before, during, "fengsui_commands_total", kind="call.register", outcome="done") == 1
    assert rose(before, during, "fengsui_commands_total", kind="call.register", outcome="repeated") == 1
    assert rose(before, during, "fengsui_commands_total", kind="call.register", outcome="refused") == 1
    assert rose(before, during, "fengsui_command_seconds_count") >= 1
    assert rose(before, during, "fengsui_commit_batch_size_sum") >= 1
    assert rose(before, during, "fengsui_commit_to_delivery_seconds_count") >= 1
    assert rose(before, during, "fengsui_deliveries_total") >= 1
    assert rose(before, during, "fengsui_facts_total") >= 1
    assert during.value("fengsui_sockets") == 1
    assert during.value("fengsui_socket_bytes_waiting") is not None
    assert during.value("fengsui_database_up") == during.value("fengsui_redis_up") == 1
    assert (during.value("fengsui_pool_connections", state="used") or 0) >= 0
    assert (during.value("process_resident_memory_bytes") or 0) > 1e6


async def test_lag_is_of_every_follower_and_ends_when_it_has_caught_up(server: Server, clock: HandClock) -> None:
    city = server.city
    await city.carry_out(
        "duty1", "incident.open", {"title": "孟定糖厂锅炉爆炸", "class_key": "ac.special.boiler", "place": "孟定镇"}
    )
    clock.forward(timedelta(seconds=40))
    behind = await scrape(server.url)
    assess = follower(city.house.registry, Here(city.realm))
    names = {reader.name for reader in (*city.house.followers, assess)}
    assert {labels["follower"] for labels in behind.labels("fengsui_follower_lag_seconds")} == names
    worst = max(behind.value("fengsui_follower_lag_seconds", follower=name) or 0 for name in names)
    assert worst == 40
    while await catch_up(city.realm, assess):
        pass
    await city.settle()
    await catch_up(city.realm, assess)
    caught_up = await scrape(server.url)
    for name in names:
        assert caught_up.value("fengsui_follower_lag_facts", follower=name) == 0
        assert caught_up.value("fengsui_follower_lag_seconds", follower=name) == 0


async def test_a_feed_has_an_age_only_once_it_was_read(server: Server, clock: HandClock) -> None:
    never = "https://alerts.example.org/cap?key=secret"
    read = "https://quakes.example.org/feed.json"
    async with server.city.realm.pool.connection() as conn:
        for address, feed in ((never, "cap"), (read, "quakes")):
            await add_source(conn, address, feed=feed, every_s=60, first_at=clock.now())
        await conn.execute(
            "UPDATE incidents.feed_source SET last_ok_at = %s WHERE address = %s",
            (clock.now() - timedelta(minutes=5), read),
        )
    page = await scrape(server.url)
    assert page.value("fengsui_feed_age_seconds", feed="quakes", source=read) == 300
    assert page.value("fengsui_feed_limit_seconds", feed="quakes", source=read) == 180
    assert [labels["feed"] for labels in page.labels("fengsui_feed_age_seconds")] == ["quakes"]
    shown = {labels["source"] for labels in page.labels("fengsui_feed_limit_seconds")}
    assert shown == {read, shown_address(never)}
    assert not any("secret" in source for source in shown)


def test_addresses_that_differ_in_what_is_hidden_stay_apart() -> None:
    one, other = "https://u:p@a.example/f?key=1", "https://u:p@a.example/f?key=2"
    assert shown_address(one) != shown_address(other)
    assert shown_address(one).startswith("https://a.example/f#")


async def test_deliveries_are_counted_by_state_and_the_oldest_queued_has_an_age(
    server: Server, clock: HandClock
) -> None:
    page = await scrape(server.url)
    assert page.value("fengsui_notify_deliveries", channel="smtp", state="queued") == 0
    assert page.labels("fengsui_notify_oldest_queued_seconds") == []
    async with server.city.realm.pool.connection() as conn:
        message = uuid.uuid4()
        await conn.execute(
            "INSERT INTO notify.message (id, kind, subject, text, at) VALUES (%s, 'task.assigned', 's', 't', %s)",
            (message, clock.now()),
        )
        await conn.execute(
            """
            INSERT INTO notify.delivery (id, message_id, channel, account_id, name, subject, text, state, queued_at)
            SELECT gen_random_uuid(), %s, 'smtp', id, name, 's', 't', 'queued', %s FROM spine.account LIMIT 1
            """,
            (message, clock.now() - timedelta(seconds=77)),
        )
    page = await scrape(server.url)
    assert page.value("fengsui_notify_deliveries", channel="smtp", state="queued") == 1
    assert page.value("fengsui_notify_oldest_queued_seconds", channel="smtp") == 77


async def test_a_database_that_does_not_answer_is_said_and_nothing_is_invented(server: Server) -> None:
    """The page comes all the same, with what the process knows by itself."""
    async with paused_database(server.city), asyncio.timeout(10):
        page = await scrape(server.url)
    assert page.value("fengsui_database_up") == 0
    for name in ("facts_total", "streams", "follower_lag_facts", "deadlines_open", "notify_deliveries"):
        assert page.labels(f"fengsui_{name}") == [], name
    assert page.value("fengsui_sockets") == 0
    async with asyncio.timeout(20):
        while (await scrape(server.url)).value("fengsui_database_up") != 1:  # noqa: ASYNC110  only asking tells
            await asyncio.sleep(0.1)


async def test_one_part_that_cannot_be_read_leaves_the_others(server: Server, city_url: str) -> None:
    async with owner_connection(city_url) as conn:
        await conn.execute("REVOKE SELECT ON notify.delivery FROM fengsui_app")
        await conn.commit()
    page = await scrape(server.url)
    assert page.value("fengsui_database_up") == 1
    assert page.value("fengsui_database_part_read", part="deliveries") == 0
    assert page.value("fengsui_database_part_read", part="record") == 1
    assert page.labels("fengsui_notify_deliveries") == []
    assert page.value("fengsui_streams") is not None


async def test_without_redis_there_is_no_sample_of_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.city.realm, "nudges", Nudges(None, "none"))
    assert (await scrape(server.url)).value("fengsui_redis_up") is None


async def test_two_applications_in_one_process_do_not_clash(server: Server, city: City) -> None:
    async with serving(city) as other, other.socket("duty1"):
        assert (await scrape(other.url)).value("fengsui_sockets") == 1
        assert (await scrape(server.url)).value("fengsui_sockets") == 0
    assert not any(family.name.startswith("fengsui") for family in LIBRARY_REGISTRY.collect())


@asynccontextmanager
async def watched(city: City, waiting: Waiting | None) -> AsyncGenerator[str]:
    """The process's page on a port of its own. Yields its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    answering = asyncio.create_task(be_watched(city.house, listening, waiting))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        listening.close()


async def test_the_work_role_is_seen_from_outside_too(city: City) -> None:
    async with watched(city, None) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            answer = await client.get("/readyz")
            nothing_else = await client.get("/api/session")
        page = await scrape(url)
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert nothing_else.status_code == 404
    assert page.labels("fengsui_sockets") == []
    assert page.value("fengsui_database_up") == 1


async def test_a_serve_process_counts_the_same_on_its_own_port(city: City) -> None:
    """Behind a shared address nobody knows which process answered."""

    class Three:
        def sockets(self) -> int:
            return 3

        def bytes_waiting(self) -> int:
            return 900

    async with watched(city, Three()) as url:
        page = await scrape(url)
    assert (page.value("fengsui_sockets"), page.value("fengsui_socket_bytes_waiting")) == (3, 900)


def _expressions() -> Iterator[str]:
    dashboard = cast(dict[str, Any], json.loads((GRAFANA / "fengsui.json").read_text("utf-8")))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]
    for variable in dashboard["templating"]["list"]:
        yield variable.get("definition", "")
    alerts = cast(dict[str, Any], yaml.safe_load((GRAFANA / "alerts.yaml").read_text("utf-8")))
    for group in alerts["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    dashboard = cast(dict[str, Any], json.loads((GRAFANA / "fengsui.json").read_text("utf-8")))
    assert dashboard["schemaVersion"] >= 38
    (source,) = [v for v in dashboard["templating"]["list"] if v["type"] == "datasource"]
    assert source["query"] == "prometheus"
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not taken & cells, panel["title"]
        taken |= cells
        for target in panel.get("targets", []):
            assert target["datasource"] == {"type": "prometheus", "uid": f"${{{source['name']}}}"}


def test_every_alert_says_how_bad_it_is_and_what_it_means() -> None:
    alerts = cast(dict[str, Any], yaml.safe_load((GRAFANA / "alerts.yaml").read_text("utf-8")))
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]


async def test_dashboard_and_alerts_name_only_metrics_that_are_there(server: Server) -> None:
    async with server.sign_in("duty1") as desk, server.socket("duty1") as screen:
        await screen.send(op="follow", stream="board", since=0)
        await screen.until("live", stream="board")
        await register_call(desk, server.city)
        await screen.until("fact", kind="call.registered")
        page = await scrape(server.url)
    named = {name for text in _expressions() for name in _METRIC.findall(text)}
    assert len(named) > 30
    missing = {name for name in named if name not in page.families and _OF_HISTOGRAM.sub("", name) not in page.families}
    assert missing == set()

"""From the POST of an update, over its durable commit, to the last of N dashboards; against Redis pub/sub to as many."""

from typing import Any

from spine.private_programs import redis_program
from tests.benches.measure_fanout import BYTES
from tests.benches.orders import write_reports
from tests.benches.programs import BenchTrouble, Spoken, Stage, wait_for_port
from tests.benches.result import Row, wrongs
from tests.benches.town import Town, free_port

WARM_S = 2.0


async def _reached(dashboards: Spoken, seq: int, within_s: float = 30.0) -> None:
    """Wait until every dashboard has this position; who does not reach it is found by the check that follows."""
    dashboards.say(f"target {seq}")
    try:
        await dashboards.hear("consistent", within_s)
    except BenchTrouble:
        if dashboards.process.returncode is not None:
            raise


async def ours(town: Town, count: int, rate: float, seconds: float) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """(what the dashboards saw, what the poster did, violations) for task updates at this rate."""
    town.pin_services("all")
    await town.open(work=True)
    dashboards = await town.dashboards(count, more=["--time-key", "t="])
    posted: dict[str, Any] = {}
    for lasting in (WARM_S, seconds):
        bodies = town.stage.folder / f"way-{count}.bodies"
        await write_reports(town, bodies, int(lasting * rate) + 8, timed=True)
        await _reached(dashboards, await town.head())
        poster = await town.stage.start(
            "poster",
            ["--port", town.serve_port, "--bodies", bodies, "--rate", rate, "--seconds", lasting, "--connections", 16],
            on="client",
        )
        await poster.hear("ready")
        await dashboards.ask("mark")
        posted = await poster.ask("go", "final", lasting + 60)
        await town.stage.end(poster)
    head = await town.head()
    await _reached(dashboards, head)
    stats = await dashboards.ask("stats")
    wrong = wrongs(f"N = {count}", stats, upto=head)
    if posted["statuses"] != {"200": posted["sent"]} or posted["sent"] != stats["last_ms"]["count"]:
        wrong.append(
            f"N = {count}: sent {posted['sent']}, answers {posted['statuses']}, arrived {stats['last_ms']['count']}"
        )
    await town.stage.end(dashboards)
    await town.close()
    return stats, posted, wrong


async def redis(stage: Stage, count: int, rate: float, seconds: float) -> tuple[dict[str, Any], list[str]]:
    """What as many Redis subscribers saw of as many messages: nothing is durable, nothing is checked by the server."""
    port, published = free_port(), 0
    quiet = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxclients", 15000]
    server = await stage.start_program([redis_program(), "--port", port, *quiet], name="redis", on="server")
    await wait_for_port(port)
    dashboards = await stage.start(
        "dashboards", ["--port", port, "--clients", count, "--redis", "board", "--since", 0], on="client"
    )
    await dashboards.hear("live", 120)
    for lasting in (WARM_S, seconds):
        publisher = await stage.start(
            "publisher",
            ["--port", port, "--rate", rate, "--seconds", lasting, "--bytes", BYTES, "--after", published],
            on="client",
        )
        await dashboards.ask("mark")
        published = int((await publisher.ask("go", "final", lasting + 60))["seq"])
        await _reached(dashboards, published)
        await stage.end(publisher)
    stats = await dashboards.ask("stats")
    await stage.end(dashboards, server)
    return stats, wrongs(f"redis N = {count}", stats, upto=published)


async def way(stage: Stage, town: Town, cases: list[tuple[int, float]], *, seconds: float) -> list[Row]:
    """One row for each (dashboards, updates per second)."""
    rows: list[Row] = []
    for count, rate in cases:
        base, base_wrong = await redis(stage, count, rate, seconds)
        stats, posted, wrong = await ours(town, count, rate, seconds)
        mine, theirs = stats["last_ms"], base["last_ms"]
        rows.append(
            Row(
                f"way-{count}",
                f"POST → durable → last of {count:,} dashboards, {rate:g}/s: p99",
                "≤ 1.5 × Redis pub/sub",
                f"{theirs['p99']:.1f} ms (p50 {theirs['p50']:.1f})",
                f"{mine['p99']:.1f} ms (p50 {mine['p50']:.1f}, answered p50 {posted['latency_ms']['p50']:.1f})",
                mine["p99"] / theirs["p99"],
                at_most=1.5,
                wrong=base_wrong + wrong,
                notes=[f"of {mine['count']} updates; the longest {mine['max']:.1f} ms, Redis {theirs['max']:.1f} ms"],
                figures={"ours": stats, "redis": base, "posted": posted},
            )
        )
    return rows

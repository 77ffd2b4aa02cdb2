"""What one delivery costs, and how many a core sustains: the C broadcaster, `websockets.broadcast()`, and ours."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.benches.programs import Spoken, Stage, cpu_seconds
from tests.benches.result import Row, wrongs
from tests.benches.town import Town

RATE = 20
BYTES = 300
MOST_P99_MS = 250.0
STEP = 1.125


@dataclass(slots=True)
class Contender:
    """A server with its dashboards, all live, and what makes it send."""

    name: str
    pid: int
    dashboards: Spoken
    source: Spoken

    async def set_rate(self, rate: float) -> None:
        await self.source.ask(f"rate {rate}", "rate")


Opening = Callable[[int], AbstractAsyncContextManager[Contender]]


@dataclass(slots=True)
class Sample:
    """One contender at one rate for a while. `us`: server CPU per delivery in microseconds."""

    us: float
    per_s: float
    offered_per_s: float
    cpu_share: float
    client_share: float
    stats: dict[str, Any]
    behind_ms: float
    """How far the feeder was behind its schedule at the end: above some tens it, not the server, is the limit."""

    @property
    def p99(self) -> float:
        return float(self.stats["latency_ms"]["p99"])

    @property
    def keeps_up(self) -> bool:
        return 0 <= self.p99 <= MOST_P99_MS and self.per_s >= 0.97 * self.offered_per_s


@asynccontextmanager
async def bare(stage: Stage, program: str, name: str, clients: int) -> AsyncGenerator[Contender]:
    """A broadcaster that sends nothing yet."""
    server = await stage.start(program, ["--port", 0, "--rate", 0, "--bytes", BYTES, "--seconds", 900], on="server")
    port = (await server.hear("listening"))["port"]
    dashboards = await stage.start("dashboards", ["--port", port, "--clients", clients], on="client")
    await dashboards.hear("live", 180)
    yield Contender(name, server.pid, dashboards, server)
    await stage.end(dashboards, server)


@asynccontextmanager
async def fengsui(town: Town, clients: int) -> AsyncGenerator[Contender]:
    """`fengsui serve` with a feeder beside it; database and Redis on the clients' core."""
    town.pin_services("client")
    pid = await town.open()
    dashboards = await town.dashboards(clients)
    feeder = await town.feeder(0)
    yield Contender("fengsui", pid, dashboards, feeder)
    await town.stage.end(feeder, dashboards)
    await town.close()


async def sample(contender: Contender, rate: float, *, settle_s: float, seconds: float) -> Sample:
    """Send at this rate and count what arrives in a window."""
    await contender.set_rate(rate)
    await asyncio.sleep(settle_s)
    await contender.dashboards.ask("mark")
    before = cpu_seconds(contender.pid)
    await asyncio.sleep(seconds)
    stats = await contender.dashboards.ask("stats")
    spent = cpu_seconds(contender.pid) - before
    took = float(stats["seconds"])
    delivered = max(int(stats["deliveries"]), 1)
    return Sample(
        us=spent / delivered * 1e6,
        per_s=delivered / took,
        offered_per_s=rate * int(stats["clients"]),
        cpu_share=spent / took,
        client_share=float(stats["cpu_s"]) / took,
        stats=stats,
        behind_ms=float((await contender.source.ask("stats")).get("behind_ms", 0)),
    )


async def _until_quiet(contender: Contender) -> None:
    """Nothing is sent, and what was under way has arrived."""
    await contender.set_rate(0)
    seen = -1
    for _ in range(60):
        stats = await contender.dashboards.ask("stats")
        if stats["deliveries"] == seen and stats["least_held"] == stats["most_held"]:
            return
        seen = stats["deliveries"]
        await asyncio.sleep(0.5)


async def per_delivery(stage: Stage, town: Town, *, clients: int, seconds: float) -> list[Row]:
    """CPU per delivery of the three, each at the same rate to as many sockets."""
    openings: dict[str, Opening] = {
        "c": lambda n: bare(stage, "broadcaster", "C", n),
        "library": lambda n: bare(stage, "tests.benches.websockets_broadcast", "websockets.broadcast()", n),
        "ours": lambda n: fengsui(town, n),
    }
    found: dict[str, Sample] = {}
    wrong: list[str] = []
    for key, opening in openings.items():
        async with opening(clients) as contender:
            found[key] = await sample(contender, RATE, settle_s=min(3.0, seconds), seconds=seconds)
            await _until_quiet(contender)
            last = await contender.dashboards.ask("stats")
            wrong += wrongs(contender.name, last, upto=int(last["most_held"]))
    ours = found["ours"]
    offered = f"{BYTES} bytes to {clients:,} sockets, {RATE}/s: CPU per delivery"
    said = f"{ours.us:.1f} µs ({ours.cpu_share:.0%} of a core, p99 {ours.p99:.0f} ms)"

    def row(key: str, against: str, name: str, most: float) -> Row:
        base = found[against]
        return Row(
            key,
            f"{offered}, against {name}",
            f"≤ {most} ×",
            f"{base.us:.1f} µs (p99 {base.p99:.0f} ms)",
            said,
            ours.us / base.us,
            at_most=most,
            wrong=wrong,
            figures={k: {"us": s.us, "per_s": s.per_s, "cpu": s.cpu_share, **s.stats} for k, s in found.items()},
        )

    return [row("fanout-c", "c", "C", 1.4), row("fanout-library", "library", "websockets.broadcast()", 0.75)]


async def _sustained(contender: Contender, *, seconds: float, most_steps: int) -> tuple[Sample, Sample | None]:
    """The last rate that was kept up with, and the first that was not (tried twice)."""
    rate, best = float(RATE) / STEP**6, None
    for _ in range(most_steps):
        tried = await sample(contender, rate, settle_s=min(2.0, seconds), seconds=seconds)
        if not tried.keeps_up:
            await _until_quiet(contender)
            tried = await sample(contender, rate, settle_s=min(2.0, seconds), seconds=seconds)
        if not tried.keeps_up:
            return best or tried, tried
        best, rate = tried, rate * STEP
    assert best is not None
    return best, None


async def saturation(stage: Stage, town: Town, *, clients: int, seconds: float, most_steps: int) -> list[Row]:
    """Offered more and more, in steps of an eighth: deliveries per second that one core sustains with p99 ≤ 250 ms."""
    openings: dict[str, Opening] = {
        "c": lambda n: bare(stage, "broadcaster", "C", n),
        "ours": lambda n: fengsui(town, n),
    }
    best: dict[str, Sample] = {}
    wrong: list[str] = []
    notes: list[str] = []
    for key, opening in openings.items():
        async with opening(clients) as contender:
            best[key], beyond = await _sustained(contender, seconds=seconds, most_steps=most_steps)
            await _until_quiet(contender)
            wrong += wrongs(contender.name, await contender.dashboards.ask("stats"))
        shown = beyond or best[key]
        limit = "the steps ended there" if beyond is None else f"beyond: p99 {shown.p99:.0f} ms"
        if shown.behind_ms > 20:
            notes.append(
                f"the feeder ended {shown.behind_ms:.0f} ms behind its schedule: it may be the limit, not the server"
            )
        notes.append(
            f"{contender.name}: server {shown.cpu_share:.0%} and load client {shown.client_share:.0%} of a core; {limit}"
        )
    return [
        Row(
            "saturation",
            f"deliveries/s on one core to {clients:,} sockets, p99 ≤ {MOST_P99_MS:.0f} ms",
            "≥ 0.7 ×",
            f"{best['c'].per_s:,.0f}/s",
            f"{best['ours'].per_s:,.0f}/s",
            best["ours"].per_s / best["c"].per_s,
            at_least=0.7,
            wrong=wrong,
            notes=notes,
            figures={
                k: {"per_s": s.per_s, "p99_ms": s.p99, "cpu": s.cpu_share, "client_cpu": s.client_share}
                for k, s in best.items()
            },
        )
    ]

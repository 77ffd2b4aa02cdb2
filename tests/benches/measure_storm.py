"""Thousands of dashboards dropped at once come back after some facts, while fifty others stay live."""

import asyncio
from typing import Any

from tests.benches.programs import Stage
from tests.benches.result import Row, wrongs
from tests.benches.town import Town

RATE = 5
"""Facts a second: to 5,000 that is a quarter of a core; at 20 the sends alone would fill it, storm or not."""
AWAY_S = 4.0
JITTER_MS = 500
"""A client comes back after 0.5 to 1 s (docs/realtime.md): half a second during which all of them arrive."""
LIVE = 50


async def storm(stage: Stage, town: Town, *, clients: int, rounds: int, calm_s: float) -> list[Row]:
    """Rounds of drop, miss facts, return. The slowest round counts."""
    town.pin_services("client")
    await town.open()
    storming = await town.dashboards(clients)
    staying = await town.dashboards(LIVE)
    feeder = await town.feeder(RATE)
    await asyncio.sleep(min(2.0, calm_s))
    await storming.ask("mark")
    await staying.ask("mark")
    await asyncio.sleep(calm_s)
    before = await staying.ask("stats")
    wrong = wrongs("live before", before) + wrongs("storm before", await storming.ask("stats"))
    slowest, missed, during = 0.0, 0, before
    for number in range(rounds):
        came, stats, lost = await _round(town, storming.say, storming.hear, staying.ask)
        wrong += wrongs(f"live, round {number + 1}", stats)
        slowest, missed = max(slowest, came), max(missed, lost)
        if number == 0 or stats["latency_ms"]["p99"] > during["latency_ms"]["p99"]:
            during = stats
        await asyncio.sleep(min(2.0, calm_s))
    await feeder.ask("rate 0", "rate")
    head = await town.head()
    storming.say(f"target {head}")
    await storming.hear("consistent")
    last = await storming.ask("stats")
    # Facts that arrived while a client was away are in the backlog: each is counted once for each client.
    wrong += wrongs("storm", last, upto=head, may=("failed",))
    await stage.end(feeder, storming, staying)
    await town.close()
    calm, busy = before["latency_ms"]["p99"], during["latency_ms"]["p99"]
    notes = [
        f"{rounds} rounds, about {missed} facts missed by each, all back within {JITTER_MS} ms of jitter, feeder at {RATE}/s"
    ]
    if last["failed"]:
        notes.append(f"{last['failed']} attempts to connect were turned away and made again")
    figures: dict[str, Any] = {"before": before, "during": during, "storm": last}
    return [
        Row(
            "storm",
            f"reconnect storm of {clients:,}: all consistent",
            "≤ 3 s, no gap, no repeat",
            "3 s",
            f"{slowest:.2f} s",
            slowest / 3.0,
            at_most=1.0,
            wrong=wrong,
            notes=notes,
            figures=figures,
        ),
        Row(
            "storm-live",
            f"meanwhile {LIVE} live dashboards: p99",
            "≤ 2 × before",
            f"{calm:.1f} ms",
            f"{busy:.1f} ms",
            busy / calm,
            at_most=2.0,
            wrong=[one for one in wrong if one.startswith("live")],
        ),
    ]


async def _round(town: Town, say: Any, hear: Any, ask_staying: Any) -> tuple[float, dict[str, Any], int]:
    """(seconds until all are consistent, what the live ones saw meanwhile, facts that were missed)."""
    say("drop")
    await hear("dropped")
    at_drop = await town.head()
    await asyncio.sleep(AWAY_S)
    target = await town.head()
    await ask_staying("mark")
    say(f"target {target}\ngo {JITTER_MS}")
    came = await hear("consistent", 120)
    stats = await ask_staying("stats")
    return float(came["ms"]) / 1000, stats, target - at_drop

"""What this process counts about itself, for `/metrics` (Prometheus): plain objects that whoever does the work updates.

They stand in a registry of their own, one per process: several applications in one process share them, nobody clashes.
Whatever is counted here is of this process since it started. What the database knows (lag, ages, deliveries by state)
is asked when somebody scrapes: `web/measures_of_house.py`. An update costs about a microsecond; label values come from
closed sets, never from what a client sent.

    measures.command_ended("task.sign", "done", 0.004)
    measures.frames_written(2_000); measures.fact_delivered(0.012)
"""

from collections.abc import Iterable
from typing import Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Outcome = Literal["done", "repeated", "refused", "failed", "spooled"]
ResumedFrom = Literal["memory", "record", "snapshot"]
NudgeWay = Literal["sent", "heard", "dropped"]
CacheOutcome = Literal["hit", "miss"]

_RESET_REASONS = ("epoch", "too_old", "ahead", "forbidden", "unknown")
_CLOSE_CODES = frozenset((4400, 4401, 4408, 4409, 1000, 1001, 1005, 1006, 1009, 1011))

# A `_created` sample beside every counter doubles the page and tells nothing that the process's start time does not.
disable_created_metrics()

REGISTRY = CollectorRegistry()
"""Everything of this process; the library's own default registry stays empty and unused."""
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)


class LateGauge(Collector):
    """A gauge that has no sample until somebody knows its value: unknown is not zero (invariant 12)."""

    def __init__(self, name: str, documentation: str, registry: CollectorRegistry) -> None:
        self._name, self._documentation = name, documentation
        self._value: float | None = None
        registry.register(self)

    @property
    def value(self) -> float | None:
        return self._value

    def set(self, value: float) -> None:
        self._value = float(value)

    def forget(self) -> None:
        """From now on the value is not known."""
        self._value = None

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(self._name, self._documentation)
        if self._value is not None:
            family.add_metric((), self._value)
        yield family


def _counter(name: str, meaning: str, labels: tuple[str, ...] = ()) -> Counter:
    return Counter(name, meaning, labels, namespace="fengsui", registry=REGISTRY)


def _histogram(name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
    return Histogram(name, meaning, namespace="fengsui", registry=REGISTRY, buckets=buckets)


# The write path.

commands_total = _counter("commands_total", "Commands answered, by kind and what came of them.", ("kind", "outcome"))
"""Commands. outcome: done (durable, new), repeated (first answer given again), refused (a sentence for the sender),
failed (an error of ours, or the database was away), spooled (kept on disk until the database is back)."""

command_seconds = _histogram(
    "command_seconds",
    "Seconds from the receipt of a command to its durable answer.",
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
"""Seconds. Receipt of a command → committed with its receipt (done and repeated only; a refusal is not durable work)."""

commit_batch_size = _histogram(
    "commit_batch_size", "Commands committed together in one transaction.", (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
)
"""Commands per transaction of the group commit. 1: each alone."""

spool_refused_total = _counter(
    "spool_refused_total", "Spooled commands that were refused when they were carried out later."
)
"""Commands acknowledged with 202 while the database was away, and refused at replay: somebody must look at each."""

spool_depth = LateGauge("fengsui_spool_depth", "Commands kept on disk until the database is back.", REGISTRY)
"""Commands. Waiting in this process's spool; no sample until the spool has been looked at."""

# From the record to the screens.

commit_to_delivery_seconds = _histogram(
    "commit_to_delivery_seconds",
    "Seconds from the commit of a fact until it was written to the last transport of this process.",
    (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
)
"""Seconds, one observation per fact and process. Beyond the poll interval (1 s): nudges were lost or the hub was behind."""

deliveries_total = _counter("deliveries_total", "Frames of facts written to sockets.")
"""Frames, one per fact and socket."""

frames_compressed_total = _counter("frames_compressed_total", "Frames compressed (once each, however many share them).")
"""Frames. Compressions done, not deliveries of compressed frames."""

telemetry_frames_total = _counter(
    "telemetry_frames_total", "Frames of telemetry (positions, views) written to sockets."
)
"""Frames, one per frame and socket."""

resumes_total = _counter(
    "resumes_total", "Follows answered, by where the facts since the client's position came from.", ("from",)
)
"""Follows. from: memory (this process's ring), record (the database), snapshot (a picture was asked for anew)."""

resets_total = _counter("resets_total", "Follows that could not be resumed, by reason.", ("reason",))
"""Reset frames sent. reason: epoch, too_old, ahead, forbidden, unknown."""

closed_total = _counter("closed_total", "Sockets ended, by close code.", ("code",))
"""Sockets. code: 4400 protocol, 4401 signed out, 4408 too slow, 4409 shutting down; 1000–1011 as RFC 6455 has them,
none: cut without a close frame, other: a code of the client's own."""

picture_cache_total = _counter("picture_cache_total", "Pictures asked for, by whether memory had them.", ("outcome",))
"""Snapshots. outcome: hit (answered from this process's memory), miss (read from the database)."""

# Hints, and who acts by itself.

nudges_total = _counter("nudges_total", "Nudges between processes, by what became of them.", ("how",))
"""Nudges. how: sent, heard (from another process), dropped (Redis was away: others find the facts by polling)."""

follower_facts_total = _counter(
    "follower_facts_total", "Facts that a follower has passed in this process.", ("follower",)
)
"""Facts, whether they concerned the follower or not."""

follower_failures_total = _counter(
    "follower_failures_total", "Facts whose handling failed in a follower; each is tried again.", ("follower",)
)
"""Failed handlings."""

follower_left_behind_total = _counter(
    "follower_left_behind_total", "Facts that a follower gave up and left behind.", ("follower",)
)
"""Facts that nobody has acted upon. Anything above zero needs a person."""

# What this process can reach.

database_up = LateGauge("fengsui_database_up", "1 when the database answers this process, 0 when not.", REGISTRY)
"""0 or 1, as of the last attempt; no sample before the first."""

redis_up = LateGauge("fengsui_redis_up", "1 when Redis answers this process, 0 when not.", REGISTRY)
"""0 or 1, as of the last attempt; no sample where no Redis is configured."""


# Series of closed label sets exist from the start, so that a rate is right from the first increment on.
_resumed = {way: resumes_total.labels(way) for way in get_args(ResumedFrom)}
_nudged = {how: nudges_total.labels(how) for how in get_args(NudgeWay)}
_cached = {outcome: picture_cache_total.labels(outcome) for outcome in get_args(CacheOutcome)}
for _reason in _RESET_REASONS:
    resets_total.labels(_reason)
for _code in sorted(_CLOSE_CODES):
    closed_total.labels(str(_code))
_commands: dict[tuple[str, Outcome], Counter] = {}


def command_ended(kind: str, outcome: Outcome, seconds: float | None = None) -> None:
    """A command was answered. `kind`: of a registered handling (not what a client made up). `seconds`: since its receipt."""
    series = _commands.get((kind, outcome))
    if series is None:
        series = _commands[kind, outcome] = commands_total.labels(kind, outcome)
    series.inc()
    if seconds is not None and outcome in ("done", "repeated"):
        command_seconds.observe(seconds)


def batch_committed(commands: int) -> None:
    commit_batch_size.observe(commands)


def fact_delivered(seconds: float) -> None:
    """A fact reached the last transport of this process, so long after its commit (never less than nothing)."""
    commit_to_delivery_seconds.observe(max(0.0, seconds))


def frames_written(count: int) -> None:
    deliveries_total.inc(count)


def telemetry_written(count: int) -> None:
    telemetry_frames_total.inc(count)


def resumed(way: ResumedFrom) -> None:
    _resumed[way].inc()


def reset(reason: str) -> None:
    resets_total.labels(reason).inc()


def closed(code: int | None) -> None:
    """A socket ended. None: without a close code (cut, or the client vanished). Clients may send any code: see `other`."""
    label = "none" if code is None else str(code) if code in _CLOSE_CODES else "other"
    closed_total.labels(label).inc()


def nudged(how: NudgeWay, count: int = 1) -> None:
    _nudged[how].inc(count)


def picture_asked(outcome: CacheOutcome) -> None:
    _cached[outcome].inc()


def follower_passed(follower: str, facts: int) -> None:
    follower_facts_total.labels(follower).inc(facts)


def follower_failed(follower: str, *, left_behind: bool = False) -> None:
    (follower_left_behind_total if left_behind else follower_failures_total).labels(follower).inc()

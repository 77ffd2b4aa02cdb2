"""The page that Prometheus reads: this process's own measures and what was asked of the database, the sockets, the pool."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from spine import measures
from web.measures_of_house import Figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PARTS = ("record", "lag", "deadlines", "feeds", "deliveries")


class Waiting(Protocol):
    """What the gateway says of its sockets."""

    def sockets(self) -> int: ...
    def bytes_waiting(self) -> int: ...


class _Once(Collector):
    """Families gathered for one page."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


def page(families: Iterable[Metric]) -> bytes:
    """Prometheus text format 0.0.4: the process's registry, then these."""
    once = CollectorRegistry()
    once.register(_Once(families))
    return generate_latest(measures.REGISTRY) + generate_latest(once)


def gauge(name: str, meaning: str, samples: Mapping[tuple[str, ...], float], labels: tuple[str, ...] = ()) -> Metric:
    """`fengsui_<name>`: one sample for each tuple of label values; none at all when nothing is known."""
    family = GaugeMetricFamily(f"fengsui_{name}", meaning, labels=labels)
    for values, value in samples.items():
        family.add_metric(values, value)
    return family


def _counter(name: str, meaning: str, value: float | None) -> Metric:
    family = CounterMetricFamily(f"fengsui_{name}", meaning)
    if value is not None:
        family.add_metric((), value)
    return family


def of_gateway(waiting: Waiting | None) -> Iterator[Metric]:
    """None: this process has no sockets and never will (the work role)."""
    sockets = {} if waiting is None else {(): waiting.sockets()}
    held = {} if waiting is None else {(): waiting.bytes_waiting()}
    yield gauge("sockets", "Sockets connected to this process.", sockets)
    yield gauge("socket_bytes_waiting", "Bytes that wait in this process for sockets to take them.", held)


def of_disk(free: int | OSError) -> Iterator[Metric]:
    known = {} if isinstance(free, OSError) else {(): free}
    yield gauge("data_directory_free_bytes", "Bytes that may still be written in the data directory.", known)


def of_pool(stats: Mapping[str, int]) -> Iterator[Metric]:
    """From psycopg_pool's get_stats(), which leaves out what has not happened yet."""
    size, idle = stats.get("pool_size", 0), stats.get("pool_available", 0)
    yield gauge(
        "pool_connections",
        "Connections of this process to the database.",
        {("used",): size - idle, ("idle",): idle},
        ("state",),
    )
    yield gauge("pool_waiting", "Who waits for a connection to the database.", {(): stats.get("requests_waiting", 0)})
    yield _counter("pool_errors", "Requests for a connection that ended without one.", stats.get("requests_errors", 0))


def of_database(figures: Figures | None, now: datetime) -> Iterator[Metric]:
    """Families without samples for what was not read: the page keeps its shape and invents nothing."""
    f = figures or Figures(now)
    read = {(part,): float(part not in f.unread) for part in PARTS} if figures is not None else {}
    yield gauge("database_part_read", "1 when this part of the figures was read from the database.", read, ("part",))
    yield _counter("facts", "Facts in the record.", f.record and f.record.facts)
    yield gauge("streams", "Streams in the record.", {} if f.record is None else {(): f.record.streams})
    yield from _of_lag(f)
    yield gauge("deadlines_open", "Deadlines not yet settled.", {} if f.deadlines is None else {(): f.deadlines.open})
    yield gauge(
        "deadlines_passed",
        "Open deadlines whose time is over.",
        {} if f.deadlines is None else {(): f.deadlines.passed},
    )
    yield from _of_feeds(f)
    yield from _of_deliveries(f)


def _age(f: Figures, at: datetime) -> float:
    return max(0.0, (f.at - at).total_seconds())


def _of_lag(f: Figures) -> Iterator[Metric]:
    lag = f.lag or []
    yield gauge("follower_lag_facts", "Facts not yet seen by a follower.", {(x.follower,): x.facts for x in lag}, _BY)
    yield gauge(
        "follower_lag_seconds",
        "Age of the oldest fact that a follower has not seen; 0 when it has seen them all.",
        {(x.follower,): 0.0 if x.oldest_at is None else _age(f, x.oldest_at) for x in lag},
        _BY,
    )


def _of_feeds(f: Figures) -> Iterator[Metric]:
    feeds = f.feeds or []
    yield gauge(
        "feed_age_seconds",
        "Since a watched address was last read well; no sample for one that never was.",
        {(x.feed, x.source): _age(f, x.last_ok_at) for x in feeds if x.last_ok_at is not None},
        _FEED,
    )
    yield gauge(
        "feed_limit_seconds",
        "Age beyond which a watched address counts as stale.",
        {(x.feed, x.source): x.limit_s for x in feeds},
        _FEED,
    )
    yield gauge(
        "feed_failures",
        "How often in a row reading a watched address has failed.",
        {(x.feed, x.source): x.failures for x in feeds},
        _FEED,
    )


def _of_deliveries(f: Figures) -> Iterator[Metric]:
    deliveries = f.deliveries or []
    yield gauge(
        "notify_deliveries",
        "Messages to persons, by channel and state.",
        {(x.channel, x.state): x.count for x in deliveries},
        ("channel", "state"),
    )
    yield gauge(
        "notify_oldest_queued_seconds",
        "Age of the oldest message that is still queued; no sample when none is.",
        {(x.channel,): _age(f, x.oldest_queued_at) for x in deliveries if x.oldest_queued_at is not None},
        ("channel",),
    )


_BY = ("follower",)
_FEED = ("feed", "source")

"""Vector tiles over a million features: what the platform adds to ST_AsMVT called directly, tiles per second, and cached.

    python -m tests.benches.tiles [--json] [--features N] [--tiles N] [--tipg PYTHON]

Own durable servers, a layer of N points imported as `fengsui import` does it, `fengsui serve` in a process of its own, tiles of
zooms 6 to 14 around features drawn by lot. `direct` is the same statement by psycopg on one connection; `plain` what one would
write without thinking: the geometry transformed for each tile, every feature, every attribute. Twenty tiles are asked of one, then of
the other, who comes first alternating, so that both find the same pages warm and their own process awake. `--tipg`: a Python that has tipg and
uvicorn, to be measured on the same table. One run.
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import psycopg
import pyogrio.raw
import redis
import shapely
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from gis.catalogue import Description
from gis.catalogue_store import feature_table
from gis.exchange.build import import_layer
from gis.exchange.options import Options
from gis.tiles import city_tile_query
from spine.nudge import Nudges
from spine.principal import system
from spine.private_services import PrivateServices, Services
from spine.realm import open_realm
from tests.benches.result import Row, table
from web.cli_run import prepare
from web.seed import seed

Tile = tuple[int, int, int]
ZOOMS = range(6, 15)
CLIENTS = 4
BLOCK = 20
"""Tiles asked of one after the other, as a map asks for them, before the other has its turn with the same."""
PLAIN = """
    SELECT ST_AsMVT(t, 'features', 4096, 'geom', 'fid') FROM (
        SELECT fid, name, kind, n, ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
        FROM {table} WHERE geom && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.015625), 4326)
    ) AS t
"""
_raw: Any = pyogrio.raw
_vector: Any = shapely


def write_file(path: Path, count: int) -> np.ndarray[Any, Any]:
    """A GeoPackage of points, most of them in towns, as people are. Returns their places."""
    drawn = np.random.default_rng(5309)
    towns = np.column_stack((drawn.uniform(98.7, 100.5, 120), drawn.uniform(23.1, 25.0, 120)))
    town = drawn.integers(0, len(towns), count)
    spread = np.where(drawn.random(count) < 0.7, 0.02, 0.3)[:, None]
    places = np.clip(towns[town] + drawn.normal(0, 1, (count, 2)) * spread, [98.6, 22.95], [100.65, 25.1])
    names = np.array([f"第{index}号" for index in range(count)], dtype=object)
    kinds = np.array(["居民点", "学校", "医院", "仓库"], dtype=object)[drawn.integers(0, 4, count)]
    _raw.write(
        str(path),
        _vector.to_wkb(_vector.points(places)),
        [names, kinds, drawn.integers(0, 10_000, count)],
        np.array(["name", "kind", "n"], dtype=object),
        layer="points",
        driver="GPKG",
        geometry_type="Point",
        crs="EPSG:4326",
    )
    return places


def tiles_of(places: np.ndarray[Any, Any], count: int) -> list[Tile]:
    lot = random.Random(5309)
    chosen: set[Tile] = set()
    while len(chosen) < count:
        z = lot.choice(ZOOMS)
        lon, lat = places[lot.randrange(len(places))]
        x = int((lon + 180) / 360 * 2**z)
        y = int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**z)
        chosen.add((z, x, y))
        if len(chosen) >= sum(4 ** max(0, z - 6) * 2 for z in ZOOMS):
            break
    listed = sorted(chosen)
    lot.shuffle(listed)
    return listed


class Asker:
    """One connection over HTTP that stays open. As plain as can be: what a client's own library costs is not the server's."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._port = port
        lines = {"Host": f"127.0.0.1:{port}", "Accept-Encoding": "gzip", **headers}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode() + b"\r\n"
        self._held = bytearray(1 << 24)
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=120)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def get(self, path: str) -> tuple[int, bytes, float]:
        """(status, body, seconds). The server closes what was idle for five seconds, which a slow statement asked of the
        database lasts: then once more from the beginning."""
        began = time.perf_counter()
        try:
            status, body = self._ask(path)
        except ConnectionError:
            self._socket.close()
            self._socket = self._connect()
            began = time.perf_counter()
            status, body = self._ask(path)
        return status, body, time.perf_counter() - began

    def _ask(self, path: str) -> tuple[int, bytes]:
        view = memoryview(self._held)
        self._socket.sendall(b"GET %s HTTP/1.1\r\n%s" % (path.encode(), self._head))
        got, end = 0, -1
        while end < 0:
            got += self._more(view[got:])
            end = self._held.find(b"\r\n\r\n", 0, got)
        head = bytes(view[:end]).lower()
        status = int(head.split(b" ", 2)[1])
        _, found, length = head.partition(b"content-length:")
        if not found and status not in (204, 304):
            raise SystemExit(f"{path}: no length is told")
        size = int(length.split(b"\r\n", 1)[0]) if found else 0
        while got < end + 4 + size:
            got += self._more(view[got:])
        return status, bytes(view[end + 4 : end + 4 + size])

    def _more(self, into: memoryview) -> int:
        got = self._socket.recv_into(into)
        if not got:
            raise ConnectionResetError
        return got


def same(one: bytes, other: bytes, folder: Path) -> bool:
    """Whether two tiles hold the same features; in which order they stand is the plan's."""
    if one == other:
        return True
    held: list[list[tuple[str, bytes]]] = []
    for name, content in (("one", one), ("other", other)):
        path = folder / f"{name}.mvt"
        path.write_bytes(content)
        _, _, shapes, columns = _raw.read(str(path), columns=["name"])
        held.append(sorted(zip([str(text) for text in columns[0]], [bytes(shape) for shape in shapes], strict=True)))
    return held[0] == held[1]


def sign_in(port: int, password: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"login": "duty1", "password": password})
    connection.request("POST", "/api/session", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"signing in failed: {answer.status}")
    return str(answer.headers["Set-Cookie"]).split(";")[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(stack: ExitStack, command: Sequence[str], environment: dict[str, str], port: int, log: Path) -> None:
    """A server that answers on its port before this returns; it ends with the stack."""
    out = stack.enter_context(log.open("wb"))
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=out)

    def end() -> None:
        process.terminate()
        process.wait(20)

    stack.callback(end)
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} ended: {log.read_text(errors='replace')[-2000:]}") from None
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nothing listens on {port}")


async def fill(
    services: Services, folder: Path, count: int, password: str
) -> tuple[np.ndarray[Any, Any], int, Any, float]:
    await prepare(services.database_url)
    await seed(services.database_url, password=password)
    path = folder / "points.gpkg"
    places = await asyncio.to_thread(write_file, path, count)
    realm = await open_realm(services.database_url, nudges=Nudges(None, "bench"), data_dir=folder)
    told = Description(
        "bench_points",
        "点",
        "Points",
        "bench",
        None,
        (),
        "drawn by lot",
        "drawn by lot",
        "none",
        None,
        True,
        "internal",
        "name",
    )

    async def hear(_: Any) -> None:
        return None

    began = time.perf_counter()
    made = await import_layer(realm, path, path.name, told, Options(), system("bench"), hear, folder)
    took = time.perf_counter() - began
    await realm.close()
    return places, made.version, made.report, took


def p50(values: Sequence[float]) -> float:
    return statistics.median(values) * 1000


def per_second(make: Callable[[], Asker], paths: Sequence[str]) -> tuple[float, int]:
    """Tiles per second of several clients that share the work, and bytes in all."""

    def work(part: Sequence[str]) -> int:
        asker = make()
        size = 0
        for path in part:
            status, body, _ = asker.get(path)
            if status not in (200, 204):
                raise SystemExit(f"{path}: {status} {body[:300]!r}")
            size += len(body)
        return size

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        sizes = list(pool.map(work, [paths[n::CLIENTS] for n in range(CLIENTS)]))
    return len(paths) / (time.perf_counter() - began), sum(sizes)


def measure(options: argparse.Namespace, folder: Path, services: Services, stack: ExitStack) -> list[Row]:
    password = secrets.token_hex(8)
    places, version, report, took = asyncio.run(fill(services, folder, options.features, password))
    tiles = tiles_of(places, options.tiles)
    own = {"FENGSUI_DATABASE_URL": services.database_url, "FENGSUI_REDIS_URL": services.redis_url}
    port = free_port()
    serve = [sys.executable, "-m", "web.cli", "--data", str(folder / "serve"), "serve", "--port", str(port)]
    start(stack, serve, own, port, folder / "serve.log")
    cookie = {"Cookie": sign_in(port, password)}
    cache: Any = redis.Redis.from_url(services.redis_url)  # pyright: ignore[reportUnknownMemberType]
    conn = stack.enter_context(psycopg.connect(services.database_url, autocommit=True))
    conn.execute(
        "SET jit = off"
    )  # as on the platform's connections: compiling a statement for one tile would slow it down
    queries = {
        z: city_tile_query(version, report["geometries"], report["attributes"], "name", z).as_string(conn)
        for z in ZOOMS
    }
    plain = sql.SQL(PLAIN).format(table=feature_table(version)).as_string(conn)  # type: ignore[arg-type]

    def direct(statement: str, tile: Tile) -> tuple[bytes, float]:
        began = time.perf_counter()
        row = conn.execute(statement, dict(zip("zxy", tile, strict=True)), prepare=True, binary=True).fetchone()  # type: ignore[arg-type]
        return bytes(row[0] or b"") if row else b"", time.perf_counter() - began

    asker = Asker(port, cookie)
    paths = [f"/tiles/bench_points/{z}/{x}/{y}.mvt" for z, x, y in tiles]
    for tile, path in zip(tiles[: len(tiles) // 4], paths, strict=False):  # warm statements, connections and pages
        direct(queries[tile[0]], tile)
        direct(plain, tile)
        asker.get(path)
    cache.flushdb()
    ours: list[float] = []
    straight: list[float] = []
    naive: list[float] = []
    wrong: list[str] = []
    sizes: dict[int, list[int]] = {}
    bodies: dict[Tile, bytes] = {}
    contents: dict[Tile, bytes] = {}

    def ask_ours(block: Sequence[Tile]) -> None:
        for z, x, y in block:
            _, bodies[z, x, y], spent = asker.get(f"/tiles/bench_points/{z}/{x}/{y}.mvt")
            ours.append(spent)

    def ask_directly(block: Sequence[Tile]) -> None:
        for tile in block:
            contents[tile], spent = direct(queries[tile[0]], tile)
            straight.append(spent)

    for first in range(0, len(tiles), BLOCK):
        block = tiles[first : first + BLOCK]
        turns = [ask_ours, ask_directly] if first // BLOCK % 2 else [ask_directly, ask_ours]
        for turn in turns:  # neither always comes second, to find the pages warm
            turn(block)
    naive += [direct(plain, tile)[1] for tile in tiles]
    for tile, path in zip(tiles, paths, strict=True):
        sizes.setdefault(tile[0], []).append(len(bodies[tile]))
        if not same(bodies[tile], contents[tile], folder):
            wrong.append(f"{path}: another tile than the database makes")
    cached = [asker.get(path)[2] for path in paths]
    cache.flushdb()
    rate, size = per_second(lambda: Asker(port, cookie), paths)
    cached_rate, _ = per_second(lambda: Asker(port, cookie), paths)
    by_zoom = {z: round(statistics.median(one)) for z, one in sorted(sizes.items())}
    figures: dict[str, Any] = {
        "features": options.features, "tiles": len(tiles), "import_s": round(took, 1), "ours_p50_ms": round(p50(ours), 2),
        "direct_p50_ms": round(p50(straight), 2), "plain_p50_ms": round(p50(naive), 2), "ours_mean_ms": round(statistics.mean(ours) * 1000, 2),
        "direct_mean_ms": round(statistics.mean(straight) * 1000, 2), "plain_mean_ms": round(statistics.mean(naive) * 1000, 2),
        "cached_p50_ms": round(p50(cached), 2), "tiles_per_s": round(rate, 1), "cached_per_s": round(cached_rate, 1),
        "bytes_by_zoom": by_zoom, "bytes": size,
    }  # fmt: skip
    rows = [
        Row(
            "tiles", f"MVT over {options.features:,} features, uncached, p50", "≤ 1.2 × ST_AsMVT directly",
            f"{p50(straight):.2f} ms", f"{p50(ours):.2f} ms", p50(ours) / p50(straight), at_most=1.2, wrong=wrong[:5],
            notes=[
                f"plain ST_AsMVT (transformed for each tile, every feature): p50 {p50(naive):.2f} ms, mean {statistics.mean(naive) * 1000:.1f} ms; "
                f"ours mean {statistics.mean(ours) * 1000:.1f} ms",
                f"median bytes of a tile by zoom: {by_zoom}; imported in {took:.0f} s",
            ],
            figures=figures,
            method="each tile asked over HTTP by one signed-in client, and the same statement by psycopg on a connection of its own (prepared, binary, over "
                   "the socket, no HTTP), in blocks of twenty in turn; only what Redis keeps is emptied before",
        ),
        Row(
            "tiles_cached", "the same, cached, p50", "≤ 2 ms", "2.00 ms", f"{p50(cached):.2f} ms", p50(cached) / 2.0,
            at_most=1.0, notes=[f"{CLIENTS} clients: {cached_rate:,.0f} tiles/s"], method="the same tiles once more, out of Redis",
        ),
    ]  # fmt: skip
    rows += _ogc(asker, version, options.features)
    why = "--tipg names no Python that has tipg and uvicorn"
    if options.tipg:
        try:
            return [*rows, _tipg(options.tipg, services, version, tiles, folder, stack, rate)]
        except SystemExit as trouble:  # the other figures stand all the same
            why = str(trouble)
    rows.append(
        Row(
            "tiles_tipg",
            "tiles/s, 4 clients",
            "≥ 1.5 × tipg",
            "–",
            f"{rate:,.0f}/s",
            None,
            at_least=1.5,
            notes=[why],
            skipped=not options.tipg,
        )
    )
    return rows


def _ogc(asker: Asker, version: int, features: int) -> list[Row]:
    """A page of a thousand, the first and from far behind, and a CQL2 filter."""
    base = "/ogc/collections/bench_points/items"
    wanted = "kind = '学校' AND n < 100"
    asked = {
        "first page of 1,000": f"{base}?limit=1000",
        f"page of 1,000 after {features // 2:,}": f"{base}?limit=1000&offset={features // 2}",
        "1,000 within a box": f"{base}?limit=1000&bbox=99.0,23.4,99.3,23.7",
        f"1,000 where {wanted}": f"{base}?limit=1000&filter-lang=cql2-text&filter={quote(wanted)}",
    }
    told: list[str] = []
    figures: dict[str, Any] = {"version": version}
    wrong: list[str] = []
    for name, path in asked.items():
        taken: list[float] = []
        for _ in range(7):
            status, body, spent = asker.get(path)
            taken.append(spent)
            if status != 200:
                wrong.append(f"{path}: {status} {body[:200]!r}")
                break
        told.append(f"{name} {p50(taken):.0f} ms")
        figures[name] = round(p50(taken), 1)
    return [
        Row("ogc_items", f"OGC API – Features, items of {features:,}", "", "–", told[0].rsplit(" ", 2)[-2] + " ms", None, wrong=wrong, notes=[", ".join(told)],
            figures=figures, method="GET …/items as GeoJSON over HTTP by one client, p50 of seven")
    ]  # fmt: skip


def _tipg(
    python: str, services: Services, version: int, tiles: Sequence[Tile], folder: Path, stack: ExitStack, ours: float
) -> Row:
    port = free_port()
    environment = {
        "DATABASE_URL": _as_url(services.database_url),
        "TIPG_DB_SCHEMAS": '["gis_layers"]',
        "TIPG_DB_ONLY_SPATIAL_TABLES": "TRUE",
        "TIPG_CATALOG_TTL": "36000",
    }
    command = [python, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--log-level", "warning"]
    start(stack, command, environment, port, folder / "tipg.log")
    paths = [
        f"/collections/gis_layers.v{version}/tiles/WebMercatorQuad/{z}/{x}/{y}?geom-column=geom&properties=name,kind,n"
        for z, x, y in tiles
    ]
    asker = Asker(port, {})
    for path in paths[:20]:
        status, body, _ = asker.get(path)
        if status != 200:
            raise SystemExit(f"tipg: {path}: {status} {body[:500]!r}")
    rate, size = per_second(lambda: Asker(port, {}), paths)
    return Row(
        "tiles_tipg", f"tiles/s, {CLIENTS} clients, uncached", "≥ 1.5 × tipg", f"{rate:,.0f}/s", f"{ours:,.0f}/s", ours / rate,
        at_least=1.5, notes=[f"tipg sent {size / len(tiles) / 1024:.0f} KiB a tile, with at most 10,000 features in each"],
        figures={"tipg_per_s": rate},
        method="the same tiles of the same table, asked of each by four clients that share the work, one server process each, nothing cached",
    )  # fmt: skip


def _as_url(conninfo: str) -> str:
    parts = conninfo_to_dict(conninfo)
    return (
        f"postgresql://{parts['user']}@{quote(str(parts['host']), safe='')}:{parts.get('port', 5432)}/{parts['dbname']}"
    )


def _say_nothing(_zh: str, _en: str) -> None:
    """The bench says by itself what it is at."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--features", type=int, default=1_000_000)
    parser.add_argument("--tiles", type=int, default=600)
    parser.add_argument("--tipg", default="")
    options = parser.parse_args()
    rows = run(options)
    if options.json:
        print(json.dumps({"rows": [row.to_json() for row in rows]}, ensure_ascii=False, indent=1))
    else:
        print(table(rows))
    return 1 if any(row.failed for row in rows) else 0


def run(options: argparse.Namespace) -> list[Row]:
    """With servers of its own. `options`: features, tiles, tipg."""
    with tempfile.TemporaryDirectory(prefix="fengsui-bench-", dir="/var/tmp") as folder, ExitStack() as stack:
        os.chmod(folder, 0o755)  # the database runs as another user
        private = PrivateServices()
        services = private.start(Path(folder) / "data", durable=True, log=_say_nothing)
        stack.callback(private.stop)
        return measure(options, Path(folder), services, stack)


if __name__ == "__main__":
    sys.exit(main())

"""Another engine's answer is used where it can be believed, and nowhere else: the way stays open, on our roads, and is told as ours is."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pytest
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis.geodesic import length_m
from gis.roads.building import build, with_closures
from gis.roads.closure import Closure, Kind
from gis.roads.current import Roads
from gis.roads.engines.current import CurrentNavigator, engine_at
from gis.roads.engines.engine import EngineName, Trouble
from gis.roads.engines.navigator import Navigator, Ready
from gis.roads.engines.setting import EngineSetting, keep_source, read_setting, read_source, write_port, write_setting
from gis.roads.engines.valhalla import decoded
from gis.roads.osm import read_osm
from gis.roads.route import find_route
from gis.roads.store import LayerState
from gis.roads.travel import Networks, Spot, travel_table
from spine.errors import Refused
from tests.gis.road_town import PLACES, E, N, S, W, node, spot, town
from tests.gis.route_engines import engine_server, installed, upstream

VERSION = 7


def closure(shape: BaseGeometry, edges: tuple[int, ...] = (), bars: Any = "all") -> Closure:
    kind: Kind = "point" if isinstance(shape, Point) else "area" if isinstance(shape, Polygon) else "roads"
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Closure(
        uuid4(), kind, bars, "测试", (), (), edges, 1, 0.0, shape, None, (), None, at, {"name": "测试"}, None, 1
    )  # fmt: skip


def roads(networks: Networks, *closures: Closure) -> Roads:
    closed = with_closures(networks, [one.as_barrier() for one in closures])
    return Roads(closed, None, closures, LayerState(VERSION, ""))


def osrm_answer(line: list[tuple[float, float]], seconds: float = 600.0, metres: float | None = None) -> bytes:
    far = length_m(LineString(line)) if metres is None else metres
    depart = {
        "maneuver": {"type": "depart", "modifier": "right"}, "geometry": {"coordinates": line}, "distance": far,
        "duration": seconds,
    }  # fmt: skip
    arrive = {
        "maneuver": {"type": "arrive"}, "geometry": {"coordinates": [line[-1], line[-1]]}, "distance": 0, "duration": 0,
    }  # fmt: skip
    route = {"duration": seconds, "distance": far, "legs": [{"steps": [depart, arrive]}]}
    return json.dumps({"code": "Ok", "routes": [route]}).encode()


ROUND = [PLACES[0], PLACES[3], PLACES[2], PLACES[1]]  # by D, C and B
DIRECT = [PLACES[0], (99.05, 23.499), PLACES[1]]  # by A


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as opened:
        yield opened


def navigator(
    client: httpx.AsyncClient, url: str, *, version: int = VERSION, name: EngineName = "osrm", patience_s: float = 30.0
) -> Navigator:
    return Navigator(lambda: Ready(engine_at(client, name, url, patience_s), version), lambda: name)


async def test_a_good_answer_is_told_with_our_roads_names(client: httpx.AsyncClient) -> None:
    async with upstream(lambda _: (200, osrm_answer(DIRECT, 500.0))) as other:
        route, by = await navigator(client, other.url).route(roads(town()), node(0), node(1), "public")
    assert (by.wanted, by.trouble) == ("osrm", None)
    assert route.leg.seconds == 500.0
    assert route.steps[0].sentence()[0].startswith("沿A路向东行驶")
    assert route.steps[0].sentence()[1].startswith("Drive east on A Road")
    assert [step.turn for step in route.steps] == ["depart", "arrive"]
    told = by.to_json()
    assert told["used"] == "osrm"
    assert "OSRM" in str(told["zh"])
    assert other.asked[0].startswith("GET /route/v1/driving/99.000000,23.500000;")


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (None, "slow"),
        ((500, b"broken"), "refused"),
        ((200, b"<html>hello</html>"), "nonsense"),
        ((200, b"[1, 2]"), "nonsense"),
        ((200, b'{"code": "Ok", "routes": [{"legs": []}]}'), "nonsense"),
        ((200, b'{"code": "NoRoute"}'), "refused"),
        ((200, osrm_answer(DIRECT, float("nan"))), "nonsense"),
        ((200, osrm_answer(DIRECT, -5.0)), "nonsense"),
        ((200, osrm_answer(DIRECT, 20.0)), "nonsense"),  # ten kilometres in twenty seconds
        ((200, osrm_answer(DIRECT, 500.0, 99_000.0)), "nonsense"),  # it says another length than it draws
        ((200, osrm_answer([PLACES[0], PLACES[3]])), "wrong_place"),
        ((200, osrm_answer(DIRECT[::-1])), "wrong_place"),
        ((200, osrm_answer([PLACES[0], (99.05, 23.45), PLACES[1]], 900.0)), "off_our_roads"),
        ((200, b"x" * 20_000_000), "nonsense"),
    ],
)  # fmt: skip
async def test_whatever_is_wrong_with_it_ours_stands_and_says_so(
    client: httpx.AsyncClient, answer: tuple[int, bytes] | None, trouble: Trouble
) -> None:
    own = find_route(town(), node(0), node(1), "public")
    async with upstream(lambda _: answer) as other:
        one = navigator(client, other.url, patience_s=0.2 if trouble == "slow" else 30.0)
        route, by = await one.route(roads(town()), node(0), node(1), "public")
    assert by.trouble == trouble
    assert route.leg == own.leg
    assert route.steps == own.steps
    told = by.to_json()
    assert (told["used"], told["wanted"], told["reason"]) == ("own", "osrm", trouble)
    assert "平台自己" in str(told["zh"])
    assert "own answer" in str(told["en"])


def test_polylines_are_read_and_what_is_none_is_refused() -> None:
    assert decoded("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI").tolist() == [[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]]
    for bad in ("_izlhA", "_izlhA~", "\n\n", "~~~~~~~~~~~~~~~~"):
        with pytest.raises(ValueError, match="polyline"):
            decoded(bad)


async def test_one_that_is_away_is_left_alone_for_a_while(client: httpx.AsyncClient) -> None:
    now = [0.0]
    asked: list[int] = []

    def find() -> Ready:
        asked.append(1)
        return Ready(engine_at(client, "osrm", "http://127.0.0.1:9", 30.0), VERSION)

    one = Navigator(find, lambda: "osrm", lambda: now[0])
    troubles: list[Trouble | None] = []
    for at in (0.0, 5.0, 29.0, 31.0):
        now[0] = at
        _, by = await one.route(roads(town()), node(0), node(1), "public")
        troubles.append(by.trouble)
    assert troubles == ["away", "resting", "resting", "away"]
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("shape", "edges"),
    [
        (Point(99.05, 23.499), (11,)),
        (LineString([PLACES[0], (99.05, 23.499), PLACES[1]]), (11,)),
        (box(99.04, 23.49, 99.06, 23.51), ()),
    ],
)
async def test_a_way_through_what_is_closed_is_never_given(
    client: httpx.AsyncClient, shape: BaseGeometry, edges: tuple[int, ...]
) -> None:
    now = roads(town(without=(16, 18)), closure(shape, edges))
    async with upstream(lambda _: (200, osrm_answer(DIRECT))) as other:
        route, by = await navigator(client, other.url).route(now, node(0), node(1), "public")
        assert by.trouble in ("closed", None)
        if route.leg.seconds is not None:
            assert by.trouble == "closed"
            assert "D路" in route.steps[0].sentence()[0]
        round_about = roads(town(without=(16, 18)), closure(Point(99.05, 23.499), (11,)))
    async with upstream(lambda _: (200, osrm_answer(ROUND, 1500.0))) as other:
        route, by = await navigator(client, other.url).route(round_about, node(0), node(2), "public")
        assert by.trouble == "wrong_place"
        target = spot("b", (E, 23.53))
        _, by = await navigator(client, other.url).route(round_about, node(0), target, "public")
    async with upstream(lambda _: (200, osrm_answer([*ROUND[:3], (E, 23.53)], 1500.0))) as other:
        route, by = await navigator(client, other.url).route(round_about, node(0), target, "public")
    assert by.trouble is None
    assert route.avoided == tuple(one.id for one in round_about.closures)


async def test_where_ours_knows_no_way_no_other_is_asked(client: httpx.AsyncClient) -> None:
    async with upstream(lambda _: (200, osrm_answer(DIRECT))) as other:
        inside = roads(town(), closure(box(W - 0.01, S - 0.01, W + 0.01, S + 0.01)))
        for now, target, reason in ((inside, node(1), "in_closure"), (roads(town()), node(5), "not_connected")):
            route, _ = await navigator(client, other.url).route(now, node(0), target, "public")
            assert (route.leg.seconds, route.leg.reason) == (None, reason)
        route, by = await navigator(client, other.url).route(
            Roads(None, None, (), LayerState(1, "")), node(0), node(1), "public"
        )
        assert (route.leg.reason, by.wanted) == ("no_road_data", None)
        assert other.asked == []


async def test_other_data_than_the_loaded_roads_is_not_asked(client: httpx.AsyncClient) -> None:
    async with upstream(lambda _: (200, osrm_answer(DIRECT))) as other:
        _, by = await navigator(client, other.url, version=VERSION - 1).route(roads(town()), node(0), node(1), "public")
    assert by.trouble == "data_differs"
    assert other.asked == []
    _, by = await Navigator(lambda: None, lambda: "valhalla").route(roads(town()), node(0), node(1), "public")
    assert by.trouble == "not_running"


def _many(count: int) -> list[Spot]:
    rng = np.random.default_rng(6)
    return [spot(str(i), (float(rng.uniform(W, E)), float(rng.uniform(S, N)))) for i in range(count)]


async def test_large_matrices_are_checked_and_small_ones_are_ours(client: httpx.AsyncClient) -> None:
    spots = _many(25)
    networks = town()
    own = travel_table(networks, spots, spots, "public")
    good = json.dumps({"code": "Ok", "durations": (own.seconds * 1.1).tolist()}).encode()
    async with upstream(lambda _: (200, good)) as other:
        one = navigator(client, other.url)
        table, by = await one.matrix(roads(networks), spots, spots, "public")
        assert by.trouble is None
        assert np.allclose(table.seconds, own.seconds * 1.1)
        assert np.allclose(table.straight_m, own.straight_m)
        _, by = await one.matrix(roads(networks), spots[:3], spots, "public")
        assert by.wanted is None
        _, by = await one.matrix(roads(networks, closure(Point(99.05, 23.499), (11,))), spots, spots, "public")
        assert by.trouble == "not_for_this"
        assert len(other.asked) == 1
    for wrong, trouble in (
        (own.seconds * 9, "nonsense"),
        (own.seconds[:5], "nonsense"),
        (np.where(own.seconds > 0, -1.0, 0.0), "refused"),
    ):
        body = json.dumps({"code": "Ok", "durations": wrong.tolist()}).encode()
        async with upstream(lambda _, body=body: (200, body)) as other:
            table, by = await navigator(client, other.url).matrix(roads(networks), spots, spots, "public")
        assert by.trouble == trouble
        assert np.array_equal(table.seconds, own.seconds)


def test_what_is_set_up_is_kept_and_a_spoilt_file_refused(tmp_path: Path) -> None:
    assert read_setting(tmp_path) is None
    setting = EngineSetting("osrm", 4, None, "/programs", str(tmp_path / "roads" / "osrm-4"))
    write_setting(tmp_path, setting)
    assert read_setting(tmp_path) == setting
    write_port(tmp_path, 4321, setting.data or "")
    current = CurrentNavigator(tmp_path)
    ready = current._find()  # pyright: ignore[reportPrivateUsage]
    assert ready is not None
    assert (ready.engine.name, ready.layer_version) == ("osrm", 4)
    write_setting(tmp_path, replace(setting, data="elsewhere"))  # the child still serves the old data
    assert current._find() is None  # pyright: ignore[reportPrivateUsage]
    (tmp_path / "roads" / "engine.json").write_text('{"engine": "osrm"}', "utf-8")
    with pytest.raises(Refused, match="engine_setting"):
        read_setting(tmp_path)
    write_setting(tmp_path, None)
    assert read_setting(tmp_path) is None
    extract = tmp_path / "city.osm.pbf"
    extract.write_bytes(b"roads")
    keep_source(tmp_path, extract, 9)
    kept = read_source(tmp_path)
    assert kept is not None
    assert (kept[0].read_bytes(), kept[1].layer_version) == (b"roads", 9)


def _grid_osm(path: Path) -> Path:
    """A town of five by five crossings, with one turn that must not be made."""
    side = 5
    nodes = "".join(
        f'<node id="{1 + i}" lon="{99 + (i % side) * 0.006:.6f}" lat="{23 + (i // side) * 0.006:.6f}" version="1"/>'
        for i in range(side * side)
    )
    pairs = [(i, i + 1) for i in range(side * side) if (i + 1) % side]
    pairs += [(i, i + side) for i in range(side * (side - 1))]
    ways = "".join(
        f'<way id="{100 + n}" version="1"><nd ref="{1 + a}"/><nd ref="{1 + b}"/><tag k="highway" v="secondary"/>'
        f'<tag k="name" v="路{n}"/><tag k="maxspeed" v="40"/></way>'
        for n, (a, b) in enumerate(pairs)
    )
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}{ways}</osm>', "utf-8")
    return path


@pytest.mark.parametrize("name", ["osrm", "valhalla"])
async def test_every_engine_installed_here_keeps_the_contract(
    name: EngineName, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    programs = installed(name)
    if isinstance(programs, str):
        pytest.skip(programs)
    source = _grid_osm(tmp_path / "town.osm")
    read = read_osm(source)
    networks = build(1, range(1, len(read.nodes) + 1), read.edges, [])
    rng = np.random.default_rng(3)
    spots = [spot(str(i), (float(rng.uniform(99, 99.024)), float(rng.uniform(23, 23.024)))) for i in range(24)]
    with engine_server(programs, source, tmp_path) as url:
        other = navigator(client, url, name=name)
        answered = 0
        for start, end in pairwise(spots):
            own = find_route(networks, start, end, "public")
            route, by = await other.route(roads(networks), start, end, "public")
            assert by.trouble is None, by
            assert route.leg.seconds is not None
            assert own.leg.seconds is not None
            assert own.leg.distance_m is not None
            assert route.leg.distance_m == pytest.approx(own.leg.distance_m, rel=0.5, abs=400)
            assert route.steps[0].turn == "depart"
            assert all("路" in step.sentence()[0] for step in route.steps[:-1])
            answered += 1
        assert answered == 23
        kept = 0
        closed = roads(networks, closure(box(99.008, 22.99, 99.010, 23.02)))  # all but the two northern streets
        for start, end in pairwise(spots):
            route, by = await other.route(closed, start, end, "public")
            if route.line is not None:
                assert not LineString(route.line).intersects(closed.closures[0].shape)
            assert by.trouble in (None, "closed", "refused")
            kept += by.wanted is not None and by.trouble is None
        assert kept > 0  # an engine may be told, or be lucky: where its way is open it is used
        table, by = await other.matrix(roads(networks), spots, spots, "public")
        own_table = travel_table(networks, spots, spots, "public")
        assert by.trouble == (None if name == "osrm" else "not_for_this")
        assert np.isfinite(table.seconds).all()
        assert (
            0.3
            < float(np.median(table.seconds[own_table.seconds > 60] / own_table.seconds[own_table.seconds > 60]))
            < 3
        )

"""Drawings on the shared map: who draws what, versions and undo, what is refused, and on which screens they stand."""

import uuid
from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege

from incidents.drawing_kinds import drawing_kinds, load_drawing_kinds
from incidents.rule_file import RULES, RuleTrouble
from tests.incidents.desk import Desk, some_id

MENGDING = {"lon": 99.082, "lat": 23.557}
SQUARE = {"type": "Polygon", "coordinates": [[[99.0, 23.5], [99.1, 23.5], [99.1, 23.6], [99.0, 23.6], [99.0, 23.5]]]}
LARGER = {"type": "Polygon", "coordinates": [[[99.0, 23.5], [99.2, 23.5], [99.2, 23.6], [99.0, 23.6], [99.0, 23.5]]]}
BOWTIE = {"type": "Polygon", "coordinates": [[[99.0, 23.0], [99.2, 23.2], [99.2, 23.0], [99.0, 23.2], [99.0, 23.0]]]}
ROUTE = {"type": "LineString", "coordinates": [[99.0, 23.5], [99.05, 23.55], [99.1, 23.5]]}
POINT = {"type": "Point", "coordinates": [99.08, 23.55]}


async def draw(desk: Desk, key: str | None, who: str = "duty1", kind: str = "cordon", **more: Any) -> str:
    where = {"incident_id": key} if key else {}
    data: dict[str, Any] = {"drawing_kind": kind, "geometry": SQUARE, **where, **more}
    return str((await desk.do("drawing.draw", who, **data)).result["drawing_id"])


async def involve(desk: Desk, key: str, department: str = "FRB") -> None:
    await desk.do(
        "task.issue", incident_id=key, title="警戒", text="设置警戒区", department=department, due_minutes=60
    )  # fmt: skip


async def drawn(desk: Desk, stream: str) -> dict[str, Any]:
    return (await desk.picture(stream))["drawings"]


# --- drawing -----------------------------------------------------------------------------------------------------


async def test_a_cordon_is_measured_and_stands_on_every_board_at_once(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    cordon = await draw(desk, key, name="内圈", style={"fill": 0.3})
    own = (await drawn(desk, f"incident:{key}"))[cordon]
    assert (own["kind"], own["kind_zh"], own["shape"], own["name"]) == ("cordon", "警戒区", "area", "内圈")
    assert own["style"] == {"colour": "red", "width": 3, "dash": "cordon", "fill": 0.3, "arrows": "none"}
    assert 112e6 < own["area_m2"] < 114e6
    assert (own["version"], own["department"]) == (1, None)
    assert own["drawn_by"]["name"] == own["changed_by"]["name"]
    assert (await drawn(desk, "board"))[cordon] == (await drawn(desk, "board:530926"))[cordon] == own
    assert await drawn(desk, "board:530927") == {}
    assert (await desk.kinds("board:530926"))[-1] == "drawing.drawn"


async def test_lines_symbols_and_words_stay_in_their_incident(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    route = await draw(desk, key, "leader1", "rescue_route", geometry=ROUTE)
    symbol = await draw(desk, key, kind="symbol", geometry=POINT, symbol="D10100", name="前方指挥部")
    words = await draw(desk, key, kind="text", geometry=POINT, name="集结地域")
    found = await drawn(desk, f"incident:{key}")
    assert set(found) == {route, symbol, words}
    assert 15_000 < found[route]["length_m"] < 16_000
    assert found[route]["area_m2"] is None
    assert (found[symbol]["symbol"], found[symbol]["length_m"]) == ("D10100", None)
    assert await drawn(desk, "board") == {}


async def test_a_board_has_drawings_of_its_own(desk: Desk) -> None:
    county = await draw(desk, None, "duty-gengma", "line", area_code="530926", geometry=ROUTE)
    city = await draw(desk, None, "duty1", "area", area_code="5309")
    assert set(await drawn(desk, "board")) == {county, city}
    assert set(await drawn(desk, "board:530926")) == {county}
    await desk.do("drawing.delete", "duty1", drawing_id=county, expect=1)
    assert await drawn(desk, "board:530926") == {}
    assert (await desk.refused("drawing.draw", "duty-gengma", drawing_kind="area", geometry=SQUARE, area_code="5309")).code == "forbidden"  # fmt: skip


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"geometry": BOWTIE}, "geometry_crosses_itself", "data.geometry"),
        ({"geometry": ROUTE}, "geometry_kind", "data.geometry.type"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[99.0, None]]]}}, "geometry_not_geojson", "data.geometry.coordinates[0][0]"),
        ({"drawing_kind": "doodle"}, "unknown_drawing_kind", "data.drawing_kind"),
        ({"symbol": "D10100"}, "symbol_not_here", "data.symbol"),
        ({"drawing_kind": "symbol", "geometry": POINT}, "unknown_symbol", "data.symbol"),
        ({"drawing_kind": "symbol", "geometry": POINT, "symbol": "Q99999"}, "unknown_symbol", "data.symbol"),
        ({"drawing_kind": "text", "geometry": POINT}, "text_missing", "data.name"),
        ({"style": {"colour": "url(x)"}}, "invalid_field", "data.style.colour"),
        ({"style": {"fill": 1.0}}, "invalid_field", "data.style.fill"),
        ({"area_code": "530926"}, "drawing_place", "data.incident_id"),
        ({"incident_id": None}, "drawing_place", "data.incident_id"),
        ({"name": "长" * 201}, "invalid_field", "data.name"),
    ],
)  # fmt: skip
async def test_what_cannot_be_drawn_changes_nothing(desk: Desk, more: dict[str, Any], code: str, field: str) -> None:
    key = await desk.open_incident(point=MENGDING)
    data: dict[str, Any] = {"incident_id": key, "drawing_kind": "cordon", "geometry": SQUARE, **more}
    refused = await desk.refused("drawing.draw", **data)
    assert (refused.code, refused.field) == (code, field)
    assert await drawn(desk, f"incident:{key}") == {}


async def test_beyond_the_city_is_asked_about_once(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    far = {"type": "LineString", "coordinates": [[99.08, 23.55], [102.7, 25.0]]}
    data: dict[str, Any] = {"incident_id": key, "drawing_kind": "rescue_route", "geometry": far}
    refused = await desk.refused("drawing.draw", **data)
    assert (refused.code, refused.field) == ("outside_region", "data.geometry")
    assert refused.facts["confirm"] == "outside_region"
    await desk.do("drawing.draw", **data, outside_region=True)


async def test_there_is_an_end_to_how_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    few = load_drawing_kinds(RULES / "drawing_kinds.yaml")
    monkeypatch.setattr("incidents.handle_drawing.drawing_kinds", lambda: few)
    object.__setattr__(few, "most_per_incident", 2)
    key = await desk.open_incident(point=MENGDING)
    first = await draw(desk, key)
    await draw(desk, key)
    refused = await desk.refused("drawing.draw", incident_id=key, drawing_kind="cordon", geometry=SQUARE)
    assert refused.code == "too_many_drawings"
    await desk.do("drawing.delete", drawing_id=first, expect=1)
    await draw(desk, key)
    assert (await desk.refused("drawing.restore", drawing_id=first, expect=2, version=1)).code == "too_many_drawings"


# --- versions, undo, redo ----------------------------------------------------------------------------------------


async def test_undo_and_redo_are_new_versions_equal_to_earlier_ones(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    cordon = await draw(desk, key, name="一")
    await desk.do("drawing.change", "leader1", drawing_id=cordon, expect=1, geometry=LARGER, name="二")
    changed = (await drawn(desk, f"incident:{key}"))[cordon]
    assert (changed["version"], changed["name"], changed["geometry"]) == (2, "二", LARGER)
    assert changed["changed_by"]["name"] != changed["drawn_by"]["name"]
    await desk.do("drawing.restore", drawing_id=cordon, expect=2, version=1)
    undone = (await drawn(desk, "board"))[cordon]
    assert (undone["version"], undone["name"], undone["geometry"]) == (3, "一", SQUARE)
    assert undone["area_m2"] < changed["area_m2"]
    await desk.do("drawing.restore", drawing_id=cordon, expect=3, version=2)
    assert (await drawn(desk, "board"))[cordon]["name"] == "二"
    same = await desk.refused("drawing.restore", drawing_id=cordon, expect=4, version=2)
    assert same.code == "nothing_to_restore"
    assert (await desk.refused("drawing.restore", drawing_id=cordon, expect=4, version=9)).field == "data.version"
    kinds = [k for k in await desk.kinds(f"incident:{key}") if k.startswith("drawing.")]
    assert kinds == ["drawing.drawn", "drawing.changed", "drawing.restored", "drawing.restored"]


async def test_what_is_deleted_comes_back_and_can_go_again(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    cordon = await draw(desk, key)
    await desk.do("drawing.delete", drawing_id=cordon, expect=1)
    assert await drawn(desk, f"incident:{key}") == await drawn(desk, "board") == {}
    gone = await desk.refused("drawing.change", drawing_id=cordon, expect=2, name="x")
    assert (gone.code, gone.field) == ("drawing_deleted", "data.drawing_id")
    await desk.do("drawing.restore", drawing_id=cordon, expect=2, version=1)
    assert (await drawn(desk, "board"))[cordon]["version"] == 3
    await desk.do("drawing.restore", drawing_id=cordon, expect=3, version=2)
    assert await drawn(desk, "board") == {}


async def test_a_stale_version_is_told_who_changed_it_meanwhile(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    cordon = await draw(desk, key)
    await desk.do("drawing.change", "leader1", drawing_id=cordon, expect=1, geometry=LARGER)
    leader = (await desk.city.person("leader1")).name
    for kind, more in (
        ("drawing.change", {"name": "x"}),
        ("drawing.delete", {}),
        ("drawing.restore", {"version": 1}),
    ):
        stale = await desk.refused(kind, "duty2", drawing_id=cordon, expect=1, **more)
        assert (stale.code, stale.field, stale.status) == ("stale_version", "data.expect", 409)
        assert leader in stale.zh
        assert leader in stale.en
        assert "03-01 18:1" in stale.zh, "the city's time, as everywhere else"
        assert "UTC" not in stale.zh + stale.en
        assert stale.facts["actual"] == 2
        assert stale.facts["changed_by"]["name"] == leader  # type: ignore[index, call-overload]


async def test_the_history_cannot_be_rewritten(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    await draw(desk, key)
    for statement in (
        "UPDATE incidents.drawing_version SET name = 'x'",
        "DELETE FROM incidents.drawing_version",
    ):
        async with desk.city.realm.pool.connection() as conn:
            with pytest.raises(InsufficientPrivilege):
                await conn.execute(statement)


async def test_the_same_command_again_draws_nothing_twice(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    again = uuid.uuid4()
    data: dict[str, Any] = {"incident_id": key, "drawing_kind": "cordon", "geometry": SQUARE}
    at = desk.now
    one = await desk.city.carry_out("duty1", "drawing.draw", data, id=again, occurred_at=at)
    two = await desk.city.carry_out("duty1", "drawing.draw", data, id=again, occurred_at=at)
    assert one.result == two.result
    assert two.repeated
    assert len(await drawn(desk, "board")) == 1


async def test_nothing_to_change_and_nothing_there(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    cordon = await draw(desk, key, name="一")
    assert (await desk.refused("drawing.change", drawing_id=cordon, expect=1)).code == "nothing_to_change"
    assert (await desk.refused("drawing.change", drawing_id=cordon, expect=1, name="一")).code == "nothing_to_change"
    assert (await desk.refused("drawing.delete", drawing_id=some_id(), expect=1)).field == "data.drawing_id"
    words = await draw(desk, key, kind="text", geometry=POINT, name="集结")
    assert (await desk.refused("drawing.change", drawing_id=words, expect=1, name="")).field == "data.name"
    await desk.do("drawing.change", drawing_id=cordon, expect=1, name="")
    assert (await drawn(desk, "board"))[cordon]["name"] is None


# --- who ---------------------------------------------------------------------------------------------------------


async def test_a_department_draws_where_it_has_an_order_and_changes_its_own(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    data: dict[str, Any] = {"incident_id": key, "drawing_kind": "cordon", "geometry": SQUARE}
    assert (await desk.refused("drawing.draw", "frb", **data)).code == "forbidden"
    await involve(desk, key)
    mine = await draw(desk, key, "frb")
    assert (await drawn(desk, f"incident:{key}"))[mine]["department"] == "FRB"
    ours = await draw(desk, key, "duty1")
    await desk.do("drawing.change", "frb", drawing_id=mine, expect=1, name="外圈")
    others = await desk.refused("drawing.change", "frb", drawing_id=ours, expect=1, name="x")
    assert (others.code, others.field) == ("forbidden", "data.drawing_id")
    assert (await desk.refused("drawing.delete", "psb", drawing_id=mine, expect=2)).code == "forbidden"
    evacuation = await desk.refused("drawing.draw", "frb", **{**data, "drawing_kind": "evacuation_area"})
    assert (evacuation.code, evacuation.field) == ("forbidden", "data.drawing_kind")
    await desk.do("drawing.delete", "duty1", drawing_id=mine, expect=2)


async def test_a_county_draws_in_its_own_incidents_only(desk: Desk) -> None:
    here, elsewhere = await desk.open_incident(point=MENGDING), await desk.open_incident(area_code="530921")
    await draw(desk, here, "duty-gengma")
    there: dict[str, Any] = {"incident_id": elsewhere, "drawing_kind": "cordon", "geometry": SQUARE}
    assert (await desk.refused("drawing.draw", "duty-gengma", **there)).code == "forbidden"


# --- with the incident -------------------------------------------------------------------------------------------


async def test_drawings_go_where_their_incident_goes_and_leave_the_boards_with_it(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    cordon, route = await draw(desk, key), await draw(desk, key, kind="rescue_route", geometry=ROUTE)
    await desk.do("incident.correct", incident_id=key, expect=1, area_code="530921")
    assert await drawn(desk, "board:530926") == {}
    assert set(await drawn(desk, "board:530921")) == set(await drawn(desk, "board")) == {cordon}
    await desk.do("incident.close", "leader1", incident_id=key, reason="处置完毕")
    assert await drawn(desk, "board:530921") == await drawn(desk, "board") == {}
    assert set(await drawn(desk, f"incident:{key}")) == {cordon, route}
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("drawing.draw", {"incident_id": key, "drawing_kind": "cordon", "geometry": SQUARE}),
        ("drawing.change", {"drawing_id": cordon, "expect": 1, "name": "x"}),
        ("drawing.delete", {"drawing_id": cordon, "expect": 1}),
        ("drawing.restore", {"drawing_id": cordon, "expect": 1, "version": 1}),
    )
    for kind, more in asked:
        assert (await desk.refused(kind, **more)).code == "incident_closed"
    await desk.do("incident.reopen", "leader1", incident_id=key, reason="复燃")
    assert set(await drawn(desk, "board:530921")) == {cordon}


# --- the kinds ---------------------------------------------------------------------------------------------------


def test_the_kinds_of_the_standard() -> None:
    codes = {kind.key: kind.code for kind in drawing_kinds().by_key.values() if kind.code}
    assert codes["cordon"] == "F10100"
    assert codes["evacuation_route"] == "E30200"
    assert all(kind.board == (kind.shape == "area") for kind in drawing_kinds().by_key.values())


@pytest.mark.parametrize(
    ("change", "said"),
    [(("who: [duty_officer, leader]", "who: [auditor]"), "who"), (("shape: area", "shape: cube"), "shape"), (("key: line", "key: cordon"), "twice")],
)  # fmt: skip
def test_a_slip_in_the_kinds_is_named(tmp_path: Any, change: tuple[str, str], said: str) -> None:
    path = tmp_path / "drawing_kinds.yaml"
    path.write_text((RULES / "drawing_kinds.yaml").read_text("utf-8").replace(*change, 1), "utf-8")
    with pytest.raises(RuleTrouble, match=said):
        load_drawing_kinds(path)

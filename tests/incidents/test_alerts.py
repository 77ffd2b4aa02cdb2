"""Alerts: from a document to the boards, answered, changed by their source, and never real when they are not."""

from datetime import timedelta

import pytest

from incidents.feeds.watch import add_source, watch_once
from incidents.handle_receive import CLOCK_TOLERANCE
from spine.clock import HandClock
from spine.principal import feed
from tests.incidents.desk import Desk, some_id
from tests.incidents.messages import QUAKES, RAINSTORM, cap, parameter

MENGDING = "<polygon>23.53,99.05 23.53,99.11 23.58,99.11 23.58,99.05 23.53,99.05</polygon>"
SENT = "2026-03-01T18:0{n}:00+08:00"
RED = parameter("CN:warningLevel", "红")
ORANGE = parameter("CN:warningLevel", "橙")


def message(n: int, **parts: str) -> bytes:
    return cap(identifier=f"A{n}", sent=SENT.format(n=n), area=MENGDING, **parts)


def about(n: int) -> str:
    return f"yjj@example.gov.cn,A{n},{SENT.format(n=n)}"


async def test_a_red_warning_stands_on_the_boards_and_must_be_answered(desk: Desk) -> None:
    taken = await desk.take(RAINSTORM.read_bytes())
    assert (taken.new, taken.updated, taken.unchanged, taken.rejected, taken.refused) == (1, 0, 0, 0, None)
    alert = await desk.only("alerts")
    assert (alert["colour"], alert["state"], alert["inside_area"], alert["area_code"]) == (
        "red", "new", True, "530926103",
    )  # fmt: skip
    assert alert["distance_km"] == 0
    assert await desk.only("alerts", "board:530926") == alert
    assert (await desk.picture("board:530921"))["alerts"] == {}
    deadline = await desk.only("deadlines")
    assert (deadline["kind"], deadline["subject_id"]) == ("alert_answer", alert["id"])
    assert deadline["due_at"] == "2026-03-01T10:22:00.000000Z"  # ten minutes


async def test_the_same_document_again_changes_nothing(desk: Desk) -> None:
    await desk.take(RAINSTORM.read_bytes())
    facts = await desk.facts()
    taken = await desk.take(RAINSTORM.read_bytes())
    assert (taken.new, taken.updated, taken.unchanged) == (0, 0, 1)
    assert await desk.facts() == facts


async def test_a_quake_summary_is_taken_in_feature_by_feature(desk: Desk) -> None:
    taken = await desk.take(QUAKES.read_bytes(), "usgs")
    assert (taken.new, taken.rejected, taken.refused) == (3, 1, None)
    alerts = {a["external_id"]: a for a in (await desk.picture())["alerts"].values()}
    near, far = alerts["xx2026aaaa"], alerts["xx2026bbbb"]
    assert (near["magnitude"], near["depth_km"], near["class_key"], near["colour"]) == (6.3, 10.4, "nd.quake", None)
    assert near["area_code"] is None or near["inside_area"]
    assert far["inside_area"] is False
    assert far["distance_km"] > 10_000
    assert alerts["xx2026cccc"]["state"] == "cancelled"
    again = await desk.take(QUAKES.read_bytes(), "usgs")
    assert (again.new, again.updated, again.unchanged) == (0, 0, 3)


async def test_an_update_changes_the_same_alert(desk: Desk) -> None:
    await desk.take(message(1, more=ORANGE, headline="橙色"))
    first = await desk.only("alerts")
    taken = await desk.take(message(2, kind="Update", references=about(1), more=RED, headline="红色"))
    assert (taken.new, taken.updated) == (0, 1)
    alert = await desk.only("alerts")
    assert (alert["id"], alert["headline"], alert["colour"], alert["version"]) == (first["id"], "红色", "red", 2)
    assert await desk.kinds("board:530926") == ["alert.received", "alert.updated"]


async def test_an_older_message_that_arrives_later_is_not_news(desk: Desk) -> None:
    await desk.take(message(2, kind="Update", references=about(1), headline="第二"))
    taken = await desk.take(message(1, headline="第一"))
    assert (taken.new, taken.unchanged) == (0, 1)
    assert (await desk.only("alerts"))["headline"] == "第二"


async def test_a_cancellation_leaves_readable_what_was_warned_of(desk: Desk) -> None:
    await desk.take(message(1, more=RED, headline="暴雨红色预警"))
    await desk.take(message(2, kind="Cancel", references=about(1), info=""))
    alert = await desk.only("alerts")
    assert (alert["state"], alert["headline"], alert["colour"]) == ("cancelled", "暴雨红色预警", "red")
    assert (await desk.picture())["deadlines"] == {}
    await desk.do("alert.dismiss", alert_id=alert["id"], reason="已解除")
    assert (await desk.picture())["alerts"] == {}


async def test_a_cancellation_of_something_never_received_is_shown_as_that(desk: Desk) -> None:
    await desk.take(message(2, kind="Cancel", references=about(1), headline="解除暴雨预警"))
    assert (await desk.only("alerts"))["state"] == "cancelled"
    # and what it cancelled does not come back to life when it arrives late
    await desk.take(message(1, more=RED))
    assert (await desk.only("alerts"))["state"] == "cancelled"


async def test_acknowledging_stops_the_clock_and_names_who(desk: Desk) -> None:
    await desk.take(message(1, more=RED))
    alert = await desk.only("alerts")
    await desk.do("alert.acknowledge", alert_id=alert["id"], note="已电话通知耿马县")
    alert = await desk.only("alerts")
    assert alert["state"] == "acknowledged"
    assert alert["acknowledged"]["by"]["name"]
    assert (await desk.picture())["deadlines"] == {}
    again = await desk.refused("alert.acknowledge", alert_id=alert["id"])
    assert (again.code, again.status) == ("illegal_transition", 409)


async def test_worse_than_answered_must_be_answered_again(desk: Desk) -> None:
    await desk.take(message(1, more=ORANGE))
    key = (await desk.only("alerts"))["id"]
    await desk.do("alert.acknowledge", alert_id=key)
    await desk.take(message(2, kind="Update", references=about(1), more=RED))
    alert = await desk.only("alerts")
    assert (alert["state"], alert["acknowledged"]) == ("new", None)
    assert (await desk.only("deadlines"))["kind"] == "alert_answer"
    await desk.do("alert.dismiss", alert_id=key, reason="重复")
    await desk.take(message(3, kind="Update", references=about(2), more=RED, headline="照旧"))
    assert (await desk.picture())["alerts"] == {}


async def test_lowered_so_far_that_nobody_must_answer(desk: Desk) -> None:
    await desk.take(message(1, more=RED))
    await desk.take(message(2, kind="Update", references=about(1), more=parameter("CN:warningLevel", "蓝")))
    assert (await desk.only("alerts"))["state"] == "new"
    assert (await desk.picture())["deadlines"] == {}


async def test_a_milder_colour_does_not_start_the_clock_anew(desk: Desk, clock: HandClock) -> None:
    await desk.take(message(1, more=RED))
    due = (await desk.only("deadlines"))["due_at"]
    clock.forward(timedelta(minutes=5))
    await desk.take(message(2, kind="Update", references=about(1), more=ORANGE))
    assert (await desk.only("deadlines"))["due_at"] == due


async def test_an_update_that_moves_to_another_county_leaves_the_first_board(desk: Desk) -> None:
    await desk.take(message(1, more=RED))
    fengqing = "<polygon>24.55,99.88 24.55,99.95 24.62,99.95 24.62,99.88 24.55,99.88</polygon>"
    await desk.take(
        cap(identifier="A2", sent=SENT.format(n=2), kind="Update", references=about(1), more=RED, area=fengqing)
    )
    assert (await desk.picture("board:530926"))["alerts"] == {}
    assert (await desk.only("alerts", "board:530921"))["area_code"] == "530921"
    key = (await desk.only("alerts"))["id"]
    await desk.do("alert.acknowledge", alert_id=key)
    for stream in ("board", "board:530926", "board:530921"):
        assert (await desk.picture(stream))["deadlines"] == {}, stream


async def test_a_drill_message_is_marked_runs_no_clock_and_becomes_no_incident(desk: Desk) -> None:
    await desk.take(message(1, status="Exercise", more=RED, headline="暴雨红色预警"))
    alert = await desk.only("alerts")
    assert alert["status"] == "exercise"
    assert alert["headline"].startswith("【演练】")
    assert (await desk.picture())["deadlines"] == {}
    refused = await desk.refused(
        "incident.open", title="暴雨", class_key="nd.met.rainstorm", place="孟定镇", from_alert=alert["id"]
    )
    assert (refused.code, refused.field) == ("alert_not_actual", "data.from_alert")


async def test_in_an_exercise_a_drill_message_counts_and_the_outside_is_not_heard(desk: Desk) -> None:
    async with desk.city.realm.pool.connection() as conn:
        await conn.execute("UPDATE spine.realm SET kind = 'exercise'")
        await add_source(conn, "http://127.0.0.1:9/", every_s=5)
    await desk.city.realm.refresh()
    await desk.take(message(1, status="Exercise", more=RED, headline="暴雨红色预警"))
    assert (await desk.only("deadlines"))["kind"] == "alert_answer"
    key = (await desk.only("alerts"))["id"]
    await desk.open_incident(title="暴雨", class_key="nd.met.rainstorm", from_alert=key)
    assert await watch_once(desk.city.realm, desk.city.house.registry) == 0


async def test_rubbish_is_refused_with_the_element_and_kept(desk: Desk) -> None:
    raw = message(1).replace(b"<severity>Severe</severity>", b"<severity>Terrible</severity>")
    taken = await desk.take(raw)
    assert taken.refused is not None
    assert (taken.refused.code, taken.refused.field) == ("feed_refused", "alert/info/severity")
    assert (await desk.picture())["alerts"] == {}
    async with desk.city.realm.pool.connection() as conn:
        kept = await (await conn.execute("SELECT feed, size, content FROM incidents.feed_document")).fetchall()
    assert kept == [("cap", len(raw), raw)]
    facts = await desk.facts()
    assert (await desk.take(raw)).refused is not None
    assert await desk.facts() == facts
    assert await desk.kinds("board") == ["feed.rejected"]


async def test_a_clock_a_little_fast_is_borne_and_the_future_is_not(desk: Desk) -> None:
    soon = (desk.now + CLOCK_TOLERANCE - timedelta(minutes=1)).isoformat()
    assert (await desk.take(cap(identifier="S", sent=soon))).new == 1
    later = (desk.now + timedelta(hours=2)).isoformat()
    taken = await desk.take(cap(identifier="L", sent=later))
    assert taken.refused is not None
    assert taken.again


async def test_only_feeds_bring_alerts_and_only_officers_answer(desk: Desk) -> None:
    data = {"feed": "cap", "external_id": "x", "revision": "1", "source": "x", "headline": "x", "text": ""}
    refused = await desk.refused("alert.receive", "duty1", **data, sent_at=desk.at())
    assert refused.code == "forbidden"
    await desk.take(message(1))
    key = (await desk.only("alerts"))["id"]
    for who in ("frb", "field-mengding", "auditor"):
        assert (await desk.refused("alert.acknowledge", who, alert_id=key)).code == "forbidden"
    assert (await desk.refused("alert.dismiss", "leader1", alert_id=key, reason="x")).code == "forbidden"
    assert (await desk.refused("alert.acknowledge", alert_id=some_id())).code == "not_found"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"geometry": {"type": "Polygon", "coordinates": [[[99, 23], [99.2, 23.2], [99.2, 23], [99, 23.2], [99, 23]]]}}, "data.geometry"),
        ({"point": {"lon": 199.0, "lat": 23.0}}, "data.point.lon"),
        ({"colour": "purple"}, "data.colour"),
        ({"severity": "Terrible"}, "data.severity"),
        ({"magnitude": 12.0}, "data.magnitude"),
        ({"headline": ""}, "data.headline"),
        ({"text": "长" * 20_001}, "data.text"),
    ],
)  # fmt: skip
async def test_a_feed_that_sends_commands_itself_is_checked_as_well(
    desk: Desk, more: dict[str, object], field: str
) -> None:
    data = {"feed": "x", "external_id": "x", "revision": "1", "source": "x", "headline": "x", "text": "", **more}
    refused = await desk.refused("alert.receive", feed("x"), sent_at=desk.at(), **data)
    assert (refused.field or "").startswith(field)


async def test_the_boards_stay_readable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is far away, old and without a colour leaves the boards; what must be answered stays."""
    monkeypatch.setattr("incidents.reporting.ReportingRules.most_alerts_on_board", 3)
    await desk.take(message(1, more=RED))
    for n in range(2, 7):
        await desk.take(cap(identifier=f"F{n}", sent=SENT.format(n=n), area="<circle>52.0,-171.0 50</circle>"))
    alerts = (await desk.picture())["alerts"].values()
    assert sorted(a["external_id"].rpartition(",")[2] for a in alerts) == ["A1", "F5", "F6"]
    assert "alert.crowded_out" in await desk.kinds("board")

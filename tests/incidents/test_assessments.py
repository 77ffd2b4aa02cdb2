"""An incident's facts become assessments: every change makes a new version that says what changed, why, and by whom."""

from typing import Any

import pytest

from gis.hazards import catalogue
from gis.hazards.inputs import NumberInput
from incidents.assessments.pool import ChildFailed, ChildLost, ChildTooSlow
from incidents.metrics import metrics
from spine.canonical import encode
from spine.principal import system
from tests.incidents.assessing import MODELS, Assessing
from tests.incidents.desk import Desk


@pytest.fixture
def assessing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Assessing:
    monkeypatch.setattr(catalogue, "MODELS", MODELS)
    return Assessing.of(desk)


def differing(one: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """{kind:name: (before, after)}."""
    return {f"{d['kind']}:{d['name']}": (d["before"]["value"], d["after"]["value"]) for d in one["differences"]}


async def test_an_incident_is_assessed_without_a_click(assessing: Assessing) -> None:
    incident = await assessing.quake(6.9)
    live = await assessing.live(incident)
    assert (live["no"], live["scenario"], live["state"], live["author"]) == (1, "live", "answered", "model:tremor@7")
    assert live["caused_by"]["kind"] == "incident.opened"
    assert live["caused_by"]["by"]["name"]
    assert live["differences"] == []
    assert live["supersedes"] is None
    assert live["refusal"] is None
    answer = live["answer"]
    assert answer["primary"] == "dead"
    assert all("geometry" not in footprint for footprint in answer["footprints"])
    given = {one["name"]: one for one in answer["inputs"]}
    assert given["magnitude"]["origin"] == "given"
    assert "值班登记" in given["magnitude"]["source_zh"]
    assert given["rain_mm"]["origin"] == "prior"
    assert "rain_mm" in [one["name"] for one in answer["asks"]]
    head = (await assessing.desk.picture())["incidents"][incident]["assessment"]
    assert head == {
        "best_zh": answer["outcomes"]["dead"]["best_zh"],
        "best_en": answer["outcomes"]["dead"]["best_en"],
        "grade": answer["grade"]["suggested"],
        "at": live["at"],
    }


async def test_the_fact_of_an_assessment_is_small(assessing: Assessing) -> None:
    incident = await assessing.quake(7.5)
    live = await assessing.live(incident)
    assert len(encode(live).encode()) < 32 * 1024


async def test_a_revised_magnitude_makes_a_new_version_that_says_so(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    first = await assessing.live(incident)
    await assessing.figure(incident, "magnitude", 7.0)
    await assessing.settle()
    second = await assessing.live(incident)
    assert (second["no"], second["supersedes"]) == (2, first["id"])
    assert second["caused_by"]["kind"] == "incident.figure_entered"
    assert "震级 7" in second["caused_by"]["zh"]
    changed = differing(second)
    assert changed["input:magnitude"] == (6.0, 7.0)
    before, after = changed["outcome:dead"]
    assert after > before
    because = next(d for d in second["differences"] if d["name"] == "magnitude")
    assert "省地震局" in because["because_zh"]


async def test_an_alert_that_is_revised_by_its_source_is_followed(assessing: Assessing) -> None:
    feed = {
        "feed": "usgs", "external_id": "us7000", "source": "中国地震台网", "headline": "耿马 6.0 级地震", "text": "",
        "class_key": "nd.quake", "point": {"lon": 99.4, "lat": 23.55}, "depth_km": 10.0,
    }  # fmt: skip
    from spine.principal import feed as feed_principal

    sender = feed_principal("usgs")
    now = assessing.desk.at()
    received = await assessing.desk.do("alert.receive", sender, **feed, revision="1", magnitude=6.0, sent_at=now)
    alert = received.result["alert_id"]
    incident = await assessing.quake(None, from_alert=alert)
    assert (await assessing.live(incident))["answer"]["inputs"][0]["median"] == 6.0
    await assessing.desk.do("alert.receive", sender, **feed, revision="2", magnitude=6.8, sent_at=assessing.desk.at())
    await assessing.settle()
    live = await assessing.live(incident)
    assert live["caused_by"]["kind"] == "alert.updated"
    assert differing(live)["input:magnitude"] == (6.0, 6.8)


async def test_what_changes_nothing_makes_no_version(assessing: Assessing) -> None:
    incident = await assessing.quake()
    asked = len(assessing.here.orders)
    await assessing.figure(incident, "evacuated", 120)
    await assessing.desk.do("incident.note", incident_id=incident, text="已通知各乡镇")
    await assessing.figure(incident, "magnitude", 6.9)
    await assessing.settle()
    assert (await assessing.live(incident))["no"] == 1
    assert len(assessing.here.orders) == asked


async def test_a_confirmed_number_bounds_what_is_estimated(assessing: Assessing) -> None:
    incident = await assessing.quake(4.0)
    await assessing.figure(incident, "dead", 400)
    await assessing.settle()
    live = await assessing.live(incident)
    assert live["no"] == 2
    assert live["answer"]["grade"]["suggested"] == "I"


async def test_a_burst_makes_one_version_of_the_newest_state(assessing: Assessing) -> None:
    incident = await assessing.quake(5.0)
    asked = len(assessing.here.orders)
    for magnitude in (5.5, 5.9, 6.1, 6.4):
        await assessing.figure(incident, "magnitude", magnitude)
    await assessing.settle()
    live = await assessing.live(incident)
    assert live["no"] == 2
    assert len(assessing.here.orders) == asked + 1
    assert live["answer"]["inputs"][0]["median"] == 6.4
    assert live["caused_by"]["others"] == 3


async def test_a_drawn_area_is_the_footprint(assessing: Assessing) -> None:
    incident = await assessing.quake()
    ring = [[99.3, 23.5], [99.5, 23.5], [99.5, 23.6], [99.3, 23.6], [99.3, 23.5]]
    version = (await assessing.desk.incident(incident))["version"]
    await assessing.desk.do(
        "incident.draw",
        incident_id=incident,
        expect=version,
        which="impact_area",
        geometry={"type": "Polygon", "coordinates": [ring]},
    )
    await assessing.settle()
    live = await assessing.live(incident)
    assert (live["no"], live["caused_by"]["kind"]) == (2, "incident.drawn")
    assert {f["basis"] for f in live["answer"]["footprints"]} == {"drawn"}


# --- what a model cannot answer ----------------------------------------------------------------------------------


async def test_a_model_that_lacks_an_input_is_stood_in_for_and_says_what_it_wants(assessing: Assessing) -> None:
    incident = await assessing.quake(None)
    live = await assessing.live(incident)
    assert live["model"]["id"] == "area"
    assert live["wanted"]["model"]["id"] == "tremor"
    assert live["wanted"]["refusal"]["code"] == "input_missing"
    assert [one["name"] for one in live["wanted"]["asks"]] == ["magnitude"]
    await assessing.figure(incident, "magnitude", 6.5)
    await assessing.settle()
    live = await assessing.live(incident)
    assert (live["model"]["id"], live["wanted"], live["no"]) == ("tremor", None, 2)
    assert live["differences"][0]["kind"] == "model"


async def test_no_place_is_a_refusal_that_is_seen(assessing: Assessing) -> None:
    incident = await assessing.desk.open_incident(
        title="不明事件", class_key="nd.quake", place="不详", area_code="530926"
    )
    await assessing.settle()
    live = await assessing.live(incident)
    assert (live["state"], live["answer"]) == ("refused", None)
    assert live["refusal"]["code"] in {"place_missing", "input_missing"}
    assert live["refusal"]["zh"]
    assert live["refusal"]["en"]


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (ChildLost("killed"), "model_lost"),
        (ChildTooSlow("hung"), "model_too_slow"),
        (ChildFailed("ValueError: x"), "model_failed"),
    ],
)
async def test_a_failure_stands_beside_the_older_answer_until_one_succeeds(
    assessing: Assessing, trouble: Exception, code: str
) -> None:
    incident = await assessing.quake(6.0)
    assessing.here.fails.append(trouble)
    await assessing.figure(incident, "magnitude", 6.6)
    await assessing.settle()
    live = await assessing.live(incident)
    assert (live["no"], live["refusal"]["code"], live["refusal"]["no"]) == (1, code, 2)
    assert live["answer"]["inputs"][0]["median"] == 6.0
    # Anything that might matter asks again, for the machine is not to blame for ever.
    await assessing.figure(incident, "evacuated", 3)
    await assessing.settle()
    live = await assessing.live(incident)
    assert (live["no"], live["refusal"]) == (3, None)
    assert live["answer"]["inputs"][0]["median"] == 6.6


async def test_a_fact_seen_twice_makes_one_version(assessing: Assessing) -> None:
    """Killed between filing and remembering: the follower sees the same facts again."""
    incident = await assessing.quake(6.0)
    async with assessing.desk.city.realm.pool.connection() as conn:
        await conn.execute("DELETE FROM spine.cursor WHERE follower = 'assess'")
    await assessing.settle()
    assert (await assessing.live(incident))["no"] == 1


async def test_only_the_model_files_its_answer(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    refused = await assessing.desk.refused(
        "assessment.file",
        system("assess"),
        incident_id=incident,
        scenario="live",
        asked_hash="0" * 64,
        caused_by={},
        answer={"model": {"id": "tremor", "version": "7"}, "class_key": "nd.quake"},
    )
    assert refused.code == "forbidden"


async def test_a_closed_incident_is_not_assessed_and_a_reopened_one_is_again(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    await assessing.desk.do("incident.close", "leader1", incident_id=incident, reason="处置完毕")
    await assessing.settle()
    assert (await assessing.live(incident))["no"] == 1
    await assessing.desk.do("incident.reopen", "leader1", incident_id=incident, reason="余震")
    await assessing.figure(incident, "magnitude", 6.4)
    await assessing.settle()
    assert (await assessing.live(incident))["no"] == 2


def test_every_figure_that_feeds_a_model_can_be_entered() -> None:
    known = metrics().metrics
    wanted = {
        f"{model.spec.id}.{one.name}": one.fed_by
        for model in catalogue.MODELS
        for one in model.spec.inputs
        if isinstance(one, NumberInput) and one.fed_by is not None
    }
    assert {name: figure for name, figure in wanted.items() if figure not in known} == {}


async def test_what_callers_said_names_the_substance(desk: Desk) -> None:
    """With the models as they are."""
    assessing = Assessing.of(desk)
    call = await desk.do(
        "call.register",
        source="群众来电",
        text="孟定坝口岸附近一辆载有25吨液氯的槽车侧翻，有黄绿色气体冒出",
        point={"lon": 99.08, "lat": 23.55},
    )
    incident = await desk.open_incident(
        title="槽车侧翻泄漏", class_key="ac.chem.leak", place="孟定", from_call=call.result["call_id"]
    )
    await assessing.settle()
    live = await assessing.live(incident)
    assert live["model"]["id"] == "toxic_release"
    given = {one["name"]: one for one in live["answer"]["inputs"]}
    assert given["substance"]["key"] == "chlorine"
    assert "报告文字" in given["substance"]["source_zh"]
    assert given["released_kg"]["median"] == pytest.approx(25_000)

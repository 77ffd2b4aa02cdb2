"""CAP messages: understood as they are meant, refused with the element, hostile ones harmless."""

from datetime import UTC, datetime
from typing import cast

import pytest

from incidents.feeds.base import AlertDraft, FeedRefused
from incidents.feeds.cap import parse
from tests.incidents.messages import RAINSTORM, cap, cap_info, event_code, parameter

AT = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
SQUARE = "<polygon>23.50,99.00 23.50,99.20 23.65,99.20 23.65,99.00 23.50,99.00</polygon>"


def one(raw: bytes) -> AlertDraft:
    parsed = parse(raw, AT)
    assert len(parsed.drafts) == 1
    return parsed.drafts[0]


def refusal(raw: bytes) -> FeedRefused:
    with pytest.raises(FeedRefused) as found:
        parse(raw, AT)
    return found.value


def test_a_red_rainstorm_warning_is_understood_in_chinese() -> None:
    draft = one(RAINSTORM.read_bytes())
    assert draft.external_id == "qxj@example.gov.cn,53092600000000_20260301180000_1"
    assert (draft.headline, draft.source, draft.language) == ("耿马县气象台发布暴雨红色预警", "耿马县气象台", "zh-CN")
    assert (draft.class_key, draft.colour, draft.severity) == ("nd.met.rainstorm", "red", "Extreme")
    assert draft.text == "预计未来3小时孟定镇降雨量将达100毫米以上。\n\n转移危险地带人员。"
    assert draft.sent_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert draft.onset_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert draft.expires_at == datetime(2026, 3, 1, 14, tzinfo=UTC)
    assert draft.areas == ("530926103",)
    # CAP writes latitude first, GeoJSON longitude first
    assert draft.geometry == {
        "type": "Polygon",
        "coordinates": [[[99.0, 23.5], [99.2, 23.5], [99.2, 23.65], [99.0, 23.65], [99.0, 23.5]]],
    }


def test_the_same_message_is_the_same_command_and_another_text_another() -> None:
    raw = RAINSTORM.read_bytes()
    assert one(raw).command_id("cap") == one(raw).command_id("cap")
    assert one(raw).command_id("cap") != one(raw.replace("100毫米".encode(), "150毫米".encode())).command_id("cap")
    assert one(raw).command_id("cap") != one(raw).command_id("other")


@pytest.mark.parametrize(
    ("word", "colour"),
    [("红", "red"), ("橙色", "orange"), ("Yellow", "yellow"), ("蓝色预警", "blue"), ("紫", None)],
)
def test_the_warning_colour_is_what_the_parameter_says(word: str, colour: str | None) -> None:
    assert one(cap(more=parameter("CN:warningLevel", word))).colour == colour


def test_the_colour_is_read_from_an_official_headline_and_nothing_else() -> None:
    assert one(cap(headline="云县发布大风橙色预警")).colour == "orange"
    assert one(cap(headline="红色货车侧翻")).colour is None
    # the colours of other schemes are no Chinese warning colours
    assert one(cap(more=parameter("alert_color", "黃色"))).colour is None
    assert one(cap(severity="Extreme")).colour is None


def test_a_colour_fills_an_unknown_severity_but_never_overrides_one() -> None:
    level = parameter("CN:warningLevel", "黄")
    assert one(cap(severity="Unknown", more=level)).severity == "Moderate"
    assert one(cap(severity="Severe", more=level)).severity == "Severe"


@pytest.mark.parametrize(
    ("more", "event", "key"),
    [
        (event_code("NEWS", "11A51"), "something", "nd.flood.flash"),
        (event_code("SAME", "EQW"), "something", "nd.quake"),
        (event_code("profile:CAP-TWP:Event:1.0", "debrisFlow"), "x", "nd.geo.debris_flow"),
        (event_code("SAME", "CAE"), "Child Abduction", None),
        ("", "山洪灾害", "nd.flood.flash"),
        ("", "Flash Flood Watch", "nd.flood.flash"),
    ],
)
def test_the_class_comes_from_the_code_else_from_the_words(more: str, event: str, key: str | None) -> None:
    assert one(cap(more=more, event=event, headline="x")).class_key == key


@pytest.mark.parametrize(
    ("status", "said", "mark"),
    [
        ("Exercise", "exercise", "【演练】"),
        ("Test", "test", "【测试】"),
        ("System", "system", "【系统消息】"),
        ("Draft", "draft", "【草稿】"),
    ],
)
def test_what_is_not_real_says_so_in_front(status: str, said: str, mark: str) -> None:
    draft = one(cap(status=status, headline="暴雨红色预警"))
    assert draft.status == said
    assert draft.headline.startswith(mark)
    english = one(cap(status=status, headline="Red rainstorm warning", language="en"))
    assert mark in english.headline
    assert english.headline.startswith("[")


def test_a_drill_that_already_says_so_is_not_marked_twice() -> None:
    assert one(cap(status="Exercise", headline="【演练】暴雨红色预警")).headline == "【演练】暴雨红色预警"


def test_magnitude_and_epicentre_of_an_earthquake() -> None:
    more = (
        parameter("EventMagnitudeDescription", "芮氏規模5.5")
        + parameter("EventDepth", "10.0公里")
        + parameter("EventLatLon", "23.759,121.546 0.000")
    )
    draft = one(cap(event="地震", category="Geo", more=more))
    assert (draft.magnitude, draft.depth_km, draft.point) == (5.5, 10.0, (121.546, 23.759))
    # a number of that name in a weather message is not a magnitude
    assert one(cap(more=more)).magnitude is None


def test_a_circle_becomes_an_outline_around_its_centre() -> None:
    draft = one(cap(area="<circle>23.5568,99.0817 10</circle>"))
    assert draft.point == (99.0817, 23.5568)
    ring = cast(list[list[list[float]]], cast(dict[str, object], draft.geometry)["coordinates"])[0]
    lats = [lat for _, lat in ring]
    assert abs((max(lats) - min(lats)) - 20 / 110.75) < 0.002


def test_a_circle_without_radius_is_a_point() -> None:
    draft = one(cap(area="<circle>12.747,-88.783 0.0</circle>"))
    assert (draft.point, draft.geometry) == ((-88.783, 12.747), None)


def test_areas_of_one_message_are_one_area() -> None:
    apart = SQUARE + "<polygon>24.0,99.0 24.0,99.1 24.1,99.1 24.0,99.0</polygon>"
    assert (one(cap(area=apart)).geometry or {})["type"] == "MultiPolygon"
    overlapping = SQUARE + "<polygon>23.6,99.1 23.6,99.3 23.7,99.3 23.7,99.1 23.6,99.1</polygon>"
    assert (one(cap(area=overlapping)).geometry or {})["type"] == "Polygon"


def test_chinese_is_chosen_then_english_then_what_there_is() -> None:
    french, english = cap_info(language="fr", headline="orages"), cap_info(language="en-CA", headline="storm")
    chinese, taiwan = cap_info(language="zh-CN", headline="暴雨"), cap_info(language="zh-TW", headline="豪雨")
    assert one(cap(info=french)).headline == "orages"
    assert one(cap(info=french + english)).headline == "storm"
    assert one(cap(info=french + english + taiwan)).headline == "豪雨"
    assert one(cap(info=taiwan + english + chinese)).headline == "暴雨"


def test_the_worst_block_of_the_language_speaks() -> None:
    blocks = cap_info(severity="Minor", headline="小雨") + cap_info(severity="Extreme", headline="特大暴雨")
    assert one(cap(info=blocks)).headline == "特大暴雨"


def test_update_and_cancel_name_what_they_are_about() -> None:
    named = "a@b.cn,A0,2026-03-01T17:00:00+08:00"
    update, cancel = one(cap(kind="Update", references=named)), one(cap(kind="Cancel", references=named))
    assert (update.references, update.cancels) == (("a@b.cn,A0",), False)
    assert (cancel.references, cancel.cancels) == (("a@b.cn,A0",), True)
    lifted = one(cap(kind="Update", references=named, more=parameter("CN:warningAction", "解除")))
    assert lifted.cancels


def test_a_cancel_needs_no_info() -> None:
    assert one(cap(kind="Cancel", references="a@b.cn,A0,2026-03-01T17:00:00+08:00", info="")).cancels


@pytest.mark.parametrize("kind", ["Ack", "Error"])
def test_acknowledgements_announce_nothing(kind: str) -> None:
    assert list(parse(cap(kind=kind, references="a@b.cn,A0,2026-03-01T17:00:00+08:00"), AT).drafts) == []


def test_cap_1_0_and_1_1_are_read() -> None:
    old = cap(
        namespace="http://www.incident.com/cap/1.0",
        info="<info><event>earthquake</event><urgency>Past</urgency><severity>Minor</severity><certainty>Very Likely"
        "</certainty><eventCode>same=EQW</eventCode><parameter>Magnitude=3.4 Ml</parameter>"
        "<area><areaDesc>x</areaDesc><circle>32.9525,-115.5527 0</circle></area></info>",
    )
    draft = one(old)
    assert (draft.class_key, draft.magnitude, draft.certainty) == ("nd.quake", 3.4, "Likely")
    assert one(cap(namespace="urn:oasis:names:tc:emergency:cap:1.1", certainty="Very Likely")).certainty == "Likely"


def test_messages_in_a_wrapper_are_taken_one_by_one() -> None:
    good, bad = cap(identifier="G"), cap(identifier="B", severity="Terrible")
    inside = b"".join(m.split(b"\n", 1)[1] for m in (good, bad))
    parsed = parse(
        b'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">' + inside + b"</EDXLDistribution>", AT
    )
    assert [d.external_id for d in parsed.drafts] == ["yjj@example.gov.cn,G"]
    assert [r.element for r in parsed.refused] == ["alert[2]/info/severity"]


@pytest.mark.parametrize("encoding", ["gb18030", "gb2312", "big5", "utf-16", "utf-8-sig"])
def test_encodings_that_chinese_systems_use(encoding: str) -> None:
    text = (
        cap(headline="暴雨", area="")
        .decode()
        .replace("孟定镇", "孟定")
        .replace('"UTF-8"', f'"{encoding.removesuffix("-sig")}"')
    )
    assert one(text.encode(encoding)).headline == "暴雨"


HEAD = "<identifier>A1</identifier>"


@pytest.mark.parametrize(
    ("raw", "element"),
    [
        (cap().replace(b"<scope>Public</scope>", b""), "alert/scope"),
        (cap(status="Real"), "alert/status"),
        (cap(kind="Notice"), "alert/msgType"),
        (cap(identifier="a b"), "alert/identifier"),
        (cap(sender="a,b"), "alert/sender"),
        (cap(sent="2026-03-01T18:00:00"), "alert/sent"),
        (cap(sent="yesterday"), "alert/sent"),
        (cap(severity=""), "alert/info/severity"),
        (cap(urgency="Now"), "alert/info/urgency"),
        (cap(certainty="Very Likely"), "alert/info/certainty"),
        (cap(category="Weather"), "alert/info/category"),
        (cap(event=" "), "alert/info/event"),
        (cap(more="<expires>soon</expires>"), "alert/info/expires"),
        (cap(kind="Update"), "alert/references"),
        (cap(kind="Cancel", references="only-a-name"), "alert/references"),
        (cap(area="<polygon>23,100 24,101 23,101 24,100 23,100</polygon>"), "alert/info/area/polygon"),
        (cap(area="<polygon>23,100 24,101 23,101</polygon>"), "alert/info/area/polygon"),
        (cap(area="<polygon>23,100 24,101 23,101 23,102</polygon>"), "alert/info/area/polygon"),
        (cap(area="<polygon>99,23 99,24 100,24 99,23</polygon>"), "alert/info/area/polygon"),
        (cap(area="<polygon>23,99 nan,24 24,100 23,99</polygon>"), "alert/info/area/polygon"),
        (cap(area=SQUARE + "<circle>23,99</circle>"), "alert/info/area/circle"),
        (cap(area="<circle>23,99 -5</circle>"), "alert/info/area/circle"),
        (cap().replace(b"<areaDesc>", b"<x>").replace(b"</areaDesc>", b"</x>"), "alert/info/area/areaDesc"),
        (cap(more=f"<description>{'长' * 20_001}</description>"), "alert/info/description"),
        (b"<rss><channel/></rss>", "rss"),
        (b"", "document"),
        (b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><info>", "alert/info"),
        (cap().replace(b"</identifier>", b"</identifer>"), "alert/identifier"),
    ],
)  # fmt: skip
def test_bad_messages_are_refused_with_the_element(raw: bytes, element: str) -> None:
    found = refusal(raw)
    assert found.element == element
    assert found.zh
    assert found.en


def test_a_refusal_names_the_line() -> None:
    assert refusal(cap(status="Real")).line == 6
    assert "第6行" in refusal(cap(status="Real")).zh


DOCTYPE = b'<?xml version="1.0"?>\n<!DOCTYPE alert [%s]>\n<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>'


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!ENTITY x SYSTEM "file:///etc/hostname">',
        b'<!ENTITY x SYSTEM "http://127.0.0.1:9/x">',
        b'<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        b'<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;',
        b"<!ELEMENT alert ANY>",
    ],
)
def test_document_types_are_not_read(declaration: bytes) -> None:
    assert refusal(DOCTYPE.replace(b"%s", declaration)).element == "!DOCTYPE"


@pytest.mark.parametrize(
    "raw",
    [
        cap().replace("暴雨".encode(), b"a\x00b", 1),
        cap().replace(b"UTF-8", b"utf-7"),
        cap().replace("暴雨".encode(), b"\xff\xfe", 1),
        b"<a>" * 5000,
        b"<alert>" + b"<x/>" * 60_000 + b"</alert>",
        b"<alert " + b" ".join(b"a%d='1'" % n for n in range(100)) + b"/>",
        b"<x>" + b" " * (8 * 1024 * 1024) + b"</x>",
        cap() + cap(),
        b"\xff\xfe<\x00",
    ],
)
def test_hostile_documents_are_refused(raw: bytes) -> None:
    assert refusal(raw).zh


def test_markup_in_a_headline_stays_text() -> None:
    said = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert one(cap(headline=said)).headline == "<script>alert(1)</script>"

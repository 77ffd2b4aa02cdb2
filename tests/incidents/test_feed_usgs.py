"""USGS earthquake summaries: every feature, or the reason why not."""

import json
from datetime import UTC, datetime
from typing import cast

import pytest

from incidents.feeds.base import FeedRefused
from incidents.feeds.detect import detect
from incidents.feeds.detect import parse as parse_any
from incidents.feeds.usgs import parse
from tests.incidents.messages import QUAKES, cap

AT = datetime(2026, 3, 1, 10, 20, tzinfo=UTC)


def test_every_feature_becomes_a_draft_newest_first() -> None:
    parsed = parse(QUAKES.read_bytes(), AT)
    assert [d.external_id for d in parsed.drafts] == ["xx2026aaaa", "xx2026bbbb", "xx2026cccc"]
    quake = parsed.drafts[0]
    assert (quake.magnitude, quake.depth_km, quake.point) == (6.3, 10.4, (99.1, 23.3))
    assert (quake.class_key, quake.headline) == ("nd.quake", "M 6.3 - 12 km W of Cangyuan, China")
    assert quake.onset_at == datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
    assert quake.sent_at == datetime(2026, 3, 1, 10, 17, tzinfo=UTC)
    assert quake.references == ("yy17",)


def test_the_pager_colour_is_no_warning_colour() -> None:
    quake = parse(QUAKES.read_bytes(), AT).drafts[0]
    assert quake.colour is None
    assert "PAGER loss estimate orange (not a warning colour)" in quake.text


def test_blasts_unknown_magnitudes_and_withdrawals() -> None:
    _, blast, withdrawn = parse(QUAKES.read_bytes(), AT).drafts
    assert (blast.class_key, blast.magnitude, blast.depth_km) == ("nd.quake.induced", None, None)
    assert withdrawn.cancels
    assert not blast.cancels


def test_one_bad_feature_does_not_hold_up_the_others() -> None:
    parsed = parse(QUAKES.read_bytes(), AT)
    assert [(r.element, "out of range" in r.en) for r in parsed.refused] == [("features[3].geometry.coordinates", True)]


def test_an_update_is_another_revision_of_the_same_message() -> None:
    first = parse(QUAKES.read_bytes(), AT).drafts[0]
    later = parse(QUAKES.read_bytes().replace(b"1772360220000", b"1772360999000"), AT).drafts[0]
    assert first.external_id == later.external_id
    assert first.revision != later.revision
    assert first.command_id("usgs") != later.command_id("usgs")


def bent(path: str, value: object) -> bytes:
    """The first feature with one member set to `value`."""
    document = json.loads(QUAKES.read_bytes())
    feature = document["features"][0]
    *above, last = path.split(".")
    holder: dict[str, object] = feature
    for name in above:
        holder = cast(dict[str, object], holder[name])
    holder[last] = value
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


@pytest.mark.parametrize(
    ("path", "value", "element"),
    [
        ("id", None, "id"),
        ("properties", None, "properties"),
        ("properties.mag", "6.3", "properties.mag"),
        ("properties.mag", 63, "properties.mag"),
        ("properties.time", "now", "properties.time"),
        ("properties.time", 1e300, "properties.time"),
        ("properties.time", True, "properties.time"),
        ("geometry", None, "geometry"),
        ("geometry.type", "Polygon", "geometry"),
        ("geometry.coordinates", [1], "geometry.coordinates"),
        ("geometry.coordinates", [None, 23, 1], "geometry.coordinates"),
        ("geometry.coordinates", [99, 23, 9999], "geometry.coordinates"),
    ],
)
def test_a_bent_feature_is_refused_with_its_element(path: str, value: object, element: str) -> None:
    parsed = parse(bent(path, value), AT)
    assert list(parsed.drafts) == []
    assert [r.element for r in parsed.refused] == [f"features[0].{element}"]


@pytest.mark.parametrize(
    ("raw", "element"),
    [
        (b"{", "document"),
        (b"[1]", "document"),
        (b"[" * 100_000, "document"),
        (b'{"type":"FeatureCollection","features":NaN}', "document"),
        (b"\xff\xfe{", "document"),
        (b'{"type":"Feature"}', "type"),
        (b'{"type":"FeatureCollection"}', "features"),
        (b'{"type":"FeatureCollection","features":[' + b",".join([b"1"] * 20_001) + b"]}", "features"),
    ],
)
def test_a_document_that_is_none_is_refused(raw: bytes, element: str) -> None:
    with pytest.raises(FeedRefused) as found:
        parse(raw, AT)
    assert found.value.element == element


def test_the_format_is_seen_in_the_content() -> None:
    assert detect(QUAKES.read_bytes()) == "usgs"
    assert detect(cap()) == "cap"
    assert detect(b"\xef\xbb\xbf \n" + cap()) == "cap"
    assert len(parse_any(QUAKES.read_bytes(), AT).drafts) == 3
    for rubbish in (b"", b"hello", b"\x89PNG"):
        assert detect(rubbish) is None
        with pytest.raises(FeedRefused):
            parse_any(rubbish, AT)

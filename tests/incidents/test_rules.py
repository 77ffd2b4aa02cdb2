"""The shipped rule files load, and a slip in an edited one is named instead of believed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidents.catalogue import incident_catalogue
from incidents.classification import catalogue
from incidents.feeds.event_codes import event_codes, load_event_codes
from incidents.metrics import load_metrics, metrics
from incidents.reporting import load_reporting, reporting
from incidents.rule_file import RULES, RuleTrouble
from incidents.transitions import load_transitions, transitions
from spine.canonical import encode
from spine.errors import Refused

AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def bent(name: str, tmp_path: Path, old: str, new: str) -> Path:
    text = (RULES / name).read_text("utf-8")
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_everything_that_is_shipped_loads() -> None:
    assert set(transitions()) == {"alert", "call", "incident"}
    assert reporting().most_alerts_on_board > 0
    assert event_codes().usgs_type("earthquake") == "nd.quake"
    assert encode(incident_catalogue())


def test_every_rule_names_its_source() -> None:
    content = incident_catalogue()
    for part in ("rule_sets", "report_limits"):
        rows = content[part]
        assert isinstance(rows, list)
        assert rows
        for row in rows:
            assert isinstance(row, dict)
            assert row["source_zh"]
            assert row["source_en"]


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        ("to: attached}", "to: merged}", "unknown state"),
        ("by: call.dismiss, to: dismissed}", "by: incident.attach, to: dismissed}", "two moves"),
        ("version: 1", "version: 1\nmood: good", "Extra inputs"),
    ],
)
def test_a_slip_in_the_transitions(tmp_path: Path, old: str, new: str, trouble: str) -> None:
    with pytest.raises(RuleTrouble, match=trouble):
        load_transitions(bent("transitions.yaml", tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        ('applies: ["*"]', "applies: [nd]", "needs a row for everything"),
        ("phone_minutes: 30", "phone_minutes: 0", "greater than 0"),
        ("{red: 10, orange: 30}", "{purple: 10}", "no warning colour"),
    ],
)
def test_a_slip_in_the_limits(tmp_path: Path, old: str, new: str, trouble: str) -> None:
    with pytest.raises(RuleTrouble, match=trouble):
        load_reporting(bent("reporting.yaml", tmp_path, old, new))


def test_a_limit_of_its_own_for_a_class_and_a_grade(tmp_path: Path) -> None:
    row = (
        "first_report:\n  - {applies: [nd.quake], grades: [I, II], phone_minutes: 15, written_minutes: 30, "
        "to: {zh: 省, en: province}, source: {zh: 甲, en: a}, src: K, verified: false}\n"
    )
    rules = load_reporting(bent("reporting.yaml", tmp_path, "first_report:\n", row))
    phone, written = rules.first_report("nd.quake", AT, grade="II")
    assert (phone.due_at - AT).total_seconds() == 15 * 60
    assert (written.due_at - AT).total_seconds() == 30 * 60
    assert (rules.first_report("nd.quake", AT, grade="III")[0].due_at - AT).total_seconds() == 30 * 60
    assert (rules.first_report("ac.fire", AT, grade="I")[0].due_at - AT).total_seconds() == 30 * 60


def test_a_colour_that_asks_for_no_answer_starts_no_clock() -> None:
    assert reporting().alert_answer("yellow", "x", AT) is None
    assert reporting().alert_answer(None, "x", AT) is None
    limit = reporting().alert_answer("red", "暴雨", AT)
    assert limit is not None
    assert (limit.title_zh, limit.title_en) == ("红色预警待应答：暴雨", "Red warning to be answered: 暴雨")


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        ("sum: [dead, missing]", "sum: [dead, lost]", "lost is not known"),
        ("sum: [dead, missing]", "sum: [dead], first: [missing]", "exactly one"),
    ],
)
def test_a_slip_in_the_metrics(tmp_path: Path, old: str, new: str, trouble: str) -> None:
    with pytest.raises(RuleTrouble, match=trouble):
        load_metrics(bent("metrics.yaml", tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        ("EQW: nd.quake", "EQW: nd.nothing", "no class nd.nothing"),
        ("blue: Minor}", "blue: Mild}", "unknown severity"),
        ("  blue: [蓝", "  azure: [蓝", "colours are"),
    ],
)
def test_a_slip_in_the_event_codes(tmp_path: Path, old: str, new: str, trouble: str) -> None:
    with pytest.raises(RuleTrouble, match=trouble):
        load_event_codes(bent("event_codes.yaml", tmp_path, old, new), catalogue())


def test_a_rule_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics.yaml"
    path.write_text("a: [", "utf-8")
    with pytest.raises(RuleTrouble, match=r"metrics\.yaml"):
        load_metrics(path)


@pytest.mark.parametrize(
    ("figures", "key", "value"),
    [
        ({"dead": 3.0}, "deaths_incl_missing", 3.0),
        ({"missing": 2.0}, "deaths_incl_missing", 2.0),
        ({"dead": 3.0, "missing": 2.0}, "deaths_incl_missing", 5.0),
        ({}, "deaths_incl_missing", None),
        ({"injured": 5.0, "serious_injured": 2.0, "light_injured": 1.0}, "injured_total", 5.0),
        ({"serious_injured": 2.0, "light_injured": 9.0}, "injured_total", 11.0),
        ({"burnt_ha": 9.0}, "forest_ha", 9.0),
        ({"burnt_ha": 9.0, "forest_damaged_ha": 4.0}, "forest_ha", 4.0),
    ],
)
def test_computed_quantities_leave_out_what_is_not_known(
    figures: dict[str, float], key: str, value: float | None
) -> None:
    known = metrics().known(key, figures)
    assert (known.value if known else None) == value


def test_a_step_that_is_not_possible_names_the_state_in_words() -> None:
    with pytest.raises(Refused) as found:
        transitions()["incident"].step("closed", "incident.close", "事件", "incident", "data.incident_id")
    assert (found.value.code, found.value.status) == ("illegal_transition", 409)
    assert "已办结" in found.value.zh

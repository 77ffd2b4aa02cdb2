"""What the words of a report say of a model's inputs, and who is believed before them."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from incidents.assessments.asked import Situation, asked
from incidents.assessments.assessment import LIVE
from incidents.incident import Figure, Incident
from tests.conftest import T0


def blank(fields: Iterable[str], **known: object) -> dict[str, Any]:
    """Every field, None where nothing is said."""
    return {**dict.fromkeys(fields), **known}


def situation(title: str, figures: tuple[Figure, ...] = (), description: str | None = None) -> Situation:
    known = blank(
        Incident.__slots__, id=uuid4(), no="1", title=title, class_key="ac.chem.leak", area_code="530926",
        lon=99.0, lat=23.5, occurred_at=T0, description=description,
    )  # fmt: skip
    return Situation(Incident(**known), figures, (), (), (), "test")


def given(of: Situation) -> dict[str, Any]:
    first = asked(of, LIVE).candidates[0]
    assert first.model.spec.id == "toxic_release"
    return {name: source.value for name, source in first.given.items()}


def test_the_title_names_substance_container_and_load() -> None:
    assert given(situation("一辆载有25吨液氯的槽车侧翻泄漏")) == {
        "substance": "chlorine",
        "container": "truck",
        "released_kg": 25_000,
    }


def test_so_does_the_description_and_nothing_is_made_up() -> None:
    assert given(situation("冷库泄漏", description="疑似液氨"))["substance"] == "ammonia"
    assert given(situation("化工厂有异味")) == {}


def test_a_figure_is_believed_before_words() -> None:
    known = blank(Figure.__slots__, metric="released_kg", value=3000.0, source="现场", observed_at=T0)
    assert given(situation("25吨液氯槽车泄漏", (Figure(**known),)))["released_kg"] == 3000.0

"""What every hazard model keeps, whatever it is about. A new model is covered by adding its examples to `tests/gis/hazard_cases.py`."""

import json
import math
import socket
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest
from shapely import Point, box
from shapely.geometry import shape

from gis.exposure.points import ExposurePoints
from gis.hazards.catalogue import MODELS, model_for, model_named, models_for, spec_json
from gis.hazards.ground import Ground, empty_ground
from gis.hazards.inputs import ChoiceInput, NumberInput, SeriesInput, read_inputs
from gis.hazards.model import HazardModel
from gis.hazards.needs import need_rules
from gis.hazards.outcomes import OUTCOMES
from gis.hazards.run import run
from gis.hazards.sampling import Uncertain
from incidents.classification import catalogue
from spine.errors import Refused
from tests.gis.hazard_cases import EXAMPLES, Example
from tests.gis.hazard_ground import DAY, LAT, LON, case, ground, valley

Model = HazardModel[Any]
SMALL = 200
_NAMED = {model.spec.id: model for model in MODELS}
_ALL = [(id_, example) for id_, examples in EXAMPLES.items() for example in examples]
EVERY = pytest.mark.parametrize(("id_", "example"), _ALL, ids=[f"{id_}: {example.name}" for id_, example in _ALL])
# One without examples fails once (`test_every_model_has_examples`), not everywhere.
_SHOWN = [model for model in MODELS if model.spec.id in EXAMPLES]
EACH = pytest.mark.parametrize("model", _SHOWN, ids=[model.spec.id for model in _SHOWN])
CASUALTIES = {key for key, outcome in OUTCOMES.items() if outcome.casualty}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a hazard model opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)


@pytest.fixture(scope="module")
def town() -> Ground:
    return replace(ground(2500), heights=valley(0.002))  # coarse: thousands of answers come from it


def told(model: Model, example: Example, where: Ground, *, draws: int = SMALL, seed: int = 5309, **more: Any) -> Any:
    asked = case(model, example.inputs, class_key=example.class_key, **more)
    answer = {**run(model, asked, where, seed=seed, draws=draws).to_json(), "timings": None}
    return json.loads(json.dumps(answer, allow_nan=False, ensure_ascii=False))


class Plain:
    """The answers to the examples as they are, made once for all tests that only read them."""

    def __init__(self, where: Ground) -> None:
        self.where = where
        self._made: dict[tuple[str, str], Any] = {}

    def __call__(self, id_: str, example: Example) -> Any:
        key = id_, example.name
        if key not in self._made:
            self._made[key] = told(model_named(id_), example, self.where)
        return deepcopy(self._made[key])


@pytest.fixture(scope="module")
def plain(town: Ground) -> Plain:
    return Plain(town)


def losses_of(model: Model, example: Example, where: Ground, draws: int = SMALL) -> dict[str, Any]:
    """What the model itself makes of it: prepared and drawn once, without the runner's questions about what would change it."""
    asked = case(model, example.inputs, class_key=example.class_key)
    prepared = model.prepare(asked, where)
    sample = Uncertain(model.spec, asked.inputs, asked.at, where).draw(draws, 5309)
    return dict(model.losses(prepared, sample))


def told_or_refused(model: Model, example: Example, where: Ground, **more: Any) -> tuple[Any, Refused | None]:
    try:
        return told(model, example, where, draws=100, **more), None
    except Refused as refusal:
        return None, refusal


def without_people(where: Ground) -> Ground:
    """The same place with nobody there: counted, and found to be empty."""
    points = where.points
    assert points is not None
    nobody = np.zeros(len(points))
    counted = ExposurePoints(points.lon, points.lat, _townships(points), nobody, nobody, nobody, points.townships)
    return replace(where, points=counted)


def _townships(points: ExposurePoints) -> Any:
    width = 0.6 / points.townships
    return ((points.lon - 98.7) / width).astype(np.int64)


def test_every_model_has_examples() -> None:
    assert set(EXAMPLES) == set(_NAMED)
    assert all(examples for examples in EXAMPLES.values())


@EVERY
def test_the_same_seed_gives_the_same_answer(id_: str, example: Example, town: Ground, plain: Plain) -> None:
    assert told(model_named(id_), example, town) == plain(id_, example)


@EVERY
def test_nothing_global_is_touched_and_runs_do_not_disturb_each_other(
    id_: str, example: Example, town: Ground, plain: Plain
) -> None:
    model = model_named(id_)
    np.random.seed(7)
    before = repr(np.random.get_state())
    alone = plain(id_, example)
    other = losses_of(model, EXAMPLES[id_][0], town)
    assert told(model, example, town) == alone
    again = losses_of(model, EXAMPLES[id_][0], town)
    assert all(np.array_equal(other[name], again[name]) for name in other)
    assert repr(np.random.get_state()) == before


@EVERY
def test_each_person_is_in_one_band_and_all_are_there(id_: str, example: Example, town: Ground) -> None:
    """Bands are disjoint and add up to everybody inside the widest zone; zones grow outwards."""
    model = model_named(id_)
    prepared = model.prepare(case(model, example.inputs, class_key=example.class_key), town)
    areas = [zone.polygon for zone in prepared.zones]
    if not areas:
        pytest.skip("nothing is reached: there is no zone to count in")
    bands = [band for band in town.bands(areas) if band is not None]
    each = [inside.people_night for inside in town.each(areas)]
    assert all(night is not None for night in each)
    widest = max(float(night.sum()) for night in each if night is not None)
    assert sum(float(band[1].sum()) for band in bands) == pytest.approx(widest)
    counts = [float(night.sum()) for night in each if night is not None]
    assert all(strong <= weak + 1e-9 for strong, weak in pairwise(counts))


@EVERY
def test_worse_is_never_better(id_: str, example: Example, town: Ground) -> None:
    if example.worse is None:
        pytest.skip("this example names nothing worse")
    model = model_named(id_)
    now = _medians(model, example, town)
    later = _medians(model, replace(example, inputs={**example.inputs, **example.worse}), town)
    primary = model.spec.outcomes[0]
    assert later[primary] >= now[primary]


def _medians(model: Model, example: Example, where: Ground) -> dict[str, float]:
    return {name: float(np.median(values)) for name, values in losses_of(model, example, where).items()}


def _severe() -> list[tuple[str, Example, NumberInput]]:
    return [
        (id_, example, spec)
        for id_, example in _ALL
        for spec in _NAMED[id_].spec.inputs
        if isinstance(spec, NumberInput) and spec.severe
    ]


@pytest.mark.parametrize(
    ("id_", "example", "spec"),
    _severe(),
    ids=[f"{id_}: {example.name}: {spec.name}" for id_, example, spec in _severe()],
)
def test_inputs_that_are_declared_severe_are(id_: str, example: Example, spec: NumberInput, town: Ground) -> None:
    """Up (or down) a ladder over its calibrated range, everything else as it is: the median of the primary outcome never falls."""
    model = model_named(id_)
    low, high = spec.calibrated or (spec.low, spec.high)
    if spec.name in example.inputs and isinstance(example.inputs[spec.name], int | float):
        at = float(example.inputs[spec.name])  # type: ignore[arg-type]
        low, high = max(low, at / 2), min(high, max(at * 2, low + 1e-6))
    elif spec.prior is not None:
        within = spec.prior.dist.within(spec.low, spec.high)
        low, high = max(low, within.at(0.1)), min(high, within.at(0.9))
    if not low < high:
        pytest.skip("its range has no room here")
    if model.spec.outcomes[0] not in _medians(model, example, town):
        pytest.skip("what it is about cannot be known in this example")
    ladder = np.linspace(low, high, 4).tolist()
    found = [
        _medians(model, replace(example, inputs={**example.inputs, spec.name: value}), town)[model.spec.outcomes[0]]
        for value in ladder
    ]
    if spec.severe < 0:
        found = found[::-1]
    assert all(less <= more * (1 + 1e-9) + 1e-9 for less, more in pairwise(found)), found


@EVERY
def test_order_and_splitting_of_points_do_not_matter(id_: str, example: Example, town: Ground, plain: Plain) -> None:
    model, points = model_named(id_), town.points
    assert points is not None
    usual = plain(id_, example)
    turn, twice = slice(None, None, -1), np.tile(np.arange(len(points)), 2)
    share = np.concatenate((np.full(len(points), 0.25), np.full(len(points), 0.75)))
    turned, split = _picked(points, turn), _picked(points, twice, share)
    for other in (turned, split):
        changed = told(model, example, replace(town, points=other))
        _alike(usual["outcomes"], changed["outcomes"])
        _alike(usual["zones"], changed["zones"])


def _picked(points: ExposurePoints, which: Any, share: Any = 1.0) -> ExposurePoints:
    """These points in this order, each with this share of its people."""
    return ExposurePoints(
        points.lon[which].copy(),
        points.lat[which].copy(),
        _townships(points)[which].copy(),
        points.day[which] * share,
        points.night[which] * share,
        points.buildings[which] * share,
        points.townships,
    )


def _alike(one: Any, other: Any) -> None:
    if isinstance(one, dict):
        left, right = cast(dict[str, Any], one), cast(dict[str, Any], other)
        assert set(left) == set(right)
        for key, value in left.items():
            _alike(value, right[key])
    elif isinstance(one, list):
        rows, others = cast(list[Any], one), cast(list[Any], other)
        assert len(rows) == len(others)
        for value, beside in zip(rows, others, strict=True):
            _alike(value, beside)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-6, abs=0.011)
    else:
        assert one == other


@EVERY
def test_what_needs_people_is_unknown_without_them_and_nothing_where_nobody_is(
    id_: str, example: Example, town: Ground
) -> None:
    """An outcome that hangs on who is there is null while nobody has counted, and 0 where everybody has been counted to be none."""
    model = model_named(id_)
    unknown = told(model, example, empty_ground())
    uncounted = told(model, example, replace(town, points=None))
    hanging = {name for name, one in uncounted["outcomes"].items() if one["p50"] is None}
    given = set(losses_of(model, example, town))
    assert all(zone["people"] is None for zone in unknown["zones"])
    assert not unknown["exposure"]["loaded"]
    assert unknown["priority"] == []
    nobody = told(model, example, without_people(town))
    for name in hanging & given:
        assert nobody["outcomes"][name]["p90"] == 0, name
        assert nobody["outcomes"][name]["band_probabilities"][0] == 1, name
    assert all(zone["people"]["p90"] == 0 for zone in nobody["zones"])


@EVERY
def test_inputs_come_out_as_they_went_in(id_: str, example: Example, plain: Plain) -> None:
    model = model_named(id_)
    rows = {row["name"]: row for row in plain(id_, example)["inputs"]}
    assert set(rows) == {spec.name for spec in model.spec.inputs}
    for spec in model.spec.inputs:
        value, row = example.inputs.get(spec.name), rows[spec.name]
        assert row["origin"] == ("given" if value is not None else row["origin"])
        assert row["origin"] != "given" or value is not None
        if value is not None and isinstance(spec, NumberInput) and isinstance(value, int | float):
            assert row["median"] == pytest.approx(value, rel=0.02)
            assert row["unit_zh"] == spec.unit_zh
            assert row["unit_en"] == spec.unit_en
        if value is not None and isinstance(spec, ChoiceInput):
            assert row["key"] == value
        if value is not None and isinstance(spec, SeriesInput):
            assert row["series"] == value


@EVERY
def test_the_answer_is_whole(id_: str, example: Example, plain: Plain) -> None:
    """Percentiles in order, bands that add up, words in both languages, polygons that are valid, nothing infinite."""
    answer = plain(id_, example)
    for name, one in answer["outcomes"].items():
        if one["p50"] is None:
            continue
        assert 0 <= one["p10"] <= one["p50"] <= one["p90"], name
        assert math.fsum(one["band_probabilities"]) == pytest.approx(1, abs=1e-3)
        assert one["best_zh"]
        assert one["best_en"]
    assert answer["primary"] in answer["outcomes"]
    assert answer["footprints"] or not answer["zones"]
    for footprint in answer["footprints"]:
        drawn = shape(footprint["geometry"])
        assert drawn.is_valid
        assert not drawn.is_empty
    for part in ("limits", "assumptions", "notes"):
        codes = [row["code"] for row in answer[part]]
        assert len(codes) == len(set(codes)), codes
    _bilingual(answer)
    if answer["casualties"] == "not_estimated":
        assert not CASUALTIES & set(answer["outcomes"])
    assert 0 <= math.fsum(answer["errors"]["shares"].values()) <= 1 + 1e-2
    assert answer["confidence"]["letter"] in "ABCD"


def _bilingual(part: Any, at: str = "") -> None:
    """Wherever there is a Chinese text there is an English one beside it, and neither is empty while the other is not."""
    if isinstance(part, dict):
        rows = cast(dict[str, Any], part)
        for key, value in rows.items():
            if key == "zh" or key.endswith("_zh"):
                english = rows[key[:-2] + "en"]
                assert bool(value) == bool(english) or key == "unit_zh", f"{at}.{key}: {value!r} / {english!r}"
            _bilingual(value, f"{at}.{key}")
    elif isinstance(part, list):
        for index, row in enumerate(cast(list[Any], part)):
            _bilingual(row, f"{at}.{index}")


@EACH
def test_every_choice_prior_and_source_is_said_in_both_languages(model: Model) -> None:
    _bilingual(spec_json(model))
    spec = model.spec
    assert spec.sources
    assert spec.weaknesses_zh
    assert len(spec.weaknesses_zh) == len(spec.weaknesses_en)
    names = [one.name for one in spec.inputs] + [parameter.name for parameter in spec.parameters]
    assert len(names) == len(set(names))
    for one in spec.inputs:
        assert one.zh
        assert one.en
        if isinstance(one, NumberInput) and one.prior is not None:
            assert one.prior.zh
            assert one.prior.en
            dist = one.prior.dist.within(one.low, one.high)
            assert one.low <= dist.at(1e-6) <= dist.at(1 - 1e-6) <= one.high
        if isinstance(one, ChoiceInput):
            assert len({choice.key for choice in one.choices}) == len(one.choices)
            if one.prior is not None:
                assert one.prior in {choice.key for choice in one.choices}
                assert one.prior_zh
                assert one.prior_en
    for parameter in spec.parameters:
        assert parameter.source_zh
        assert parameter.source_en
    if spec.casualties == "not_estimated":
        assert not CASUALTIES & set(spec.outcomes)


def _numbers() -> list[tuple[Model, NumberInput]]:
    return [(model, one) for model in _SHOWN for one in model.spec.inputs if isinstance(one, NumberInput)]


@pytest.mark.parametrize(
    ("model", "spec"), _numbers(), ids=[f"{model.spec.id}: {spec.name}" for model, spec in _numbers()]
)
def test_what_cannot_be_is_refused_by_its_name(model: Model, spec: NumberInput) -> None:
    span = spec.high - spec.low
    for value in (
        spec.low - 1e-3 * span - 1e-9,
        spec.high + 1e-3 * span + 1e-9,
        math.nan,
        math.inf,
        -math.inf,
        True,
        "5",
    ):
        with pytest.raises(Refused) as refusal:
            read_inputs(model.spec.inputs, {**EXAMPLES[model.spec.id][0].inputs, spec.name: value})
        assert refusal.value.code == "hazard_input"
        assert refusal.value.field == f"inputs.{spec.name}"
        assert refusal.value.zh
        assert refusal.value.en


def _ends() -> list[tuple[str, NumberInput, float]]:
    return [(model.spec.id, spec, end) for model, spec in _numbers() for end in (spec.low, spec.high)]


@pytest.mark.parametrize(
    ("id_", "spec", "end"), _ends(), ids=[f"{id_}: {spec.name} = {end:g}" for id_, spec, end in _ends()]
)
def test_the_ends_of_what_is_allowed_are_answered_or_refused_never_nan(
    id_: str, spec: NumberInput, end: float, town: Ground
) -> None:
    """Zero wind, no depth, the greatest magnitude: a finite answer, flagged where it is outside the calibrated range, or a refusal."""
    model = model_named(id_)
    base = EXAMPLES[id_][0]
    example = replace(base, inputs={**base.inputs, spec.name: end})
    if spec.calibrated is not None and not spec.calibrated[0] <= end <= spec.calibrated[1]:
        answer, refusal = told_or_refused(model, example, town)
        if refusal is None:
            limits = {limit["code"]: limit["outside"] for limit in answer["limits"]}
            assert limits.get(f"outside_{spec.name}") is True
            return
    else:
        refusal = _refusal(model, example, town)
    assert refusal is None or refusal.field


def _refusal(model: Model, example: Example, where: Ground) -> Refused | None:
    """The model's refusal of this, or nothing if it gives finite numbers."""
    try:
        found = losses_of(model, example, where, 100)
    except Refused as refusal:
        return refusal
    assert all(bool(np.isfinite(values).all() and (values >= 0).all()) for values in found.values())
    return None


@EACH
@pytest.mark.parametrize("name", ["ms", "magnitude", "wind_ms"])
def test_magnitude_twelve_and_a_wind_that_is_no_number(model: Model, name: str) -> None:
    spec = next((one for one in model.spec.inputs if isinstance(one, NumberInput) and one.name == name), None)
    if spec is None:
        return
    bad = (12.0, math.nan) if name != "wind_ms" else (-1.0, math.inf)
    for value in bad:
        with pytest.raises(Refused) as refusal:
            read_inputs(model.spec.inputs, {name: value})
        assert refusal.value.field == f"inputs.{name}"


@EVERY
def test_an_area_drawn_by_hand_is_kept(id_: str, example: Example, town: Ground) -> None:
    """Inside it the hazard is at least the weakest level, outside nothing."""
    drawn = box(LON - 0.02, LAT - 0.015, LON + 0.03, LAT + 0.02)
    answer = told(model_named(id_), example, town, footprint=drawn)
    widest = answer["zones"][-1]
    inside = town.each([drawn])[0].people_night
    assert inside is not None
    assert widest["people_night"] == pytest.approx(float(inside.sum()), abs=1)
    assert any(footprint["basis"] == "drawn" for footprint in answer["footprints"])
    zones = [f for f in answer["footprints"] if f["kind"] == "zone" or f["basis"] == "drawn"]
    for footprint in zones:
        outside = shape(footprint["geometry"]).difference(drawn)
        assert outside.area <= 1e-6 * drawn.area, footprint["key"]


@EVERY
def test_a_facility_taken_out_is_gone(id_: str, example: Example, town: Ground, plain: Plain) -> None:
    model = model_named(id_)
    whole = plain(id_, example)
    less = told(model, example, town, excluded=frozenset({"s1", "h1", "d1"}))
    for listed in less["lists"]:
        assert not {"s1", "h1", "d1"} & {row["id"] for row in listed["rows"]}
    by_key = {zone["key"]: zone for zone in less["zones"]}
    for zone in whole["zones"]:
        if zone["key"] in by_key and zone["schools"]:
            assert by_key[zone["key"]]["schools"] <= zone["schools"]


@EVERY
def test_day_and_night_are_both_answered(id_: str, example: Example, town: Ground, plain: Plain) -> None:
    model = model_named(id_)
    for answer in (told(model, example, town, at=DAY), plain(id_, example)):
        assert answer["outcomes"][model.spec.outcomes[0]]["best_zh"]


@EACH
def test_losses_are_cheap_and_leave_the_sample_alone(model: Model, town: Ground) -> None:
    """`losses` is called many times with the same draws: it may not write into them."""
    example = EXAMPLES[model.spec.id][0]
    asked = case(model, example.inputs, class_key=example.class_key)
    prepared = model.prepare(asked, town)
    sample = Uncertain(model.spec, asked.inputs, asked.at, town).draw(50, 1)
    before = {name: values.copy() for name, values in sample.items()}
    first = {name: values.copy() for name, values in model.losses(prepared, sample).items()}
    second = model.losses(prepared, sample)
    assert all(np.array_equal(before[name], sample[name]) for name in before)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert set(first) <= set(model.spec.outcomes)


# ---- coverage of the catalogue ----------------------------------------------------------------------------------------------------

_PICKABLE = [row.key for row in catalogue().classes.values() if row.pick]


@pytest.mark.parametrize("class_key", _PICKABLE)
def test_every_class_that_can_be_chosen_gets_an_answer_without_any_input(class_key: str, town: Ground) -> None:
    """From the most particular model that can do without; one that cannot names the input that it needs."""
    candidates = models_for(class_key)
    assert candidates[0] is model_for(class_key)
    for model in candidates:
        answer, refusal = told_or_refused(model, Example("", {}, class_key=class_key), town)
        if refusal is not None:
            assert refusal.code == "input_missing"
            assert refusal.field is not None
            assert refusal.field.removeprefix("inputs.") in {one.name for one in model.spec.inputs}
            continue
        assert answer["class_key"] == class_key
        assert answer["summary_zh"]
        if class_key.startswith("ss"):
            assert answer["casualties"] == "not_estimated"
            assert not CASUALTIES & set(answer["outcomes"])
        return
    pytest.fail("no model answers")


@pytest.mark.parametrize("class_key", _PICKABLE)
def test_no_social_security_class_is_spoken_for_by_a_model_of_casualties(class_key: str) -> None:
    if class_key == "ss" or class_key.startswith("ss."):
        assert all(model.spec.casualties == "not_estimated" for model in models_for(class_key))


# ---- needs ------------------------------------------------------------------------------------------------------------------------


def test_every_rule_of_needs_can_be_met_and_names_its_classes_and_source() -> None:
    families = set(catalogue().classes)
    estimated = {name for model in MODELS for name in model.spec.outcomes}
    for rule in need_rules().rules:
        assert set(rule.classes) <= families, rule.id
        assert rule.metric in OUTCOMES, rule.id
        assert rule.source.zh
        assert rule.owner.zh
    used = {rule.metric for rule in need_rules().rules}
    assert {"dead", "injured", "trapped", "hospitalised", "participants"} <= used & estimated


def test_water_is_by_the_day_not_by_the_week() -> None:
    """Fifteen litres a person a day; seven and a half to survive. A public file has it weekly."""
    rule = next(rule for rule in need_rules().rules if rule.id == "water")
    assert rule.unit.en == "litres a day"
    assert 1 / rule.per[0] == pytest.approx(15, rel=0.01)
    assert 1 / rule.per[1] == pytest.approx(7.5, rel=0.01)


def test_the_point_of_an_event_may_lie_outside_the_city(town: Ground) -> None:
    """Somewhere else nobody has counted: an answer with its limits, never a crash."""
    far = Point(100.5, 25.0)
    for model in _SHOWN:
        example = EXAMPLES[model.spec.id][0]
        _, refusal = told_or_refused(model, example, town, lon=far.x, lat=far.y)
        assert refusal is None or refusal.field

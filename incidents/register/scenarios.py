"""Which scenarios a site has: every case of the rules, with the inputs that its facts give (pure)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from gis.hazards.catalogue import MODELS
from incidents.register.major_hazard import Held
from incidents.register.rules import RegisterRules, SiteKind
from incidents.register.scenario_rules import CaseRule, InputRule, ScenarioRule
from incidents.register.site import Site, substances_of
from spine.canonical import Json, JsonObject, encode


@dataclass(frozen=True, slots=True)
class Plan:
    """One scenario before it is computed. `missing`: names of what is not known and is needed; then nothing can be computed.
    `stands_in`: the model that the rules name is not part of this program, another one counts meanwhile."""

    key: str
    scenario: str
    zh: str
    en: str
    class_key: str
    cases: Mapping[str, str]
    hour: int | None
    lon: float
    lat: float
    model: str
    model_version: str | None
    stands_in: bool
    inputs: Mapping[str, Json]
    missing: tuple[str, ...]

    def basis(self, ground_key: str) -> str:
        """Names everything that the answer is made of: another one means that the answer is stale."""
        said: JsonObject = {
            "model": [self.model, self.model_version, self.stands_in],
            "class": self.class_key,
            "point": [self.lon, self.lat],
            "hour": self.hour,
            "inputs": self.inputs,
            "missing": list(self.missing),
            "ground": ground_key,
        }
        return hashlib.sha256(encode(said).encode()).hexdigest()


def plans_of(rules: RegisterRules, kind: SiteKind, site: Site) -> list[Plan]:
    """In the order of the rules. A scenario whose needs are not known is one plan that says so, not one for each case."""
    found: list[Plan] = []
    for name in kind.scenarios:
        found += _plans(rules, name, rules.scenarios[name], site)
    return found


def _plans(rules: RegisterRules, name: str, rule: ScenarioRule, site: Site) -> list[Plan]:
    held: Held | None = None
    if rule.when.substance:
        held = _main(rules, rule, site)
        if held is None:
            return []
    missing = tuple(need for need in rule.needs if _need(need, site, held) is None)
    axes = [[(axis.key, case) for case in axis.cases] for axis in rule.axes]
    combinations = [()] if missing else list(product(*axes))
    return [_plan(rules, name, rule, site, held, dict(cases), missing) for cases in combinations]


def _main(rules: RegisterRules, rule: ScenarioRule, site: Site) -> Held | None:
    """The substance of the wanted hazards that weighs most in R; one of unknown mass before all: it may be the worst."""
    fitting = [
        (one, substance)
        for one in substances_of(site) or ()
        if (substance := rules.substance(one.key)) is not None and substance.hazard in rule.when.substance
    ]
    if not fitting:
        return None
    return max(fitting, key=lambda pair: float("inf") if pair[0].mass_t is None else pair[1].beta * pair[0].mass_t / pair[1].q_t)[0]  # fmt: skip


def _need(name: str, site: Site, held: Held | None) -> Json:
    if name == "substance":
        return None if held is None else held.key
    if name == "mass_t":
        return None if held is None else held.mass_t
    return site.properties.get(name)


def _plan(
    rules: RegisterRules,
    name: str,
    rule: ScenarioRule,
    site: Site,
    held: Held | None,
    cases: Mapping[str, CaseRule],
    missing: tuple[str, ...],
) -> Plan:
    versions = {model.spec.id: model.spec.version for model in MODELS}
    stands_in = rule.model not in versions and rule.meanwhile is not None
    model, wanted = (rule.meanwhile.model, rule.meanwhile.inputs) if stands_in and rule.meanwhile else (rule.model, rule.inputs)  # fmt: skip
    values = {key: value for case in cases.values() for key, value in case.values.items()}
    inputs: dict[str, Json] = {}
    for key, source in wanted.items():
        value = _input(source, site, held, values)
        if value is not None:
            inputs[key] = value
    hours = [case.hour for case in cases.values() if case.hour is not None]
    substance = None if held is None else rules.substance(held.key)
    of_zh, of_en = ("", "") if substance is None else (f"{substance.zh} ", f"{substance.en}: ")
    tail_zh, tail_en = " · ".join(case.zh for case in cases.values()), " · ".join(case.en for case in cases.values())
    return Plan(
        key=".".join((name, *(case.key for case in cases.values()))),
        scenario=name,
        zh=f"{of_zh}{rule.zh}" + (f"（{tail_zh}）" if tail_zh else ""),
        en=f"{of_en}{rule.en}" + (f" ({tail_en})" if tail_en else ""),
        class_key=rule.class_key,
        cases={axis: case.key for axis, case in cases.items()},
        hour=hours[0] if hours else None,
        lon=site.lon,
        lat=site.lat,
        model=model,
        model_version=versions.get(model),
        stands_in=stands_in,
        inputs=inputs,
        missing=missing,
    )


def _input(source: InputRule, site: Site, held: Held | None, values: Mapping[str, float]) -> Json:
    if source.value is not None:
        return source.value
    if source.case is not None:
        return values.get(source.case)
    value: Json = None
    if source.property is not None:
        value = site.properties.get(source.property)
    elif held is not None:
        value = held.key if source.substance == "key" else held.mass_t
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(float(value) * source.times, 6)
    if not isinstance(value, str):
        return None
    return value if source.words is None else source.words.get(value)

"""Outbreaks: how fast they grow, who falls ill within two weeks, how many beds it takes, in three courses of action.

R from daily cases by the renewal equation (Cori et al. 2013) with the latest, incomplete days corrected for late reports; cases of
14 days projected with R, its uncertainty and chance. Poisonings from one source: `poisoning.py`. `docs/risk/epidemic.md`.
"""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.exposure.points import Sums
from gis.geodesic import circle
from gis.hazards.diseases import DISEASE, UNKNOWN, Disease, disease_of, facts_of
from gis.hazards.distribution import Floats, lognormal
from gis.hazards.epidemic_inputs import INPUTS, PARAMETERS, SCENARIO_WORDS
from gis.hazards.ground import Ground
from gis.hazards.model import (
    Case,
    Footprint,
    HazardModel,
    Limit,
    ModelSpec,
    Note,
    Prepared,
    Sample,
    Source,
    Zone,
)
from gis.hazards.outbreak import (
    HORIZON_DAYS,
    SCENARIOS,
    Course,
    OutbreakCore,
    Scenario,
    between,
    by_age,
    course,
    most_in_hospital,
)
from gis.hazards.outcomes import one_figure
from gis.hazards.renewal import reported_share
from gis.hazards.sampling import Uncertain
from gis.hazards.seir import final_size

_CORE_M, _ALERT_M = 200.0, 400.0
_LOOK_DRAWS = 400


class EpidemicModel(HazardModel[OutbreakCore]):
    spec: ClassVar[ModelSpec] = ModelSpec(
        id="epidemic",
        version="1.0",
        zh="传染病疫情（更新方程）",
        en="outbreak of disease (renewal equation)",
        classes=("ph.disease", "ph.strain.iatrogenic", "ph.unknown", "ph.severe"),
        inputs=INPUTS,
        parameters=PARAMETERS,
        sources=(
            Source("Cori 等 2013《美国流行病学杂志》178(9)（EpiEstim）", "Cori et al. 2013, Am. J. Epidemiol. 178(9) (EpiEstim)", "R | I ~ Γ(1 + ΣI, 1/(1/5 + ΣΛ)); Λ(t) = Σ w(s) I(t−s)", True),
            Source("Lawless 1994：报告延迟校正", "Lawless 1994: correction for late reports", "N − n | n ~ NB(n + 1, F)", False),
            Source("Lloyd-Smith 等 2005《自然》438：超级传播", "Lloyd-Smith et al. 2005, Nature 438: superspreading", "Z ~ NB(R, k)", False),
            Source("Kermack 和 McKendrick 1927：最终规模", "Kermack & McKendrick 1927: final size", "z = 1 − exp(−R0 z)", True),
        ),
        outcomes=("cases", "dead", "hospitalised", "critical", "affected"),
        casualties="estimated",
        affected_zh="波及范围内的常住人口；病例为 14 天末的累计数",
        affected_en="people who live in the area; cases are the total at the end of 14 days",
        weaknesses_zh=(
            "最近几天的病例不完整，趋势可能看错。",
            "未区分输入与本地病例；输入病例多时会高估再生数。",
            "住院、重症和病死比例多为判断值；不模拟媒介密度、气温和免疫史。",
        ),
        weaknesses_en=(
            "The latest days are incomplete; the trend may be misread.",
            "Imported and local cases are not told apart; many imports make R too high.",
            "Shares in hospital, critical and fatal are mostly judgement; vectors, temperature and immunity are not modelled.",
        ),
        turns=("radius_m", "report_delay_days"),
    )  # fmt: skip

    def prepare(self, case: Case, ground: Ground) -> Prepared[OutbreakCore]:
        disease, told = _disease(case)
        drawn = case.footprint is not None
        radius = case.inputs.dist("radius_m") or lognormal(2000.0, 0.6)
        area = case.footprint if case.footprint is not None else circle(case.lon, case.lat, radius.centre)
        core = self._core(case, ground, area, disease)
        look = Uncertain(self.spec, case.inputs, case.at, ground).draw(_LOOK_DRAWS, 0)
        spans: dict[Scenario, Course] = {key: course(core, look, key) for key in SCENARIOS}
        people = core.living or 0.0
        median = float(np.median(spans[core.scenario].total))
        zones = [
            Zone(
                "outbreak",
                "疫情波及范围",
                "area of the outbreak",
                1.0,
                area,
                min(median / people, 1.0) if people else 0.0,
            )
        ]
        if disease.key == "dengue" and not drawn:
            zones = _around(case, area) + zones
        return Prepared(
            zones=tuple(zones),
            footprints=(
                *(Footprint(z.key, z.zh, z.en, z.level, "other", z.polygon) for z in zones[:-1]),
                Footprint(
                    "outbreak", "疫情波及范围", "area of the outbreak", 1.0, "zone", area,
                    None if drawn else circle(case.lon, case.lat, radius.at(0.16)),
                    None if drawn else circle(case.lon, case.lat, radius.at(0.84)),
                    basis="drawn" if drawn else "model",
                ),
            ),
            core=core,
            limits=tuple(_limits(case, core)),
            assumptions=tuple(told),
            notes=tuple(_notes(core, spans)),
        )  # fmt: skip

    @staticmethod
    def _core(case: Case, ground: Ground, area: BaseGeometry, disease: Disease) -> OutbreakCore:
        reported = case.inputs.series("daily_cases")
        known = None
        if reported is not None:
            delay = case.inputs.median("report_delay_days")
            by_onset = case.inputs.choice("dated_by") == "onset"
            known = reported_share(delay if by_onset else 0.0, max(delay * 0.8, 0.1), len(reported))
        sums = None if ground.points is None else ground.points.each([area])[0]
        chosen: list[Scenario] = [key for key in SCENARIOS if key == case.inputs.choice("measures")]
        return OutbreakCore(
            disease=disease,
            scenario=chosen[0],
            reported=reported,
            known=known,
            living=None if sums is None else float(sums.people_night.sum()),
            reachable=_reachable(case, ground, sums),
        )

    def losses(self, prepared: Prepared[OutbreakCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        disease = core.disease
        one = course(core, sample, core.scenario)
        place, elderly = sample["severity_place"], sample["share_60"]
        beds = most_in_hospital(core, one, by_age(disease.hospital, place, elderly))
        found = {
            "cases": one.total,
            "dead": one.total * by_age(disease.fatal, place, elderly),
            "hospitalised": beds,
            "critical": beds * between(disease.critical, place),
        }
        if core.living is not None:
            found["affected"] = sample.people(core.living, core.living)
        return found


def _reachable(case: Case, ground: Ground, inside: Sums | None) -> float | None:
    """Those of the area, where a person has said how far it goes; else everybody counted: people travel."""
    if ground.points is None or inside is None:
        return None
    if case.footprint is not None or case.inputs.is_given("radius_m"):
        return float(inside.people_night.sum())
    return float(ground.points.night.sum())


def _disease(case: Case) -> tuple[Disease, list[Note]]:
    """As given, else as the class names it, else unexplained; with what was assumed."""
    given = case.inputs.choice("disease")
    if case.inputs.is_given("disease") and given is not None:
        return DISEASE[given], []
    named = disease_of(case.class_key)
    disease = DISEASE[named or UNKNOWN]
    zh, en = ("按事件类别", "from the class of event") if named else ("病种未定", "the disease is not known yet")
    return disease, [Note("disease", f"病种：{disease.zh}（{zh}）。", f"Disease: {disease.en} ({en}).")]


def _around(case: Case, area: BaseGeometry) -> list[Zone]:
    """Where Aedes mosquitoes of one case fly: the core and the alert zone of dengue control."""
    found: list[Zone] = []
    for key, zh, en, metres, level in (
        ("core", "蚊媒控制核心区（200 米）", "core of mosquito control (200 m)", _CORE_M, 3.0),
        ("alert", "蚊媒控制警戒区（400 米）", "alert zone of mosquito control (400 m)", _ALERT_M, 2.0),
    ):
        ring = circle(case.lon, case.lat, metres)
        if area.covers(ring):
            found.append(Zone(key, zh, en, level, ring, 0.0))
    return found


def _limits(case: Case, core: OutbreakCore) -> list[Limit]:
    found: list[Limit] = []
    delay = round(case.inputs.median("report_delay_days"))
    if core.reported is not None and case.inputs.choice("dated_by") == "onset":
        found.append(
            Limit(
                "incomplete_days",
                f"最近约 {max(delay, 1)} 天的病例尚不完整，已按报告延迟校正。",
                f"The latest {max(delay, 1)} days or so are incomplete; they are corrected for late reports.",
            )
        )
    elif core.reported is not None:
        found.append(
            Limit(
                "dated_by_report",
                f"病例按报告日期统计：反映的是约 {max(delay, 1)} 天以前的发病。",
                f"Cases are dated by report: they tell of onsets about {max(delay, 1)} days ago.",
            )
        )
    if not core.told_by_cases and not case.inputs.is_given("reproduction_number"):
        found.append(
            Limit(
                "too_few_cases",
                "病例太少或没有逐日数据，再生数主要取自病种范围。",
                "Too few cases, or none by day: the reproduction number is mostly the disease's range.",
            )
        )
    if core.reported is None and not case.inputs.is_given("cases"):
        found.append(
            Limit(
                "cases_assumed",
                "病例数尚未报告，按假定数估计。",
                "The number of cases is not reported: an assumed one is used.",
                outside=True,
            )
        )
    if core.reachable is None:
        found.append(
            Limit(
                "population_unknown",
                "没有人口数据：未限制最多可能感染的人数。",
                "No exposure is loaded: the number who can fall ill is not bounded.",
            )
        )
    if core.disease.passing == "animal":
        found.append(
            Limit(
                "animal_source",
                "主要由动物传人：继续暴露带来的病例没有计入。",
                "It comes from animals: cases from further exposure are not counted.",
            )
        )
    if core.disease.key == "cholera":
        found.append(
            Limit(
                "grade_by_week",
                "霍乱按一周内病例数分级；本模型的病例为 14 天末累计，据此建议的级别偏高。",
                "Cholera is graded by the cases of a week; cases here are the total after 14 days, so that the suggested grade is too high.",
            )
        )
    return found  # fmt: skip


def _notes(core: OutbreakCore, spans: Mapping[Scenario, Course]) -> list[Note]:
    disease = core.disease
    found: list[Note] = []
    zh: list[str] = []
    en: list[str] = []
    for key in SCENARIOS:
        low, high = np.quantile(spans[key].coming, (0.1, 0.9)).tolist()
        zh.append(f"{SCENARIO_WORDS[key][0]} {one_figure(low):,.0f}–{one_figure(high):,.0f} 例")
        en.append(f"{SCENARIO_WORDS[key][1]} {one_figure(low):,.0f} to {one_figure(high):,.0f}")
    found.append(
        Note(
            "scenarios",
            f"未来 {HORIZON_DAYS} 天新增（80% 区间）：{'；'.join(zh)}。",
            f"New cases of {HORIZON_DAYS} days (80 % interval): {'; '.join(en)}.",
        )
    )
    delay = round(disease.interval_days[0])
    found.append(
        Note(
            "measures_delay",
            f"措施约 {delay} 天（一代）后才反映到病例数上。",
            f"Measures show in the number of cases after about {delay} days (one generation).",
        )
    )
    if disease.passing == "person" and core.living:
        share = float(final_size(disease.reproduction[1]))
        found.append(
            Note(
                "attack_bound",
                f"若完全不加控制，最多约 {100 * share:.0f}% 的人感染（SEIR 最终规模，上界）。",
                f"Left alone entirely, at most about {100 * share:.0f} % would be infected (SEIR final size, an upper bound).",
            )
        )
    return [*found, *facts_of(disease)]

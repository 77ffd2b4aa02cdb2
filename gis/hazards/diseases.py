"""Diseases and poisonings that an outbreak may be: how they pass on, how soon, and how severe they are.

Every figure names its source and whether it was read there. Ranges (low, high) are of published values or judgement; the model draws
within them. Ages: under 15, 15 to 59, 60 and over.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from gis.hazards.model import Note

Passing: TypeAlias = Literal["person", "vector", "animal", "point"]
Range: TypeAlias = tuple[float, float]
ByAge: TypeAlias = tuple[Range, Range, Range]


@dataclass(frozen=True, slots=True)
class Fact:
    """Where figures are from. `verified`: read in the source."""

    zh: str
    en: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Disease:
    """`passing`: from person to person, by a vector, from animals only, or from one source (food, gas) without passing on.

    `interval_days`: mean and standard deviation of the serial interval. `reproduction`: range of R without special measures, used
    only while cases tell nothing. `incubation_h`: median and geometric standard deviation, hours (point sources). `dispersion`: k of the
    number that one case infects. `hospital`: share of cases in need of a bed, `critical`: share of those in need of intensive care,
    `fatal`: share of cases that die with treatment, by age. `stay_days`: mean length of stay.
    """

    key: str
    zh: str
    en: str
    passing: Passing
    interval_days: tuple[float, float]
    reproduction: Range
    dispersion: float
    hospital: ByAge
    critical: Range
    fatal: ByAge
    stay_days: float
    transmission: Fact
    severity: Fact
    incubation_h: tuple[float, float] = (48.0, 1.8)
    advice: tuple[str, str] | None = None


def _same(low: float, high: float) -> ByAge:
    return (low, high), (low, high), (low, high)


_JUDGED = Fact("判断值，仅作先验", "judgement, a prior only", False)

DISEASES: tuple[Disease, ...] = (
    Disease(
        "dengue", "登革热", "dengue", "vector",
        interval_days=(17.0, 6.0), reproduction=(1.2, 4.0), dispersion=0.5,
        hospital=_same(0.10, 0.50), critical=(0.005, 0.03), fatal=((0.0001, 0.001), (0.0001, 0.001), (0.0005, 0.01)), stay_days=6.0,
        transmission=Fact(
            "Chan 和 Johansson 2012：人体内潜伏期 5.9 天，蚊体内 25℃ 15 天、30℃ 6.5 天；两者相加约 17 天",
            "Chan & Johansson 2012: incubation 5.9 d in people, in the mosquito 15 d at 25 °C and 6.5 d at 30 °C; together about 17 d", True,
        ),
        severity=Fact(
            "Xiao 等 2016：2014 年广东 45 224 例死亡 6 例；住院比例为判断值",
            "Xiao et al. 2016: 6 deaths among 45,224 cases in Guangdong in 2014; the share in hospital is judgement", False,
        ),
        advice=(
            "登革热经伊蚊传播：以病例住处和停留处为中心清除孳生地、成蚊消杀（核心区约 200 米，外扩 200 米为警戒区），病例防蚊隔离；"
            "气温越高蚊体内潜伏期越短。R 反映的是两代病例之间的增长，约两周后才看得到措施的效果。",
            "Dengue is carried by Aedes mosquitoes: clear breeding places and kill adult mosquitoes around homes and places of stay (core about "
            "200 m, alert zone 200 m beyond it), and keep patients behind nets. The warmer, the sooner mosquitoes infect. R tells the growth from "
            "one generation of cases to the next: the effect of measures shows after about two weeks.",
        ),
    ),
    Disease(
        "malaria", "疟疾", "malaria", "vector",
        interval_days=(36.0, 15.0), reproduction=(0.3, 2.0), dispersion=0.5,
        hospital=_same(0.3, 0.9), critical=(0.02, 0.10), fatal=((0.002, 0.02), (0.001, 0.01), (0.002, 0.02)), stay_days=6.0,
        transmission=_JUDGED, severity=_JUDGED,
        advice=(
            "疟疾经按蚊传播：按“1-3-7”（1 天报告、3 天核实、7 天处置疫点）办理，查明输入来源。",
            "Malaria is carried by Anopheles mosquitoes: act by the 1-3-7 rule (report in one day, investigate in three, respond in seven).",
        ),
    ),
    Disease(
        "cholera", "霍乱", "cholera", "person",
        interval_days=(3.7, 2.0), reproduction=(1.1, 2.6), dispersion=1.0,
        hospital=_same(0.15, 0.50), critical=(0.02, 0.10), fatal=((0.001, 0.01), (0.001, 0.01), (0.005, 0.03)), stay_days=3.0,
        transmission=Fact(
            "Phelps 等 2018：代际间隔 3.7 天（2.9–4.7），R0 1.7–2.6",
            "Phelps et al. 2018: serial interval 3.7 d (2.9 to 4.7), R0 1.7 to 2.6", True,
        ),
        severity=Fact(
            "世界卫生组织：约 80% 仅需口服补液，约 20% 需静脉补液；处置得当病死率低于 1%",
            "WHO: about 80 % need oral rehydration only, about 20 % intravenous; fatality below 1 % with good care", True,
        ),
        advice=("查水源和共同饮食；口服补液点先于病床。", "Look for the water and the common meals; oral rehydration points come before beds."),
    ),
    Disease(
        "influenza", "流感", "influenza", "person",
        interval_days=(2.6, 1.5), reproduction=(1.19, 1.8), dispersion=1.0,
        hospital=((0.002, 0.02), (0.002, 0.01), (0.01, 0.10)), critical=(0.05, 0.20),
        fatal=((0.00001, 0.0002), (0.00002, 0.0005), (0.001, 0.01)), stay_days=6.0,
        transmission=Fact(
            "Ferguson 等 2005：代际间隔 2.6 天（标准差 1.5）；Biggerstaff 等 2014：季节性 R 1.28（1.19–1.37），2009 年大流行 1.46",
            "Ferguson et al. 2005: serial interval 2.6 d (sd 1.5); Biggerstaff et al. 2014: R 1.28 (1.19 to 1.37) seasonal, 1.46 in 2009", True,
        ),
        severity=_JUDGED,
    ),
    Disease(
        "sars", "传染性非典型肺炎", "SARS", "person",
        interval_days=(8.4, 3.8), reproduction=(1.5, 3.5), dispersion=0.16,
        hospital=_same(0.8, 1.0), critical=(0.15, 0.30), fatal=((0.001, 0.01), (0.03, 0.10), (0.25, 0.50)), stay_days=20.0,
        transmission=Fact(
            "Lipsitch 等 2003：代际间隔 8.4 天（标准差 3.8）；Lloyd-Smith 等 2005：k 约 0.16（未核对原文）",
            "Lipsitch et al. 2003: serial interval 8.4 d (sd 3.8); Lloyd-Smith et al. 2005: k about 0.16 (not read in the source)", False,
        ),
        severity=_JUDGED,
    ),
    Disease(
        "plague_pneumonic", "肺鼠疫", "pneumonic plague", "person",
        interval_days=(5.6, 2.0), reproduction=(0.8, 3.5), dispersion=0.9,
        hospital=_same(1.0, 1.0), critical=(0.3, 0.7), fatal=_same(0.10, 0.60), stay_days=10.0,
        transmission=Fact(
            "Gani 和 Leach 2004：潜伏 4.3 天、传染 2.5 天，R0 1.3；Nishiura 等 2006：R0 2.8–3.5",
            "Gani & Leach 2004: latent 4.3 d, infectious 2.5 d, R0 1.3; Nishiura et al. 2006: R0 2.8 to 3.5", True,
        ),
        severity=Fact(
            "世界卫生组织：肺鼠疫不及早治疗几乎必死；治疗后 10%–50%（Salam 等 2020）",
            "WHO: pneumonic plague is fatal unless treated early; 10 to 50 % with treatment (Salam et al. 2020)", True,
        ),
        advice=(
            "按甲类传染病：就地隔离治疗，追踪并预防性服药，封锁疫点按法定程序决定。",
            "A class A disease: isolate and treat on the spot, trace contacts and give prophylaxis; closing a place needs a lawful decision.",
        ),
    ),
    Disease(
        "plague_bubonic", "腺鼠疫", "bubonic plague", "animal",
        interval_days=(10.0, 5.0), reproduction=(0.05, 0.5), dispersion=0.5,
        hospital=_same(1.0, 1.0), critical=(0.1, 0.3), fatal=_same(0.05, 0.20), stay_days=10.0,
        transmission=_JUDGED,
        severity=Fact("世界卫生组织：未治疗 30%–60%；治疗后约 10%", "WHO: 30 to 60 % untreated; about 10 % with treatment", False),
        advice=("灭鼠灭蚤，查疫源地动物。", "Control rodents and fleas; look for the animal source."),
    ),
    Disease(
        "hpai", "人感染高致病性禽流感", "human avian influenza", "animal",
        interval_days=(7.5, 3.5), reproduction=(0.01, 0.3), dispersion=0.3,
        hospital=_same(0.9, 1.0), critical=(0.4, 0.7), fatal=_same(0.20, 0.60), stay_days=14.0,
        transmission=Fact(
            "Biggerstaff 等 2014：新型流感 6 个 R 估计中 4 个小于 1", "Biggerstaff et al. 2014: four of six R values of novel influenza are below 1", True
        ),
        severity=_JUDGED,
        advice=("关闭活禽交易，追踪禽类来源。", "Close live poultry markets and trace the birds."),
    ),
    Disease(
        "anthrax", "炭疽", "anthrax", "animal",
        interval_days=(7.0, 4.0), reproduction=(0.001, 0.02), dispersion=1.0,
        hospital=_same(0.8, 1.0), critical=(0.1, 0.6), fatal=_same(0.01, 0.60), stay_days=14.0,
        transmission=_JUDGED, severity=_JUDGED,
        advice=("炭疽极少人传人：查牲畜来源，暴露者预防用药。", "Anthrax hardly passes between people: find the animals; give prophylaxis to the exposed."),
    ),
    Disease(
        "food_poisoning", "细菌性食物中毒", "bacterial food poisoning", "point",
        interval_days=(2.0, 1.0), reproduction=(0.001, 0.05), dispersion=1.0,
        hospital=_same(0.05, 0.40), critical=(0.002, 0.02), fatal=((0.0001, 0.001), (0.0001, 0.001), (0.0005, 0.005)), stay_days=2.0,
        incubation_h=(12.0, 2.0), transmission=_JUDGED, severity=_JUDGED,
        advice=("封存留样食品，查清共同进餐人数。", "Seal the food that is left; find out how many shared the meal."),
    ),
    Disease(
        "mushroom", "野生菌中毒", "mushroom poisoning", "point",
        interval_days=(2.0, 1.0), reproduction=(0.001, 0.01), dispersion=1.0,
        hospital=_same(0.4, 0.9), critical=(0.03, 0.15), fatal=_same(0.01, 0.03), stay_days=5.0,
        incubation_h=(6.0, 2.2), transmission=_JUDGED,
        severity=Fact(
            "中国疾控中心周报 2021：2010–2020 年 10 036 起、38 676 人患病、788 人死亡（2.0%）",
            "China CDC Weekly 2021: 10,036 outbreaks, 38,676 ill, 788 dead (2.0 %) in 2010 to 2020", True,
        ),
        advice=(
            "潜伏期超过 6 小时提示剧毒鹅膏：全部同食者（含无症状者）送医观察肝肾功能。",
            "Onset later than six hours points to deadly Amanita: bring everybody who ate, also those who feel well, to hospital.",
        ),
    ),
    Disease(
        "chemical", "化学性中毒（含一氧化碳）", "chemical poisoning (with carbon monoxide)", "point",
        interval_days=(2.0, 1.0), reproduction=(0.001, 0.01), dispersion=1.0,
        hospital=_same(0.3, 0.9), critical=(0.05, 0.30), fatal=_same(0.01, 0.10), stay_days=4.0,
        incubation_h=(1.0, 2.5), transmission=_JUDGED, severity=_JUDGED,
    ),
    Disease(
        "unknown", "不明原因", "unexplained disease", "person",
        interval_days=(6.0, 3.0), reproduction=(0.5, 3.0), dispersion=0.3,
        hospital=_same(0.05, 0.80), critical=(0.05, 0.40), fatal=((0.001, 0.05), (0.002, 0.10), (0.01, 0.30)), stay_days=9.0,
        transmission=Fact("判断值：按呼吸道传染病的宽范围", "judgement: a wide range over respiratory diseases", False),
        severity=_JUDGED,
    ),
)  # fmt: skip
DISEASE = {disease.key: disease for disease in DISEASES}
SPREADING = tuple(disease for disease in DISEASES if disease.passing != "point")
POISONINGS = tuple(disease for disease in DISEASES if disease.passing == "point")
UNKNOWN = "unknown"

OF_CLASS: tuple[tuple[str, str], ...] = (
    ("ph.disease.plague", "plague_pneumonic"),
    ("ph.disease.cholera", "cholera"),
    ("ph.disease.anthrax", "anthrax"),
    ("ph.disease.sars", "sars"),
    ("ph.disease.hpai", "hpai"),
    ("ph.disease.class_b.dengue", "dengue"),
    ("ph.disease.class_b.malaria", "malaria"),
    ("ph.food", "food_poisoning"),
    ("ph.poison", "chemical"),
)
"""What a class of the catalogue already says; plague is taken for its worse, pneumonic form until somebody says otherwise."""


def disease_of(class_key: str) -> str | None:
    """The disease that the class names, the longest family first; None where it names none."""
    fitting = [pair for pair in OF_CLASS if class_key == pair[0] or class_key.startswith(pair[0] + ".")]
    return max(fitting, key=lambda pair: len(pair[0]))[1] if fitting else None


def facts_of(disease: Disease) -> list[Note]:
    """What to do about it, and where its figures are from."""
    found = [] if disease.advice is None else [Note("advice", *disease.advice)]
    for code, fact, zh, en in (
        ("transmission_source", disease.transmission, "传播参数", "Transmission"),
        ("severity_source", disease.severity, "病情参数", "Severity"),
    ):
        mark_zh, mark_en = ("", "") if fact.verified else ("（未核实）", " (not verified)")
        found.append(Note(code, f"{zh}：{fact.zh}{mark_zh}。", f"{en}: {fact.en}{mark_en}."))
    return found

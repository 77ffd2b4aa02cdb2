"""What the model of outbreaks asks for, and what of it is not known exactly."""

from gis.hazards.diseases import SPREADING, UNKNOWN
from gis.hazards.distribution import lognormal, normal, triangular, uniform
from gis.hazards.inputs import Choice, ChoiceInput, Error, Input, NumberInput, Prior, SeriesInput
from gis.hazards.model import Parameter
from gis.hazards.outbreak import SCENARIOS, Scenario

JUDGED = ("判断值", "judgement")
SCENARIO_WORDS: dict[Scenario, tuple[str, str]] = {
    "as_is": ("维持现有措施", "measures as they are"),
    "strengthened": ("加强措施", "stronger measures"),
    "none": ("放松措施", "measures dropped"),
}


def unit_parameter(name: str, zh: str, en: str, error: Error, source: tuple[str, str]) -> Parameter:
    """A place between the ends of a range, 0 to 1."""
    return Parameter(name, zh, en, "", "", uniform(0.0, 1.0), error, *source)


DISEASE_INPUT = ChoiceInput(
    "disease", "病种", "disease", tuple(Choice(d.key, d.zh, d.en) for d in SPREADING), "source", prior=UNKNOWN,
    prior_zh="未指明：按事件类别；类别也未指明时按不明原因", prior_en="not named: as the class of event says, or unexplained",
)  # fmt: skip
DAILY_CASES = SeriesInput(
    "daily_cases", "每日新发病例（从早到晚，末项为今天）", "cases by day (the last one is today)", "例", "cases",
    0.0, 1_000_000.0, 1, 400, "source",
)  # fmt: skip
CASES = NumberInput(
    "cases", "累计病例", "cases so far", "例", "cases", 0.0, 1_000_000.0, "source",
    prior=Prior(lognormal(3.0, 1.0), "未报告病例数：聚集性疫情首次报告多为数例，判断值", "no count is reported: clusters are first reported with a few cases, judgement"),
    fed_by="cases", severe=1,
)  # fmt: skip
REPRODUCTION = NumberInput(
    "reproduction_number", "当前有效再生数", "reproduction number now", "", "", 0.0, 20.0, "source", optional=True,
    calibrated=(0.0, 6.0), given_spread=("lognormal", 0.15), severe=1,
)  # fmt: skip
DATED_BY = ChoiceInput(
    "dated_by", "病例日期口径", "cases are dated by",
    (Choice("onset", "按发病日期", "onset of illness"), Choice("report", "按报告日期", "report")), "source", prior="onset",
    prior_zh="流行曲线按发病日期绘制（惯例）", prior_en="epidemic curves are drawn by onset (custom)",
)  # fmt: skip
REPORT_DELAY = NumberInput(
    "report_delay_days", "发病到报告的平均间隔", "mean delay from onset to report", "天", "days", 0.0, 30.0, "source",
    prior=Prior(lognormal(3.0, 0.4), "判断值：就诊和确诊约需 2–5 天；确诊后按规定 2 或 24 小时内报告", "judgement: 2 to 5 days to see a doctor and be diagnosed; reports are due within 2 or 24 hours after it"),
    calibrated=(0.0, 14.0),
)  # fmt: skip
MEASURES = ChoiceInput(
    "measures", "未来 14 天措施", "measures of the next 14 days",
    tuple(Choice(key, *SCENARIO_WORDS[key]) for key in SCENARIOS), "source", prior="as_is",
    prior_zh="按现有措施不变估计；另两种情形见说明", prior_en="taken as they are; the notes tell the other two",
)  # fmt: skip
ELDERLY = NumberInput(
    "share_60", "60 岁以上人口比例", "share of people aged 60 and over", "", "", 0.0, 1.0, "exposure",
    prior=Prior(normal(0.187, 0.03), "第七次全国人口普查（2020）：18.7%", "2020 census of China: 18.7 %"), severe=1,
)  # fmt: skip
RADIUS = NumberInput(
    "radius_m", "疫情波及半径", "radius of the outbreak", "米", "m", 50.0, 100_000.0, "footprint",
    prior=Prior(lognormal(2000.0, 0.6), "判断值：一个村镇；可画出实际范围", "judgement: one village or town; draw the real area"),
)  # fmt: skip

PARAMETERS = (
    unit_parameter("transmission", "传播强度（范围内位置）", "transmission (place in its range)", "source", ("再生数后验或病种范围", "posterior of R, or the disease's range")),
    unit_parameter("severity_place", "病情严重程度（范围内位置）", "severity (place in the disease's range)", "vulnerability", ("病种表", "table of diseases")),
    unit_parameter("late_reports", "尚未报告的病例", "cases not reported yet", "source", ("报告延迟的负二项分布", "negative binomial of the reporting delay")),
    unit_parameter("chance", "少数病例时的偶然性", "chance while cases are few", "source", ("Lloyd-Smith 等 2005", "Lloyd-Smith et al. 2005")),
    Parameter("interval_factor", "代际间隔相对病种均值", "serial interval against the disease's mean", "倍", "times", lognormal(1.0, 0.15), "source", *JUDGED),
    Parameter("measures_effect", "加强措施后传播降到", "transmission left by stronger measures", "倍", "times", triangular(0.3, 0.55, 0.85), "source", *JUDGED),
    Parameter("unchecked_factor", "放松措施后传播升到", "transmission when measures are dropped", "倍", "times", triangular(1.0, 1.3, 1.8), "source", *JUDGED),
)  # fmt: skip

INPUTS: tuple[Input, ...] = (
    DISEASE_INPUT, DAILY_CASES, CASES, REPRODUCTION, DATED_BY, REPORT_DELAY, MEASURES, ELDERLY, RADIUS,
)  # fmt: skip

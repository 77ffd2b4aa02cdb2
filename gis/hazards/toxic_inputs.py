"""What the toxic-release model asks for, and the numbers of its own that are not known exactly, each with where it is from."""

from typing import Final

from gis.hazards.distribution import lognormal, normal, triangular, uniform
from gis.hazards.inputs import Choice, ChoiceInput, Input, NumberInput, Prior
from gis.hazards.model import Parameter
from gis.hazards.substances import SUBSTANCES, UNKNOWN

# kg in one container of each kind, and where that is from. Rounded sizes on Chinese roads, rails and sites.
CAPACITY_KG: Final[dict[str, tuple[float, str, str]]] = {
    "rail": (55_000, "铁路罐车约 55 吨", "a rail car holds about 55 t"),
    "truck": (22_000, "公路槽车约 22 吨", "a road tanker holds about 22 t"),
    "nurse_tank": (4_000, "农用罐约 4 吨", "a nurse tank holds about 4 t"),
    "ton_cylinders": (1_000, "吨瓶 1 吨", "a ton cylinder holds 1 t"),
    "small_cylinders": (100, "小钢瓶约 0.1 吨", "small cylinders hold about 0.1 t"),
    "tank": (30_000, "储罐约 30 吨（大小差别很大）", "a storage tank holds about 30 t (sizes differ widely)"),
    "pipeline": (5_000, "管道关阀前约漏 5 吨", "a pipeline loses about 5 t until its valves close"),
}
_TOXIC: Final = tuple(one for one in SUBSTANCES.values() if one.toxic)
_FLAMMABLE: Final = tuple(SUBSTANCES[key] for key in ("lpg", "natural_gas", "hydrogen", "acetylene", "petrol"))
SUBSTANCE = ChoiceInput(
    "substance", "泄漏物质", "substance",
    (*(Choice(one.key, one.zh, one.en) for one in (*_TOXIC, *_FLAMMABLE)), Choice(UNKNOWN, "未查明或其他", "not identified, or another")),
    "source", prior=UNKNOWN, prior_zh="尚未报告物质：按应急指南 111 的最低隔离距离", prior_en="not reported yet: the least distances of guide 111",
)  # fmt: skip
CONTAINER = ChoiceInput(
    "container", "容器", "container",
    (
        Choice("truck", "公路槽车", "road tanker"), Choice("rail", "铁路罐车", "rail tank car"), Choice("tank", "固定储罐", "storage tank"),
        Choice("ton_cylinders", "吨瓶", "ton cylinders"), Choice("small_cylinders", "小钢瓶", "small cylinders"),
        Choice("nurse_tank", "农用罐", "agricultural nurse tank"), Choice("pipeline", "管道", "pipeline"),
    ),
    "source", prior="truck", prior_zh="未报告容器：按公路槽车（运输事故最多），判断值", prior_en="not reported: a road tanker, the most frequent, judgement",
)  # fmt: skip
MODE = ChoiceInput(
    "mode", "泄漏方式", "how it gets out",
    (Choice("leak", "持续泄漏", "a leak"), Choice("rupture", "罐体破裂、瞬间释放", "the vessel bursts, all at once")),
    "source", prior="leak", prior_zh="未报告破裂时按持续泄漏", prior_en="a leak while no burst is reported",
)  # fmt: skip
RELEASED = NumberInput(
    "released_kg", "释放量", "mass released", "千克", "kg", 0.1, 500_000.0, "source",
    optional=True, given_spread=("lognormal", 0.4), fed_by="released_kg", severe=1,
)  # fmt: skip
RATE = NumberInput(
    "release_kg_s", "泄漏速率", "rate of release", "千克/秒", "kg/s", 0.001, 1000.0, "source", optional=True, given_spread=("lognormal", 0.4),
)  # fmt: skip
DURATION = NumberInput(
    "duration_min", "泄漏持续时间", "duration of the release", "分钟", "min", 1.0, 1440.0, "source",
    prior=Prior(lognormal(30.0, 0.8), "判断值；监管最坏情形为 10 分钟（美国 40 CFR 68.25）", "judgement; the regulatory worst case is 10 min (40 CFR 68.25)"),
    given_spread=("lognormal", 0.3),
)  # fmt: skip
WIND = NumberInput(
    "wind_ms", "风速（10 米高）", "wind at 10 m", "米/秒", "m/s", 0.0, 40.0, "source",
    prior=Prior(lognormal(1.8, 0.5), "滇西南山间盆地常年风速，判断值", "usual wind of basins in south-west Yunnan, judgement"),
    calibrated=(1.0, 15.0), given_spread=("lognormal", 0.25), fed_by="wind_ms",
)  # fmt: skip
WIND_FROM = NumberInput(
    "wind_from_deg", "风向（来向）", "wind from", "度", "degrees", 0.0, 360.0, "source",
    prior=Prior(uniform(0.0, 360.0), "风向未知：各方向等可能", "not known: any direction is as likely"), fed_by="wind_from_deg",
)  # fmt: skip
SKY = ChoiceInput(
    "sky", "天空状况", "sky",
    (
        Choice("strong_sun", "强日照", "strong sun"), Choice("moderate_sun", "中等日照", "moderate sun"), Choice("slight_sun", "弱日照", "weak sun"),
        Choice("overcast", "阴天", "overcast"), Choice("night_cloudy", "夜间多云", "cloudy night"), Choice("night_clear", "夜间晴", "clear night"),
    ),
    "source", optional=True,
)  # fmt: skip
TERRAIN = ChoiceInput(
    "terrain", "地表", "surface", (Choice("rural", "开阔或乡村", "open or rural"), Choice("urban", "城镇", "built-up")), "footprint",
    prior="rural", prior_zh="按开阔地（扩散较慢，偏保守）", prior_en="open country, which spreads a cloud less",
)  # fmt: skip
TEMPERATURE = NumberInput(
    "temperature_c", "气温", "temperature", "℃", "°C", -40.0, 50.0, "source",
    prior=Prior(normal(20.0, 7.0), "年平均气温附近，判断值", "about the yearly mean, judgement"), given_spread=("normal", 2.0), fed_by="temperature_c",
)  # fmt: skip
INDOOR = NumberInput(
    "indoor_share", "室内人员比例", "share indoors", "", "", 0.0, 1.0, "exposure",
    prior=Prior(triangular(0.5, 0.93, 0.99), "CPR 18E：白天 0.93、夜间 0.99；乡村白天更低", "CPR 18E: 0.93 by day, 0.99 by night; less in villages by day"),
    severe=-1,
)  # fmt: skip
ON_SITE = NumberInput(
    "on_site_people", "现场人数（工人、司机、救援人员）", "people at the site (workers, driver, rescuers)", "人", "people", 0.0, 10_000.0, "exposure",
    optional=True, severe=1,
)  # fmt: skip
EVACUATION = NumberInput(
    "evacuation_min", "疏散用时", "time to evacuate", "分钟", "min", 5.0, 1440.0, "vulnerability",
    prior=Prior(lognormal(60.0, 0.5), "从决定到撤完约 1 小时，判断值", "about an hour from decision to empty, judgement"), given_spread=("lognormal", 0.3),
)  # fmt: skip
INPUTS: Final[tuple[Input, ...]] = (
    SUBSTANCE, CONTAINER, RELEASED, WIND_FROM, WIND, MODE, RATE, DURATION, SKY, TERRAIN, TEMPERATURE, INDOOR, ON_SITE, EVACUATION,
)  # fmt: skip
_JUDGEMENT = ("判断值，待本市以历史事件校正", "judgement, to be corrected by the city from past events")
PARAMETERS: Final = (
    Parameter("released_share", "容器泄出比例（释放量未给时）", "share of the container that gets out (while the mass is not given)", "", "", triangular(0.05, 0.5, 1.0), "source", *_JUDGEMENT),
    Parameter("wind_turn_deg", "风向偏差", "error of the wind's direction", "度", "degrees", normal(0.0, 20.0), "source", "站点与现场风向差约一个方位（22.5°），判断值", "a station and the site differ by about one point of the compass, judgement"),
    Parameter("concentration_factor", "浓度模型误差", "error of the concentration", "倍", "times", lognormal(1.0, 0.9), "footprint", "Chang & Hanna 2004：可用模型约半数在两倍以内", "Chang & Hanna 2004: about half of a fair model's values lie within a factor of two"),
    Parameter("exposure_min", "暴露时间上限", "longest exposure", "分钟", "min", triangular(10.0, 30.0, 60.0), "vulnerability", "CPR 18E：30 分钟", "CPR 18E: 30 min"),
    Parameter("indoor_factor", "室内防护系数", "indoor factor", "", "", triangular(0.03, 0.1, 0.5), "vulnerability", "CPR 18E：室内死亡概率为室外的 0.1", "CPR 18E: indoors a tenth die of those who would outdoors"),
    Parameter("lethality_factor", "致死浓度误差", "error of the lethal concentration", "倍", "times", lognormal(1.0, 0.5), "vulnerability", "动物数据外推，判断值", "extrapolated from animals, judgement"),
    Parameter("poisoned_aegl2", "AEGL-2 处中毒比例", "share poisoned at AEGL-2", "", "", triangular(0.01, 0.05, 0.2), "vulnerability", *_JUDGEMENT),
    Parameter("poisoned_aegl3", "AEGL-3 处中毒比例", "share poisoned at AEGL-3", "", "", triangular(0.25, 0.5, 0.9), "vulnerability", *_JUDGEMENT),
    Parameter("response_factor", "实际伤亡与模型之比", "real harm over modelled harm", "倍", "times", lognormal(0.25, 1.4), "vulnerability", "四次历史泄漏（1973、2003、2005、2005）伤亡与本模型之比，见 docs/risk/toxic_release.md；Hanna 等 2008：模型普遍高估", "four past releases (1973, 2003, 2005, 2005) over this model, see docs/risk/toxic_release.md; Hanna et al. 2008: such models over-predict"),
)  # fmt: skip

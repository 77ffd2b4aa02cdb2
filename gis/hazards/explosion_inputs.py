"""What the explosion model asks for, and the numbers of its own that are not known exactly, each with where it is from."""

from typing import Final

from gis.hazards.distribution import lognormal, normal, triangular
from gis.hazards.explosion_charges import CHARGES, FUELS, UNKNOWN
from gis.hazards.inputs import Choice, ChoiceInput, Input, NumberInput, Prior
from gis.hazards.model import Parameter
from gis.hazards.substances import SUBSTANCES

SUBSTANCE = ChoiceInput(
    "substance", "爆炸物质", "what explodes",
    (
        *(Choice(one.key, one.zh, one.en) for one in CHARGES.values()),
        *(Choice(key, SUBSTANCES[key].zh, SUBSTANCES[key].en) for key in FUELS),
        Choice(UNKNOWN, "未查明或其他", "not identified, or another"),
    ),
    "source", prior=UNKNOWN, prior_zh="尚未报告物质", prior_en="not reported yet",
)  # fmt: skip
MECHANISM = ChoiceInput(
    "mechanism", "爆炸方式", "how it explodes",
    (
        Choice("explosive", "炸药、烟花等凝聚相爆炸", "condensed explosive"), Choice("vapour_cloud", "可燃气云爆炸", "vapour cloud"),
        Choice("bleve", "液化气容器沸腾爆炸（火球）", "BLEVE (fireball)"), Choice("gas_vessel", "压缩气体容器物理爆炸", "vessel of compressed gas"),
        Choice("boiler", "锅炉（饱和水）爆炸", "boiler (saturated water)"),
    ),
    "source", optional=True,
)  # fmt: skip
MASS = NumberInput(
    "mass_kg", "参与爆炸的质量", "mass that takes part", "千克", "kg", 0.1, 10_000_000.0, "source",
    optional=True, given_spread=("lognormal", 0.4), fed_by="released_kg", severe=1,
)  # fmt: skip
VESSEL_MPA = NumberInput(
    "vessel_mpa", "容器表压", "gauge pressure of the vessel", "兆帕", "MPa", 0.05, 100.0, "source", optional=True,
)  # fmt: skip
VESSEL_M3 = NumberInput(
    "vessel_m3", "容器容积（锅炉为水容积）", "volume of the vessel (of water in a boiler)", "立方米", "m³", 0.01, 100_000.0, "source", optional=True, severe=1,
)  # fmt: skip
TEMPERATURE = NumberInput(
    "temperature_c", "气温", "temperature", "℃", "°C", -40.0, 50.0, "source",
    prior=Prior(normal(20.0, 7.0), "年平均气温附近，判断值", "about the yearly mean, judgement"), given_spread=("normal", 2.0), fed_by="temperature_c",
)  # fmt: skip
HUMIDITY = NumberInput(
    "humidity_pct", "相对湿度", "relative humidity", "%", "%", 1.0, 100.0, "source",
    prior=Prior(triangular(30.0, 65.0, 95.0), "常年值附近，判断值", "about the yearly mean, judgement"), given_spread=("normal", 5.0), fed_by="humidity_pct",
)  # fmt: skip
INDOOR = NumberInput(
    "indoor_share", "室内人员比例", "share indoors", "", "", 0.0, 1.0, "exposure",
    prior=Prior(triangular(0.5, 0.93, 0.99), "CPR 18E：白天 0.93、夜间 0.99；乡村白天更低", "CPR 18E: 0.93 by day, 0.99 by night; less in villages by day"),
)  # fmt: skip
ON_SITE = NumberInput(
    "on_site_people", "现场人数（工人、司机、救援人员）", "people at the site (workers, driver, rescuers)", "人", "people", 0.0, 10_000.0, "exposure",
    optional=True, severe=1,
)  # fmt: skip
INPUTS: Final[tuple[Input, ...]] = (
    SUBSTANCE,
    MECHANISM,
    MASS,
    ON_SITE,
    VESSEL_MPA,
    VESSEL_M3,
    INDOOR,
    TEMPERATURE,
    HUMIDITY,
)
_JUDGEMENT = ("判断值，待本市以历史事件校正", "judgement, to be corrected by the city from past events")
PARAMETERS: Final = (
    Parameter("mass_factor", "质量的不确定（未给时）", "how much takes part (while it is not given)", "倍", "times", lognormal(1.0, 1.0), "source", *_JUDGEMENT),
    Parameter("tnt_factor", "TNT 换算误差", "error of the TNT equivalent", "倍", "times", lognormal(1.0, 0.3), "source", *_JUDGEMENT),
    Parameter("yield_share", "气云爆炸效率", "yield of a vapour cloud", "", "", triangular(0.01, 0.04, 0.1), "source", "常用 0.03–0.1（CCPS；GB/T 37243 取 0.04）", "commonly 0.03 to 0.1 (CCPS; 0.04 in Chinese practice)"),
    Parameter("reach_factor", "冲击波距离误差（地形、建筑）", "error of the blast's reach (terrain, buildings)", "倍", "times", lognormal(1.0, 0.2), "footprint", "Kingery 与中国形式相差约 1.25 倍", "Kingery and the Chinese form differ by about 1.25"),
    Parameter("heat_factor", "火球热辐射误差", "error of the fireball's heat", "倍", "times", lognormal(1.0, 0.35), "footprint", "CCPS 与 TNO 形式之差", "the difference between the CCPS and TNO forms"),
    Parameter("burst_mpa", "爆破压力", "pressure at the burst", "兆帕", "MPa", triangular(0.8, 1.6, 2.5), "source", "液化石油气槽车设计压力约 1.8 MPa", "an LPG tanker is designed for about 1.8 MPa"),
    Parameter("lethal_kpa", "半数致死超压", "overpressure that kills half", "千帕", "kPa", lognormal(141.0, 1.2), "vulnerability", "CPR 18E 30 kPa、Eisenberg 141 kPa、中国 R0.5 约 660 kPa", "CPR 18E 30 kPa, Eisenberg 141 kPa, the Chinese R0.5 about 660 kPa"),
    Parameter("serious_kpa", "重伤超压", "overpressure of serious injury", "千帕", "kPa", lognormal(44.0, 0.35), "vulnerability", "中国安全评价 44 kPa", "44 kPa in Chinese risk assessments"),
    Parameter("light_kpa", "轻伤超压", "overpressure of light injury", "千帕", "kPa", lognormal(17.0, 0.35), "vulnerability", "中国安全评价 17 kPa", "17 kPa in Chinese risk assessments"),
    Parameter("glass_share", "玻璃致伤比例（2 kPa 以上室内）", "share hurt by glass (indoors above 2 kPa)", "", "", triangular(0.001, 0.01, 0.05), "vulnerability", *_JUDGEMENT),
    Parameter("clothing_factor", "衣物防护后的致死比例", "share who die of those who would unclothed", "", "", triangular(0.05, 0.14, 0.5), "vulnerability", "CPR 18E：0.14", "CPR 18E: 0.14"),
)  # fmt: skip

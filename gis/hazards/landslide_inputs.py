"""What the landslide model asks for, what it does not know of itself, and where its numbers are from."""

from gis.hazards.distribution import exact, lognormal, normal, triangular, uniform
from gis.hazards.inputs import Choice, ChoiceInput, Input, NumberInput, Prior
from gis.hazards.landslide_formulas import REACHES
from gis.hazards.model import ModelSpec, Parameter, Source

_JUDGEMENT = ("判断值，待本市以历史滑坡校正", "judgement, to be corrected by the city from past slides")

INPUTS: tuple[Input, ...] = (
    ChoiceInput(
        "state", "状态", "state",
        (Choice("occurred", "已发生（灾情）", "has happened"), Choice("threat", "有险情、尚未发生", "threatens, has not happened")),
        "source", prior="occurred", prior_zh="未说明时按已发生估计", prior_en="taken as having happened while nobody says",
    ),
    ChoiceInput(
        "movement", "类型", "kind of movement",
        (Choice("auto", "按事件类型", "by the type of event"), *(Choice(reach.key, reach.zh, reach.en) for reach in REACHES.values())),
        "source", prior="auto", prior_zh="按事件类型判定", prior_en="judged from the type of event",
    ),
    NumberInput(
        "volume_m3", "体积", "volume", "立方米", "m³", 1.0, 1e9, "source",
        prior=Prior(lognormal(2e4, 1.5), "小型滑坡（《滑坡防治工程勘查规范》小型 <10 万立方米）的常见体积，判断值", "a small slide (below 100,000 m³), judgement"),
        calibrated=(10.0, 1e8), given_spread=("lognormal", 0.7), severe=1,
    ),
    NumberInput(
        "fall_height_m", "高差", "height of fall", "米", "m", 2.0, 3000.0, "footprint",
        prior=Prior(lognormal(60.0, 0.7), "没有高程时的假定；有高程时由地形求得", "assumed without heights; found on the terrain where these are known"),
        given_spread=("lognormal", 0.2),
    ),
    NumberInput("azimuth_deg", "滑动方向", "direction of movement", "°", "°", 0.0, 360.0, "footprint", optional=True),
    NumberInput(
        "evacuated_people", "已转移人数", "people already moved out", "人", "people", 0.0, 1e6, "exposure",
        prior=Prior(exact(0.0), "未报告转移", "nobody is reported to have been moved"), fed_by="evacuated", severe=-1,
    ),
    NumberInput("slope_deg", "坡度", "slope", "°", "°", 3.0, 80.0, "source", optional=True, calibrated=(10.0, 55.0), given_spread=("normal", 3.0), severe=1),
    NumberInput("rainfall_mm", "本次降雨量", "rain of this event", "毫米", "mm", 0.0, 3000.0, "source", optional=True, fed_by="rainfall_mm", severe=1),
    NumberInput("rain_duration_h", "降雨历时", "duration of the rain", "小时", "h", 0.1, 1000.0, "source", optional=True, calibrated=(0.167, 240.0)),
    NumberInput("threshold_alpha", "本地雨强阈值系数 α", "local rain threshold α", "毫米/小时", "mm/h", 0.1, 500.0, "source", optional=True),
    NumberInput(
        "threshold_beta", "本地雨强阈值指数 β", "local rain threshold β", "", "", 0.05, 1.5, "source",
        prior=Prior(exact(0.39), "Caine（1980）", "Caine (1980)", verified=True),
    ),
    NumberInput("pga_gal", "地震动峰值加速度", "peak ground acceleration of an earthquake", "gal", "gal", 1.0, 2000.0, "source", optional=True, given_spread=("lognormal", 0.54), severe=1),
)  # fmt: skip

REACH_RESIDUAL = Parameter(
    "reach_residual", "到达角的离散", "residual of the angle of reach", "倍", "times", lognormal(1.0, 0.45), "footprint",
    "Corominas（1996）回归离散与深圳 2015 等案例（2–3 倍），判断值", "scatter of Corominas (1996) and cases such as Shenzhen 2015 (a factor of 2 to 3), judgement",
)  # fmt: skip
PARAMETERS = (
    REACH_RESIDUAL,
    Parameter("covered_residual", "掩埋面积的离散", "residual of the ground covered", "倍", "times", lognormal(1.0, 0.5), "footprint", *_JUDGEMENT),
    Parameter("clustering", "人群聚集的偏差", "how people cluster", "倍", "times", lognormal(1.0, 0.7), "exposure", *_JUDGEMENT),
    Parameter("warned_share", "自行脱险比例", "share who get away by themselves", "", "", triangular(0.0, 0.25, 0.8), "vulnerability", *_JUDGEMENT),
    Parameter("lethality", "被埋（击）人员死亡比例", "share of those struck who die", "", "", triangular(0.2, 0.55, 0.9), "vulnerability",
              "Finlay 等（1999）、AGS（2007）：房屋倒塌 0.9–1，被埋 0.8–1，仅被撞击 0–0.1", "Finlay et al. (1999), AGS (2007): building collapsed 0.9–1, buried 0.8–1, only struck 0–0.1", verified=True),
    Parameter("injured_share", "其余被埋（击）人员受伤比例", "share of the others struck who are hurt", "", "", triangular(0.2, 0.6, 1.0), "vulnerability", *_JUDGEMENT),
    Parameter("trapped_share", "被埋压待救比例", "share of those struck who are buried and to be found", "", "", triangular(0.3, 0.7, 1.0), "vulnerability", *_JUDGEMENT),
    Parameter("cohesion_kpa", "黏聚力", "cohesion", "kPa", "kPa", lognormal(6.0, 0.6), "source", *_JUDGEMENT),
    Parameter("friction_deg", "内摩擦角", "angle of friction", "°", "°", normal(31.0, 4.0).within(15.0, 45.0), "source", *_JUDGEMENT),
    Parameter("soil_depth_m", "土层厚度", "depth of the soil", "米", "m", lognormal(2.5, 0.5), "source", *_JUDGEMENT),
    Parameter("unit_weight_kn_m3", "土的重度", "unit weight", "kN/m³", "kN/m³", normal(19.0, 1.0).within(15.0, 23.0), "source", *_JUDGEMENT),
    Parameter("wetness", "饱水程度", "wetness", "", "", uniform(0.0, 1.0), "source", *_JUDGEMENT),
    Parameter("unseen_probability", "无资料时的失稳概率", "probability of failure where nothing is known", "", "", triangular(0.02, 0.1, 0.5), "source", *_JUDGEMENT),
    Parameter("failure_chance", "失稳与否", "whether it fails", "", "", uniform(0.0, 1.0), "source", "抽样", "drawn"),
)  # fmt: skip

SOURCES = (
    Source("Corominas（1996）Can. Geotech. J. 33：到达角与体积", "Corominas (1996) Can. Geotech. J. 33: angle of reach and volume", "lg(H/L) = a + b·lg V", verified=True),
    Source("Griswold 与 Iverson（2008）USGS SIR 2007-5276：掩埋面积", "Griswold & Iverson (2008) USGS SIR 2007-5276: ground covered", "B = 20·V^(2/3)", verified=False),
    Source("Caine（1980）、Guzzetti 等（2008）：雨强–历时阈值", "Caine (1980), Guzzetti et al. (2008): intensity and duration of rain", "I = 14.82·D^−0.39; I = 2.20·D^−0.44", verified=True),
    Source("无限斜坡稳定系数", "infinite slope", "FS = [c + (γ−mγw) z cos²β tanφ]/(γ z sinβ cosβ)", verified=True),
    Source("Jibson（2007）式 6；Jibson 等（2000）式 5", "Jibson (2007) eq. 6; Jibson et al. (2000) eq. 5", "lg D = 0.215 + lg[(1−r)^2.341 r^−1.438]; P = 0.335(1−e^(−0.048 D^1.565))", verified=True),
    Source("Rickenmann（1999）：泥石流运动距离", "Rickenmann (1999): travel of debris flows", "L = 1.9·V^0.16·H^0.83", verified=True),
    Source("Finlay 等（1999）、AGS（2007c）：人员易损性", "Finlay et al. (1999), AGS (2007c): vulnerability of people", "", verified=True),
)  # fmt: skip

SPEC = ModelSpec(
    id="landslide",
    version="1.0",
    zh="滑坡、泥石流与崩塌影响评估",
    en="landslide, debris flow and rockfall",
    classes=("nd.geo.landslide", "nd.geo.debris_flow", "nd.geo.rockfall"),
    inputs=INPUTS,
    parameters=PARAMETERS,
    sources=SOURCES,
    outcomes=("dead", "injured", "trapped", "threatened"),
    casualties="estimated",
    affected_zh="可能到达范围内的人",
    affected_en="people whom the slide may reach",
    weaknesses_zh=(
        "滑坡按直线扇形估计；没有高程时泥石流也只能按扇形，应沿沟谷人工画出范围。",
        "到达距离可差 2–3 倍；渣土、尾矿流动更远，应选对应类型。",
        "把给出的位置当作滑体顶部；若是被掩埋处，应改正位置。",
        "失稳概率只是在常见土性下的量级，不能代替现场监测。",
    ),
    weaknesses_en=(
        "Slides keep to a straight sector; without heights so do flows, which should then be drawn along their gully by hand.",
        "Travel may differ by a factor of 2 to 3; fill and tailings run farther and have a kind of their own.",
        "The place given is taken for the top of the slide; where it is the buried place, correct it.",
        "The probability of failure is an order of magnitude for usual soils and does not replace watching the slope.",
    ),
    heights_km=5.0,
    heights_cell_m=30.0,
)

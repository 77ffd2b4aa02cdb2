"""What the forest fire model asks for and assumes: inputs, parameters, sources, and the fuels that stand for a forest not looked at."""

from gis.hazards.distribution import lognormal, normal, triangular, uniform
from gis.hazards.fuel_models import Fuel, fuel_model, fuel_models
from gis.hazards.inputs import Choice, ChoiceInput, Input, NumberInput, Prior, ShapeInput
from gis.hazards.model import Parameter, Source

UNKNOWN_FUEL = "unknown"
_JUDGEMENT = ("判断值，待本市以历史火灾校正", "judgement, to be corrected by the city from past fires")
_SEASON = (
    "滇西干季午后的判断值，待以本市气象资料校正",
    "judgement for dry-season afternoons in western Yunnan, to be corrected from the city's own weather records",
)

INPUTS: tuple[Input, ...] = (
    NumberInput(
        "wind_ms", "风速（10 米高）", "wind speed at 10 m", "米/秒", "m/s", 0.0, 40.0, "source",
        prior=Prior(lognormal(3.0, 0.45), *_SEASON), calibrated=(0.0, 12.0), given_spread=("lognormal", 0.25), fed_by="wind_ms",
    ),
    NumberInput(
        "wind_from_deg", "风向（风从何方来，自正北顺时针）", "wind from, clockwise from north", "°", "°", 0.0, 360.0, "source",
        prior=Prior(normal(225.0, 45.0), "滇西干季盛行西南风，判断值", "south-westerly winds prevail in the dry season; judgement"),
        fed_by="wind_from_deg",
    ),
    NumberInput(
        "temperature_c", "气温", "air temperature", "℃", "°C", -30.0, 50.0, "source",
        prior=Prior(normal(26.0, 4.0), *_SEASON), given_spread=("normal", 2.0), fed_by="temperature_c", severe=1,
    ),
    NumberInput(
        "humidity_pct", "相对湿度", "relative humidity", "%", "%", 1.0, 100.0, "source",
        prior=Prior(normal(30.0, 10.0), *_SEASON), given_spread=("normal", 5.0), fed_by="humidity_pct", severe=-1,
    ),
    ChoiceInput(
        "fuel_model", "可燃物类型", "fuel model",
        (
            Choice(UNKNOWN_FUEL, "未查明（按云南松林、灌草组合）", "not looked at (a mixture of pine forest, grass and shrub)"),
            *(Choice(fuel.code, f"{fuel.code} {fuel.zh}", f"{fuel.code} {fuel.en}") for fuel in fuel_models().values()),
        ),
        "source", prior=UNKNOWN_FUEL, prior_zh="林相尚未查明：五种可燃物按权重抽取，判断值",
        prior_en="the stand has not been looked at: five fuels are drawn by weight; judgement",
    ),
    NumberInput(
        "canopy_cover_pct", "林冠郁闭度", "canopy cover", "%", "%", 0.0, 100.0, "source",
        prior=Prior(uniform(20.0, 70.0), "林分郁闭度常见范围，判断值", "usual range of canopy cover; judgement"),
        given_spread=("normal", 8.0),
    ),
    NumberInput(
        "dead_moisture_pct", "细小死可燃物含水率", "moisture of fine dead fuel", "%", "%", 1.0, 60.0, "source",
        optional=True, given_spread=("normal", 1.0), severe=-1,
    ),
    NumberInput(
        "live_moisture_pct", "活草本含水率", "moisture of live herbs", "%", "%", 30.0, 300.0, "source",
        optional=True, given_spread=("normal", 15.0), severe=-1,
    ),
    NumberInput("fine_fuel_code", "细小可燃物湿度码（FFMC）", "fine fuel moisture code (FFMC)", "", "", 0.0, 101.0, "source", optional=True),
    NumberInput("duff_code", "腐殖质湿度码（DMC）", "duff moisture code (DMC)", "", "", 0.0, 800.0, "source", optional=True),
    NumberInput("drought_code", "干旱码（DC）", "drought code (DC)", "", "", 0.0, 2000.0, "source", optional=True),
    NumberInput(
        "slope_deg", "坡度", "slope", "°", "°", 0.0, 70.0, "footprint", optional=True, calibrated=(0.0, 45.0), given_spread=("normal", 3.0),
    ),
    NumberInput("upslope_deg", "上坡方向（自正北顺时针）", "direction upslope, clockwise from north", "°", "°", 0.0, 360.0, "footprint", optional=True),
    NumberInput(
        "burnt_ha", "已过火面积", "area burnt so far", "公顷", "ha", 0.0, 1_000_000.0, "source",
        optional=True, given_spread=("lognormal", 0.3), fed_by="burnt_ha", severe=1,
    ),
    ShapeInput("burnt_area", "已过火范围", "area burnt so far, drawn", "source"),
)  # fmt: skip

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "model_pick", "蔓延公式（小于 0.5 用 Rothermel，否则用王正非）", "formula of spread (below 0.5 Rothermel, else Wang)", "", "",
        uniform(0.0, 1.0), "footprint", "两种公式各半，差异计入不确定性", "each with the same weight: the gap between them is uncertainty",
    ),
    Parameter(
        "ros_factor", "蔓延速度误差", "error of the rate of spread", "倍", "times", lognormal(1.0, 0.405), "footprint",
        "±50%（Cruz 与 Alexander 2013：蔓延速度模型误差通常 35%–75%）",
        "±50 % (Cruz & Alexander 2013: models of spread are usually 35 to 75 % off)",
    ),
    Parameter(
        "wind_turn_deg", "风向摆动", "swing of the wind's direction", "°", "°", normal(0.0, 20.0), "source",
        "地形风与预报误差，判断值", "terrain winds and forecast error; judgement",
    ),
    Parameter(
        "active_share", "六小时内自由蔓延时间比例", "share of six hours in which the fire runs free", "", "", triangular(0.1, 0.5, 1.0),
        "footprint", "夜间减弱、道路水系阻隔与扑救，判断值", "nightfall, roads, streams and crews hold it; judgement",
    ),
    Parameter("fuel_pick", "未查明林相时的可燃物", "fuel where the stand is not known", "", "", uniform(0.0, 1.0), "source", *_JUDGEMENT),
    Parameter(
        "dead_moisture_factor", "由气象推算含水率的误差", "error of fuel moisture from the air", "倍", "times", lognormal(1.0, 0.15), "source",
        *_JUDGEMENT,
    ),
    Parameter(
        "live_moisture_factor", "按月份推算活可燃物含水率的误差", "error of live fuel moisture by the month", "倍", "times", lognormal(1.0, 0.2),
        "source", *_JUDGEMENT,
    ),
    Parameter(
        "unknown_slope_deg", "坡度未知时的坡度", "slope where it is not known", "°", "°", triangular(0.0, 12.0, 30.0), "footprint", *_JUDGEMENT
    ),
    Parameter(
        "forest_share", "受害森林占过火面积比例", "share of the burnt area that is damaged forest", "", "", triangular(0.25, 0.5, 0.95),
        "vulnerability", "全国多年统计约一半，判断区间", "about a half in national statistics over years; the range is judgement",
    ),
    Parameter(
        "death_rate", "受威胁居民死亡率", "death rate of threatened residents", "", "", lognormal(1.5e-5, 2.0), "vulnerability",
        "历史火灾跨多个数量级：多数无居民死亡；2018 年 Camp 火灾约 1.6‰。只计居民，不含扑火人员",
        "past fires span orders of magnitude: in most no resident dies; about 1.6 per mille in the Camp Fire 2018. Residents only, no crews",
    ),
)  # fmt: skip

SOURCES: tuple[Source, ...] = (
    Source(
        "Rothermel（1972）USDA INT-115；Albini（1976）USDA INT-30；Andrews（2018）RMRS-GTR-371",
        "Rothermel (1972), USDA INT-115; Albini (1976), USDA INT-30; Andrews (2018), RMRS-GTR-371",
        "R = I_R·ξ·(1 + φ_w + φ_s)/(ρ_b·ε·Q_ig)",
        verified=True,
    ),
    Source(
        "Scott 与 Burgan（2005）RMRS-GTR-153；Anderson（1982）INT-122：标准可燃物模型",
        "Scott & Burgan (2005), RMRS-GTR-153; Anderson (1982), INT-122: standard fuel models",
        "table 7; table 1",
        verified=True,
    ),
    Source(
        "王正非（1983、1992）林火蔓延公式；毛贤敏（1993）下坡修正：二手资料",
        "Wang Zhengfei (1983, 1992); Mao Xianmin (1993) for downslope: read in secondary sources",
        "R = R0·Ks·exp(0.1783·V)·exp(3.533·tan^1.2 φ)",
        verified=False,
    ),
    Source(
        "Anderson（1983）USDA INT-305：火场椭圆；Catchpole 等（1982）",
        "Anderson (1983), USDA INT-305: the fire's ellipse; Catchpole et al. (1982)",
        "L:W = 0.936·e^(0.1147·U) + 0.461·e^(−0.0692·U) − 0.397",
        verified=True,
    ),
    Source("Simard（1968）：平衡含水率", "Simard (1968): equilibrium moisture", "EMC(T, h)", verified=False),
    Source(
        "Van Wagner（1987）林业技术报告35：火险天气指数",
        "Van Wagner (1987), Forestry Technical Report 35: fire weather index",
        "eq. 1–30",
        verified=True,
    ),
    Source(
        "Byram（1959）火线强度与火焰长度；Butler 与 Cohen（1998）安全距离",
        "Byram (1959): intensity and flame length; Butler & Cohen (1998): safety distance",
        "I = H·w·r; L = 0.0775·I^0.46; 4·L",
        verified=False,
    ),
)

_FOREST_MIX = (("TL6", 0.15), ("TL8", 0.25), ("FM2", 0.25), ("GS2", 0.20), ("SH5", 0.15))
_GRASS_MIX = (("GR2", 0.35), ("GR4", 0.35), ("FM3", 0.15), ("GS2", 0.15))
TIMBER = frozenset({"FM2", "FM8", "FM9", "FM10"})
# Moisture of live herbs by month, %, January first: cured in the dry season (November to April), green in the rains. Judgement.
LIVE_HERB_PCT = (60.0, 50.0, 45.0, 50.0, 75.0, 110.0, 130.0, 130.0, 125.0, 110.0, 90.0, 75.0)
WOODY_ABOVE_HERB_PCT = 30.0


def mixture(key: str | None, is_grass: bool) -> tuple[tuple[Fuel, float], ...]:
    """The fuels that are drawn, slow ones first, each with the share of draws up to which it is taken."""
    if key is not None and key != UNKNOWN_FUEL:
        return ((fuel_model(key), 1.0),)
    found: list[tuple[Fuel, float]] = []
    total = 0.0
    for code, weight in _GRASS_MIX if is_grass else _FOREST_MIX:
        total += weight
        found.append((fuel_model(code), min(total, 1.0)))
    return tuple(found)


def under_trees(fuel: Fuel) -> bool:
    """Whether this fuel lies under a canopy that takes the wind off it."""
    return fuel.kind in ("TU", "TL") or fuel.code in TIMBER

"""What the flood models ask for and suppose: declarations for river floods, flash floods and waterlogging, with their sources."""

from dataclasses import dataclass

from gis.hazards.distribution import Dist, lognormal, normal, triangular
from gis.hazards.inputs import Error, Input, NumberInput, Prior, ShapeInput
from gis.hazards.model import ModelSpec, Parameter, Source

JUDGEMENT = ("判断值，待本市以历史事件校正", "judgement, to be corrected by the city from past events")
WET_M = 0.15
"""Water stands in a house from here: a usual height of the threshold."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One kind of flood: its priors. `froude`: how fast water runs for its depth; `mortality`: factor on Jonkman's curves."""

    id: str
    zh: str
    en: str
    classes: tuple[str, ...]
    rise: Dist
    rain_h: Dist
    rise_m_h: Dist
    froude: Dist
    mortality: Dist
    fills: bool = False
    """Rain stands where it fell (waterlogging) rather than running down the river."""


RIVER = Variant(
    "flood_river", "洪水淹没评估", "river flood",
    ("nd.flood", "nd.flood.river", "nd.flood.dike", "nd.flood.ice", "nd.flood.other"),
    lognormal(2.0, 0.6), lognormal(8.0, 0.7), lognormal(0.3, 0.7), lognormal(0.15, 0.5), lognormal(0.3, 1.3),
)  # fmt: skip
FLASH = Variant(
    "flood_flash", "山洪淹没评估", "flash flood", ("nd.flood.flash", "nd.met.rainstorm"),
    lognormal(2.0, 0.7), lognormal(3.0, 0.6), lognormal(1.5, 0.7), lognormal(0.4, 0.4), lognormal(0.6, 1.3),
)  # fmt: skip
URBAN = Variant(
    "flood_urban", "内涝积水评估", "waterlogging", ("nd.flood.urban",),
    lognormal(0.5, 0.6), lognormal(3.0, 0.6), lognormal(0.3, 0.7), lognormal(0.1, 0.5), lognormal(0.05, 1.5), fills=True,
)  # fmt: skip


def flood_inputs(variant: Variant) -> tuple[Input, ...]:
    return (
        NumberInput(
            "stage_m", "水位上涨（比平时高出）" if not variant.fills else "积水面上涨", "rise of the water above its usual level",
            "米", "m", 0.05, 60.0, "source",
            prior=Prior(variant.rise, "未报告水位时的假定，判断值", "assumed while no level is reported, judgement"),
            calibrated=(0.3, 20.0), given_spread=("lognormal", 0.1), fed_by="stage_m", severe=1,
        ),
        NumberInput(
            "flow_m3_s", "洪峰流量", "peak flow", "立方米/秒", "m³/s", 0.1, 200_000.0, "source", optional=True,
            given_spread=("lognormal", 0.15), fed_by="flow_m3_s", severe=1,
        ),
        NumberInput(
            "rainfall_mm", "降雨量", "rainfall", "毫米", "mm", 0.0, 2000.0, "source", optional=True, calibrated=(20.0, 800.0),
            given_spread=("lognormal", 0.2), fed_by="rainfall_mm", severe=1,
        ),
        NumberInput(
            "forecast_mm", "预报还将下的雨", "rain still forecast", "毫米", "mm", 0.0, 1000.0, "source",
            prior=Prior(Dist("exact", 0.0), "本模型的约定：只算已下的雨", "this model's convention: rain that has fallen", verified=True),
            given_spread=("lognormal", 0.5), fed_by="forecast_mm", severe=1,
        ),
        NumberInput(
            "rain_h", "降雨历时", "duration of the rain", "小时", "h", 0.1, 240.0, "source",
            prior=Prior(variant.rain_h, "本类洪水常见的降雨历时，判断值", "usual for this kind of flood, judgement"),
            given_spread=("lognormal", 0.1),
        ),
        NumberInput(
            "curve_number", "径流曲线数（CN）", "runoff curve number (CN)", "", "", 30.0, 100.0, "source",
            prior=Prior(
                normal(90.0 if variant.fills else 76.0, 4.0 if variant.fills else 7.0),
                "NEH-630 第 9 章：城区约 90，农林混合（C 组土）约 76", "NEH part 630 ch. 9: towns about 90, fields and woods on group C about 76",
            ),
            severe=1,
        ),
        NumberInput(
            "catchment_km2", "断面以上集水面积", "catchment above the place", "平方公里", "km²", 0.05, 500_000.0, "source", optional=True,
            severe=1,
        ),
        NumberInput(
            "reach_km", "沿河评估范围", "how far along the river", "公里", "km", 0.3, 10.0, "footprint",
            prior=Prior(
                Dist("exact", 2.0 if variant.fills else 6.0), "本模型的约定", "this model's convention", verified=True
            ),
        ),
        ShapeInput("observed_area", "实测淹没范围", "observed flooded area", "footprint"),
        NumberInput(
            "water_depth_m", "淹没范围内平均水深", "mean depth inside the observed area", "米", "m", 0.05, 30.0, "source",
            prior=Prior(lognormal(0.8, 0.6), "未报告水深时的假定，判断值", "assumed while no depth is reported, judgement"),
            given_spread=("lognormal", 0.25), fed_by="water_depth_m", severe=1,
        ),
        NumberInput(
            "rise_m_h", "水位上涨速度", "how fast the water rises", "米/小时", "m/h", 0.001, 60.0, "vulnerability",
            prior=Prior(variant.rise_m_h, "本类洪水常见的涨速，判断值", "usual for this kind of flood, judgement"),
            given_spread=("lognormal", 0.2), fed_by="rise_m_h", severe=1,
        ),
        NumberInput(
            "evacuated_share", "淹没区已转移比例", "share of the people in the water's way who have left", "", "", 0.0, 1.0, "vulnerability",
            prior=Prior(triangular(0.0, 0.2, 0.8), "未报告转移情况时的假定，判断值", "assumed while nothing is reported, judgement"),
            given_spread=("normal", 0.05), severe=-1,
        ),
    )  # fmt: skip


def flood_parameters(variant: Variant) -> tuple[Parameter, ...]:
    def judged(name: str, zh: str, en: str, unit_zh: str, unit_en: str, dist: Dist, error: Error) -> Parameter:
        return Parameter(name, zh, en, unit_zh, unit_en, dist, error, *JUDGEMENT)

    return (
        Parameter(
            "roughness", "糙率", "Manning's n", "s/m^(1/3)", "s/m^(1/3)", lognormal(0.06, 0.35), "footprint",
            "Chow 1959：山区河道与滩地 0.03–0.15", "Chow 1959: mountain streams and flood plains 0.03–0.15",
        ),
        Parameter(
            "depth_error_m", "地面与水面的高差误差", "error of heights and of the flat water", "米", "m", normal(0.0, 1.0 if not variant.fills else 0.25),
            "footprint", "30 米级高程与 HAND 方法的误差，判断值（地表模型常差 2–4 米，河边按局部相对误差折减）",
            "heights of 30 m cells and the HAND method, judgement (surface models err by 2–4 m, less from one cell to the next)",
        ),
        judged("wet_share", "沿河带中实际进水比例", "share of the strip along the river that is wet", "", "", triangular(0.02, 0.25, 0.8), "footprint"),
        judged("froude", "水流弗劳德数", "Froude number of the flow", "", "", variant.froude, "vulnerability"),
        Parameter(
            "mortality_factor", "死亡率修正", "factor on mortality", "倍", "times", variant.mortality, "vulnerability",
            "Jonkman 曲线拟合自 1953 年北海等大洪水；今日预警下偏高，判断值",
            "Jonkman's curves were fitted to the North Sea flood of 1953 and the like; too high where people are warned, judgement",
        ),
        judged("shelter_share", "受淹居民中需安置比例", "share of flooded residents who need shelter", "", "", triangular(0.2, 0.5, 0.9), "vulnerability"),
        judged("building_wan", "每栋房屋及室内财产价值", "worth of a building and what is in it", "万元", "10 000 yuan", lognormal(20.0, 0.8), "vulnerability"),
        judged("damage_factor", "损失率修正", "factor on damage", "倍", "times", lognormal(1.0, 0.5), "vulnerability"),
    )  # fmt: skip


SOURCES = (
    Source("Nobre 等 2011：最近排水高差（HAND）", "Nobre et al. 2011, J. Hydrology 404: height above nearest drainage", "d = max(0, s·f − HAND)", verified=False),
    Source("Zheng 等 2018：由 HAND 生成的水位流量关系", "Zheng et al. 2018, JAWRA 54: rating from HAND", "Q = A R^(2/3) √S / n", verified=False),
    Source("Leopold 与 Maddock 1953：水深随流量 0.4 次方", "Leopold & Maddock 1953, USGS PP 252", "f = (A/A₀)^0.4", verified=False),
    Source("SCS/NRCS 工程手册 630 部分第 10、16 章", "SCS/NRCS NEH part 630, ch. 10 and 16", "Q = (P − 0.2S)²/(P + 0.8S); q = 0.208 A Q/Tp", verified=False),
    Source("DEFRA/EA FD2320、FD2321 及 2008 年补充说明", "DEFRA/EA FD2320, FD2321, supplementary note 2008", "HR = d(v + 0.5) + DF", verified=False),
    Source("Jonkman 等 2008", "Jonkman et al. 2008, Natural Hazards 46", "Φ((ln h − μ)/σ)", verified=False),
    Source("Huizinga 等 2017（欧盟联合研究中心 EUR 28552），亚洲曲线", "Huizinga et al. 2017, JRC EUR 28552, Asia", "table", verified=True),
)  # fmt: skip
WEAKNESSES_ZH = (
    "静水：水面随河底平行抬高，不模拟流速、堤防、桥梁阻水和回水。",
    "高程来自地表模型时，林冠和房屋会被当作地面；河道水下地形未知。",
    "集水面积只算评估框内的部分，大江大河应给出流量或水位。",
    "死亡率曲线来自有限的历史洪水，跨数量级不确定。",
)
WEAKNESSES_EN = (
    "Still water: its surface rises in parallel with the bed; no velocities, dikes, bridges or backwater are computed.",
    "Heights from a surface model take canopies and roofs for ground; the bed under water is not known.",
    "Catchments are counted inside the box only: for a large river give its flow or level.",
    "Mortality curves rest on few past floods and are uncertain by orders of magnitude.",
)


def flood_spec(variant: Variant) -> ModelSpec:
    return ModelSpec(
        id=variant.id,
        version="1.0",
        zh=variant.zh,
        en=variant.en,
        classes=variant.classes,
        inputs=flood_inputs(variant),
        parameters=flood_parameters(variant),
        sources=SOURCES,
        outcomes=(
            "dead", "affected", "evacuated", "trapped", "resettled", "damaged_buildings", "loss_wan", "road_cut_km",
        ),
        casualties="estimated",
        affected_zh="住处或活动处水深 0.15 米以上的人",
        affected_en="people whose place stands 0.15 m deep or more in water",
        weaknesses_zh=WEAKNESSES_ZH,
        weaknesses_en=WEAKNESSES_EN,
        heights_km=10.0,
        heights_cell_m=40.0,
    )  # fmt: skip

"""What the dam-break models ask for and suppose: declarations with their sources."""

from typing import Literal

from gis.hazards.dam_break_valley import TERRAINS
from gis.hazards.distribution import Dist, lognormal, normal, triangular, uniform
from gis.hazards.flood_inputs import JUDGEMENT
from gis.hazards.inputs import Choice, ChoiceInput, Error, Input, NumberInput, Prior
from gis.hazards.model import ModelSpec, Parameter, Source

MODES = (
    Choice("overtopping", "漫顶溃决", "overtopping"),
    Choice("piping", "管涌或渗透破坏", "piping"),
    Choice("instantaneous", "瞬时全溃（混凝土坝）", "whole dam gone at once (concrete)"),
)
_SMALL = Prior(
    lognormal(1.0, 1.5), "未报告库容时：按小型水库（全国水库 95% 以上为 10 万–1000 万立方米），判断值",
    "while no volume is told: a small reservoir (more than 95 % of China's hold 0.1 to 10 million m³), judgement",
)  # fmt: skip
_LOW = Prior(
    lognormal(18.0, 0.5),
    "未报告坝高时：按小型水库常见坝高，判断值",
    "while no height is told: usual of small reservoirs, judgement",
)


def _common(water: Prior | None, height: Prior | None) -> tuple[Input, ...]:
    return (
        NumberInput(
            "water_million_m3", "溃决时下泄水量", "water that comes out when it fails", "百万立方米", "million m³", 0.001, 100_000.0, "source",
            prior=water, calibrated=(0.01, 700.0), given_spread=("lognormal", 0.15), fed_by="stored_water_wan_m3", scale=0.01, severe=1,
        ),
        NumberInput(
            "water_height_m", "溃口底以上水深", "depth of the water above the breach's bottom", "米", "m", 0.5, 400.0, "source", prior=height,
            calibrated=(1.5, 93.0), given_spread=("lognormal", 0.08), fed_by="water_height_m", severe=1,
        ),
        NumberInput(
            "dam_height_m", "坝高", "height of the dam", "米", "m", 1.0, 400.0, "source", optional=True, given_spread=("lognormal", 0.05),
            fed_by="dam_height_m", severe=1,
        ),
    )  # fmt: skip


_DOWNSTREAM: tuple[Input, ...] = (
    NumberInput(
        "fails_share", "溃决可能性（1 必然，0 未溃）", "chance that it fails (1 certain, 0 it holds)", "", "", 0.0, 1.0, "source",
        prior=Prior(Dist("exact", 1.0), "本模型的约定：回答若溃决会怎样", "this model's convention: what happens if it fails", verified=True),
        severe=1,
    ),
    NumberInput(
        "run_km", "向下游评估距离", "how far downstream", "公里", "km", 1.0, 100.0, "footprint",
        prior=Prior(Dist("exact", 25.0), "本模型的约定", "this model's convention", verified=True),
    ),
    NumberInput(
        "azimuth_deg", "河谷下游方向（无高程和河流时）", "direction of the valley (without heights and rivers)", "°", "°", 0.0, 360.0,
        "footprint", optional=True,
    ),
    ChoiceInput(
        "terrain", "下游地形（无高程时）", "terrain downstream (without heights)",
        tuple(Choice(t.key, t.zh, t.en) for t in TERRAINS.values()), "footprint", prior="mountain",
        prior_zh="本市地处山区，判断值", prior_en="the city lies in mountains, judgement",
    ),
    NumberInput(
        "warning_min", "下游收到预警早于溃决", "warning reaches people before the failure by", "分钟", "min", -1440.0, 20_000.0, "vulnerability",
        prior=Prior(normal(0.0, 30.0), "未报告预警时：约在溃决时，判断值", "while none is reported: about when it fails, judgement"),
        given_spread=("normal", 5.0), severe=-1,
    ),
    ChoiceInput(
        "understanding", "下游对来水的了解", "how well people understand what is coming",
        (Choice("vague", "模糊", "vague"), Choice("precise", "明确", "precise")), "vulnerability", prior="vague",
        prior_zh="未报告时按模糊（较不利）", prior_en="taken as vague, the worse, while nothing is said",
    ),
    NumberInput(
        "evacuated_share", "溃决前已转移比例", "share of the people in the water's way who have left before it fails", "", "", 0.0, 1.0,
        "vulnerability", prior=Prior(triangular(0.0, 0.1, 0.7), "未报告转移时的假定，判断值", "assumed while nothing is reported, judgement"),
        given_spread=("normal", 0.05), severe=-1,
    ),
)  # fmt: skip
DAM_INPUTS: tuple[Input, ...] = (
    ChoiceInput("mode", "溃决方式", "how it fails", MODES, "source", optional=True),
    *_common(_SMALL, _LOW),
    NumberInput("crest_length_m", "坝顶长", "length of the crest", "米", "m", 2.0, 5000.0, "source", optional=True, given_spread=("lognormal", 0.05), severe=1),
    *_DOWNSTREAM,
)  # fmt: skip
LANDSLIDE_INPUTS: tuple[Input, ...] = (*_common(None, None), *_DOWNSTREAM)


def _judged(name: str, zh: str, en: str, unit_zh: str, unit_en: str, dist: Dist, error: Error) -> Parameter:
    return Parameter(name, zh, en, unit_zh, unit_en, dist, error, *JUDGEMENT)


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "peak_error", "洪峰公式误差（标准差数）", "error of the peak's formula (standard deviations)", "", "", normal(0.0, 1.0), "source",
        "Wahl 2001/2004：108 座溃坝的 95% 区间", "Wahl 2001/2004: 95 % intervals on 108 failures", verified=True,
    ),
    Parameter(
        "fails_draw", "是否溃决（均匀数）", "whether it fails (a uniform number)", "", "", uniform(0.0, 1.0), "source",
        "抽样：小于溃决可能性即溃决", "a draw: below the chance, it fails", verified=True,
    ),
    _judged("record_factor", "水库台账数据误差", "error of the reservoir's record", "倍", "times", lognormal(1.0, 0.25), "source"),
    Parameter(
        "roughness", "糙率", "Manning's n", "s/m^(1/3)", "s/m^(1/3)", lognormal(0.06, 0.35), "footprint",
        "Chow 1959：山区河道与滩地 0.03–0.15", "Chow 1959: mountain streams and flood plains 0.03–0.15",
    ),
    _judged("section_factor", "河谷宽度误差", "error of the valley's width", "倍", "times", lognormal(1.0, 0.4), "footprint"),
    _judged("slope_factor", "假定比降的误差（无高程时）", "error of the supposed fall (without heights)", "倍", "times", lognormal(1.0, 0.7), "footprint"),
    _judged("celerity_factor", "波速误差", "error of the wave's speed", "倍", "times", lognormal(1.0, 0.25), "footprint"),
    Parameter(
        "fatality_position", "死亡率在建议区间中的位置", "place within the suggested range of fatality", "", "", uniform(0.0, 1.0), "vulnerability",
        "Graham DSO-99-06 表 7：0 为下限，0.5 为建议值，1 为上限", "Graham DSO-99-06 table 7: 0 lowest, 0.5 suggested, 1 highest",
    ),
    _judged("shelter_share", "受淹居民中需安置比例", "share of flooded residents who need shelter", "", "", triangular(0.3, 0.7, 1.0), "vulnerability"),
    _judged("building_wan", "每栋房屋及室内财产价值", "worth of a building and what is in it", "万元", "10 000 yuan", lognormal(20.0, 0.8), "vulnerability"),
    _judged("damage_factor", "损失率修正", "factor on damage", "倍", "times", lognormal(1.0, 0.5), "vulnerability"),
)  # fmt: skip

_SHARED_SOURCES = (
    Source("Manning 公式、三角形断面；波速取平均流速 1.5 倍", "Manning's equation in a V-shaped section; celerity 1.5 × mean velocity", "y = (Q n / (√S · …))^(3/8)", verified=True),
    Source("李炜式沿程衰减（国内溃坝计算惯例）", "Li's attenuation, Chinese dam-break practice", "Q_L = W/(W/Qm + L/(vK))", verified=False),
    Source("Graham 1999，美国垦务局 DSO-99-06 表 7", "Graham 1999, USBR DSO-99-06, table 7", "table", verified=False),
    Source("Huizinga 等 2017（EUR 28552），亚洲曲线", "Huizinga et al. 2017, JRC EUR 28552, Asia", "table", verified=True),
)  # fmt: skip
_DAM_SOURCES = (
    Source("Wahl 2001/2004 汇编的六式及其 95% 区间（Froehlich 1995a 为主）", "six formulas and their 95 % intervals as collected by Wahl 2001/2004 (Froehlich 1995a the estimate)", "Qp = 0.607 Vw^0.295 hw^1.24", verified=True),
    Source("Froehlich 1995b、2008：溃口宽度与历时", "Froehlich 1995b, 2008: width and time of the breach", "B = 0.1803 Ko Vw^0.32 hb^0.19; tf = 0.00254 Vw^0.53 hb^−0.90", verified=True),
    Source("Ritter 1892：瞬时全溃", "Ritter 1892: instantaneous failure", "Q = 8/27 √g B H^1.5", verified=False),
)  # fmt: skip
_LANDSLIDE_SOURCES = (
    Source("Costa 1985（USGS OFR 85-560）：堰塞坝", "Costa 1985, USGS OFR 85-560: landslide dams", "Qp = 181 (hd V)^0.43", verified=False),
    Source("Costa 与 Schuster 1988", "Costa & Schuster 1988, GSA Bulletin 100", "Qp = 0.0158 PE^0.41", verified=False),
)  # fmt: skip


def dam_spec(id_: str, zh: str, en: str, classes: tuple[str, ...], kind: Literal["dam", "landslide"]) -> ModelSpec:
    return ModelSpec(
        id=id_,
        version="1.0",
        zh=zh,
        en=en,
        classes=classes,
        inputs=DAM_INPUTS if kind == "dam" else LANDSLIDE_INPUTS,
        parameters=PARAMETERS,
        sources=((_DAM_SOURCES if kind == "dam" else _LANDSLIDE_SOURCES) + _SHARED_SOURCES),
        outcomes=("dead", "affected", "evacuated", "resettled", "damaged_buildings", "loss_wan", "road_cut_km"),
        casualties="estimated",
        affected_zh="若溃决，洪水淹没范围内的人（含已转移的）",
        affected_en="people inside the flood if the dam fails (those who have left included)",
        weaknesses_zh=(
            "一维、稳定最大流量：不算桥梁、弯道、泥沙、库区退水过程和下游水库联溃。",
            "洪峰公式误差约 2 倍（土石坝），堰塞坝更大；混凝土坝按全溃取上限。",
            "死亡率来自美国溃坝记录，等级按单宽流量划分，跨数量级不确定。",
        ),
        weaknesses_en=(
            "One dimension at greatest flow: no bridges, bends, sediment or draw-down, and no failure of dams downstream.",
            "Peaks err by a factor of about two (embankments), more for landslide dams; concrete dams are taken as gone wholly.",
            "Fatality rates are those of US dam failures, by flow by width; they are uncertain by orders of magnitude.",
        ),
        heights_km=20.0,
        heights_cell_m=60.0,
    )  # fmt: skip

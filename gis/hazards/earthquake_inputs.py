"""What the earthquake model asks for, what it does not know of itself, and where its numbers are from."""

from gis.hazards.distribution import exact, lognormal, normal, triangular, uniform
from gis.hazards.earthquake_laws import LAWS
from gis.hazards.inputs import Choice, ChoiceInput, Input, NumberInput, Prior, ShapeInput
from gis.hazards.model import ModelSpec, Parameter, Source
from gis.hazards.shaking_damage import ROOMS_PER_PERSON

GLOBAL = "global"
_JUDGEMENT = ("判断值，待以历史震害校正", "judgement, to be corrected from past earthquakes")

INPUTS: tuple[Input, ...] = (
    NumberInput(
        "ms", "震级", "magnitude", "级", "", 2.5, 9.5, "source", calibrated=(5.0, 8.0), given_spread=("normal", 0.2),
        fed_by="magnitude", severe=1,
    ),
    NumberInput(
        "depth_km", "震源深度", "focal depth", "公里", "km", -5.0, 800.0, "source",
        prior=Prior(lognormal(11.0, 0.4), "中国大陆浅源地震深度的常见值（速报深度本身误差数公里）", "usual depth of shallow earthquakes in China"),
        calibrated=(-5.0, 35.0), fed_by="depth_km",
    ),
    NumberInput("rupture_azimuth_deg", "破裂走向", "azimuth of the rupture", "°", "°", 0.0, 360.0, "footprint", optional=True),
    NumberInput("rupture_length_km", "破裂长度", "length of the rupture", "公里", "km", 0.0, 600.0, "footprint", optional=True, severe=1),
    NumberInput(
        "location_error_km", "震中定位误差（一个标准差）", "error of the epicentre (one standard deviation)", "公里", "km", 0.0, 50.0, "source",
        prior=Prior(exact(5.0), "速报震中误差的常见值，判断值", "usual for a quick report, judgement"),
    ),
    ChoiceInput(
        "zone", "烈度衰减分区", "zone of the intensity law",
        (
            Choice("auto", "按震中位置", "by the epicentre"),
            *(Choice(law.key, law.zh, law.en) for law in LAWS.values()),
            Choice(GLOBAL, "全球关系（国外或不适用时）", "global law (abroad, or where none fits)"),
        ),
        "footprint", prior="auto", prior_zh="按震中位置判定", prior_en="judged from the epicentre",
    ),
    ShapeInput(
        "intensity_zones", "仪器烈度或实地调查烈度区", "zones of instrument or surveyed intensity", "footprint", value_name="intensity",
        low=4.0, high=12.0,
    ),
    NumberInput(
        "rural_share", "农村房屋比例", "share of rural dwellings", "", "", 0.0, 1.0, "vulnerability",
        prior=Prior(triangular(0.2, 0.6, 0.95), "城镇化率约四至六成的地区，判断值", "where about half the people live in towns, judgement"), severe=1,
    ),
    NumberInput(
        "gdp_per_head_yuan", "人均地区生产总值", "GDP per head", "元", "yuan", 1000.0, 1_000_000.0, "exposure",
        prior=Prior(lognormal(60_000.0, 0.35), "云南省约 6 万元（统计公报，未复核）", "Yunnan, about 60,000 yuan (statistical communiqué, not checked)"),
        given_spread=("lognormal", 0.1), severe=1,
    ),
)  # fmt: skip

_TOLL = ("USGS EXPO-CAT 1969–1989 年中国地震拟合", "fitted to Chinese earthquakes of 1969–1989 in USGS EXPO-CAT")
PARAMETERS = (
    Parameter("law_residual", "烈度衰减关系的离散", "residual of the intensity law", "σ", "σ", normal(0.0, 1.0), "footprint",
              "GB 18306-2015 宣贯教材，各区 σ 0.52–0.66", "textbook to GB 18306-2015: σ 0.52–0.66 by zone", verified=True),
    Parameter("epicentre_east", "震中东西向误差", "error of the epicentre, eastward", "σ", "σ", normal(0.0, 1.0), "source",
              "定位误差输入", "the input of the location error"),
    Parameter("epicentre_north", "震中南北向误差", "error of the epicentre, northward", "σ", "σ", normal(0.0, 1.0), "source",
              "定位误差输入", "the input of the location error"),
    Parameter("dead_residual", "死亡率的离散", "residual of deaths", "σ", "σ", normal(0.0, 1.0), "vulnerability", *_TOLL, verified=True),
    Parameter("injured_residual", "受伤率的离散", "residual of the injured", "σ", "σ", normal(0.0, 1.0), "vulnerability",
              "USGS EXPO-CAT 1969–1989 年中国地震拟合", "fitted to Chinese earthquakes of 1969–1989 in USGS EXPO-CAT", verified=True),
    Parameter("collapse_factor", "倒塌率偏差", "bias of collapse", "倍", "times", lognormal(0.7, 1.1), "vulnerability", *_JUDGEMENT),
    Parameter("rooms_per_person", "人均间数", "rooms a person", "间", "rooms", uniform(ROOMS_PER_PERSON - 0.4, ROOMS_PER_PERSON + 0.4),
              "exposure", *_JUDGEMENT),
    Parameter("resettled_factor", "转移安置比例偏差", "bias of people resettled", "倍", "times", lognormal(1.0, 0.9), "vulnerability", *_JUDGEMENT),
    Parameter("loss_residual", "经济损失率的离散", "residual of economic loss", "σ", "σ", normal(0.0, 1.0), "vulnerability",
              "USGS PAGER，G = 2.5", "USGS PAGER, G = 2.5", verified=True),
)  # fmt: skip

SOURCES = (
    Source("GB 18306-2015《中国地震动参数区划图》宣贯教材：分区椭圆烈度衰减关系", "GB 18306-2015, explanatory textbook: elliptical intensity laws by zone", "I = A + B·Ms + C·lg(R+R0)", verified=True),
    Source("雷建成等（2007）四川盆地烈度衰减关系", "Lei et al. (2007): Sichuan basin", "I = A + B·Ms + C·lg(R+R0)", verified=False),
    Source("Wells 与 Coppersmith（1994）破裂尺度", "Wells & Coppersmith (1994): rupture size", "lg L = −3.22 + 0.69 M", verified=False),
    Source("Allen、Wald 与 Worden（2012）全球烈度关系", "Allen, Wald & Worden (2012): global intensity", "3.950 + 0.913 M − 1.107 ln √(R² + (1 + 0.813 e^(M−5))²)", verified=True),
    Source("Jaiswal 与 Wald（2009）USGS OFR 2009-1136，参数 2.2 版；死亡率重新拟合", "Jaiswal & Wald (2009), USGS OFR 2009-1136, parameters v2.2; deaths fitted again", "ν(I) = Φ(ln(I/θ)/β)", verified=True),
    Source("USGS PAGER 半经验模型：中国房屋类型与倒塌率", "USGS PAGER semi-empirical model: dwellings of China and their collapse", "Σ share·P(collapse | I)", verified=True),
)  # fmt: skip

SPEC = ModelSpec(
    id="earthquake",
    version="2.0",
    zh="地震烈度与伤亡快速评估",
    en="earthquake: intensity and casualties",
    classes=("nd.quake", "nd.quake_outside"),
    inputs=INPUTS,
    parameters=PARAMETERS,
    sources=SOURCES,
    outcomes=("dead", "injured", "affected", "resettled", "collapsed_rooms", "loss_wan"),
    casualties="estimated",
    affected_zh="Ⅵ度及以上地区的人",
    affected_en="people at intensity VI and above",
    weaknesses_zh=(
        "点源椭圆关系：Ⅵ、Ⅶ度较好，Ⅷ度偏弱，难以给出Ⅸ度以上；大震须给出破裂走向与长度。",
        "不含场地条件（盆地放大、软土）与余震；滑坡、堰塞湖造成的伤亡另行评估。",
        "死亡率依据 1969–1989 年的房屋；新建房屋抗震能力提高，可能高估。",
    ),
    weaknesses_en=(
        "A law of a point source: good at VI and VII, weak at VIII, it hardly gives IX; large earthquakes need the azimuth and length of the rupture.",
        "No site effects (basins, soft soil) and no aftershocks; deaths by landslides and barrier lakes are assessed apart.",
        "Deaths follow the dwellings of 1969–1989; newer ones stand better, so it may overestimate.",
    ),
    heights_km=60.0,
    heights_cell_m=200.0,
)

"""What the forest fire model says besides its numbers: limits, assumptions, the two formulas, safety of crews, fire weather."""

import math

from gis.hazards.fbp import Stand, Weather, head_fire
from gis.hazards.fire_behaviour import ATTACK_LIMITS_KW_M, flame_length_m, safety_separation_m, scorch_height_m
from gis.hazards.fire_ellipse import Growth, perimeter_m
from gis.hazards.fire_weather import KMH_PER_MS, bui, fwi, isi
from gis.hazards.inputs import Inputs
from gis.hazards.model import Limit, Note
from gis.hazards.wildfire_inputs import UNKNOWN_FUEL
from gis.hazards.wildfire_spread import Heads, Site

_CODES = ("fine_fuel_code", "duff_code", "drought_code")
_WET_MONTHS = range(6, 11)
_ATTACK_WORDS = (
    ("火头可用手工具直接扑打", "crews with hand tools can attack the head"),
    ("火头手工具难以控制，需水泵、推土机械", "too hot for hand tools at the head: pumps and machines are needed"),
    ("火头机械难以控制，只能从火翼、火尾间接扑救", "machines may fail at the head: attack the flanks and the rear"),
    ("火头无法控制，可能出现树冠火、飞火", "nothing holds the head: crowning and spotting are likely"),
)
# EFFIS classes of the fire weather index; recalled, to be checked.
_FWI_CLASSES = (
    (5.2, "很低", "very low"),
    (11.2, "低", "low"),
    (21.3, "中", "moderate"),
    (38.0, "高", "high"),
    (50.0, "很高", "very high"),
)


def limits(inputs: Inputs, site: Site, heads: Heads) -> tuple[Limit, ...]:
    """Where a formula or an input stands outside what it was made for."""
    found: list[Limit] = []
    if bool(heads.wang_limited[0]):
        found.append(Limit("wang_limit", "风速超过 12 米/秒或坡度超过 45°：王正非公式按上限值计算，可能偏慢。", "Wind above 12 m/s or slope above 45°: Wang's formula is held at its limit, and may be too slow.", outside=True))  # fmt: skip
    if bool(heads.wind_limited[0]):
        found.append(Limit("rothermel_wind_limit", "有效风速超过 Rothermel 公式上限（反应强度的 0.9 倍），按上限计算。", "The effective wind exceeds the limit of Rothermel's formula (0.9 of the reaction intensity) and is held at it.", outside=True))  # fmt: skip
    if site.terrain is None and not inputs.is_given("slope_deg"):
        found.append(Limit("slope_unknown", "没有高程，坡度未给出：按沿风向上坡 0–30° 抽取。", "No heights are loaded and no slope is given: 0 to 30° upslope along the wind is drawn."))  # fmt: skip
    if not inputs.is_given("wind_from_deg"):
        found.append(Limit("wind_direction_assumed", "风向尚未给出，按盛行风假定：火往哪边走并不知道。", "The wind's direction is assumed from the prevailing one: which way the fire goes is not known."))  # fmt: skip
    if site.month in _WET_MONTHS and any(inputs.origin(name) == "prior" for name in ("humidity_pct", "temperature_c")):
        found.append(Limit("out_of_season", "假定的气象是干季午后的，当前为雨季：多半偏快。请输入实况。", "The assumed weather is that of dry-season afternoons, but it is the rainy season: probably too fast. Enter what is observed."))  # fmt: skip
    return tuple(found)


def assumptions(inputs: Inputs, heads: Heads, abroad: bool) -> tuple[Note, ...]:
    found = [
        Note(
            "constant_weather",
            "六小时内风、温、湿和可燃物不变，火场为椭圆；不计飞火、树冠火和道路水系阻隔。",
            "Wind, air and fuel stay as they are for six hours and the fire is an ellipse; no spotting, no crown fire, no barriers.",
        ),
        Note(
            "residents_only",
            "死亡估计只计居民，不含扑火人员；来自历史火灾的很宽的先验。",
            "The dead are residents only, not fire crews; the rate is a very wide prior from past fires.",
        ),
    ]
    if abroad:
        found.append(
            Note(
                "our_side",
                "境外火：受害森林面积只计我方境内部分，过火面积为全部。",
                "A fire abroad: damaged forest counts on our side only, the burnt area is the whole.",
            )
        )
    if not inputs.is_known("dead_moisture_pct"):
        moisture = f"{float(heads.dead_moisture_pct[0]):.0f}"
        basis = ("由 FFMC", "from the FFMC") if inputs.is_known("fine_fuel_code") else ("由气温和湿度", "from the air's temperature and humidity")  # fmt: skip
        found.append(Note("dead_moisture", f"细小死可燃物含水率约 {moisture}%，{basis[0]}推算。", f"Fine dead fuel holds about {moisture} % water, {basis[1]}."))  # fmt: skip
    if not inputs.is_known("live_moisture_pct"):
        found.append(Note("live_moisture", "活可燃物含水率按月份（干季、雨季）假定。", "The moisture of live fuel is assumed by the month (dry and rainy season)."))  # fmt: skip
    if inputs.choice("fuel_model") == UNKNOWN_FUEL:
        found.append(Note("fuel_mixture", "林相未查明：图上按林下草本，抽样在五种可燃物中进行。", "The stand is not known: the map shows timber with grass, the draws run through five fuels."))  # fmt: skip
    return tuple(found)


def notes(inputs: Inputs, site: Site, heads: Heads, middle: Growth, is_grass: bool) -> tuple[Note, ...]:
    """The two formulas side by side, what crews must know, the length of the edge, fire weather where the codes are known."""
    first, second = float(heads.rothermel.ros_m_min[0]), float(heads.wang.ros_m_min[0])
    found = [
        Note(
            "two_formulas",
            f"火头速度：Rothermel {_speed(first)} 米/分，王正非 {_speed(second)} 米/分；两者之差计入不确定性。",
            f"Head of the fire: Rothermel {_speed(first)} m/min, Wang {_speed(second)} m/min; the gap between them is part of the uncertainty.",
        ),
    ]
    intensity = float(heads.intensity_kw_m(middle)[0])
    if intensity > 0:
        found.append(_crews(inputs, heads, intensity))
    if float(middle.ros_m_min) > 0:
        km = [perimeter_m(float(middle.half_length_m_min) * 60 * h, float(middle.half_width_m_min) * 60 * h) / 1000 for h in (1, 3, 6)]  # fmt: skip
        text = " / ".join(f"{value:.1f}" for value in km)
        found.append(Note("edge", f"自一点起算，火线长 1、3、6 小时约 {text} 公里。", f"From a point, the edge of the fire is about {text} km long after 1, 3 and 6 hours."))  # fmt: skip
    if all(inputs.is_known(name) for name in _CODES):
        found += [_fire_weather(inputs), _second_opinion(inputs, site, is_grass)]
    return tuple(found)


def _speed(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _crews(inputs: Inputs, heads: Heads, intensity: float) -> Note:
    flame = float(flame_length_m(intensity))
    apart = float(safety_separation_m(flame))
    step = next((i for i, edge in enumerate(ATTACK_LIMITS_KW_M) if intensity < edge), len(ATTACK_LIMITS_KW_M))
    zh, en = _ATTACK_WORDS[step]
    air = inputs.median("temperature_c")
    scorch = float(scorch_height_m(intensity, air, float(heads.midflame_ms[0])))
    return Note(
        "crews",
        f"火线强度约 {intensity:,.0f} 千瓦/米，火焰长约 {flame:.1f} 米，树冠灼伤高约 {scorch:.0f} 米：{zh}。人员与火焰的距离不少于 {apart:.0f} 米"
        "（平地无风，4 倍火焰高；上坡、有风时须加大，并须有避险区和撤离路线）。",
        f"About {intensity:,.0f} kW/m, flames about {flame:.1f} m long, leaves scorched to about {scorch:.0f} m: {en}. Keep at least {apart:.0f} m "
        "from the flames (level ground without wind, four times the flame's height; more upslope and in wind, with a safety zone and a way out).",
    )


def _fire_weather(inputs: Inputs) -> Note:
    """The fire weather index: its codes are kept day after day, and are never guessed here."""
    fine, duff, drought = (inputs.median(name) for name in _CODES)
    index = float(isi(fine, inputs.median("wind_ms") * KMH_PER_MS))
    build_up = bui(duff, drought)
    value = fwi(index, build_up)
    zh, en = next(((z, e) for edge, z, e in _FWI_CLASSES if value < edge), ("极高", "extreme"))
    return Note(
        "fire_weather",
        f"火险天气指数 FWI {value:.0f}（ISI {index:.1f}，BUI {build_up:.0f}）：{zh}。",
        f"Fire weather index {value:.0f} (ISI {index:.1f}, BUI {build_up:.0f}): {en}.",
    )


def _second_opinion(inputs: Inputs, site: Site, is_grass: bool) -> Note:
    """What the Canadian system says of a conifer plantation or standing grass. It has no part in the numbers."""
    fine, duff, drought = (inputs.median(name) for name in _CODES)
    kind, zh, en = ("O1B", "立草", "standing grass") if is_grass else ("C6", "针叶人工林", "conifer plantation")
    slope, upslope = (0.0, 0.0) if site.terrain is None else (site.terrain.slope_deg, site.terrain.upslope_deg)
    if inputs.is_known("slope_deg"):
        slope = inputs.median("slope_deg")
        upslope = inputs.median("upslope_deg") if inputs.is_known("upslope_deg") else upslope
    weather = Weather(
        fine,
        bui(duff, drought),
        inputs.median("wind_ms") * KMH_PER_MS,
        inputs.median("wind_from_deg") + 180.0,
        100.0 * math.tan(math.radians(slope)),
        upslope,
    )
    speed = _speed(head_fire(Stand(kind), weather).ros_m_min)
    return Note(
        "second_opinion",
        f"对照：加拿大 FBP 系统（{zh} {kind[0]}-{kind[1:]}）火头 {speed} 米/分，不参与计算。",
        f"For comparison: the Canadian FBP system ({en}, {kind[0]}-{kind[1:]}) gives {speed} m/min at the head; it has no part in the numbers.",
    )

"""What the explosion model declares: inputs, parameters, sources, outcomes, weaknesses."""

from typing import Final

from gis.hazards.explosion_inputs import INPUTS, PARAMETERS
from gis.hazards.model import ModelSpec, Source

SPEC: Final = ModelSpec(
    id="explosion",
    version="1.0",
    zh="爆炸与火球",
    en="explosion and fireball",
    classes=(
        "ac.chem.explosion", "ac.chem.fire", "ac.firework", "ac.mine.explosives", "ac.infra.oil_gas",
        "ac.special.boiler.explosion", "ac.special.vessel.explosion", "ac.special.pipe.explosion",
    ),
    inputs=INPUTS,
    parameters=PARAMETERS,
    sources=(
        Source("Swisdak 1994（Kingery 半球地面爆炸）", "Swisdak 1994 (Kingery, hemispherical surface burst)", "P(Z)", verified=True),
        Source("中国安全评价形式（44/17 kPa、R0.5、财产半径）", "forms of Chinese risk assessments (44 and 17 kPa, R0.5, property)", "R(W)", verified=True),
        Source("CCPS 1999；TNO 黄皮书：火球", "CCPS 1999; TNO Yellow Book: fireballs", "D, t, q", verified=False),
        Source("CPR 18E；TNO 绿皮书：热辐射与超压致死", "CPR 18E; TNO Green Book: death by heat and blast", "Pr", verified=False),
        Source("ERG 2024 指南 112、115", "ERG 2024, guides 112 and 115", "distances", verified=False),
    ),
    outcomes=("dead", "serious_injured", "light_injured", "damaged_buildings", "evacuated"),
    casualties="estimated",
    affected_zh="冲击波 2 kPa（玻璃破碎）或热辐射 4 kW/m² 以内的人",
    affected_en="people within 2 kPa of blast (glass breaks) or 4 kW/m² of heat",
    weaknesses_zh=(
        "平坦无遮挡的地面爆炸：街道、山坡、厂房内部的约束与遮挡都不在内。",
        "碎片、连环爆炸与建筑倒塌致死未单独计算；三种致死准则相差十倍以上。",
        "气云爆炸用 TNT 当量，近距离偏高、远距离偏低。",
    ),
    weaknesses_en=(
        "A burst on open, level ground: streets, slopes and what confines or shields are not in it.",
        "Fragments, further explosions and collapse of buildings are not computed by themselves; three rules of lethality differ more than tenfold.",
        "A vapour cloud by its TNT equivalent is too high close by and too low far away.",
    ),
)  # fmt: skip

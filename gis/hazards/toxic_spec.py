"""What the toxic-release model declares: inputs, parameters, sources, outcomes, weaknesses."""

from typing import Final

from gis.hazards.model import ModelSpec, Source
from gis.hazards.toxic_inputs import INPUTS, PARAMETERS

SPEC: Final = ModelSpec(
    id="toxic_release",
    version="1.0",
    zh="有毒气体扩散",
    en="toxic release",
    classes=("ac.chem", "ac.chem.leak", "ac.chem.poisoning", "ac.env.air"),
    inputs=INPUTS,
    parameters=PARAMETERS,
    sources=(
        Source("ERG 2024 表 3、ERG 2020 表 1、指南 111", "ERG 2024 Table 3, ERG 2020 Table 1, guide 111", "tables", verified=False),
        Source("CCPS 1999 第 97–101 页；Briggs 1973", "CCPS 1999, pp. 97–101; Briggs 1973", "plume, puff, σy, σz", verified=True),
        Source("Britter & McQuaid 1988；CCPS 1999 第 112–122 页", "Britter & McQuaid 1988; CCPS 1999, pp. 112–122", "dense plume and puff", verified=True),
        Source("Palazzi 等 1982", "Palazzi et al. 1982", "short release", verified=True),
        Source("AEGL（美国 EPA/NRC）", "AEGL (US EPA / NRC)", "table", verified=False),
        Source("CPR 18E 表 5.2（同 AQ/T 3046-2013）", "CPR 18E, table 5.2 (as AQ/T 3046-2013)", "Pr = a + b ln(Cⁿ t)", verified=False),
    ),
    outcomes=("poisoned", "dead", "threatened", "evacuated"),
    casualties="estimated",
    affected_zh="AEGL-2 以上浓度可能到达处的人",
    affected_en="people where AEGL-2 may be reached",
    weaknesses_zh=(
        "平坦地面公式：山谷、建筑、降雨和气流绕行都不在内；山谷夜间冷空气会使气体沿谷底走。",
        "模型对氯等重气历史事故普遍高估伤亡（反应、沉降、人员躲避未全计）。",
        "AEGL 保护敏感人群；中毒比例为判断值。",
    ),
    weaknesses_en=(
        "Formulas for flat ground: valleys, buildings, rain and winds that turn are not in them; at night cold air takes gas along a valley.",
        "For past releases of chlorine such models over-predict casualties (reaction, uptake and people's own escape are not fully counted).",
        "AEGLs protect the susceptible; the shares poisoned are judgement.",
    ),
    turns=("wind_ms",),
)  # fmt: skip

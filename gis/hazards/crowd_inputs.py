"""What the models of crowds ask for, what of it is not known exactly, and where it is from."""

from gis.hazards.distribution import lognormal, normal, triangular
from gis.hazards.inputs import NumberInput, Prior
from gis.hazards.model import Parameter, Source

MOST_DENSE = 12.0
"""Persons/m²: more has not been measured."""
PARTICIPANTS = NumberInput(
    "participants", "聚集人数", "people gathered", "人", "people", 0.0, 10_000_000.0, "exposure",
    optional=True, given_spread=("lognormal", 0.25), fed_by="participants", severe=1,
)  # fmt: skip
PRESENT = NumberInput(
    "participants", "现场人数", "people present", "人", "people", 0.0, 10_000_000.0, "exposure",
    prior=Prior(
        lognormal(2000.0, 1.0), "大型群众性活动为预计 1000 人以上（国务院令第 505 号第二条）；人数为判断值",
        "a large public event is one of 1,000 people or more (State Council Order 505, art. 2); the number is judgement",
    ),
    given_spread=("lognormal", 0.25), fed_by="participants", severe=1,
)  # fmt: skip
AREA = NumberInput(
    "standing_area_m2", "人群所占面积", "area they stand on", "平方米", "m²", 1.0, 5_000_000.0, "footprint", optional=True,
    given_spread=("lognormal", 0.2),
)  # fmt: skip
EXIT_WIDTH = NumberInput(
    "exit_width_m",
    "每个出口净宽",
    "clear width of each exit",
    "米",
    "m",
    0.4,
    100.0,
    "footprint",
    optional=True,
    calibrated=(0.8, 20.0),
)
EXITS = NumberInput("exits", "可用出口数", "exits in use", "个", "", 1.0, 200.0, "footprint", optional=True)
TRAVEL = NumberInput(
    "travel_m", "到出口的最远距离", "farthest way to an exit", "米", "m", 0.0, 2000.0, "footprint", optional=True
)
DENSITY = NumberInput(
    "crush_density_m2", "最挤处密度", "density where it is worst", "人/平方米", "persons/m²", 0.1, MOST_DENSE, "source",
    prior=Prior(
        normal(8.5, 1.2), "梨泰院调查：事发巷道 7.7–10.7 人/平方米（韩国警察厅 2023）", "Itaewon inquiry: 7.7 to 10.7 persons/m² in the alley (Korean police, 2023)", True
    ),
    calibrated=(4.0, 11.0), severe=1,
)  # fmt: skip
CAUGHT = NumberInput(
    "caught_people", "被挤压、压埋人数", "people caught in the crush", "人", "people", 0.0, 100_000.0, "source", optional=True,
    given_spread=("lognormal", 0.2), severe=1,
)  # fmt: skip
PARAMETERS = (
    Parameter(
        "crush_area_m2", "挤压区面积", "area of the crush", "平方米", "m²", lognormal(8.0, 1.0), "footprint",
        "判断值：梨泰院约 18 平方米，外滩为一段台阶", "judgement: about 18 m² at Itaewon, one flight of steps at the Bund",
    ),
    Parameter(
        "crush_lethality", "被挤压者中死亡比例", "share of those caught who die", "", "", triangular(0.02, 0.20, 0.50), "vulnerability",
        "判断值：死亡/（死亡+受伤）在外滩 36/85、梨泰院约 159/355，看台和音乐节事故低于 0.15",
        "judgement: dead/(dead + injured) was 36/85 at the Bund, about 159/355 at Itaewon, below 0.15 at stands and festivals",
    ),
    Parameter(
        "serious_share", "伤者中重伤比例", "share of the injured who are seriously so", "", "", triangular(0.05, 0.2, 0.5), "vulnerability",
        "外滩：49 人受伤，重伤约 10–13 人", "the Bund: about 10 to 13 of 49 injured seriously", True,
    ),
)  # fmt: skip
SOURCES = (
    Source("SFPE 手册第 5 版第 59 章（水力学模型）", "SFPE Handbook, 5th ed., ch. 59 (hydraulic model)", "S = k − 0.266 k D; F = 1.3 W_e", False),
    Source("Fruin 1971《步行规划与设计》服务水平", "Fruin 1971, Pedestrian Planning and Design: levels of service", "A 3.24 … F < 0.46 m²", False),
    Source("Still：人群安全密度", "Still: safe crowd density", "4, 5, 6 persons/m²", True),
)  # fmt: skip

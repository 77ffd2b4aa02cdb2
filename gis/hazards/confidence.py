"""How far an answer can be trusted, A to D, with the reasons for every step down. The steps are judgement, the same for all models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gis.hazards.distribution import Floats
from gis.hazards.ground import Ground
from gis.hazards.model import Case, Limit, ModelSpec
from gis.hazards.turning import Change

Letter: TypeAlias = Literal["A", "B", "C", "D"]
_LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D")
WHERE_TO_LOOK = "where_to_look"
"""Code of the limit of a model that could not place the hazard and only says where to look: never better than D."""
_WIDE = 30.0  # the ninetieth percentile so many times the tenth: more than one band and a half apart


@dataclass(frozen=True, slots=True)
class Confidence:
    letter: Letter
    reasons_zh: tuple[str, ...]
    reasons_en: tuple[str, ...]


def confidence(
    spec: ModelSpec,
    case: Case,
    ground: Ground,
    limits: Sequence[Limit],
    primary: Floats | None,
    changes: Sequence[Change],
) -> Confidence:
    """One letter down for each: what matters most is only assumed; people are not counted, or not really; outside the calibrated
    range; a spread of more than a band and a half; no formula verified."""
    reasons: list[tuple[str, str]] = []
    assumed = [one.spec for one in case.inputs if one.origin == "prior"]
    weighty = {change.name for change in changes[:3]}
    named = [spec for spec in assumed if spec.name in weighty]
    if named:
        reasons.append(
            (
                f"影响结果最大的输入只是假定：{'、'.join(spec.zh for spec in named)}",
                f"what matters most is only assumed: {', '.join(spec.en for spec in named)}",
            )
        )
    if ground.points is None:
        reasons.append(("没有人口数据", "no exposure is loaded"))
    elif ground.basis.synthetic:
        reasons.append(("人口为合成数据", "the exposure is synthetic"))
    if primary is None and ground.points is not None:
        reasons.append(("主要后果无法估计", "the main outcome cannot be estimated"))
    if any(limit.outside for limit in limits):
        reasons.append(("超出模型标定范围", "outside the model's calibrated range"))
    if primary is not None:
        low, high = np.quantile(primary, (0.1, 0.9)).tolist()
        if high >= 1 and high > _WIDE * max(low, 1.0 / _WIDE):
            reasons.append(
                ("结果区间跨越一个半数量级以上", "the range spans more than one and a half orders of magnitude")
            )
    if not any(source.verified for source in spec.sources):
        reasons.append(("公式尚未按原文核实", "no formula has been verified against its source"))
    steps = len(reasons) + (1 if ground.points is None else 0)  # nobody counted at all: two letters down
    if any(limit.code == WHERE_TO_LOOK for limit in limits):
        reasons.insert(0, ("只能指出到哪里去看", "it can only say where to look"))
        steps = 3
    letter = _LETTERS[min(steps, 3)]
    return Confidence(letter, tuple(zh for zh, _ in reasons), tuple(en for _, en in reasons))

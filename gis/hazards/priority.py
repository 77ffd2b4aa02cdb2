"""Where to look first: townships by how many people the primary outcome is expected for, each with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.exposure.things import GROUPS
from gis.hazards.answer import Counted, PriorityArea
from gis.hazards.distribution import Floats
from gis.hazards.ground import Ground
from gis.hazards.model import Prepared
from gis.hazards.outcomes import two_figures

MOST = 10
_NAMED_GROUPS = ("hospitals", "schools", "hazardous_sites", "reservoirs")


@dataclass(frozen=True, slots=True)
class _Share:
    """One township's part: people and expected outcome by zone, strongest first."""

    index: int
    people: Floats
    expected: float
    p90: float


def priority_areas(
    prepared: Prepared[Any],
    bands: Sequence[Floats | None],
    counted: Sequence[Counted],
    ground: Ground,
    primary: Floats | None,
    day_share: float,
) -> tuple[PriorityArea, ...]:
    """The most urgent first. Empty where it is not known who is there. `bands`: (2: day and night, townships) for each zone."""
    known = [band for band in bands if band is not None]
    if len(known) != len(prepared.zones) or not known:
        return ()
    people = np.stack([band[1] + (band[0] - band[1]) * day_share for band in known])
    harm = np.asarray([zone.harm for zone in prepared.zones])
    share = harm @ people
    total = people.sum(axis=0)
    whole = _whole(primary, float(share.sum()))
    order = sorted(
        (index for index in range(people.shape[1]) if total[index] >= 0.5),
        key=lambda index: (-share[index], *(-people[:, index]), index),
    )
    return tuple(
        _area(
            rank + 1,
            _Share(index, people[:, index], float(share[index]) * whole[0], float(share[index]) * whole[1]),
            prepared,
            counted,
            ground,
        )
        for rank, index in enumerate(order[:MOST])
    )


def _whole(primary: Floats | None, total: float) -> tuple[float, float]:
    """What a unit of a town's share stands for, at the median and the ninetieth percentile of the whole: towns share one error."""
    if primary is None or total <= 0:
        return 0.0, 0.0
    return float(np.median(primary)) / total, float(np.quantile(primary, 0.9)) / total


def _area(
    rank: int,
    share: _Share,
    prepared: Prepared[Any],
    counted: Sequence[Counted],
    ground: Ground,
) -> PriorityArea:
    township = ground.townships[share.index] if share.index < len(ground.townships) else None
    strongest = int(np.argmax(share.people >= 0.5))
    zone = prepared.zones[strongest]
    zh: list[str] = []
    en: list[str] = []
    for index, people in enumerate(share.people.tolist()):
        if people >= 0.5 and len(zh) < 2:
            number = f"{two_figures(people):,.0f}"
            zh.append(f"{prepared.zones[index].zh}内约 {number} 人")
            en.append(f"about {number} people: {prepared.zones[index].en}")
    groups = counted[-1].inside.groups
    if groups is not None:
        for group in GROUPS:
            count = int(groups[group.key][share.index])
            if group.key in _NAMED_GROUPS and count:
                zh.append(f"{group.zh} {count} 处")
                en.append(f"{group.en.lower()}: {count}")
    return PriorityArea(
        rank=rank,
        code=None if township is None else township.code,
        county=None if township is None else township.county,
        name_zh="乡镇界外" if township is None else township.name_zh,
        name_en="outside every township" if township is None else township.name_en,
        people=float(share.people.sum()),
        expected=share.expected,
        p90=share.p90,
        level_zh=zone.zh,
        level_en=zone.en,
        reasons_zh=tuple(zh),
        reasons_en=tuple(en),
    )

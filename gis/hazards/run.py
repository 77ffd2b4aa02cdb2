"""Runs a model: who is inside, draws, percentiles, the split of the error, what would change the answer, where to look first."""

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from gis.geometry import check_point, geometry_json
from gis.hazards import describe_inputs
from gis.hazards.answer import Answer, Counted
from gis.hazards.confidence import confidence
from gis.hazards.distribution import Floats
from gis.hazards.ground import Ground, Inside
from gis.hazards.inputs import NumberInput
from gis.hazards.model import Case, HazardModel, Limit, Prepared
from gis.hazards.priority import priority_areas
from gis.hazards.sampling import Uncertain
from gis.hazards.turning import Change, changes_of, error_shares
from spine.canonical import Json, encode
from spine.errors import Refused

DRAWS = 1000
SEED = 5309
_LEAST_DRAWS, _MOST_DRAWS = 100, 20_000
_OUTSIDE = 0.02  # a footprint that lies so far beyond the counted area is said to


def run(model: HazardModel[Any], case: Case, ground: Ground, seed: int = SEED, draws: int = DRAWS) -> Answer:
    """The model's answer to this case. Pure: the same arguments give the same answer, its timings apart.

    Raises Refused: `hazard_input` and what `prepare` raises.
    """
    _check(case, draws)
    begun = time.perf_counter()
    ground = ground.without(case.excluded)
    prepared = model.prepare(case, ground)
    ready = time.perf_counter()
    inside = ground.each([zone.polygon for zone in prepared.zones])
    bands = ground.bands([zone.polygon for zone in prepared.zones])
    counted_at = time.perf_counter()

    uncertain = Uncertain(model.spec, case.inputs, case.at, ground)
    sample = uncertain.draw(draws, seed)
    drawn = _losses(model, prepared, sample)
    primary = model.spec.outcomes[0]
    shares = error_shares(model, prepared, uncertain, primary, draws, seed)
    changes = changes_of(model, case, ground, prepared, uncertain, primary)
    limits = (*prepared.limits, *_outside_calibrated(case), *_outside_data(prepared, ground))
    night, day = sample["day_share"], sample["exposure_factor"]
    counted = [_count(i, night, day) for i in inside]
    priority = priority_areas(prepared, bands, counted, ground, drawn.get(primary), uncertain.centres["day_share"])
    return Answer(
        spec=model.spec,
        case=case,
        seed=seed,
        n=draws,
        inputs_hash=inputs_hash(model, case, ground, seed, draws),
        prepared=prepared,
        counted=tuple(counted),
        draws=drawn,
        shares=shares,
        changes=changes,
        priority=priority,
        limits=limits,
        confidence=confidence(model.spec, case, ground, limits, drawn.get(primary), changes),
        basis=ground.basis,
        has_people=ground.points is not None,
        asks=_asks(case, changes),
        timings={
            "prepare_ms": round((ready - begun) * 1000, 1),
            "count_ms": round((counted_at - ready) * 1000, 1),
            "draw_ms": round((time.perf_counter() - counted_at) * 1000, 1),
        },
    )


def _check(case: Case, draws: int) -> None:
    check_point(case.lon, case.lat, "point", china=False)
    if not _LEAST_DRAWS <= draws <= _MOST_DRAWS:
        raise Refused(
            "hazard_input",
            zh=f"抽样次数应在 {_LEAST_DRAWS} 到 {_MOST_DRAWS} 之间。",
            en=f"draws must be between {_LEAST_DRAWS} and {_MOST_DRAWS}.",
            field="draws",
        )
    if case.at.utcoffset() is None:
        raise Refused("hazard_input", zh="时间应带时区。", en="The time needs its zone.", field="at")


def _losses(model: HazardModel[Any], prepared: Prepared[Any], sample: Any) -> dict[str, Floats]:
    drawn = dict(model.losses(prepared, sample))
    unknown = set(drawn) - set(model.spec.outcomes)
    if unknown:
        raise AssertionError(f"{model.spec.id} gives {min(unknown)}, which it does not declare")
    for name, values in drawn.items():
        if values.shape != (sample.n,) or not bool(np.isfinite(values).all()) or bool((values < 0).any()):
            raise AssertionError(f"{model.spec.id}: {name} must be {sample.n} finite numbers of 0 or more")
    return drawn


def _count(inside: Inside, share: Floats, factor: Floats) -> Counted:
    """The whole area's numbers; people with their range by the hour and by how well they are counted."""
    if inside.people_day is None or inside.people_night is None:
        people, day, night = None, None, None
    else:
        day, night = float(inside.people_day.sum()), float(inside.people_night.sum())
        low, middle, high = np.quantile((night + (day - night) * share) * factor, (0.1, 0.5, 0.9)).tolist()
        people = (low, middle, high)
    return Counted(
        people=people,
        people_day=day,
        people_night=night,
        buildings=None if inside.buildings is None else float(inside.buildings.sum()),
        groups=None if inside.groups is None else {key: int(count.sum()) for key, count in inside.groups.items()},
        road_km=None if inside.road_km is None else float(inside.road_km.sum()),
        inside=inside,
    )


def _outside_calibrated(case: Case) -> list[Limit]:
    found: list[Limit] = []
    for one in case.inputs:
        spec = one.spec
        if isinstance(spec, NumberInput) and spec.calibrated is not None and one.dist is not None:
            low, high = spec.calibrated
            value = one.dist.centre
            if not low <= value <= high:
                unit_zh, unit_en = f" {spec.unit_zh}".rstrip(), f" {spec.unit_en}".rstrip()
                found.append(
                    Limit(
                        f"outside_{spec.name}",
                        f"{spec.zh} {value:g}{unit_zh} 超出模型标定范围（{low:g}–{high:g}）。",
                        f"{spec.en} of {value:g}{unit_en} lies outside the calibrated range ({low:g} to {high:g}).",
                        outside=True,
                    )
                )
    return found


def _outside_data(prepared: Prepared[Any], ground: Ground) -> list[Limit]:
    if not prepared.zones or ground.points is None:
        return []
    share = ground.outside_share(prepared.zones[-1].polygon)
    if share is None or share < _OUTSIDE:
        return []
    percent = round(100 * share)
    return [
        Limit(
            "outside_data",
            f"影响范围约 {percent}% 在本市数据之外：那里的人数未知，没有计入。",
            f"About {percent} % of the area lies beyond this city's data: how many people are there is not known, nor counted.",
        )
    ]


def _asks(case: Case, changes: Sequence[Change]) -> tuple[str, ...]:
    """Inputs that nobody has given, those that change the answer most first."""
    open_ = [one.spec.name for one in case.inputs if one.origin != "given"]
    rank = {change.name: index for index, change in enumerate(changes)}
    return tuple(sorted(open_, key=lambda name: (rank.get(name, len(rank)), open_.index(name))))


def inputs_hash(model: HazardModel[Any], case: Case, ground: Ground, seed: int, draws: int) -> str:
    """Names everything that the answer is made of: equal hashes, equal answers."""
    said: dict[str, Json] = {
        "model": f"{model.spec.id}@{model.spec.version}",
        "class": case.class_key,
        "at": case.at.isoformat(),
        "point": [case.lon, case.lat],
        "inputs": describe_inputs.raw_json(case.inputs),
        "footprint": geometry_json(case.footprint),
        "excluded": sorted(case.excluded),
        "ground": ground.basis.key,
        "heights": None if ground.heights is None else ground.heights.source,
        "seed": seed,
        "draws": draws,
    }
    return hashlib.sha256(encode(said).encode()).hexdigest()

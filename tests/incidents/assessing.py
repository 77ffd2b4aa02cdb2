"""Assessments in tests: a model of our own whose numbers nobody else changes, asked in a thread of the test's own process."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

import numpy as np

from gis.geodesic import circle
from gis.hazards import catalogue
from gis.hazards.area import AreaCore, AreaModel
from gis.hazards.distribution import Dist, Floats, lognormal
from gis.hazards.ground import Ground
from gis.hazards.inputs import Choice, ChoiceInput, NumberInput, Prior
from gis.hazards.model import Case, Footprint, HazardModel, ModelSpec, Parameter, Prepared, Sample, Zone
from incidents.assessments.answering import Answering
from incidents.assessments.follow import follower
from spine.canonical import JsonObject
from spine.errors import Refused
from spine.follow import SlowFollower, catch_up
from spine.realm import Realm
from tests.incidents.desk import Desk

MAGNITUDE = NumberInput(
    "magnitude", "震级", "magnitude", "级", "", 3.0, 9.0, "source", given_spread=("normal", 0.1), fed_by="magnitude", severe=1
)  # fmt: skip
RAIN = NumberInput(
    "rain_mm", "降雨量", "rainfall", "毫米", "mm", 0.0, 1000.0, "source",
    prior=Prior(lognormal(20.0, 0.5), "常年平均", "average of many years"), fed_by="rainfall_mm", severe=1,
)  # fmt: skip
WIND = ChoiceInput(
    "wind_from", "风向", "wind from", (Choice("north", "北", "north"), Choice("south", "南", "south")), "footprint", optional=True
)  # fmt: skip


class TremorModel(HazardModel[AreaCore]):
    """A circle that grows with the magnitude; ten times the deaths for each unit of it. For tests only."""

    spec: ClassVar[ModelSpec] = replace(
        AreaModel.spec,
        id="tremor",
        version="7",
        zh="测试模型",
        en="test model",
        classes=("nd.quake",),
        inputs=(MAGNITUDE, RAIN, WIND),
        parameters=(
            Parameter("factor", "系数", "factor", "", "", Dist("lognormal", 1.0, 0.5), "vulnerability", "测试", "test"),
        ),
        outcomes=("dead", "affected"),
    )

    def prepare(self, case: Case, ground: Ground) -> Prepared[AreaCore]:
        magnitude = case.inputs.median("magnitude")
        if magnitude > 8.9:
            raise Refused(
                "too_strong", zh="测试模型不算。", en="The test model does not do this.", field="inputs.magnitude"
            )
        radius = 1000.0 * 10 ** (0.5 * (magnitude - 4)) * (0.5 if case.inputs.choice("wind_from") == "north" else 1.0)
        area = case.footprint if case.footprint is not None else circle(case.lon, case.lat, radius)
        zone = Zone("felt", "有感区", "felt area", 1.0, area, 0.001)
        drawn = "drawn" if case.footprint is not None else "model"
        edge = Footprint("felt", "有感区", "felt area", 1.0, "zone", area, basis=drawn)
        day, night = (np.asarray([float(sum(values))]) for values in _people(ground, area))
        return Prepared(zones=(zone,), footprints=(edge,), core=AreaCore(np.asarray([0.0]), day, night, fixed=True))

    def losses(self, prepared: Prepared[AreaCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        people = sample.people(float(cast(Floats, core.day)[0]), float(cast(Floats, core.night)[0]))
        rate = 1e-3 * 10 ** (sample["magnitude"] - 6.0) * (1 + sample["rain_mm"] / 500) * sample["factor"]
        return {"affected": people, "dead": np.minimum(people, people * rate)}


def _people(ground: Ground, area: Any) -> tuple[Any, Any]:
    if ground.points is None:
        return [1000.0], [1000.0]
    sums = ground.points.each([area])[0]
    return sums.people_day, sums.people_night


MODELS = (TremorModel(), *(model for model in catalogue.MODELS if model.spec.id.startswith("area")))


class Here:
    """Answers in a thread, and counts what it was asked."""

    def __init__(self, realm: Realm) -> None:
        self._answering = Answering(realm.database_url)
        self.orders: list[JsonObject] = []
        self.fails: list[Exception] = []

    async def compute(self, order: JsonObject) -> Mapping[str, Any]:
        self.orders.append(order)
        if self.fails:
            raise self.fails.pop(0)
        return await asyncio.to_thread(self._answering.answer, order)


@dataclass
class Assessing:
    """A duty desk whose incidents are assessed."""

    desk: Desk
    here: Here
    follower: SlowFollower

    @staticmethod
    def of(desk: Desk) -> "Assessing":
        here = Here(desk.city.realm)
        made = follower(desk.city.house.registry, here)
        return Assessing(desk, here, replace(made, quiet_s=0.005))

    async def settle(self) -> None:
        """Let the models answer until nothing is left to be asked; every stream still folds to what is fetched."""
        while await catch_up(self.desk.city.realm, self.follower):
            pass
        await self.desk.check()

    async def picture(self, incident: str) -> dict[str, dict[str, Any]]:
        return await self.desk.picture(f"incident:{incident}")

    async def live(self, incident: str) -> dict[str, Any]:
        return cast(dict[str, Any], (await self.picture(incident))["assessments"]["live"])

    async def quake(self, magnitude: float | None = 6.9, **more: Any) -> str:
        data: dict[str, Any] = {
            "title": "耿马地震",
            "class_key": "nd.quake",
            "place": "耿马县",
            "point": {"lon": 99.4, "lat": 23.55},
            "area_code": "530926",
            "figures": {} if magnitude is None else {"magnitude": magnitude},
            **more,
        }
        incident = await self.desk.open_incident(**data)
        await self.settle()
        return incident

    async def figure(self, incident: str, metric: str, value: float | None) -> None:
        await self.desk.do(
            "incident.figure",
            incident_id=incident,
            metric=metric,
            value=value,
            source="省地震局",
            observed_at=self.desk.at(),
        )

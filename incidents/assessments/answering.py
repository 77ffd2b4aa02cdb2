"""Answers what is asked, in a worker: who and what is where stays in its memory, and is read again when it changed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from gis.exposure.current import CurrentExposure
from gis.geometry import AREAS, parse_geometry
from gis.hazards.catalogue import model_named
from gis.hazards.ground import Ground, Heights
from gis.hazards.ground_store import read_ground, read_heights
from gis.hazards.inputs import Told, read_inputs
from gis.hazards.model import Case, HazardModel
from gis.hazards.run import run
from incidents.assessments.grading import grade_json, told_figures
from spine.canonical import Json, JsonObject
from spine.clock import parse_iso
from spine.db import connect_as_app
from spine.errors import Refused

_HEIGHTS_KEPT = 4


class Answering:
    """One per process. Not for two threads at once."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._exposure = CurrentExposure()
        self._ground: Ground | None = None
        self._state = ""
        self._heights: dict[tuple[float, ...], Heights | None] = {}

    def warm(self, state: str) -> None:
        """Read who and what is where, before anybody asks."""
        self._have(state)

    def answer(self, order: Mapping[str, Any]) -> JsonObject:
        """{answer, wanted} or {refused: {model, version, refusal}, wanted}; `order`: `Asked.to_json()` with `ground`.

        The first model that can answer does; `wanted` is the one that was wanted and what it asks for, when another stood in.
        """
        ground = self._have(str(order["ground"]))
        wanted: JsonObject | None = None
        first: JsonObject | None = None
        for candidate in cast(Sequence[Mapping[str, Any]], order["candidates"]):
            model = model_named(str(candidate["model"]))
            try:
                answer = self._run(model, candidate, order, ground)
            except Refused as refusal:
                told = _refused(model, candidate, refusal)
                wanted = wanted or told
                first = first or told
                continue
            return {"answer": answer, "wanted": wanted}
        return {"refused": first or _NO_MODEL, "wanted": wanted}

    def _run(
        self, model: HazardModel[Any], candidate: Mapping[str, Any], order: Mapping[str, Any], ground: Ground
    ) -> JsonObject:
        if order["point"] is None:
            raise Refused(
                "place_missing",
                zh="还不知道事件发生在哪里：请定位或画出影响范围。",
                en="It is not known where it happened: set the point or draw the area.",
                field="point",
            )
        lon, lat = cast(Sequence[float], order["point"])
        told = {name: Told(zh, en) for name, (zh, en) in candidate["told"].items()}
        inputs = read_inputs(model.spec.inputs, candidate["inputs"], told)
        drawn = candidate["footprint"]
        at: datetime = parse_iso(str(order["at"]))
        case = Case(
            class_key=str(order["class_key"]),
            at=at,
            lon=float(lon),
            lat=float(lat),
            inputs=inputs,
            footprint=None if drawn is None else parse_geometry(drawn, "footprint", kinds=AREAS, china=False),
            excluded=frozenset(order["excluded"]),
        )
        spec = model.spec
        if spec.heights_km > 0:
            ground = replace(ground, heights=self._heights_at(case.lon, case.lat, spec.heights_km, spec.heights_cell_m))
        answer = run(model, case, ground)
        known = {str(name): float(value) for name, value in order["known"].items()} | told_figures(inputs)
        grade = grade_json(case.class_key, answer.draws, known, str(order["area_code"]))
        return {**answer.to_json(), "grade": grade}

    def _have(self, state: str) -> Ground:
        if self._ground is None or self._state != state:
            self._ground = asyncio.run(self._read())
            self._state = state
            self._heights.clear()
        return self._ground

    async def _read(self) -> Ground:
        conn = await connect_as_app(self._database_url)
        try:
            await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return await read_ground(conn, self._exposure)
        finally:
            await conn.close()

    def _heights_at(self, lon: float, lat: float, km: float, cell_m: float) -> Heights | None:
        key = (lon, lat, km, cell_m)
        if key not in self._heights:
            while len(self._heights) >= _HEIGHTS_KEPT:
                self._heights.pop(next(iter(self._heights)))
            self._heights[key] = asyncio.run(self._read_heights(*key))
        return self._heights[key]

    async def _read_heights(self, lon: float, lat: float, km: float, cell_m: float) -> Heights | None:
        conn = await connect_as_app(self._database_url)
        try:
            return await read_heights(conn, lon, lat, km, cell_m)
        finally:
            await conn.close()


_NO_MODEL: JsonObject = {
    "model": {"id": "none", "version": "0", "zh": "无", "en": "none"},
    "refusal": {
        "code": "no_model",
        "zh": "没有适用于这类事件的模型。",
        "en": "No model covers this class of event.",
        "field": "class_key",
    },
    "asks": [],
}


def _refused(model: HazardModel[Any], candidate: Mapping[str, Any], refusal: Refused) -> JsonObject:
    spec = model.spec
    asks: Json = cast(Json, candidate["lacking"])
    return {
        "model": {"id": spec.id, "version": spec.version, "zh": spec.zh, "en": spec.en},
        "refusal": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en, "field": refusal.field},
        "asks": asks,
    }

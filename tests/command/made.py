"""Made-up orders, units and responses for tests of pure steps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from command.orders.task import Act, Task
from command.responses.propose import Proposal
from command.responses.response import Response, propose
from command.units.unit import Unit
from spine.canonical import JsonObject

T0 = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
BY: JsonObject = {"id": "account:a", "name": "陈晓雨"}


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def act(minutes: float, done: float | None = None) -> Act:
    """Somebody acts; the centre hears of it after `minutes`, and it was done at `done` (the same time unless given)."""
    return Act(BY, at(minutes if done is None else done), at(minutes))


def task(**over: Any) -> Task:
    given: dict[str, Any] = {
        "id": UUID(int=1),
        "no": "S530926-20260301-001-R01",
        "incident_id": UUID(int=2),
        "incident_title": "耿马地震",
        "area_code": "530926",
        "response_id": None,
        "code": None,
        "title": "搜救被压埋人员",
        "title_en": None,
        "text": "立即出动。",
        "text_en": None,
        "department": "FRB",
        "support": (),
        "unit_id": None,
        "clause": None,
        "source": None,
        "deliverable": None,
        "lon": None,
        "lat": None,
        "origin": None,
        "place": None,
        "state": "issued",
        "state_at": T0,
        "issued_at": T0,
        "sign_minutes": 15,
        "due_minutes": 60,
        "sign_due": at(15),
        "due": at(60),
        "signed_at": None,
        "submitted_at": None,
        "closed_at": None,
        "arrived_at": None,
        "returned": None,
        "progress": None,
        "need_help": None,
        "parent_id": None,
        "joint": False,
        "instruction_id": None,
        "after": (),
        "start_at": None,
        "evidence": (),
        "priority": "normal",
        "due_from": T0,
        "step_from": None,
        "step_due": None,
        "pause": None,
        "pause_ask": None,
        "extension_ask": None,
        "extension": None,
        "urged": None,
        "supervised": None,
        "cards": {},
        "yellow_cards": 0,
        "red_cards": 0,
        "version": 1,
        "updated_at": T0,
    }
    return Task(**(given | over))


def unit(**over: Any) -> Unit:
    given: dict[str, Any] = {
        "id": UUID(int=7),
        "code": "frb-mengding",
        "call_sign": "孟定消防01",
        "name": "孟定消防站",
        "name_en": None,
        "department": "FRB",
        "kind": "fire_station",
        "capabilities": ("search_rescue",),
        "crew": 18,
        "status": "available",
        "status_at": None,
        "lon": 99.08,
        "lat": 23.55,
        "origin": "WGS84",
        "accuracy_m": None,
        "seen_at": None,
        "task_id": None,
        "need_help": None,
        "phone": None,
        "area_code": "530926",
        "version": 1,
    }
    return Unit(**(given | over))


def response(level: Any = "III", **over: Any) -> Response:
    proposal = Proposal("earthquake", level, ({"zh": "。"},), (), at(15), "office_head", "deputy_commander")
    made = propose(UUID(int=3), UUID(int=2), ("地震预案", "Earthquake plan"), proposal, act(0))
    return replace(made, **over)

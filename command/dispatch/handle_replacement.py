"""How it is proposed to replace a unit that cannot get through: asked of the duty desk, told to the unit and its department."""

from dataclasses import dataclass

from command.dispatch.replace import ON_THE_WAY, ignored, rule_of, why
from command.dispatch.replacement_commands import ProposeReplacement
from command.notice import Notice
from command.orders.steps import HeldTask, act_of, hold_task
from command.proposals.steps import propose_on_the_spot
from command.units import store as unit_store
from command.units.unit import Unit
from spine.authority import Scope, allow
from spine.canonical import JsonObject
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.principal import Role

WATCH = {"closure": ("路况监视", "road watch"), "report": ("现场报告", "word from the field")}


@dataclass(frozen=True, slots=True)
class _Stuck:
    order: HeldTask
    unit: Unit


async def _load(tx: Transaction, command: Command[ProposeReplacement]) -> _Stuck:
    order = await hold_task(tx, command.data.task_id)
    return _Stuck(order, await unit_store.lock_unit(tx.conn, command.data.unit_id))


async def _propose(tx: Transaction, command: Command[ProposeReplacement], stuck: _Stuck) -> Outcome:
    """Nothing is said of a unit that is not on the way to this order any more."""
    data, unit, task = command.data, stuck.unit, stuck.order.task
    on_the_way = unit.task_id == task.id and unit.status in ON_THE_WAY
    if stuck.order.held.incident.status != "open" or not task.is_open or not on_the_way:
        return Outcome(())
    closures = [one.model_dump(mode="json") for one in data.closures]
    title, reasons = why(unit, task, data.cause, closures, data.said or "")
    detail: JsonObject = {
        "task_id": str(task.id), "task_no": task.no, "unit_id": str(unit.id), "call_sign": unit.call_sign,
        "cause": data.cause, "closures": [*closures],
    }  # fmt: skip
    publication = await propose_on_the_spot(
        tx, stuck.order.held, act_of(tx, command), command.id, "replace_unit", rule_of(task.id, unit.id),
        (WATCH[data.cause], title, ignored(unit, task)), reasons, detail,
    )  # fmt: skip
    if publication is None:
        return Outcome(())
    for notice in _notices(stuck, reasons):
        publication.give(notice)
    return Outcome(publication.facts(), {"proposal_id": str(command.id)})


def _notices(stuck: _Stuck, reasons: list[JsonObject]) -> list[Notice]:
    unit, task = stuck.unit, stuck.order.task
    zh, en = (" ".join(str(reason[name]) for reason in reasons) for name in ("zh", "en"))
    about, incident = ("task", task.id), task.incident_id
    return [
        Notice(
            ("unit", str(unit.id)),
            (f"前方道路不通：任务 {task.no}", f"The way ahead is closed: order {task.no}"),
            (
                f"{zh}请在安全处停车待命，不要冒险通行；值班席正在决定是否另派力量，任务未撤销前仍由您承担。",
                f"{en} Stop in a safe place and do not try to pass. The duty desk is deciding whether to send another unit; "
                "the order is yours until you hear.",
            ),
            about,
            incident,
        ),
        Notice(
            ("department", unit.department),
            (f"{unit.call_sign} 前往受阻", f"{unit.name_en or unit.call_sign} cannot get through"),
            (f"{zh}值班席正在决定是否另派力量。", f"{en} The duty desk is deciding whether to send another unit."),
            about,
            incident,
        ),
    ]


def _scope(stuck: _Stuck) -> Scope:
    return stuck.order.scope()


HANDLINGS: tuple[AnyHandling, ...] = (Handling(ProposeReplacement, allow(Role.SYSTEM), _load, _scope, _propose),)

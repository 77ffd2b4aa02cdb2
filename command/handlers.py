"""Every command of this room and how it is carried out."""

from command import (
    handle_dispatch,
    handle_evacuation,
    handle_fence,
    handle_response,
    handle_sheet,
    handle_task,
    handle_unit,
    unit_store,
)
from command.commands import TakeDuty
from command.duty import Duty, take
from command.exercises import handlers as exercise_handlers
from command.objects import duty_object
from command.publish import Publication
from spine.authority import Scope, allow
from spine.canonical import JsonObject
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.picture import boards
from spine.principal import Role


async def _load_duty(tx: Transaction, command: Command[TakeDuty]) -> Duty:
    return await unit_store.lock_duty(tx.conn, command.data.post)


async def _take_duty(tx: Transaction, command: Command[TakeDuty], duty: Duty) -> Outcome:
    taken = take(duty, command.by, tx.at)
    await unit_store.save_duty(tx.conn, taken)
    data: JsonObject = {"post": duty.post, "post_zh": duty.post_zh, "post_en": duty.post_en, "before": duty.person}
    publication = Publication("duty.taken", data)
    publication.put(boards(duty.area_code), "duty", duty.post, duty_object(taken))
    return Outcome(publication.facts(), {"post": duty.post})


HANDLINGS: tuple[AnyHandling, ...] = (
    *handle_response.HANDLINGS,
    *handle_task.HANDLINGS,
    *handle_unit.HANDLINGS,
    *handle_fence.HANDLINGS,
    *handle_sheet.HANDLINGS,
    *handle_dispatch.HANDLINGS,
    *handle_evacuation.HANDLINGS,
    Handling(
        TakeDuty,
        allow(Role.DUTY_OFFICER, Role.LEADER),
        _load_duty,
        lambda duty: Scope(area=duty.area_code),
        _take_duty,
    ),
    *exercise_handlers.HANDLINGS,
)

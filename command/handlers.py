"""Every command of this room and how it is carried out."""

from command import (
    handle_consultation,
    handle_dispatch,
    handle_fence,
    handle_instruction,
    handle_plan,
    handle_proposal,
    handle_response,
    handle_sheet,
    handle_task,
    handle_fence,
    handle_response,
    handle_sheet,
    handle_task,
    handle_task_asks,
    handle_task_parts,
    handle_unit,
    unit_store,
)
from command.commands import TakeDuty
from command.duty import Duty, take
    handle_fence,
    handle_handover,
    handle_person,
    handle_response,
    handle_roster,
    handle_sheet,
    handle_swap,
    handle_task,
    handle_unit,
)
from command.exercises import handlers as exercise_handlers
from spine.command import AnyHandling

HANDLINGS: tuple[AnyHandling, ...] = (
    *handle_response.HANDLINGS,
    *handle_proposal.HANDLINGS,
    *handle_task.HANDLINGS,
    *handle_task_asks.HANDLINGS,
    *handle_task_parts.HANDLINGS,
    *handle_unit.HANDLINGS,
    *handle_fence.HANDLINGS,
    *handle_sheet.HANDLINGS,
    *handle_dispatch.HANDLINGS,
    *handle_instruction.HANDLINGS,
    *handle_consultation.HANDLINGS,
    *handle_plan.HANDLINGS,
    Handling(
        TakeDuty,
        allow(Role.DUTY_OFFICER, Role.LEADER),
        _load_duty,
        lambda duty: Scope(area=duty.area_code),
        _take_duty,
    ),
    *handle_roster.HANDLINGS,
    *handle_swap.HANDLINGS,
    *handle_handover.HANDLINGS,
    *handle_person.HANDLINGS,
    *exercise_handlers.HANDLINGS,
)

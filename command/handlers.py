"""Every command of this room and how it is carried out."""

from command import (
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
    *handle_task.HANDLINGS,
    *handle_unit.HANDLINGS,
    *handle_fence.HANDLINGS,
    *handle_sheet.HANDLINGS,
    *handle_roster.HANDLINGS,
    *handle_swap.HANDLINGS,
    *handle_handover.HANDLINGS,
    *handle_person.HANDLINGS,
    *exercise_handlers.HANDLINGS,
)

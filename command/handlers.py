"""Every command of this room and how it is carried out."""

from command import handle_sheet
from command.consultations import handlers as handle_consultation
from command.dispatch import handle_replacement
from command.dispatch import handlers as handle_dispatch
from command.evacuation import handle_redirect
from command.evacuation import handlers as handle_evacuation
from command.exercises import handlers as exercise_handlers
from command.fences import handlers as handle_fence
from command.handover import handlers as handle_handover
from command.headquarters import handle_groups as handle_headquarters_groups
from command.headquarters import handle_seats as handle_headquarters_seats
from command.headquarters import handle_transfer as handle_headquarters_transfer
from command.headquarters import handlers as handle_headquarters
from command.instructions import handlers as handle_instruction
from command.orders import handle_asks as handle_task_asks
from command.orders import handle_parts as handle_task_parts
from command.orders import handlers as handle_task
from command.organisation import handle_person
from command.planning import handlers as handle_plan
from command.proposals import handlers as handle_proposal
from command.requests import handlers as handle_request
from command.resources import handle_shelter, handle_stock
from command.responses import handlers as handle_response
from command.roster import handle_calendar_in as handle_roster_import
from command.roster import handle_calendar_links as handle_calendar
from command.roster import handle_leave, handle_swap
from command.roster import handlers as handle_roster
from command.units import handlers as handle_unit
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
    *handle_replacement.HANDLINGS,
    *handle_headquarters.HANDLINGS,
    *handle_headquarters_seats.HANDLINGS,
    *handle_headquarters_transfer.HANDLINGS,
    *handle_headquarters_groups.HANDLINGS,
    *handle_instruction.HANDLINGS,
    *handle_consultation.HANDLINGS,
    *handle_plan.HANDLINGS,
    *handle_stock.HANDLINGS,
    *handle_shelter.HANDLINGS,
    *handle_request.HANDLINGS,
    *handle_evacuation.HANDLINGS,
    *handle_redirect.HANDLINGS,
    *handle_roster.HANDLINGS,
    *handle_roster_import.HANDLINGS,
    *handle_leave.HANDLINGS,
    *handle_calendar.HANDLINGS,
    *handle_swap.HANDLINGS,
    *handle_handover.HANDLINGS,
    *handle_person.HANDLINGS,
    *exercise_handlers.HANDLINGS,
)

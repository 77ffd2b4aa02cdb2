"""All kinds of command of the incidents room."""

from incidents import handle_alert, handle_call, handle_figure, handle_incident

HANDLINGS = (
    *handle_alert.HANDLINGS,
    *handle_call.HANDLINGS,
    *handle_incident.HANDLINGS,
    *handle_figure.HANDLINGS,
)

"""All kinds of command of the incidents room."""

from incidents import (
    handle_alert,
    handle_call,
    handle_drawing,
    handle_figure,
    handle_incident,
    handle_open,
    handle_receive,
)
from incidents.assessments import handlers as assessments
from incidents.register import handlers as handle_register

HANDLINGS = (
    *handle_receive.HANDLINGS,
    *handle_alert.HANDLINGS,
    *handle_call.HANDLINGS,
    *handle_open.HANDLINGS,
    *handle_incident.HANDLINGS,
    *handle_figure.HANDLINGS,
    *handle_drawing.HANDLINGS,
    *handle_register.HANDLINGS,
    *assessments.HANDLINGS,
)

"""What the picture of an incident shows of its assessments: the newest of each scenario, adjustments in force, open what-ifs."""

from uuid import UUID

from incidents.assessments import store
from incidents.assessments.assessment import LIVE, assessment_object
from incidents.assessments.changes import adjustment_object, what_if_object
from spine.canonical import Json
from spine.db import Connection
from spine.fold import Picture
from spine.picture import PictureSource


async def _incident(conn: Connection, key: str) -> Picture:
    incident_id = UUID(key)
    what_ifs = await store.open_what_ifs(conn, incident_id)
    known = await store.newest(conn, incident_id, [LIVE, *(one.scenario for one in what_ifs)])
    assessments: dict[str, Json] = {
        scenario: assessment_object(answered, refused) for scenario, (answered, refused) in known.items()
    }
    return {
        "assessments": assessments,
        "adjustments": {one.key: adjustment_object(one) for one in await store.adjustments_of(conn, incident_id)},
        "what_ifs": {str(one.id): what_if_object(one) for one in what_ifs},
    }


SOURCES = (PictureSource("incident", _incident),)

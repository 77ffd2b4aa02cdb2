"""After-images of resources: where a request, a shelter and a department's own use of goods stand in the pictures.

Stock and beds stand in no picture (they grow without end and are fetched); their facts go to the stream `resources`, which says
when to fetch again.
"""

from command.publish import Publication
from command.requests.request import Request, request_object
from command.requests.store import desks_of
from command.resources.shelter import Shelter, shelter_object
from command.resources.stock import Hold, hold_object
from spine.picture import boards

RESOURCES = "resources"
"""The stream of what changes in depots, shelters and hospitals. Its picture is empty."""


def put_request(publication: Publication, request: Request) -> None:
    """In its incident for good; at the desks of who asks and who is asked while it is open."""
    shown = request_object(request)
    if request.incident_id is not None:
        publication.put([f"incident:{request.incident_id}"], "requests", str(request.id), shown)
    desks = [f"department:{code}" for code in sorted(desks_of(request))]
    publication.put(desks, "requests", str(request.id), shown if request.is_open else None)
    publication.tell(RESOURCES)


def put_shelter(publication: Publication, before: Shelter, shelter: Shelter) -> None:
    """On the boards and at its department's desk while it is open; in the incident that it is used for."""
    shown = shelter_object(shelter)
    streams = [*boards(shelter.area_code), f"department:{shelter.department}"]
    publication.put(streams, "shelters", str(shelter.id), shown if shelter.state == "open" else None)
    if before.incident_id is not None and before.incident_id != shelter.incident_id:
        publication.put([f"incident:{before.incident_id}"], "shelters", str(shelter.id), None)
    if shelter.incident_id is not None:
        publication.put([f"incident:{shelter.incident_id}"], "shelters", str(shelter.id), shown)
    publication.tell(RESOURCES)


def put_allotment(publication: Publication, hold: Hold) -> None:
    """Goods that a department gives to an incident without being asked."""
    if hold.incident_id is not None:
        publication.put([f"incident:{hold.incident_id}"], "allotments", str(hold.id), hold_object(hold))
    publication.tell(RESOURCES)

"""The only write of state."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from spine.command import Envelope
from spine.errors import Refused
from spine.validation import refusal_of
from web.auth import SignedIn
from web.body import read_body
from web.intake_spool import IntakeSpool, Kept

router = APIRouter(tags=["commands"])

MOST_BYTES = 1024 * 1024


class CommandEnvelope(BaseModel):
    """A command as it stands on the wire."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: UUID
    kind: Annotated[str, Field(min_length=1, max_length=60)]
    stream: Annotated[str, Field(min_length=1, max_length=120)]
    occurred_at: AwareDatetime
    data: dict[str, JsonValue]


@router.post(
    "/api/commands",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": CommandEnvelope.model_json_schema()}},
        }
    },
)
async def post_command(request: Request, principal: SignedIn) -> JSONResponse:
    """Carry out one command: durable when answered, once however often it is sent.

    202: the database is away; what brings news in is kept on disk and carried out when it is back. Sent again then, the
    same id gets its answer.
    """
    body = await read_body(request, MOST_BYTES)
    try:
        sent = CommandEnvelope.model_validate_json(body)
    except ValidationError as error:
        raise refusal_of(error, "") from error
    if b"\\u0000" in body:
        raise Refused(
            "null_character", zh="内容中不能有空字符。", en="Text must not contain a null character.", field="data"
        )
    envelope = Envelope(sent.id, sent.kind, sent.stream, sent.occurred_at, sent.data)
    answer = await cast(IntakeSpool, request.app.state.intake).command(principal, envelope)
    return JSONResponse(answer.to_json(), status_code=202 if isinstance(answer, Kept) else 200)

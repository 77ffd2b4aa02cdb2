"""Reading: snapshots of streams and the record behind them."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from spine.record import head_seq, read_before, read_since
from web.auth import InHouse, SignedIn
from web.gateway.gateway import Gateway

router = APIRouter(tags=["pictures"])


@router.get("/api/picture/{stream}")
async def get_picture(stream: str, request: Request, principal: SignedIn) -> Response:
    """The picture of a stream with its position; follow the stream from there. `stale`: the database is away since then."""
    gateway = cast(Gateway, request.app.state.gateway)
    await gateway.visibility.check(principal, stream)
    return Response(await gateway.pictures.get(stream), media_type="application/json")


@router.get("/api/facts/{stream}")
async def get_facts(
    stream: str,
    house: InHouse,
    principal: SignedIn,
    since: Annotated[int | None, Query(ge=0)] = None,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:
    """Facts of a stream, oldest first: after `since`, or the last `limit` before `before` (or at the end)."""
    async with house.realm.pool.connection() as conn:
        await house.book.check(conn, principal, stream)
        head = await head_seq(conn, stream)
        if since is not None:
            facts = await read_since(conn, stream, since, limit)
        else:
            facts = await read_before(conn, stream, before or head + 1, limit)
    # The bodies are JSON already, just as they were hashed: they are joined, not read and written again.
    bodies = ",".join(fact.body for fact in facts)
    return Response(f'{{"stream":"{stream}","head":{head},"facts":[{bodies}]}}', media_type="application/json")

"""Attachments over HTTP: PUT parts with `offset` until complete, HEAD to learn how much is there, GET to read."""

import contextlib
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from psycopg.types.json import Jsonb

from spine.authority import may_oversee
from spine.db import Connection
from spine.errors import Refused, forbidden, not_found
from spine.files import MOST_BYTES, FileStore, StoredFile, check_hash, find_files, save_file, too_large
from spine.principal import Principal
from web.auth import InHouse, SignedIn
from web.body import read_body
from web.house import House

router = APIRouter(prefix="/api/files", tags=["files"])

MOST_PART = 8 * 1024 * 1024


@router.put("/{sha256}")
async def put_file(
    sha256: str,
    request: Request,
    house: InHouse,
    principal: SignedIn,
    offset: Annotated[int, Query(ge=0)] = 0,
    total: Annotated[int | None, Query(ge=1)] = None,
    name: Annotated[str | None, Query(max_length=200)] = None,
) -> JSONResponse:
    """Send the bytes from `offset` on. With `total`, more parts may follow (202); without, this is the last (201)."""
    check_hash(sha256)
    if total is not None and total > MOST_BYTES:
        raise too_large()
    store = FileStore(house.realm.data_dir)
    async with house.realm.pool.connection() as conn:
        known = await _known(conn, sha256)
    if known is not None:
        return JSONResponse(_object(known))
    content = await read_body(request, MOST_PART)
    received = await store.put_part(sha256, principal.id, offset, content)
    if total is not None and received < total:
        return JSONResponse({"hash": sha256, "received": received}, status_code=202)
    stored, media_type, size = await store.finish(sha256, principal.id)
    file = StoredFile(sha256, stored, media_type, size, name)
    async with house.realm.pool.connection() as conn:
        await save_file(conn, file, by=principal.id, at=house.realm.clock.now())
    return JSONResponse(_object(file), status_code=201)


@router.head("/{sha256}")
async def head_file(sha256: str, house: InHouse, principal: SignedIn) -> Response:
    """`Upload-Complete: 1` when the file is kept, else `Upload-Offset`: bytes of this sender's upload that are here."""
    async with house.realm.pool.connection() as conn:
        known = await _known(conn, check_hash(sha256))
    if known is not None:
        return Response(headers={"Upload-Complete": "1", "Upload-Offset": str(known.size)})
    received = FileStore(house.realm.data_dir).received(sha256, principal.id)
    return Response(headers={"Upload-Complete": "0", "Upload-Offset": str(received)})


@router.get("/{sha256}")
async def get_file(sha256: str, house: InHouse, principal: SignedIn) -> FileResponse:
    """The kept bytes, for who uploaded them and for who may see an incident with a note, or an instruction of no incident, that names them."""
    async with house.realm.pool.connection() as conn:
        await _check_reader(conn, house, principal, check_hash(sha256))
        file = (await find_files(conn, [check_hash(sha256)]))[0]
    path = FileStore(house.realm.data_dir).path(file.stored_sha256)
    if not path.exists():
        raise not_found("附件", "attachment", sha256)
    return FileResponse(
        path,
        media_type=file.media_type,
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(file.name or sha256[:12])}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=31536000, immutable",
        },
    )


async def _check_reader(conn: Connection, house: House, principal: Principal, sha256: str) -> None:
    """Raises Refused `not_found` or `forbidden`."""
    row = await (await conn.execute("SELECT uploaded_by FROM spine.file WHERE sha256 = %s", (sha256,))).fetchone()
    if row is None:
        raise not_found("附件", "attachment", sha256, field="sha256")
    if row[0] == principal.id:
        return
    incidents = await (
        await conn.execute(
            "SELECT DISTINCT incident_id FROM incidents.note WHERE files @> %s", (Jsonb([{"hash": sha256}]),)
        )
    ).fetchall()
    for (incident,) in incidents:
        with contextlib.suppress(Refused):
            await house.book.check(conn, principal, f"incident:{incident}")
            return
    areas = await (
        await conn.execute(
            "SELECT area_code FROM command.instruction WHERE incident_id IS NULL AND files @> %s",
            (Jsonb([{"hash": sha256}]),),
        )
    ).fetchall()
    if any(may_oversee(principal, area) for (area,) in areas):
        return
    raise forbidden("您无权查看这个附件。", "You may not see this attachment.", field="sha256")


async def _known(conn: Connection, sha256: str) -> StoredFile | None:
    try:
        return (await find_files(conn, [sha256]))[0]
    except Refused:
        return None


def _object(file: StoredFile) -> dict[str, str | int | None]:
    return {"hash": file.sha256, "media_type": file.media_type, "size": file.size, "name": file.name}

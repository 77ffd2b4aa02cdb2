"""Maps on paper: a picture goes up, a PDF comes back, and it is recorded who printed what."""

import asyncio
import hashlib
from pathlib import Path
from typing import cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from command.handle_sheet import PRINTERS
from gis.catalogue import CityLayer, may_see, may_see_layer, no_such_layer
from gis.layers import LayerRow
from gis.sheets.papers import MOST_PIXELS, PAPERS, RESOLUTIONS, lay_out
from gis.sheets.scale import LARGEST, SCALES, SMALLEST
from incidents import store
from incidents.incident import Incident
from spine.canonical import Json
from spine.carry_out import carry_out
from spine.command import Envelope
from spine.errors import Refused, forbidden, not_found
from spine.principal import Principal
from spine.validation import refusal_of
from web.api.catalogue import watch_of
from web.auth import InHouse, SignedIn
from web.body import read_body
from web.house import House
from web.layer_uploads import Uploads
from web.rate import may_do
from web.sheets.asked import MOST_BYTES, SheetWish
from web.sheets.compose import Known, compose, restricted_names
from web.sheets.fonts import chinese_family
from web.sheets.printing import Press

router = APIRouter(prefix="/api/map-sheets", tags=["map"])

MOST_PICTURE_BYTES = 96 * 1024 * 1024
MOST_A_MINUTE = 10
"""Of one account."""


def press_of(request: Request) -> Press:
    return cast(Press, request.app.state.press)


def pictures_of(request: Request) -> Uploads:
    return cast(Uploads, request.app.state.sheet_pictures)


def _check_printer(principal: Principal) -> str:
    """The area whose board the asker sees. Raises Refused `forbidden`: who has no desk prints no map of it."""
    areas = [grant.area for grant in principal.grants if grant.role in PRINTERS]
    if not areas:
        raise forbidden("您无权打印指挥地图。", "You may not print the command map.")
    return min(areas, key=len)


@router.get("", response_model=None)
async def get_papers(principal: SignedIn) -> dict[str, Json]:
    """What can be printed: papers with the frame of the map on each (millimetres, and pixels by resolution), and scales."""
    _check_printer(principal)
    papers: list[Json] = []
    for name in PAPERS:
        for orientation in ("portrait", "landscape"):
            sheet = lay_out(name, orientation)
            pixels: dict[str, Json] = {}
            for dpi in RESOLUTIONS:
                width, height = sheet.pixels(dpi)
                if width * height <= MOST_PIXELS:
                    pixels[str(dpi)] = [width, height]
            papers.append(
                {
                    "paper": name,
                    "orientation": orientation,
                    "width_mm": sheet.map.width,
                    "height_mm": sheet.map.height,
                    "css_inch": sheet.css_inch,
                    "pixels": pixels,
                }
            )
    return {
        "papers": papers,
        "scales": list(SCALES),
        "smallest_scale": SMALLEST,
        "largest_scale": LARGEST,
        "most_picture_bytes": MOST_PICTURE_BYTES,
        "font": await asyncio.to_thread(chinese_family),
    }


@router.put("/{sheet}/picture")
async def put_picture(sheet: UUID, request: Request, principal: SignedIn) -> JSONResponse:
    """The picture of the map, raw PNG or JPEG, with exactly the pixels that the paper and the resolution ask for."""
    _check_printer(principal)
    announced = request.headers.get("content-length", "")
    kept = await pictures_of(request).take(
        principal, sheet, "picture", int(announced) if announced.isdigit() else None, request.stream()
    )
    return JSONResponse({"id": str(sheet), "size": kept.size}, status_code=201)


@router.post("")
async def post_sheet(request: Request, house: InHouse, principal: SignedIn) -> Response:
    """The sheet as PDF. Its printing is recorded (`sheet.printed`) before the first byte is sent, or there is no sheet."""
    area = _check_printer(principal)
    try:
        wish = SheetWish.model_validate_json(await read_body(request, MOST_BYTES))
    except ValidationError as error:
        raise refusal_of(error, "") from error
    sheet = lay_out(wish.paper, wish.orientation)
    pixels = sheet.pixels(wish.dpi)
    if pixels[0] * pixels[1] > MOST_PIXELS:
        raise Refused(
            "too_many_pixels",
            zh=f"{wish.paper} 在 {wish.dpi} dpi 下图片过大，请降低分辨率。",
            en=f"{wish.paper} at {wish.dpi} dpi is too large a picture; take a lower resolution.",
            field="dpi",
            final=False,
        )
    picture = pictures_of(request).find(principal, wish.id).path
    layers = await _layers(request, principal, wish.layers)
    incident = await _incident(house, principal, wish.incident_id)
    if not await may_do(house.realm, "map-sheet", principal.id, MOST_A_MINUTE):
        raise Refused(
            "too_often",
            zh="一分钟内打印次数过多，请稍候再试。",
            en="Too many sheets within a minute; try again in a moment.",
            status=429,
            final=False,
        )
    at = house.realm.clock.now()
    mark = house.realm.mark("", wish.locale).strip() or None
    data, icons = compose(wish, sheet, Known(principal.name, at, mark, incident, layers))
    async with press_of(request).typeset(data, icons, picture, pixels, int(at.timestamp())) as path:
        content = await asyncio.to_thread(path.read_bytes)
    await _record(house, principal, wish, area, layers, content)
    pictures_of(request).drop(principal, wish.id)
    return Response(content, media_type="application/pdf", headers=_headers(wish, mark))


async def _layers(request: Request, principal: Principal, names: list[str]) -> list[CityLayer | LayerRow]:
    """Raises Refused `not_found` for one that the asker may not see (any more)."""
    catalogue = await watch_of(request).catalogue()
    seen: list[CityLayer | LayerRow] = []
    for name in dict.fromkeys(names):
        layer, row = catalogue.city.get(name), catalogue.built_in.get(name)
        if layer is not None and may_see_layer(principal, layer):
            seen.append(layer)
        elif layer is None and row is not None and may_see(principal, row.sensitivity):
            seen.append(row)
        else:
            raise no_such_layer(name)
    return seen


async def _incident(house: House, principal: Principal, incident_id: UUID | None) -> Incident | None:
    if incident_id is None:
        return None
    async with house.realm.pool.connection() as conn:
        await house.book.check(conn, principal, f"incident:{incident_id}")
        incident = await store.find_incident(conn, incident_id)
    if incident is None:
        raise not_found("事件", "incident", str(incident_id), field="incident_id")
    return incident


async def _record(
    house: House,
    principal: Principal,
    wish: SheetWish,
    area: str,
    layers: list[CityLayer | LayerRow],
    content: bytes,
) -> None:
    names: list[Json] = [layer.name for layer in layers]
    restricted: list[Json] = list(restricted_names(layers, "zh"))
    data: dict[str, Json] = {
        "incident_id": None if wish.incident_id is None else str(wish.incident_id),
        "area_code": None if wish.incident_id is not None else area,
        "title": wish.title,
        "paper": wish.paper,
        "orientation": wish.orientation,
        "scale": wish.scale,
        "lon": wish.lon,
        "lat": wish.lat,
        "bearing": wish.bearing,
        "layers": names,
        "restricted": restricted,
        "gaps": len(wish.gaps),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    stream = "board" if wish.incident_id is None else f"incident:{wish.incident_id}"
    envelope = Envelope(wish.id, "sheet.print", stream, house.realm.clock.now(), data)
    await carry_out(house.realm, house.registry, principal, envelope)


def _headers(wish: SheetWish, mark: str | None) -> dict[str, str]:
    name = f"{mark or ''}{wish.title} 1-{wish.scale} {wish.paper}.pdf".replace("/", "-")
    plain = f"map-{Path(str(wish.id)).name[:8]}.pdf"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }

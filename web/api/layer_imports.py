"""A city's own layers from the browser: a file goes up, is looked at, questions are answered, and it is imported."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from gis.catalogue import check_may_change, may_see_layer
from gis.catalogue_store import city_extent, read_city_layer, read_import
from gis.crs import origin_of
from gis.describe import describe
from gis.elevation.build import tell_about
from gis.elevation.store import NAME as ELEVATION
from gis.exchange.attributes import Kind
from gis.exchange.child import look
from gis.exchange.options import Options, refused_from
from spine.canonical import Json
from spine.clock import iso
from spine.errors import Refused, forbidden, not_found
from spine.principal import Principal, Role
from web.api.catalogue import LayerDescription
from web.auth import InHouse, SignedIn
from web.errors import locale_of
from web.layer_imports import LayerImports

router = APIRouter(prefix="/api", tags=["map"])

SILENT = timedelta(seconds=90)
"""An import that said nothing for so long has lost its process."""
_TEXT = Annotated[str, Field(max_length=200)]


class ReadingOptions(BaseModel):
    """Answers to what the file does not say itself (docs/gis.md)."""

    model_config = ConfigDict(strict=True, extra="forbid")

    layer: _TEXT | None = None
    encoding: _TEXT | None = None
    crs: Annotated[str, Field(max_length=4000)] | None = None
    origin: _TEXT | None = None
    lon: _TEXT | None = None
    lat: _TEXT | None = None
    swap: bool = False
    leave_out: bool = False
    rename: Annotated[dict[str, _TEXT], Field(max_length=300)] = {}
    drop: Annotated[list[_TEXT], Field(max_length=300)] = []
    unit: _TEXT | None = None
    nodata: _TEXT | None = None
    types: Annotated[dict[str, Kind], Field(max_length=300)] = {}

    def options(self) -> Options:
        return Options(
            layer=self.layer or None,
            encoding=self.encoding or None,
            crs=self.crs or None,
            origin=origin_of(self.origin or None),
            lon=self.lon or None,
            lat=self.lat or None,
            swap=self.swap,
            leave_out=self.leave_out,
            rename=self.rename,
            drop=frozenset(self.drop),
            unit=self.unit or None,
            nodata=self.nodata or None,
            types=dict(self.types),
        )


class LayerImport(BaseModel):
    """`id`: made by the sender; the same again starts nothing new. `name` "elevation": heights from a GeoTIFF, laid over those
    that there are, or `alone`."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    upload: UUID
    name: _TEXT
    description: LayerDescription
    options: ReadingOptions
    alone: bool = False


def imports_of(request: Request) -> LayerImports:
    return cast(LayerImports, request.app.state.layer_imports)


def _check_importer(principal: Principal) -> None:
    """Raises Refused `forbidden` before a byte is taken."""
    if not principal.has(Role.ADMINISTRATOR) and not principal.departments():
        raise forbidden("您无权导入图层。", "You may not import layers.")


@router.put("/layer-uploads/{upload}")
async def put_upload(
    upload: UUID,
    request: Request,
    principal: SignedIn,
    name: Annotated[str, Query(min_length=1, max_length=300)],
) -> JSONResponse:
    """The file itself, raw. It is kept for a day, for this account alone."""
    _check_importer(principal)
    announced = request.headers.get("content-length", "")
    kept = await imports_of(request).uploads.take(
        principal, upload, name, int(announced) if announced.isdigit() else None, request.stream()
    )
    return JSONResponse({"upload": str(upload), "name": kept.name, "size": kept.size}, status_code=201)


@router.delete("/layer-uploads/{upload}", response_model=None)
async def delete_upload(upload: UUID, request: Request, principal: SignedIn) -> dict[str, Json]:
    imports_of(request).uploads.drop(principal, upload)
    return {"upload": str(upload)}


@router.post("/layer-uploads/{upload}/look", response_model=None)
async def post_look(
    upload: UUID, body: ReadingOptions, request: Request, house: InHouse, principal: SignedIn
) -> dict[str, Json]:
    """What is in the file: first features, attributes, coordinate system, problems. A question is a refusal with
    `question: true`, the `field` to answer and, where there are some, `choices`."""
    _check_importer(principal)
    kept = imports_of(request).uploads.find(principal, upload)
    async with house.realm.pool.connection() as conn:
        city = await city_extent(conn)
    options = Options.from_json({**body.options().to_json(), "city": city})
    return {"found": await look(kept.path, kept.name, options, kept.folder)}


@router.post("/layer-imports")
async def post_import(body: LayerImport, request: Request, house: InHouse, principal: SignedIn) -> JSONResponse:
    """Start the import; its progress is at GET /api/layer-imports/{id}. Nothing of the layer changes until it is done."""
    _check_importer(principal)
    async with house.realm.pool.connection() as conn:
        if await read_import(conn, body.id) is not None:
            return JSONResponse({"id": str(body.id)}, status_code=202)
        if body.name == ELEVATION:
            return await _begin_heights(body, request, principal)
        before = await read_city_layer(conn, body.name)
    if before is not None:
        if not may_see_layer(principal, before):
            raise Refused(
                "layer_name_taken",
                zh="这个名称已被使用，请换一个。",
                en="This name is taken; choose another.",
                field="name",
                status=409,
                final=False,
            )
        check_may_change(principal, before.description.department)
    told = describe(body.name, None if before is None else before.description, body.description.model_dump())
    check_may_change(principal, told.department)
    imports = imports_of(request)
    kept = imports.uploads.find(principal, body.upload)
    await imports.begin(body.id, principal, body.upload, kept, told, body.options.options())
    return JSONResponse({"id": str(body.id)}, status_code=202)


async def _begin_heights(body: LayerImport, request: Request, principal: Principal) -> JSONResponse:
    check_may_change(principal, None)
    about = tell_about(body.description.model_dump())
    imports = imports_of(request)
    kept = imports.uploads.find(principal, body.upload)
    options = body.options.options()
    await imports.begin_heights(body.id, principal, body.upload, kept, about, options, body.alone)
    return JSONResponse({"id": str(body.id)}, status_code=202)


@router.get("/layer-imports/{job}", response_model=None)
async def get_import(job: UUID, request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """`state`: running, done, refused, failed; `done` of `total` features; `problem` in the asker's language; `report`."""
    async with house.realm.pool.connection() as conn:
        row = await read_import(conn, job)
    if row is None or (row["by"] != principal.id and not principal.has(Role.ADMINISTRATOR)):
        raise not_found("导入任务", "import", str(job), field="id")
    state = str(row["state"])
    problem: Mapping[str, Any] | None = row["problem"]
    if state == "running" and house.realm.wall_now() - row["heard_at"] > SILENT:
        state = "failed"
        problem = _lost().to_json()
    told: Json = None
    if problem is not None:
        refused = refused_from(problem)
        told = {
            "code": refused.code,
            "detail": refused.sentence(locale_of(request)),
            "field": refused.field,
            **{key: value for key, value in refused.facts.items() if key not in ("code", "detail", "field")},
        }
    return {
        "id": str(job),
        "layer": row["layer"],
        "state": state,
        "done": row["done"],
        "total": row["total"],
        "problem": told,
        "report": row["report"],
        "started_at": iso(row["started_at"]),
    }


def _lost() -> Refused:
    return Refused(
        "import_lost",
        zh="导入过程中断（服务可能重启过），没有导入任何内容，请重试。",
        en="The import broke off (the service may have been restarted). Nothing was imported; try again.",
        final=False,
    )

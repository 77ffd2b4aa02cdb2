"""OGC API – Features over HTTP: every layer, and incidents, warnings and units, for each who may see them."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from psycopg.errors import UndefinedTable

from gis.features.collection import Collection
from gis.features.query import Page, read_one, read_page
from spine.canonical import JsonObject, decode_object, encode
from spine.clock import iso
from spine.errors import Refused, not_found
from web.auth import InHouse, SignedIn
from web.house import House
from web.ogc import documents, pages
from web.ogc.ask import GEOJSON, HTML, JSON, OPENAPI, ROOT, SCHEMA, Ask, asked, segment
from web.ogc.openapi import definition
from web.ogc.shelf import no_such_collection, shelf_of
from web.ogc.wishes import Wanted, names_of, read_wanted, system_of

router = APIRouter(prefix=ROOT, tags=["ogc"], include_in_schema=False)

Id = Annotated[str, Path(max_length=80)]


def _json(ask: Ask, told: JsonObject, media_type: str | None = None) -> Response:
    return Response(encode(told), media_type=media_type or ask.data, headers=ask.headers())


@router.get("")
@router.get("/")
async def get_landing(request: Request, house: InHouse, principal: SignedIn) -> Response:
    """Where a client begins: links to everything else."""
    ask = asked(request, "/", JSON)
    told = documents.landing(ask, house.realm.row)
    if ask.representation == "json":
        return _json(ask, told)
    body = [pages.paragraph(str(told["description"])), pages.links(told)]
    return pages.page(ask, house.realm.row, str(told["title"]), body)


@router.get("/conformance")
async def get_conformance(request: Request, house: InHouse, principal: SignedIn) -> Response:
    """The conformance classes that hold here."""
    ask = asked(request, "/conformance", JSON)
    if ask.representation == "json":
        return _json(ask, documents.conformance(ask))
    body = [pages.listed(documents.CONFORMS)]
    return pages.page(ask, house.realm.row, ask.say("符合的标准", "Conformance"), body)


@router.get("/api")
async def get_api(request: Request, house: InHouse, principal: SignedIn) -> Response:
    """OpenAPI 3.0 of what the asker can ask here."""
    ask = asked(request, "/api", OPENAPI)
    told = definition(ask, house.realm.row, await shelf_of(request).collections(principal))
    if ask.representation == "json":
        return _json(ask, told)
    paths = cast(dict[str, dict[str, dict[str, Any]]], told["paths"])
    rows = [
        [f"<code>GET {pages.value(ROOT + path)}</code>", pages.value(operations["get"]["summary"])]
        for path, operations in paths.items()
    ]
    heads = [ask.say("地址", "Address"), ask.say("内容", "What it gives")]
    return pages.page(ask, house.realm.row, ask.say("接口说明", "API documentation"), [pages.table(heads, rows)])


@router.get("/collections")
async def get_collections(request: Request, house: InHouse, principal: SignedIn) -> Response:
    """The collections that the asker may see."""
    ask = asked(request, "/collections", JSON)
    shelf = shelf_of(request)
    found = await shelf.collections(principal)
    if ask.representation == "json":
        try:
            extents = await shelf.extents(found)
        except UndefinedTable:
            shelf.gone()
            found = await shelf.collections(principal)
            extents = await shelf.extents(found)
        return _json(ask, documents.collections(ask, list(zip(found, extents, strict=True))))
    heads = [ask.say("数据集", "Collection"), ask.say("说明", "Description")]
    rows = [
        [
            pages.anchor(ask.href(f"/collections/{segment(one.id)}", f="html"), ask.say(one.title_zh, one.title_en)),
            pages.value(ask.say(one.description_zh, one.description_en)),
        ]
        for one in found
    ]
    return pages.page(ask, house.realm.row, _all(ask), [pages.table(heads, rows)])


def _all(ask: Ask) -> str:
    return ask.say("数据集", "Collections")


@router.get("/collections/{collection_id}")
async def get_collection(collection_id: Id, request: Request, house: InHouse, principal: SignedIn) -> Response:
    """What one collection is, where and when."""
    ask = asked(request, f"/collections/{segment(collection_id)}", JSON)
    shelf = shelf_of(request)
    one = await shelf.collection(principal, collection_id)
    try:
        (extent,) = await shelf.extents([one])
    except UndefinedTable:
        shelf.gone()
        raise no_such_collection(collection_id) from None
    told = documents.collection(ask, one, extent, ask.here())
    if ask.representation == "json":
        return _json(ask, told)
    body = [pages.paragraph(str(told["description"])), pages.links(told)]
    return pages.page(ask, house.realm.row, str(told["title"]), body, [(_all(ask), "/collections")])


@router.get("/collections/{collection_id}/queryables")
async def get_queryables(collection_id: Id, request: Request, house: InHouse, principal: SignedIn) -> Response:
    """What a filter may name, as JSON Schema."""
    ask = asked(request, f"/collections/{segment(collection_id)}/queryables", SCHEMA)
    one = await shelf_of(request).collection(principal, collection_id)
    told = documents.queryables(ask, one)
    if ask.representation == "json":
        return _json(ask, told)
    properties = cast(dict[str, dict[str, Any]], told["properties"])
    rows = [
        [
            f"<code>{pages.value(name)}</code>",
            pages.value(said["title"]),
            pages.value(said.get("format") or said["type"]),
        ]
        for name, said in properties.items()
    ]
    heads = [ask.say("属性", "Name"), ask.say("名称", "Title"), ask.say("类型", "Type")]
    heading = ask.say(f"{one.title_zh}：可查询属性", f"{one.title_en}: queryables")
    return pages.page(ask, house.realm.row, heading, [pages.table(heads, rows)], _way(ask, one))


def _way(ask: Ask, one: Collection) -> list[tuple[str, str]]:
    base = f"/collections/{segment(one.id)}"
    return [(_all(ask), "/collections"), (ask.say(one.title_zh, one.title_en), base)]


@router.get("/collections/{collection_id}/items")
async def get_items(collection_id: Id, request: Request, house: InHouse, principal: SignedIn) -> Response:
    """Features, a page at a time."""
    shelf = shelf_of(request)
    one = await shelf.collection(principal, collection_id)
    ask = asked(request, f"/collections/{segment(collection_id)}/items", GEOJSON, names_of(one))
    wanted = read_wanted(one, ask.parameters)
    try:
        async with shelf.question() as conn:
            page = await read_page(conn, one, wanted.wish, wanted.limit, wanted.offset, wanted.system)
    except UndefinedTable:
        shelf.gone()
        raise no_such_collection(collection_id) from None
    told = _collection_head(ask, house, one, wanted, page)
    if ask.representation == "html":
        return _items_page(ask, house, one, wanted, page, told)
    head = encode({"type": "FeatureCollection", **told}).removesuffix("}")
    text = f'{head},"features":[{",".join(page.features)}]}}'
    return Response(text, media_type=GEOJSON, headers=ask.headers() | {"Content-Crs": f"<{wanted.system.uri}>"})


def _collection_head(ask: Ask, house: House, one: Collection, wanted: Wanted, page: Page) -> JsonObject:
    links = ask.here()
    form = ask.representation
    media_type = GEOJSON if form == "json" else HTML
    after = wanted.offset + len(page.features)
    if page.features and after < page.matched:
        links.append(ask.link("next", ask.again(f=form, offset=str(after)), media_type, "下一页", "Next page"))
    if wanted.offset > 0:
        before = max(0, wanted.offset - wanted.limit)
        links.append(ask.link("prev", ask.again(f=form, offset=str(before)), media_type, "上一页", "Previous page"))
    base = f"/collections/{segment(one.id)}"
    links.append(ask.link("collection", ask.href(base), JSON, "数据集说明", "The collection"))
    told: JsonObject = {
        "title": ask.say(one.title_zh, one.title_en),
        **documents.sources(ask, one),
        "links": links,
        "timeStamp": iso(house.realm.clock.now()),
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
    }
    if house.realm.row.kind == "exercise":
        told["exercise"] = True
    return told


def _items_page(ask: Ask, house: House, one: Collection, wanted: Wanted, page: Page, told: JsonObject) -> Response:
    rows = [decode_object(text) for text in page.features]
    names = [(column.name, ask.say(column.title_zh, column.title_en)) for column in one.columns]
    first = wanted.offset + 1 if rows else wanted.offset
    counted = ask.say(
        f"共 {page.matched:,} 个要素，本页第 {first:,}–{wanted.offset + len(rows):,} 个。",
        f"{page.matched:,} features; this page has {first:,} to {wanted.offset + len(rows):,}.",
    )
    body = [pages.paragraph(counted), pages.links(told)]
    if rows:
        body.append(pages.features(ask, rows, names, ask.path))
    else:
        body.append(pages.paragraph(ask.say("没有符合条件的要素。", "No feature matches.")))
    answer = pages.page(ask, house.realm.row, ask.say(one.title_zh, one.title_en), body, _way(ask, one))
    answer.headers["Content-Crs"] = f"<{wanted.system.uri}>"
    return answer


@router.get("/collections/{collection_id}/items/{feature_id}")
async def get_item(
    collection_id: Id,
    feature_id: Annotated[str, Path(max_length=300)],
    request: Request,
    house: InHouse,
    principal: SignedIn,
) -> Response:
    """One feature."""
    shelf = shelf_of(request)
    one = await shelf.collection(principal, collection_id)
    items = f"/collections/{segment(collection_id)}/items"
    ask = asked(request, f"{items}/{segment(feature_id)}", GEOJSON, ("crs",))
    system = system_of(ask.parameters)
    try:
        async with shelf.question() as conn:
            text = await read_one(conn, one, feature_id, system)
    except UndefinedTable:
        shelf.gone()
        raise no_such_collection(collection_id) from None
    if text is None:
        raise not_found("要素", "feature", feature_id[:80], field="featureId")
    links = ask.here()
    links.append(
        ask.link("collection", ask.href(f"/collections/{segment(one.id)}"), JSON, "数据集说明", "The collection")
    )
    crs = {"Content-Crs": f"<{system.uri}>"}
    if ask.representation == "json":
        rest = encode({**documents.sources(ask, one), "links": links}).removeprefix("{")
        return Response(f"{text.rstrip().removesuffix('}')},{rest}", media_type=GEOJSON, headers=ask.headers() | crs)
    feature = cast(dict[str, Any], decode_object(text))
    titles = {column.name: ask.say(column.title_zh, column.title_en) for column in one.columns}
    properties = cast(dict[str, Any], feature["properties"] or {})
    rows = [[pages.value(titles.get(name, name)), pages.value(told)] for name, told in properties.items()]
    rows.insert(0, [pages.value(ask.say("位置", "Place")), pages.place(ask, feature["geometry"])])
    heads = [ask.say("属性", "Attribute"), ask.say("值", "Value")]
    body = [pages.table(heads, rows), pages.links({"links": links})]
    answer = pages.page(ask, house.realm.row, feature_id, body, [*_way(ask, one), (ask.say("要素", "Features"), items)])
    answer.headers.update(crs)
    return answer


@router.get("/{rest:path}")
async def get_nothing(rest: str, principal: SignedIn) -> Response:
    """What is not above is not there; the screens do not answer for it."""
    raise Refused("not_found", zh="没有这个地址。", en="There is nothing at this address.", status=404)


for _route in router.routes:
    if (
        isinstance(_route, APIRoute) and _route.methods is not None
    ):  # HTTP asks HEAD wherever GET is (RFC 9110, 9.1); FastAPI does not add it
        _route.methods.add("HEAD")

"""The definition of this interchange alone as OpenAPI 3.0: the addresses that the asker can ask, each parameter declared."""

from collections.abc import Sequence

from gis.features.collection import Collection
from gis.features.filter_text import LANGUAGES
from gis.features.reference_systems import CRS84, SYSTEMS
from spine.canonical import Json, JsonObject
from spine.realm import RealmRow
from web.ogc.ask import GEOJSON, HTML, JSON, OPENAPI, ROOT, SCHEMA, Ask, segment
from web.ogc.documents import schema_of, title
from web.ogc.openapi_schemas import SCHEMAS
from web.ogc.wishes import DEFAULT_LIMIT, MOST_LIMIT, MOST_OFFSET, asked_by_name

_PROBLEM = "application/problem+json"


def definition(ask: Ask, realm: RealmRow, found: Sequence[Collection]) -> JsonObject:
    paths: JsonObject = {
        "/": _get(ask, "landing", "首页", "Landing page", JSON, "landingPage"),
        "/conformance": _get(ask, "conformance", "符合的标准", "Conformance", JSON, "confClasses"),
        "/api": _get(ask, "api", "接口定义", "API definition", OPENAPI, None),
        "/collections": _get(ask, "collections", "数据集", "Collections", JSON, "collections"),
    }
    for one in found:
        base, name = f"/collections/{segment(one.id)}", ask.say(one.title_zh, one.title_en)
        key = one.id
        paths[base] = _get(ask, f"describe_{key}", name, name, JSON, "collection", tag=one.id, missing=True)
        paths[f"{base}/queryables"] = _get(
            ask,
            f"queryables_{key}",
            f"{name}：可查询属性",
            f"{name}: queryables",
            SCHEMA,
            None,
            tag=one.id,
            missing=True,
        )
        paths[f"{base}/items"] = _get(
            ask, f"items_{key}", f"{name}：要素", f"{name}: features", GEOJSON, "featureCollection", _items(ask, one),
            tag=one.id, missing=True, crs=True,
        )  # fmt: skip
        paths[f"{base}/items/{{featureId}}"] = _get(
            ask, f"item_{key}", f"{name}：一个要素", f"{name}: one feature", GEOJSON, "feature",
            [{"$ref": "#/components/parameters/featureId"}, {"$ref": "#/components/parameters/crs"}],
            tag=one.id, missing=True, crs=True,
        )  # fmt: skip
    tags: list[Json] = [{"name": "server", "description": ask.say("服务", "The server")}]
    tags += [{"name": one.id, "description": ask.say(one.title_zh, one.title_en)} for one in found]
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title(ask, realm),
            "version": "1.0.0",
            "description": ask.say(
                "OGC API – Features。需要登录会话或令牌；看不到的数据集不会列出。",
                "OGC API – Features. Needs a session or a token; what you may not see is not listed.",
            ),
        },
        "servers": [{"url": f"{str(ask.request.base_url).rstrip('/')}{ROOT}"}],
        "tags": tags,
        "security": [{"session": []}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": f"fengsui_{realm.name}"},
                "token": {"type": "http", "scheme": "bearer"},
            },
            "parameters": _parameters(ask),
            "schemas": SCHEMAS,
        },
    }


def _get(
    ask: Ask,
    operation: str,
    zh: str,
    en: str,
    media_type: str,
    schema: str | None,
    parameters: Sequence[Json] = (),
    *,
    tag: str = "server",
    missing: bool = False,
    crs: bool = False,
) -> JsonObject:
    said: JsonObject = {"type": "object"} if schema is None else {"$ref": f"#/components/schemas/{schema}"}
    content: JsonObject = {media_type: {"schema": said}, HTML: {"schema": {"type": "string"}}}
    good: dict[str, Json] = {"description": ask.say(zh, en), "content": content}
    if crs:
        good["headers"] = {"Content-Crs": {"schema": {"type": "string"}, "description": "<URI>"}}
    answers: JsonObject = {"200": good, "400": _refusal(ask, "请求有误", "The question is not valid")}
    answers["401"] = _refusal(ask, "尚未登录", "Not signed in")
    if missing:
        answers["404"] = _refusal(ask, "没有，或您无权查看", "Not there, or not for you to see")
    answers["406"] = _refusal(ask, "没有这种格式", "No such representation")
    answers["503"] = _refusal(ask, "数据库不可用，或查询过慢", "The database is away, or the question is too slow")
    return {
        "get": {
            "operationId": operation,
            "summary": ask.say(zh, en),
            "tags": [tag],
            "parameters": [*parameters, {"$ref": "#/components/parameters/f"}],
            "responses": answers,
        }
    }


def _refusal(ask: Ask, zh: str, en: str) -> JsonObject:
    return {
        "description": ask.say(zh, en),
        "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}},
    }


def _items(ask: Ask, one: Collection) -> list[Json]:
    shared = ("limit", "offset", "bbox", "bbox-crs", "datetime", "crs", "filter", "filter-lang", "filter-crs")
    listed: list[Json] = [{"$ref": f"#/components/parameters/{name}"} for name in shared]
    for column in asked_by_name(one):
        listed.append(
            {
                "name": column.name,
                "in": "query",
                "required": False,
                "description": ask.say(column.title_zh, column.title_en),
                "schema": schema_of(column.kind),
                "style": "form",
                "explode": False,
            }
        )
    return listed


def _query(name: str, description: str, schema: JsonObject, **more: Json) -> JsonObject:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema, **more}


def _parameters(ask: Ask) -> JsonObject:
    say = ask.say
    crs: JsonObject = {"type": "string", "format": "uri", "enum": [*SYSTEMS], "default": CRS84.uri}
    listed: JsonObject = {"style": "form", "explode": False}
    return {
        "f": _query("f", say("格式；优先于 Accept", "Representation; before Accept"), {"type": "string", "enum": ["json", "html"]}),
        "limit": _query(
            "limit", say("一页最多多少要素，超过上限按上限", "Features on a page at most; more than the maximum is the maximum"),
            {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT}, **listed,
        ),
        "offset": _query(
            "offset", say("跳过多少要素", "Features to leave out at the beginning"),
            {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET, "default": 0}, **listed,
        ),
        "bbox": _query(
            "bbox", say("与此范围相交的要素；西边界大于东边界表示跨越 180°", "Features that intersect this box; west > east crosses 180°"),
            {
                "type": "array",
                "minItems": 4,
                "maxItems": 6,
                "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
                "items": {"type": "number"},
            }, **listed,
        ),
        "bbox-crs": _query("bbox-crs", say("bbox 的坐标系", "Reference system of bbox"), crs),
        "datetime": _query(
            "datetime",
            say(
                "RFC 3339 的时刻、日期或时段（可一端为 ..）；没有时间的要素总是在内",
                "An instant, date or interval (an end may be ..) of RFC 3339; features without time are always among them",
            ),
            {"type": "string"}, **listed,
        ),
        "crs": _query("crs", say("结果的坐标系", "Reference system of the answer"), crs),
        "filter": _query("filter", say("CQL2 过滤条件", "A filter in CQL2"), {"type": "string"}),
        "filter-lang": _query(
            "filter-lang", say("过滤条件的语言", "Language of the filter"),
            {"type": "string", "enum": [*LANGUAGES], "default": LANGUAGES[0]},
        ),
        "filter-crs": _query("filter-crs", say("过滤条件中几何的坐标系", "Reference system of geometries in the filter"), crs),
        "featureId": {
            "name": "featureId", "in": "path", "required": True, "schema": {"type": "string"},
            "description": say("要素的标识", "Identifier of a feature"),
        },
    }  # fmt: skip

"""Units as a collection of features: those whose stream `unit:<id>` the asker may follow, each where it was last."""

from typing import LiteralString

from psycopg import sql

from gis.features.collection import Collection, Span, column
from spine.reach import Reach

_UNITS: LiteralString = """
    (SELECT u.id::text AS id, u.code, u.call_sign, u.name, coalesce(u.name_en, u.name) AS name_en, u.department, u.kind,
        to_jsonb(u.capabilities) AS capabilities, u.crew, u.status, u.status_at, u.need_help IS NOT NULL AS needs_help,
        u.task_id::text AS task_id, u.area_code, u.version,
        coalesce(p.at, u.seen_at) AS seen_at, CASE WHEN p.at IS NULL THEN u.accuracy_m ELSE p.accuracy_m END AS accuracy_m,
        p.at IS NULL AND u.seen_at IS NULL AS at_home,
        CASE WHEN p.at IS NULL THEN u.point ELSE ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326) END AS geom
    FROM command.unit AS u
        LEFT JOIN gis.position AS p ON p.unit_id = u.id AND p.at > coalesce(u.seen_at, '-infinity')
    WHERE EXISTS (SELECT 1 FROM unnest(%(reach_areas)s::text[]) AS a (prefix)
                  WHERE starts_with(coalesce(nullif(u.area_code, ''), %(city)s), a.prefix))
       OR u.department = ANY(%(reach_departments)s::text[]) OR u.id::text = ANY(%(reach_units)s::text[]))
"""


def units_collection(reach: Reach) -> Collection:
    """`seen_at`: when it was there; null and `at_home` true while it has not said where it is."""
    return Collection(
        id="units",
        title_zh="力量",
        title_en="Units",
        description_zh="您有权查看的力量，几何为最近报告的位置；尚未报告时为驻地（at_home）。",
        description_en="The units that you may see, at the newest position they reported, or at home (at_home) before the first.",
        source=sql.SQL(_UNITS),
        parameters=reach.parameters(),
        columns=[
            column("code", "text", "代码", "Code"),
            column("call_sign", "text", "呼号", "Call sign"),
            column("name", "text", "名称", "Name"),
            column("name_en", "text", "英文名称", "Name in English"),
            column("department", "text", "所属单位", "Department"),
            column("kind", "text", "类型", "Kind"),
            column("capabilities", "json", "能力", "Capabilities"),
            column("crew", "integer", "人数", "Crew"),
            column("status", "text", "状态", "Status"),
            column("status_at", "datetime", "状态时间", "Status since"),
            column("needs_help", "boolean", "请求支援", "Needs help"),
            column("task_id", "text", "任务", "Task"),
            column("area_code", "text", "行政区划代码", "Area code"),
            column("seen_at", "datetime", "位置时间", "Seen at"),
            column("at_home", "boolean", "位置为驻地", "Position is its home"),
            column("accuracy_m", "number", "精度（m）", "Accuracy (m)"),
            column("version", "integer", "版本", "Version"),
        ],
        key=sql.SQL("f.id"),
        key_kind="text",
        time=Span(sql.SQL("f.seen_at"), sql.SQL("f.seen_at")),
    )

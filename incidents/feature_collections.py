"""Incidents and warnings as collections of features, each person's own: what is not in his pictures is not in them.

An incident: who may follow `incident:<id>` (web/streams.py). A warning: while it stands on a board that he may follow, or when it
belongs to an incident that he may follow.
"""

from typing import LiteralString

from psycopg import sql

from gis.features.collection import Collection, Span, column
from spine.reach import Reach

# The same question as the stream's: a thing without an area belongs to the city.
_SEEN: LiteralString = """
    (EXISTS (SELECT 1 FROM unnest(%(reach_areas)s::text[]) AS a (prefix)
             WHERE starts_with(coalesce(nullif(i.area_code, ''), %(city)s), a.prefix))
     OR EXISTS (SELECT 1 FROM incidents.involvement AS v WHERE v.incident_id = i.id
                AND (v.department = ANY(%(reach_departments)s::text[]) OR v.unit_id::text = ANY(%(reach_units)s::text[]))))
"""
_INCIDENT_COLUMNS: LiteralString = """
    i.id::text AS id, i.no, i.title, i.class_key, i.status, i.place, i.area_code, i.occurred_at, i.opened_at,
    (i.closed ->> 'at')::timestamptz AS closed_at, i.grade_decided ->> 'grade' AS grade,
    i.grade_suggested ->> 'grade' AS grade_suggested, i.response ->> 'level' AS response_level, i.sensitive, i.tasks_open,
    i.tasks_total, i.updated_at, i.version
"""
_INCIDENTS: LiteralString = (
    "(SELECT " + _INCIDENT_COLUMNS + ", i.point AS geom FROM incidents.incident AS i WHERE " + _SEEN + ")"
)
_AREAS: LiteralString = (
    """
    (SELECT i.id || '.' || d.which AS id, i.id::text AS incident_id, i.no, i.title, d.which, i.status, i.area_code,
        i.occurred_at, (i.closed ->> 'at')::timestamptz AS closed_at, ST_SetSRID(ST_GeomFromGeoJSON(d.drawn), 4326) AS geom
    FROM incidents.incident AS i
        CROSS JOIN LATERAL (VALUES ('incident_area', i.incident_area), ('impact_area', i.impact_area)) AS d (which, drawn)
    WHERE jsonb_typeof(d.drawn) = 'object' AND """
    + _SEEN
    + ")"
)
# Boards are the city's and one for each county: the city's board is seen by who oversees the whole city.
_WARNINGS: LiteralString = (
    """
    (SELECT w.id::text AS id, w.feed, w.external_id, w.source, w.headline, w.text, w.status, w.class_key, w.colour,
        w.severity, w.urgency, w.certainty, w.sent_at, w.received_at, w.onset_at, w.expires_at, w.magnitude, w.depth_km,
        w.distance_km, w.inside_area, w.area_code, w.area_text, w.language, w.state, w.incident_id::text AS incident_id,
        coalesce(w.onset_at, w.sent_at) AS begins_at,
        CASE WHEN jsonb_typeof(w.geometry) = 'object' THEN ST_SetSRID(ST_GeomFromGeoJSON(w.geometry), 4326)
            ELSE w.point END AS geom
    FROM incidents.alert AS w
    WHERE (w.on_board AND w.state IN ('new', 'acknowledged', 'cancelled')
           AND EXISTS (SELECT 1 FROM unnest(%(reach_areas)s::text[]) AS a (prefix)
                       WHERE starts_with(%(city)s, a.prefix)
                          OR (length(w.area_code) >= 6 AND starts_with(left(w.area_code, 6), a.prefix))))
       OR EXISTS (SELECT 1 FROM incidents.incident AS i WHERE i.id = w.incident_id AND """
    + _SEEN
    + "))"
)


def incidents_collection(reach: Reach) -> Collection:
    """Where each incident is; its geometry is null while nobody knows."""
    return Collection(
        id="incidents",
        title_zh="突发事件",
        title_en="Incidents",
        description_zh="您有权查看的突发事件，几何为事发地点；地点不明时为空。",
        description_en="The incidents that you may see, each where it happened; without geometry while the place is not known.",
        source=sql.SQL(_INCIDENTS),
        parameters=reach.parameters(),
        columns=[
            column("no", "text", "编号", "Number"),
            column("title", "text", "名称", "Title"),
            column("class_key", "text", "类别", "Class"),
            column("status", "text", "状态", "Status"),
            column("place", "text", "地点", "Place"),
            column("area_code", "text", "行政区划代码", "Area code"),
            column("occurred_at", "datetime", "发生时间", "Occurred at"),
            column("opened_at", "datetime", "立案时间", "Opened at"),
            column("closed_at", "datetime", "结案时间", "Closed at"),
            column("grade", "text", "核定等级", "Grade decided"),
            column("grade_suggested", "text", "建议等级", "Grade suggested"),
            column("response_level", "text", "响应级别", "Response level"),
            column("sensitive", "boolean", "敏感", "Sensitive"),
            column("tasks_open", "integer", "未完任务", "Open tasks"),
            column("tasks_total", "integer", "任务总数", "Tasks"),
            column("updated_at", "datetime", "更新时间", "Updated at"),
            column("version", "integer", "版本", "Version"),
        ],
        key=sql.SQL("f.id"),
        key_kind="text",
        time=Span(sql.SQL("f.occurred_at"), sql.SQL("f.closed_at")),
    )


def incident_areas_collection(reach: Reach) -> Collection:
    """The areas drawn for incidents: where it is, and what it affects, are two."""
    return Collection(
        id="incident_areas",
        title_zh="事件区域与影响区域",
        title_en="Incident and impact areas",
        description_zh="突发事件的事件区域（incident_area）与影响区域（impact_area），各为一个要素。",
        description_en="Areas of incidents: where one is (incident_area) and what it affects (impact_area), a feature each.",
        source=sql.SQL(_AREAS),
        parameters=reach.parameters(),
        columns=[
            column("incident_id", "text", "事件", "Incident"),
            column("no", "text", "编号", "Number"),
            column("title", "text", "名称", "Title"),
            column("which", "text", "区域类型", "Kind of area"),
            column("status", "text", "状态", "Status"),
            column("area_code", "text", "行政区划代码", "Area code"),
            column("occurred_at", "datetime", "发生时间", "Occurred at"),
            column("closed_at", "datetime", "结案时间", "Closed at"),
        ],
        key=sql.SQL("f.id"),
        key_kind="text",
        time=Span(sql.SQL("f.occurred_at"), sql.SQL("f.closed_at")),
    )


def warnings_collection(reach: Reach) -> Collection:
    return Collection(
        id="warnings",
        title_zh="预警与告警",
        title_en="Warnings",
        description_zh="您有权查看的预警和告警：在您的值班板上的，或属于您可见的事件的；时间为生效至失效。",
        description_en="Warnings on the boards that you may follow, or of incidents that you may see; from onset to expiry.",
        source=sql.SQL(_WARNINGS),
        parameters=reach.parameters(),
        columns=[
            column("headline", "text", "标题", "Headline"),
            column("text", "text", "内容", "Text"),
            column("source", "text", "发布单位", "Source"),
            column("feed", "text", "接入源", "Feed"),
            column("external_id", "text", "来源编号", "Identifier of the source"),
            column("status", "text", "性质", "Status of the message"),
            column("class_key", "text", "类别", "Class"),
            column("colour", "text", "预警颜色", "Colour"),
            column("severity", "text", "严重程度", "Severity"),
            column("urgency", "text", "紧急程度", "Urgency"),
            column("certainty", "text", "确定程度", "Certainty"),
            column("sent_at", "datetime", "发布时间", "Sent at"),
            column("received_at", "datetime", "接收时间", "Received at"),
            column("onset_at", "datetime", "生效时间", "Onset"),
            column("expires_at", "datetime", "失效时间", "Expires at"),
            column("magnitude", "number", "震级", "Magnitude"),
            column("depth_km", "number", "深度（km）", "Depth (km)"),
            column("distance_km", "number", "距离（km）", "Distance (km)"),
            column("inside_area", "boolean", "在本市境内", "Inside the city"),
            column("area_code", "text", "行政区划代码", "Area code"),
            column("area_text", "text", "区域", "Area"),
            column("language", "text", "语言", "Language"),
            column("state", "text", "处置状态", "State"),
            column("incident_id", "text", "所属事件", "Incident"),
        ],
        key=sql.SQL("f.id"),
        key_kind="text",
        time=Span(sql.SQL("f.begins_at"), sql.SQL("f.expires_at")),
    )

"""An assessment as a PDF for the file and for whoever is told by paper: the version as it was filed, whole."""

import asyncio
from typing import Literal, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from incidents import store as incident_store
from incidents.assessments import store
from incidents.assessments.assessment import whole_object
from spine.canonical import JsonObject
from spine.db import snapshot
from spine.errors import Refused, not_found
from web.auth import InHouse, SignedIn
from web.rate import may_do
from web.sheets.assessment_sheet import Exported, compose_assessment
from web.sheets.printing import ASSESSMENT, Press

router = APIRouter(prefix="/api/assessments", tags=["assessments"])

MOST_A_MINUTE = 10
"""Of one account."""


@router.get("/{assessment_id}/report.pdf")
async def get_report(
    assessment_id: UUID,
    request: Request,
    house: InHouse,
    principal: SignedIn,
    locale: Literal["zh", "en"] = Query("zh"),
) -> Response:
    """The version on A4. A what-if has no report: nothing that is only supposed goes out on paper as an assessment.

    Raises Refused `not_found`, `what_if_report`, `no_answer`, `too_often` and what typesetting raises.
    """
    async with snapshot(house.realm.pool) as conn:
        one = await store.find_assessment(conn, assessment_id)
        if one is None:
            raise not_found("评估", "assessment", str(assessment_id), field="assessment_id")
        await house.book.check(conn, principal, f"incident:{one.incident_id}")
        incident = await incident_store.find_incident(conn, one.incident_id)
        answer = await store.answer_of(conn, assessment_id)
    if one.scenario != "live":
        raise Refused(
            "what_if_report",
            zh="推演不是实况，不出报告；采用之后再导出。",
            en="A what-if is not the situation and has no report; adopt it first.",
            field="assessment_id",
            final=False,
        )
    if answer is None or incident is None:
        raise Refused(
            "no_answer",
            zh="这一版没有算出结果，无法导出。",
            en="This version has no answer, so there is nothing to export.",
            field="assessment_id",
            final=False,
        )
    if not await may_do(house.realm, "assessment-report", principal.id, MOST_A_MINUTE):
        raise Refused(
            "too_often",
            zh="一分钟内导出次数过多，请稍候再试。",
            en="Too many reports within a minute; try again in a moment.",
            status=429,
            final=False,
        )
    at = house.realm.clock.now()
    mark = house.realm.mark("", locale).strip() or None
    whole: JsonObject = whole_object(one, answer)
    data = await asyncio.to_thread(compose_assessment, whole, Exported(principal.name, at, mark, incident, locale))
    press = cast(Press, request.app.state.press)
    async with press.typeset(data, {}, None, None, int(at.timestamp()), ASSESSMENT) as path:
        content = await asyncio.to_thread(path.read_bytes)
    name = f"{mark or ''}{data['title']} v{one.no}.pdf".replace("/", "-")
    headers = {
        "Content-Disposition": f"attachment; filename=\"assessment-{one.no}.pdf\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)

"""Assessments over HTTP: whole versions with their geometries, lists of versions, what models ask for, and their record."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from incidents.assessments import score_store, store
from incidents.assessments.assessment import version_object, whole_object
from spine.canonical import Json, encode
from spine.db import snapshot
from spine.errors import not_found
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["assessments"])

_FOR_EVER = "private, max-age=31536000, immutable"
MOST_VERSIONS = 500


@router.get("/assessments/{assessment_id}", response_model=None)
async def get_assessment(assessment_id: UUID, request: Request, house: InHouse, principal: SignedIn) -> Response:
    """One version, whole. It never changes: once fetched it may be kept."""
    tag = f'"{assessment_id}"'
    headers = {"ETag": tag, "Cache-Control": _FOR_EVER}
    async with snapshot(house.realm.pool) as conn:
        one = await store.find_assessment(conn, assessment_id)
        if one is None:
            raise not_found("评估", "assessment", str(assessment_id), field="assessment_id")
        await house.book.check(conn, principal, f"incident:{one.incident_id}")
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        answer = await store.answer_of(conn, assessment_id)
    text = await asyncio.to_thread(encode, whole_object(one, answer))
    return Response(text, media_type="application/json", headers=headers)


@router.get("/incidents/{incident_id}/assessments", response_model=None)
async def get_versions(
    incident_id: UUID,
    house: InHouse,
    principal: SignedIn,
    scenario: Annotated[str | None, Query(max_length=40)] = None,
) -> dict[str, Json]:
    """Every version of an incident's assessments (or of one scenario), the newest first, without the answers themselves."""
    async with snapshot(house.realm.pool) as conn:
        await house.book.check(conn, principal, f"incident:{incident_id}")
        versions = await store.versions_of(conn, incident_id, scenario, MOST_VERSIONS)
    return {"incident_id": str(incident_id), "versions": [version_object(one) for one in versions]}


@router.get("/hazard-models", response_model=None)
async def get_models(principal: SignedIn) -> dict[str, Json]:
    """What each model asks for, with units, limits, priors and sources: for forms."""
    from gis.hazards.catalogue import MODELS, spec_json  # SciPy takes long to import: not before somebody asks

    return {"models": [spec_json(model) for model in MODELS]}


@router.get("/assessment-scores", response_model=None)
async def get_scores(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """How the answers compared with what happened: by model and outcome, how many, how often the band was right, how often
    the 80 % interval held the number, and the mean logarithmic score."""
    async with snapshot(house.realm.pool) as conn:
        records = await score_store.records(conn)
    return {"scores": [one.to_json() for one in records]}

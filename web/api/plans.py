"""Plans as data: those in force, their versions with what the validator says, dry runs, differences, tables in and out.

Nothing here changes a plan: what was read from a table or a file comes back to the editor, and a command saves it.
"""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from command.organisation.book import organisation
from command.planning.book import plans_in_force
from command.planning.difference import differences
from command.planning.dry_run import dry_run
from command.planning.dry_run_object import dry_run_object
from command.planning.findings import errors_of, findings_json
from command.planning.form import MOST_BYTES, judge, read_yaml, write_yaml
from command.planning.ground import read_ground
from command.planning.plan import plan_object
from command.planning.sheet import MOST_BYTES as MOST_TABLE_BYTES
from command.planning.sheet import read_sheet
from command.planning.store import all_lines, need_version, versions_of
from command.planning.table import read_tasks
from command.planning.table_notes import tasks_csv, tasks_xlsx
from command.planning.version import PlanVersion, plan_transitions, version_line
from incidents.classification import catalogue
from spine.authority import OVERSEERS
from spine.canonical import Json, JsonObject
from spine.db import snapshot
from spine.errors import Refused, forbidden, not_found
from spine.principal import Principal, Role
from spine.realm import Realm
from web.auth import InHouse, SignedIn
from web.body import read_body

router = APIRouter(prefix="/api", tags=["plans"])

PlanId = Annotated[str, Path(max_length=60)]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
LevelName = Literal["I", "II", "III", "IV"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Judging(BaseModel):
    """A content that is being written."""

    model_config = ConfigDict(strict=True, extra="forbid")

    content: dict[str, JsonValue]


class Trying(BaseModel):
    """A dry run of a content, or of a version of a plan; the version in force when neither is named."""

    model_config = ConfigDict(strict=True, extra="forbid")

    level: LevelName
    area_code: Annotated[str, Field(pattern=r"^5309(\d{2}(\d{3})?)?$")] | None = None
    class_key: Annotated[str, Field(max_length=60)] | None = None
    content: dict[str, JsonValue] | None = None
    plan_id: Annotated[str, Field(max_length=60)] | None = None
    version: Annotated[int, Field(ge=1)] | None = None


def _see_versions(principal: Principal) -> None:
    """Drafts are for those who oversee and for the departments that will get the tasks. Raises Refused `forbidden`."""
    if not principal.has(*OVERSEERS, Role.DEPARTMENT):
        raise forbidden("您无权查看预案的版本。", "You may not see the versions of plans.")


def _today(realm: Realm) -> date:
    return realm.clock.now().date()


@router.get("/plans", response_model=None)
async def get_plans(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Every plan in force with its levels and tasks, each with clause and source."""
    async with snapshot(house.realm.pool) as conn:
        return {"plans": [plan_object(plan) for plan in await plans_in_force(conn)]}


@router.get("/plan-list", response_model=None)
async def get_list(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Every plan that the realm knows: which version is in force and which is the newest, how many faults each has, all versions."""
    _see_versions(principal)
    today = _today(house.realm)
    async with snapshot(house.realm.pool) as conn:
        by_plan: dict[str, list[PlanVersion]] = {}
        for line in await all_lines(conn):
            by_plan.setdefault(line.plan_id, []).append(line)
        plans: list[Json] = []
        for plan_id, lines in by_plan.items():
            standing = next((one for one in lines if one.state == "in_force"), lines[0])
            whole = await need_version(conn, plan_id, standing.version)
            plans.append({**_row(whole, today), "versions": [version_line(line) for line in lines]})
    table = plan_transitions()
    return {
        "plans": plans,
        "today": today.isoformat(),
        "states": {key: {"zh": state.zh, "en": state.en} for key, state in table.states.items()},
        "actions": {
            key: {"zh": a.zh, "en": a.en, "moves": a.moves, "reason": a.reason, "other": a.other}
            for key, a in table.actions.items()
        },
    }


def _row(version: PlanVersion, today: date) -> JsonObject:
    judged = judge(version.content, organisation(), today)
    plan, content = judged.plan, version.content
    wrong = len(errors_of(judged.findings))
    review = content.get("review_due")
    return {
        "id": version.plan_id,
        "zh": _text(content.get("zh")) or version.plan_id,
        "en": _text(content.get("en")) or version.plan_id,
        "kind": content.get("kind", "special"),
        "issuer": _text(content.get("issuer")),
        "issuer_en": _text(content.get("issuer_en")),
        "doc_no": _text(content.get("doc_no")),
        "illustrative": content.get("illustrative") is True,
        "classes": [] if plan is None else list(plan.classes),
        "classes_named": [] if plan is None else [_class_name(key) for key in plan.classes],
        "review_due": _text(review),
        "review_past": isinstance(review, str) and review < today.isoformat(),
        "tasks": None if plan is None else len(plan.tasks),
        "version": version.version,
        "state": version.state,
        "errors": wrong,
        "warnings": len(judged.findings) - wrong,
    }


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _class_name(key: str) -> JsonObject:
    found = catalogue().find(key)
    return {"zh": key, "en": key} if found is None else {"zh": found.zh, "en": found.en}


@router.get("/plans/{plan_id}/versions/{number}", response_model=None)
async def get_version(plan_id: PlanId, number: Number, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """One version: its content as written, the plan as read (null when it has not the shape of one), findings, history."""
    _see_versions(principal)
    async with snapshot(house.realm.pool) as conn:
        version = await need_version(conn, plan_id, number, field="version")
        lines = [version_line(line) for line in await versions_of(conn, plan_id)]
    judged = judge(version.content, organisation(), _today(house.realm))
    return {
        **version_line(version),
        "plan_id": plan_id,
        "content": version.content,
        "plan": None if judged.plan is None else plan_object(judged.plan),
        "findings": findings_json(judged.findings),
        "versions": lines,
        "wrote": principal.id in version.writers,
    }


@router.get("/plans/{plan_id}/versions/{number}/difference", response_model=None)
async def get_difference(
    plan_id: PlanId,
    number: Number,
    house: InHouse,
    principal: SignedIn,
    against: Annotated[int, Query(alias="with", ge=1)],
) -> dict[str, Json]:
    """What is different in a version against another one (`with`, the one before): by task, level, trigger."""
    _see_versions(principal)
    async with snapshot(house.realm.pool) as conn:
        after = await need_version(conn, plan_id, number, field="version")
        before = await need_version(conn, plan_id, against, field="with")
    return {
        "plan_id": plan_id,
        "before": against,
        "after": number,
        "differences": [one.to_json() for one in differences(before.content, after.content)],
    }


@router.post("/plans/check", response_model=None)
async def post_check(body: Judging, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """What the validator says of a content that is being written. Changes nothing."""
    judged = judge(body.content, organisation(), _today(house.realm))
    return {"sound": judged.sound, "findings": findings_json(judged.findings)}


@router.post("/plans/dry-run", response_model=None)
async def post_dry_run(body: Trying, house: InHouse, principal: SignedIn) -> JsonObject:
    """What would happen at a level in an area: timeline, loads, who cannot hear of it, resources. Changes nothing."""
    _see_versions(principal)
    async with snapshot(house.realm.pool) as conn:
        content: Json = body.content
        if content is None and body.plan_id is not None:
            versions = await versions_of(conn, body.plan_id)
            fit = [v for v in versions if (v.version == body.version if body.version else v.state == "in_force")]
            if not fit:
                raise not_found("预案", "plan", body.plan_id, field="plan_id")
            content = fit[0].content
        ground = await read_ground(conn, _today(house.realm))
    judged = judge(content, organisation())
    if judged.plan is None or body.level not in judged.plan.levels or body.level not in judged.plan.sign_minutes:
        wrong = errors_of(judged.findings)
        first = ("没有给出预案。", "No plan was given.") if not wrong else (wrong[0].zh, wrong[0].en)
        raise Refused(
            "plan_errors",
            zh=f"还不能推演：{first[0]}",
            en=f"It cannot be tried yet: {first[1]}",
            field="content",
            findings=findings_json(wrong),
        )
    run = dry_run(judged.plan, body.level, body.area_code, body.class_key, organisation(), ground)
    return {**dry_run_object(run, organisation()), "findings": findings_json(judged.findings)}


# --- tables and files ----------------------------------------------------------------------------------------------------


@router.post("/plan-tables/read", response_model=None)
async def post_table(request: Request, principal: SignedIn) -> dict[str, Json]:
    """The tasks of a CSV or XLSX in the body, or everything that is wrong in it, by row and column. Nothing is kept.

    `columns`: the fields that the table has a column for; of others it says nothing."""
    _see_versions(principal)
    table = read_tasks(read_sheet(await read_body(request, MOST_TABLE_BYTES)), organisation())
    columns: list[Json] = [*table.columns]
    return {"tasks": list(table.tasks), "columns": columns, "faults": [fault.to_json() for fault in table.faults]}


@router.post("/plan-files/read", response_model=None)
async def post_file(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """The content of a plan file (YAML) in the body with what the validator says. Nothing is kept."""
    _see_versions(principal)
    content = read_yaml(await read_body(request, MOST_BYTES))
    judged = judge(content, organisation(), _today(house.realm))
    return {"content": content, "sound": judged.sound, "findings": findings_json(judged.findings)}


@router.get("/plan-tables/template")
async def get_template(
    request: Request, principal: SignedIn, format: Annotated[Literal["xlsx", "csv"], Query()] = "xlsx"
) -> Response:
    """An empty table of tasks with one example row; the workbook explains every column and lists the departments."""
    locale = _locale(request)
    raw = tasks_xlsx(None, organisation(), locale) if format == "xlsx" else tasks_csv(None, locale)
    return _file(raw, XLSX if format == "xlsx" else "text/csv; charset=utf-8", f"plan-tasks.{format}")


@router.get("/plans/{plan_id}/versions/{number}/export")
async def get_export(
    plan_id: PlanId,
    number: Number,
    request: Request,
    house: InHouse,
    principal: SignedIn,
    format: Annotated[Literal["yaml", "xlsx", "csv"], Query()] = "yaml",
) -> Response:
    """A version as a plan file, or its tasks as a table."""
    _see_versions(principal)
    async with snapshot(house.realm.pool) as conn:
        version = await need_version(conn, plan_id, number, field="version")
    name = f"{plan_id}-{number}.{format}"
    if format == "yaml":
        state = plan_transitions().states[version.state]
        heading = (
            f"{_text(version.content.get('zh')) or plan_id} 第 {number} 版（{state.zh}）",
            f"version {number} ({state.en})",
        )
        marked = tuple(house.realm.mark(line, "zh" if at == 0 else "en") for at, line in enumerate(heading))
        return _file(write_yaml(version.content, marked).encode(), "application/yaml; charset=utf-8", name)
    plan = judge(version.content, organisation()).plan
    if plan is None:
        raise Refused(
            "plan_errors",
            zh="这一版还不成预案的样子，只能导出 YAML。",
            en="This version has not the shape of a plan; only YAML can be exported.",
            field="format",
        )
    locale = _locale(request)
    raw = tasks_xlsx(plan, organisation(), locale) if format == "xlsx" else tasks_csv(plan, locale)
    return _file(raw, XLSX if format == "xlsx" else "text/csv; charset=utf-8", name)


def _locale(request: Request) -> str:
    return "zh" if request.headers.get("accept-language", "zh").lower().startswith("zh") else "en"


def _file(raw: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(raw, media_type=media_type, headers=headers)

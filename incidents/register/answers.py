"""What the API tells of the register: the list, one site with everything about it, sites at a place (reads only)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from incidents.register import computed_store, store
from incidents.register.computed import ScenarioRow, ScoreRow
from incidents.register.ground_here import GroundHere
from incidents.register.major_hazard import grading
from incidents.register.readings import Surroundings, people_within
from incidents.register.rules import RegisterRules, SiteKind
from incidents.register.scenarios import Plan, plans_of
from incidents.register.site import Site, site_object, substances_of
from spine.canonical import Json
from spine.clock import BEIJING, iso
from spine.db import Connection

_DAYS_IN_YEAR = 365.25


def survey_age(site: Site, at: datetime) -> float | None:
    """Years since the survey; None: nobody said when it was."""
    if site.surveyed_on is None:
        return None
    today: date = at.astimezone(BEIJING).date()
    return round(max(0.0, (today - site.surveyed_on).days / _DAYS_IN_YEAR), 1)


def row_json(rules: RegisterRules, site: Site, score: ScoreRow | None, at: datetime, scenarios: int) -> dict[str, Json]:
    """A line of the list."""
    kind = next((one for one in rules.kinds if one.key == site.kind), None)
    age = survey_age(site, at)
    return {
        "id": str(site.id),
        "kind": site.kind,
        "kind_zh": site.kind if kind is None else kind.zh,
        "kind_en": site.kind if kind is None else kind.en,
        "group": None if kind is None else kind.group,
        "symbol": "circle" if kind is None else kind.symbol,
        "name": site.name,
        "name_en": site.name_en,
        "lon": site.lon,
        "lat": site.lat,
        "area_code": site.area_code,
        "owner": site.owner,
        "department": site.department,
        "surveyed_on": None if site.surveyed_on is None else site.surveyed_on.isoformat(),
        "survey_years": age,
        "survey_old": age is None or age >= rules.survey_years.old,
        "mark": site.mark,
        "retired": site.retired,
        "version": site.version,
        "score": None if score is None else {**score.to_json(), "behind": score.site_version != site.version},
        "scenarios": scenarios,
    }


async def list_json(
    conn: Connection, rules: RegisterRules, areas: Sequence[str], at: datetime, *, retired: bool
) -> list[Json]:
    """Every site of these areas, the highest worst case first."""
    found: dict[UUID, Site] = {}
    for area in areas:
        found |= {site.id: site for site in await store.sites(conn, area=area, retired=None if retired else False)}
    scores = await computed_store.newest_scores(conn)
    counts = {key: len(keys) for key, keys in (await computed_store.scenario_bases(conn)).items()}
    order = sorted(found.values(), key=lambda s: (-(scores[s.id].high if s.id in scores else 101), s.name, str(s.id)))
    return [row_json(rules, site, scores.get(site.id), at, counts.get(site.id, 0)) for site in order]


def _scenario_json(row: ScenarioRow, plans: Mapping[str, Plan], site: Site, ground_key: str) -> dict[str, Json]:
    """`stale`: what it was made of has changed; `because`: what of it."""
    plan = plans.get(row.key)
    stale = plan is None or plan.basis(ground_key) != row.basis
    because: list[Json] = []
    if stale and plan is not None:
        if plan.model_version != row.model_version or plan.model != row.model:
            because.append({"zh": "模型版本变化", "en": "the model has changed"})
        if dict(plan.inputs) != dict(row.inputs) or row.site_version != site.version:
            because.append({"zh": "风险点资料变化", "en": "what is known of the site has changed"})
    if stale and not because:
        because.append(
            {"zh": "人口、设施数据或规则变化", "en": "the data on people and facilities, or the rules, changed"}
        )
    return {**row.to_json(), "stale": stale, "because": because}


def scenarios_json(
    rules: RegisterRules, kind: SiteKind | None, site: Site, rows: Sequence[ScenarioRow], ground_key: str
) -> list[Json]:
    plans = {} if kind is None else {plan.key: plan for plan in plans_of(rules, kind, site)}
    told: list[Json] = [_scenario_json(row, plans, site, ground_key) for row in rows]
    return told


async def site_json(
    conn: Connection, rules: RegisterRules, site: Site, here: GroundHere, at: datetime
) -> dict[str, Json]:
    """One site: its facts, the sum of its score, its grading by GB 18218, scenarios without their maps, history."""
    kind = next((one for one in rules.kinds if one.key == site.kind), None)
    scores = await computed_store.score_history(conn, site.id)
    rows = (await computed_store.scenarios_of(conn, [site.id])).get(site.id, [])
    versions: list[Json] = [
        {"version": v.version, "action": v.action, "reason": v.reason, "by": v.by, "at": iso(v.at), "site": v.site}
        for v in await store.versions_of(conn, site.id)
    ]
    age = survey_age(site, at)
    history: list[Json] = [row.to_json() for row in scores]
    return {
        "site": {
            **site_object(rules, site),
            "survey_years": age,
            "survey_old": age is None or age >= rules.survey_years.old,
        },
        "score": await computed_store.whole_score(conn, site.id),
        "score_at": None if not scores else iso(scores[0].at),
        "score_behind": not scores or scores[0].site_version != site.version,
        "scores": history,
        "major_hazard": _grading(rules, site, here),
        "scenarios": scenarios_json(rules, kind, site, rows, here.key),
        "versions": versions,
    }


def _grading(rules: RegisterRules, site: Site, here: GroundHere) -> Json:
    """R by GB 18218; None where the site holds nothing of its table, or what it holds is not known."""
    held = substances_of(site)
    if not held:
        return None
    about = Surroundings(here.state, (), None, ("", ""), here.facilities_illustrative)
    people = people_within(site.lon, site.lat, rules.major_hazard.around_m, about)
    found = grading(rules, held, people)
    source = rules.major_hazard.source.model_dump()
    declared = site.properties.get("declared_grade")
    if found is None:
        return {"known": False, "source": source, "declared": declared}
    return {
        "known": True,
        **found.to_json(),
        "people": None if people is None else people.json(),
        "around_m": rules.major_hazard.around_m,
        "declared": declared,
        "source": source,
    }


async def near_json(
    conn: Connection,
    rules: RegisterRules,
    at_point: tuple[float, float] | None,
    text: str,
    class_key: str | None,
    here: GroundHere,
    at: datetime,
) -> list[Json]:
    """Sites within the rules' distance or named in the text, of a kind that fits the class; their scenarios for this class first."""
    near = [] if at_point is None else await store.sites_near(conn, *at_point, rules.near_m)
    away: dict[UUID, float | None] = {site.id: metres for site, metres in near}
    sites = {site.id: site for site, _ in near}
    named = await store.sites_named_in(conn, text) if text else []
    for site in named:
        sites[site.id] = site
        away.setdefault(site.id, None)
    names = {site.id for site in named}
    fitting = [
        (site, kind)
        for site in sites.values()
        for kind in rules.kinds
        if kind.key == site.kind and (class_key is None or kind.fits(class_key))
    ]
    scores = await computed_store.newest_scores(conn, list(sites))
    rows = await computed_store.scenarios_of(conn, list(sites))
    fitting.sort(key=lambda pair: (pair[0].id not in names, away[pair[0].id] or 0.0, str(pair[0].id)))
    hour = at.astimezone(BEIJING).hour
    found: list[Json] = []
    for site, kind in fitting:
        mine = rows.get(site.id, [])
        mine.sort(key=lambda row: (_strange(class_key, row.class_key), _hours_off(row.hour, hour), row.key))
        metres = away[site.id]
        found.append(
            {
                **row_json(rules, site, scores.get(site.id), at, len(mine)),
                "away_m": None if metres is None else round(metres),
                "named": site.id in names,
                "scenarios_of": scenarios_json(rules, kind, site, mine, here.key),
            }
        )
    return found


def _strange(class_key: str | None, of_scenario: str) -> int:
    """0: of this very class, 1: of its family, 2: of another."""
    if class_key is None or of_scenario == class_key:
        return 0
    family = class_key.rsplit(".", 1)[0]
    return 1 if of_scenario.startswith(family) else 2


def _hours_off(hour: int | None, now: int) -> int:
    if hour is None:
        return 0
    off = abs(hour - now)
    return min(off, 24 - off)

"""Keeps the register up to date: takes facilities in, scores what changed, computes scenarios that are stale. Part of the `work` role.

Everything it does is a command; what did not change is not computed again. Several may run: one works at a time.
"""

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gis.facilities import facilities_of
from incidents.register import computed_store, facility_store, store
from incidents.register.compute import Computing, InThread, compute
from incidents.register.ground_here import CurrentGround, GroundHere
from incidents.register.readings import Surroundings, readings_of
from incidents.register.rule_book import register_rules
from incidents.register.rules import RegisterRules
from incidents.register.scenarios import Plan, plans_of
from incidents.register.score import METHOD_VERSION, score, score_json
from incidents.register.site import Site
from incidents.register.take_in import FacilitySourceOf, facility_kinds, kind_of, print_of
from spine.canonical import Json, JsonObject, encode
from spine.carry_out import Answer, carry_out
from spine.clock import BEIJING
from spine.command import Envelope, Registry
from spine.db import Connection
from spine.principal import system
from spine.realm import Realm

log = logging.getLogger("fengsui.register")

_BATCH = 50
_RUNS_A_STEP = 8
"""Scenarios in one step: few, so that whatever else the work role does is not kept waiting for a processor."""
_LOCK = 0x5247_4953  # "RGIS"


@dataclass(frozen=True, slots=True)
class Done:
    """What one step did; `more`: there is more to do at once; `busy`: another process was at it, so this one did nothing."""

    taken_in: int = 0
    scored: int = 0
    computed: int = 0
    more: bool = False
    busy: bool = False


class RegisterKeeper:
    """One per work role. `computing`: who runs the models; this process, in a thread, when nobody is given."""

    def __init__(self, realm: Realm, registry: Registry, computing: Computing | None = None) -> None:
        self._realm = realm
        self._registry = registry
        self._computing = computing or InThread(realm.database_url)
        self._ground = CurrentGround()
        self._settled: str | None = None
        self._by = system("register")
        realm.when_exchanged(self.forget)

    def forget(self) -> None:
        self._ground.forget()
        self._settled = None

    async def step(self, runs: int = _RUNS_A_STEP, only: UUID | None = None) -> Done:
        """Do some of what is to be done; nothing while another process is at it. `only`: compute scenarios of this site alone."""
        async with self._realm.pool.connection() as conn, conn.transaction():
            row = await (await conn.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))).fetchone()
            if row is None or not row[0]:
                return Done(busy=True)
            return await self._step(conn, runs, only)

    async def catch_up(self, only: UUID | None = None, most_steps: int = 1000) -> Done:
        """All that is to be done, for the command line and for tests."""
        taken_in = scored = computed = 0
        for _ in range(most_steps):
            done = await self.step(64, only)
            taken_in, scored, computed = taken_in + done.taken_in, scored + done.scored, computed + done.computed
            if done.busy:
                await asyncio.sleep(0.5)
            elif not done.more:
                break
        return Done(taken_in, scored, computed)

    async def _step(self, conn: Connection, runs: int, only: UUID | None) -> Done:
        here = await self._ground.get(conn)
        mark = await self._mark(conn, here)
        if mark == self._settled:
            return Done()
        rules = register_rules()
        taken = await self._take_in(conn, rules)
        if taken:
            return Done(taken_in=taken, more=True)
        standing = await store.sites(conn)
        scored = await self._score(conn, rules, here, standing)
        chosen = standing if only is None else [site for site in standing if site.id == only]
        computed, left = await self._compute(conn, rules, here, chosen, runs)
        if not left and not scored and only is None:
            self._settled = await self._mark(conn, here)
        return Done(scored=scored, computed=computed, more=left or scored > 0)

    async def _mark(self, conn: Connection, here: GroundHere) -> str:
        """Names the state of everything that scores and scenarios are made of; ages make it another one every day."""
        count = await store.read_count(conn, "")
        changes = 0 if count is None else count[0]
        return f"{here.key} {changes} {self._today()} {register_rules().version}"

    def _today(self) -> date:
        return self._realm.clock.now().astimezone(BEIJING).date()

    async def _command(self, kind: str, data: JsonObject) -> Answer:
        envelope = Envelope(uuid.uuid4(), kind, "register", self._realm.clock.now(), data)
        return await carry_out(self._realm, self._registry, self._by, envelope)

    # --- facilities ----------------------------------------------------------------------------------------------

    async def _take_in(self, conn: Connection, rules: RegisterRules) -> int:
        source = await facility_store.layer_source(conn)
        known = await facility_store.facility_prints(conn)
        facilities = await facilities_of(conn, facility_kinds(rules))
        codes = [
            one.code
            for one in facilities
            if kind_of(rules, one) is not None and known.get(one.code, "") != print_of(one, source)
        ]
        for batch in _batches(codes):
            await self._command("register.take_in", {"codes": batch})
        return len(codes)

    # --- scores --------------------------------------------------------------------------------------------------

    async def _score(self, conn: Connection, rules: RegisterRules, here: GroundHere, standing: Sequence[Site]) -> int:
        newest = await computed_store.newest_scores(conn)
        source = await facility_store.layer_source(conn)
        today = self._today()
        made = await asyncio.to_thread(scores_of, rules, here, standing, source, today)
        due = [
            one
            for one in made
            if (before := newest.get(UUID(str(one["site_id"])))) is None
            or before.basis != one["basis"]
            or before.site_version != one["site_version"]
        ]
        for batch in _batches(due):
            await self._command("register.score", {"scores": batch})
        return len(due)

    # --- scenarios -----------------------------------------------------------------------------------------------

    async def _compute(
        self, conn: Connection, rules: RegisterRules, here: GroundHere, standing: Sequence[Site], runs: int
    ) -> tuple[int, bool]:
        """(how many were computed, whether more are due): highest scores first, what somebody asked for before all."""
        bases = await computed_store.scenario_bases(conn)
        newest = await computed_store.newest_scores(conn)
        order = sorted(standing, key=lambda s: (s.recompute_at is None, -_high(newest, s.id), str(s.id)))
        done = 0
        for site in order:
            kind = next((kind for kind in rules.kinds if kind.key == site.kind), None)
            if kind is None or (not kind.scenarios and site.recompute_at is None and site.id not in bases):
                continue
            plans = plans_of(rules, kind, site)
            had = bases.get(site.id, {})
            asked = site.recompute_at is not None
            due = [plan for plan in plans if asked or had.get(plan.key) != plan.basis(here.key)]
            gone = sorted(set(had) - {plan.key for plan in plans})
            if not due and not gone and not asked:
                continue
            if done >= runs:
                return done, True
            chosen = due if asked else due[: runs - done]
            made = await self._run(rules, site, chosen, here)
            data: JsonObject = {
                "site_id": str(site.id), "site_version": site.version, "scenarios": made, "gone": gone,
            }  # fmt: skip
            await self._command("register.scenarios", data)
            done += max(1, len(made))
            if len(chosen) < len(due):
                return done, True
        return done, False

    async def _run(self, rules: RegisterRules, site: Site, plans: Sequence[Plan], here: GroundHere) -> list[Json]:
        return [await compute(rules, plan, site.area_code, here, self._computing) for plan in plans]


def _high(newest: dict[UUID, computed_store.ScoreRow], site_id: UUID) -> float:
    row = newest.get(site_id)
    return 100.0 if row is None else row.high


def _batches(items: Sequence[Json]) -> list[Sequence[Json]]:
    return [items[start : start + _BATCH] for start in range(0, len(items), _BATCH)]


def scores_of(
    rules: RegisterRules, here: GroundHere, standing: Sequence[Site], source: FacilitySourceOf, today: date
) -> list[dict[str, Json]]:
    """The score of every site, as `register.score` takes them (pure)."""
    groups = {kind.key: kind.group for kind in rules.kinds}
    about = Surroundings(
        here.state,
        [site for site in standing if groups.get(site.kind) == "hazard"],
        source.date,
        (source.source, source.source_en),
        here.facilities_illustrative,
    )
    found: list[dict[str, Json]] = []
    for site in standing:
        kind = next((kind for kind in rules.kinds if kind.key == site.kind), None)
        if kind is None:
            continue
        made = score(rules, kind, readings_of(rules, kind, site, about), today)
        told = score_json(rules, kind, made, today)
        found.append(
            {
                "site_id": str(site.id), "site_version": site.version, "basis": _basis(told), "low": made.low, "high": made.high,
                "level": str(told["level"]), "confidence": made.letter, "score": dict(told),
            }
        )  # fmt: skip
    return found


def _basis(told: JsonObject) -> str:
    """Digest of the sum without the day: a score that is a day older and otherwise the same is no new score."""
    lines = told["lines"]
    if not isinstance(lines, list):
        raise AssertionError("score_json gives a list of lines")
    aged = ("age_years", "trust")
    kept: list[Json] = [
        {key: value for key, value in line.items() if key not in aged} for line in lines if isinstance(line, dict)
    ]
    said: JsonObject = {
        **{key: value for key, value in told.items() if key not in ("on", "confidence_share", "lines")},
        "lines": kept,
        "method": METHOD_VERSION,
    }
    return hashlib.sha256(encode(said).encode()).hexdigest()

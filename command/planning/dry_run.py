"""A dry run of a plan (预案推演): what would happen at a level, to whom, when. Pure; nothing is issued.

Times are minutes. The decision runs from the proposal (P+); everything else from activation (T+). A task that waits for others is
reckoned to begin when the last of them is due, and is due its own minutes after that: the plan as written, with nobody late or early.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from command.organisation.book import Named, Organisation
from command.organisation.stock_book import stock_book
from command.planning.names import resource_kinds, resource_names
from command.planning.plan import owner_of
from command.planning.shape import Plan, PlanTask
from command.transitions import Level

FIRST_HOUR = 60
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class HeldUnit:
    """A unit that could be asked: what it can do, whose it is, where it stands."""

    code: str
    kind: str
    capabilities: Sequence[str]
    department: str
    area_code: str | None


@dataclass(frozen=True, slots=True)
class HeldStock:
    """What is free of an item in one depot, in the item's measure, without what has expired."""

    item: str
    area_code: str | None
    free: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What the city has: accounts by department (who would receive an order), units, and stock in depots.

    An item that no depot keeps is not known, which is not the same as none.
    """

    accounts: Mapping[str, int]
    units: Sequence[HeldUnit]
    stock: Sequence[HeldStock] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A post that is asked to decide, from then (P+) until the next in order is asked."""

    post: str
    zh: str
    en: str
    from_minutes: int
    until_minutes: int
    deputy: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A task as it would run. `bound_by`: the task that its start waits for last, None when only the clock.
    `leeway`: by how many minutes it may end later without the plan ending later (on the paths through `after`)."""

    task: PlanTask
    owner: str
    support: tuple[str, ...]
    waits_for: tuple[str, ...]
    bound_by: str | None
    start: int
    sign_by: int
    due: int
    leeway: int
    critical: bool
    stood_in: str | None  # what the plan names, where another desk stands in for it


@dataclass(frozen=True, slots=True)
class Load:
    """What one department gets. `first_hour`: orders and parts that begin in it; `at_once`: the most that are open together in it."""

    department: str
    orders: int
    parts: int
    support: int
    first_hour: int
    at_once: int
    accounts: int
    notified: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kind of resource that the tasks ask for. `there`: units of that capability or kind, or what is free of that item;
    None when nobody has counted it. `measure`: what an item of stock is counted in."""

    kind: str
    zh: str
    en: str
    quantity: int
    there: int | None
    in_area: int | None
    tasks: tuple[str, ...]
    measure: Named | None = None


@dataclass(frozen=True, slots=True)
class DryRun:
    plan: Plan
    level: Level
    area_code: str | None
    class_key: str | None
    applies: bool
    asked: tuple[Asked, ...]
    runs: tuple[Run, ...]
    loads: tuple[Load, ...]
    notified: tuple[str, ...]
    unheard: tuple[str, ...]  # departments that get an order and have no account to receive it
    wanted: tuple[Wanted, ...]
    critical: tuple[str, ...]  # codes along the path that the end waits for
    ends: int
    report_minutes: int | None
    reports: tuple[int, ...]  # T+ of the follow-up reports of the first day, while tasks run
    press_minutes: int | None


def dry_run(
    plan: Plan, level: Level, area_code: str | None, class_key: str | None, known: Organisation, ground: Ground
) -> DryRun:
    """What would happen. The plan must be sound: levels there, no circle in `after` (`check_plan`)."""
    rule = plan.levels[level]
    runs = _runs(plan, level, area_code)
    ends = max((run.due for run in runs), default=0)
    notified = tuple(owner_of(code, area_code) for code in rule.notify)
    loads = _loads(runs, notified, ground)
    return DryRun(
        plan=plan,
        level=level,
        area_code=area_code,
        class_key=class_key,
        applies=class_key is None or plan.applies_to(class_key),
        asked=_asked(plan, level, known),
        runs=runs,
        loads=loads,
        notified=notified,
        unheard=tuple(load.department for load in loads if load.accounts == 0 and (load.orders or load.parts)),
        wanted=_wanted(runs, area_code, known, ground),
        critical=_critical(runs),
        ends=ends,
        report_minutes=rule.report_minutes,
        reports=()
        if rule.report_minutes is None
        else tuple(range(rule.report_minutes, min(ends, _DAY) + 1, rule.report_minutes)),
        press_minutes=rule.press_minutes,
    )


def _asked(plan: Plan, level: Level, known: Organisation) -> tuple[Asked, ...]:
    rule = plan.levels[level]
    asked: list[Asked] = []
    for number, post in enumerate((rule.approved_by, *rule.deputies)):
        named = known.posts.get(post)
        zh, en = (post, post) if named is None else (named.zh, named.en)
        begins = number * rule.decide_minutes
        asked.append(Asked(post, zh, en, begins, begins + rule.decide_minutes, number > 0))
    return tuple(asked)


# --- tasks ---------------------------------------------------------------------------------------------------------------


def _runs(plan: Plan, level: Level, area_code: str | None) -> tuple[Run, ...]:
    given = {task.code: task for task in plan.tasks_at(level)}
    times: dict[str, tuple[int, str | None]] = {}
    for code in _in_order(given):
        task = given[code]
        start, bound = task.start_minutes, None
        for before in task.after:
            if before in times and before != code:
                ends = times[before][0] + given[before].due_minutes
                if ends > start:
                    start, bound = ends, before
        times[code] = (start, bound)
    leeway = _leeway(given, times)
    critical = set(_chain(given, times))
    return tuple(
        _run(plan, task, level, area_code, given, times[code], leeway[code], code in critical)
        for code, task in given.items()
    )


def _run(
    plan: Plan,
    task: PlanTask,
    level: Level,
    area_code: str | None,
    given: Mapping[str, PlanTask],
    time: tuple[int, str | None],
    leeway: int,
    critical: bool,
) -> Run:
    start, bound = time
    owner = owner_of(task.owner, area_code)
    county = area_code is not None and len(area_code) >= 6
    return Run(
        task=task,
        owner=owner,
        support=tuple(owner_of(code, area_code) for code in task.support),
        waits_for=tuple(code for code in task.after if code in given),
        bound_by=bound,
        start=start,
        sign_by=start + plan.sign_minutes_of(task, level),
        due=start + task.due_minutes,
        leeway=leeway,
        critical=critical,
        stood_in=task.owner if "{county}" in task.owner and not county else None,
    )


def _in_order(given: Mapping[str, PlanTask]) -> list[str]:
    """Codes so that what comes first comes first; what stands in a circle comes last, as it is written."""
    done: list[str] = []
    placed: set[str] = set()
    waiting = list(given)
    while waiting:
        free = [code for code in waiting if all(b in placed or b not in given or b == code for b in given[code].after)]
        if not free:
            return [*done, *waiting]
        done += free
        placed.update(free)
        waiting = [code for code in waiting if code not in placed]
    return done


def _chain(given: Mapping[str, PlanTask], times: Mapping[str, tuple[int, str | None]]) -> list[str]:
    """The tasks that the end of the plan waits for, in their order."""
    if not times:
        return []
    code: str | None = max(times, key=lambda one: (times[one][0] + given[one].due_minutes, -list(given).index(one)))
    chain: list[str] = []
    while code is not None and code not in chain:
        chain.append(code)
        code = times[code][1]
    return chain[::-1]


def _leeway(given: Mapping[str, PlanTask], times: Mapping[str, tuple[int, str | None]]) -> dict[str, int]:
    ends = {code: start + given[code].due_minutes for code, (start, _) in times.items()}
    last = max(ends.values(), default=0)
    latest = dict.fromkeys(times, last)
    for code in reversed(_in_order(given)):
        for before in given[code].after:
            if before in latest and before != code:
                latest[before] = min(latest[before], latest[code] - given[code].due_minutes)
    return {code: max(0, latest[code] - ends[code]) for code in times}


def _critical(runs: Sequence[Run]) -> tuple[str, ...]:
    return tuple(run.task.code for run in sorted(runs, key=lambda run: run.start) if run.critical)


# --- departments ---------------------------------------------------------------------------------------------------------


def _loads(runs: Sequence[Run], notified: Sequence[str], ground: Ground) -> tuple[Load, ...]:
    """Who has most to do first comes first."""
    codes: dict[str, None] = {}
    for run in runs:
        for code in (run.owner, *run.support):
            codes.setdefault(code)
    for code in notified:
        codes.setdefault(code)
    loads = [_load(code, runs, notified, ground) for code in codes]
    return tuple(sorted(loads, key=lambda load: (-load.first_hour, -load.orders, load.department)))


def _load(code: str, runs: Sequence[Run], notified: Sequence[str], ground: Ground) -> Load:
    own = [run for run in runs if run.owner == code]
    parts = [run for run in runs if run.task.joint and code in run.support and run.owner != code]
    supporting = [run for run in runs if not run.task.joint and code in run.support and run.owner != code]
    mine = [*own, *parts]
    early = [run for run in mine if run.start < FIRST_HOUR]
    return Load(
        department=code,
        orders=len(own),
        parts=len(parts),
        support=len(supporting),
        first_hour=len(early),
        at_once=max((sum(one.start <= run.start < one.due for one in mine) for run in early), default=0),
        accounts=ground.accounts.get(code, 0),
        notified=code in notified,
    )


# --- resources -----------------------------------------------------------------------------------------------------------


def _wanted(runs: Sequence[Run], area_code: str | None, known: Organisation, ground: Ground) -> tuple[Wanted, ...]:
    kinds: dict[str, list[tuple[str, int]]] = {}
    for run in runs:
        for resource in run.task.resources:
            kinds.setdefault(resource.kind, []).append((run.task.code, resource.quantity))
    return tuple(_one_wanted(kind, listed, area_code, known, ground) for kind, listed in sorted(kinds.items()))


def _one_wanted(
    kind: str, listed: Sequence[tuple[str, int]], area_code: str | None, known: Organisation, ground: Ground
) -> Wanted:
    named = resource_names(known).get(kind)
    held = [(unit.area_code, 1) for unit in ground.units if kind == unit.kind or kind in unit.capabilities]
    is_units = kind in resource_kinds(known)
    if not is_units:
        held = [(one.area_code, one.free) for one in ground.stock if one.item == kind]
    is_known = is_units or bool(held)
    county = area_code[:6] if area_code is not None and len(area_code) >= 6 else None
    near = [number for area, number in held if county is None or (area or "").startswith(county)]
    item = None if is_units else stock_book().items.get(kind)
    return Wanted(
        kind=kind,
        zh=kind if named is None else named.zh,
        en=kind if named is None else named.en,
        quantity=sum(quantity for _, quantity in listed),
        there=sum(number for _, number in held) if is_known else None,
        in_area=sum(near) if is_known else None,
        tasks=tuple(code for code, _ in listed),
        measure=None if item is None else stock_book().measures[item.measure],
    )

"""Whether this process can carry out commands, and if not, why not: findings, each a sentence for the on-call engineer."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from spine.canonical import Json
from spine.clock import iso
from spine.db import Connection
from spine.migrate import Migration
from web.measures_of_house import Figures

MIB = 1024 * 1024
DISK_REMARK, DISK_NEEDED = 1024 * MIB, 200 * MIB
LAG_REMARK_S = 60.0

Part = Literal["database", "migrations", "redis", "disk", "spool", "hub", "work"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. `blocking`: commands cannot be carried out because of it."""

    part: Part
    blocking: bool
    zh: str
    en: str

    def to_json(self, locale: str) -> dict[str, Json]:
        return {"part": self.part, "text": self.en if locale.startswith("en") else self.zh}


def of_database(why: str | None) -> Iterator[Finding]:
    if why is not None:
        yield Finding(
            "database",
            True,
            f"数据库不可用：{why}。现在不能执行指令；请检查数据库服务和网络。",
            f"The database is away: {why}. Commands cannot be carried out; check its server and the network.",
        )


async def applied_migrations(conn: Connection) -> dict[str, str]:
    """Name and digest of every migration that this database has had."""
    # The application's role sees only the rooms' schemas; the one that signed in owns this table.
    async with conn.transaction():
        await conn.execute("SET LOCAL ROLE NONE")
        rows = await (await conn.execute("SELECT name, digest FROM public.schema_migrations")).fetchall()
    return {str(name): str(digest) for name, digest in rows}


def of_migrations(applied: Mapping[str, str] | None, ours: Sequence[Migration]) -> Iterator[Finding]:
    """`applied` None: not known. An older database lacks what this program needs; a newer one still has it."""
    if applied is None:
        yield Finding(
            "migrations",
            False,
            "无法读出数据库结构的版本。",
            "Which migrations the database has had could not be read.",
        )
        return
    missing = [m.name for m in ours if m.name not in applied]
    newer = sorted(set(applied) - {m.name for m in ours})
    altered = [m.name for m in ours if applied.get(m.name, m.digest) != m.digest]
    if missing:
        yield Finding(
            "migrations",
            True,
            f"数据库比程序旧，缺少 {'、'.join(missing)}；请运行 fengsui migrate。",
            f"The database is older than this program and lacks {', '.join(missing)}; run fengsui migrate.",
        )
    if newer:
        yield Finding(
            "migrations",
            False,
            f"数据库比程序新，多出 {'、'.join(newer)}；请尽快升级本程序。",
            f"The database is newer than this program by {', '.join(newer)}; update this program soon.",
        )
    if altered:
        yield Finding(
            "migrations",
            False,
            f"{'、'.join(altered)} 的内容与数据库中已执行的不同；请核对程序版本。",
            f"{', '.join(altered)} differ from what the database has had; check which release this program is of.",
        )


def of_redis(why: str | None) -> Iterator[Finding]:
    if why is not None:
        yield Finding(
            "redis",
            False,
            f"Redis 不可用：{why}。消息改为轮询送达，不会丢失，最多晚一个轮询间隔。",
            f"Redis is away: {why}. Everything still arrives, by polling, at most a poll interval later.",
        )


def free_space(directory: Path) -> int | OSError:
    """Bytes that may still be written under it."""
    try:
        return shutil.disk_usage(directory).free
    except OSError as error:
        return error


def of_disk(free: int | OSError, directory: Path) -> Iterator[Finding]:
    if isinstance(free, OSError):
        why = free.strerror or type(free).__name__
        yield Finding(
            "disk",
            True,
            f"数据目录 {directory} 无法访问：{why}；附件和暂存的指令无处保存。",
            f"The data directory {directory} cannot be reached: {why}; attachments and spooled commands cannot be kept.",
        )
    elif free < DISK_NEEDED:
        yield Finding(
            "disk",
            True,
            f"数据目录 {directory} 仅剩 {free // MIB} MiB（至少需要 {DISK_NEEDED // MIB} MiB）；附件和暂存的指令将无处保存，请清理磁盘。",
            f"Only {free // MIB} MiB are free in the data directory {directory} ({DISK_NEEDED // MIB} MiB are needed): "
            "attachments and spooled commands cannot be kept; make room.",
        )
    elif free < DISK_REMARK:
        yield Finding(
            "disk",
            False,
            f"数据目录 {directory} 剩余 {free // MIB} MiB，请尽快清理磁盘。",
            f"{free // MIB} MiB are free in the data directory {directory}; make room soon.",
        )


def of_spool(depth: float | None) -> Iterator[Finding]:
    if depth:
        yield Finding(
            "spool",
            False,
            f"有 {depth:.0f} 条已受理的指令暂存在磁盘上，数据库恢复后自动执行。",
            f"{depth:.0f} acknowledged commands wait on disk; they are carried out when the database is back.",
        )


def of_hub(away_since: datetime | None) -> Iterator[Finding]:
    """`away_since`: since when this process has not been able to read the record."""
    if away_since is not None:
        yield Finding(
            "hub",
            False,
            f"本进程自 {iso(away_since)} 起读不到记录，各屏幕显示的内容已过时，屏幕上已注明。",
            f"This process has not been able to read the record since {iso(away_since)}: "
            "the screens it serves are stale, and say so.",
        )


def of_work(figures: Figures | None) -> Iterator[Finding]:
    """What nobody has acted upon for a minute: no `work` process lives, or it cannot keep up."""
    for lag in (figures.lag or []) if figures is not None else []:
        if figures is None or lag.oldest_at is None:
            continue
        age = (figures.at - lag.oldest_at).total_seconds()
        if age > LAG_REMARK_S:
            yield Finding(
                "work",
                False,
                f"后台角色落后：{lag.follower} 有 {lag.facts} 条事实未处理，最早的已等待 {age:.0f} 秒；请检查 fengsui work 是否在运行。",
                f"The work role is behind: {lag.follower} has not seen {lag.facts} facts, the oldest {age:.0f} s old; "
                "check whether fengsui work is running.",
            )


def report(
    findings: Iterable[Finding], locale: str, *, database: str | None, redis: str | None
) -> tuple[bool, dict[str, Json]]:
    """Whether it is ready, and the document. `database` and `redis`: the reason why away, in the server's own words."""
    found = list(findings)
    ready = not any(f.blocking for f in found)
    return ready, {
        "ready": ready,
        "database": database or "ok",
        "redis": redis or "ok",
        "why_not": [f.to_json(locale) for f in found if f.blocking],
        "remarks": [f.to_json(locale) for f in found if not f.blocking],
    }

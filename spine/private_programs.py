"""Where PostgreSQL with PostGIS and Redis are installed on this machine.

Standard library only: the bootstrap asks the same question before the virtual environment exists.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from spine.service_trouble import ServiceTrouble

PG_BIN = "FENGSUI_PG_BIN"
REDIS_SERVER = "FENGSUI_REDIS_SERVER"
OLDEST_POSTGRES = 15
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """A directory holding `postgres` and `initdb` of one major version, and whether PostGIS is installed for it."""

    bin: Path
    major: int
    postgis: bool


def postgres_programs(*, major: int | None = None) -> PostgresPrograms:
    """The newest usable PostgreSQL with PostGIS, or exactly `major` when a data directory asks for it.

    Looks in FENGSUI_PG_BIN (then nowhere else), /usr/lib/postgresql/*/bin, and beside `postgres` on PATH.
    Raises ServiceTrouble: postgres_missing, postgres_too_old, postgis_missing, postgres_other_version.
    """
    found = [programs for directory in _candidates() if (programs := _inspect(directory)) is not None]
    if not found:
        raise ServiceTrouble(
            "postgres_missing",
            zh=f"没有找到 PostgreSQL 的程序 postgres 和 initdb。请安装 PostgreSQL 15 以上版本和 PostGIS，"
            f"或用环境变量 {PG_BIN} 指明其目录。",
            en=f"PostgreSQL's programs postgres and initdb were not found. Install PostgreSQL 15 or newer with PostGIS, "
            f"or name their directory in {PG_BIN}.",
        )
    if major is not None:
        same = [programs for programs in found if programs.major == major]
        if not same:
            have = "、".join(str(programs.major) for programs in found)
            raise ServiceTrouble(
                "postgres_other_version",
                zh=f"数据目录由 PostgreSQL {major} 建立，本机只有 {have}。请安装 postgresql-{major}-postgis-3，"
                f"或用 --data 指定另一个目录。",
                en=f"The data directory was made by PostgreSQL {major}; this machine has {have.replace('、', ', ')}. "
                f"Install postgresql-{major}-postgis-3 or name another directory with --data.",
            )
        found = same
    recent = [programs for programs in found if programs.major >= OLDEST_POSTGRES]
    if not recent:
        raise ServiceTrouble(
            "postgres_too_old",
            zh=f"{found[0].bin} 中是 PostgreSQL {found[0].major}，需要 {OLDEST_POSTGRES} 或更新版本。",
            en=f"{found[0].bin} holds PostgreSQL {found[0].major}; {OLDEST_POSTGRES} or newer is needed.",
        )
    for programs in recent:
        if programs.postgis:
            return programs
    raise ServiceTrouble(
        "postgis_missing",
        zh=f"{recent[0].bin} 中的 PostgreSQL 没有 PostGIS 扩展。请安装 postgresql-{recent[0].major}-postgis-3。",
        en=f"The PostgreSQL in {recent[0].bin} has no PostGIS extension. "
        f"Install postgresql-{recent[0].major}-postgis-3.",
    )


def redis_program() -> Path:
    """redis-server (or valkey-server): FENGSUI_REDIS_SERVER, or on PATH. Raises ServiceTrouble redis_missing."""
    named = os.environ.get(REDIS_SERVER)
    if named:
        found = shutil.which(named)
    else:
        path = os.environ.get("PATH", os.defpath) + ":/usr/bin:/usr/local/bin"
        found = shutil.which("redis-server", path=path) or shutil.which("valkey-server", path=path)
    if found is None:
        raise ServiceTrouble(
            "redis_missing",
            zh=f"没有找到 redis-server 程序。请安装 redis-server，或用环境变量 {REDIS_SERVER} 指明它。",
            en=f"The program redis-server was not found. Install redis-server, or name it in {REDIS_SERVER}.",
        )
    return Path(found)


@dataclass(frozen=True, slots=True)
class DumpPrograms:
    """pg_dump and pg_restore of one major version."""

    dump: Path
    restore: Path
    major: int


def dump_programs(server_major: int) -> DumpPrograms:
    """pg_dump and pg_restore for a server: of its own major version, else the next newer ones there are.

    Newer ones read an older server, older ones refuse a newer one. Looks where `postgres_programs` looks, and on PATH.
    Raises ServiceTrouble dump_programs_missing.
    """
    on_path = shutil.which("pg_dump")
    beside = [Path(on_path).parent] if on_path and not os.environ.get(PG_BIN) else []
    found: dict[int, DumpPrograms] = {}
    for directory in (*_candidates(), *beside):
        programs = _inspect_dump(directory)
        if programs is not None and programs.major >= server_major:
            found.setdefault(programs.major, programs)
    if not found:
        raise ServiceTrouble(
            "dump_programs_missing",
            zh=f"没有找到适用于 PostgreSQL {server_major} 的 pg_dump 和 pg_restore。请安装 postgresql-client-{server_major}，"
            f"或用环境变量 {PG_BIN} 指明其目录。",
            en=f"pg_dump and pg_restore for PostgreSQL {server_major} were not found. Install postgresql-client-{server_major}, "
            f"or name their directory in {PG_BIN}.",
        )
    return found[min(found)]


def _inspect_dump(directory: Path) -> DumpPrograms | None:
    dump, restore = directory / "pg_dump", directory / "pg_restore"
    if not all(os.access(program, os.X_OK) for program in (dump, restore)):
        return None
    major = _major(directory, "pg_dump")
    return None if major is None else DumpPrograms(dump, restore, major)


def _candidates() -> list[Path]:
    named = os.environ.get(PG_BIN)
    if named:
        return [Path(named)]
    versions = sorted(
        (path for path in DEBIAN_POSTGRES.glob("*/bin") if path.parent.name.isdigit()),
        key=lambda path: int(path.parent.name),
        reverse=True,
    )
    on_path = shutil.which("postgres")
    beside = [Path(on_path).resolve().parent] if on_path else []
    return versions + [path for path in beside if path not in versions]


def _inspect(directory: Path) -> PostgresPrograms | None:
    if not all(os.access(directory / program, os.X_OK) for program in ("postgres", "initdb")):
        return None
    major = _major(directory)
    return None if major is None else PostgresPrograms(directory, major, _has_postgis(directory, major))


def _major(directory: Path, program: str = "postgres") -> int | None:
    if directory.is_relative_to(DEBIAN_POSTGRES) and directory.parent.name.isdigit():
        return int(directory.parent.name)
    try:
        text = subprocess.run(
            [directory / program, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"\b(\d+)", text)
    return int(number.group(1)) if number else None


def _has_postgis(directory: Path, major: int) -> bool:
    share = [Path(f"/usr/share/postgresql/{major}")] if directory.is_relative_to(DEBIAN_POSTGRES) else []
    share += [directory.parent / "share", directory.parent / "share" / "postgresql"]
    return any((path / "extension" / "postgis.control").exists() for path in share)

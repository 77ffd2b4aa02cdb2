"""backup and restore: the live realm's database and attachments into one file, and back."""

import argparse
import asyncio
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spine.backup import BackupMade, make_backup
from spine.backup_archive import Manifest
from spine.backup_kept import forget_old, kept_beside, put_back
from spine.backup_restore import Present, Restored, certain, restore
from spine.errors import Refused
from spine.private_directory import recorded_sockets
from spine.private_services import PrivateServices, Services, attach
from spine.settings import Settings
from web.base_maps.files import folder_of
from web.cli_run import find_services
from web.words import locale, say, step

YES = ("yes", "是")


def add_backup(commands: Any) -> None:
    backup = commands.add_parser("backup", help="备份实战环境 / back up the live realm, while it runs or not")
    backup.add_argument("target", type=Path, metavar="DIR_OR_FILE")
    backup.add_argument(
        "--allow-missing", action="store_true", help="附件缺失也备份 / even when attachments are missing"
    )
    backup.set_defaults(run=run_backup)
    back = commands.add_parser("restore", help="从备份恢复实战环境 / make the live realm what a backup holds")
    back.add_argument("file", type=Path, nargs="?", metavar="FILE")
    back.add_argument("--yes", action="store_true", help="不再询问 / do not ask")
    back.add_argument("--accept-broken", action="store_true", help="记录断链也恢复 / even when the record is broken")
    back.add_argument("--back", action="store_true", help="撤销上一次恢复 / undo the last restore")
    back.add_argument(
        "--forget-old", action="store_true", help="删除恢复前的数据库 / drop the databases kept by restores"
    )
    back.set_defaults(run=run_restore)


@contextmanager
def _services(settings: Settings, *, fresh: bool) -> Generator[Services]:
    """The city's servers, those of the running program, or private ones started for this while.

    `fresh`: also when nothing has ever run on this data directory. Only on the main thread: it may start child processes.
    """
    known = settings.database_url is not None or attach(settings.data_dir) is not None
    if known or (not fresh and recorded_sockets(settings.data_dir) is None):
        yield find_services(settings)
        return
    private = PrivateServices()
    try:
        yield private.start(settings.data_dir, log=say)
    finally:
        private.stop()


def run_backup(arguments: argparse.Namespace, settings: Settings) -> int:
    with _services(settings, fresh=False) as services:
        made = asyncio.run(
            make_backup(
                services.database_url,
                settings.data_dir,
                arguments.target.expanduser().absolute(),
                at=datetime.now(UTC),
                allow_missing=arguments.allow_missing,
                step=step,
            )
        )
    _tell_made(made, settings.data_dir)
    return 0


def _tell_made(made: BackupMade, data_dir: Path) -> None:
    manifest = made.manifest
    if manifest.missing:
        say(
            f"注意：{len(manifest.missing)} 个附件缺失或损坏，没有备份：{'、'.join(manifest.missing)}",
            f"NOTE: {len(manifest.missing)} attachments were missing or damaged and are not in it: {', '.join(manifest.missing)}",
        )
    say(
        f"已备份“{manifest.title_zh}”：{len(manifest.heads)} 个数据流、{manifest.facts} 条记录、{len(manifest.files)} 个附件，"
        f"{made.size / 1e6:.1f} MB，{made.seconds:.1f} 秒\n{made.path}",
        f"backed up “{manifest.title_en}”: {len(manifest.heads)} streams, {manifest.facts} facts, {len(manifest.files)} "
        f"attachments, {made.size / 1e6:.1f} MB, {made.seconds:.1f} s\n{made.path}",
    )
    say("演练环境是另外的数据库，不在其中。", "Exercises are databases of their own and are not in it.")
    archives = [path for path in folder_of(data_dir).glob("*.pmtiles") if path.is_file()]
    if archives:
        size = sum(path.stat().st_size for path in archives) / 1e6
        say(
            f"底图文件 {len(archives)} 个（{size:.0f} MB）不在其中，请另行保存：{folder_of(data_dir)}",
            f"{len(archives)} files of base maps ({size:.0f} MB) are not in it; keep a copy of {folder_of(data_dir)}",
        )


def run_restore(arguments: argparse.Namespace, settings: Settings) -> int:
    if sum((arguments.file is not None, arguments.back, arguments.forget_old)) != 1:
        raise Refused(
            "restore_what",
            zh="请指明一个备份文件，或 --back，或 --forget-old，三者之一。",
            en="Name a backup, or --back, or --forget-old: one of the three.",
        )
    with _services(settings, fresh=arguments.file is not None) as services:
        if arguments.forget_old:
            return asyncio.run(_forget(services, sure=arguments.yes))
        if arguments.back:
            return asyncio.run(_back(services, sure=arguments.yes))
        return asyncio.run(_restore(arguments, settings, services))


async def _restore(arguments: argparse.Namespace, settings: Settings, services: Services) -> int:
    restored = await restore(
        services.database_url,
        settings.data_dir,
        arguments.file,
        at=datetime.now(UTC),
        confirm=certain if arguments.yes else _ask_about,
        accept_broken=arguments.accept_broken,
        step=step,
    )
    _tell_restored(restored)
    return 0


async def _ask_about(manifest: Manifest, present: Present | None) -> bool:
    say(
        f"备份：“{manifest.title_zh}”，{manifest.made_at:%Y-%m-%d %H:%M:%S} UTC，{manifest.facts} 条记录、{len(manifest.files)} 个附件",
        f"backup: “{manifest.title_en}” of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, {manifest.facts} facts, "
        f"{len(manifest.files)} attachments",
    )
    if present is None:
        say("现在：没有数据", "now: no realm")
    else:
        say(
            f"现在：{present.facts} 条记录；备份之后的全部记录将不再可见（旧数据库会保留）",
            f"now: {present.facts} facts; everything since the backup will be gone from the screens (the old database is kept)",
        )
    return _sure("恢复？", "Restore?")


def _sure(zh: str, en: str) -> bool:
    if not sys.stdin.isatty():
        raise Refused(
            "restore_not_confirmed",
            zh="没有终端可以询问；确实要做，请加 --yes。一切未变。",
            en="There is no terminal to ask at; add --yes if you mean it. Nothing was changed.",
        )
    print(f"{zh}（输入“是”）" if locale() == "zh" else f"{en} (type yes) ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in YES


def _tell_restored(restored: Restored) -> None:
    manifest = restored.manifest
    for link in restored.broken:
        say(
            f"断链（已接受）：{link.stream} 第 {link.seq} 条：{link.why}",
            f"broken (accepted): {link.stream} at {link.seq}: {link.why}",
        )
    if manifest.missing:
        say(
            f"注意：{len(manifest.missing)} 个附件做备份时就缺失：{'、'.join(manifest.missing)}",
            f"NOTE: {len(manifest.missing)} attachments were missing when the backup was made: {', '.join(manifest.missing)}",
        )
    if restored.migrated:
        say(f"已升级：{'、'.join(restored.migrated)}", f"migrated: {', '.join(restored.migrated)}")
    say(
        f"已恢复到 {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC：{len(manifest.heads)} 个数据流、{manifest.facts} 条记录、"
        f"{len(manifest.files)} 个附件，{restored.seconds:.1f} 秒。新纪元 {restored.epoch}，所有终端会自行重新读取。",
        f"restored to {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: {len(manifest.heads)} streams, {manifest.facts} facts, "
        f"{len(manifest.files)} attachments, {restored.seconds:.1f} s. New epoch {restored.epoch}; every client reads anew by itself.",
    )
    if restored.kept is not None:
        say(
            f"原来的数据库保留为 {restored.kept}：fengsui restore --back 换回它，fengsui restore --forget-old 删除它。",
            f"The database from before is kept as {restored.kept}: fengsui restore --back puts it back, "
            f"fengsui restore --forget-old drops it.",
        )


async def _back(services: Services, *, sure: bool) -> int:
    if not sure and not _sure("撤销上一次恢复？", "Undo the last restore?"):
        return 1
    again, kept = await put_back(services.database_url, at=datetime.now(UTC))
    say(
        f"{again} 已换回；恢复出的数据库保留为 {kept}。",
        f"{again} is in place again; the restored one is kept as {kept}.",
    )
    return 0


async def _forget(services: Services, *, sure: bool) -> int:
    kept = await kept_beside(services.database_url)
    for name in kept:
        print(f"  {name}")
    if kept and not sure and not _sure("永久删除？", "Drop for good?"):
        return 1
    dropped = await forget_old(services.database_url)
    say(f"删除了 {len(dropped)} 个数据库。", f"dropped {len(dropped)} databases.")
    return 0

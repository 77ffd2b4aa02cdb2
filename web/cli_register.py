"""register: sites from a table, and bringing scores and scenarios up to date now."""

import argparse
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from incidents.register.csv_file import Draft, RowRefused, read_table
from incidents.register.rule_book import register_rules
from spine.accounts import account_named
from spine.canonical import encode
from spine.carry_out import carry_out
from spine.command import Envelope
from spine.errors import Refused
from spine.principal import Principal
from spine.settings import Settings
from web.cli_layers import open_house_here
from web.house import House
from web.words import say

_NAMESPACE = uuid.UUID("0d3c1c8e-8f0b-4f55-8e1c-7f0d6a4e2b90")


def add_register(commands: Any) -> None:
    parser = commands.add_parser("register", help="风险登记册 / the risk register")
    actions = parser.add_subparsers(dest="action", required=True)
    taking = actions.add_parser("import", help="从表格（CSV）登记风险点 / enter sites from a table")
    taking.add_argument("file", type=Path)
    taking.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="以谁的名义 / who enters them")
    taking.add_argument("--reason", required=True, help="登记事由 / why")
    taking.add_argument("--check", action="store_true", help="只检查，不登记 / only look")
    taking.set_defaults(run=run_import)
    update = actions.add_parser("update", help="立即更新评分与情景 / score and compute now what is due")
    update.add_argument(
        "--site", type=uuid.UUID, default=None, help="只计算这一个风险点的情景 / scenarios of this site alone"
    )
    update.set_defaults(run=run_update)


async def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 when any row was refused; the others are entered. The same file again enters nothing twice."""
    raw = arguments.file.read_bytes()
    async with open_house_here(settings) as house:
        table = read_table(register_rules(), raw, arguments.reason, house.realm.clock.now())
        refused = list(table.refused)
        entered = 0
        if not arguments.check:
            async with house.realm.pool.connection() as conn:
                who = await account_named(conn, arguments.login)
            entered = await _enter(house, who, table.drafts, refused)
        else:
            entered = len(table.drafts)
    _tell(refused)
    if arguments.check:
        say(f"{entered} 行可以登记，{len(refused)} 行有误。", f"{entered} rows can be entered, {len(refused)} cannot.")
    else:
        say(f"已登记 {entered} 个风险点，{len(refused)} 行未登记。", f"{entered} sites entered, {len(refused)} rows were not.")  # fmt: skip
    return 1 if refused else 0


async def _enter(house: House, who: Principal, drafts: Sequence[Draft], refused: list[RowRefused]) -> int:
    entered = 0
    for draft in drafts:
        # The id is the row's content, so that the same row again is the same command.
        key = uuid.uuid5(_NAMESPACE, encode(draft.data))
        envelope = Envelope(key, "register.enter", "register", house.realm.clock.now(), draft.data)
        try:
            answer = await carry_out(house.realm, house.registry, who, envelope)
        except Refused as wrong:
            if (
                wrong.code != "command_id_taken"
            ):  # this very row was entered before, at another time or by somebody else
                refused.append(RowRefused(draft.row, wrong.field or "", wrong.code, wrong.zh, wrong.en))
            continue
        entered += 0 if answer.repeated else 1
    return entered


def _tell(refused: Sequence[RowRefused]) -> None:
    for one in sorted(refused, key=lambda r: r.row):
        say(f"第 {one.row} 行 {one.column}：{one.zh}", f"row {one.row}, {one.column}: {one.en}")


async def run_update(arguments: argparse.Namespace, settings: Settings) -> int:
    from incidents.register.keeper import RegisterKeeper  # SciPy takes long to import

    async with open_house_here(settings) as house:
        done = await RegisterKeeper(house.realm, house.registry).catch_up(arguments.site)
    say(
        f"取入 {done.taken_in} 个设施，评分 {done.scored} 次，计算情景 {done.computed} 个。",
        f"{done.taken_in} facilities taken in, {done.scored} scores, {done.computed} scenarios computed.",
    )
    return 0

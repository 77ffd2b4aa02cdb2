"""`fengsui account`: accounts are made, disabled and restored at the command line, and what is wrong is said."""

import asyncio
import csv
import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from command.organisation.account_rules import FEWEST_CHARACTERS, check_disable, check_login, check_password, grant_of
from command.organisation.book import organisation, unit_id
from spine.accounts import AccountLine, sign_in
from spine.clock import WallClock
from spine.errors import Refused
from spine.principal import Grant, Role
from spine.settings import from_environment
from web.cli import main

MENGDING = "TWN-530926103"
ADD = ["account", "add", "twn-new", "--name", "孟定镇值班室", "--role", "department", "--department", "TWN-530926102"]


def signs_in(login: str, password: str) -> bool:
    async def ask() -> bool:
        url = from_environment().database_url
        assert url is not None
        async with await psycopg.AsyncConnection.connect(url) as conn:
            try:
                _, principal = await sign_in(conn, login, password, WallClock().now())
            except Refused:
                return False
            await conn.commit()
            return principal.account_id is not None

    return asyncio.run(ask())


def test_an_account_from_its_making_to_its_end(
    program: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(ADD) == 0
    said = capfd.readouterr().out
    assert "department 530926102 TWN-530926102" in said
    password = re.findall(r"twn-new  (\S+)", said)[0]
    assert signs_in("twn-new", password)
    assert main(ADD) == 1
    assert "There is an account 'twn-new' already" in capfd.readouterr().err
    assert main(["account", "disable", "twn-new"]) == 0
    assert "TWN-530926102 has no account left" in capfd.readouterr().err
    assert not signs_in("twn-new", password)
    assert main(["account", "disable", "twn-new"]) == 1
    assert "disabled already" in capfd.readouterr().err
    secret = tmp_path / "secret"
    secret.write_text("correct-horse-9\n", "utf-8")
    assert main(["account", "password", "twn-new", "--password-file", str(secret)]) == 0
    assert main(["account", "enable", "twn-new"]) == 0
    capfd.readouterr()
    assert signs_in("twn-new", "correct-horse-9")
    assert main(["account", "list", "--department", "TWN-530926102"]) == 0
    assert "● active  twn-new" in capfd.readouterr().out
    assert main(["account", "disable", "nobody"]) == 1

    out = tmp_path / "desks.csv"
    assert main(["account", "add-desks", "--area", "530926", "--out", str(out)]) == 0
    assert out.stat().st_mode & 0o077 == 0
    rows = list(csv.reader(out.open(encoding="utf-8-sig")))[1:]
    desks = {one.code for one in organisation().departments.values() if one.code.startswith("TWN-530926")}
    assert {row[0] for row in rows} == desks - {"TWN-530926102"}
    assert signs_in(rows[0][2], rows[0][3])
    assert main(["account", "add-desks", "--area", "530926", "--out", str(out)]) == 1
    assert "not overwritten" in capfd.readouterr().err
    assert main(["account", "add-desks", "--area", "530926", "--out", str(tmp_path / "more.csv")]) == 0
    assert "0 accounts of desks made" in capfd.readouterr().out


KNOWN = organisation()
WRONG: list[tuple[str, Callable[[], object]]] = [
    ("account_login", lambda: check_login("a b", ())),
    ("account_login", lambda: check_login("x", ())),
    ("account_taken", lambda: check_login("Duty1", {"duty1"})),
    ("account_password", lambda: check_password("short")),
    ("account_password", lambda: check_password("a" * FEWEST_CHARACTERS)),
    ("account_role", lambda: grant_of("king", None, None, None, KNOWN)),
    ("account_role", lambda: grant_of("system", None, None, None, KNOWN)),
    ("account_department", lambda: grant_of("department", None, None, None, KNOWN)),
    ("account_department", lambda: grant_of("leader", None, "EMB", None, KNOWN)),
    ("account_unit", lambda: grant_of("field_unit", None, None, None, KNOWN)),
    ("not_found", lambda: grant_of("field_unit", None, None, "no-unit", KNOWN)),
    ("not_found", lambda: grant_of("department", None, "XYZ", None, KNOWN)),
    ("account_area", lambda: grant_of("duty_officer", "110101", None, None, KNOWN)),
]


@pytest.mark.parametrize(("code", "ask"), WRONG)
def test_what_is_wrong_is_said_in_both_languages(code: str, ask: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refused:
        ask()
    assert refused.value.code == code
    assert refused.value.zh
    assert refused.value.en
    assert refused.value.field


def test_grants_have_the_area_of_their_desk() -> None:
    assert grant_of("department", None, MENGDING, None, KNOWN) == Grant(Role.DEPARTMENT, "530926103", MENGDING)
    assert grant_of("department", None, "EMB", None, KNOWN).area == "5309"
    assert grant_of("field_unit", None, None, "frb-mengding", KNOWN).unit == str(unit_id("frb-mengding"))


def test_the_last_administrator_stays() -> None:
    def line(login: str, disabled: bool = False) -> AccountLine:
        return AccountLine(
            unit_id(login), login, login, None, None, disabled, False, [("administrator", "5309", None, None)]
        )

    with pytest.raises(Refused) as refused:
        check_disable(line("a"), [line("a"), line("b", disabled=True)])
    assert refused.value.code == "account_last"
    check_disable(line("a"), [line("a"), line("b")])

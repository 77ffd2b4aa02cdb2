"""The organisation as data, and the roster made from it."""

from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from uuid import UUID

import pytest

from command.organisation.book import HERE, organisation, read_organisation, unit_id
from command.roster.duty import Duty, take
from command.rulebook import RulesTrouble
from command.seed import seed_accounts
from gis.region.facts import read_facts
from spine.errors import Refused
from spine.principal import Grant, Principal, Role

T0 = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)


def test_the_city_and_every_county_have_their_desks() -> None:
    known = organisation()
    assert len([d for d in known.departments.values() if d.area is None]) == 29
    for county in known.counties:
        for prefix in ("CTY", "EMB", "FRB"):
            desk = known.departments[f"{prefix}-{county.code}"]
            assert (desk.area, desk.parent in known.departments) == (county.code, True)
    assert {"GOV", "EMB", "FRB", "PSB", "HEB", "NRP", "WAT", "MET", "SEI", "TRA", "PWR"} <= set(known.departments)


def test_units_stand_in_the_region_and_have_different_call_signs() -> None:
    units = organisation().units.values()
    assert len(units) >= 40
    assert len({u.call_sign for u in units}) == len(units)
    assert all(98.6 < u.lon < 100.6 and 23.0 < u.lat < 25.1 for u in units)
    assert all(u.area in {c.code for c in organisation().counties} for u in units)


def test_every_role_of_a_person_has_a_training_account() -> None:
    roles = {grant.role for account in seed_accounts() for grant in account.grants}
    assert roles == set(Role) - {Role.FEED, Role.SYSTEM}
    field = next(a for a in seed_accounts() if a.login == "field-mengding")
    assert field.grants[0].unit == str(unit_id("frb-mengding"))
    assert len({a.login for a in seed_accounts()}) == len(seed_accounts())


@pytest.mark.parametrize(
    ("file", "before", "after", "named"),
    [
        ("units.yaml", 'department: FRB, area: "530902", crew: 32', 'department: XXX, area: "530902", crew: 32', "XXX"),
        ("units.yaml", "capabilities: [wildfire]}", "capabilities: [flying]}", "flying"),
        ("accounts.yaml", "department: SEI", "department: SIE", "SIE"),
        ("accounts.yaml", "unit: tra-gengma", "unit: tra-nowhere", "tra-nowhere"),
        ("people.yaml", "rota: [duty_leader]", "rota: [throne]", "throne"),
        ("people.yaml", "account: leader1", "account: leader9", "leader9"),
        ("reporters.yaml", 'township: "530924100"', 'township: "530999100"', "530999100"),
        ("posts.yaml", "holders: [leader]", "holders: [king]", "holders"),
    ],
)
def test_a_slip_in_the_lists_is_named(tmp_path: Path, file: str, before: str, after: str, named: str) -> None:
    copytree(HERE, tmp_path / "organisation")
    path = tmp_path / "organisation" / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(RulesTrouble) as trouble:
        read_organisation(tmp_path / "organisation")
    assert named in str(trouble.value)


def test_every_township_of_the_region_has_a_desk_under_its_county() -> None:
    known = organisation()
    listed = {township.code for county in read_facts().counties for township in county.townships}
    assert {township.code for township in known.townships} == listed
    assert len(listed) == 77
    for code in listed:
        desk = known.departments[f"TWN-{code}"]
        assert (desk.area, desk.parent) == (code, f"CTY-{code[:6]}")
    assert all(reporter.township in listed and reporter.mobile for reporter in known.reporters)


def duty(holders: tuple[str, ...] = ("duty_officer",), area: str = "5309") -> Duty:
    return Duty("primary", "主班", "Primary duty officer", "duty", area, holders, None, None, None)


def person(role: Role, area: str = "5309") -> Principal:
    return Principal("account:x", "陈晓雨", (Grant(role, area=area),), account_id=UUID(int=5))


def test_a_post_is_taken_by_whoever_may_hold_it() -> None:
    taken = take(duty(), person(Role.DUTY_OFFICER), T0)
    assert (taken.person, taken.since) == ("陈晓雨", T0)
    with pytest.raises(Refused, match="already_on_duty"):
        take(taken, person(Role.DUTY_OFFICER), T0)
    with pytest.raises(Refused, match="post_not_yours"):
        take(duty(("leader",)), person(Role.DUTY_OFFICER), T0)
    with pytest.raises(Refused, match="post_not_yours"):
        take(duty(), person(Role.DUTY_OFFICER, area="530926"), T0)
    assert take(duty(area="530926"), person(Role.DUTY_OFFICER, area="530926"), T0).person == "陈晓雨"

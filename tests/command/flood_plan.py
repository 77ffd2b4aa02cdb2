"""The plan that the tests of plans speak of."""

import copy
from functools import cache
from pathlib import Path
from typing import Any, cast

from command.organisation.book import organisation
from command.planning.plan import plan_content, read_plan
from command.planning.shape import Plan

FILE = Path(__file__).parent / "plan_files" / "flood.yaml"


@cache
def flood_plan() -> Plan:
    return read_plan(FILE, organisation())


def flood_content(**over: Any) -> dict[str, Any]:
    """Its content, to be changed."""
    return {**cast(dict[str, Any], copy.deepcopy(plan_content(flood_plan()))), **over}

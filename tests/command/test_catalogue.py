"""Every part of the catalogue that a screen reads is at its top: one that is put elsewhere leaves a list empty, silently."""

import re
from pathlib import Path

from command.catalogue import command_catalogue
from incidents.catalogue import incident_catalogue

SCREENS = Path(__file__).parents[2] / "web" / "ui" / "src"


def test_the_parts_that_screens_read_are_there() -> None:
    read = {
        name
        for path in SCREENS.rglob("*")
        if path.suffix in {".ts", ".vue"}
        for name in re.findall(r"catalogue\.value\?\.(\w+)", path.read_text())
    }
    assert {"resources", "departments"} <= read
    assert read - {*command_catalogue(), *incident_catalogue()} == set()

"""Real documents of other authorities, read in place from the folder that FENGSUI_CORPUS names (none is part of this project)."""

import os
import time
from pathlib import Path

import pytest

from incidents.feeds.detect import detect
from tests.incidents.desk import Desk

FOLDER = os.environ.get("FENGSUI_CORPUS", "")


def documents() -> list[Path]:
    if not FOLDER:
        return []
    return sorted(p for p in Path(FOLDER).rglob("*") if p.suffix.lower() in {".cap", ".xml", ".json"} and p.is_file())


@pytest.mark.skipif(not FOLDER, reason="FENGSUI_CORPUS names no folder of real documents")
async def test_real_documents_are_taken_or_refused_with_a_reason(desk: Desk) -> None:
    taken = refused = alerts = 0
    slowest = 0.0
    for path in documents():
        raw = path.read_bytes()
        began = time.monotonic()
        came = await desk.take(raw, detect(raw) or "cap")
        slowest = max(slowest, time.monotonic() - began)
        if came.refused is None:
            taken += 1
            alerts += came.new
        else:
            refused += 1
            assert came.refused.field, path
            assert came.refused.zh, path
            print(f"refused {path.name}: {came.refused.field}: {came.refused.en}")
        again = await desk.take(raw, detect(raw) or "cap")
        assert (again.new, again.updated) == (0, 0), path
    print(f"{taken} taken with {alerts} new alerts, {refused} refused, slowest {slowest:.2f} s")
    assert taken > 0

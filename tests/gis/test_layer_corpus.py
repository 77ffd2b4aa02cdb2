"""Real files of others through the reader of layers, in place, from the folder that FENGSUI_CORPUS names (none is part of this project).

Each is taken whole, and its features are found again in an export, or is refused or asked about with a reason; nothing stays behind.
"""

import os
import resource
from collections import Counter
from pathlib import Path

import pytest

from gis.catalogue_store import read_city_layer
from gis.exchange.export import export_city_layer
from spine.errors import Refused
from tests.gis.layer_fixtures import Office, described, office

__all__ = ["office"]
FOLDER = os.environ.get("FENGSUI_CORPUS", "")
_MOST_MB = 3 * 1024
"""What a reading process may take (gis/exchange/reading.py)."""


def documents() -> list[Path]:
    return sorted(one for one in Path(FOLDER).rglob("*") if one.is_file()) if FOLDER else []


@pytest.mark.skipif(not FOLDER, reason="FENGSUI_CORPUS names no folder of real files")
@pytest.mark.timeout(3600)
async def test_real_files_come_in_whole_or_are_refused_with_a_reason(office: Office, tmp_path: Path) -> None:
    taken: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    unexplained: list[Path] = []
    version = 0
    for path in documents():
        try:
            found = await office.look(path)
            made = await office.bring(path, described(f"layer_{version}"), leave_out=True)
        except Refused as error:
            unexplained += [] if error.zh and error.en else [path]
            refused[f"{path.suffix or path.name}: {error.code}"] += 1
            print(f"refused {path.name}: {error.code}: {error.en[:160]}")
            continue
        version += 1
        taken[str(found["format"])] += 1
        rows = await office.features(made.version)
        assert rows, path
        assert len(rows) == made.report["kept"], path
        async with office.realm.pool.connection() as conn:
            exported = tmp_path / "again.gpkg"
            exported.unlink(missing_ok=True)
            layer = await read_city_layer(conn, f"layer_{version - 1}")
            assert layer is not None
            await export_city_layer(conn, layer, "gpkg", exported, tmp_path)
        again = await office.look(exported)
        assert again["kept"] == len(rows), path
        assert again["extent"] == pytest.approx(made.report["extent"], abs=1e-7), path
    assert len(await office.tables()) == version
    assert list(office.folder.iterdir()) == []
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    assert peak < _MOST_MB
    print(f"{sum(taken.values())} taken {dict(taken)}, {sum(refused.values())} refused {dict(refused)}, peak {peak} MB")
    assert unexplained == []
    assert taken

"""What must be known of a GeoPackage before GDAL reads it: one coordinate system in a layer, views that come to an end."""

import contextlib
import sqlite3
import time

from gis.exchange.options import MOST_FEATURES
from spine.errors import Refused

_MOST_S = 60.0
_STEPS = 100_000
"""Instructions of SQLite between two looks at the clock."""


def check_views(path: str) -> None:
    """Every view that is listed as a layer is counted once, with an end. Raises Refused `view_endless`, `too_many_features`.

    What this SQLite cannot compute (a function of GDAL's, a broken page) is left to GDAL to say.
    """
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as conn,
    ):
        rows = conn.execute(
            "SELECT m.name FROM sqlite_master AS m JOIN gpkg_contents AS c ON lower(c.table_name) = lower(m.name) "
            "WHERE m.type = 'view' LIMIT 100"
        ).fetchall()
        until = time.process_time() + _MOST_S
        conn.set_progress_handler(lambda: int(time.process_time() > until), _STEPS)
        for (name,) in rows:
            _count(conn, str(name), until)


def _count(conn: sqlite3.Connection, name: str, until: float) -> None:
    quoted = name.replace('"', '""')
    try:
        (count,) = conn.execute(f'SELECT count(*) FROM (SELECT 1 FROM "{quoted}" LIMIT {MOST_FEATURES + 1})').fetchone()
    except sqlite3.Error:
        if time.process_time() > until:
            raise _endless(name) from None
        return
    if count > MOST_FEATURES:
        raise _endless(name)


def _endless(name: str) -> Refused:
    return Refused(
        "view_endless",
        zh=f"视图“{name[:60]}”没有尽头或计算过慢，请先另存为图层。",
        en=f"The view '{name[:60]}' has no end, or takes too long; save it as a layer first.",
        field="file",
        final=False,
    )


def check_srids(path: str, layer: str, column: str) -> None:
    """Every geometry of a GeoPackage names its system: two in one layer cannot both be right."""
    quoted = [name.replace('"', '""') for name in (layer, column)]
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as conn:
            rows = conn.execute(
                f'SELECT substr("{quoted[1]}", 4, 1), substr("{quoted[1]}", 5, 4), count(*) FROM "{quoted[0]}" '
                f'WHERE "{quoted[1]}" IS NOT NULL GROUP BY 1, 2 LIMIT 50'
            ).fetchall()
    except sqlite3.Error as error:
        raise Refused(
            "file_broken",
            zh=f"文件无法读取：{error}",
            en=f"The file cannot be read: {error}",
            field="file",
            final=False,
        ) from error
    srids = {int.from_bytes(srid, "little" if flags[0] & 1 else "big", signed=True) for flags, srid, _ in rows if flags}
    if len(srids) > 1:
        listed = "、".join(str(srid) for srid in sorted(srids))
        raise Refused(
            "mixed_srids",
            zh=f"一个图层里混有多种坐标系（{listed}），不能一起导入；请先统一。",
            en=f"One layer mixes several coordinate systems ({listed.replace('、', ', ')}); bring them into one first.",
            field="file",
            srids=sorted(srids),
        )

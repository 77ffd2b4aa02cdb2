"""Whether the files of a shapefile belong together."""

from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from gis.exchange.findings import Findings
from gis.exchange.unpack import Source
from spine.errors import Refused

_projection: Any = pyproj


def check_parts(source: Source, findings: Findings) -> None:
    """The index and the table must speak of as many features: GDAL would read the fewer, and say nothing.

    A .prj that is none is put aside: then the coordinate system is asked for. Raises Refused `shapefile_parts_disagree`.
    """
    with source.parts[".shx"].open("rb") as file:
        head = file.read(100)
    shapes = max(0, source.parts[".shx"].stat().st_size - 100) // 8
    with source.parts[".dbf"].open("rb") as file:
        records = int.from_bytes(file.read(8)[4:8], "little")
    if len(head) == 100 and shapes == max(0, int.from_bytes(head[24:28], "big") * 2 - 100) // 8 and shapes != records:
        raise Refused(
            "shapefile_parts_disagree",
            zh=f".shx 有 {shapes:,} 个图形，.dbf 有 {records:,} 条属性，不是同一套文件，请重新导出。",
            en=f".shx has {shapes:,} shapes and .dbf {records:,} rows: they are not of one shapefile; export it again.",
            field="file",
            final=False,
            shapes=shapes,
            rows=records,
        )
    prj = source.parts.get(".prj")
    if prj is None:
        return
    try:
        _projection.CRS.from_user_input(prj.read_text("utf-8", "replace").strip("\x00\ufeff \r\n"))
    except CRSError:
        prj.unlink()  # ours: unpacked for this reading
        findings.add("prj_unreadable")

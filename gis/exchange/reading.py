"""The reading process: `python -m gis.exchange.reading`, one file, one order on stdin, its answer on stdout and stderr.

Foreign files are opened here and nowhere else: with a limit on memory and processor time, without network drivers, in a process
whose death harms nothing. Order `look`: the answer is one JSON document on stderr. Order `rows`: rows as COPY text on stdout,
progress and the final report as JSON lines on stderr; `tiles` the same of a GeoTIFF's heights. A refusal is a JSON line `{"refused": …}` and exit code 3.
"""

import gc
import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gis.exchange.attributes import Attribute, attributes_of, copy_text, plain
from gis.exchange.chunk import Chunk, Opened
from gis.exchange.convert import converted
from gis.exchange.coordinates import EARTH_M, placing
from gis.exchange.csv_file import CsvFile
from gis.exchange.findings import Findings
from gis.exchange.gdal_file import GdalFile
from gis.exchange.options import MOST_FEATURES, Options
from gis.exchange.shapes import Placed, Shaper
from gis.exchange.thinning import Thinning
from gis.exchange.unpack import Source, open_source
from spine.errors import Refused

MOST_MEMORY = 3 * 1024**3
MOST_CPU_S = 900
MOST_CPU_TILES_S = 3600
LOOKED_AT = 20_000
"""Features that a preview checks; the import checks all."""
SAMPLE = 20
_SAMPLE_VERTICES = 2000
REFUSED = 3
_vector: Any = shapely


def main() -> int:
    order = json.loads(sys.stdin.readline())
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    seconds = MOST_CPU_TILES_S if order["do"] == "tiles" else MOST_CPU_S
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    gc.freeze()
    findings = Findings()
    try:
        with tempfile.TemporaryDirectory(prefix="fengsui-", dir=order["workplace"]) as workplace:
            tempfile.tempdir = workplace  # whatever is written on the way goes with it
            options = Options.from_json(order["options"])
            source, names = open_source(Path(order["path"]), str(order["name"]), Path(workplace), options.layer)
            if source.format == "geotiff" or order["do"] == "tiles":
                _heights(order, source, names, Path(workplace), options, findings)
                return 0
            opened: Opened = (
                CsvFile(source, options, findings) if source.format == "csv" else GdalFile(source, options, findings)
            )
            if len(names) > 1:
                opened.layers = names
            reading = _Reading(opened, options, findings)
            if order["do"] == "look":
                _say({"found": reading.look()})
            else:
                reading.rows()
    except Refused as refused:
        _say({"refused": refused.to_json(), "problems": findings.to_json()})
        return REFUSED
    except MemoryError:
        _say({"refused": _too_large().to_json()})
        return REFUSED
    return 0


def _heights(
    order: dict[str, Any], source: Source, names: list[str], workplace: Path, options: Options, findings: Findings
) -> None:
    """Raises Refused `not_heights`, `heights_are_no_layer`, and what gis/elevation finds wrong."""
    if source.format != "geotiff":
        raise Refused(
            "not_heights",
            zh="高程只能从 GeoTIFF 导入；矢量图层请用 fengsui import。",
            en="Heights are imported from GeoTIFF; for layers of features use fengsui import.",
            field="file",
            final=False,
        )
    if order["do"] == "rows":
        raise Refused(
            "heights_are_no_layer",
            zh="GeoTIFF 是高程，不是矢量图层；请用 fengsui elevation import，或在图层页面作为高程导入。",
            en="A GeoTIFF holds heights, no features: use fengsui elevation import, or import it as elevation on the layer page.",
            field="file",
            final=False,
        )
    # Only here: it brings a second GDAL with it, which a table of schools does not need.
    from gis.elevation.reading import ElevationReading

    reading = ElevationReading(source, names, workplace, options, findings)
    if order["do"] == "look":
        _say({"found": reading.look()})
    else:
        reading.tiles(order, _say)


def _too_large() -> Refused:
    return Refused(
        "file_too_large",
        zh="文件太大，内存放不下。请转换为 GeoPackage 或 Shapefile，或分成几部分再导入。",
        en="The file needs too much memory. Convert it to GeoPackage or Shapefile, or split it.",
        field="file",
        status=413,
        final=False,
    )


def _say(told: dict[str, Any]) -> None:
    sys.stderr.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stderr.flush()


class _Reading:
    def __init__(self, opened: Opened, options: Options, findings: Findings) -> None:
        self._opened, self._options, self._findings = opened, options, findings
        if opened.total is not None and opened.total > MOST_FEATURES:
            raise Refused(
                "too_many_features",
                zh=f"要素 {opened.total:,} 个，最多 {MOST_FEATURES:,} 个，请分成几个图层。",
                en=f"{opened.total:,} features, {MOST_FEATURES:,} at most; split them into several layers.",
                field="file",
            )
        self._attributes = attributes_of(opened.fields, options, findings)
        self._where = placing(opened.declared_crs, options, findings)
        self._shaper = Shaper(self._where, findings, options.city)
        index = {name: number for number, (name, _) in enumerate(opened.fields)}
        self._columns = [index[attribute.source] for attribute in self._attributes]
        self._kinds: dict[str, int] = {}
        self._read = 0
        self._kept = 0

    def _placed(self, chunk: Chunk) -> Placed:
        placed = self._shaper.place(chunk.shapes, chunk.numbers)
        self._read += len(chunk.numbers)
        self._kept += len(placed.keep)
        for kind, count in placed.kinds.items():
            self._kinds[kind] = self._kinds.get(kind, 0) + count
        return placed

    def _converted(self, chunk: Chunk, placed: Placed) -> Chunk:
        """With the values of the types that were asked for. What does not fit is left empty, and counted."""
        columns = list(chunk.columns)
        for attribute, column in zip(self._attributes, self._columns, strict=True):
            was = attribute.given
            if was is None:
                continue
            given: Any = columns[column]
            values: list[Any] = list(given.tolist() if isinstance(given, np.ndarray) else given)
            for index in placed.keep.tolist():
                try:
                    values[index] = converted(values[index], was, attribute.kind)
                except (ValueError, OverflowError):
                    said = f"{attribute.source}: {str(values[index])[:60]}"
                    self._findings.add("value_not_fitting", feature=int(chunk.numbers[index]), say=said)
                    values[index] = None
            columns[column] = values
        return Chunk(chunk.numbers, chunk.shapes, columns)

    def _report(self) -> dict[str, Any]:
        return {
            "format": self._opened.format,
            "layers": self._opened.layers,
            "layer": self._opened.layer,
            "encoding": self._opened.encoding,
            "crs": self._where.named,
            "origin": str(self._where.origin),
            "attributes": [attribute.to_json() for attribute in self._attributes],
            "total": self._opened.total if self._opened.total is not None else self._read,
            "read": self._read,
            "kept": self._kept,
            "repaired": self._findings.count("repaired"),
            "left_out": self._findings.count("left_out"),
            "geometries": self._kinds,
            "extent": self._shaper.extent,
            "problems": self._findings.to_json(),
        }

    # --- a preview ----------------------------------------------------------------------------------------------------

    def look(self) -> dict[str, Any]:
        features: list[dict[str, Any]] = []
        for chunk in self._opened.chunks(LOOKED_AT):
            placed = self._placed(chunk)
            chunk = self._converted(chunk, placed)
            for index, shape in zip(placed.keep, placed.shapes, strict=True):
                if len(features) >= SAMPLE:
                    break
                features.append(self._feature(chunk, int(index), shape))
        if self._opened.total is not None and self._opened.total > self._read >= LOOKED_AT:
            self._findings.add("only_first", self._read)
        return {**self._report(), "sample": {"type": "FeatureCollection", "features": features}}

    def _feature(self, chunk: Chunk, index: int, shape: Any) -> dict[str, Any]:
        if _vector.get_num_coordinates(shape) > _SAMPLE_VERTICES:
            shape = _vector.envelope(shape)
        properties = {
            attribute.name: plain(chunk.columns[column][index], attribute.kind)
            for attribute, column in zip(self._attributes, self._columns, strict=True)
        }
        return {
            "type": "Feature",
            "id": int(chunk.numbers[index]),
            "geometry": json.loads(str(_vector.to_geojson(shape))),
            "properties": properties,
        }

    # --- rows for the database ----------------------------------------------------------------------------------------

    def rows(self) -> None:
        thinning = Thinning(self._opened.total)
        _say({"attributes": [attribute.to_json() for attribute in self._attributes], "total": self._opened.total})
        out = os.fdopen(sys.stdout.fileno(), "wb", buffering=1 << 20, closefd=False)
        for chunk in self._opened.chunks(None):
            placed = self._placed(chunk)
            chunk = self._converted(chunk, placed)
            out.write(self._text(chunk, placed, thinning).encode())
            _say({"done": self._read, "total": self._opened.total})
        if self._kept == 0:
            raise Refused(
                "nothing_left",
                zh="没有一个要素可以导入，原因见报告。",
                en="Not one feature can be imported; the report says why.",
                field="file",
                final=False,
                report=self._report(),
            )
        if self._findings.count("left_out") and not self._options.leave_out:
            raise _must_leave_out(self._findings.count("left_out"), self._report())
        out.flush()
        _say({"report": {**self._report(), "zooms": [int(count) for count in thinning.drawn]}})

    def _text(self, chunk: Chunk, placed: Placed, thinning: Thinning) -> str:
        if len(placed.keep) == 0:
            return ""
        bounds = np.asarray(_vector.bounds(placed.mercator)).reshape(-1, 4)
        span = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
        centre_x, centre_y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
        zooms = thinning.zooms(centre_x, np.clip(centre_y, -EARTH_M, EARTH_M), span)
        columns: list[list[str]] = [
            [str(number) for number in chunk.numbers[placed.keep].tolist()],
            _hex(placed.shapes, 4326),
            _hex(placed.mercator, 3857),
            [f"{value:.6g}" for value in span.tolist()],
            [str(zoom) for zoom in zooms.tolist()],
        ]
        for attribute, column in zip(self._attributes, self._columns, strict=True):
            columns.append(_texts(chunk.columns[column], placed.keep.tolist(), attribute))
        return "".join("\t".join(row) + "\n" for row in zip(*columns, strict=True))


def _hex(shapes: Any, srid: int) -> list[str]:
    return _vector.to_wkb(_vector.set_srid(shapes, srid), hex=True, include_srid=True).tolist()


def _texts(values: Any, keep: list[int], attribute: Attribute) -> list[str]:
    listed = values.tolist() if isinstance(values, np.ndarray) else values
    return [copy_text(listed[index], attribute.kind) for index in keep]


def _must_leave_out(count: int, report: dict[str, Any]) -> Refused:
    return Refused(
        "features_left_out",
        zh=f"有 {count:,} 个要素无法导入（原因见报告）。如同意不导入它们，请确认后重试；否则请先修正文件。",
        en=f"{count:,} features cannot be imported (the report says why). Agree to leave them out and import again, or mend "
        "the file.",
        field="leave_out",
        final=False,
        question=True,
        report=report,
    )


if __name__ == "__main__":
    sys.exit(main())

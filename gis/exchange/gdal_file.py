"""Shapefile, GeoPackage, GeoJSON and KML through GDAL (pyogrio), some thousand features at a time where the format allows it.

GeoJSON and KML cannot be entered in the middle: they are read in one go, within the memory that the reading process is given.
"""

import contextlib
import sqlite3
from collections.abc import Generator, Iterator
from typing import Any, cast

import numpy as np
import pyogrio
import pyogrio.errors
import pyogrio.raw
import shapely
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from gis.exchange.attributes import Kind
from gis.exchange.chunk import Chunk
from gis.exchange.encodings import dbf_encoding
from gis.exchange.findings import Findings
from gis.exchange.options import Options, question
from gis.exchange.unpack import Source, layer_choice
from spine.errors import Refused

_CHUNK = 10_000
_ogr: Any = pyogrio
_raw: Any = pyogrio.raw
_vector: Any = shapely
_IN_STEPS = ("shapefile", "geopackage")
_KINDS: dict[str, Kind] = {
    "OFTInteger": "integer",
    "OFTInteger64": "integer",
    "OFTReal": "number",
    "OFTString": "text",
    "OFTDate": "date",
    "OFTDateTime": "datetime",
}
_KML_OWN = frozenset(
    {"tessellate", "extrude", "visibility", "drawOrder", "timestamp", "begin", "end", "altitudeMode", "snippet"}
)


def _broken(said: str) -> Refused:
    return Refused(
        "file_broken",
        zh=f"文件无法读取：{said[:300]}",
        en=f"The file cannot be read: {said[:300]}",
        field="file",
        final=False,
    )


class GdalFile:
    """See `chunk.Opened`. Raises Refused: `file_broken`, `layer_choice`, `no_features`, `mixed_srids`, what `dbf_encoding` does."""

    def __init__(self, source: Source, options: Options, findings: Findings) -> None:
        self.format = source.format
        self._path = str(source.path)
        self._findings = findings
        if source.format == "kml":
            _check_kml(self._path, findings)
        self.layers, chosen = self._choose(source, options)
        self.layer = source.layer if source.format == "shapefile" else chosen
        self._gdal_layer = None if source.format == "shapefile" else chosen
        self.encoding = "utf-8"
        asked: str | None = None
        if source.format == "shapefile":
            self.encoding = dbf_encoding(source.parts[".dbf"], source.parts.get(".cpg"), options.encoding, findings)
            asked = self.encoding
        self._encoding = asked
        info = self._info()
        self.total = int(info["features"]) if int(info["features"]) >= 0 else None
        if self.total == 0:
            raise Refused(
                "no_features", zh="图层里没有要素。", en="The layer holds no features.", field="file", final=False
            )
        self.declared_crs = _declared(info["crs"])
        names = [str(name) for name in info["fields"]]
        self._fields = self._kept(names, [str(t) for t in info["ogr_types"]], [str(d) for d in info["dtypes"]])
        self.fields = self._fields
        self._fid_column = str(info.get("fid_column") or "")
        if source.format == "geopackage":
            _check_srids(self._path, chosen, str(info.get("geometry_name") or "geom"))

    def _choose(self, source: Source, options: Options) -> tuple[list[str], str]:
        with _telling():
            listed = cast(list[Any], _ogr.list_layers(self._path).tolist())
        names = [str(name) for name, kind in listed if kind is not None]
        if not names:
            raise Refused(
                "no_geometry_layer",
                zh="文件里没有带图形的图层。",
                en="Nothing in the file has a geometry.",
                field="file",
                final=False,
            )
        if source.format == "shapefile":
            return [source.layer], names[0]
        if options.layer is not None and options.layer in names:
            return names, options.layer
        if len(names) == 1:
            return names, names[0]
        filled = names
        if source.format == "kml":  # folders that only hold folders are listed too
            with _telling():
                filled = [name for name in names if int(_ogr.read_info(self._path, layer=name)["features"]) != 0]
            if len(filled) == 1:
                return filled, filled[0]
        raise layer_choice(filled)

    def _info(self) -> dict[str, Any]:
        with _telling():
            return cast(
                dict[str, Any],
                _ogr.read_info(self._path, layer=self._gdal_layer, encoding=self._encoding, force_feature_count=True),
            )

    def _kept(self, names: list[str], types: list[str], dtypes: list[str]) -> list[tuple[str, Kind]]:
        kept: list[tuple[str, Kind]] = []
        for name, ogr_type, dtype in zip(names, types, dtypes, strict=True):
            if ogr_type == "OFTBinary":
                self._findings.add("binary_dropped", say=name)
            elif self.format != "kml" or name not in _KML_OWN:
                kept.append((name, "boolean" if dtype == "bool" else _KINDS.get(ogr_type, "text")))
        return kept

    def chunks(self, most: int | None) -> Iterator[Chunk]:
        at, last_fid = 0, -1
        steps = self.format == "shapefile" or (self.format == "geopackage" and self._fid_column != "")
        while most is None or at < most:
            limit = (
                (None if most is None else most - at)
                if not steps
                else _CHUNK
                if most is None
                else min(_CHUNK, most - at)
            )
            place: dict[str, Any] = {"max_features": limit}
            if self.format == "geopackage" and steps:
                quoted = self._fid_column.replace('"', '""')
                place["where"] = f'"{quoted}" > {last_fid}'
            else:
                place["skip_features"] = at
            with _telling():
                _, fids, wkb, values = _raw.read(
                    self._path,
                    layer=self._gdal_layer,
                    encoding=self._encoding,
                    columns=[name for name, _ in self._fields],
                    return_fids=True,
                    datetime_as_string=True,
                    **place,
                )
            count = len(fids)
            if count == 0:
                return
            last_fid = int(fids[-1])
            yield Chunk(np.arange(at + 1, at + count + 1), self._shapes(wkb, at), values)
            at += count
            if not steps or (limit is not None and count < limit):
                return

    def _shapes(self, wkb: Any, at: int) -> Any:
        shapes = _vector.from_wkb(wkb, on_invalid="ignore")
        unread = np.flatnonzero(_vector.is_missing(shapes) & np.array([one is not None for one in wkb], dtype=bool))
        for index in unread:
            self._findings.add("not_readable", feature=at + int(index) + 1)
        return shapes


@contextlib.contextmanager
def _telling() -> Generator[None]:
    """What GDAL complains of, as a refusal."""
    try:
        yield
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        raise _broken(str(error).replace("\n", " ")) from error
    except UnicodeDecodeError as error:
        raise question(
            "encoding_lies",
            zh="属性按所说的编码读不出来，请指定编码。",
            en="The attributes cannot be read in the encoding they claim; say which it is.",
            field="encoding",
            choices=["GBK", "UTF-8", "BIG5"],
        ) from error


def _declared(crs: Any) -> str | None:
    if not crs or "Undefined" in str(crs) or "Unknown" in str(crs):
        return None
    return str(crs)


def _check_srids(path: str, layer: str, column: str) -> None:
    """Every geometry of a GeoPackage names its system: two in one layer cannot both be right."""
    quoted = [name.replace('"', '""') for name in (layer, column)]
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as conn:
            rows = conn.execute(
                f'SELECT substr("{quoted[1]}", 4, 1), substr("{quoted[1]}", 5, 4), count(*) FROM "{quoted[0]}" '
                f'WHERE "{quoted[1]}" IS NOT NULL GROUP BY 1, 2 LIMIT 50'
            ).fetchall()
    except sqlite3.Error as error:
        raise _broken(str(error)) from error
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


def _check_kml(path: str, findings: Findings) -> None:
    """Walk the document once without keeping it: no entities, and links are counted, never followed."""
    links = 0
    try:
        for _, element in ElementTree.iterparse(path, events=("end",), forbid_dtd=True):
            tag = str(element.tag).rpartition("}")[2]
            text = (element.text or "").strip()
            if tag == "NetworkLink" or (tag == "href" and text[:4].lower() in ("http", "file", "ftp:")):
                links += 1
                findings.add("external_links", say=text[:120])
            if tag in ("Placemark", "NetworkLink", "Style"):
                element.clear()
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise _broken(f"KML: {error}") from error

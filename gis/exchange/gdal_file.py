"""Shapefile, GeoPackage, GeoJSON and KML through GDAL (pyogrio), some thousand features at a time where the format allows it.

GeoJSON and KML cannot be entered in the middle: they are read in one go, within the memory that the reading process is given.
"""

import contextlib
import re
from collections.abc import Generator, Iterator
from typing import Any, cast

import numpy as np
import pyogrio
import pyogrio.errors
import pyogrio.raw
import shapely

from gis.exchange.attributes import Kind
from gis.exchange.chunk import Chunk
from gis.exchange.encodings import dbf_encoding, python_codec
from gis.exchange.findings import Findings
from gis.exchange.geojson import named_in_geojson, transcoded
from gis.exchange.geopackage import check_srids, check_views
from gis.exchange.kml import ready_kml
from gis.exchange.options import MOST_VERTICES, Options, question
from gis.exchange.shapefile import check_parts
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


_PATHS = re.compile(r"'?(?:/[^\s/']+){2,}'?\s?")
"""Where a file lies here is nobody's business."""


def _broken(said: str) -> Refused:
    said = _PATHS.sub("", said).strip()
    if "too complex/large" in said:
        return Refused(
            "too_many_vertices",
            zh=f"有要素过大（超过 200 MB），最多 {MOST_VERTICES:,} 个顶点；请先简化或切分。",
            en=f"A feature is too large (more than 200 MB), {MOST_VERTICES:,} vertices at most; simplify or split it first.",
            field="file",
            most=MOST_VERTICES,
        )
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
        self._spoken: dict[str, str] = {}
        if source.format == "kml":
            ready, self._spoken = ready_kml(source.path, findings)
            self._path = str(ready)
        if source.format == "geojson" and options.encoding is not None:
            self._path = str(transcoded(source.path, python_codec(options.encoding)))
        if source.format == "geopackage":
            check_views(self._path)
        self.layers, chosen = self._choose(source, options)
        self.layer = source.layer if source.format == "shapefile" else chosen
        self._gdal_layer = None if source.format == "shapefile" else chosen
        self.encoding = "utf-8"
        asked: str | None = None
        if source.format == "shapefile":
            self.encoding = dbf_encoding(source.parts[".dbf"], source.parts.get(".cpg"), options.encoding, findings)
            check_parts(source, findings)
            asked = self.encoding
        self._encoding = asked
        info = self._info()
        self.total = int(info["features"]) if int(info["features"]) >= 0 else None
        if self.total == 0:
            raise Refused(
                "no_features", zh="图层里没有要素。", en="The layer holds no features.", field="file", final=False
            )
        self.declared_crs = _declared(info["crs"])
        if source.format == "geojson":
            self.declared_crs = named_in_geojson(self._path) or self.declared_crs
        names = [str(name) for name in info["fields"]]
        kept = self._kept(names, [str(t) for t in info["ogr_types"]], [str(d) for d in info["dtypes"]])
        # Read by name while names are one each; a table may have a name twice: then everything is read, and picked by place.
        self.fields = _told_apart([(self._spoken.get(names[place], names[place]), kind) for place, kind in kept])
        wanted = [place for (place, _), (name, _) in zip(kept, self.fields, strict=True) if name not in options.drop]
        self._asked = [names[place] for place in wanted] if len(set(names)) == len(names) else None
        self._places = [
            None if place not in wanted else place if self._asked is None else wanted.index(place) for place, _ in kept
        ]
        """Where the values of each field are among what is read; None for what nobody wants."""
        self._days = {
            names[place]: name
            for (place, kind), (name, _) in zip(kept, self.fields, strict=True)
            if kind in ("date", "datetime")
        }
        self._fid_column = str(info.get("fid_column") or "")
        if source.format == "geopackage":
            check_srids(self._path, chosen, str(info.get("geometry_name") or "geom"))

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

    def _kept(self, names: list[str], types: list[str], dtypes: list[str]) -> list[tuple[int, Kind]]:
        """Places among the file's attributes, and what they are."""
        kept: list[tuple[int, Kind]] = []
        for place, (name, ogr_type, dtype) in enumerate(zip(names, types, dtypes, strict=True)):
            if ogr_type == "OFTBinary":
                self._findings.add("binary_dropped", say=name)
            elif self.format != "kml" or name not in _KML_OWN:
                kept.append((place, "boolean" if dtype == "bool" else _KINDS.get(ogr_type, "text")))
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
            _, fids, wkb, values = self._read(self._asked, place)
            count = len(fids)
            if count == 0:
                return
            last_fid = int(fids[-1])
            picked = [[None] * count if number is None else values[number] for number in self._places]
            yield Chunk(np.arange(at + 1, at + count + 1), self._shapes(wkb, at), picked)
            at += count
            if not steps or (limit is not None and count < limit):
                return

    def _read(self, columns: list[str] | None, place: dict[str, Any]) -> Any:
        try:
            with _telling():
                return _raw.read(
                    self._path,
                    layer=self._gdal_layer,
                    encoding=self._encoding,
                    columns=columns,
                    return_fids=True,
                    datetime_as_string=True,
                    **place,
                )
        except ValueError as error:  # pyogrio makes a date of the 31st of February, and fails
            if len(columns or ()) == 1:
                raise
            raise self._impossible_day(place) from error

    def _impossible_day(self, place: dict[str, Any]) -> Refused:
        """The attribute in which a day stands that there is not."""
        wrong = "、".join(self._days.values())
        for name, title in self._days.items():
            try:
                self._read([name], place)
            except ValueError:
                wrong = title
                break
        return question(
            "date_impossible",
            zh=f"属性“{wrong[:80]}”里有不存在的日期（如 2 月 31 日）。请修正，或去掉这个属性。",
            en=f"The attribute '{wrong[:80]}' holds a date that does not exist, such as 31 February. Mend it, or drop it.",
            field="drop",
            choices=[wrong] if wrong in self._days.values() else list(self._days.values()),
        )

    def _shapes(self, wkb: Any, at: int) -> Any:
        shapes = _vector.from_wkb(wkb, on_invalid="ignore")
        unread = np.flatnonzero(_vector.is_missing(shapes) & np.array([one is not None for one in wkb], dtype=bool))
        for index in unread:
            self._findings.add("not_readable", feature=at + int(index) + 1)
            self._findings.unread.add(at + int(index) + 1)
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


def _told_apart(fields: list[tuple[str, Kind]]) -> list[tuple[str, Kind]]:
    """Each name once: the second `名称` is `名称 (2)`."""
    taken: set[str] = set()
    told: list[tuple[str, Kind]] = []
    for name, kind in fields:
        plain, number = name, 1
        while plain in taken:
            number += 1
            plain = f"{name} ({number})"
        taken.add(plain)
        told.append((plain, kind))
    return told

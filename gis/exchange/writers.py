"""Writing features into files, a few thousand at a time. Rows are (fid, WKB, attribute, …) in the order of the attributes."""

import contextlib
import csv
import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyogrio.raw
import shapely

from gis.exchange.attributes import Attribute
from gis.exchange.encodings import python_codec
from spine.errors import Refused

Rows = Sequence[tuple[Any, ...]]
Notes = list[tuple[str, str]]
_vector: Any = shapely
_raw: Any = pyogrio.raw
_UTC = 100  # as GDAL writes it
_MOST_DBF_NAME = 10
_MOST_DBF_TEXT = 254
_FORMULA = ("=", "@", "\t=", "+", "-")


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


class GeoJsonWriter:
    """RFC 7946; what is known of the layer stands beside the features."""

    def __init__(self, target: Path, attributes: Sequence[Attribute], head: Mapping[str, Any]) -> None:
        self._names = [one.name for one in attributes]
        self._target = target
        self._file = target.open("w", encoding="utf-8")
        told = json.dumps({"type": "FeatureCollection", **head}, ensure_ascii=False)
        self._file.write(told[:-1] + ', "features": [')
        self._first = True

    def write(self, rows: Rows) -> None:
        shapes = _vector.to_geojson(_vector.from_wkb([row[1] for row in rows]))
        for row, shape in zip(rows, shapes, strict=True):
            values = {name: _json(value) for name, value in zip(self._names, row[2:], strict=True)}
            told = json.dumps(values, ensure_ascii=False)
            start = "\n" if self._first else ",\n"
            self._first = False
            self._file.write(f'{start}{{"type": "Feature", "id": {row[0]}, "geometry": {shape}, "properties": {told}}}')

    def finish(self) -> Notes:
        self._file.write("\n]}\n")
        self._file.close()
        return []

    def abandon(self) -> None:
        self._file.close()
        self._target.unlink(missing_ok=True)


class TableWriter:
    """UTF-8 with a mark, so that spreadsheets read Chinese; points as two columns, other shapes as WKT."""

    def __init__(self, target: Path, attributes: Sequence[Attribute], geometries: frozenset[str]) -> None:
        self._attributes = attributes
        self._points = geometries <= {"Point"}
        self._target = target
        self._file = target.open("w", encoding="utf-8-sig", newline="")
        self._table = csv.writer(self._file)
        place = ["lon", "lat"] if self._points else ["wkt"]
        self._table.writerow(["fid", *place, *(one.title for one in attributes)])
        self._quoted = 0

    def write(self, rows: Rows) -> None:
        shapes = _vector.from_wkb([row[1] for row in rows])
        if self._points:
            places = _vector.get_coordinates(shapes).round(7).tolist()
        else:
            places = [[text] for text in _vector.to_wkt(shapes, rounding_precision=7).tolist()]
        for row, place in zip(rows, places, strict=True):
            cells = [self._cell(value, one) for value, one in zip(row[2:], self._attributes, strict=True)]
            self._table.writerow([row[0], *place, *cells])

    def _cell(self, value: Any, attribute: Attribute) -> Any:
        """A text that a spreadsheet would carry out as a formula is quoted."""
        if attribute.kind == "text" and isinstance(value, str) and value.startswith(_FORMULA):
            self._quoted += 1
            return "'" + value
        return _json(value)

    def finish(self) -> Notes:
        self._file.close()
        if not self._quoted:
            return []
        return [
            (
                f"{self._quoted} 处文字以 = + - @ 开头，已加单引号，以免被电子表格当作公式。",
                f"{self._quoted} texts begin with = + - @ and were quoted, so that no spreadsheet takes them for formulas.",
            )
        ]

    def abandon(self) -> None:
        self._file.close()
        self._target.unlink(missing_ok=True)


class OgrWriter:
    """GeoPackage and Shapefile through GDAL, appended part by part."""

    def __init__(
        self,
        target: Path,
        form: Literal["gpkg", "shp"],
        name: str,
        attributes: Sequence[Attribute],
        geometries: frozenset[str],
        workplace: Path,
        encoding: str,
    ) -> None:
        self._target, self._form, self._name = target, form, name
        self._attributes = attributes
        self._type = _one_type(geometries)
        if form == "shp" and self._type is None:
            raise Refused(
                "export_mixed",
                zh="图层里既有点又有线或面，Shapefile 放不下，请导出为 GeoPackage。",
                en="The layer mixes points, lines or areas, which a shapefile cannot hold; export it as GeoPackage.",
                field="format",
                final=False,
            )
        self._codec = python_codec(encoding)
        self._encoding = "GBK" if self._codec == "gb18030" else encoding
        self._folder = workplace / f"export_{target.stem}"
        self._folder.mkdir(parents=True)
        self._path = self._folder / (f"{name}.gpkg" if form == "gpkg" else f"{name}.shp")
        self._names = [one.name for one in attributes] if form == "gpkg" else _short(attributes, self._codec)
        self._begun = False
        self._cut = 0

    def write(self, rows: Rows) -> None:
        columns = list(zip(*rows, strict=True))
        data: list[Any] = []
        masks: list[Any] = []
        for one, values in zip(self._attributes, columns[2:], strict=True):
            masks.append(np.array([value is None for value in values]))
            data.append(self._column(one, values))
        arguments: dict[str, Any] = {"encoding": self._encoding}
        if self._form == "gpkg":
            moments = [one.name for one in self._attributes if one.kind == "datetime"]
            arguments = {"gdal_tz_offsets": {name: np.full(len(rows), _UTC) for name in moments}}
        _raw.write(
            str(self._path),
            np.array(columns[1], dtype=object),
            data,
            np.array(self._names, dtype=object),
            field_mask=masks,
            layer=self._name,
            driver="GPKG" if self._form == "gpkg" else "ESRI Shapefile",
            geometry_type=self._type or "Unknown",
            crs="EPSG:4326",
            promote_to_multi=self._type is not None and self._type.startswith("Multi"),
            append=self._begun,
            **arguments,
        )
        self._begun = True

    def _column(self, one: Attribute, values: Sequence[Any]) -> Any:
        match one.kind:
            case "integer":
                return np.array([0 if value is None else value for value in values], dtype=np.int64)
            case "number":
                return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
            case "boolean":
                return np.array([bool(value) for value in values], dtype=np.int32 if self._form == "shp" else bool)
            case "date":
                return np.array(
                    [None if value is None else value.isoformat() for value in values], dtype="datetime64[D]"
                )
            case "datetime" if self._form == "gpkg":
                utc = [None if value is None else value.astimezone(UTC).replace(tzinfo=None) for value in values]
                return np.array(utc, dtype="datetime64[ms]")
            case "datetime":
                return np.array([None if value is None else value.isoformat() for value in values], dtype=object)
            case "text":
                return np.array([None if value is None else self._text(str(value)) for value in values], dtype=object)

    def _text(self, text: str) -> str:
        if self._form == "gpkg":
            return text
        try:
            written = text.encode(self._codec)
        except UnicodeEncodeError:
            raise Refused(
                "export_encoding",
                zh=f"“{text[:40]}”含有 {self._encoding} 没有的字，请用 UTF-8 导出。",
                en=f"'{text[:40]}' has characters that {self._encoding} lacks; export as UTF-8.",
                field="encoding",
                final=False,
            ) from None
        if len(written) <= _MOST_DBF_TEXT:
            return text
        self._cut += 1
        return written[:_MOST_DBF_TEXT].decode(self._codec, errors="ignore")

    def finish(self) -> Notes:
        if self._form == "gpkg":
            shutil.move(self._path, self._target)
            shutil.rmtree(self._folder, ignore_errors=True)
            return []
        notes: Notes = []
        names = [
            (short, one.title) for short, one in zip(self._names, self._attributes, strict=True) if short != one.title
        ]
        with zipfile.ZipFile(self._target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            for part in sorted(self._folder.iterdir()):
                archive.write(part, part.name)
            if names:
                listed = "".join(f"{short},{title}\r\n" for short, title in names)
                archive.writestr("fields.csv", b"\xef\xbb\xbf" + f"name,title\r\n{listed}".encode())
        shutil.rmtree(self._folder, ignore_errors=True)
        if names:
            notes.append(
                (
                    f"Shapefile 的字段名最多 10 字节，{len(names)} 个已缩短，对照见压缩包内 fields.csv。",
                    f"A shapefile's names have 10 bytes at most; {len(names)} were shortened, see fields.csv in the zip.",
                )
            )
        if self._cut:
            notes.append(
                (
                    f"{self._cut} 处文字超过 254 字节，已截断；要完整内容请导出为 GeoPackage。",
                    f"{self._cut} texts are longer than 254 bytes and were cut; GeoPackage keeps them whole.",
                )
            )
        return notes

    def abandon(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._target.unlink()


def _one_type(geometries: frozenset[str]) -> str | None:
    """The type that all are of, as multi-parts where some are; None when they differ in kind."""
    plain = {kind.removeprefix("Multi") for kind in geometries}
    if len(plain) != 1:
        return None
    (kind,) = plain
    return kind if geometries == frozenset({kind}) else f"Multi{kind}"


def _short(attributes: Sequence[Attribute], codec: str) -> list[str]:
    """Names of at most 10 bytes, all different, none cut within a character."""
    names: list[str] = []
    for one in attributes:
        base = one.name.encode(codec, errors="replace")
        for number in range(1, 1000):
            tail = b"" if number == 1 else str(number).encode()
            name = base[: _MOST_DBF_NAME - len(tail)].decode(codec, errors="ignore") + tail.decode()
            if name.lower() not in {taken.lower() for taken in names}:
                names.append(name)
                break
    return names

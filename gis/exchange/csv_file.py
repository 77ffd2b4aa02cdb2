"""Tables with a longitude and a latitude column. Read twice: once to learn the types, once for the rows; never held whole."""

import csv
import itertools
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import shapely

from gis.exchange.attributes import Kind
from gis.exchange.chunk import Chunk
from gis.exchange.encodings import text_encoding
from gis.exchange.findings import Findings
from gis.exchange.options import MOST_FEATURES, Options, question
from gis.exchange.unpack import Source
from spine.errors import Refused

_CHUNK = 20_000
_LONGITUDES = ("lon", "lng", "long", "longitude", "经度", "经度坐标", "x", "x坐标", "point_x", "lon_wgs84", "东经")
_LATITUDES = ("lat", "latitude", "纬度", "纬度坐标", "y", "y坐标", "point_y", "lat_wgs84", "北纬")
_DEGREES = re.compile(
    r"^\D{0,2}(\d{1,3})\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′分])?\s*(?:(\d{1,2}(?:\.\d+)?)\s*[\"″秒])?\D{0,2}$"
)
_DECIMAL_COMMA = re.compile(r"^-?\d{1,8},\d+$")
_DELIMITER = re.compile(r"[,\t;|，]")
_MOST_ABOVE = 10
_MOST_LINES = 50
"""Of one row: a text may have several."""
_INTEGER = re.compile(r"^-?(0|[1-9]\d{0,17})$")
_NUMBER = re.compile(r"^-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?$")
_DATE = re.compile(r"^\d{4}[-/]\d{2}[-/]\d{2}$")
_MOST_DIGITS = 15
"""A longer number is a code: a float would change it."""


def _broken(said: str, line: int) -> Refused:
    return Refused(
        "csv_broken",
        zh=f"第 {line} 行无法读取：{said}。",
        en=f"Line {line} cannot be read: {said}.",
        field="file",
        final=False,
        line=line,
    )


class CsvFile:
    """See `chunk.Opened`. Raises Refused: `csv_columns` (a question), `csv_broken`, `csv_no_header`, `no_features`."""

    def __init__(self, source: Source, options: Options, findings: Findings) -> None:
        self.format = source.format
        self.layers, self.layer = [source.layer], source.layer
        self._path, self._findings = source.path, findings
        self.encoding = text_encoding(source.path, options.encoding, findings)
        # Degrees unless said otherwise; a table never names its system.
        self.declared_crs: str | None = None if options.crs else "EPSG:4326"
        csv.field_size_limit(1_000_000)
        self._above = 0
        self._delimiter, header = self._header()
        self._columns = header
        self._lon, self._lat = self._places(header, options)
        self.total: int | None
        kinds, self.total = self._types(len(header))
        own = {self._lon, self._lat}
        self._kept = [index for index in range(len(header)) if index not in own]
        self.fields: list[tuple[str, Kind]] = [(header[index], kinds[index]) for index in self._kept]
        if options.crs is None and str(options.origin) == "WGS84":
            findings.add("origin_assumed")

    def _header(self) -> tuple[str, list[str]]:
        """Blank lines and a title (one cell alone) may stand above the names."""
        line = ""
        with self._path.open(encoding=self.encoding, newline=None) as file:
            for _ in range(_MOST_ABOVE):
                line = file.readline(1_000_000)
                if sum(1 for cell in _DELIMITER.split(line) if cell.strip()) != 1 and line.strip():
                    break
                if line.strip():
                    self._findings.add("title_left_out", say=line.strip()[:60])
                self._above += 1
        delimiter = max(",\t;|，", key=line.count)
        header = [name.strip() for row in csv.reader([line], delimiter=delimiter) for name in row]
        if len(header) < 2 or len({name for name in header if name}) != len([name for name in header if name]):
            raise Refused(
                "csv_no_header",
                zh="第一行应是列名：至少两列、互不相同，用逗号、分号或制表符分隔。",
                en="The first line must hold column names: at least two, all different, separated by comma, semicolon or tab.",
                field="file",
                final=False,
            )
        return delimiter, [name or f"column_{index + 1}" for index, name in enumerate(header)]

    def _places(self, header: list[str], options: Options) -> tuple[int, int]:
        plain = [name.lower() for name in header]

        def index_of(asked: str | None, usual: Sequence[str]) -> int | None:
            if asked is not None:
                return plain.index(asked.lower()) if asked.lower() in plain else None
            found = [plain.index(name) for name in usual if name in plain]
            return found[0] if found else None

        lon, lat = index_of(options.lon, _LONGITUDES), index_of(options.lat, _LATITUDES)
        if lon is None or lat is None or lon == lat:
            raise question(
                "csv_columns",
                zh=f"哪一列是经度，哪一列是纬度？列名：{'、'.join(header)[:400]}。",
                en=f"Which column is the longitude, which the latitude? There are: {', '.join(header)[:400]}.",
                field="lon",
                choices=list(header[:200]),
            )
        if options.lon is None or options.lat is None:
            self._findings.add("columns_guessed", say=f"{header[lon]}, {header[lat]}")
        return lon, lat

    def _rows(self) -> Iterator[list[str]]:
        number = 1
        try:
            with self._path.open(encoding=self.encoding, newline="") as file:
                for _ in range(self._above):
                    file.readline()
                rows = csv.reader(file, delimiter=self._delimiter)
                next(rows, None)
                for row in rows:
                    if rows.line_num - number > _MOST_LINES:  # all that follows would be in one cell
                        raise _broken("引号没有闭合 (a quote that is never closed)", number + 1)
                    number = rows.line_num
                    if any(cell and not cell.isspace() for cell in row):
                        yield row
        except csv.Error as error:
            raise _broken(str(error), number + 1) from error
        except UnicodeDecodeError as error:
            raise _broken(str(error.reason), number + 1) from error

    def _types(self, width: int) -> tuple[list[Kind], int]:
        integer, number, day = [True] * width, [True] * width, [True] * width
        seen = [False] * width
        count = 0
        for row in self._rows():
            count += 1
            if count > MOST_FEATURES:
                raise Refused(
                    "too_many_features",
                    zh=f"要素超过 {MOST_FEATURES:,} 个，请分成几个图层。",
                    en=f"More than {MOST_FEATURES:,} features; split them into several layers.",
                    field="file",
                )
            for index, text in enumerate(row[:width]):
                if not text:
                    continue
                text = text.strip()
                seen[index] = True
                if integer[index] and (len(text) > _MOST_DIGITS or not _INTEGER.match(text)):
                    integer[index] = False
                if number[index] and not integer[index] and not (len(text) <= 25 and _is_number(text)):
                    number[index] = False
                if day[index] and not _is_day(text):
                    day[index] = False
        if count == 0:
            raise Refused("no_features", zh="表里没有数据行。", en="The table has no rows.", field="file", final=False)
        kinds: list[Kind] = []
        for index in range(width):
            if not seen[index]:
                kinds.append("text")
            else:
                kinds.append(
                    "integer" if integer[index] else "number" if number[index] else "date" if day[index] else "text"
                )
        return kinds, count

    def chunks(self, most: int | None) -> Iterator[Chunk]:
        width = len(self._columns)
        rows = enumerate(self._rows(), 1)
        kinds: list[Kind] = [kind for _, kind in self.fields]
        left = most
        while left is None or left > 0:
            part = list(itertools.islice(rows, _CHUNK if left is None else min(_CHUNK, left)))
            if not part:
                return
            left = None if left is None else left - len(part)
            numbers: list[int] = []
            places: list[tuple[float, float]] = []
            columns: list[list[object]] = [[] for _ in kinds]
            for number, row in part:
                if len(row) != width:
                    self._findings.add("too_short_row", feature=number, say=f"{len(row)} / {width}")
                    continue
                lon, lat = (_degrees(row[index], self._delimiter) for index in (self._lon, self._lat))
                if lon is None or lat is None:
                    self._findings.add("not_a_number", feature=number, say=f"{row[self._lon]}, {row[self._lat]}"[:80])
                    continue
                numbers.append(number)
                places.append((lon, lat))
                for values, index, kind in zip(columns, self._kept, kinds, strict=True):
                    values.append(_value(row[index], kind))
            shapes = np.asarray(shapely.points(np.array(places, dtype=float).reshape(-1, 2)), dtype=object).reshape(-1)
            yield Chunk(np.array(numbers, dtype=np.int64), shapes, columns)


def _is_day(text: str) -> bool:
    """A day that there is: a column with the 31st of February stays text."""
    if not _DATE.match(text):
        return False
    try:
        date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    found = _NUMBER.match(text)
    return found is not None and any(character.isdigit() for character in text)


def _degrees(text: str, delimiter: str) -> float | None:
    """A number, or degrees-minutes-seconds. None for neither; `nan` is a number that is refused later, by its own name.

    Where cells are not parted by commas, one may stand before the decimals.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("\u2032", "'").replace("\u2033", '"'))
    text = text.strip()
    if delimiter != "," and _DECIMAL_COMMA.match(text):
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        found = _DEGREES.match(text)
    if found is None:
        return None
    degrees, minutes, seconds = (float(part or 0) for part in found.groups())
    if minutes >= 60 or seconds >= 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return -value if any(letter in text for letter in "WSws西南-") else value


def _value(text: str, kind: Kind) -> object:
    if kind == "text":
        return text if text else None
    text = text.strip()
    if not text:
        return None
    if kind == "integer":
        return int(text)
    if kind == "number":
        number = float(text)
        return number if math.isfinite(number) else None
    return text

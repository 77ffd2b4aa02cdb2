"""What kind of file this is, by its content, and zips opened with care: sizes are counted while unpacking, names are ours.

A zip's names never become paths: members are written as `<number>.<ending>` into an empty directory.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from gis.exchange.options import question
from spine.errors import Refused

Format = Literal["shapefile", "geopackage", "geojson", "kml", "csv", "geotiff"]

MOST_MEMBERS = 500
MOST_UNPACKED = 4 * 1024**3
MOST_RATIO = 500
"""A file that grows more than this while unpacking was made to do so: tables full of blanks grow a hundredfold, not more."""
_NO_LAYER = 9
_SMALL = 64 * 1024 * 1024
_BLOCK = 1024 * 1024
_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
_TAKEN = _PARTS | {".gpkg", ".geojson", ".json", ".kml", ".csv", ".txt", ".tif", ".tiff"}
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_ARCHIVES = frozenset({".zip", ".kmz", ".rar", ".7z", ".gz", ".tar", ".tgz"})
_TABLES = frozenset({".csv", ".txt", ".tsv"})


@dataclass(frozen=True, slots=True)
class Source:
    """One readable thing. `parts`: ending → path, for a shapefile its five files, else one. `layer`: its name when in a zip."""

    format: Format
    path: Path
    parts: Mapping[str, Path]
    layer: str


def _refused(code: str, zh: str, en: str, **facts: Any) -> Refused:
    return Refused(code, zh=zh, en=en, field="file", **facts)


def open_source(path: Path, name: str, workplace: Path, layer: str | None) -> tuple[Source, list[str]]:
    """The file to read and the names of all that could be. `name`: what the sender called it; its content decides.

    Raises Refused: `file_empty`, `file_unknown`, `zip_*`, `shapefile_parts_missing`, `layer_choice` (a question).
    """
    if path.stat().st_size == 0:
        raise _refused("file_empty", "文件是空的。", "The file is empty.")
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        found = _unpack(path, name, workplace)
    else:
        found = [_single(path, name, head)]
    if len(found) == 1:
        return found[0], [found[0].layer]
    names = sorted(source.layer for source in found)
    for source in found:
        if source.layer == layer:
            return source, names
    raise layer_choice(names)


def layer_choice(names: list[str]) -> Refused:
    return question(
        "layer_choice",
        zh=f"文件里有 {len(names)} 个图层，请选择一个：{'、'.join(names[:20])}。",
        en=f"The file holds {len(names)} layers; choose one: {', '.join(names[:20])}.",
        field="layer",
        choices=names[:200],
    )


def _single(path: Path, name: str, head: bytes) -> Source:
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix.lower()
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"SQLite format 3\x00"):
        return Source("geopackage", path, {".gpkg": path}, stem)
    if head.startswith(_TIFF):
        return Source("geotiff", path, {".tif": path}, stem)
    if head.startswith(b"\x00\x00\x27\x0a"):
        raise _refused(
            "shapefile_parts_missing",
            "Shapefile 由多个文件组成，请把 .shp、.shx、.dbf（以及 .prj、.cpg）一起压缩成 zip 再导入。",
            "A shapefile is several files: put .shp, .shx and .dbf (with .prj and .cpg) into one zip.",
            missing=[".shx", ".dbf"],
        )
    if text.startswith(b"{"):
        return Source("geojson", path, {".geojson": path}, stem)
    if text.startswith(b"<") and b"<kml" in head.replace(b"<kml:kml", b"<kml"):
        return Source("kml", path, {".kml": path}, stem)
    if ending in _TABLES and (b"\x00" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return Source("csv", path, {".csv": path}, stem)
    raise _refused(
        "file_unknown",
        "不认识的文件：可导入 Shapefile（zip）、GeoPackage、GeoJSON、KML/KMZ、CSV，高程用 GeoTIFF。",
        "An unknown kind of file: Shapefile (zip), GeoPackage, GeoJSON, KML/KMZ and CSV can be imported, heights as GeoTIFF.",
    )


def _name_of(member: zipfile.ZipInfo) -> str:
    """Zips made on Chinese Windows write names in GBK without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def _members(archive: zipfile.ZipFile, packed: int) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    listed = archive.infolist()
    if len(listed) > MOST_MEMBERS:
        raise _refused(
            "zip_too_many",
            f"压缩包内文件过多（最多 {MOST_MEMBERS} 个）。",
            f"The zip holds more than {MOST_MEMBERS} files.",
        )
    if sum(member.file_size for member in listed) > _most_unpacked(packed):
        raise _bomb()
    for member in listed:
        name = _name_of(member)
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
            raise _refused(
                "zip_path",
                f"压缩包内的路径“{name}”指向包外，已拒绝整个文件。",
                f"The path '{name}' in the zip leads out of it; the whole file is refused.",
                member=name,
            )
        if member.flag_bits & 0x1:
            raise _refused(
                "zip_encrypted", "压缩包有密码，请解密后再导入。", "The zip has a password; import it without."
            )
        is_link = member.create_system == 3 and (member.external_attr >> 16) & 0o170000 == 0o120000
        hidden = "__MACOSX" in path.parts or path.name.startswith(".")
        if not member.is_dir() and not is_link and not hidden and path.suffix.lower() in _TAKEN:
            yield member, path


def _most_unpacked(packed: int) -> int:
    return min(MOST_UNPACKED, max(_SMALL, packed * MOST_RATIO))


def _bomb() -> Refused:
    return _refused(
        "zip_bomb",
        "压缩包解开后大得不合常理，已拒绝。",
        "The zip grows out of all proportion when it is unpacked; it is refused.",
    )


def _unpack(path: Path, name: str, workplace: Path) -> list[Source]:
    packed = path.stat().st_size
    left = _most_unpacked(packed)
    groups: dict[str, dict[str, Path]] = {}
    spoken: dict[str, str] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            names = [_name_of(member) for member in archive.infolist()]
            for number, (member, inside) in enumerate(_members(archive, packed)):
                ending = inside.suffix.lower()
                # Parts of one shapefile must lie side by side under one name for those who read them; a.SHP goes with A.dbf.
                named = str(inside.with_suffix("")) if ending in _PARTS else str(inside)
                group = spoken.setdefault(named.casefold(), named)
                number = list(groups).index(group) if group in groups else len(groups)
                target = workplace / f"{number}{ending}"
                left = _write(archive, member, target, left)
                groups.setdefault(group, {})[ending] = target
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _refused(
            "zip_broken", "压缩包已损坏，无法解开。", f"The zip is broken and cannot be unpacked ({error})."
        ) from error
    # Texts and tables beside a real layer are its notes.
    ranked = {group: _rank(parts) for group, parts in groups.items()}
    best = min(ranked.values(), default=0)
    found = [_source(group, parts) for group, parts in groups.items() if ranked[group] == best < _NO_LAYER]
    if not found:
        packed_inside = [name for name in names if PurePosixPath(name).suffix.lower() in _ARCHIVES]
        if packed_inside:
            raise _refused(
                "zip_holds_zips",
                f"压缩包里还是压缩包（{'、'.join(packed_inside[:5])}），请先解开，每次导入一个。",
                f"The zip holds archives again ({', '.join(packed_inside[:5])}): unpack it and import them one by one.",
                members=packed_inside[:50],
            )
        raise _refused(
            "zip_holds_nothing",
            "压缩包里没有可导入的文件（Shapefile、GeoPackage、GeoJSON、KML、CSV、GeoTIFF）。",
            "Nothing in the zip can be imported (Shapefile, GeoPackage, GeoJSON, KML, CSV, GeoTIFF).",
        )
    if name.lower().endswith(".kmz"):
        kml = [source for source in found if source.format == "kml"]
        return kml[:1] or found
    return found


def _rank(parts: dict[str, Path]) -> int:
    if parts.keys() <= {".prj", ".cpg"}:
        return _NO_LAYER
    if parts.keys() & {".shp", ".dbf", ".shx", ".gpkg", ".kml", ".geojson", ".tif", ".tiff"}:
        return 0
    return 1 if ".json" in parts else 2


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one member, counting what really comes out. Returns how much more may come."""
    with archive.open(member) as packed, target.open("wb") as file:
        while block := packed.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise _bomb()
            file.write(block)
    return left


def _source(group: str, parts: dict[str, Path]) -> Source:
    if parts.keys() & _PARTS:
        missing = [ending for ending in (".shp", ".shx", ".dbf") if ending not in parts]
        if missing:
            raise _refused(
                "shapefile_parts_missing",
                f"Shapefile“{group}”缺少 {'、'.join(missing)}：没有 .shx 找不到图形，没有 .dbf 就没有属性。请补全后再导入。",
                f"The shapefile '{group}' lacks {', '.join(missing)}: without .shx its shapes, without .dbf its attributes "
                "cannot be read. Add what is missing.",
                missing=missing,
            )
        return Source("shapefile", parts[".shp"], parts, group)
    (path,) = parts.values()
    with path.open("rb") as file:
        head = file.read(4096)
    source = _single(path, PurePosixPath(group).name, head)
    return Source(source.format, source.path, source.parts, group)

"""In which encoding attributes are written, and whether the bytes agree with what is claimed.

A .dbf written on Chinese Windows is GBK; newer programs write UTF-8 and say so in a .cpg; many say nothing or the wrong thing.
UTF-8 has a strict form that GBK text practically never keeps by chance, so text of some length tells which of the two it is.
"""

import codecs
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gis.exchange.findings import Findings
from gis.exchange.options import question
from spine.errors import Refused

GBK = "gb18030"  # what GBK grew into; reads all of it
_LANGUAGE_DRIVERS = {0x4D: GBK, 0x7A: GBK, 0x4F: "big5", 0x78: "big5", 0x57: "cp1252", 0x03: "cp1252"}
_SAID_IN_CPG = {"936": GBK, "54936": GBK, "65001": "utf-8", "950": "big5", "gbk": GBK, "gb2312": GBK, "cp936": GBK}
_SINGLE_BYTE = ("iso8859", "cp125", "cp437", "cp850", "latin", "ascii")
_CHECKED = 64 * 1024 * 1024
"""Bytes of attributes looked at; a table larger than this has long shown what it is."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Of a .dbf: where each text attribute stands in a record. `records`: how many the header promises."""

    header: int
    width: int
    records: int
    language: int
    texts: tuple[tuple[str, int, int], ...]


def python_codec(name: str, field: str = "encoding") -> str:
    """The codec's own name. Raises Refused `encoding_unknown`."""
    plain = name.strip().strip("\x00").lower().replace("ansi ", "").replace("oem ", "")
    try:
        return codecs.lookup(_SAID_IN_CPG.get(plain, plain)).name
    except (LookupError, ValueError):
        raise Refused(
            "encoding_unknown",
            zh=f"不认识编码“{name[:40]}”，常用的是 GBK、UTF-8。",
            en=f"Unknown encoding '{name[:40]}': GBK and UTF-8 are usual.",
            field=field,
            final=False,
        ) from None


def _table(path: Path) -> _Table:
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise _broken(path)
        records = int.from_bytes(head[4:8], "little")
        header = int.from_bytes(head[8:10], "little")
        width = int.from_bytes(head[10:12], "little")
        described = file.read(max(0, header - 32))
    texts: list[tuple[str, int, int]] = []
    at = 1
    for start in range(0, len(described) - 31, 32):
        if described[start] == 0x0D:
            break
        name = described[start : start + 11].split(b"\x00")[0].decode("latin-1")
        length = described[start + 16]
        if described[start + 11 : start + 12] == b"C":
            length += described[start + 17] << 8
            texts.append((name, at, length))
        at += length
    if header < 33 or width < 1:
        raise _broken(path)
    return _Table(header, width, records, head[29], tuple(texts))


def _broken(path: Path) -> Refused:
    return Refused(
        "shapefile_broken", zh="属性表（.dbf）已损坏。", en="The attribute table (.dbf) is broken.", field="file"
    )


def _texts(path: Path, table: _Table) -> Iterator[tuple[int, bytes]]:
    """(record from 1, the raw text of one attribute without its filling), for those with anything beyond ASCII."""
    with path.open("rb") as file:
        described = file.read(table.header)
        names = b"\n".join(described[n : n + 11].split(b"\x00")[0] for n in range(32, len(described) - 31, 32))
        if not names.isascii():
            yield 0, names
        for number in range(1, min(table.records, max(1, _CHECKED // table.width)) + 1):
            record = file.read(table.width)
            if len(record) < table.width:
                return
            if record.isascii():
                continue
            for _, at, length in table.texts:
                text = record[at : at + length].rstrip(b" \x00")
                if not text.isascii():
                    yield number, text


@dataclass(frozen=True, slots=True)
class Shown:
    """How the bytes look: valid in each of the two encodings, the first that is not, and how many there were."""

    texts: int
    utf8: bool
    gbk: bool
    not_utf8: int | None
    not_gbk: int | None


def _valid(text: bytes, codec: str) -> bool:
    try:
        text.decode(codec)
    except UnicodeDecodeError as error:
        # A fixed-width field may cut the last character in two; that is a loss of its maker's, not another encoding.
        return error.start >= len(text) - 3 and error.start > 0
    return True


def _shown(texts: Iterator[tuple[int, bytes]]) -> Shown:
    count, not_utf8, not_gbk = 0, None, None
    for number, text in texts:
        count += 1
        if not_utf8 is None and not _valid(text, "utf-8"):
            not_utf8 = number
        if not_gbk is None and not _valid(text, GBK):
            not_gbk = number
    return Shown(count, not_utf8 is None, not_gbk is None, not_utf8, not_gbk)


def dbf_encoding(dbf: Path, cpg: Path | None, asked: str | None, findings: Findings) -> str:
    """The codec to read a shapefile's attributes with.

    Raises Refused `encoding_lies` (a question) when the bytes contradict what the file claims, `encoding_wrong` when they
    contradict what was asked for, `encoding_unknown`, `shapefile_broken`.
    """
    table = _table(dbf)
    shown = _shown(_texts(dbf, table))
    if asked is not None:
        codec = python_codec(asked)
        _check_asked(dbf, table, codec)
        return codec
    claimed: str | None = None
    if cpg is not None:
        said = cpg.read_bytes()[:64].decode("latin-1").strip()
        with contextlib.suppress(Refused):  # "OEM" and other words that name no encoding: as if it said nothing
            claimed = python_codec(said) if said else None
    elif table.language in _LANGUAGE_DRIVERS:
        claimed = _LANGUAGE_DRIVERS[table.language]
    if shown.texts == 0:
        return claimed or "utf-8"
    fits = "utf-8" if shown.utf8 else GBK if shown.gbk else None
    if claimed is not None:
        contradicted = (claimed == "utf-8" and not shown.utf8) or (claimed == GBK and shown.utf8 and shown.texts >= 3)
        if claimed == GBK and not shown.gbk:
            contradicted = True
        # Any bytes at all are Latin-1; what reads as Chinese from beginning to end was not meant as that.
        if claimed.startswith(_SINGLE_BYTE) and fits is not None:
            contradicted = True
        # A language driver byte is often left at its default; a .cpg was written on purpose.
        if contradicted:
            raise _lies(claimed, fits, shown)
        return claimed
    if fits is None:
        raise _lies("", None, shown)
    findings.add("encoding_guessed", say=fits.upper())
    return fits


def _lies(claimed: str, fits: str | None, shown: Shown) -> Refused:
    record = shown.not_utf8 if claimed == "utf-8" else shown.not_gbk
    at_zh = f"（第 {record} 条起）" if record else ""
    at_en = f" (from record {record} on)" if record else ""
    likely_zh = f"，内容像是 {fits.upper()}" if fits else ""
    likely_en = f"; it looks like {fits.upper()}" if fits else ""
    return question(
        "encoding_lies",
        zh=f"文件声称属性编码为 {claimed.upper() or '（未说明）'}，但内容不符{at_zh}{likely_zh}。请指定编码。",
        en=f"The file claims its attributes are {claimed.upper() or '(nothing)'}, but they are not{at_en}{likely_en}. "
        "Say which encoding it is.",
        field="encoding",
        claimed=claimed,
        likely=fits,
        choices=["GBK", "UTF-8", "BIG5"],
    )


def _check_asked(dbf: Path, table: _Table, codec: str) -> None:
    for number, text in _texts(dbf, table):
        if not _valid(text, codec):
            raise Refused(
                "encoding_wrong",
                zh=f"按 {codec.upper()} 读不出第 {number} 条记录的属性，请换一种编码。",
                en=f"Record {number} cannot be read as {codec.upper()}; choose another encoding.",
                field="encoding",
                final=False,
            )


def text_encoding(path: Path, asked: str | None, findings: Findings) -> str:
    """The codec of a plain text file, read through once. Raises Refused `encoding_wrong`, `encoding_unknown`."""
    with path.open("rb") as file:
        head = file.read(4)
    if asked is not None:
        codec = python_codec(asked)
        if not _decodes(path, codec):
            raise Refused(
                "encoding_wrong",
                zh=f"文件不能按 {codec.upper()} 读出，请换一种编码。",
                en=f"The file cannot be read as {codec.upper()}; choose another encoding.",
                field="encoding",
                final=False,
            )
        return "utf-8-sig" if codec == "utf-8" else codec
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for codec in ("utf-8", GBK):
        if _decodes(path, codec):
            if codec == GBK:
                findings.add("encoding_guessed", say="GBK")
            return codec
    raise question(
        "encoding_lies",
        zh="文件既不是 UTF-8 也不是 GBK，请指定编码。",
        en="The file is neither UTF-8 nor GBK; say which encoding it is.",
        field="encoding",
        choices=["GBK", "UTF-8", "BIG5"],
    )


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as file:
            while block := file.read(1024 * 1024):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

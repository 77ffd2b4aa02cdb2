"""A KML made ready for GDAL: walked once without keeping it, written anew where its reader would lose something.

No entities; links are counted, never followed. GDAL's reader knows no GBK, and it makes one name out of all Chinese names of equal
length in `<Data name="…">`: such a file is written anew in UTF-8 with names of our own, which are given back afterwards.
"""

import codecs
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from gis.exchange.encodings import python_codec
from gis.exchange.findings import Findings
from spine.errors import Refused

_MOST_NAMES = 2000
_BLOCK = 4 * 1024 * 1024
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DATA = re.compile(r"""(<(?:\w+:)?Data\b[^<>]*?\bname\s*=\s*)("[^"<]*"|'[^'<]*')""")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_ESCAPES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


def _refused(zh: str, en: str, code: str = "file_broken") -> Refused:
    return Refused(code, zh=zh, en=en, field="file", final=False)


def ready_kml(path: Path, findings: Findings) -> tuple[Path, dict[str, str]]:
    """The file to read (a copy in the temporary directory if it must be another), and names to give back.

    Raises Refused `file_broken`, `kml_dtd`, `kml_coordinates`, `encoding_unknown`.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    declared = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    codec = "utf-8" if declared is None else python_codec(declared[1].decode("ascii"), "file")
    names: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig" if codec == "utf-8" else codec) as file:
            for piece in _pieces(file):
                for _, quoted in _DATA.findall(piece):
                    _name(quoted, names)
        if codec != "utf-8" or not all(_PLAIN.match(name) for name in names):
            path = _written_anew(path, codec, names)
        else:
            names = {}
    except (UnicodeDecodeError, LookupError):
        raise _refused(f"KML 不是它声称的编码 {codec}。", f"The KML is not written in {codec}, as it claims.") from None
    _walk(path, findings)
    return path, {given: name for name, given in names.items()}


def _pieces(file: TextIO) -> Iterator[str]:
    """The text in pieces that end with a tag."""
    rest = ""
    while block := file.read(_BLOCK):
        whole, sign, rest = (rest + block).rpartition(">")
        yield whole + sign
        if len(rest) > 4 * _BLOCK:
            raise _refused("KML 里有过长的内容。", "The KML holds a text that is too long.")
    yield rest


def _name(quoted: str, names: dict[str, str]) -> str:
    name = quoted[1:-1]
    for escape, sign in _ESCAPES.items():
        name = name.replace(escape, sign)
    if name not in names and len(names) >= _MOST_NAMES:
        raise _refused(f"KML 的属性超过 {_MOST_NAMES} 个。", f"The KML has more than {_MOST_NAMES} attributes.")
    return names.setdefault(name, f"data_{len(names) + 1:05d}")


def _written_anew(path: Path, codec: str, names: dict[str, str]) -> Path:
    target = Path(tempfile.gettempdir()) / "anew.kml"
    with (
        path.open(encoding="utf-8-sig" if codec == "utf-8" else codec) as file,
        target.open("w", encoding="utf-8") as out,
    ):
        for number, piece in enumerate(_pieces(file)):
            text = _DECLARATION.sub("", piece) if number == 0 else piece
            out.write(_DATA.sub(lambda found: f'{found[1]}"{_name(found[2], names)}"', text))
    return target


def _walk(path: Path, findings: Findings) -> None:
    marks = 0
    try:
        for _, element in ElementTree.iterparse(str(path), events=("end",), forbid_dtd=True):
            tag = str(element.tag).rpartition("}")[2]
            text = (element.text or "").strip()
            if tag == "NetworkLink" or (tag == "href" and text[:4].lower() in ("http", "file", "ftp:")):
                findings.add("external_links", say=text[:120])
            elif tag == "coordinates":
                _check_coordinates(text, marks + 1)
            if tag == "Placemark":
                marks += 1
            if tag in ("Placemark", "NetworkLink", "Style"):
                element.clear()
    except DefusedXmlException:
        raise _refused(
            "KML 含实体定义（DTD），不收。", "The KML defines entities (DTD), which is not accepted.", "kml_dtd"
        ) from None
    except (ElementTree.ParseError, ValueError) as error:
        raise _refused(f"KML 无法读取：{error}", f"The KML cannot be read: {error}") from error


def _check_coordinates(text: str, mark: int) -> None:
    """GDAL takes for zero what is no number."""
    for part in text.replace(",", " ").split():
        if not _NUMBER.match(part):
            raise _refused(
                f"第 {mark} 个地标的坐标“{part[:40]}”不是数字。",
                f"Placemark {mark} has '{part[:40]}' among its coordinates, which is no number.",
                "kml_coordinates",
            )

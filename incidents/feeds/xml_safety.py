"""Reads XML from strangers: no document type, no entities, nothing from outside, bounded in size and depth.

Built on expat alone, in one walk that stops at the first thing that must not be there. Every refusal names the element and
the line, and every element of the result knows its line.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from incidents.feeds.base import FeedRefused

MOST_BYTES = 8 * 1024 * 1024
MOST_DEPTH = 24
MOST_ELEMENTS = 50_000
MOST_ATTRIBUTES = 60
_ENCODINGS = frozenset(
    ("utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252", "gb2312", "gbk", "gb18030", "big5", "utf-16")
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(rb"<\?xml\b[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


@dataclass(slots=True)
class Element:
    """One element: local name, namespace, its own text, children, and the line where it begins."""

    name: str
    namespace: str
    line: int
    children: list["Element"] = field(default_factory=list["Element"])
    parts: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        return "".join(self.parts).strip()

    def each(self, name: str) -> Iterator["Element"]:
        """Children of this name in this element's own namespace."""
        return (child for child in self.children if child.name == name and child.namespace == self.namespace)

    def walk(self) -> Iterator["Element"]:
        """This element and everything below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


def read_xml(raw: bytes) -> Element:
    """The root element. Raises FeedRefused."""
    if len(raw) > MOST_BYTES:
        raise FeedRefused(
            "document",
            f"文件有 {len(raw)} 字节，超过 {MOST_BYTES // 1024 // 1024} MB 的上限。",
            f"The document has {len(raw)} bytes; at most {MOST_BYTES // 1024 // 1024} MB are read.",
        )
    return _Walk().read(_as_utf8(raw))


def _as_utf8(raw: bytes) -> bytes:
    """The text in UTF-8 without its declaration, every line where it was."""
    encoding = next((name for bom, name in _BOMS if raw.startswith(bom)), None)
    if encoding is None:
        declared = _ENCODING.search(raw[:300])
        encoding = declared.group(1).decode("ascii").casefold() if declared else "utf-8"
        if encoding not in _ENCODINGS or encoding == "utf-16":
            raise FeedRefused("?xml", f"不支持“{encoding}”编码。", f"The encoding '{encoding}' is not supported.", 1)
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise FeedRefused(
            "document",
            f"第 {error.start} 字节不是有效的 {encoding} 文字。",
            f"byte {error.start} is not valid {encoding}.",
            raw.count(b"\n", 0, error.start) + 1,
        ) from error
    zero = text.find("\0")
    if zero >= 0:
        raise FeedRefused(
            "document",
            "含有空字符（NUL），XML 中不允许。",
            "a NUL character is not permitted in XML.",
            text.count("\n", 0, zero) + 1,
        )
    return _DECLARATION.sub(lambda found: "\n" * found.group().count("\n"), text, count=1).encode()


class _Walk:
    def __init__(self) -> None:
        self._open: list[Element] = []
        self._root: Element | None = None
        self._elements = 0
        self._parser = expat.ParserCreate("utf-8", namespace_separator="\n")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, plain: bytes) -> Element:
        try:
            self._parser.Parse(plain, True)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code) or "syntax error"
            raise FeedRefused(
                self._where(), f"不是有效的 XML（{said}）。", f"not valid XML: {said}.", error.lineno
            ) from error
        if self._root is None:
            raise FeedRefused("document", "没有内容。", "there is nothing in it.")
        return self._root

    def _where(self) -> str:
        names = [element.name for element in self._open]
        return "/".join(names if len(names) <= 8 else [*names[:7], "…"]) or "document"

    def _refused(self, element: str, zh: str, en: str) -> FeedRefused:
        return FeedRefused(element, zh, en, self._parser.CurrentLineNumber)

    def _doctype(self, *_: object) -> None:
        raise self._refused(
            "!DOCTYPE",
            "含有文档类型声明（DOCTYPE），可能夹带实体炸弹或外部文件，不予读取。",
            "a document type declaration is not read: it can carry entity bombs or outside files.",
        )

    def _entity(self, *_: object) -> None:
        raise self._refused("!ENTITY", "含有实体声明，不予读取。", "an entity declaration is not read.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition("\n")
        element = Element(local, namespace, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)
        self._elements += 1
        if len(self._open) > MOST_DEPTH:
            zh, en = f"元素嵌套超过 {MOST_DEPTH} 层。", f"elements are nested more than {MOST_DEPTH} deep."
            raise self._refused(self._where(), zh, en)
        if self._elements > MOST_ELEMENTS:
            zh, en = f"元素超过 {MOST_ELEMENTS} 个。", f"there are more than {MOST_ELEMENTS} elements."
            raise self._refused(self._where(), zh, en)
        if len(attributes) > MOST_ATTRIBUTES:
            raise self._refused(self._where(), "属性过多。", "the element has too many attributes.")

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _characters(self, characters: str) -> None:
        self._open[-1].parts.append(characters)

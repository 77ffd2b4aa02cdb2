"""What is on the pages of a PDF: its size, its words, and its picture to measure on."""

from dataclasses import dataclass
from typing import Any, cast

import pypdfium2  # pyright: ignore[reportMissingTypeStubs]
from PIL import Image

PX_PER_MM = 8.0


@dataclass
class Page:
    width_mm: float
    height_mm: float
    text: str
    picture: Image.Image
    """At `PX_PER_MM`."""


def pages_of(content: bytes, px_per_mm: float = PX_PER_MM) -> list[Page]:
    document: Any = cast(Any, pypdfium2).PdfDocument(content)
    pages: list[Page] = []
    for page in document:
        width, height = page.get_size()
        text = page.get_textpage().get_text_range()
        picture = page.render(scale=px_per_mm * 25.4 / 72).to_pil().convert("RGB")
        pages.append(Page(width / 72 * 25.4, height / 72 * 25.4, str(text).replace("\r\n", "\n"), picture))
    document.close()
    return pages


def part_of(picture: Image.Image, left: float, top: float, width: float, height: float) -> Image.Image:
    """A part of a page, in millimetres."""
    x, y, x2, y2 = (round(value * PX_PER_MM) for value in (left, top, left + width, top + height))
    return picture.crop((x, y, x2, y2))


def middle_of(picture: Image.Image, colour: tuple[int, int, int], within: int = 40) -> tuple[float, float]:
    """The centre of everything of about this colour, in millimetres. Raises AssertionError when there is nothing of it."""
    pixels: Any = picture.load()
    found = [
        (x, y)
        for y in range(picture.height)
        for x in range(picture.width)
        if all(abs(a - b) <= within for a, b in zip(pixels[x, y], colour, strict=True))
    ]
    assert found, f"nothing of {colour} on the page"
    return (
        (min(x for x, _ in found) + max(x for x, _ in found) + 1) / 2 / PX_PER_MM,
        (min(y for _, y in found) + max(y for _, y in found) + 1) / 2 / PX_PER_MM,
    )


def longest_dark_run(picture: Image.Image, box_mm: tuple[float, float, float, float]) -> float:
    """Length in millimetres of the longest dark row of pixels inside a box (left, top, right, bottom)."""
    left, top, right, bottom = (round(value * PX_PER_MM) for value in box_mm)
    grey: Any = picture.convert("L").load()
    longest = 0
    for y in range(top, bottom):
        run = 0
        for x in range(left, right):
            run = run + 1 if grey[x, y] < 110 else 0
            longest = max(longest, run)
    return longest / PX_PER_MM

"""The typesetting process: `python -m web.sheets.typesetting`, one sheet, one order on stdin, the PDF in the sheet's own folder.

A foreign picture is opened here and nowhere else: with limits on memory and processor time, in a process whose death harms nothing.
The typesetter reads files of this one folder only, and knows no packages.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

import typst
from PIL import Image

from spine.errors import Refused

MOST_MEMORY = 2 * 1024**3
MOST_CPU_S = 180
REFUSED = 3
PICTURE, SHEET = "picture", "sheet.pdf"
_MOST_ICON_PX = 256


def main() -> int:
    order = json.loads(sys.stdin.readline())
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S + 5))
    try:
        _typeset(Path(order["folder"]), order)
    except Refused as refused:
        sys.stderr.write(json.dumps({"refused": refused.to_json()}, ensure_ascii=False) + "\n")
        return REFUSED
    return 0


def _typeset(folder: Path, order: dict[str, Any]) -> None:
    form = "none" if order["pixels"] is None else _check_picture(folder / PICTURE, *order["pixels"])
    for icon in folder.glob("icon-*.png"):
        _check_icon(icon)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=order["fonts"])
    compiler = typst.Compiler(
        folder / "sheet.typ",
        root=folder,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"family": str(order["family"]), "form": form},
        package_path=folder / "none",
        package_cache_path=folder / "none",
    )
    try:
        compiler.compile(output=folder / SHEET, format="pdf", timestamp=int(order["at"]))
    except typst.TypstError as error:
        sys.stderr.write(f"typst: {error.message} {error.diagnostic[:2000]}\n")
        if order["pixels"] is None:
            raise  # no picture to blame
        raise _unreadable() from error


def _check_picture(path: Path, width: int, height: int) -> str:
    """Its form, for the typesetter. Raises Refused `picture_unreadable`, `picture_size`."""
    Image.MAX_IMAGE_PIXELS = width * height + 1
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            size, form = picture.size, picture.format
            if size != (width, height):
                raise Refused(
                    "picture_size",
                    zh=f"图片应为 {width}×{height} 像素，收到 {size[0]}×{size[1]}；尺寸不符，比例尺就不准确。",
                    en=f"The picture must have {width}×{height} pixels, not {size[0]}×{size[1]}: the scale would be wrong.",
                    field="picture",
                    final=False,
                )
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _unreadable() from error
    return "png" if form == "PNG" else "jpg"


def _check_icon(path: Path) -> None:
    try:
        with Image.open(path, formats=("PNG",)) as icon:
            if max(icon.size) > _MOST_ICON_PX:
                raise Refused(
                    "icon_size",
                    zh=f"图例符号最大 {_MOST_ICON_PX} 像素。",
                    en=f"A symbol of the legend has at most {_MOST_ICON_PX} pixels.",
                    field="icons",
                    final=False,
                )
            icon.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise Refused(
            "icon_unreadable",
            zh="图例符号不是可读的 PNG。",
            en="A symbol of the legend is no readable PNG.",
            field="icons",
            final=False,
        ) from error


def _unreadable() -> Refused:
    return Refused(
        "picture_unreadable",
        zh="图片无法读取：应为完整的 PNG 或 JPEG。",
        en="The picture cannot be read: it must be a whole PNG or JPEG.",
        field="picture",
        final=False,
    )


if __name__ == "__main__":
    sys.exit(main())

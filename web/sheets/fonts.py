"""The typeface of printed sheets. Without one that has Chinese, nothing is printed: a sheet full of boxes helps nobody."""

import os
from functools import lru_cache
from pathlib import Path

import typst

from spine.errors import Refused

OWN = "FENGSUI_FONTS"
"""Names a folder with the city's own fonts (OpenType or TrueType)."""
FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)
"""Taken in this order."""
_FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",
    "/usr/share/fonts/opentype/source-han-sans",
    "/usr/share/fonts/adobe-source-han-sans",
    "/usr/share/fonts/truetype/wqy",
)


def folders() -> list[str]:
    own = os.environ.get(OWN)
    return [folder for folder in ([own] if own else []) + list(_FOLDERS) if Path(folder).is_dir()]


def chinese_family() -> str | None:
    """The family that sheets are set in, None when there is none."""
    return _family(tuple(folders()))


@lru_cache(maxsize=4)
def _family(where: tuple[str, ...]) -> str | None:
    there = set(
        typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(where)).families()
    )
    found = next((family for family in FAMILIES if family in there), None)
    if found is None:
        _family.cache_clear()  # it may be installed while the program runs
    return found


def required_family() -> str:
    """Raises Refused `font_missing`."""
    family = chinese_family()
    if family is None:
        raise Refused(
            "font_missing",
            zh=f"服务器没有中文字体，无法打印。请安装 fonts-noto-cjk，或用 {OWN} 指明字体所在目录。",
            en=f"The server has no Chinese typeface, so nothing can be printed. Install fonts-noto-cjk, or name a folder in {OWN}.",
            status=503,
            final=False,
        )
    return family

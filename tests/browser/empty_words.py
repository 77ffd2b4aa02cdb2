"""What the screens say of an empty list, from their own words: none of it may be read while nobody knows."""

import json
import re
from pathlib import Path
from typing import Any, Literal, cast

from playwright.async_api import Page

WORDS = Path(__file__).parents[2] / "web" / "ui" / "src" / "i18n"
_EMPTY = re.compile(r"(^|_)none($|_)|^(no_reports_in|no_near|no_other|gone)$")
_ABOUT_NOW_UNKNOWN = {"shell.state.none_then", "field.order.none_kept"}
"""These say that it is not known."""
_NO_LISTS = {"department.form.forward_none", "briefing.decide.activate_none", "briefing.decide.none"}
_ROOMS = ("desk", "department", "wall", "briefing", "field", "shell")


def _leaves(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(path, value)]
    return [leaf for key, inner in cast(dict[str, Any], value).items() for leaf in _leaves(inner, f"{path}.{key}")]


def empty_sentences(locale: Literal["zh", "en"]) -> list[str]:
    """Every sentence of this language that states that there is nothing."""
    found = [
        words
        for room in _ROOMS
        for path, words in _leaves(json.loads((WORDS / locale / f"{room}.json").read_text("utf-8")), room)
        if _EMPTY.search(path.rpartition(".")[2]) and path not in _ABOUT_NOW_UNKNOWN | _NO_LISTS
    ]
    assert len(found) > 30, "the words have moved"
    return found


async def said_empty(page: Page, locale: Literal["zh", "en"]) -> list[str]:
    """Those of them that can be read on this page now."""
    text = await page.evaluate("document.body.innerText")
    return [sentence for sentence in empty_sentences(locale) if sentence in text]

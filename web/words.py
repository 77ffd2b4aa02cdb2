"""What the command line says: one short line in the user's language."""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager


def locale() -> str:
    """zh when the environment's language is Chinese, else en."""
    for name in ("FENGSUI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value and value not in ("C", "POSIX", "C.UTF-8"):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str) -> None:
    print(zh if locale() == "zh" else en, flush=True)


@contextmanager
def step(zh: str, en: str) -> Generator[None]:
    """Says what is begun and, when it is done, how long it took."""
    text = zh if locale() == "zh" else en
    print(f"→ {text} …", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(" ✗", flush=True)
        raise
    print(f" ✓ {time.monotonic() - began:.1f} s", flush=True)

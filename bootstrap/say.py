"""What the bootstrap tells the person at the terminal: short lines in their language, and progress of long steps."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

CHECKOUT = Path(__file__).resolve().parent.parent
LOG_FILE = CHECKOUT / "var" / "bootstrap.log"
_QUIET_LINE_EVERY_SECONDS = 10.0
_LONGEST_TAIL = 40
_LONGEST_REASON = 240
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_NETWORK = re.compile(  # "Could not resolve" alone is a bundler's word too, for a file it cannot find
    r"temporary failure [^'\")]*|could not resolve host\S* [^'\")]*|getaddrinfo \w+(?: [\w.-]+)?|connection refused"
    r"|ECONNREFUSED|network is unreachable|(?:read|connection|connect|operation) timed out",
    re.I,
)
_COMPLAINT = re.compile(
    r"^E: |^npm error (?!code|errno|syscall|A complete)|\berror\b ?[:\]]|^ERROR\b|No space left|denied", re.I
)


class Trouble(Exception):
    """Set-up cannot go on. One sentence in each language that names the cause and the way out."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class StepFailed(Exception):
    """A program the bootstrap ran has failed; `tail` is the end of what it printed."""

    def __init__(self, args: Sequence[str | Path], code: int, tail: Sequence[str]) -> None:
        super().__init__(f"{args[0]} ended with {code}")
        self.code = code
        self.tail = tuple(tail)

    @property
    def reason(self) -> str:
        """The line that most likely says why: a network's complaint, else the first two of any, else the last line."""
        plain = [_COLOUR.sub("", line).strip() for line in self.tail]
        complaints = [
            f"{line} {after}" if line.endswith(":") else line
            for line, after in zip(plain, [*plain[1:], ""], strict=False)
            if _COMPLAINT.search(line) and "complete log" not in line
        ]
        network = [found.group(0) for line in plain if (found := _NETWORK.search(line))]
        told = " ".join(network[:1] or complaints[:2]) or (plain[-1] if plain else f"exit {self.code}")
        return told[:_LONGEST_REASON].rstrip("。. ")


def speaks_chinese() -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.lower().startswith("zh")
    return False


def choose(zh: str, en: str) -> str:
    return zh if speaks_chinese() else en


def say(zh: str, en: str) -> None:
    print(choose(zh, en), flush=True)


def complain(trouble: Trouble) -> None:
    print(choose(f"未能继续：{trouble.zh}", f"Cannot go on: {trouble.en}"), file=sys.stderr, flush=True)


def run_step(
    args: Sequence[str | Path], *, zh: str, en: str, variables: Mapping[str, str] | None = None, cwd: Path = CHECKOUT
) -> None:
    """Run a long step to its end, showing that it lives; all it prints goes to the log. Raises StepFailed."""
    began = time.monotonic()
    title = choose(zh, en)
    show = _TerminalLine(title) if sys.stdout.isatty() else _PlainLines(title)
    LOG_FILE.parent.mkdir(parents=True, exist_ok=True)
    with LOG_FILE.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(str(arg) for arg in args)}\n")
        process = subprocess.Popen(
            args,
            cwd=cwd,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None  # noqa: S101 - PIPE was asked for
        tail: list[str] = []
        reader = threading.Thread(target=_read, args=(process.stdout, log, tail), daemon=True)
        reader.start()
        try:
            while True:
                try:
                    code = process.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    show.tick(time.monotonic() - began, tail[-1] if tail else "")
        except BaseException:
            process.terminate()
            process.wait()
            show.end(choose("中断", "interrupted"))
            raise
        reader.join(5)
    seconds = time.monotonic() - began
    show.end(f"{seconds:.1f} s" if code == 0 else choose(f"失败（{seconds:.1f} s）", f"failed ({seconds:.1f} s)"))
    if code != 0:
        raise StepFailed(args, code, tail[-_LONGEST_TAIL:])


def _read(stream: IO[str], log: IO[str], tail: list[str]) -> None:
    for line in stream:
        log.write(line)
        log.flush()
        if line.strip():
            tail.append(line.strip().rsplit("\r", 1)[-1])
            del tail[:-_LONGEST_TAIL]


class _TerminalLine:
    """One line, rewritten in place: what runs, for how long, and the last thing it said."""

    def __init__(self, title: str) -> None:
        self._title = title
        self.tick(0.0, "")

    def tick(self, seconds: float, last: str) -> None:
        head = f"  {self._title} … {seconds:.0f} s  "
        room = shutil.get_terminal_size().columns - _columns(head) - 1
        text = head + "".join(itertools.takewhile(_Fits(room), last))
        sys.stdout.write(f"\r\x1b[K{text}")
        sys.stdout.flush()

    def end(self, how: str) -> None:
        sys.stdout.write(f"\r\x1b[K  {self._title}: {how}\n")
        sys.stdout.flush()


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class _Fits:
    """Whether one letter more still fits on the line; a Chinese letter takes two columns."""

    def __init__(self, room: int) -> None:
        self._room = room

    def __call__(self, letter: str) -> bool:
        self._room -= _columns(letter)
        return self._room >= 0


class _PlainLines:
    """No terminal (a log, CI): a line when it begins, one every ten seconds, one at the end."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._next = _QUIET_LINE_EVERY_SECONDS
        print(f"  {title} …", flush=True)

    def tick(self, seconds: float, last: str) -> None:
        if seconds >= self._next:
            self._next += _QUIET_LINE_EVERY_SECONDS
            print(f"    {seconds:.0f} s  {last[:100]}", flush=True)

    def end(self, how: str) -> None:
        print(f"  {self._title}: {how}", flush=True)

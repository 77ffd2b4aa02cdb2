"""Where running exercises can be reached: a small file beside each one's attachments, locked while its process lives."""

import fcntl
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from spine.canonical import Json

_FILE = "address.json"


@contextmanager
def announced(directory: Path, content: dict[str, Json]) -> Generator[None]:
    """While inside, `running_exercises` lists this exercise; the lock ends with the process, however it ends."""
    path = directory / _FILE
    with open(path, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        json.dump(content, file, ensure_ascii=False)
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def running_exercises(data_dir: Path) -> list[Json]:
    """The announced exercises whose process is alive."""
    found: list[Json] = []
    for path in sorted((data_dir / "exercises").glob(f"*/{_FILE}")):
        with open(path, encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(json.load(file))
    return found

"""A real private PostgreSQL and Redis for the whole test session, in a directory of its own, gone at its end."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from spine.private_directory import is_in_use
from spine.private_services import PrivateServices, Services

_PREFIX = "fengsui-tests-"
_MEMORY = Path("/dev/shm")  # noqa: S108 - made with mkdtemp, as in any other such place
_ROOM = 4 << 30


def _place() -> Path:
    """In memory where there is room: a database is copied for nearly every test, and another's writing makes a disk slow."""
    try:
        roomy = shutil.disk_usage(_MEMORY).free >= _ROOM and os.access(_MEMORY, os.W_OK)
    except OSError:
        roomy = False
    return _MEMORY if roomy else Path(tempfile.gettempdir())


@cache
def _session() -> tuple[PrivateServices, Path, Services]:
    _sweep()
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_place()))
    private = PrivateServices()
    atexit.register(stop_test_services)
    return private, directory, private.start(directory, durable=False, log=lambda zh, en: print(f"{zh} {en}"))


def test_services() -> Services:
    """The session's services: started at the first call, the same ones afterwards. They die with the test process."""
    return _session()[2]


setattr(test_services, "__test__", False)  # noqa: B010 - its name is no test's, and pyright knows no such attribute


def stop_test_services() -> None:
    """Stop them and remove their directory. It happens by itself when the session ends; repeating it changes nothing."""
    if _session.cache_info().currsize == 0:
        return
    private, directory, _ = _session()
    _session.cache_clear()
    private.stop()
    shutil.rmtree(directory, ignore_errors=True)


def _sweep() -> None:
    """Remove what killed sessions left; their servers died with them, and a session that runs holds its lock."""
    for left in _place().glob(f"{_PREFIX}*"):
        if (left / "layout.json").exists() and not is_in_use(left):
            shutil.rmtree(left, ignore_errors=True)

"""Write the lock files anew from pyproject.toml: `python -m bootstrap.lock`, after changing what the project depends on.

uv resolves; what is kept are versions and hashes, so that an installer may take the files from wherever it is told to.
"""

import subprocess
import sys
from typing import Literal

from bootstrap.python_environment import LOCKS
from bootstrap.say import CHECKOUT

GROUPS: dict[Literal["run", "all"], tuple[str, ...]] = {"run": ("ui",), "all": ("ui", "dev")}


def main() -> int:
    for command in (["uv", "lock"], *(_export(extent) for extent in ("run", "all"))):
        code = subprocess.run(command, cwd=CHECKOUT).returncode
        if code != 0:
            return code
    return 0


def _export(extent: Literal["run", "all"]) -> list[str]:
    chosen = [part for group in GROUPS[extent] for part in ("--group", group)]
    plain = ["--no-emit-project", "--no-header", "--no-annotate", "--quiet"]
    return ["uv", "export", "--frozen", "--no-default-groups", *chosen, *plain, "-o", str(LOCKS[extent])]


if __name__ == "__main__":
    sys.exit(main())

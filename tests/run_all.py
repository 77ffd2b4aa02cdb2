"""Every check of the project, one after the other: `./fengsui test [--only lint|ui|python] [--as-built] [ARGUMENTS FOR PYTEST]`.

A stage that fails does not stop the others. The last line is `N passed, N failed`: the tests of pytest and vitest, and
one for each of the other stages. With arguments for pytest (`-k name`, a file) only pytest runs. Before browsers
are tested the screens are built anew if their sources have changed; `--as-built` takes them as they are.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bootstrap.screens import node_variables, npm  # noqa: E402 - run as a script, it must find the checkout first

UI = ROOT / "web" / "ui"
PARTS = ("lint", "ui", "python")
AS_BUILT = "--as-built"
ALONE = ("tests/faults", "tests/browser")
"""What drives whole platforms and browsers: one at a time. All else runs side by side, a worker for each core."""
_NOT_FOR_TESTS = ("FENGSUI_DATABASE_URL", "FENGSUI_REDIS_URL", "FENGSUI_DATA")


@dataclass(frozen=True, slots=True)
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


@dataclass(frozen=True, slots=True)
class Stage:
    """One command. `count` turns its exit code into numbers, from the report it was told to write at `report`."""

    parts: tuple[str, ...]
    name: str
    command: Sequence[str | Path]
    cwd: Path = ROOT
    count: Callable[[int, Path], Count] | None = None
    report: Path = Path("/nonexistent")


def one(code: int) -> Count:
    return Count(passed=1) if code == 0 else Count(failed=1)


def only_failure(code: int, report: Path) -> Count:
    """Preparing something is no test passed, but a test run cannot be good without it."""
    return Count() if code == 0 else Count(failed=1)


def of_pytest(code: int, report: Path) -> Count:
    """From the JUnit file. Whatever made pytest fail beyond its tests (a crash, nothing collected) counts as one more."""
    try:
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))  # noqa: S314 - pytest wrote it just now
    except (OSError, ElementTree.ParseError):
        return one(code or 1)
    total = sum(int(suite.get("tests", "0")) for suite in suites)
    failed = sum(int(suite.get(kind, "0")) for suite in suites for kind in ("failures", "errors"))
    skipped = sum(int(suite.get("skipped", "0")) for suite in suites)
    if code != 0 and failed == 0:
        failed, total = 1, total + 1
    return Count(max(0, total - failed - skipped), failed, skipped)


def of_vitest(code: int, report: Path) -> Count:
    try:
        told = json.loads(report.read_text("utf-8"))
        count = Count(told["numPassedTests"], told["numFailedTests"], told["numPendingTests"])
    except (OSError, ValueError, KeyError):
        return one(code or 1)
    return Count(count.passed, 1, count.skipped) if code != 0 and count.failed == 0 else count


def stages(reports: Path, pytest_arguments: Sequence[str]) -> Iterator[Stage]:
    python, bin_directory = sys.executable, Path(sys.executable).parent
    yield Stage(("lint",), "ruff", [bin_directory / "ruff", "check", ".", "fengsui"])
    yield Stage(("lint",), "ruff format", [bin_directory / "ruff", "format", "--check", ".", "fengsui"])
    yield Stage(("lint",), "pyright", [bin_directory / "pyright"])
    yield Stage(("lint",), "import-linter", [bin_directory / "lint-imports"])
    yield Stage(("ui", "python"), "screens built", [python, "-m", "bootstrap.screens"], ROOT, only_failure)
    yield Stage(("ui",), "vue-tsc", npm("run", "--silent", "typecheck"), UI)
    yield Stage(("ui",), "eslint", npm("run", "--silent", "lint"), UI)
    vitest, junit = reports / "vitest.json", reports / "pytest.xml"
    report_vitest = ["--", "--reporter=default", "--reporter=json", f"--outputFile.json={vitest}"]
    yield Stage(("ui",), "vitest", npm("run", "--silent", "test", *report_vitest), UI, of_vitest, vitest)
    pytest = [python, "-m", "pytest", f"--junitxml={junit}"]
    if pytest_arguments:
        yield Stage(("python",), "pytest", [*pytest, *pytest_arguments], ROOT, of_pytest, junit)
        return
    side_by_side = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    others = [f"--ignore={folder}" for folder in ALONE]
    yield Stage(("python",), "pytest", [*pytest, *side_by_side, *others], ROOT, of_pytest, junit)
    alone = reports / "alone.xml"
    command = [python, "-m", "pytest", f"--junitxml={alone}", *ALONE]
    yield Stage(("python",), "pytest alone", command, ROOT, of_pytest, alone)


def run(stage: Stage, environment: Mapping[str, str]) -> tuple[Count, float]:
    print(f"\n=== {stage.name}", flush=True)
    began = time.monotonic()
    try:
        code = subprocess.run(stage.command, cwd=stage.cwd, env=environment, stdin=subprocess.DEVNULL).returncode
    except FileNotFoundError as missing:
        print(f"{missing.filename}: not found", flush=True)
        code = 127
    count = one(code) if stage.count is None else stage.count(code, stage.report)
    seconds = time.monotonic() - began
    print(f"--- {stage.name}: {'ok' if count.failed == 0 else 'FAILED'} ({seconds:.1f} s)", flush=True)
    return count, seconds


def parts_and_rest(arguments: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Which parts to run, and what is for pytest. Raises ValueError for a part there is not."""
    if "--only" not in arguments:
        return (("python",) if set(arguments) - {AS_BUILT} else PARTS), arguments
    at = arguments.index("--only")
    chosen = tuple(arguments[at + 1].split(",")) if at + 1 < len(arguments) else ()
    if not chosen or any(part not in PARTS for part in chosen):
        raise ValueError(f"--only takes {', '.join(PARTS)}, not {','.join(chosen) or 'nothing'}")
    return chosen, arguments[:at] + arguments[at + 2 :]


def main(arguments: list[str]) -> int:
    try:
        parts, rest = parts_and_rest(arguments)
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_TESTS}
    environment = {**kept, **node_variables(), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1", "PYTHONUNBUFFERED": "1"}
    results: list[tuple[str, Count, float]] = []
    with tempfile.TemporaryDirectory(prefix="fengsui-reports-") as reports:
        for stage in stages(Path(reports), [argument for argument in rest if argument != AS_BUILT]):
            if stage.count is only_failure and AS_BUILT in rest:
                continue
            if set(stage.parts) & set(parts):
                count, seconds = run(stage, environment)
                results.append((stage.name, count, seconds))
    print("\n=== summary")
    for name, count, seconds in results:
        state = "ok    " if count.failed == 0 else "FAILED"
        skipped = f", {count.skipped} skipped" if count.skipped else ""
        print(f"{state} {name:<14} {seconds:7.1f} s  {count.passed} passed, {count.failed} failed{skipped}")
    total = sum((count for _, count, _ in results), Count())
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    print(f"\n{total.passed} passed, {total.failed} failed{skipped}", flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The only part that runs as root: apt-get, with what Debian's packages would start by themselves kept quiet.

`python3 install_as_root.py update` or `python3 install_as_root.py install PACKAGE...`. Whatever it changes for the
duration of the installation it puts back, also after an earlier run was killed in the middle.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

MARK = "# for the time of an installation by Fengsui; it removes this again"
CREATE_CLUSTER = Path("/etc/postgresql-common/createcluster.conf")
CREATE_CLUSTER_TEMPLATE = Path("/usr/share/postgresql-common/createcluster.conf")
POLICY = Path("/usr/sbin/policy-rc.d")
_LOCK_PATIENCE_SECONDS = 180.0


@contextmanager
def no_system_cluster(conf: Path = CREATE_CLUSTER, template: Path = CREATE_CLUSTER_TEMPLATE) -> Generator[None]:
    """PostgreSQL's package would make a cluster of its own and start it at every boot; nobody here asked for one."""
    before = conf.read_text("utf-8") if conf.exists() else ""
    if MARK not in before:
        conf.parent.mkdir(parents=True, exist_ok=True)
        conf.write_text(f"{before}{MARK}\ncreate_main_cluster = false\n", "utf-8")
    try:
        yield
    finally:
        kept = conf.read_text("utf-8").split(MARK, 1)[0] if conf.exists() else ""
        if kept:
            conf.write_text(kept, "utf-8")
        elif template.exists():
            conf.write_text(template.read_text("utf-8"), "utf-8")
        else:
            conf.unlink(missing_ok=True)


@contextmanager
def no_service_started(policy: Path = POLICY) -> Generator[None]:
    """redis-server would start at once; a policy that the machine's owner has set stays as it is."""
    if not policy.exists():
        policy.write_text(f"#!/bin/sh\n{MARK}\nexit 101\n", "utf-8")
        policy.chmod(0o755)
    try:
        yield
    finally:
        if policy.exists() and MARK in policy.read_text("utf-8", errors="replace"):
            policy.unlink()


def update() -> int:
    """apt-get update; waits for another package manager (unattended upgrades on a fresh machine) up to three minutes."""
    deadline = time.monotonic() + _LOCK_PATIENCE_SECONDS
    while True:
        done = subprocess.run(
            ["apt-get", "update"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        print(done.stdout, flush=True)
        if "Could not get lock" not in done.stdout or time.monotonic() > deadline:
            incomplete = "Failed to fetch" in done.stdout  # apt ends with 0 all the same, and goes by its old lists
            return done.returncode or (100 if incomplete else 0)
        time.sleep(5)


def install(packages: list[str]) -> int:
    redis_was_here = Path("/usr/bin/redis-server").exists()
    command = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
    command += ["-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Use-Pty=0", *packages]
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "UCF_FORCE_CONFFOLD": "1", "NEEDRESTART_SUSPEND": "1"}
    with no_system_cluster(), no_service_started():
        code = subprocess.run(command, env={**os.environ, **quiet}, stdin=subprocess.DEVNULL).returncode
    if "redis-server" in packages and not redis_was_here:
        switch_off("redis-server")
    return code


def switch_off(service: str) -> None:
    """Not at the next boot either: the program starts a private Redis of its own."""
    for command in (["update-rc.d", service, "disable"], ["systemctl", "disable", "--now", service]):
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
        except FileNotFoundError:
            continue


def _end_cleanly(number: int, frame: object) -> None:
    sys.exit(128 + number)


def main(args: list[str]) -> int:
    signal.signal(signal.SIGTERM, _end_cleanly)
    signal.signal(signal.SIGHUP, _end_cleanly)
    if args == ["update"]:
        return update()
    if args[:1] == ["install"] and len(args) > 1:
        return install(args[1:])
    print("usage: install_as_root.py update | install PACKAGE...", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

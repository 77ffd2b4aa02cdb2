"""What kind of machine this is: its system, whether we may become root, and how much room its disks have."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bootstrap.say import Trouble, say

MB = 1_000_000


def system_name() -> str:
    facts = _os_release()
    return facts.get("PRETTY_NAME") or sys.platform


def is_ubuntu() -> bool:
    return _os_release().get("ID") == "ubuntu"


def has_apt() -> bool:
    return shutil.which("apt-get") is not None and shutil.which("dpkg") is not None


def _os_release() -> dict[str, str]:
    try:
        lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name: value.strip().strip('"') for name, value in pairs}


def become_root(packages: str) -> list[str]:
    """What to put before a command so that root runs it. Raises Trouble when we may not."""
    if os.geteuid() == 0:
        return []
    by_hand = f"apt-get install --no-install-recommends {packages}"
    if shutil.which("sudo") is None:
        raise Trouble(
            zh=f"安装系统软件包需要 root 权限，而本机没有 sudo。请以 root 运行同一命令，或先以 root 执行：{by_hand}",
            en=f"Installing system packages needs root, and there is no sudo here. Run the same command as root, "
            f"or first, as root: {by_hand}",
        )
    if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    if sys.stdin.isatty():
        say("安装系统软件包需要您的 sudo 密码：", "Installing system packages needs your sudo password:")
        if subprocess.run(["sudo", "-v"]).returncode == 0:
            return ["sudo"]
    raise Trouble(
        zh=f"安装系统软件包需要 root 权限，当前用户不能使用 sudo。请以 root 运行同一命令，或请管理员先执行：{by_hand}",
        en=f"Installing system packages needs root, and this user may not use sudo. Run the same command as root, "
        f"or ask the administrator to run first: {by_hand}",
    )


@dataclass(frozen=True, slots=True)
class Room:
    """So many megabytes will be written below `place`."""

    place: Path
    megabytes: int


def check_room(rooms: list[Room]) -> None:
    """Raises Trouble when a disk has less free space than everything that is going onto it."""
    wanted: dict[int, tuple[Path, int]] = {}
    for room in rooms:
        place = room.place
        while not place.exists() and place != place.parent:
            place = place.parent
        device = place.stat().st_dev
        first, sum_so_far = wanted.get(device, (place, 0))
        wanted[device] = (first, sum_so_far + room.megabytes)
    for place, megabytes in wanted.values():
        free = shutil.disk_usage(place).free // MB
        if free < megabytes:
            raise Trouble(
                zh=f"磁盘空间不足：{place} 所在磁盘剩余 {free} MB，还需要约 {megabytes} MB。请腾出空间后重试。",
                en=f"Not enough disk space: {place} has {free} MB left and about {megabytes} MB are needed. "
                f"Free some and try again.",
            )

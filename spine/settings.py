"""What the city sets from outside, by environment variables; everything has a default that runs."""

import os
from dataclasses import dataclass
from pathlib import Path

from spine.private_directory import default_data_dir


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url` and `redis_url` None: the program brings its own private servers (embedded default)."""

    data_dir: Path
    database_url: str | None
    redis_url: str | None
    smtp_url: str | None
    smtp_from: str
    poll_s: float
    secure_cookie: bool
    mqtt_url: str | None = None
    """The city's broker that positions come from: mqtt[s]://[user:password@]host[:port][/topic prefix]."""
    track_days: int = 30
    """How long the sampled tracks of units are kept."""
    base_map_cache_bytes: int = 2 * 1024**3
    """Of tiles that came from the city's map services, on disk."""
    assess_workers: int = 1
    """Processes in which hazard models compute, in each process that does the work role; 0: it computes none,
    nor scores and scenarios of the risk register."""
    assess_timeout_s: float = 30.0
    """A computation that takes longer is ended, and its failure filed."""


def from_environment() -> Settings:
    env = os.environ
    return Settings(
        data_dir=default_data_dir(),
        database_url=env.get("FENGSUI_DATABASE_URL") or None,
        redis_url=env.get("FENGSUI_REDIS_URL") or None,
        smtp_url=env.get("FENGSUI_SMTP_URL") or None,
        smtp_from=env.get("FENGSUI_SMTP_FROM", "fengsui@localhost"),
        poll_s=float(env.get("FENGSUI_POLL_S", "1.0")),
        secure_cookie=env.get("FENGSUI_SECURE_COOKIE", "") == "1",
        mqtt_url=env.get("FENGSUI_MQTT_URL") or None,
        base_map_cache_bytes=max(0, int(env.get("FENGSUI_BASEMAP_CACHE_MB", "2048"))) * 1024**2,
        assess_workers=max(0, int(env.get("FENGSUI_ASSESS_WORKERS", "1"))),
        assess_timeout_s=max(1.0, float(env.get("FENGSUI_ASSESS_TIMEOUT_S", "30"))),
        track_days=max(1, int(env.get("FENGSUI_TRACK_DAYS", "30"))),
    )

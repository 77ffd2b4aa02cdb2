"""compose.yaml, Dockerfile and .ci/run fit the program they start."""

import os
from typing import Any, cast

import yaml

from tests.bootstrap.conftest import ROOT

COMPOSE = cast(dict[str, Any], yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))


def test_both_roles_get_the_citys_servers_after_the_migration() -> None:
    services = cast(dict[str, dict[str, Any]], COMPOSE["services"])
    assert set(services) == {"database", "redis", "migrate", "serve", "work", "seed"}
    for role in ("migrate", "serve", "work", "seed"):
        environment = services[role]["environment"]
        assert environment["FENGSUI_DATABASE_URL"].startswith("postgresql://fengsui:")
        assert environment["FENGSUI_REDIS_URL"].startswith("redis://redis:")
        assert services[role]["command"][0] == role
    for role in ("serve", "work"):
        assert services[role]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_what_is_mounted_and_waited_for_exists() -> None:
    services = cast(dict[str, dict[str, Any]], COMPOSE["services"])
    for service in services.values():
        for mount in service.get("volumes", []):
            assert mount.split(":", 1)[0] in COMPOSE["volumes"]
        for other, condition in service.get("depends_on", {}).items():
            assert other in services
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in services[other]


def test_the_image_is_built_by_the_same_set_up_without_servers() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "./fengsui setup" in text
    assert "FENGSUI_DATABASE_URL=" in text
    assert "\nUSER fengsui\n" in text


def test_ci_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "exec ./fengsui test </dev/null" in script.read_text("utf-8")

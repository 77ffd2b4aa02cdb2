"""These tests need the whole house."""

import asyncio
import uuid
from collections.abc import Generator
from pathlib import Path

import pytest

from spine.private_services import Services
from tests.city_fixtures import city, city_template, city_url, server
from tests.conftest import clone, drop

__all__ = ["city", "city_template", "city_url", "server"]


@pytest.fixture
def program(services: Services, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """The program told to use a database of its own, by somebody who reads English."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("FENGSUI_DATABASE_URL", asyncio.run(clone(services, template, name)))
    monkeypatch.setenv("FENGSUI_REDIS_URL", services.redis_url)
    monkeypatch.setenv("FENGSUI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FENGSUI_LANG", "en")
    yield
    asyncio.run(drop(services, name))

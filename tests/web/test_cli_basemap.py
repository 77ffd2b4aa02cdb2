"""`fengsui basemap` at the command line: added, looked at, put first, removed; a key is read from a file and never said."""

import asyncio
import json
import threading
import uuid
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from spine.private_services import Services
from tests.conftest import clone, drop
from tests.gis.tile_archives import raster_archive
from tests.web.tile_service import picture
from web.cli import main

KEY = "s3cret-key-0123456789"
SAID = ("--title-zh", "本市影像", "--attribution", "© 市自然资源局")


@pytest.fixture
def program(services: Services, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """The program told to use a database of its own, by somebody who reads English. Yields its data directory."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("FENGSUI_DATABASE_URL", asyncio.run(clone(services, template, name)))
    monkeypatch.setenv("FENGSUI_REDIS_URL", services.redis_url)
    monkeypatch.setenv("FENGSUI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FENGSUI_LANG", "en")
    yield tmp_path / "data"
    asyncio.run(drop(services, name))


@pytest.fixture
def service() -> Generator[str]:
    """A service that wants the key."""

    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            good = self.path.endswith(f"tk={KEY}")
            content = picture((40, 80, 60)) if good else b'{"msg":"bad key"}'
            self.send_response(200 if good else 403)
            self.send_header("Content-Type", "image/png" if good else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: ARG002 - its signature is inherited
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_an_afternoon(program: Path, service: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(KEY + "\n", "utf-8")
    address = f"{service}/{{z}}/{{x}}/{{y}}?tk={{key}}"
    assert main(["basemap", "list"]) == 0
    assert "our own is shown" in capfd.readouterr().out
    assert main(["basemap", "add", "imagery", "--xyz", address, *SAID]) == 1
    assert "needs a key" in capfd.readouterr().err
    assert main(["basemap", "add", "imagery", "--xyz", address, *SAID, "--key-file", str(tmp_path / "none")]) == 1
    assert main(["basemap", "add", "imagery", "--xyz", address, *SAID, "--key-file", str(key_file)]) == 0
    assert main(["basemap", "check", "imagery"]) == 0
    assert "✓ Tile at zoom 10 came: image/png 256 px" in capfd.readouterr().out
    assert main(["basemap", "show", "imagery"]) == 0
    shown = capfd.readouterr().out
    assert json.loads(shown)["key"] == "••••••"
    assert json.loads(shown)["added_by"] == "系统·命令行"

    key_file.write_text("another-key", "utf-8")
    again = ["basemap", "add", "imagery", "--xyz", address, *SAID, "--key-file", str(key_file)]
    assert main(again) == 1
    assert "--replace" in capfd.readouterr().err
    assert main([*again, "--replace"]) == 0
    assert main(["basemap", "check", "imagery"]) == 1
    told = capfd.readouterr().out
    assert "HTTP 403" in told
    assert "bad key" in told

    archive = raster_archive(tmp_path / "relief.pmtiles", 8, 10)
    assert main(["basemap", "add", "relief", "--pmtiles", str(archive), *SAID]) == 0
    archive.unlink()  # a copy is kept
    assert main(["basemap", "default", "relief"]) == 0
    assert main(["basemap", "order", "relief", "imagery"]) == 0
    capfd.readouterr()
    assert main(["basemap", "list"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["*", "relief"], ["imagery", "xyz"]]
    assert main(["doctor"]) == 0
    assert "base map           relief (pmtiles)" in capfd.readouterr().out
    next((program / "basemaps").glob("*.pmtiles")).unlink()
    assert main(["doctor"]) == 1
    assert "FILE MISSING" in capfd.readouterr().out
    assert main(["basemap", "default", "own"]) == 0
    assert main(["basemap", "remove", "relief"]) == 0
    assert main(["basemap", "remove", "relief"]) == 1
    assert main(["basemap", "check", "relief"]) == 1
    everything = capfd.readouterr()
    assert KEY not in shown + told + everything.out + everything.err


@pytest.mark.parametrize(("content", "words"), [(b"PM\x02\x00" + bytes(100), "version 2"), (b"PK\x03\x04", "no PMTiles"), (b"PMTiles\x03", "cut off")])  # fmt: skip
def test_a_file_that_is_no_base_map(
    program: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    path = tmp_path / "a.pmtiles"
    path.write_bytes(content)
    assert main(["basemap", "add", "town", "--pmtiles", str(path), *SAID]) == 1
    assert words in capfd.readouterr().err
    assert main(["basemap", "list"]) == 0
    assert "our own" in capfd.readouterr().out

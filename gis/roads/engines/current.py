"""The navigator of a process: which engine is set up now, and where it listens, read again whenever it is asked."""

from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from gis.roads.engines.engine import Engine, EngineName
from gis.roads.engines.osrm import Osrm
from gis.roads.engines.setting import read_port, read_setting
from gis.roads.engines.valhalla import Valhalla
from spine.errors import Refused

if TYPE_CHECKING:
    from gis.roads.engines.navigator import Navigator, Ready

PATIENCE_S = 2.0


def engine_at(client: httpx.AsyncClient, name: EngineName, url: str, patience_s: float = PATIENCE_S) -> Engine:
    return Osrm(client, url, patience_s) if name == "osrm" else Valhalla(client, url, patience_s)


class CurrentNavigator:
    """`navigator` answers; `close` ends its connections. An exercise may have none set up: its data directory is its own."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._client: httpx.AsyncClient | None = None
        self._navigator: Navigator | None = None

    @property
    def navigator(self) -> "Navigator":
        from gis.roads.engines.navigator import Navigator  # SciPy takes long to import: not before somebody asks

        if self._navigator is None:
            self._navigator = Navigator(self._find, self._wanted)
        return self._navigator

    def _find(self) -> "Ready | None":
        from gis.roads.engines.navigator import Ready

        setting = read_setting(self._data_dir)
        if setting is None:
            return None
        url = setting.url
        if url is None:
            running = read_port(self._data_dir)
            if running is None or running[1] != setting.data:
                return None
            url = f"http://127.0.0.1:{running[0]}"
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=8))
        return Ready(engine_at(self._client, setting.engine, url), setting.layer_version)

    def _wanted(self) -> EngineName | None:
        try:
            setting = read_setting(self._data_dir)
        except Refused:
            return None
        return None if setting is None else setting.engine

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

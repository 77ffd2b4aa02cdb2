"""Calling somebody else's map service: bounded in time and size, never led elsewhere, and what came is looked at.

What goes wrong is said in words that name no address and no key: they are shown to everybody. What the service itself said is
kept apart, for administrators.
"""

import asyncio
import io
import logging
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx
from PIL import Image, UnidentifiedImageError

from gis.base_maps.address import hosts_of, is_never_called, masked

CONNECT_S = 4.0
READ_S = 8.0
WHOLE_S = 15.0
"""For one answer from its first byte to its last: a service that drips is given up."""
MOST_TILE_BYTES = 3 * 1024**2
MOST_TILE_PX = 1024
MOST_CALLS = 16
MOST_WAITING = 400
_MOST_REDIRECTS = 2
_MOST_SAID = 160
_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_NO_TILE = frozenset({204, 404, 410})
_TAGS = re.compile(r"<[^<>]{0,400}>")
_SPACE = re.compile(r"\s+")

# Its lines carry whole addresses, and so the keys in them.
logging.getLogger("httpx").setLevel(logging.WARNING)


class NoTile(Exception):
    """The service answers, and has no tile here."""


@dataclass(slots=True, eq=False)
class Trouble(Exception):
    """The service gave no usable answer. `said`: its own words, without the key; `status`: of its answer."""

    zh: str
    en: str
    said: str = ""
    status: int | None = None

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True)
class Came:
    content: bytes
    media_type: str
    status: int


class Upstream:
    """One for the process. Closed with it."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S, pool=WHOLE_S),
            limits=httpx.Limits(
                max_connections=2 * MOST_CALLS, max_keepalive_connections=MOST_CALLS, keepalive_expiry=30
            ),
            follow_redirects=False,
            # What the environment says of proxies is for other programs: who is called must be who was named.
            trust_env=False,
            headers={"User-Agent": "fengsui", "Accept": "image/png,image/webp,image/jpeg,*/*;q=0.5"},
        )
        self._room = asyncio.Semaphore(MOST_CALLS)
        self._waiting = 0

    async def close(self) -> None:
        await self._client.aclose()

    async def tile(self, address: str, key: str | None) -> Came:
        """A picture. Raises NoTile, Trouble."""
        came = await self.document(address, MOST_TILE_BYTES, key, tile=True)
        return Came(came.content, picture_type(came, key), came.status)

    async def document(self, address: str, most: int, key: str | None = None, *, tile: bool = False) -> Came:
        """Whatever lies at the address, `most` bytes of it at most. Raises Trouble, and NoTile for a tile."""
        if self._waiting >= MOST_WAITING:
            raise Trouble("等待底图服务答复的请求过多。", "Too many requests wait for the map service.")
        self._waiting += 1
        try:
            async with self._room, asyncio.timeout(WHOLE_S):
                return await self._called(address, most, key, tile)
        except TimeoutError:
            raise Trouble(
                f"底图服务没有在 {WHOLE_S:g} 秒内答完。", f"The map service did not finish within {WHOLE_S:g} s."
            ) from None
        finally:
            self._waiting -= 1

    async def _called(self, address: str, most: int, key: str | None, tile: bool) -> Came:
        allowed = hosts_of(address, ())
        for _ in range(_MOST_REDIRECTS + 1):
            if is_never_called(urlsplit(address).hostname or ""):
                raise _never()
            try:
                async with self._client.stream("GET", address) as answer:
                    _check_peer(answer)
                    if answer.is_redirect:
                        address = _led_to(address, answer, allowed)
                        continue
                    return await _whole(answer, most, key, tile)
            except httpx.TimeoutException as error:
                raise _too_slow(error) from None
            except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, ValueError) as error:
                raise Trouble(
                    "连接不上底图服务。" if isinstance(error, httpx.ConnectError) else "与底图服务的通信中断。",
                    "The map service cannot be reached."
                    if isinstance(error, httpx.ConnectError)
                    else "The exchange with the map service broke off.",
                    type(error).__name__,
                ) from None
            finally:
                self._client.cookies.clear()
        raise Trouble("底图服务把请求转来转去。", "The map service keeps redirecting.")


def _too_slow(error: httpx.TimeoutException) -> Trouble:
    if isinstance(error, httpx.ConnectTimeout):
        return Trouble(
            f"{CONNECT_S:g} 秒内连接不上底图服务。", f"The map service could not be reached within {CONNECT_S:g} s."
        )
    return Trouble(f"底图服务 {READ_S:g} 秒没有答复。", f"The map service did not answer for {READ_S:g} s.")


def _never() -> Trouble:
    return Trouble(
        "底图服务的地址是链路本地或云主机元数据地址，不会访问。",
        "The map service's address is link-local or a cloud machine's metadata: it is not called.",
    )


def _check_peer(answer: httpx.Response) -> None:
    """Who answers, whatever the name had been looked up to before: nothing of it is read otherwise."""
    stream = answer.extensions.get("network_stream")
    peer = None if stream is None else stream.get_extra_info("server_addr")
    if isinstance(peer, tuple) and is_never_called(str(peer[0])):  # pyright: ignore[reportUnknownArgumentType]
        raise _never()


def _led_to(address: str, answer: httpx.Response, allowed: Collection[str]) -> str:
    """Where a redirect leads, when it is the same host. Raises Trouble."""
    target = urljoin(address, answer.headers.get("location", ""))
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https") or parts.netloc.lower() not in allowed:
        raise Trouble(
            "底图服务把请求转到另一台主机，没有跟去。",
            "The map service redirects to another host; that is not followed.",
            f"→ {parts.scheme}://{parts.hostname or ''}"[:_MOST_SAID],
            answer.status_code,
        )
    return target


async def _whole(answer: httpx.Response, most: int, key: str | None, tile: bool) -> Came:
    status = answer.status_code
    if tile and status in _NO_TILE:
        raise NoTile
    media_type = answer.headers.get("content-type", "").split(";")[0].strip().lower()[:80]
    if status != 200:
        content = await _start(answer)
        zh = "底图服务拒绝了请求（可能是密钥不对或次数用完）" if status in (401, 403, 429) else "底图服务答复了错误"
        en = "The map service refuses (a wrong key, or its quota is used up)" if status in (401, 403, 429) else "The map service answers with an error"  # fmt: skip
        raise Trouble(f"{zh}：HTTP {status}。", f"{en}: HTTP {status}.", _words(content, key), status)
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise _too_large(most)
    content = bytearray()
    async for part in answer.aiter_bytes(64 * 1024):
        content += part
        if len(content) > most:
            raise _too_large(most)
    return Came(bytes(content), media_type, status)


async def _start(answer: httpx.Response) -> bytes:
    """The first of what came with an error."""
    content = bytearray()
    async for part in answer.aiter_bytes(4096):
        content += part
        if len(content) >= 4096:
            break
    return bytes(content[:4096])


def _too_large(most: int) -> Trouble:
    return Trouble(
        f"底图服务的答复超过 {most // 1024**2} MB。", f"The map service's answer has more than {most // 1024**2} MB."
    )


def _words(content: bytes, key: str | None) -> str:
    """What a service said, as one short line without tags and without the key."""
    text = masked(content[:4096].decode("utf-8", "replace"), key)
    line = _SPACE.sub(" ", _TAGS.sub(" ", text)).strip()
    return "".join(letter for letter in line if letter.isprintable())[:_MOST_SAID]


def picture_type(came: Came, key: str | None) -> str:
    """The media type by what came, not by what it is called. Raises Trouble for what is no picture of a tile."""
    content = came.content
    textual = came.media_type.startswith("text/") or came.media_type.endswith(("json", "xml", "html"))
    try:
        if textual:
            raise UnidentifiedImageError
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
            width, height, form = *picture.size, picture.format or ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        called = came.media_type or "?"
        zh, en = f"底图服务返回的不是图片，而是 {called}。", f"What came is no picture but {called}."
        raise Trouble(zh, en, _words(content, key), came.status) from None
    if not 1 <= width <= MOST_TILE_PX or not 1 <= height <= MOST_TILE_PX:
        raise Trouble(
            f"底图服务返回的图片有 {width} × {height} 像素，不是瓦片。",
            f"The picture that came has {width} × {height} pixels: it is no tile.",
            "",
            came.status,
        )
    return _PICTURES[form]


async def leads_nowhere_forbidden(hosts: Collection[str]) -> bool:
    """Whether none of these hosts' names is at this moment that of an address which is never called. Unknown names pass:
    the service may be away now, and who answers is looked at again with every call."""
    loop = asyncio.get_running_loop()
    for host in hosts:
        name = urlsplit(f"//{host}").hostname or ""
        try:
            async with asyncio.timeout(CONNECT_S):
                found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError, UnicodeError):
            continue
        if any(is_never_called(str(address[0])) for *_, address in found):
            return False
    return True

"""Somebody else's map service on loopback: real HTTP, with all the ways in which such services fail."""

import asyncio
import io
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from PIL import Image, ImageDraw


def picture(colour: tuple[int, int, int], form: str = "PNG", text: str = "", side: int = 256) -> bytes:
    image = Image.new("RGB", (side, side), colour)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, side - 1, side - 1), outline=(255, 255, 255))
    if text:
        draw.text((8, 8), text, fill=(255, 255, 255))
    written = io.BytesIO()
    image.save(written, form)
    return written.getvalue()


def checkered(z: int, x: int, y: int) -> bytes:
    """Every tile another shade, with its numbers on it."""
    shade = 60 + 40 * ((x + y) % 2)
    return picture((shade, shade + 20, 50 + (z * 17) % 60), text=f"{z}/{x}/{y}")


@dataclass
class TileService:
    """`asked`: the paths with their queries, in the order they came. `answer`: what to say; None says nothing and hangs."""

    port: int = 0
    asked: list[str] = field(default_factory=list[str])
    answer: "Callable[[str], Answer | None]" = field(default=lambda _: Answer(picture((40, 90, 60))))
    going: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Answer:
    content: bytes = b""
    media_type: str = "image/png"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    announced: int | None = None


def by_place(make: Callable[[int, int, int], bytes]) -> Callable[[str], Answer]:
    """Answers for addresses ending in /z/x/y.png."""

    def answer(path: str) -> Answer:
        z, x, y = (int(part) for part in urlsplit(path).path.removesuffix(".png").rsplit("/", 3)[1:])
        return Answer(make(z, x, y))

    return answer


def asked_for(path: str) -> dict[str, str]:
    """The parameters of a question (KVP), names in capitals."""
    return {name.upper(): values[0] for name, values in parse_qs(urlsplit(path).query).items()}


@asynccontextmanager
async def tile_service() -> AsyncGenerator[TileService]:
    service = TileService()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        service.going.add(writer)
        try:
            while line := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                path = line.split()[1].decode()
                service.asked.append(path)
                said = service.answer(path)
                if said is None:
                    await service.let_go.wait()
                    return
                head = [f"HTTP/1.1 {said.status} X", f"Content-Type: {said.media_type}"]
                head += [f"{name}: {value}" for name, value in said.headers]
                head.append(f"Content-Length: {len(said.content) if said.announced is None else said.announced}")
                writer.write("\r\n".join([*head, "", ""]).encode() + said.content)
                await writer.drain()
        except (ConnectionError, IndexError):
            pass
        finally:
            service.going.discard(writer)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    service.port = int(server.sockets[0].getsockname()[1])
    try:
        yield service
    finally:
        service.let_go.set()
        server.close()
        for writer in tuple(service.going):
            writer.close()

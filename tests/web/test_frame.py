"""Frames made once: every client's parser must read them as the text they were made from."""

import random
import string
import zlib

import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as ParsedFrame
from websockets.frames import Opcode
from websockets.streams import StreamReader

from web.gateway.frame import WINDOW_BITS, Frame


def read_by_a_client(data: bytes, *, deflate: bool) -> str:
    reader = StreamReader()
    reader.feed_data(data)
    extensions = [PerMessageDeflate(True, True, WINDOW_BITS, WINDOW_BITS)] if deflate else []
    parsing = ParsedFrame.parse(reader.read_exact, mask=False, extensions=extensions)
    with pytest.raises(StopIteration) as done:
        next(parsing)
    frame = done.value.value
    assert isinstance(frame, ParsedFrame)
    assert frame.opcode is Opcode.TEXT
    assert frame.fin
    return bytes(frame.data).decode()


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 1023, 1024, 65535, 65536, 200_000])
def test_a_frame_of_any_length_is_read_back(length: int) -> None:
    text = ("孟定镇糖厂" * (length // 5 + 1))[:length]
    frame = Frame(text, 7)
    assert read_by_a_client(frame.plain, deflate=False) == text
    assert read_by_a_client(frame.plain, deflate=True) == text
    assert read_by_a_client(frame.packed, deflate=True) == text
    assert frame.seq == 7


def test_what_is_short_or_cannot_be_made_smaller_is_sent_as_it_is() -> None:
    short = Frame("x" * 900)
    assert short.packed == short.plain
    noise = Frame("".join(random.Random(7).choices(string.printable, k=5000)))
    assert noise.packed == noise.plain


def test_compression_happens_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    compressobj = zlib.compressobj

    def counted(level: int, method: int, wbits: int, memory: int) -> object:
        made.append(1)
        return compressobj(level, method, wbits, memory)

    monkeypatch.setattr(zlib, "compressobj", counted)
    frame = Frame("任务进展 " * 1000)
    assert frame.packed is frame.packed
    assert len(frame.packed) < len(frame.plain) / 2
    assert made == [1]

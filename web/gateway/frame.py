"""A websocket text frame, made once and written as it is to every connection of this process."""

import struct
import zlib

from spine import measures

WINDOW_BITS = 12
"""The LZ77 window that every connection with compression is promised at least: 4 KiB, as a phone can bear."""
_LEAST_PACKED = 1024
"""Characters from which compression pays: below, the header and the time cost more than the bytes saved."""
_FIN_TEXT, _RSV1 = 0x81, 0x40


def _framed(payload: bytes, first: int) -> bytes:
    """Header and payload of one unmasked frame (RFC 6455 §5.2)."""
    length = len(payload)
    if length < 126:
        return bytes((first, length)) + payload
    if length < 65536:
        return struct.pack("!BBH", first, 126, length) + payload
    return struct.pack("!BBQ", first, 127, length) + payload


def _deflated(payload: bytes) -> bytes:
    """The payload by itself, as permessage-deflate without context takeover has it (RFC 7692 §7.2.1)."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -WINDOW_BITS, 8)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


class Frame:
    """`seq`: the fact's position, 0 for what is no fact. `plain` for everybody, `packed` for who understands compression."""

    __slots__ = ("_packed", "plain", "seq")

    def __init__(self, text: str, seq: int = 0) -> None:
        self.seq = seq
        self.plain = _framed(text.encode(), _FIN_TEXT)
        self._packed: bytes | None = None

    @property
    def packed(self) -> bytes:
        """Compressed at the first asking, and only where it saves at least a fifth."""
        if self._packed is None:
            self._packed = self._pack()
        return self._packed

    def _pack(self) -> bytes:
        if len(self.plain) < _LEAST_PACKED:
            return self.plain
        header = 4 if self.plain[1] == 126 else 10
        measures.frames_compressed_total.inc()
        smaller = _framed(_deflated(self.plain[header:]), _FIN_TEXT | _RSV1)
        return smaller if len(smaller) < 0.8 * len(self.plain) else self.plain

    def __len__(self) -> int:
        return len(self.plain)

"""What a request for a tile is answered with, wherever it was taken in."""

from starlette.responses import Response

from gis.tiles import MEDIA_TYPE, check_tile
from spine.principal import Principal
from web.tiles import Tiles, unpacked

_FOR_EVER = "private, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"

Asked = tuple[str, int, int, int, str | None]
"""(layer, zoom, column, row, the version that its address names)."""


async def tile_answer(tiles: Tiles, principal: Principal, asked: Asked, *, known: str, encodings: str) -> Response:
    """`known`, `encodings`: the headers If-None-Match and Accept-Encoding. Raises Refused, and psycopg's errors."""
    layer, z, x, y, v = asked
    check_tile(z, x, y)
    served = await tiles.served(principal, layer)
    tag = f'"{served.key}-{z}-{x}-{y}"'
    keep = _FOR_EVER if v == served.key and not served.restricted else _ASK_AGAIN
    headers = {"ETag": tag, "Cache-Control": keep, "Vary": "Accept-Encoding, Cookie, Authorization"}
    if tag in known or known.strip() == "*":
        return Response(status_code=304, headers=headers)
    tile = await tiles.tile(served, z, x, y)
    if not tile.content:
        return Response(status_code=204, headers=headers)
    content, encoding = tile.content, "gzip" if tile.packed else "identity"
    if tile.packed and "gzip" not in encodings:
        content, encoding = unpacked(tile.content), "identity"
    headers["Content-Encoding"] = encoding
    return Response(content, media_type=MEDIA_TYPE, headers=headers)

"""What GDAL's reader of GeoJSON does not say or does not know: the old `crs` member, other encodings than UTF-8."""

import re
import tempfile
from pathlib import Path

from spine.errors import Refused

_GEOJSON_CRS = re.compile(
    rb'"crs"\s*:\s*\{\s*"type"\s*:\s*"(\w+)"\s*,\s*"properties"\s*:\s*\{\s*"(?:name|href)"\s*:\s*"([^"]{0,200})"'
)
_HEAD = 64 * 1024
_BLOCK = 4 * 1024 * 1024


def named_in_geojson(path: str) -> str | None:
    """The `crs` member of the old GeoJSON, as it is written: GDAL takes for WGS 84 what it does not understand."""
    with open(path, "rb") as file:
        found = _GEOJSON_CRS.search(file.read(_HEAD))
    if found is None:
        return None
    named = found[2].decode("utf-8", "replace")
    return named if found[1] == b"name" else f"link {named}"


def transcoded(path: Path, codec: str) -> Path:
    """The same text in UTF-8, which is all that the reader of GeoJSON knows."""
    target = Path(tempfile.gettempdir()) / "anew.geojson"
    try:
        with (
            path.open(encoding="utf-8-sig" if codec == "utf-8" else codec) as file,
            target.open("w", encoding="utf-8") as out,
        ):
            while block := file.read(_BLOCK):
                out.write(block)
    except UnicodeDecodeError:
        raise Refused(
            "encoding_wrong",
            zh=f"文件不能按 {codec.upper()} 读出，请换一种编码。",
            en=f"The file cannot be read as {codec.upper()}; choose another encoding.",
            field="encoding",
            final=False,
        ) from None
    return target

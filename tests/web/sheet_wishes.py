"""Wishes for a printed map, and pictures for them drawn as a browser's map draws: on the sphere of Web Mercator."""

import base64
import io
import math
import uuid
from typing import Any, cast

import httpx
from PIL import Image, ImageDraw
from pyproj import Geod

from gis.sheets.papers import Orientation, PaperName, lay_out
from gis.sheets.scale import zoom_for

CENTRE = (99.08, 24.0)
GEOD: Any = cast(Any, Geod(ellps="WGS84"))


def icon(size: int = 40) -> str:
    buffer = io.BytesIO()
    Image.new("RGBA", (size, size), (10, 120, 200, 255)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def wish(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "locale": "zh",
        "paper": "A4",
        "orientation": "landscape",
        "dpi": 150,
        "scale": 100_000,
        "lon": CENTRE[0],
        "lat": CENTRE[1],
        "title": "孟定镇锅炉爆炸应急专题图",
        "legend": [
            {"title": "事件", "entries": [{"kind": "icon", "icon": "incident", "text": "较大事件"}, {"kind": "fill", "colour": "#c8261d", "text": "影响范围", "dash": True}]}
        ],
        "icons": {"incident": icon()},
        "layers": ["counties", "roads"],
        "as_of": {"pictures": "2026-03-01T02:11:00Z", "positions": None},
    }  # fmt: skip
    return fields | changes


def picture(asked: dict[str, Any], marks: dict[tuple[float, float], tuple[int, int, int]] | None = None) -> bytes:
    """A white map with a disc of its colour at each of `marks` (lon, lat), where MapLibre would put them."""
    paper, orientation = cast(PaperName, asked["paper"]), cast(Orientation, asked["orientation"])
    sheet = lay_out(paper, orientation)
    width, height = sheet.pixels(asked["dpi"])
    world = 512 * 2 ** zoom_for(asked["scale"], asked["lat"], sheet.css_inch)
    per_css = asked["dpi"] / sheet.css_inch

    def at(lon: float, lat: float) -> tuple[float, float]:
        return (
            (lon + 180) / 360 * world,
            (0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * world,
        )

    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    cx, cy = at(asked["lon"], asked["lat"])
    for place, colour in (marks or {}).items():
        x, y = at(*place)
        px, py = width / 2 + (x - cx) * per_css, height / 2 + (y - cy) * per_css
        draw.ellipse((px - 7, py - 7, px + 7, py + 7), fill=colour)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


async def print_sheet(client: httpx.AsyncClient, asked: dict[str, Any], content: bytes | None = None) -> httpx.Response:
    sent = await client.put(f"/api/map-sheets/{asked['id']}/picture", content=content or picture(asked))
    assert sent.status_code == 201, sent.text
    return await client.post("/api/map-sheets", json=asked)

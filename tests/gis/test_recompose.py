"""Tiles that do not fit our map are made to fit it: every pixel shows what lies at its place on the earth."""

import io

import numpy as np
import pytest
from PIL import Image

from gis.base_maps.grid import Grid, Level, usual_grid
from gis.base_maps.recompose import Place, recompose, sampling
from gis.crs import Origin, from_wgs84
from gis.exchange.coordinates import EARTH_M


def ground(grid_units: str, level: Level, column: int, row: int) -> bytes:
    """A tile whose colours say where it is: red and green are the fraction of a pattern in degrees."""
    width, height = level.tile_width, level.tile_height
    across = level.left + (column * width + np.arange(width) + 0.5) * level.resolution
    down = level.top - (row * height + np.arange(height) + 0.5) * level.resolution
    if grid_units == "metres":
        across = across / EARTH_M * 180
        down = np.degrees(np.arctan(np.sinh(down / EARTH_M * np.pi)))
    red, green = pattern(across), pattern(down)
    colours = np.zeros((height, width, 3), np.uint8)
    colours[..., 0], colours[..., 1] = red[None, :], green[:, None]
    written = io.BytesIO()
    Image.fromarray(colours, "RGB").save(written, "PNG")
    return written.getvalue()


def pattern(degrees: np.ndarray) -> np.ndarray:
    """A slow wave, so that a colour stands for one place within a tile."""
    return np.rint(127.5 + 127 * np.sin(np.asarray(degrees) * 40)).astype(np.uint8)


def middle(z: int, x: int, y: int, i: int, j: int) -> tuple[float, float]:
    size = 256 * 2**z
    lon = (x * 256 + i + 0.5) / size * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y * 256 + j + 0.5) / size))))
    return lon, float(lat)


def made(grid: Grid, origin: Origin, z: int, x: int, y: int) -> np.ndarray:
    wanted = sampling(grid, origin, z, x, y)
    assert wanted is not None
    tiles: dict[Place, bytes] = {place: ground(grid.units, wanted.level, *place) for place in wanted.tiles}
    content, media_type = recompose(wanted, tiles)
    assert media_type == "image/png"
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


@pytest.mark.parametrize("z", [10, 13, 16])
def test_the_offset_of_gcj02_is_taken_out(z: int) -> None:
    """What the service draws at the shifted place of a point, our tile shows at the point itself, to a pixel."""
    side = 2**z
    x, y = int((99.2 + 180) / 360 * side), int(0.4331 * side)
    picture = made(usual_grid(z, z), Origin.GCJ02, z, x, y)
    for i, j in ((0, 0), (255, 0), (0, 255), (255, 255), (128, 77)):
        lon, lat = from_wgs84(*middle(z, x, y, i, j), Origin.GCJ02)
        expected = [int(pattern(np.array(lon))), int(pattern(np.array(lat)))]
        # A pixel of the pattern changes the colour by less than this.
        near = 2 + 127 * 40 * 360 / 256 / side
        assert abs(picture[j, i, 0] - expected[0]) <= near
        assert abs(picture[j, i, 1] - expected[1]) <= near
    shift = from_wgs84(99.2, 23.5, Origin.GCJ02)[0] - 99.2
    if z == 16:
        assert shift / (360 / 256 / side) > 30  # it would be seen


def test_without_an_offset_a_tile_is_itself() -> None:
    wanted = sampling(usual_grid(12, 12), Origin.WGS84, 12, 3176, 1772)
    assert wanted is not None
    level = usual_grid(12, 12).levels[0]
    own = ground("metres", level, 3176, 1772)
    content, _ = recompose(wanted, {place: ground("metres", level, *place) for place in wanted.tiles})
    assert np.abs(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int) - np.asarray(Image.open(io.BytesIO(own))).astype(int)).max() <= 1  # fmt: skip


def degrees_grid() -> Grid:
    return Grid(
        "degrees", tuple(Level(str(z), 360 / 256 / 2**z, -180, 90, 256, 256, 2**z, 2**z // 2) for z in range(1, 18))
    )


@pytest.mark.parametrize("z", [9, 12, 15])
def test_a_grid_in_degrees_becomes_mercator(z: int) -> None:
    side = 2**z
    x, y = int((99.2 + 180) / 360 * side), int(0.4331 * side)
    wanted = sampling(degrees_grid(), Origin.CGCS2000, z, x, y)
    assert wanted is not None
    assert 1 <= len(wanted.tiles) <= 6
    picture = made(degrees_grid(), Origin.CGCS2000, z, x, y)
    for i, j in ((0, 0), (255, 0), (0, 255), (255, 255), (128, 77)):
        lon, lat = middle(z, x, y, i, j)
        near = 2 + 127 * 40 * 360 / 256 / side
        assert abs(picture[j, i, 0] - int(pattern(np.array(lon)))) <= near
        assert abs(picture[j, i, 1] - int(pattern(np.array(lat)))) <= near


def test_the_whole_world_from_degrees() -> None:
    wanted = sampling(degrees_grid(), Origin.WGS84, 1, 0, 0)
    assert wanted is not None
    assert len(wanted.tiles) <= 4


def test_beyond_the_edge_and_what_is_missing_is_transparent() -> None:
    east = Grid("degrees", (Level("a", 360 / 256 / 1024, 99.2, 24.0, 256, 256, 4, 4),))
    x, y = int((99.2 + 180) / 360 * 1024), int(0.4331 * 1024)
    wanted = sampling(east, Origin.WGS84, 10, x, y)
    assert wanted is not None
    content, _ = recompose(wanted, {place: ground("degrees", wanted.level, *place) for place in wanted.tiles})
    alpha = np.asarray(Image.open(io.BytesIO(content)))[..., 3]
    assert (alpha[:, 0] == 0).all()
    assert (alpha[100:, -1] == 255).all()
    assert np.asarray(Image.open(io.BytesIO(recompose(wanted, {})[0])))[..., 3].max() == 0
    assert sampling(east, Origin.WGS84, 10, 0, 0) is None
    assert sampling(east, Origin.WGS84, 3, 0, 0) is None


def test_pictures_stay_jpeg_when_they_were() -> None:
    grid = usual_grid(12, 12)
    wanted = sampling(grid, Origin.GCJ02, 12, 3176, 1772)
    assert wanted is not None
    written = io.BytesIO()
    Image.new("RGB", (256, 256), (90, 120, 60)).save(written, "JPEG")
    content, media_type = recompose(wanted, dict.fromkeys(wanted.tiles, written.getvalue()))
    assert (media_type, content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    with pytest.raises(OSError, match="cannot identify"):
        recompose(wanted, dict.fromkeys(wanted.tiles, b"no picture"))

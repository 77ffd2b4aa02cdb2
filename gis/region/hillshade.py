"""A relief picture that fits any background: shade is black with some alpha, light is white with some alpha."""

import io

import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter, zoom
from shapely import Polygon, contains_xy

from gis.region.model import MapImage
from gis.region.noise import Noise
from gis.region.plane import Floats, to_plane
from gis.region.terrain import EAST, NORTH, SOUTH, WEST, Terrain

_WIDTH = 1000
_LEVELS = 20  # of shade, and of light
_EXAGGERATION = 1.5
_SUN = (-0.5, 0.5, 0.7071)  # from the north-west, 45° high
_SHADE, _LIGHT = 0.75, 0.36  # strongest alpha of either
_INSET = 0.03  # degrees: the terrain's rim is not drawn


def _mercator(lat: Floats) -> Floats:
    return np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))


def _inverse(y: Floats) -> Floats:
    return np.degrees(2 * np.arctan(np.exp(y)) - np.pi / 2)


def draw_hillshade(terrain: Terrain, city: Polygon, seed: int) -> MapImage:
    """`city` in degrees: the picture fades away outside it."""
    west, east, south, north = WEST + _INSET, EAST - _INSET, SOUTH + _INSET, NORTH - _INSET
    tall = float(np.diff(_mercator(np.asarray([south, north])))[0])
    height = round(_WIDTH * tall / float(np.radians(east - west)))
    lons = west + (np.arange(_WIDTH) + 0.5) * (east - west) / _WIDTH
    top, bottom = _mercator(np.asarray([north, south]))
    lats = _inverse(top + (np.arange(height) + 0.5) * (bottom - top) / height)
    lon, lat = np.meshgrid(lons, lats)
    xy = to_plane(np.column_stack((lon.ravel(), lat.ravel())))
    ground = terrain.at(xy, order=3).reshape(height, _WIDTH)
    fine = Noise(seed, 131).layered(xy[:, 0], xy[:, 1], 2.4, 4, 0.55).reshape(height, _WIDTH)
    steep = np.clip(np.hypot(*np.gradient(gaussian_filter(ground, 3))) / 40, 0, 1)
    ground = gaussian_filter(ground + 75 * fine * steep, 0.5)
    pixel_m = (xy[1, 0] - xy[0, 0]) * 1000
    slopes = np.gradient(ground, pixel_m)
    north_face: Floats = np.asarray(slopes[0], dtype=np.float64) * _EXAGGERATION
    east_face: Floats = np.asarray(slopes[1], dtype=np.float64) * -_EXAGGERATION
    lit = _SUN[0] * east_face + _SUN[1] * north_face + _SUN[2]
    away: Floats = np.asarray(lit / np.sqrt(1 + north_face**2 + east_face**2) - _SUN[2])  # from flat ground
    shade, light = np.tanh(np.maximum(-away, 0) * 1.7), np.tanh(np.maximum(away, 0) * 3.4)
    contrast: Floats = _LIGHT * light - _SHADE * shade
    strength = contrast * _fade(city, lons, lats)
    data = _encode(strength)
    return MapImage("hillshade", "image/png", data, west, south, east, north, _WIDTH, height)


def _fade(city: Polygon, lons: Floats, lats: Floats) -> Floats:
    """1 inside the city, falling to 0.25 some kilometres outside and to 0 at the picture's rim."""
    coarse_lon, coarse_lat = np.meshgrid(lons[::4], lats[::4])
    inside = np.asarray(contains_xy(city, coarse_lon, coarse_lat))
    away = np.asarray(distance_transform_edt(~inside), dtype=np.float64) * 4
    near = 0.22 + 0.78 * np.exp(-((away / 26) ** 2))
    rows, columns = np.indices(inside.shape)
    rim = np.minimum.reduce([rows, inside.shape[0] - 1 - rows, columns, inside.shape[1] - 1 - columns]) / 30
    smooth = gaussian_filter(near, 1.5) * np.clip(rim, 0, 1)
    return np.asarray(
        zoom(smooth, (len(lats) / inside.shape[0], len(lons) / inside.shape[1]), order=1), dtype=np.float64
    )


def _encode(strength: Floats) -> bytes:
    """PNG with a palette: entry 0 clear, then steps of black, then steps of white."""
    shade = np.rint(np.clip(-strength / _SHADE, 0, 1) * _LEVELS).astype(np.uint8)
    light = np.rint(np.clip(strength / _LIGHT, 0, 1) * _LEVELS).astype(np.uint8)
    index = np.where(light > 0, _LEVELS + light, shade).astype(np.uint8)
    picture = Image.fromarray(index, mode="P")
    picture.putpalette([0] * 3 * (_LEVELS + 1) + [255] * 3 * _LEVELS)
    alpha = [round(255 * _SHADE * step / _LEVELS) for step in range(_LEVELS + 1)]
    alpha += [round(255 * _LIGHT * step / _LEVELS) for step in range(1, _LEVELS + 1)]
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True, transparency=bytes(alpha))
    return out.getvalue()

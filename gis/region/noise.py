"""Seeded gradient noise: the same number at the same place for the same seed, smooth in between."""

import numpy as np

from gis.region.plane import Floats

_SIZE = 256


class Noise:
    """One field of gradient noise, about -1…1, one lattice cell per unit."""

    def __init__(self, seed: int, salt: int) -> None:
        rng = np.random.default_rng([seed, salt])
        angles = rng.random((_SIZE, _SIZE)) * 2 * np.pi
        self._gx, self._gy = np.cos(angles), np.sin(angles)

    def at(self, x: Floats, y: Floats) -> Floats:
        x0, y0 = np.floor(x), np.floor(y)
        fx, fy = x - x0, y - y0
        ix, iy = x0.astype(np.int64) % _SIZE, y0.astype(np.int64) % _SIZE
        jx, jy = (ix + 1) % _SIZE, (iy + 1) % _SIZE

        def corner(i: np.ndarray, j: np.ndarray, dx: Floats, dy: Floats) -> Floats:
            return self._gx[i, j] * dx + self._gy[i, j] * dy

        u = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
        v = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
        low = corner(ix, iy, fx, fy) * (1 - u) + corner(jx, iy, fx - 1, fy) * u
        high = corner(ix, jy, fx, fy - 1) * (1 - u) + corner(jx, jy, fx - 1, fy - 1) * u
        return (low * (1 - v) + high * v) * 1.5

    def layered(self, x: Floats, y: Floats, wavelength: float, octaves: int, gain: float = 0.5) -> Floats:
        """Fractal sum: `wavelength` in the unit of x and y, each octave half as long and `gain` times as strong."""
        total = np.zeros_like(x)
        strength, scale = 1.0, 1.0 / wavelength
        for octave in range(octaves):
            total += strength * self.at(x * scale + 17.3 * octave, y * scale - 9.1 * octave)
            strength, scale = strength * gain, scale * 2
        return total


class Warp:
    """A smooth displacement of the plane. Its slope stays below one, so lines that do not cross still do not cross."""

    def __init__(self, seed: int, salt: int, wavelength: float, amount: float, octaves: int, gain: float = 0.5) -> None:
        self._x, self._y = Noise(seed, salt), Noise(seed, salt + 1)
        self._wavelength, self._amount, self._octaves, self._gain = wavelength, amount, octaves, gain

    def moved(self, xy: Floats, share: Floats | float = 1.0) -> Floats:
        """(n, 2) km → (n, 2) km; `share` (n) of the displacement is applied."""
        x, y = xy[:, 0], xy[:, 1]
        dx = self._x.layered(x, y, self._wavelength, self._octaves, self._gain)
        dy = self._y.layered(x, y, self._wavelength, self._octaves, self._gain)
        return xy + np.column_stack((dx, dy)) * self._amount * np.broadcast_to(np.asarray(share), x.shape)[:, None]

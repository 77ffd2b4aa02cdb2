"""What the reading process does with a GeoTIFF: say what is in it, or give every tile that it changes as COPY text."""

import base64
import io
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gis.elevation.grid import LEAST_ZOOM, metres_per_pixel, tile_of, zoom_for
from gis.elevation.opening import open_raster
from gis.elevation.pyramid import Before, Made, Pyramid
from gis.elevation.raster import Raster
from gis.elevation.sampling import step_at
from gis.exchange.findings import Findings
from gis.exchange.options import Options, question
from gis.exchange.unpack import Source
from spine.errors import Refused

MOST_TILES = 40_000
"""Of the finest zoom in one import: a province at 30 m, a city at 2 m."""
_PREVIEW_PX = 300
Say = Callable[[dict[str, Any]], None]


class ElevationReading:
    def __init__(self, source: Source, names: list[str], workplace: Path, options: Options, findings: Findings) -> None:
        # A zip's members share the one choice `layer` with the bands of a raster: a name that was a file's is no band's.
        bands = Options.from_json({**options.to_json(), "layer": None if options.layer in names else options.layer})
        opened = open_raster(source.path, workplace, bands)
        self._findings, self._options = findings, options
        self._names = names if len(names) > 1 else opened.bands
        self._layer = (
            source.layer if len(names) > 1 else opened.bands[opened.bands.index(_name(opened.bands, opened.band))]
        )
        self._raster = Raster(opened, options, findings)
        self._zoom = zoom_for(self._raster.resolution_m, self._raster.centre[1])
        self._workplace = workplace
        if opened.pages > 1:
            findings.add("other_pages", opened.pages)
        if self._raster.nodata is None:
            findings.add("nodata_none")
        if step_at(self._raster, self._zoom) > 1:
            findings.add("averaged", say=f"{self._raster.resolution_m:.2f} m → {self._kept_m():.1f} m")
        self._total = self._tiles_at_most()
        if self._total > MOST_TILES:
            raise Refused(
                "raster_too_large",
                zh=f"栅格范围过大（约 {self._total:,} 个瓦片，最多 {MOST_TILES:,} 个），请裁剪到本市及周边再导入。",
                en=f"The raster covers too much (about {self._total:,} tiles, {MOST_TILES:,} at most); cut it to the city and its "
                "surroundings.",
                field="file",
                final=False,
            )

    def _kept_m(self) -> float:
        return metres_per_pixel(self._zoom, self._raster.centre[1])

    def _tiles_at_most(self) -> int:
        west, south, east, north = self._raster.extent
        first, last = tile_of(west, north, self._zoom), tile_of(east, south, self._zoom)
        return (last.x - first.x + 1) * (last.y - first.y + 1)

    def _report(self) -> dict[str, Any]:
        raster = self._raster
        return {
            "format": "geotiff",
            "layers": self._names,
            "layer": self._layer,
            "encoding": "",
            "crs": raster.where.named,
            "origin": str(raster.where.origin),
            "attributes": [],
            "geometries": {},
            "extent": list(raster.extent),
            "width": raster.width,
            "height": raster.height,
            "resolution_m": round(raster.resolution_m, 3),
            "kept_m": round(self._kept_m(), 2),
            "zoom": self._zoom,
            "unit": raster.unit,
            "nodata": raster.nodata if raster.nodata is None or np.isfinite(raster.nodata) else "NaN",
            "total": raster.width * raster.height,
            "read": raster.width * raster.height,
            "repaired": 0,
            "left_out": self._findings.count("left_out"),
            "problems": self._findings.to_json(),
        }

    def look(self) -> dict[str, Any]:
        sample = self._raster.sample()
        if sample.size < self._raster.width * self._raster.height:
            self._findings.add("sampled", sample.size)
        known = np.isfinite(sample)
        share = float(known.mean())
        return {
            **self._report(),
            "kept": round(share * self._raster.width * self._raster.height),
            "known_share": round(share, 4),
            "lowest_m": round(float(np.nanmin(sample)), 1) if share else None,
            "highest_m": round(float(np.nanmax(sample)), 1) if share else None,
            "tiles": self._total,
            "preview": _preview(sample, self._raster.resolution_m * self._raster.width / sample.shape[1])
            if share
            else None,
            "sample": {"type": "FeatureCollection", "features": []},
        }

    def tiles(self, order: Mapping[str, Any], say: Say) -> None:
        """`order`: version, before (a folder of Before, or null). Rows (z, x, y, origin, plane, png) on stdout."""
        share = float(np.isfinite(self._raster.sample()).mean())
        before_sample = self._findings.count("left_out")
        spool = self._workplace / "spool"
        spool.mkdir()
        before = Before(None if order.get("before") is None else Path(str(order["before"])))
        pyramid = Pyramid(self._raster, self._zoom, int(order["version"]), before, spool)
        say({"attributes": [], "total": self._total})
        out = os.fdopen(sys.stdout.fileno(), "wb", buffering=1 << 20, closefd=False)
        made = 0
        for tile in pyramid.tiles(lambda done: say({"done": done, "total": self._total})):
            out.write(_row(tile))
            made += 1
        out.flush()
        if pyramid.known == 0:
            raise Refused(
                "nothing_left",
                zh="栅格里没有一个已知的高程，没有导入任何内容。",
                en="The raster holds not one known height; nothing was imported.",
                field="file",
                final=False,
                report=self._report(),
            )
        self._count_impossible(before_sample)
        say(
            {
                "report": {
                    **self._report(),
                    "kept": pyramid.known,
                    "known_share": round(share, 4),
                    "lowest_m": round(pyramid.lowest, 1),
                    "highest_m": round(pyramid.highest, 1),
                    "tiles": made,
                    "finest": max([self._zoom, *(tile.z for tile in before.tiles)]),
                    "coarsest": LEAST_ZOOM,
                }
            }
        )

    def _count_impossible(self, sampled: int) -> None:
        """All cells have been read now: heights that no ground has are left out only if somebody agreed. Raises the question."""
        found = self._raster.out_of_range
        if found > sampled:
            self._findings.add("height_impossible", found - sampled)
        if (found or sampled) and not self._options.leave_out:
            raise question(
                "heights_left_out",
                zh=f"约 {max(found, sampled):,} 个像元的高程不在 −500 至 9000 米之间。如同意把它们当作未知，请确认后重试；否则请指定"
                "单位、“未知”值，或先修正文件。",
                en=f"About {max(found, sampled):,} cells have heights outside −500 to 9,000 m. Agree to take them as not known and "
                "import again; or give the unit or the value for 'not known', or mend the file.",
                field="leave_out",
                report=self._report(),
            )


def _name(bands: list[str], band: int) -> str:
    return next(name for name in bands if name.split(" ")[0] == str(band))


def _row(made: Made) -> bytes:
    tile = made.tile
    origin = "\\N" if made.origin is None else str(made.origin)
    plane = "\\N" if made.plane is None else f"\\\\x{made.plane.hex()}"
    return f"{tile.z}\t{tile.x}\t{tile.y}\t{origin}\t{plane}\t\\\\x{made.png.hex()}\n".encode()


def _preview(sample: NDArray[np.float64], cell_m: float) -> str:
    """A shaded picture of the raster as it lies in its file (sun in the north-west), as a data address."""
    every = max(1, max(sample.shape) // _PREVIEW_PX)
    small = sample[::every, ::every]
    down, across = np.gradient(small, cell_m * every) if min(small.shape) > 1 else (small * 0, small * 0)
    up = 1 / np.sqrt(1 + 4 * across**2 + 4 * down**2)
    light = (up * 0.7 + (2 * across + 2 * down) * up * 0.5).clip(0, 1)
    known = np.isfinite(light)
    picture = np.zeros((*small.shape, 2), np.uint8)
    picture[..., 0] = np.where(known, 40 + 200 * np.where(known, light, 0), 0).astype(np.uint8)
    picture[..., 1] = np.where(known, 255, 0)
    out = io.BytesIO()
    Image.fromarray(picture, "LA").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()

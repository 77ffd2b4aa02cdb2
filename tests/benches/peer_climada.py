"""Runs in a Python that has CLIMADA: the same points matched to a hazard grid, and the impact of one event on them.

    PYTHON peer_climada.py SITES.npz  →  one line of JSON on stdout {assign_s, impact_s, version}

GDAL's Python module is not needed for this path but is imported: where it is missing, an empty one stands in.
"""

import importlib.metadata
import json
import sys
import time
import types
from typing import Any

for _name in ("osgeo", "osgeo.gdal", "osgeo.ogr", "osgeo.osr"):
    sys.modules.setdefault(_name, types.ModuleType(_name))

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
from climada.engine import ImpactCalc  # noqa: E402
from climada.entity import Exposures, ImpactFunc, ImpactFuncSet  # noqa: E402
from climada.hazard import Centroids, Hazard  # noqa: E402
from scipy import sparse  # noqa: E402


def main() -> None:
    sites: Any = np.load(sys.argv[1])
    lon, lat, people = sites["lon"], sites["lat"], sites["people"]
    step = 0.0006  # a million cells, as many as there are points
    grid_lon, grid_lat = np.meshgrid(np.arange(98.7, 99.3, step), np.arange(23.2, 23.8, step))
    centroids = Centroids(lat=grid_lat.ravel(), lon=grid_lon.ravel())
    away = np.hypot((grid_lon - 99.0) * 102, (grid_lat - 23.5) * 111).ravel()
    intensity = sparse.csr_matrix(np.clip(10.0 - away / 8, 0, 12)[None, :])
    hazard = Hazard(
        "EQ",
        centroids=centroids,
        intensity=intensity,
        event_id=np.array([1]),
        event_name=["one"],
        date=np.array([1]),
        frequency=np.array([1.0]),
    )
    hazard.fraction = intensity.copy()
    hazard.fraction.data[:] = 1
    function = ImpactFunc("EQ", 1, np.arange(13.0), np.linspace(0, 0.1, 13), np.ones(13))
    table = gpd.GeoDataFrame({"value": people, "impf_EQ": 1}, geometry=gpd.points_from_xy(lon, lat), crs=4326)
    exposures = Exposures(table)
    began = time.perf_counter()
    exposures.assign_centroids(hazard)
    assigned = time.perf_counter()
    ImpactCalc(exposures, ImpactFuncSet([function]), hazard).impact(save_mat=False, assign_centroids=False)
    done = time.perf_counter()
    told = {"assign_s": assigned - began, "impact_s": done - assigned, "version": importlib.metadata.version("climada")}
    print(json.dumps(told))


main()

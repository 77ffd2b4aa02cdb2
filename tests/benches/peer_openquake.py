"""Runs in a Python that has OpenQuake: the intensity field of one earthquake at given sites, by the intensity law of Allen and others (2012).

PYTHON peer_openquake.py SITES.npz  →  one line of JSON on stdout {build_s, field_s, version}
"""

import json
import sys
import time

import numpy as np
import openquake.baselib
from openquake.hazardlib.contexts import simple_cmaker
from openquake.hazardlib.geo import Point
from openquake.hazardlib.geo.surface import PlanarSurface
from openquake.hazardlib.gsim.allen_2012_ipe import AllenEtAl2012
from openquake.hazardlib.site import SiteCollection
from openquake.hazardlib.source.rupture import BaseRupture


def main() -> None:
    sites = np.load(sys.argv[1])
    lon, lat = sites["lon"], sites["lat"]
    surface = PlanarSurface.from_corner_points(
        Point(98.9, 23.4, 5.0), Point(99.1, 23.6, 5.0), Point(99.1, 23.6, 20.0), Point(98.9, 23.4, 20.0)
    )
    rupture = BaseRupture(7.0, 0.0, "Active Shallow Crust", Point(99.0, 23.5, 10.0), surface)
    rupture.rup_id = 0
    maker = simple_cmaker([AllenEtAl2012()], ["MMI"])
    timed = []
    for _ in range(3):
        began = time.perf_counter()
        collection = SiteCollection.from_points(lon, lat)
        contexts = list(maker.get_ctx_iter([rupture], collection))
        built = time.perf_counter()
        mean = maker.get_mean_stds(contexts)[0]
        timed.append((built - began, time.perf_counter() - built))
    assert mean.shape[-1] == len(lon)
    build, field = min(timed, key=sum)
    print(json.dumps({"build_s": build, "field_s": field, "version": openquake.baselib.__version__}))


main()

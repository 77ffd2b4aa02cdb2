"""The abstract tests of Part 2: Coordinate Reference Systems by Reference (OGC 18-058r1, annex A)."""

import math
import re
from typing import Any, cast

import pyproj

from tests.web.ogc_suite.walk import (
    CRS84,
    CRS84H,
    GEOJSON,
    UNSUPPORTED,
    Check,
    Walk,
    feature_of,
    items_of,
    positions_of,
)

_OGC_NAME = re.compile(r"^http://www\.opengis\.net/def/crs/[A-Za-z]+/[0-9.]+/[A-Za-z0-9]+$")
_projection: Any = pyproj


def _ends(system: str) -> Any:
    """From a system, in the order of its axes, to longitude and latitude, by PROJ (not by the platform's own formulas)."""
    named = "OGC:CRS84" if system == CRS84 else f"EPSG:{system.rpartition('/')[2]}"
    return _projection.Transformer.from_crs(named, "OGC:CRS84")


async def crs_uri(walk: Walk) -> None:
    listed = (await walk.get(walk.root + "/collections")).json()
    for one in [listed, *listed["collections"]]:
        for system in [*one.get("crs", []), *([one["storageCrs"]] if "storageCrs" in one else [])]:
            assert system == "#/crs" or _OGC_NAME.match(system), system


async def default_crs(walk: Walk) -> None:
    for one in walk.collections:
        told = (await walk.get(f"{walk.root}/collections/{one['id']}")).json()
        for crs in (one["crs"], told["crs"]):
            assert {CRS84, CRS84H} & set(crs)


async def storage_crs(walk: Walk) -> None:
    for one in walk.collections:
        told = (await walk.get(f"{walk.root}/collections/{one['id']}")).json()
        assert one["storageCrs"] in one["crs"]
        assert told["storageCrs"] in told["crs"]


def _short(one: dict[str, Any]) -> str:
    """The items, few of them: what is asked here does not depend on how many."""
    return items_of(one) + "&limit=2"


def _a_feature(walk: Walk, one: dict[str, Any]) -> list[Any]:
    return [feature["id"] for feature in walk.pages[one["id"]]["features"] if feature["geometry"] is not None][:1]


async def crs_parameter(walk: Walk) -> None:
    for one in walk.tried:
        for system in one["crs"]:
            addresses = [_short(one), *(feature_of(one, found) for found in _a_feature(walk, one))]
            for address in addresses:
                answer = await walk.get(address, GEOJSON, crs=system)
                assert answer.headers["content-crs"] == f"<{system}>"


async def crs_parameter_invalid(walk: Walk) -> None:
    for one in walk.tried:
        for address in [_short(one), *(feature_of(one, found) for found in _a_feature(walk, one))]:
            await walk.get(address, GEOJSON, 400, crs=UNSUPPORTED)


async def crs_parameter_default(walk: Walk) -> None:
    for one in walk.tried:
        for address in [_short(one), *(feature_of(one, found) for found in _a_feature(walk, one))]:
            answer = await walk.get(address, GEOJSON)
            assert answer.headers["content-crs"] in (f"<{CRS84}>", f"<{CRS84H}>")


async def crs_parameter_transform(walk: Walk) -> None:
    """Brought back by PROJ, every position is where it was, to ten centimetres."""
    for one in walk.tried:
        for found in _a_feature(walk, one):
            plain = positions_of((await walk.get(feature_of(one, found), GEOJSON)).json()["geometry"]["coordinates"])
            for system in one["crs"]:
                answer = await walk.get(feature_of(one, found), GEOJSON, crs=system)
                moved = positions_of(answer.json()["geometry"]["coordinates"])
                assert len(moved) == len(plain)
                back = _ends(system)
                for given, wanted in zip(moved[:200], plain[:200], strict=True):
                    lon, lat = cast(tuple[float, float], back.transform(*given))
                    assert math.dist((lon, lat), wanted) < 1e-6, (one["id"], system)


async def bbox_crs_parameter(walk: Walk) -> None:
    for one in walk.tried:
        if "spatial" not in one["extent"]:
            continue
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        plain = await walk.features(one, bbox=f"{west},{south},{east},{north}")
        for system in one["crs"]:
            there = _ends(system)
            low = cast(tuple[float, float], there.transform(west, south, direction="INVERSE"))
            high = cast(tuple[float, float], there.transform(east, north, direction="INVERSE"))
            slack = 0.01 if system.endswith("3857") else 1e-7  # the corners are rounded on their way
            wanted = f"{low[0] - slack},{low[1] - slack},{high[0] + slack},{high[1] + slack}"
            moved = await walk.features(one, bbox=wanted, bbox_crs=system)
            assert _ids(moved) == _ids(plain), (one["id"], system)


def _ids(document: dict[str, Any]) -> list[Any]:
    return [feature["id"] for feature in document["features"]]


async def bbox_crs_parameter_invalid(walk: Walk) -> None:
    for one in walk.tried:
        await walk.get(items_of(one).partition("?")[0], GEOJSON, 400, bbox="5,49,6,50", bbox_crs=UNSUPPORTED)


async def bbox_crs_parameter_default(walk: Walk) -> None:
    for one in walk.tried:
        if "spatial" not in one["extent"]:
            continue
        wanted = ",".join(str(number) for number in one["extent"]["spatial"]["bbox"][0])
        named = await walk.features(one, bbox=wanted, bbox_crs=CRS84)
        assert _ids(named) == _ids(await walk.features(one, bbox=wanted))


CRS: dict[str, Check] = {
    "/conf/crs/crs-uri": crs_uri,
    "/conf/crs/default-crs": default_crs,
    "/conf/crs/storageCrs": storage_crs,
    "/conf/crs/crs-parameter": crs_parameter,
    "/conf/crs/crs-parameter-invalid": crs_parameter_invalid,
    "/conf/crs/crs-parameter-default": crs_parameter_default,
    "/conf/crs/crs-parameter-transform": crs_parameter_transform,
    "/conf/crs/bbox-crs-parameter": bbox_crs_parameter,
    "/conf/crs/bbox-crs-parameter-invalid": bbox_crs_parameter_invalid,
    "/conf/crs/bbox-crs-parameter-default": bbox_crs_parameter_default,
}

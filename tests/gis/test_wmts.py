"""WMTS capabilities: which layer, which grid, which address; and the documents that are refused."""

import math

import pytest

from gis.base_maps.grid import is_usual, level_for, usual_ids
from gis.base_maps.wmts import read_capabilities
from gis.base_maps.wmts_choice import Chosen, choose
from spine.errors import Refused
from tests.gis.wmts_documents import degrees, document, layer, mercator

HOME = "http://maps.city/wmts?REQUEST=GetCapabilities"
KVP = "http://maps.city/service?"


def chosen(content: bytes, layer_id: str | None = None, set_id: str | None = None, carried: list[tuple[str, str]] | None = None) -> Chosen:  # fmt: skip
    return choose(read_capabilities(content, HOME), layer_id, set_id, carried or [])


def refusal(content: bytes, layer_id: str | None = None, set_id: str | None = None) -> Refused:
    with pytest.raises(Refused) as refused:
        chosen(content, layer_id, set_id)
    return refused.value


def test_a_usual_service_is_taken_as_it_is() -> None:
    made = chosen(document(layer("base", ["GoogleMapsCompatible"]), mercator(), KVP))
    assert (made.grid, made.min_zoom, made.max_zoom, made.tile_px) == (None, 0, 18, 256)
    assert made.layer.bounds == (98.0, 22.5, 101.0, 25.5)
    assert made.sheet == (
        "http://maps.city/service?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=base&STYLE=default"
        "&TILEMATRIXSET=GoogleMapsCompatible&FORMAT=image/png&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"
    )


@pytest.mark.parametrize("crs", ["EPSG:900913", "urn:ogc:def:crs:EPSG:6.18.3:3857", "http://www.opengis.net/def/crs/EPSG/0/3857", "urn:ogc:def:crs:EPSG::102100"])  # fmt: skip
def test_web_mercator_under_its_many_names(crs: str) -> None:
    assert chosen(document(layer("base", ["g"]), mercator("g", crs=crs), KVP)).grid is None


def test_levels_with_names_of_their_own() -> None:
    """GeoServer's names, a start at level 1 (as Tianditu's), tiles of 512 pixels."""
    made = chosen(document(layer("base", ["g"]), mercator("g", range(1, 15), "EPSG:900913:{}"), KVP))
    assert made.grid is not None
    assert (made.min_zoom, made.max_zoom) == (1, 14)
    ids = usual_ids(made.grid)
    assert ids is not None
    assert ids[7].id == "EPSG:900913:7"
    large = chosen(document(layer("base", ["g"]), mercator("g", side=512), KVP))
    assert (large.grid, large.tile_px, large.max_zoom) == (None, 512, 18)


def test_an_address_by_template_with_a_key_and_a_dimension() -> None:
    more = "<Dimension><ows:Identifier>Time</ows:Identifier><Default>2026</Default><Value>2026</Value></Dimension>"
    template = "http://maps.city/{Style}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png"
    made = chosen(
        document(layer("base", ["g"], template=template, more=more), mercator("g")), carried=[("tk", "{key}")]
    )
    assert made.sheet == "http://maps.city/default/2026/g/{TileMatrix}/{TileRow}/{TileCol}.png?tk={key}"


def test_mercator_is_preferred_to_degrees_and_degrees_are_taken() -> None:
    both = document(layer("base", ["c", "w"]), degrees() + mercator("w"), KVP)
    assert "TILEMATRIXSET=w" in chosen(both).sheet
    made = chosen(both, set_id="c")
    assert made.grid is not None
    assert (made.grid.units, usual_ids(made.grid), made.min_zoom, made.max_zoom) == ("degrees", None, 0, 18)
    level = level_for(made.grid, 10)
    assert level is not None
    assert (level.id, level.left, level.top) == ("10", -180.0, 90.0)
    assert math.isclose(level.resolution, 360 / 256 / 1024, rel_tol=1e-6)


@pytest.mark.parametrize(("crs", "corner"), [
    ("urn:ogc:def:crs:EPSG::4326", "90 -180"), ("EPSG:4326", "-180 90"), ("urn:ogc:def:crs:OGC:1.3:CRS84", "-180.0 90.0"),
])  # fmt: skip
def test_which_of_two_numbers_is_the_latitude(crs: str, corner: str) -> None:
    made = chosen(document(layer("base", ["c"]), degrees(crs=crs, corner=corner), KVP))
    assert made.grid is not None
    assert (made.grid.levels[0].left, made.grid.levels[0].top) == (-180.0, 90.0)


def test_tianditu_as_it_describes_itself() -> None:
    """Scales for 96 pixels to the inch, the north first in metres, levels from 1."""
    scales = [f"<ScaleDenominator>{559082264.0287178 / 2**z!r}" for z in range(1, 19)]
    text = mercator("w", range(1, 19), crs="urn:ogc:def:crs:EPSG::900913", corner="20037508.3427892 -20037508.3427892")
    for z, scale in enumerate(scales, 1):
        text = text.replace(scale, f"<ScaleDenominator>{5.916587109091312e8 / 2**z!r}")
    made = chosen(document(layer("vec", ["w"], ["tiles"]), text, KVP))
    assert (made.grid, made.min_zoom, made.max_zoom) == (None, 1, 18)
    assert "FORMAT=tiles" in made.sheet


def test_a_corner_beyond_the_earth_as_some_servers_have_it() -> None:
    made = chosen(document(layer("base", ["c"]), degrees(corner="400.0 -400.0"), KVP))
    assert made.grid is not None
    assert (made.grid.levels[0].left, made.grid.levels[0].top) == (-400.0, 400.0)


def test_a_grid_of_its_own_in_mercator() -> None:
    made = chosen(document(layer("base", ["own"]), mercator("own", corner="10000000.0 4000000.0"), KVP))
    assert made.grid is not None
    assert usual_ids(made.grid) is None
    assert not is_usual(made.grid.levels[0], 0)


def test_what_must_be_said() -> None:
    two = document(layer("a", ["g"]) + layer("b", ["g", "d"]), mercator("g") + degrees("d"), KVP)
    assert (refusal(two).code, refusal(two).field, refusal(two).facts["choices"]) == ("wmts_layer", "layer", ["a", "b"])
    assert (refusal(two, "c").code, refusal(two, "a", "d").code) == ("wmts_layer", "wmts_matrix_set")
    assert "TILEMATRIXSET=d" in chosen(two, "b", "d").sheet


def test_systems_that_cannot_be_used() -> None:
    refused = refusal(document(layer("a", ["g"]), mercator("g", crs="urn:ogc:def:crs:EPSG::4547"), KVP))
    assert (refused.code, refused.field) == ("wmts_system", "tile_matrix_set")
    assert "4547" in refused.zh
    assert "EPSG:3857" in refused.en
    refused = refusal(document(layer("a", ["g"], ["application/vnd.mapbox-vector-tile"]), mercator("g"), KVP))
    assert refused.code == "wmts_format"
    assert refusal(document(layer("a", ["g"]), mercator("g"))).code == "wmts_format"


MALFORMED = {
    "nothing": b"",
    "a page": b"<html><body>sign in</body></html>",
    "text": b"service not found",
    "cut off": document(layer("a", ["g"]), mercator("g"))[:400],
    "no contents": b'<Capabilities xmlns="http://www.opengis.net/wmts/1.0"/>',
    "WMS": b'<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"/>',
    "no layers": document("", mercator("g")),
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + document("&b;", "")[38:],
    "external": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + document("&a;", "")[38:],
    "scale": document(layer("a", ["g"]), mercator("g").replace("<ScaleDenominator>5", "<ScaleDenominator>-5")),
    "not a number": document(layer("a", ["g"]), mercator("g").replace("<TileWidth>256", "<TileWidth>NaN")),
    "endless": document(layer("a", ["g"]), mercator("g").replace("<ScaleDenominator>5", "<ScaleDenominator>1e999")),
    "tiles of a million": document(layer("a", ["g"]), mercator("g").replace(">256<", ">1000000<")),
    "corner": document(layer("a", ["g"]), mercator("g", corner="here")),
    "two hundred levels": document(layer("a", ["g"]), mercator("g", range(200))),
}  # fmt: skip


@pytest.mark.parametrize("what", MALFORMED)
def test_documents_that_are_refused(what: str) -> None:
    refused = refusal(MALFORMED[what])
    assert (refused.code, refused.field, refused.final) == ("wmts_malformed", "capabilities", False)

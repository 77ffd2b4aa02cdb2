"""WMTS capabilities documents as services write them."""

from collections.abc import Sequence

from gis.exchange.coordinates import EARTH_M

_TOP = 559082264.0287178
_DEGREE_TOP = 295829355.45 * 2


def mercator(name: str = "GoogleMapsCompatible", levels: Sequence[int] = range(19), ids: str = "{}", crs: str = "urn:ogc:def:crs:EPSG::3857",
             corner: str = f"-{EARTH_M} {EARTH_M}", side: int = 256) -> str:  # fmt: skip
    rows = "".join(_matrix(ids.format(z), _TOP / (1 << z) * 256 / side, corner, 1 << z, 1 << z, side) for z in levels)
    return _set(name, crs, rows)


def degrees(name: str = "c", crs: str = "urn:ogc:def:crs:EPSG::4490", corner: str = "90.0 -180.0", levels: Sequence[int] = range(1, 19)) -> str:  # fmt: skip
    rows = "".join(_matrix(str(z), _DEGREE_TOP / (1 << z), corner, 1 << z, max(1, 1 << (z - 1)), 256) for z in levels)
    return _set(name, crs, rows)


def _set(name: str, crs: str, rows: str) -> str:
    return f"<TileMatrixSet><ows:Identifier>{name}</ows:Identifier><ows:SupportedCRS>{crs}</ows:SupportedCRS>{rows}</TileMatrixSet>"


def _matrix(name: str, scale: float, corner: str, columns: int, rows: int, side: int) -> str:
    return (
        f"<TileMatrix><ows:Identifier>{name}</ows:Identifier><ScaleDenominator>{scale!r}</ScaleDenominator>"
        f"<TopLeftCorner>{corner}</TopLeftCorner><TileWidth>{side}</TileWidth><TileHeight>{side}</TileHeight>"
        f"<MatrixWidth>{columns}</MatrixWidth><MatrixHeight>{rows}</MatrixHeight></TileMatrix>"
    )


def layer(name: str, sets: Sequence[str], formats: Sequence[str] = ("image/png",), template: str = "", more: str = "") -> str:  # fmt: skip
    links = "".join(f"<TileMatrixSetLink><TileMatrixSet>{one}</TileMatrixSet></TileMatrixSetLink>" for one in sets)
    forms = "".join(f"<Format>{one}</Format>" for one in formats)
    resource = f'<ResourceURL format="image/png" resourceType="tile" template="{template}"/>' if template else ""
    return (
        f"<Layer><ows:Title>{name} 图层</ows:Title><ows:WGS84BoundingBox><ows:LowerCorner>98.0 22.5</ows:LowerCorner>"
        f"<ows:UpperCorner>101.0 25.5</ows:UpperCorner></ows:WGS84BoundingBox><ows:Identifier>{name}</ows:Identifier>"
        f'<Style><ows:Identifier>plain</ows:Identifier></Style><Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style>'
        f"{forms}{more}{links}{resource}</Layer>"
    )


def document(layers: str, sets: str, get_tile: str = "") -> bytes:
    operation = (
        '<ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>'
        f'<ows:Get xlink:href="{get_tile}"><ows:Constraint name="GetEncoding"><ows:AllowedValues><ows:Value>KVP</ows:Value>'
        "</ows:AllowedValues></ows:Constraint></ows:Get></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>"
        if get_tile
        else ""
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Capabilities xmlns="http://www.opengis.net/wmts/1.0" '
        'xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">'
        "<ows:ServiceProvider><ows:ProviderName>市自然资源局</ows:ProviderName></ows:ServiceProvider>"
        f"{operation}<Contents>{layers}{sets}</Contents></Capabilities>"
    ).encode()

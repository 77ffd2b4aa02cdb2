"""Addresses of tiles: what may stand in one, how its fields are filled in, and whom the server never calls (pure)."""

import re
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import parse_qsl, quote, urlsplit

from gis.base_maps.base_map import joined, wrong
from gis.base_maps.grid import Level

MOST_LONG = 2000
FIELDS = frozenset({"z", "x", "y", "-y", "s", "quadkey", "key", "TileMatrix", "TileRow", "TileCol"})
_FIELD = re.compile(r"\{([^{}]*)\}")
_PLACES = (frozenset({"z", "x", "y"}), frozenset({"z", "x", "-y"}), frozenset({"quadkey"}), frozenset({"TileMatrix", "TileRow", "TileCol"}))  # fmt: skip
_SECRET = frozenset({"tk", "key", "apikey", "api_key", "appkey", "app_key", "ak", "token", "access_token", "accesstoken", "sig", "signature", "password", "secret"})  # fmt: skip
_SUBDOMAIN = re.compile(r"^[a-z0-9-]{1,20}$")
_MOST_SUBDOMAINS = 20
_NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local: metadata of most clouds
        "100.100.100.200/32",  # metadata of Alibaba Cloud
        "192.0.0.192/32",  # of Oracle Cloud
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "fd00:ec2::254/128",
        "ff00::/8",
    )
)


def is_never_called(address: str) -> bool:
    """Whether this IP address is one that no map service can have, or that tells secrets to whoever asks."""
    try:
        ip = ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in _NEVER if network.version == ip.version)


def check_address(address: str, field: str) -> str:
    """An address the server may be told to call, fields not looked at. Raises Refused `address_…`."""
    address = address.strip()
    if not 1 <= len(address) <= MOST_LONG or any(letter.isspace() or not letter.isprintable() for letter in address):
        raise wrong(
            "address_malformed",
            f"地址应为 1 到 {MOST_LONG} 个字符，不含空格。",
            f"An address has 1 to {MOST_LONG} characters and no blanks.",
            field,
        )
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise wrong("address_malformed", "地址不成形。", "This is no well-formed address.", field) from None
    if parts.scheme not in ("http", "https") or not host:
        raise wrong(
            "address_scheme",
            "地址应以 http:// 或 https:// 开头，并写明主机；文件请用 PMTiles。",
            "An address begins with http:// or https:// and names a host; for files use PMTiles.",
            field,
        )
    if parts.username is not None or parts.password is not None:
        raise wrong(
            "key_in_address",
            "地址中不要写用户名和密码；密钥请放在密钥文件中，地址里写 {key}。",
            "Write no user name and password into the address; put the key into the key file and write {key}.",
            field,
        )
    if "{" in host.replace("{s}", ""):
        raise wrong(
            "address_field", "主机名中只能有 {s}。", "Of the fields only {s} may stand in the host's name.", field
        )
    if is_never_called(host):
        raise never_called(field)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() in _SECRET and value and "{" not in value:
            raise wrong(
                "key_in_address",
                f"地址中的 {name} 像是密钥：请放在密钥文件中，地址里写 {name}={{key}}。密钥不会显示，也不会发给浏览器。",
                f"'{name}' in the address looks like a key: put it into the key file and write {name}={{key}}. "
                "A key is never shown and never sent to a browser.",
                field,
            )
    return address


def never_called(field: str) -> Exception:
    return wrong(
        "address_never_called",
        "这个地址是链路本地、组播或云主机元数据地址，不会访问。",
        "This address is link-local, multicast or a cloud machine's metadata; it is never called.",
        field,
    )


def check_sheet(address: str, field: str, key: str | None, subdomains: Sequence[str]) -> str:
    """An address of tiles with its fields. Raises Refused `address_…`, `key_…`, `subdomains_…`."""
    address = check_address(address, field)
    named = set(_FIELD.findall(address))
    unknown = sorted(named - FIELDS)
    if unknown or "{" in _FIELD.sub("", address) or "}" in _FIELD.sub("", address):
        raise wrong(
            "address_field",
            f"地址中有不认识的字段 {joined([f'{{{one}}}' for one in unknown]) or '（括号不成对）'}；可用 {{z}} {{x}} {{y}} {{-y}} {{s}} {{quadkey}} {{key}}。",
            f"The address has fields nobody knows, {joined([f'{{{one}}}' for one in unknown]) or '(braces do not pair)'}; "
            "there are {z} {x} {y} {-y} {s} {quadkey} {key}.",
            field,
        )
    if not any(places <= named for places in _PLACES):
        raise wrong(
            "address_no_place",
            "地址中缺少瓦片位置：应有 {z}、{x} 和 {y}（或 {-y}），或者 {quadkey}。",
            "The address does not say which tile: it needs {z}, {x} and {y} (or {-y}), or {quadkey}.",
            field,
        )
    if ("s" in named) != bool(subdomains):
        raise wrong(
            "subdomains_needed",
            "地址中有 {s} 时要给出子域名，没有 {s} 时不要给。",
            "An address with {s} needs sub-domains, one without has none.",
            "subdomains",
        )
    if ("key" in named) != (key is not None):
        raise wrong(
            "key_needed",
            "地址中有 {key} 时要给出密钥，没有 {key} 时不要给。",
            "An address with {key} needs a key, one without has none.",
            "key",
        )
    return address


def check_subdomains(subdomains: Sequence[str]) -> tuple[str, ...]:
    if len(subdomains) > _MOST_SUBDOMAINS or not all(_SUBDOMAIN.match(one) for one in subdomains):
        raise wrong(
            "subdomains_malformed",
            f"子域名最多 {_MOST_SUBDOMAINS} 个，每个只含小写字母、数字和连字符。",
            f"At most {_MOST_SUBDOMAINS} sub-domains, each of small letters, digits and hyphens.",
            "subdomains",
        )
    return tuple(subdomains)


def check_key(key: str) -> str:
    key = key.strip()
    if not 1 <= len(key) <= 300 or not key.isascii() or not key.isprintable() or " " in key:
        raise wrong(
            "key_malformed",
            "密钥应为 1 到 300 个可打印的英文字符，中间没有空格或换行。",
            "A key has 1 to 300 printable ASCII characters, without blanks or line breaks inside.",
            "key",
        )
    return key


def hosts_of(sheet: str, subdomains: Sequence[str]) -> frozenset[str]:
    """The hosts that an address of tiles may lead to."""
    host = urlsplit(sheet).netloc.lower()
    return frozenset(host.replace("{s}", one) for one in subdomains) if "{s}" in host else frozenset({host})


def filled(sheet: str, level: Level, column: int, row: int, subdomains: Sequence[str], key: str | None) -> str:
    """The address of one tile. `row` counts from the north."""
    values = {
        "z": level.id,
        "x": str(column),
        "y": str(row),
        "-y": str(level.rows - 1 - row),
        "TileMatrix": quote(level.id, safe=":"),
        "TileRow": str(row),
        "TileCol": str(column),
        "s": subdomains[(column + row) % len(subdomains)] if subdomains else "",
        "quadkey": quadkey(int(level.id), column, row) if "{quadkey}" in sheet else "",
        "key": quote(key or "", safe=""),
    }
    return _FIELD.sub(lambda found: values[found[1]], sheet)


def quadkey(z: int, x: int, y: int) -> str:
    """Bing's name of a tile: one digit a level, 1 for east, 2 for south."""
    return "".join(str(((x >> bit) & 1) + 2 * ((y >> bit) & 1)) for bit in range(z - 1, -1, -1))


def masked(text: str, key: str | None) -> str:
    """The text without the key, for whatever a service says back."""
    for secret in {key, quote(key, safe="")} if key else ():
        text = text.replace(secret, "••••")
    return text

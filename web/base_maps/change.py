"""Changes of the city's base maps: reference data, so no command and no fact; each is noted with who did it (decision 0018)."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gis.base_maps import store
from gis.base_maps.address import check_key, filled, hosts_of, never_called
from gis.base_maps.base_map import STREAM, BaseMap, Kept, no_such_base_map, wrong
from gis.base_maps.describe import (
    check_capabilities,
    check_name,
    key_of,
    kind_of,
    pmtiles_map,
    tianditu_map,
    wmts_map,
    xyz_map,
)
from gis.base_maps.grid import usual_level
from gis.base_maps.wmts import MOST_BYTES, read_capabilities
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm
from web.base_maps.files import drop_unused, take_archive
from web.base_maps.upstream import Trouble, Upstream, leads_nowhere_forbidden


async def add_base_map(
    realm: Realm,
    upstream: Upstream,
    told: Mapping[str, Any],
    by: Principal,
    *,
    file: tuple[Path, str] | None = None,
    replace: bool = False,
) -> Kept:
    """A new base map, or with `replace` another under the same name. `file`: an archive, and what it is called.

    Raises Refused with the field that is wrong; nothing is kept then.
    """
    name = check_name(str(told.get("name") or ""))
    if not replace:
        async with realm.pool.connection() as conn:
            _check_free(await store.read_base_maps(conn), name)
    made = await _made(realm, upstream, told, file)
    await _check_hosts(made)
    async with realm.pool.connection() as conn, conn.transaction():
        await store.lock(conn)
        there = await store.read_base_maps(conn)
        known = any(one.name == name for one in there)
        if not replace:
            _check_free(there, name)
        at = realm.clock.now()
        revision = await store.say_changed(conn, name, "changed" if known else "added", at=at, by=by.name)
        await store.save(conn, made, key_of(told), revision=revision, at=at, by=by.name)
        kept = await store.read_base_map(conn, name)
    await _tidy(realm)
    if kept is None:
        raise no_such_base_map(name)
    return kept


def _check_free(there: Sequence[Kept], name: str) -> None:
    if any(one.name == name for one in there):
        raise Refused(
            "base_map_exists",
            zh=f"已有名为 {name} 的底图；要改它，请用替换（--replace），或先删除。",
            en=f"There is a base map named {name} already; replace it (--replace), or remove it first.",
            field="name",
            status=409,
            final=False,
        )
    if len(there) >= store.MOST_MAPS:
        raise wrong("base_map_too_many", f"最多 {store.MOST_MAPS} 个底图。", f"{store.MOST_MAPS} base maps at most.", "name")  # fmt: skip


async def _made(realm: Realm, upstream: Upstream, told: Mapping[str, Any], file: tuple[Path, str] | None) -> BaseMap:
    kind = kind_of(told)
    if kind == "pmtiles":
        if file is None:
            raise wrong("file_missing", "请选择一个 PMTiles 文件。", "Choose a PMTiles file.", "file")
        examined, sha256, size = await asyncio.to_thread(take_archive, realm.data_dir, file[0])
        return pmtiles_map(told, examined, file[1], sha256, size)
    if kind == "wmts":
        address = check_capabilities(told)
        await _check_names(hosts_of(address, ()), "capabilities")
        return wmts_map(told, read_capabilities(await _capabilities(upstream, address, key_of(told)), address))
    return tianditu_map(told) if kind == "tianditu" else xyz_map(told)


async def _capabilities(upstream: Upstream, address: str, key: str | None) -> bytes:
    whole = filled(address, usual_level(0), 0, 0, (), None if key is None else check_key(key))
    try:
        return (await upstream.document(whole, MOST_BYTES, key)).content
    except Trouble as trouble:
        said = f" “{trouble.said}”" if trouble.said else ""
        raise wrong(
            "wmts_not_reachable",
            f"取不到能力文档：{trouble.zh}{said}",
            f"The capabilities document cannot be had: {trouble.en}{said}",
            "capabilities",
        ) from None


async def _check_hosts(made: BaseMap) -> None:
    field = "capabilities" if made.kind == "wmts" else "address"
    for sheet in made.sheets:
        await _check_names(hosts_of(sheet, made.subdomains), field)


async def _check_names(hosts: frozenset[str], field: str) -> None:
    if not await leads_nowhere_forbidden(hosts):
        raise never_called(field)


async def remove_base_map(realm: Realm, name: str, by: Principal) -> None:
    """With its key, its tiles and its file. Raises Refused `not_found`."""
    async with realm.pool.connection() as conn, conn.transaction():
        await store.lock(conn)
        if await store.read_base_map(conn, name) is None:
            raise no_such_base_map(name)
        await store.remove(conn, name)
        await store.say_changed(conn, name, "removed", at=realm.clock.now(), by=by.name)
    await _tidy(realm)


async def choose_default(realm: Realm, name: str | None, by: Principal) -> None:
    """What everybody sees first; None: our own map. Raises Refused `not_found`."""
    async with realm.pool.connection() as conn, conn.transaction():
        await store.lock(conn)
        if name is not None and await store.read_base_map(conn, name) is None:
            raise no_such_base_map(name)
        await store.set_default(conn, name)
        await store.say_changed(conn, name or "own", "default", at=realm.clock.now(), by=by.name)
    tell(realm)


async def put_in_order(realm: Realm, names: Sequence[str], by: Principal) -> None:
    """`names`: all of them, as the chooser shall list them. Raises Refused `base_map_order`."""
    async with realm.pool.connection() as conn, conn.transaction():
        await store.lock(conn)
        there = [one.name for one in await store.read_base_maps(conn)]
        if sorted(names) != sorted(there):
            raise wrong(
                "base_map_order",
                f"请按新的顺序列出全部底图：{'、'.join(there)}。",
                f"Name all base maps in their new order: {', '.join(there)}.",
                "names",
                there,
            )
        await store.set_order(conn, names)
        await store.say_changed(conn, names[0] if names else "own", "ordered", at=realm.clock.now(), by=by.name)
    tell(realm)


def tell(realm: Realm) -> None:
    """The serving processes: something changed."""
    realm.nudges.publish([STREAM])


async def _tidy(realm: Realm) -> None:
    async with realm.pool.connection() as conn:
        used = await store.files_used(conn)
    await asyncio.to_thread(drop_unused, realm.data_dir, used)
    tell(realm)

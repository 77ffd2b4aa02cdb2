"""Seeding the training region: once for a seed, the facts and the program that draws it; again changes nothing."""

import asyncio
import hashlib
from pathlib import Path
from typing import TypeAlias

from gis.region import load
from gis.region.generate import DEFAULT_SEED, generate
from spine.db import Connection

RegionCounts: TypeAlias = dict[str, int]
"""Rows by name: places, facilities, rivers, road_nodes, road_edges, layers."""
_REGION = Path(__file__).parent / "region"


def made_from(seed: int) -> str:
    """Names the facts, the program and the seed: when one of them changes, the region is drawn anew."""
    total = hashlib.sha256(str(seed).encode())
    for path in sorted((*_REGION.glob("*.py"), *_REGION.glob("*.yaml"))):
        total.update(path.read_bytes())
    return f"seed {seed}, sources {total.hexdigest()}"


async def seed_region(conn: Connection, seed: int = DEFAULT_SEED) -> RegionCounts:
    """Draw and load the region unless just that one is there. In the caller's transaction, on a connection that may write."""
    source = made_from(seed)
    if await load.loaded_from(conn) == source:
        return await load.counts(conn)
    region = await asyncio.to_thread(generate, seed)
    return await load.load_region(conn, region, source)

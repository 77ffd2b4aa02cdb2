"""Tiles on disk beside an import: those that were there before it, and those that wait for their shade."""

from dataclasses import dataclass
from pathlib import Path

from gis.elevation.grid import LEAST_ZOOM, Tile
from gis.elevation.heights import Ground, enlarged, unpack


@dataclass(frozen=True, slots=True)
class Made:
    """A finished tile. `origin`: the one version that gave all of it, else None and `plane` says which gave each pixel."""

    tile: Tile
    origin: int | None
    plane: bytes | None
    png: bytes


class Before:
    """The tiles that were there, as files that the importer laid down."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.tiles: set[Tile] = set()
        if folder is not None:
            for file in folder.glob("*.png"):
                z, x, y = (int(part) for part in file.stem.split("-"))
                self.tiles.add(Tile(z, x, y))

    @staticmethod
    def write(folder: Path, made: Made) -> None:
        stem = folder / f"{made.tile.z}-{made.tile.x}-{made.tile.y}"
        stem.with_suffix(".png").write_bytes(made.png)
        stem.with_suffix(".from").write_bytes(
            (made.origin or 0).to_bytes(4, "little") + (b"" if made.plane is None else made.plane)
        )

    def get(self, tile: Tile) -> Ground | None:
        if self._folder is None or tile not in self.tiles:
            return None
        stem = self._folder / f"{tile.z}-{tile.x}-{tile.y}"
        said = stem.with_suffix(".from").read_bytes()
        return unpack(stem.with_suffix(".png").read_bytes(), int.from_bytes(said[:4], "little"), said[4:] or None)

    def under(self, tile: Tile) -> Ground | None:
        """The tile as it was, or what a coarser one says of its place."""
        for z in range(tile.z, LEAST_ZOOM - 1, -1):
            kin = tile.ancestor(z)
            held = self.get(kin)
            if held is not None:
                depth = tile.z - z
                return (
                    held if depth == 0 else enlarged(held, tile.x - (kin.x << depth), tile.y - (kin.y << depth), depth)
                )
        return None

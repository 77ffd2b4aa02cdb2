"""A run of features as every kind of file gives them: numbers, shapes, and one array or list per attribute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gis.exchange.attributes import Kind
from gis.exchange.shapes import Shapes


@dataclass(frozen=True, slots=True)
class Chunk:
    """`numbers`: of the features in the file, from 1. `columns`: values of each field, in the order of `fields`."""

    numbers: NDArray[np.int64]
    shapes: Shapes
    columns: Sequence[Sequence[Any] | NDArray[Any]]


class Opened(Protocol):
    """A file ready to be read. `total`: how many features it says it has, None when it must be read to know."""

    format: str
    layers: list[str]
    layer: str
    encoding: str
    declared_crs: str | None
    fields: list[tuple[str, Kind]]
    total: int | None

    def chunks(self, most: int | None) -> Iterator[Chunk]:
        """In order; at most `most` features."""
        ...

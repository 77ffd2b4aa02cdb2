"""Who goes to which shelter: the least minutes for all together, nobody above a shelter's room (a minimum cost flow)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.optimize
from numpy.typing import NDArray
from scipy.sparse import coo_array

from command.evacuation.shape import Flow

_optimize: Any = scipy.optimize
_NOWHERE = 1e5
"""Minutes that somebody without any place counts: always more than any way."""


def assign(people: Sequence[int], room: Sequence[int], minutes: NDArray[np.float64]) -> tuple[list[Flow], list[int]]:
    """(flows, people left without a place, by origin). `minutes[o, s]`: infinite where nobody can go.

    The program's matrix is that of a network, so its answer is in whole people by itself.
    """
    origins, shelters = np.nonzero(np.isfinite(minutes))
    count, o, s = len(origins), len(people), len(room)
    if count == 0 or sum(people) == 0:
        return [], list(people)
    columns = np.arange(count)
    leave = coo_array(
        (np.ones(count + o), (np.concatenate((origins, np.arange(o))), np.arange(count + o))), shape=(o, count + o)
    )
    enter = coo_array((np.ones(count), (shelters, columns)), shape=(s, count + o))
    answer = _optimize.linprog(
        np.concatenate((minutes[origins, shelters], np.full(o, _NOWHERE))),
        A_ub=enter.tocsc(), b_ub=np.asarray(room, dtype=np.float64),
        A_eq=leave.tocsc(), b_eq=np.asarray(people, dtype=np.float64),
        bounds=(0, None), method="highs-ds",
    )  # fmt: skip
    if answer.x is None:
        raise AssertionError(f"everybody may stay, so there is always an answer: {answer.message}")
    whole = np.rint(answer.x).astype(np.int64)
    flows = [Flow(int(origins[c]), int(shelters[c]), int(whole[c])) for c in range(count) if whole[c] > 0]
    return flows, [int(n) for n in whole[count:]]

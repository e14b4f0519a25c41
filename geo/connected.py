"""Which things hang together, by the pairs that are linked."""

import numpy as np
import numpy.typing as npt

from geo.compiled import jit

Ints = npt.NDArray[np.int64]


@jit
def components(n: int, a: Ints, b: Ints) -> Ints:
    """For each of ``n`` things the lowest one that it hangs together with, over the links ``a[k]``–``b[k]``."""
    parent = np.arange(n)
    for k in range(len(a)):
        i, j = a[k], b[k]
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        while parent[j] != j:
            parent[j] = parent[parent[j]]
            j = parent[j]
        if i != j:
            parent[max(i, j)] = min(i, j)
    for i in range(n):
        root = i
        while parent[root] != root:
            root = parent[root]
        parent[i] = root
    return parent

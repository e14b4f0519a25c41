"""A first plan: the most worthwhile pairs joined one after another. Here the solver begins, and this stands if it runs out
of time.

That a guest lies inside its host, and a dig before its paving, are all of one kind: *if this one is not before place x, that
one is not before place y*. So the earliest places that heed any set of joins are found by pushing works later until nothing
pushes any more; if a work is pushed past its last place, the joins cannot all be.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from geo.schedule.windows import Slots

Pair = tuple[int, int]
# (other work, steps): the other's first working day is not before this one's plus so many places.
Push = tuple[int, int]


class Places:
    """Earliest places of some works under the joins so far; a join that cannot be leaves them as they were."""

    def __init__(self, ways: Mapping[int, Slots], paved: Iterable[Pair], spare: int) -> None:
        self.ways = ways
        self.at = {i: int(way.host_from[0]) for i, way in ways.items()}
        self.pushes: dict[int, list[Push]] = defaultdict(list)
        for dig, paving in paved:
            self.pushes[dig].append((paving, _reach(ways[dig], "after") + spare))
        self._settle(self.at, list(ways))

    def join(self, guest: int, host: int) -> bool:
        """Let the guest lie inside the host, if that can be."""
        a, b = self.ways[guest], self.ways[host]
        if len(a) == 1 and len(b) == 1:
            return True
        self.pushes[host].append((guest, -_reach(a, "guest_from")))
        self.pushes[guest].append((host, _reach(a, "guest_to") - _reach(b, "host_to")))
        at = dict(self.at)
        if self._settle(at, [guest, host]):
            self.at = at
            return True
        self.pushes[host].pop()
        self.pushes[guest].pop()
        return False

    def _settle(self, at: dict[int, int], todo: list[int]) -> bool:
        while todo:
            one = todo.pop()
            for other, steps in self.pushes[one]:
                least = at[one] + steps
                if at[other] < least:
                    places = self.ways[other].host_from
                    k = int(np.searchsorted(places, least))
                    if k == len(places):
                        return False
                    at[other] = int(places[k])
                    todo.append(other)
        return True


def _reach(way: Slots, name: str) -> int:
    """How far an end of an opening lies from its first working day: in every row the same."""
    return int(getattr(way, name)[0] - way.host_from[0])


def first_plan(ways: Mapping[int, Slots], worth: Mapping[Pair, int], paved: Sequence[Pair], spare: int) -> dict[int, int]:
    """Row of the ways of each work: pairs (guest, host) joined by worth, nobody moved out of its window who need not be."""
    pavings = {paving for _, paving in paved}
    unmoved = {i: way.where(way.moved == way.moved.min()) if i not in pavings else way for i, way in ways.items()}
    places = Places(unmoved, paved, spare)
    for guest, host in sorted(worth, key=lambda pair: (-worth[pair], pair)):
        places.join(guest, host)
    return {i: int(np.searchsorted(way.host_from, places.at[i])) for i, way in ways.items()}

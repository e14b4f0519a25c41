"""Very many works on one stretch: a plan of the best hosts of each, which says that it may not be the best one; and progress."""

import numpy as np
import pytest

from geo.schedule import case
from geo.schedule.savings import Offers
from tests.geo.digs import pair, planned, work

CROWD = [work("2026-12-01", "2026-12-31", days) for days in (3, 4, 5, 6, 7, 8)]
PAIRS = [pair(a, b) for a in range(len(CROWD)) for b in range(a + 1, len(CROWD))]


def test_of_very_many_offers_each_work_takes_its_best(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = planned(CROWD, PAIRS)
    assert whole.solved[["status", "gap"]].to_numpy().tolist() == [["optimal", 0.0]]
    monkeypatch.setattr(case, "MANY_OFFERS", 0)
    monkeypatch.setattr(case, "BEST_HOSTS", 1)
    made = planned(CROWD, PAIRS)
    (solved,) = made.solved.to_dict("records")
    best = float(whole.solved["points"].iloc[0])
    assert solved["status"] in ("feasible", "optimal") and solved["points"] <= best <= solved["points"] + solved["gap"]


def test_the_best_hosts_of_a_guest_are_those_that_save_most() -> None:
    points, host = np.array([5, 9, 9, 2, 7]), np.array([1, 2, 3, 4, 1])
    none = np.full(5, None, dtype=object)
    some = Offers(np.arange(5), np.zeros(5, np.int64), host, np.ones(5), np.ones(5), points, none)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case, "BEST_HOSTS", 2)
        assert case._best_hosts(some).host.tolist() == [1, 2, 1]  # 12 points with 1, 9 with 2 and with 3


def test_progress_is_told_by_works_and_what_it_raises_ends_the_planning() -> None:
    works = [work() for _ in range(4)]
    told: list[tuple[int, int]] = []
    planned(works, [pair(0, 1), pair(2, 3)], progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 4), (4, 4)]

    def stop(done: int, total: int) -> None:
        raise KeyError(done)

    with pytest.raises(KeyError):
        planned(works, [pair(0, 1), pair(2, 3)], progress=stop)

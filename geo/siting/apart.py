"""Existing pipes at a site, and how far from them a new pipe of each utility must lie: hints by the standard, no findings."""

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.clearance import ABANDONED, Pipes
from geo.law.apart import Laid, limit_between
from geo.law.standard import Standard
from geo.siting.mains import UTILITIES

COLUMNS = ("pipe", "distance_m", "abandoned", "asked")


def pipes_at(site: Any, pipes: Pipes, standard: Standard) -> pd.DataFrame:
    """Pipes under the site or nearer than the standard's largest number between two pipes, the nearest first.

    Columns :data:`COLUMNS`: ``pipe`` (row of the frame), ``distance_m`` from the edge of the site to the pipe's outer surface
    (0: under the site; to its axis where no diameter is stated), ``asked``: of a new pipe of each utility whose kind is not yet
    known ``{utility, least_m, most_m, checked, missing}`` (metres clear; nan: the standard has no number).
    """
    frame = pipes.frame
    reach = standard.most_between_pipes_m + pipes.widest_m
    row = np.sort(frame.sindex.query(site, predicate="dwithin", distance=reach)).astype(np.int64)
    size = np.array([pipes.kinds[kind][1] for kind in pipes.kind[row]], dtype=float)
    edge = shapely.distance(frame.geometry.to_numpy()[row], site) - np.nan_to_num(size) / 2000
    metres = np.round(np.maximum(edge, 0.0), 3)
    row, metres = row[metres <= standard.most_between_pipes_m], metres[metres <= standard.most_between_pipes_m]
    order = np.lexsort((pipes.words["pipe_id"][row].astype(str), metres))
    asked = {kind: _asked(pipes, int(kind), standard) for kind in np.unique(pipes.kind[row])}
    rows = [(int(row[i]), float(metres[i]), pipes.words["state"][row[i]] == ABANDONED, asked[pipes.kind[row[i]]]) for i in order]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _asked(pipes: Pipes, kind: int, standard: Standard) -> list[dict[str, Any]]:
    there = Laid.of(*pipes.kinds[kind], standard)
    out = []
    for utility in UTILITIES:
        limit = limit_between(Laid.of(utility, np.nan, np.nan, np.nan, standard), there, standard)
        if limit.asked:
            told = {"least_m": limit.least_m, "most_m": limit.most_m, "checked": limit.checked, "missing": limit.missing}
            out.append({"utility": utility, **told})
    return out

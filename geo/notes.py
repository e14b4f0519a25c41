"""What a verdict says beside its findings: how the line was given, what is not counted, what could not be checked."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.axis import Axes, cut
from geo.words import note

if TYPE_CHECKING:
    from geo.measure import Measured


def notes(measured: "Measured", k: int, history_checked: bool) -> list[dict[str, str]]:
    """Notes on route ``k`` of a chunk, in both languages, in the order in which they are shown."""
    out = []
    if measured.outline[k]:
        out.append(note("outline"))
    parts, gap_m = parts_apart(measured.axes, k)
    if parts > 1:
        out.append(note("parts", parts=parts, gap_m=f"{gap_m:.3f}".rstrip("0").rstrip(".")))
    if not measured.sites.known:
        out.append(note("no_site"))
    if measured.sites.unclear()[k]:
        out.append(note("own_site"))
    data, filed = measured.ground.data, measured.window.filed[k].astype(date)
    if filed < data.valid_from or (data.valid_to is not None and filed > data.valid_to):
        until = f"–{data.valid_to}" if data.valid_to else ""
        out.append(note("not_in_force", filed=filed, since=data.valid_from, until=until))
    if not history_checked:
        out.append(note("no_history"))
    return out


def parts_apart(axes: Axes, k: int) -> tuple[int, float]:
    """How many parts of an axis do not touch one another, and how many metres at least would join them.

    Parts may touch anywhere (a branch touches the middle of its line). Less than a millimetre apart is touching.
    """
    lines = shapely.get_parts(cut(axes, k, 0.0, np.inf))
    left = np.arange(1, len(lines))
    nearest = np.full(len(left), np.inf)
    newest, gaps = 0, []
    while len(left):  # the shortest tree that joins them, one part after another
        nearest = np.minimum(nearest, shapely.distance(lines[left], lines[newest]))
        at = int(np.argmin(nearest))
        newest = int(left[at])
        gaps.append(round(float(nearest[at]), 3))
        left, nearest = np.delete(left, at), np.delete(nearest, at)
    apart = [gap for gap in gaps if gap > 0]
    return 1 + len(apart), round(sum(apart), 3)

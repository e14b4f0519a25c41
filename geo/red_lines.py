"""What a line may serve and begin at, prepared once a city: the red lines of sites by name, number and place, and the mains."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import AreaSet, area_set
from geo.city import City
from geo.columns import plain, plain_id, unstated, words

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RedLines:
    """Areas of the planning layer that are, or may be, the red line of a site.

    ``site``: one number for all rows of one site. ``stated``: rows whose kind says that they are one. ``names``: (row, text)
    of names and numbers, plain. ``areas``, ``tree``: the shapes; ``ends``: those with a stated kind alone.
    """

    site: Ints
    stated: npt.NDArray[np.bool_]
    names: pd.DataFrame
    areas: AreaSet
    tree: shapely.STRtree
    ends: shapely.STRtree


@dataclass(frozen=True)
class Mains:
    """The pipes of a city: their utility, and the index of their shapes."""

    utility: npt.NDArray[np.object_]
    tree: shapely.STRtree


_RED_LINES: "WeakKeyDictionary[City, RedLines | None]" = WeakKeyDictionary()
_MAINS: "WeakKeyDictionary[City, Mains | None]" = WeakKeyDictionary()


def red_lines(city: City) -> RedLines | None:
    """The red lines of a city, prepared once; None where the planning layer has no rows."""
    if city not in _RED_LINES:
        planning = city.layer("planning").frame
        _RED_LINES[city] = None if planning is None or not len(planning) else _prepare(planning)
    return _RED_LINES[city]


def _prepare(planning: pd.DataFrame) -> RedLines:
    kinds = words(planning, "kind")
    lines = planning[(kinds == "site_red_line") | unstated(kinds)]  # an area of no stated kind may be a site
    # Rows of one number are one site; a row without a number is a site of its own.
    ids = [i if one is None else plain_id(one) for i, one in enumerate(words(lines, "zone_id"))]
    site = pd.factorize(np.array(ids, dtype=object))[0] if ids else np.zeros(0, dtype=np.int64)
    shapes, stated, nothing = lines.geometry.to_numpy(), ~unstated(words(lines, "kind")), np.zeros(len(lines))
    areas = area_set("sites", "planning", shapes, nothing, nothing, nothing, np.arange(len(lines)))
    names = texts(lines, ("name", "zone_id"), "row")
    return RedLines(site, stated, names, areas, shapely.STRtree(shapes), shapely.STRtree(shapes[stated]))


def mains(city: City) -> Mains | None:
    """The pipes of a city, prepared once; None where the layer has no rows."""
    if city not in _MAINS:
        pipes = city.layer("pipes").frame
        if pipes is None or not len(pipes):
            _MAINS[city] = None
        else:
            _MAINS[city] = Mains(words(pipes, "utility"), shapely.STRtree(pipes.geometry.to_numpy()))
    return _MAINS[city]


def texts(frame: pd.DataFrame, columns: tuple[str, str], position: str) -> pd.DataFrame:
    """(``position``, text): what two columns of each row say, plain; blanks left out."""
    found = pd.DataFrame({position: np.tile(np.arange(len(frame)), 2)})
    found["text"] = pd.Series(np.concatenate([words(frame, column) for column in columns]), dtype=object)
    found = found.dropna()
    found["text"] = plain(found["text"].to_numpy(dtype=object))
    return found[found["text"] != ""]

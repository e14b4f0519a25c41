"""Which line a span belongs to: by its store number where both have one, else by the number that the file gives it."""

import numpy as np
import pandas as pd

from geo.columns import words
from geo.errors import BadInput

NAMED = 5


def place_spans(routes: pd.DataFrame, spans: pd.DataFrame | None) -> pd.DataFrame | None:
    """The spans of these routes (:data:`geo.schema.SPANS`) with the ``row`` of the route that each belongs to; spans that
    have one already are given back as they are.

    Raises BadInput where a number that spans name is borne by several routes: which of them is meant cannot be told,
    and a bored span given to the wrong one would free it.
    """
    if spans is None or "row" in spans:
        return spans
    key = "id" if "id" in routes and "id" in spans else "route_id"
    known, wanted = pd.Index(words(routes, key)), pd.Index(words(spans, key))
    twice = known[known.duplicated() & known.notna()].unique()
    unclear = [str(one) for one in twice[twice.isin(wanted)]]
    if unclear:
        listed = ", ".join(unclear[:NAMED])
        raise BadInput(
            why_zh=f"线路编号 {listed} 重复，分段敷设表所指是哪一条无法确定；请为每条线路编不同的编号",
            why_en=f"several routes are called {listed}, and the table of spans names them: which is meant cannot be told; "
            "give each route a number of its own",
        )
    once = np.flatnonzero(known.notna() & ~known.duplicated(keep=False))
    found = known[once].get_indexer(wanted)
    return spans[found >= 0].assign(row=once[found[found >= 0]])


def spans_between(spans: pd.DataFrame | None, start: int, stop: int) -> pd.DataFrame | None:
    """Placed spans of the routes ``start`` to ``stop`` (exclusive), counted from ``start``."""
    if spans is None:
        return None
    some: pd.DataFrame = spans[spans["row"].between(start, stop, inclusive="left")]
    return some.assign(row=some["row"] - start)

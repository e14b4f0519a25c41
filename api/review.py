"""THE STORY: read, look around, measure, judge. Read this file first.

A plain function: the web, the command line, the workers and a notebook call it alike, so that one route and a million
pass through the same steps. No web framework, no database and no environment here.

    read_routes   files into lines in the work CRS          layers/readers
    city          the ground, from PostGIS or from a folder  layers/queries, layers/city_folder
    facts         lines meet the ground                      geo/measure
    siblings      lines that belong together                 geo/siblings
    judge         the law asks its questions                 geo/rules
    verdict       one answer with its proof                  geo/verdict
    neighbours    who else digs on the same stretch          geo/colocation, api/neighbours
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import geopandas as gpd
import pandas as pd

from api.digs.neighbours import Standing, neighbours
from geo.city import City
from geo.facts import Facts
from geo.ground import prepared
from geo.hits import CORES
from geo.law.pack import Pack
from geo.law.rules import judge
from geo.measure import facts
from geo.siblings import siblings
from geo.spans import place_spans, spans_between
from geo.verdict import Review

# Rows measured at a time: bounds the memory, gives the progress bar its steps, and changes no answer.
CHUNK = 10_000

Progress = Callable[[int, int], None]


def review(
    routes: gpd.GeoDataFrame,
    city: City,
    pack: Pack,
    on: date,
    *,
    spans: pd.DataFrame | None = None,
    history: gpd.GeoDataFrame | None = None,
    lost: pd.DataFrame | None = None,
    standing: Standing | None = None,
    progress: Progress | None = None,
) -> Review:
    """Judge every route against the city by the pack, as filed on ``on``.

    ``routes`` and ``history`` (works filed before, that may be siblings) lie in the city's work CRS. ``lost``: rows of the
    file that could not be read, with what they say of their project (:func:`geo.siblings.siblings`). Each verdict names the
    works on the same stretch, found when it is asked for: routes of the file, then those that ``standing`` brings
    (stored routes), then what the city plans. ``progress`` is told (done, total) and may raise to stop the work.
    """
    routes = routes.reset_index(drop=True)
    together = routes if history is None or history.empty else pd.concat([routes, history], ignore_index=True)
    placed = place_spans(routes, spans)  # an earlier work that bears the number of a route is another line
    measured = siblings(measure(together, city, pack, on, placed, progress), together, pack, lost)
    known = replace(measured, tables={**measured.tables, "history_checked": history is not None}).head(len(routes))
    company = neighbours(routes, city, pack, standing)
    return Review(routes, city, pack, on, known, judge(known, pack, on), together, company)


def measure(
    routes: gpd.GeoDataFrame, city: City, pack: Pack, on: date, spans: pd.DataFrame | None, progress: Progress | None
) -> Facts:
    """Facts of all routes, chunk by chunk (``spans`` with their rows: :func:`geo.spans.place_spans`); chunks run side by
    side, since the loops below leave the interpreter free."""
    prepared(city, pack)
    if len(routes) <= CHUNK and progress is None:
        return facts(routes, city, pack, on, spans)
    starts = range(0, max(len(routes), 1), CHUNK)
    if progress:
        progress(0, len(routes))

    def one(start: int) -> Facts:
        chunk = routes.iloc[start : start + CHUNK].reset_index(drop=True)
        return facts(chunk, city, pack, on, spans_between(spans, start, start + CHUNK))

    chunks = []
    with ThreadPoolExecutor(min(CORES, len(starts))) as pool:
        try:
            for chunk in pool.map(one, starts):
                chunks.append(chunk)
                if progress:
                    progress(min(len(chunks) * CHUNK, len(routes)), len(routes))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return Facts.concat(chunks)


__all__ = ["Review", "measure", "review"]

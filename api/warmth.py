"""Keeping the city warm: read and prepared before the first visitor waits for it, and again after each delivery."""

import logging
from collections.abc import Callable
from datetime import date
from threading import Event, Thread

import geopandas as gpd
import shapely

from api.review import review
from geo.city import City
from geo.law.pack import Pack
from geo.schema import ROUTES
from layers.readers import conform

log = logging.getLogger("waixian.api")
LOOK_AGAIN_S = 5.0


def prepare_city(city: City, pack: Pack) -> None:
    """One short line through the whole journey: compiles the kernel, cuts the layers, builds the indexes."""
    middle = shapely.centroid(city.bounds_polygon)
    line = shapely.LineString([(middle.x, middle.y), (middle.x + 10.0, middle.y)])
    rows = gpd.GeoDataFrame({"row_no": [1], "route_id": ["#1"]}, geometry=[line], crs=city.work_crs)
    routes = conform(rows, ROUTES, city.work_crs, keep=("row_no",))
    review(routes, city, pack, date(2026, 1, 1)).verdict(0, geometry=True)


class Warmth:
    """A thread that looks for a new delivery every few seconds and prepares the city for the pack that judges today."""

    def __init__(self, city: Callable[[], City], pack: Callable[[City], Pack]) -> None:
        self._city, self._pack_for = city, pack
        self._stop = Event()
        self._thread = Thread(target=self._run, name="warmth", daemon=True)

    def start(self) -> None:
        """Begin, without waiting for it."""
        self._thread.start()

    def stop(self) -> None:
        """End; a preparation that runs is waited for."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        warm: City | None = None
        while not self._stop.is_set():
            try:
                now = self._city()
                if now is not warm:
                    prepare_city(now, self._pack_for(now))
                    warm = now
            except Exception as error:  # no city yet, no database: requests meet the same and say so
                log.info("not warm yet: %s", error)
            self._stop.wait(LOOK_AGAIN_S)

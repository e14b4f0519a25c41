"""The city as it stands, kept in this process and exchanged as soon as a delivery changes it."""

from threading import Lock
from typing import Any

import sqlalchemy as sa

from geo.city import City
from layers.cities import city_settings
from layers.queries import city, city_version, layers_summary

Key = tuple[object, ...]


class Standing:
    """The whole :class:`City` of one database, and the summary of its layers.

    Asking costs two small queries (settings, number of the newest delivery; some two milliseconds); reading the city anew, and
    preparing it for measuring, costs seconds for a large one and happens once a delivery. Loading by bounding box
    around each line was the other way: it costs some ten queries a line, and the prepared ground is lost each time.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._city: tuple[Key, City] | None = None
        self._summary: tuple[Key, list[dict[str, Any]]] | None = None

    def settings(self) -> City:
        """The city without its layers, straight from the database. Raises Conflict where none was loaded."""
        with self._engine.connect() as connection:
            return city_settings(connection)

    def city(self) -> City:
        """The current city; the same object until a delivery or other settings change it. Raises Conflict without one."""
        kept, key = self._city, self._key()
        if kept is not None and kept[0] == key:
            return kept[1]
        with self._lock:  # one thread reads, the others wait for what it finds
            key = self._key()
            if self._city is None or self._city[0] != key:
                self._city = (key, city(self._engine))
            return self._city[1]

    def summary(self) -> list[dict[str, Any]]:
        """One entry a vector layer (:func:`layers.queries.layers_summary`), counted once a delivery."""
        key = self._key()
        if self._summary is None or self._summary[0] != key:
            self._summary = (key, layers_summary(self._engine))
        return self._summary[1]

    def _key(self) -> Key:
        now = self.settings()
        return city_version(self._engine), now.name, now.work_crs, now.bounds, now.synthetic

"""The city as it stands, kept in this process and exchanged as soon as a delivery changes it."""

from threading import Lock
from typing import Any

import sqlalchemy as sa

from api.digs.neighbours import Scene, StandingWorks, scene
from geo.city import VECTOR_LAYERS, City
from geo.law.pack import Pack
from layers.cities import city_settings
from layers.queries import city, layers_summary, version_in
from layers.route_store import routes_to_judge, routes_version

Key = tuple[object, ...]


def stored_works(engine: sa.Engine, city: City, pack: Pack) -> StandingWorks | None:
    """The current stored routes as works that stand, placed on the city; None where the pack has no settings of digging once."""
    if pack.data.coordination is None:
        return None
    routes, _ = routes_to_judge(engine)
    return StandingWorks.of(routes, scene(city, pack))


class Standing:
    """The whole :class:`City` of one database, and the summary of its layers.

    Asking costs two small queries (settings, number of the newest delivery; some two milliseconds); reading the city anew, and
    preparing it for measuring, costs seconds for a large one and happens once a delivery. Loading by bounding box
    around each line was the other way: it costs some ten queries a line, and the prepared ground is lost each time.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock, self._placing = Lock(), Lock()
        self._city: tuple[Key, City] | None = None
        self._works: tuple[Key, StandingWorks | None, Scene] | None = None
        self._summaries: dict[tuple[str, ...], tuple[Key, list[dict[str, Any]]]] = {}

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

    def works(self, pack: Pack, city: City | None = None) -> StandingWorks | None:
        """The stored routes as works that stand, placed on the current city (or the one that the caller has just been given);
        None where the pack has no settings of digging once. Kept until a delivery changes the ground or the routes."""
        if pack.data.coordination is None:
            return None
        here = scene(city or self.city(), pack)
        with self._placing:
            key = (id(here), routes_version(self._engine))
            if self._works is None or self._works[0] != key:
                # the scene is kept along, so that its id stays its own
                self._works = (key, stored_works(self._engine, here.city, pack), here)
            return self._works[1]

    def summary(self, names: tuple[str, ...] = VECTOR_LAYERS) -> list[dict[str, Any]]:
        """One entry for each of some vector layers (:func:`layers.queries.layers_summary`), counted once a delivery."""
        key = self._key()
        kept = self._summaries.get(names)
        if kept is None or kept[0] != key:
            kept = self._summaries[names] = (key, layers_summary(self._engine, names))
        return kept[1]

    def _key(self) -> Key:
        with self._engine.connect() as connection:  # one for both: asked at every answer
            now, version = city_settings(connection), version_in(connection)
        return version, now.name, now.work_crs, now.bounds, now.synthetic

"""What ``classify`` and ``match`` begin with alike: a city, from a folder or from the database, its pack, and a file read."""

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import sqlalchemy as sa

from api.commands.house import House
from api.commands.reading import read_asked, tell_lost, tell_lost_rows, tell_notes
from api.past import past
from geo.city import City
from geo.law.pack import Pack
from layers.city_folder import city_settings, open_city
from layers.queries import city as stored_city
from layers.readers import RoutesRead


@dataclass(frozen=True)
class Opened:
    """``engine``: the database that the city came from, None for a folder."""

    city: City
    pack: Pack
    read: RoutesRead
    on: date
    engine: sa.Engine | None

    def history(self) -> gpd.GeoDataFrame | None:
        """Works filed before that may be siblings of these; None where nobody keeps them."""
        return None if self.engine is None else past(self.engine, self.read.frame, self.pack, self.on)


@contextmanager
def opened(house: House, file: Path, asked: argparse.Namespace, on: date) -> Iterator[Opened]:
    """The city, the pack of that day and the rows of ``file`` for the length of a block; what the reading noticed is told.

    Raises what the readers raise, and BadInput, NotFound or BadPack where no pack can judge.
    """
    if not asked.city:
        with house.database() as engine:
            city = stored_city(engine)
            tell_lost_rows(city, house.lang)
            pack = house.pack(asked.pack, on, city.name)
            read = read_asked(file, asked, city)
            tell_notes(read, house.lang)
            yield Opened(city, pack, read, on, engine)
        return
    settings = city_settings(asked.city)
    pack = house.pack(asked.pack, on, settings.name)
    with ThreadPoolExecutor() as pool:  # each file is opened by a child process: one waits while the other is understood
        reading = pool.submit(open_city, asked.city)
        read = read_asked(file, asked, settings)
    ground = reading.result()
    tell_notes(read, house.lang)
    tell_lost(ground.reads, house.lang)
    yield Opened(ground.city, pack, read, on, None)

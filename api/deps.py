"""What endpoints ask for: the house (database, city, packs), the language, the pack and the day of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Header, Query, Request

from api.day import today
from api.digs.plan_desk import Desk
from api.i18n import Lang, language
from api.rights import Visitors
from api.settings import Settings
from api.sso.provider import Provider
from api.standing import Standing
from api.survey.hub import Hub
from api.tile_store import TileStore
from geo.errors import BadInput, BadPack
from geo.law.pack import Pack
from layers.packs.choice import pack_for, pack_named
from layers.packs.read import read_packs
from layers.rasters.store import RASTER_LAYERS, raster_paths
from layers.session import engine
from layers.survey.news import address


@dataclass(frozen=True)
class House:
    """What one server process holds: one database, one city, the packs, and what it keeps warm."""

    settings: Settings
    engine: sa.Engine
    packs: Mapping[str, Pack]
    standing: Standing
    tiles: TileStore
    desk: Desk
    visitors: Visitors
    rooms: Hub
    sso: Provider | None = None

    def pack(self, pack_id: str) -> Pack:
        """A pack by its id or by its label (``id@version``), whatever the day. Raises NotFound."""
        return pack_named(self.packs, pack_id)

    def pack_for(self, on: date, asked: str | None = None, city: str | None = None) -> Pack:
        """The pack that judges what is filed on that day: ``asked``, the server's own, or the city's (its name, where it
        is at hand). Raises NotFound, BadInput where it is not in force, Conflict without a city."""
        named = asked or self.settings.default_pack
        if not named and city is None:
            city = self.standing.settings().name
        return pack_for(self.packs, on, city or "", named)

    def default_pack(self, city: str) -> Pack | None:
        """The pack that judges today when a request names none; None where none is in force, or nobody chose among several."""
        try:
            return self.pack_for(today(), city=city)
        except BadInput:
            return None

    def rasters(self) -> list[str]:
        """Which pictures were delivered."""
        return [layer for layer in RASTER_LAYERS if raster_paths(self.engine, layer)]

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_house(settings: Settings) -> House:
    """Packs read and checked, the database's address noted; raises BadPack where there is no pack that can judge."""
    packs = read_packs(settings.packs_dir)
    if not packs:
        raise BadPack(
            pack=settings.packs_dir.name, where="/", why_zh="文件夹中没有规则包", why_en="there is no pack in the folder"
        )
    database = engine(settings.database_url, settings.pool_size)
    house = House(
        settings, database, packs, Standing(database), TileStore(settings.tile_cache_bytes), Desk(database), Visitors(database),
        Hub(address(database)),
        None if settings.sso is None else Provider(settings.sso),
    )  # fmt: skip
    if settings.default_pack:
        house.pack(settings.default_pack)  # a default that is not there stops the start, never a request
    return house


async def _house(request: Request) -> House:  # async: no thread for a look-up
    house: House = request.app.state.house
    return house


async def _lang(accept_language: Annotated[str | None, Header(include_in_schema=False)] = None) -> Lang:
    return language(accept_language)


HouseNow = Annotated[House, Depends(_house)]
LangNow = Annotated[Lang, Depends(_lang)]


FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
FilingDay = Annotated[
    date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="申报日期；缺省为今天 / filing date; today if left out")
]


def _pack(
    house: HouseNow,
    pack: Annotated[
        str | None,
        Query(max_length=100, description="规则包编号；缺省为当日适用的 / id of a pack; the one in force if left out"),
    ] = None,
    on: FilingDay = None,
) -> Pack:
    return house.pack_for(on or today(), pack)


PackNow = Annotated[Pack, Depends(_pack)]

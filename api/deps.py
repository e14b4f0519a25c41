"""What endpoints ask for: the house (database, city, packs), the language, the pack and the day of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Header, Query, Request

from api.i18n import Lang, language
from api.settings import Settings
from api.standing import Standing
from api.tile_store import TileStore
from geo.errors import BadPack, NotFound
from geo.pack import Pack
from layers.packs import read_packs
from layers.rasters import RASTER_LAYERS, raster_paths
from layers.session import engine


@dataclass(frozen=True)
class House:
    """What one server process holds: one database, one city, the packs, and what it keeps warm."""

    settings: Settings
    engine: sa.Engine
    packs: Mapping[str, Pack]
    standing: Standing
    tiles: TileStore

    @property
    def default_pack(self) -> Pack:
        """The pack that judges when a request names none."""
        return self.pack(self.settings.default_pack or min(self.packs))

    def pack(self, pack_id: str) -> Pack:
        """A pack by its id or by its label (``id@version``). Raises NotFound."""
        for pack in self.packs.values():
            if pack_id in (pack.id, pack.label):
                return pack
        raise NotFound(what_zh="规则包", what_en="pack", id=pack_id[:100], known=sorted(self.packs))

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
    house = House(settings, database, packs, Standing(database), TileStore(settings.tile_cache_bytes))
    _ = house.default_pack  # a default that is not there stops the start, never a request
    return house


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


def _lang(accept_language: Annotated[str | None, Header(include_in_schema=False)] = None) -> Lang:
    return language(accept_language)


HouseNow = Annotated[House, Depends(_house)]
LangNow = Annotated[Lang, Depends(_lang)]


def _pack(
    house: HouseNow,
    pack: Annotated[
        str | None, Query(max_length=100, description="规则包编号；缺省为本市默认 / id of a pack; the city's own if left out")
    ] = None,
) -> Pack:
    return house.pack(pack) if pack else house.default_pack


CHINA = timezone(timedelta(hours=8))


def today() -> date:
    """The day in China, whatever the server's clock is set to: the filing date where a request names none."""
    return datetime.now(CHINA).date()


PackNow = Annotated[Pack, Depends(_pack)]
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
FilingDay = Annotated[
    date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="申报日期；缺省为今天 / filing date; today if left out")
]

"""Where this installation keeps things, and its doors: the packs and the database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geo.errors import BadPack
from geo.law.pack import Pack
from layers.cluster import Cluster, default_home
from layers.session import engine, prepare

if TYPE_CHECKING:
    from api.sso.settings import SingleSignOn
    from api.tianditu import Tianditu


@dataclass(frozen=True)
class House:
    """Settings of one process. ``home``: the folder of the private cluster and of uploads, or None for the default."""

    home: Path | None
    database_url: str
    packs: Path
    default_pack: str
    demo: Path
    web: Path
    lang: str
    sso: "SingleSignOn | None" = None
    tianditu: "Tianditu | None" = None
    public_url: str = ""
    ice: tuple[str, str, bool] = ("", "", False)  # as WAIXIAN_ICE, its secret, relay only; understood where it is needed

    @property
    def place(self) -> Path:
        """The data folder."""
        return self.home or default_home()

    @property
    def cluster(self) -> Cluster:
        """The private PostGIS."""
        return Cluster(self.place / "postgis")

    def packs_by_id(self) -> Mapping[str, Pack]:
        """Every pack there is. Raises BadPack."""
        from layers.packs.read import read_packs  # with the compiled kernel behind it: `db status` need not wait for that

        packs = read_packs(self.packs)
        if not packs:
            raise BadPack(
                pack=self.packs.name, where=str(self.packs), why_zh="文件夹中没有规则包", why_en="there is no pack in the folder"
            )
        return packs

    def pack_named(self, wanted: str) -> Pack:
        """The pack by id or label, whatever the day. Raises NotFound, BadPack."""
        from layers.packs.choice import pack_named

        return pack_named(self.packs_by_id(), wanted)

    def pack(self, asked: str, on: date, city: str) -> Pack:
        """The pack that judges what is filed on that day in the city of that name: ``asked``, the setting, or the city's.

        One that is neither named nor of this city is told to the person. Raises NotFound, BadInput, BadPack.
        """
        from api.commands.terminal import say
        from layers.packs.choice import is_of, pack_for

        named = asked or self.default_pack
        pack = pack_for(self.packs_by_id(), on, city, named)
        if not named and not is_of(pack, city):
            title = pack.data.city
            say(
                f"· 没有“{city}”的规则包，按 {pack.label}（{title.zh}）判定"
                if self.lang == "zh"
                else f"· No pack is of '{city}': judged by {pack.label} ({title.en})"
            )
        return pack

    @contextmanager
    def database_address(self) -> Iterator[str]:
        """The address of the database for the length of a block: DATABASE_URL, or the private cluster, started if need be."""
        if self.database_url:
            yield self.database_url
            return
        with self.cluster.running() as cluster:
            yield cluster.ensure_database()

    @contextmanager
    def database(self) -> Iterator[sa.Engine]:
        """The database, its tables ready, for the length of a block."""
        with self.database_address() as address:
            door = engine(address)
            try:
                prepare(door)
                yield door
            finally:
                door.dispose()

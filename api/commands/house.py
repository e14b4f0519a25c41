"""Where this installation keeps things, and its doors: the packs and the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from geo.errors import BadInput, NotFound
from geo.pack import Pack
from layers.cluster import Cluster, default_home
from layers.session import engine, prepare


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

    @property
    def place(self) -> Path:
        """The data folder."""
        return self.home or default_home()

    @property
    def cluster(self) -> Cluster:
        """The private PostGIS."""
        return Cluster(self.place / "postgis")

    def pack(self, asked: str) -> Pack:
        """The pack by id or label; without one, the default or the only one. Raises NotFound, BadPack."""
        from layers.packs import read_packs  # with the compiled kernel behind it: `db status` need not wait for that

        packs = read_packs(self.packs)
        wanted = asked or self.default_pack
        if not wanted:
            return packs[min(packs)]
        for pack in packs.values():
            if wanted in (pack.id, pack.label):
                return pack
        raise NotFound(what_zh="规则包", what_en="pack", id=f"{wanted}（{'、'.join(sorted(packs))}）")

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


def mapping_of(pairs: list[str]) -> dict[str, str]:
    """``COLUMN=FIELD`` arguments as a mapping. Raises BadInput."""
    out = {}
    for pair in pairs:
        column, equals, field = pair.partition("=")
        if not (column and equals and field):
            raise BadInput(
                why_zh=f"--map 应写作 文件中的字段名=字段，而不是 {pair}", why_en=f"--map is written COLUMN=FIELD, not {pair}"
            )
        out[column] = field
    return out

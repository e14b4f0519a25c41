"""The door to the database: an engine from a URL that somebody gives, and the tables made ready in it."""

from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from geo.errors import BadInput, Unavailable
from layers import migrations
from layers.rights.edge import make_edge
from layers.rights.reader import make_reader


def engine(url: str, pool: int = 10) -> sa.Engine:
    """An engine for a PostgreSQL URL (``postgresql://…``), with at most ``pool`` connections. Nothing is opened yet."""
    return sa.create_engine(
        _address(url), pool_size=pool, max_overflow=0, pool_pre_ping=True, connect_args={"application_name": "waixian"}
    )


def prepare(database: sa.Engine) -> None:
    """PostGIS and our tables at the newest version; two callers at once wait for each other.

    Raises :class:`geo.errors.Unavailable` where the database can't be reached or lacks PostGIS.
    """
    try:
        with database.connect() as connection:
            has = connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'"))
    except DBAPIError as error:
        raise Unavailable(
            why_zh=f"连不上数据库：{_first_line(error)}", why_en=f"the database can't be reached: {_first_line(error)}"
        ) from error
    try:
        if not has:
            with database.begin() as connection:
                connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS postgis"))
    except DBAPIError as error:
        raise Unavailable(
            why_zh=f"数据库中没有 PostGIS，也装不上：请管理员在库中执行 CREATE EXTENSION postgis（{_first_line(error)}）",
            why_en=f"the database lacks PostGIS and we could not add it: have CREATE EXTENSION postgis run in it "
            f"({_first_line(error)})",
        ) from error
    migrations.upgrade(database)
    make_reader(database)
    make_edge(database)


@lru_cache(maxsize=64)
def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except sa.exc.ArgumentError as error:
        raise BadInput(
            why_zh="数据库地址应形如 postgresql://用户@主机/库名",
            why_en="the database address should be postgresql://user@host/database",
        ) from error
    if address.get_backend_name() not in ("postgresql", "postgres"):
        raise BadInput(
            why_zh="数据库只支持 PostgreSQL（含 PostGIS，postgresql://…）",
            why_en="the database must be PostgreSQL with PostGIS (postgresql://…)",
        )
    return address.set(drivername="postgresql+psycopg")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]

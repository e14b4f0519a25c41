"""What tests of every room may ask for: ``data`` (real files), ``engine`` (a migrated PostGIS database of their own).

One private cluster serves the whole run, all workers of it, and ends with it; WAIXIAN_TEST_DATABASE_URL names a server
to use instead (its user must be allowed to create databases and PostGIS). Nothing heavy is imported before it is used.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import sqlalchemy as sa

pytest_plugins = ["tests.servers", "tests.houses"]  # the demo city with a server in front of it; cities of one's own

SERVER = "WAIXIAN_TEST_DATABASE_URL"
RUN = "WAIXIAN_TEST_RUN"  # set by the first process of a run for its workers: names the run's folder and template
FOLDERS = Path("/var/tmp")  # below /tmp/pytest-of-root the unprivileged server could not reach its files


def pytest_configure(config: pytest.Config) -> None:
    """The first process names the run and ends what a killed run left behind."""
    if hasattr(config, "workerinput") or RUN in os.environ:
        return
    os.environ[RUN] = f"{os.getpid()}_{uuid.uuid4().hex[:8]}"
    for left in FOLDERS.glob("waixian-test-*"):
        owner = left.name.removeprefix("waixian-test-").split("_")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            _end(left)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process ends the run's cluster."""
    if not hasattr(config, "workerinput") and os.environ.get(RUN, "").startswith(f"{os.getpid()}_"):
        _end(_folder())
        _end(Path(f"{_folder()}-demo"))
        del os.environ[RUN]


def _folder() -> Path:
    return FOLDERS / f"waixian-test-{os.environ[RUN]}"


def _end(folder: Path) -> None:
    if folder.exists():
        from layers.cluster import Cluster

        Cluster(folder).stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real files (WAIXIAN_DATA); tests that ask for it are skipped where there is none."""
    folder = os.environ.get("WAIXIAN_DATA")
    if not folder:
        pytest.skip("WAIXIAN_DATA is not set: no real data here")
    return Path(folder)


@pytest.fixture(scope="session")
def _template() -> Iterator[tuple[str, str]]:
    """URL of the server's maintenance database, and the name of a migrated database to copy."""
    import psycopg

    from layers.cluster import Cluster
    from layers.session import engine, prepare

    name = f"waixian_template_{os.environ[RUN]}"
    server = os.environ.get(SERVER)
    cluster = None if server else Cluster(_folder(), durable=False)
    if cluster:
        cluster.start()
    maintenance = server or cluster.dsn("postgres")  # type: ignore[union-attr]
    if cluster:
        cluster.ensure_database("waixian")  # makes the role that owns the tests' databases
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('waixian test template'))")  # the first worker makes it
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            if cluster:
                cluster.ensure_database(f"{name}_new")
            else:
                connection.execute(f"CREATE DATABASE {name}_new")
            new = engine(_other(maintenance, f"{name}_new"))
            prepare(new)
            new.dispose()
            connection.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    yield maintenance, name
    if server:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")


def _other(url: str, database: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture
def empty_database(_template: tuple[str, str]) -> Iterator[str]:
    """URL of a migrated database without a city, for this test alone."""
    import psycopg

    maintenance, template = _template
    name = f"waixian_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        yield _other(maintenance, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(empty_database: str) -> Iterator["sa.Engine"]:
    """An engine on a migrated database without a city, for this test alone."""
    from layers import session

    database = session.engine(empty_database)
    yield database
    database.dispose()

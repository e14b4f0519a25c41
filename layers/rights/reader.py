"""The door through which visitors' questions reach the database: a role that may ask little, and says who asks."""

import contextlib
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from layers.postgres import LEAKPROOF, READER
from layers.rights.locks import grant
from layers.rights.scope import Scope

_ENTERS: "WeakKeyDictionary[sa.Engine, bool]" = WeakKeyDictionary()


@contextlib.contextmanager
def reading(engine: sa.Engine, scope: Scope) -> Iterator[sa.Connection]:
    """A transaction that reads what somebody of this scope may see, and writes nothing.

    Visitors' questions go to the views of :mod:`layers.rights.locks`. Where the database has no role for readers (somebody
    else's server, and nobody made it) the views still hold; the second lock is missing, and ``app.py db status`` says so.
    """
    said = {
        "waixian.reach": scope.reach, "waixian.audience": scope.audience, "waixian.company": str(scope.company),
        "waixian.district": scope.district, "waixian.person": str(scope.person), "waixian.keeper": "on" if scope.keeper else "",
        "transaction_read_only": "on",
    }  # fmt: skip
    if has_reader(engine):
        said["role"] = READER
    settings = ", ".join(f"set_config('{name}', :v{at}, true)" for at, name in enumerate(said))
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.text(f"SELECT {settings}"), {f"v{at}": value for at, value in enumerate(said.values())})
        yield connection


def has_reader(engine: sa.Engine) -> bool:
    """May we become the reader here? Asked once a process."""
    known = _ENTERS.get(engine)
    if known is None:
        with engine.connect() as connection:
            known = is_member(connection, READER)
        if known:  # a "no" is asked again: the role may be made while we run
            _ENTERS[engine] = True
    return known


def is_member(connection: sa.Connection, role: str) -> bool:
    """May the one who is connected become this role? No where the role is not there."""
    query = "SELECT coalesce(bool_or(pg_has_role(current_user, oid, 'MEMBER')), false) FROM pg_roles WHERE rolname = :role"
    return bool(connection.scalar(sa.text(query), {"role": role}))


def make_reader(engine: sa.Engine) -> bool:
    """The reader's role, where we may make it, with its rights; and the functions of the index trusted, where we may say so.

    Returns whether there is a reader that we may become.
    """
    with engine.connect() as connection:
        member = is_member(connection, READER)
    if not member:
        attempt(engine, f"CREATE ROLE {READER} NOLOGIN", f"GRANT {READER} TO CURRENT_USER")
    for function in LEAKPROOF:
        attempt(engine, f"ALTER FUNCTION {function} LEAKPROOF")
    with engine.begin() as connection:
        grant(connection)
        return is_member(connection, READER)


def attempt(engine: sa.Engine, *statements: str) -> None:
    """Statements, each on its own; what we may not do, or what is done, stays as it is."""
    for statement in statements:
        with contextlib.suppress(DBAPIError), engine.begin() as connection:
            connection.exec_driver_sql(statement)

"""The audit: a chain that shows what was changed, taken out or put in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from layers.people.audit import FIRST, Actor, note, page, verify


def written(engine: sa.Engine, count: int) -> None:
    for k in range(count):
        with engine.begin() as connection:
            note(
                connection, Actor("li.wei", "127.0.0.1"), "pack.change", f"第{k}次", {"value": k}, {"value": k + 1.5, "名": "甲"}
            )


def forced(engine: sa.Engine, statement: str) -> None:
    """As somebody would who owns the database."""
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER audit_stays"))
        connection.execute(sa.text(statement))
        connection.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER audit_stays"))


def test_an_untouched_chain_holds(engine: sa.Engine) -> None:
    empty = verify(engine)
    assert (empty.rows, empty.broken, empty.head) == (0, None, FIRST)
    written(engine, 5)
    checked = verify(engine)
    assert (checked.rows, checked.broken) == (5, None) and checked.head == page(engine, limit=1)[0]["hash"]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_database_refuses_to_change_it(engine: sa.Engine, statement: str) -> None:
    written(engine, 2)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert verify(engine).rows == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'x' WHERE id = 3", "UPDATE audit SET at = at + interval '1 second' WHERE id = 3",
        """UPDATE audit SET after = '{"value": 9}' WHERE id = 3""", "UPDATE audit SET before = NULL WHERE id = 3",
        "DELETE FROM audit WHERE id = 3",
    ],
)  # fmt: skip
def test_what_was_forced_is_found_where_it_is(engine: sa.Engine, statement: str) -> None:
    written(engine, 5)
    forced(engine, statement)
    assert (verify(engine).rows, verify(engine).broken) == (2, 3)


def test_rows_cut_off_at_the_end_show_in_the_last_hash(engine: sa.Engine) -> None:
    written(engine, 5)
    head = verify(engine).head
    forced(engine, "DELETE FROM audit WHERE id > 3")
    checked = verify(engine)
    assert checked.broken is None and checked.head != head and checked.has_head
    assert not verify(engine, head).has_head and verify(engine, checked.head).has_head


def test_writers_at_once_make_one_chain(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: written(engine, 5), range(4)))
    assert (verify(engine).rows, verify(engine).broken) == (20, None)


def test_what_is_undone_is_not_told(engine: sa.Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        note(connection, Actor("li.wei"), "x", "y")
        raise ZeroDivisionError
    assert verify(engine).rows == 0


def test_pages_go_back_in_time(engine: sa.Engine) -> None:
    written(engine, 5)
    newest = page(engine, limit=2)
    assert [one["id"] for one in newest] == [5, 4]
    assert [one["id"] for one in page(engine, before=4, limit=2)] == [3, 2]
    assert page(engine, actor="nobody") == [] and len(page(engine, action="pack.")) == 5

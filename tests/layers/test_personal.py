"""Personal data: how it is masked, that its register is true, and that it is forgotten on its day and not before."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from geo.errors import BadInput, NotSignedIn
from layers.base import Base
from layers.people import personal
from layers.people.accounts import add_person, change_person
from layers.people.audit import CONSOLE, Actor, page, verify
from layers.people.retention import Kept, Retention, forget, retention
from layers.people.sessions import sign_in

DAY = date(2026, 11, 22)
NAME, PHONE, IDENTITY = "欧阳建国", "13812345678", "410203198807123456"


# ── masks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (PHONE, "138****5678"), (IDENTITY, "410***********3456"), ("41020319880712345X", "410***********345X"),
        (f"联系{PHONE}，证{IDENTITY}。", "联系138****5678，证410***********3456。"), ("138 1234 5678", "138 **** 5678"),
        ("138-1234-5678", "138-****-5678"), ("li.wei@example.com", "l***@example.com"), ("", ""),
    ],
)  # fmt: skip
def test_numbers_in_texts(text: str, shown: str) -> None:
    assert personal.masked_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "12812345678", "1381234567", "138123456789", "412345678901234567", "0.13812345678", "13812345678.5", "a13812345678b",
        "9f13812345678c", "2c813812345678-x", "2026-11-22", "K3+138.5", "410203198813323456", '{"id":13812345678}',
    ],
)  # fmt: skip
def test_what_is_no_number_of_a_person_stays(text: str) -> None:
    assert personal.masked_text(text) == text and personal.masked_bytes(text.encode()) == text.encode()


@pytest.mark.parametrize("text", [PHONE, IDENTITY, "王 138 1234 5678", "138-1234-5678 或 41020319880712345X"])
def test_a_masked_text_is_as_long_as_before(text: str) -> None:
    shown = personal.masked_bytes(text.encode())
    assert len(shown) == len(text.encode()) and shown == personal.masked_text(text).encode() != text.encode()


def test_names_and_contacts_and_addresses() -> None:
    assert [personal.masked_name(one) for one in ("李伟", NAME, "李", "")] == ["李*", "欧***", "李*", ""]
    assert personal.masked_contact(f"王工 {PHONE} 0371-12345678") == "王* 138****5678 037********78"
    shown = {
        "192.168.3.4": "192.168.3.4", "10.1.2.3": "10.1.2.3", "127.0.0.1": "127.0.0.1", "8.8.8.8": "8.8.8.0/24",
        "2400:3200::1": "2400:3200::/48", "console:root": "console:root", "anything 138": "",
    }  # fmt: skip
    assert {one: personal.masked_address(one) for one in shown} == shown


def test_every_field_of_the_register_is_a_column() -> None:
    assert not [one for one in personal.FIELDS if one.column not in Base.metadata.tables[one.table].columns]


def test_answers_are_masked_wherever_a_field_stands() -> None:
    body = f'{{"a":[{{"contact":"王工 {PHONE}","n":13812345678,"x":{{"answered_by":"{NAME}"}}}}],"note":"{IDENTITY}"}}'.encode()
    shown = personal.masked_json(body).decode()
    assert (
        shown == '{"a":[{"contact":"王* 138****5678","n":13812345678,"x":{"answered_by":"欧***"}}],"note":"410***********3456"}'
    )


# ── the audit keeps none ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_audit_keeps_no_name_no_far_address_and_no_typed_login(engine: sa.Engine) -> None:
    add_person(engine, Actor("admin", "8.8.8.8"), "li.wei", NAME, "window")
    with pytest.raises(NotSignedIn):
        sign_in(engine, "my password itself", "x", "114.114.114.9", "")
    with engine.connect() as connection:
        kept = connection.scalar(sa.text("SELECT string_agg(a::text, ' ') FROM audit a"))
    assert not [one for one in (NAME, "8.8.8.8", "114.114.114.9", "password itself") if one in kept]
    assert page(engine)[-1]["after"]["name"] == "欧***" and verify(engine).broken is None


@pytest.mark.parametrize("login", [PHONE, IDENTITY])
def test_a_number_is_no_login(engine: sa.Engine, login: str) -> None:
    with pytest.raises(BadInput):
        add_person(engine, CONSOLE, login, "某", "window")


# ── retention ────────────────────────────────────────────────────────────────────────────────────────────────────────


def only(kind: str, days: int) -> Retention:
    return Retention(kinds={kind: retention().kinds[kind].model_copy(update={"days": days})})


def put(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for one in statements:
            connection.execute(sa.text(one))


def value(engine: sa.Engine, query: str) -> object:
    with engine.connect() as connection:
        return connection.scalar(sa.text(query))


def session_of(engine: sa.Engine, ended: date) -> None:
    _, password = add_person(engine, CONSOLE, "li.wei", NAME, "window")
    sign_in(engine, "li.wei", password, "8.8.8.8", "Firefox")
    put(engine, f"UPDATE sessions SET created_at = '{ended} 00:30+08', ended_at = '{ended} 00:30+08'")


def try_of(engine: sa.Engine, at: date) -> None:
    put(engine, f"INSERT INTO sign_in_tries (key, at) VALUES ('address 8.8.8.8', '{at} 00:30+08')")


def disabled(engine: sa.Engine, at: date) -> None:
    add_person(engine, CONSOLE, "boss", "管", "admin")
    made, _ = add_person(engine, CONSOLE, "li.wei", NAME, "window")
    change_person(engine, CONSOLE, made["id"], disabled=True)
    put(engine, f"UPDATE people SET disabled_at = '{at} 00:30+08' WHERE login = 'li.wei'")


def quiet(engine: sa.Engine, end: date) -> None:
    put(
        engine,
        'INSERT INTO quiet_plans (token_hash, party, start, "end", note, contact, geometry)'
        f" VALUES ('x', '甲', '{end}', '{end}', '门朝东', '{PHONE}', ST_GeomFromText('POINT(1 1)'))",
    )


KINDS: dict[str, tuple[Callable[[sa.Engine, date], None], str, object]] = {
    "sessions": (session_of, "SELECT count(*) FROM sessions", 0),
    "sign_in_tries": (try_of, "SELECT count(*) FROM sign_in_tries", 0),
    "disabled_people": (disabled, "SELECT name FROM people WHERE login = 'li.wei'", "li.wei"),
    "quiet_contacts": (quiet, "SELECT contact || note FROM quiet_plans", ""),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_it_is_kept_to_its_day_and_forgotten_the_day_after(engine: sa.Engine, kind: str) -> None:
    make, query, gone = KINDS[kind]
    make(engine, DAY - timedelta(30))
    before = value(engine, query)
    assert forget(engine, CONSOLE, DAY, only(kind, 30)) == {kind: 0} and value(engine, query) == before
    assert forget(engine, CONSOLE, DAY, only(kind, 0)) == {}
    assert forget(engine, CONSOLE, DAY, only(kind, 29), dry_run=True) == {kind: 1} and value(engine, query) == before
    assert "people.forget" not in [one["action"] for one in page(engine)]
    assert forget(engine, CONSOLE, DAY, only(kind, 29)) == {kind: 1} and value(engine, query) == gone
    told = page(engine)[0]
    assert (told["action"], told["after"]) == ("people.forget", {kind: 1}) and verify(engine).broken is None
    assert forget(engine, CONSOLE, DAY, only(kind, 29)) == {kind: 0}


def test_every_kind_of_the_table_can_be_asked(engine: sa.Engine) -> None:
    assert set(forget(engine, CONSOLE, DAY, retention())) == set(retention().kinds)
    assert all(one.cite == "product" for one in retention().kinds.values())
    with pytest.raises(ValueError, match="nothing personal"):
        Retention(kinds={"shoes": Kept(days=1, cite="product", what={"zh": "鞋", "en": "x"}, after={"zh": "后", "en": "y"})})

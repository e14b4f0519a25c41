"""People: accounts and their passwords, sessions that turn and end, tokens, and what each try costs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from geo.errors import BadInput, Conflict, Forbidden, NotFound, NotSignedIn, TooManyTries
from layers.people import accounts, sessions, tries
from layers.people.accounts import add_person, by_id, by_login, change_password, change_person, first_administrator, people
from layers.people.audit import CONSOLE, page, verify
from layers.people.offices import offices
from layers.people.sessions import bearer, make_token, revoke_token, session_of, sign_in, sign_out, tokens

WHERE = "127.0.0.1"


@pytest.fixture
def clerk(engine: sa.Engine) -> tuple[dict[str, Any], str]:
    """A window clerk and their password."""
    return add_person(engine, CONSOLE, "Li.Wei", "李伟", "window")


def later(engine: sa.Engine, table: str, column: str, by: timedelta) -> None:
    """Make it as if ``by`` had passed since then."""
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {table} SET {column} = {column} - :by"), {"by": by})


def signed(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> str:
    given = sign_in(engine, clerk[0]["login"], clerk[1], WHERE, "Firefox").secret
    assert given is not None
    return given


# ── offices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_office_of_the_document_has_its_role() -> None:
    named = {
        "utility", "lead", "urban", "urban_district", "traffic", "highways", "planning", "telecom", "window", "applicant",
        "surveyor", "reader", "admin",
    }  # fmt: skip
    assert set(offices().roles) == named
    assert [name for name, role in offices().roles.items() if "manage" in role.may] == ["admin"]
    assert not offices().may("nobody", "see")


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_start_makes_one_administrator_and_never_another(engine: sa.Engine) -> None:
    password = first_administrator(engine)
    assert password is not None and first_administrator(engine) is None
    one = sign_in(engine, "admin", password, WHERE, "").person
    assert one.must_change and "manage" in one.may


def test_no_password_is_kept(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    with engine.connect() as connection:
        kept = connection.scalar(sa.text("SELECT password FROM people"))
        whole = connection.scalar(sa.text("SELECT string_agg(a::text, '') FROM audit a"))
    assert kept.startswith("$argon2id$") and clerk[1] not in kept and clerk[1] not in whole


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"login": "a"}, "登录名"), ({"login": "有名"}, "登录名"), ({"role": "king"}, "角色"),
        ({"role": "utility"}, "单位"), ({"role": "urban_district"}, "行政区"),
    ],
)  # fmt: skip
def test_accounts_that_cannot_be(engine: sa.Engine, values: dict[str, str], word: str) -> None:
    with pytest.raises(BadInput) as error:
        add_person(engine, CONSOLE, **{"login": "zhang", "name": "张", "role": "window", **values})
    assert word in error.value.text("zh") and not people(engine)


def test_a_login_is_one_persons_however_it_is_written(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    assert clerk[0]["login"] == "li.wei" and by_login(engine, " LI.WEI ")["id"] == clerk[0]["id"]
    with pytest.raises(Conflict):
        add_person(engine, CONSOLE, "li.wei", "另一人", "window")


def test_somebody_who_manages_is_always_left(engine: sa.Engine) -> None:
    first_administrator(engine)
    number = by_login(engine, "admin")["id"]
    for values in ({"disabled": True}, {"role": "window"}):
        with pytest.raises(Conflict):
            change_person(engine, CONSOLE, number, **values)
    assert by_id(engine, number)["role"] == "admin" and not by_id(engine, number)["disabled"]


def test_who_is_disabled_is_signed_out_at_once(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    first_administrator(engine)
    given = signed(engine, clerk)
    change_person(engine, CONSOLE, clerk[0]["id"], disabled=True)
    for try_it in (lambda: session_of(engine, given), lambda: sign_in(engine, "li.wei", clerk[1], WHERE, "")):
        with pytest.raises(NotSignedIn):
            try_it()


def test_a_new_password_ends_every_session(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    given = signed(engine, clerk)
    with pytest.raises(BadInput):
        change_password(engine, CONSOLE, clerk[0]["id"], "wrong", "four unrelated words")
    with pytest.raises(BadInput):
        change_password(engine, CONSOLE, clerk[0]["id"], clerk[1], "short")
    change_password(engine, CONSOLE, clerk[0]["id"], clerk[1], "four unrelated words")
    with pytest.raises(NotSignedIn):
        session_of(engine, given)
    assert not sign_in(engine, "li.wei", "four unrelated words", WHERE, "").person.must_change


# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_password_and_an_unknown_login_are_one_answer(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    said = []
    for login in ("li.wei", "nobody"):
        with pytest.raises(NotSignedIn) as error:
            sign_in(engine, login, "not the password", WHERE, "")
        said.append(error.value.text("zh"))
    assert said[0] == said[1]


@pytest.mark.parametrize("login", ["li.wei", "nobody"])
def test_tries_that_fail_make_the_next_one_wait(engine: sa.Engine, clerk: tuple[dict[str, Any], str], login: str) -> None:
    for _ in range(sessions.FREE_TRIES["login"]):
        with pytest.raises(NotSignedIn):
            sign_in(engine, login, "not the password", WHERE, "")
    with pytest.raises(TooManyTries) as error:
        sign_in(engine, login, clerk[1], WHERE, "")
    assert error.value.context["seconds"] >= 1
    later(engine, "sign_in_tries", "at", tries.COUNTED)
    if login == "li.wei":
        assert sign_in(engine, login, clerk[1], WHERE, "").person.login == login


def test_one_address_cannot_try_many_logins(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    with engine.begin() as connection:
        for _ in range(sessions.FREE_TRIES["address"]):
            connection.execute(sa.text("INSERT INTO sign_in_tries (key) VALUES (:key)"), {"key": f"address {WHERE}"})
    with pytest.raises(TooManyTries):
        sign_in(engine, "li.wei", clerk[1], WHERE, "")
    assert sign_in(engine, "li.wei", clerk[1], "127.0.0.2", "").person.login == "li.wei"


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def given(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> Iterator[str]:
    yield signed(engine, clerk)


def test_the_secret_turns_and_the_old_one_holds_for_a_moment(engine: sa.Engine, given: str) -> None:
    assert session_of(engine, given).secret is None
    later(engine, "sessions", "turned_at", sessions.TURN)
    fresh = session_of(engine, given).secret
    assert fresh is not None and fresh != given
    assert session_of(engine, given).secret is None and session_of(engine, fresh).secret is None


def test_an_old_secret_that_comes_back_ends_the_session(engine: sa.Engine, given: str) -> None:
    later(engine, "sessions", "turned_at", sessions.TURN)
    fresh = session_of(engine, given).secret
    assert fresh is not None
    later(engine, "sessions", "turned_at", sessions.GRACE + timedelta(seconds=1))
    for secret in (given, fresh):
        with pytest.raises(NotSignedIn):
            session_of(engine, secret)


@pytest.mark.parametrize(("column", "by"), [("seen_at", sessions.IDLE), ("created_at", sessions.LONGEST)])
def test_sessions_end_by_themselves(engine: sa.Engine, given: str, column: str, by: timedelta) -> None:
    later(engine, "sessions", column, by - timedelta(minutes=1))
    assert session_of(engine, given).person.login == "li.wei"
    later(engine, "sessions", column, by)
    with pytest.raises(NotSignedIn):
        session_of(engine, given)


def test_signing_out_ends_the_session(engine: sa.Engine, given: str) -> None:
    sign_out(engine, session_of(engine, given), WHERE)
    with pytest.raises(NotSignedIn):
        session_of(engine, given)


def test_the_secret_itself_is_not_kept(engine: sa.Engine, given: str) -> None:
    with engine.connect() as connection:
        assert given not in connection.scalar(sa.text("SELECT string_agg(s::text, '') FROM sessions s"))


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_token_does_no_more_than_it_says_and_its_person_may(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    person = accounts.person_of(clerk[0])
    with pytest.raises(Forbidden):
        make_token(engine, person, "script", ["manage"], 30, WHERE)
    for bad in ([], ["fly"]):
        with pytest.raises(BadInput):
            make_token(engine, person, "script", bad, 30, WHERE)
    number, secret = make_token(engine, person, "script", ["see"], 30, WHERE)
    assert bearer(engine, secret).may == {"see"}
    first_administrator(engine)
    change_person(engine, CONSOLE, clerk[0]["id"], role="surveyor")
    assert bearer(engine, secret).may == {"see"}
    revoke_token(engine, person, number, WHERE)
    with pytest.raises(NotSignedIn):
        bearer(engine, secret)
    assert tokens(engine, person.id)[0]["revoked_at"] is not None


def test_nobody_revokes_anothers_token(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    number, _ = make_token(engine, accounts.person_of(clerk[0]), "script", ["see"], 30, WHERE)
    other, _ = add_person(engine, CONSOLE, "wang", "王", "reader")
    with pytest.raises(NotFound):
        revoke_token(engine, accounts.person_of(other), number, WHERE)


def test_a_reset_password_ends_the_tokens_too_and_says_so(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    _, secret = make_token(engine, accounts.person_of(clerk[0]), "script", ["see"], 30, WHERE)
    session = signed(engine, clerk)
    accounts.reset_password(engine, CONSOLE, clerk[0]["id"])
    with pytest.raises(NotSignedIn):
        bearer(engine, secret)
    with pytest.raises(NotSignedIn):
        session_of(engine, session)
    told = page(engine)[0]
    assert (told["action"], told["after"]) == ("person.password.reset", {"ended": {"sessions": 1, "tokens": 1}})


def test_a_changed_role_ends_what_a_token_may_beyond_it(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    first_administrator(engine)
    _, secret = make_token(engine, accounts.person_of(clerk[0]), "script", ["see", "judge", "submit"], 30, WHERE)
    assert bearer(engine, secret).may == {"see", "judge", "submit"}
    change_person(engine, CONSOLE, clerk[0]["id"], role="reader")
    assert bearer(engine, secret).may == {"see"}
    change_person(engine, CONSOLE, clerk[0]["id"], role="lead")
    assert bearer(engine, secret).may == {"see", "judge"}  # and it never does more than it said


def test_a_token_ends_with_its_day(engine: sa.Engine, clerk: tuple[dict[str, Any], str]) -> None:
    _, secret = make_token(engine, accounts.person_of(clerk[0]), "script", ["see"], 1, WHERE)
    later(engine, "tokens", "expires_at", timedelta(days=1))
    with pytest.raises(NotSignedIn):
        bearer(engine, secret)


def test_all_of_it_is_in_the_audit(engine: sa.Engine, clerk: tuple[dict[str, Any], str], given: str) -> None:
    assert [one["action"] for one in page(engine)] == ["session.begin", "person.add"]
    assert verify(engine).broken is None

"""Signing in: by password into a session of the browser, or by a token for programs.

A session's secret is exchanged every quarter of an hour; the old one holds a moment longer, for requests under way. A
secret that comes after that was stolen or kept, and ends the session. Tries that fail are counted by login and by
address; each more makes the next one wait longer, whether or not there is such a login.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from geo.errors import BadInput, Forbidden, NotFound, NotSignedIn
from layers.people.accounts import Person, by_id, person_of
from layers.people.audit import Actor, note
from layers.people.offices import offices
from layers.people.personal import masked_login
from layers.people.secret import digest, fits, hashed, hasher, secret
from layers.people.tries import failed, forget, wait
from layers.rows import Source, row, rows, run

IDLE, LONGEST = timedelta(hours=8), timedelta(days=7)
TURN, GRACE = timedelta(minutes=15), timedelta(seconds=60)
SEEN_EVERY = timedelta(minutes=1)  # how often it is written that a session is used
FREE_TRIES = {"login": 5, "address": 30}
TOKEN_DAYS = 365


@dataclass(frozen=True)
class SignedIn:
    """``secret``: a new one to give to the browser, None where the present one stays; ``sso``: came by single sign-on."""

    person: Person
    session: int
    secret: str | None
    sso: bool = False


def sign_in(engine: sa.Engine, login: str, password: str, address: str, agent: str) -> SignedIn:
    """A new session. Raises NotSignedIn (which does not tell whether there is such a login), TooManyTries."""
    login = login.strip().lower()[:64]
    by_login, by_address = f"login {login}", f"address {address}"
    wait(engine, {by_login: FREE_TRIES["login"], by_address: FREE_TRIES["address"]})
    found = row(engine, "SELECT id, password, disabled_at FROM people WHERE login = :login", login=login)
    right = fits(found["password"] if found else None, password)
    if found is None or not right or found["disabled_at"] is not None:
        with engine.begin() as connection:
            failed(connection, by_login, by_address)
            who = login if found else masked_login(login)
            note(connection, Actor(who or "anonymous", address), "session.refused", who)
        raise NotSignedIn(why_zh="登录名或密码不对", why_en="login or password is not right")
    with engine.begin() as connection:
        forget(connection, by_login)
        if hasher().check_needs_rehash(found["password"]):
            run(connection, "UPDATE people SET password = :new WHERE id = :id", new=hashed(password), id=found["id"])
        return begin(connection, by_id(connection, found["id"]), address, agent)


def begin(connection: sa.Connection, one: dict[str, Any], address: str, agent: str, sso: bool = False) -> SignedIn:
    """A new session of an account, in the caller's transaction, which has made sure that this is who comes."""
    given = secret()
    made = row(
        connection,
        "INSERT INTO sessions (person, secret, address, agent, sso) VALUES (:person, :secret, :address, :agent, :sso)"
        " RETURNING id",
        person=one["id"], secret=digest(given), address=address[:64], agent=agent[:200], sso=sso,
    )  # fmt: skip
    assert made is not None
    note(connection, Actor(one["login"], address), "session.begin", one["login"], None, {"sso": True} if sso else None)
    return SignedIn(_through(one, sso), made["id"], given, sso)


def _through(one: dict[str, Any], sso: bool) -> Person:
    """Who came by single sign-on has no password to change first."""
    return person_of({**one, "must_change": one["must_change"] and not sso})


def session_of(engine: sa.Engine, given: str) -> SignedIn:
    """Who holds this secret. Raises NotSignedIn where the session is over, or was never there."""
    known = digest(given)
    found = row(
        engine,
        "SELECT s.*, now() AS now, p.disabled_at FROM sessions s JOIN people p ON p.id = s.person"
        " WHERE s.secret = :known OR s.before = :known",
        known=known,
    )
    if found is None or found["ended_at"] is not None or found["disabled_at"] is not None or _over(found):
        raise NotSignedIn(why_zh="登录已过期，请重新登录", why_en="the session is over: sign in again")
    old = found["secret"] != known
    if old and found["now"] - found["turned_at"] > GRACE:
        _end(engine, found["id"])
        raise NotSignedIn(why_zh="登录已失效，请重新登录", why_en="the session is no longer valid: sign in again")
    fresh = None
    if not old and found["now"] - found["turned_at"] > TURN:
        fresh = _turn(engine, found["id"], known)
    elif found["now"] - found["seen_at"] > SEEN_EVERY:
        with engine.begin() as connection:
            run(connection, "UPDATE sessions SET seen_at = now() WHERE id = :id", id=found["id"])
    return SignedIn(_through(by_id(engine, found["person"]), found["sso"]), found["id"], fresh, found["sso"])


def _over(one: dict[str, Any]) -> bool:
    now: datetime = one["now"]
    return bool(now - one["seen_at"] > IDLE or now - one["created_at"] > LONGEST)


def _turn(engine: sa.Engine, session: int, known: str) -> str | None:
    """A new secret for a session; None where another request has just got one."""
    given = secret()
    with engine.begin() as connection:
        turned = run(
            connection,
            "UPDATE sessions SET before = secret, secret = :new, turned_at = now(), seen_at = now()"
            " WHERE id = :id AND secret = :known",
            new=digest(given), id=session, known=known,
        )  # fmt: skip
    return given if turned else None


def _end(engine: sa.Engine, session: int) -> None:
    with engine.begin() as connection:
        run(connection, "UPDATE sessions SET ended_at = now() WHERE id = :id AND ended_at IS NULL", id=session)


def sign_out(engine: sa.Engine, one: SignedIn, address: str) -> None:
    """End a session."""
    _end(engine, one.session)
    with engine.begin() as connection:
        note(connection, Actor(one.person.login, address), "session.end", one.person.login)


def sessions(source: Source, person: int) -> list[dict[str, Any]]:
    """The open sessions of a person, the newest first; no secret."""
    return rows(
        source,
        "SELECT id, created_at, seen_at, address, agent FROM sessions WHERE person = :person AND ended_at IS NULL"
        " AND seen_at > now() - :idle AND created_at > now() - :longest ORDER BY id DESC",
        person=person, idle=IDLE, longest=LONGEST,
    )  # fmt: skip


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_token(engine: sa.Engine, person: Person, name: str, may: Sequence[str], days: int, address: str) -> tuple[int, str]:
    """A token with some abilities of its person; its secret is shown this once. Raises BadInput, Forbidden."""
    unknown = sorted(set(may) - offices().abilities.keys())
    if unknown or not may or not name.strip() or not 1 <= days <= TOKEN_DAYS:
        known = ", ".join(offices().abilities)
        raise BadInput(
            why_zh=f"令牌须有名称、1–{TOKEN_DAYS} 天的期限和可做的事（{known}）",
            why_en=f"a token has a name, 1–{TOKEN_DAYS} days, and abilities ({known})",
        )
    if not set(may) <= person.may:
        raise Forbidden(why_zh="令牌不能比本人多做什么", why_en="a token may do no more than its person")
    given = secret()
    with engine.begin() as connection:
        made = row(
            connection,
            "INSERT INTO tokens (person, name, secret, may, expires_at)"
            " VALUES (:person, :name, :secret, :may, now() + :term) RETURNING id",
            person=person.id, name=name.strip()[:100], secret=digest(given), may=list(may), term=timedelta(days=days),
        )  # fmt: skip
        assert made is not None
        note(connection, Actor(person.login, address), "token.add", name.strip(), None, {"may": sorted(may), "days": days})
    return made["id"], given


def bearer(engine: sa.Engine, given: str) -> Person:
    """Whose token this is, with what it may. Raises NotSignedIn."""
    found = row(
        engine,
        "SELECT t.id, t.person, t.may, t.used_at IS NULL OR now() - t.used_at > :every AS note FROM tokens t JOIN people p"
        " ON p.id = t.person WHERE t.secret = :known AND t.revoked_at IS NULL AND t.expires_at > now() AND p.disabled_at IS NULL",
        known=digest(given), every=SEEN_EVERY,
    )  # fmt: skip
    if found is None:
        raise NotSignedIn(why_zh="令牌无效或已过期", why_en="the token is not valid, or over")
    if found["note"]:
        with engine.begin() as connection:
            run(connection, "UPDATE tokens SET used_at = now() WHERE id = :id", id=found["id"])
    return person_of(by_id(engine, found["person"]), set(found["may"]))


def tokens(source: Source, person: int | None) -> list[dict[str, Any]]:
    """Tokens of a person, or of all; no secret."""
    return rows(
        source,
        "SELECT t.id, p.login, t.name, t.may, t.created_at, t.expires_at, t.used_at, t.revoked_at FROM tokens t"
        " JOIN people p ON p.id = t.person WHERE :person < 0 OR t.person = :person ORDER BY t.id DESC",
        person=-1 if person is None else person,
    )  # fmt: skip


def revoke_token(engine: sa.Engine, person: Person, number: int, address: str) -> None:
    """Make a token useless: one's own, or anybody's for who manages. Raises NotFound."""
    anybodys = "manage" in person.may
    with engine.begin() as connection:
        found = row(
            connection,
            "UPDATE tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = :id AND (:any OR person = :person)"
            " RETURNING name",
            id=number, any=anybodys, person=person.id,
        )  # fmt: skip
        if found is None:
            raise NotFound(what_zh="令牌", what_en="token", id=str(number))
        note(connection, Actor(person.login, address), "token.revoke", found["name"])

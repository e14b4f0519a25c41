"""Coming in by single sign-on: browsers on their way to the provider, and which account is meant by who comes back.

An account is found by its login the first time, and from then on by the provider's own subject: a login that is given to
somebody else there opens nothing here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from geo.errors import NotSignedIn, TooManyTries
from layers.people.accounts import by_id, change_person, enter_person
from layers.people.audit import Actor, note
from layers.people.offices import offices
from layers.people.secret import digest, secret
from layers.people.sessions import SignedIn, begin
from layers.rows import Row, row, run

TERM = timedelta(minutes=10)
MOST_TRIES = 200  # on their way at a time, of one address
_LINK = "UPDATE people SET sso_issuer = :issuer, sso_subject = :subject WHERE id = :id"
_COLUMNS = "id, login, sso_subject, disabled_at FROM people"


@dataclass(frozen=True)
class Try:
    """A browser on its way. ``state`` travels in addresses, ``browser`` in its cookie; ``next``: where it wanted to be."""

    state: str
    browser: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True)
class Claimed:
    """What the provider says of somebody, checked. ``roles``: as it names them; "" and () where it does not say."""

    issuer: str
    subject: str
    login: str
    name: str = ""
    roles: Sequence[str] = ()
    company: str = ""
    district: str = ""


def send(engine: sa.Engine, next_: str, address: str) -> Try:
    """Note a browser that is sent to the provider. Raises TooManyTries."""
    one = Try(secret(), secret(), secret(), secret() + secret(), next_)
    with engine.begin() as connection:
        run(connection, "DELETE FROM sso_tries WHERE at < now() - :term", term=TERM)
        there = row(connection, "SELECT count(*) AS n FROM sso_tries WHERE address = :address", address=address[:64])
        if there is not None and there["n"] >= MOST_TRIES:
            raise TooManyTries(seconds=int(TERM.total_seconds()))
        run(
            connection,
            "INSERT INTO sso_tries (state, browser, nonce, verifier, next, address)"
            " VALUES (:state, :browser, :nonce, :verifier, :next, :address)",
            state=digest(one.state), browser=digest(one.browser), nonce=one.nonce, verifier=one.verifier, next=one.next,
            address=address[:64],
        )  # fmt: skip
    return one


def take(engine: sa.Engine, state: str, browser: str) -> Try:
    """The browser that comes back, once: neither another browser nor a second time. Raises NotSignedIn."""
    with engine.begin() as connection:
        found = row(
            connection,
            "DELETE FROM sso_tries WHERE state = :state AND browser = :browser RETURNING *, at < now() - :term AS late",
            state=digest(state), browser=digest(browser), term=TERM,
        )  # fmt: skip
    if found is None or found["late"]:
        raise NotSignedIn(
            why_zh="这次登录已过期或已用过，请重新登录", why_en="this sign-in is over: begin anew", reason="expired"
        )
    return Try(state, browser, found["nonce"], found["verifier"], found["next"])


def refused(engine: sa.Engine, address: str, who: str, why: str) -> None:
    """A try that failed, for the audit; ``who``: a login of ours, or nobody's."""
    with engine.begin() as connection:
        note(connection, Actor(who or "anonymous", address), "session.refused", who or "sso", None, {"sso": True, "why": why})


def enter(engine: sa.Engine, said: Claimed, new_role: str, address: str, agent: str) -> SignedIn:
    """A session of the account that the provider means; a new one of ``new_role`` where nobody knows them ("" = refused).

    Raises NotSignedIn with ``reason``: unknown, taken (the login is another's by now), disabled; BadInput for claims that make
    no account.
    """
    found = _found(engine, said, new_role, address)
    if found["disabled_at"] is not None:
        raise _no("disabled", found["login"], "帐号已停用", "the account is disabled")
    number = int(found["id"])
    changed = _otherwise(by_id(engine, number), said)
    if changed:
        change_person(engine, Actor("sso", address), number, **changed)
    with engine.begin() as connection:
        still = row(connection, f"SELECT {_COLUMNS} WHERE id = :id FOR UPDATE", id=number)
        if still is None or still["disabled_at"] is not None:
            raise _no("disabled", found["login"], "帐号已停用", "the account is disabled")
        return begin(connection, by_id(connection, number), address, agent, sso=True)


def _found(engine: sa.Engine, said: Claimed, new_role: str, address: str) -> Row:
    login = said.login.strip().lower()
    who = {"issuer": said.issuer, "subject": said.subject}
    with engine.begin() as connection:
        run(connection, "LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE")
        known = row(connection, f"SELECT {_COLUMNS} WHERE sso_issuer = :issuer AND sso_subject = :subject", **who)
        if known is not None:
            return known
        found = row(connection, f"SELECT {_COLUMNS} WHERE login = :login", login=login)
        if found is not None and found["sso_subject"] is not None:
            raise _no("taken", found["login"], "该登录名已绑定另一个统一身份", "the login belongs to another identity")
        if found is None:
            if not new_role:
                raise _no("unknown", "", "没有与此统一身份对应的帐号", "no account belongs to this identity")
            role = _role(said) or new_role
            made = enter_person(
                connection, Actor("sso", address), login, said.name or login, role, said.company, said.district, secret(),
                must_change=False,
            )  # fmt: skip
            found = {**made, "disabled_at": None}
        if found["disabled_at"] is None:
            run(connection, _LINK, id=found["id"], **who)
            note(connection, Actor("sso", address), "person.sso", found["login"], None, {"issuer": said.issuer})
        return found


def _role(said: Claimed) -> str:
    """The first claimed role that is one here. None that manages accounts: an administrator is made by one."""
    return next((one for one in said.roles if one in offices().roles and not offices().may(one, "manage")), "")


def _otherwise(one: dict[str, Any], said: Claimed) -> dict[str, str]:
    """What the provider says otherwise than the account; who manages accounts stays as they are."""
    if offices().may(one["role"], "manage"):
        return {}
    told = {"role": _role(said), "company": said.company.strip(), "district": said.district.strip()}
    return {name: value for name, value in told.items() if value and value != (one[name] or "")}


def _no(reason: str, login: str, zh: str, en: str) -> NotSignedIn:
    return NotSignedIn(why_zh=zh, why_en=en, reason=reason, login=login)

"""The tables of people: companies, accounts, sessions, tokens, tries to sign in, and the audit."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, identity, now


class CompanyRow(Base):
    """A company whose people work here; its name is the party of its works. ``known_as``: other names under which layers and
    works name it."""

    __tablename__ = "companies"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(unique=True)
    known_as: Mapped[list[str]] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = now()


class PersonRow(Base):
    """An account. ``login``: small letters; ``password``: argon2id; ``must_change``: the password was given by somebody else;
    ``sso_subject``: who they are at the provider ``sso_issuer``, since they first came from there."""

    __tablename__ = "people"
    __table_args__ = (sa.UniqueConstraint("sso_issuer", "sso_subject"),)

    id: Mapped[int] = identity()
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    company: Mapped[int | None] = mapped_column(sa.ForeignKey("companies.id"))
    district: Mapped[str | None]
    password: Mapped[str]
    password_at: Mapped[datetime] = now()
    must_change: Mapped[bool] = mapped_column(server_default=sa.true())
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = now()
    sso_issuer: Mapped[str | None]
    sso_subject: Mapped[str | None]


class SessionRow(Base):
    """A browser that somebody signed in with. Of its secret only the hash is kept; ``before``: the hash of the secret that was
    exchanged last, good for a moment more; ``sso``: begun by single sign-on."""

    __tablename__ = "sessions"

    id: Mapped[int] = identity()
    person: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    secret: Mapped[str] = mapped_column(unique=True)
    before: Mapped[str | None] = mapped_column(index=True)
    turned_at: Mapped[datetime] = now()
    created_at: Mapped[datetime] = now()
    seen_at: Mapped[datetime] = now()
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    agent: Mapped[str]
    sso: Mapped[bool] = mapped_column(server_default=sa.false())


class TokenRow(Base):
    """A key for programs, with some of the abilities of its person."""

    __tablename__ = "tokens"

    id: Mapped[int] = identity()
    person: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    name: Mapped[str]
    secret: Mapped[str] = mapped_column(unique=True)
    may: Mapped[list[str]]
    created_at: Mapped[datetime] = now()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInTryRow(Base):
    """A failed try to sign in, by login and by address; kept as long as it counts."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (sa.Index(None, "key", "at"),)

    id: Mapped[int] = identity()
    key: Mapped[str]
    at: Mapped[datetime] = now()


class SsoTryRow(Base):
    """A browser on its way to the provider and back. Of its ``state`` and of its cookie (``browser``) only hashes are kept;
    coming back takes the row away."""

    __tablename__ = "sso_tries"
    __table_args__ = (sa.Index(None, "at"),)

    id: Mapped[int] = identity()
    state: Mapped[str] = mapped_column(unique=True)
    browser: Mapped[str]
    nonce: Mapped[str]
    verifier: Mapped[str]
    next: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime] = now()


class AuditRow(Base):
    """What somebody did. ``hash`` is of this row and of the hash before it, so that a changed or missing row breaks the chain."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    address: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    previous: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)

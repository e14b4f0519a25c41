"""The tables of joint surveys: the survey, who takes part, and the journal of its room."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, identity, now, plane


class SurveyRow(Base):
    """A joint survey. ``kind``: of :func:`layers.survey.kinds.kinds`; ``mode``: on_site, remote or mixed; ``state``:
    :data:`layers.survey.states.STATES`; ``case_id``: the case as other systems call it; ``agreed_for``: the common time, null
    until it is agreed; ``last_seq``: number of the newest event of its journal; ``closed_without``: units that had not concluded
    when it was closed, and why that was done."""

    __tablename__ = "surveys"

    id: Mapped[int] = identity()
    kind: Mapped[str]
    mode: Mapped[str]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="planned", index=True)
    site: Mapped[Any] = plane()
    proposal: Mapped[int | None] = mapped_column(sa.ForeignKey("proposals.id"), index=True)
    case_id: Mapped[str | None]
    organiser: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    agreed_for: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_seq: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    closed_without: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = now()


class SurveyOfficeRow(Base):
    """A whole office (``role``) or company that was invited: whoever of it comes becomes a participant."""

    __tablename__ = "survey_offices"
    __table_args__ = (
        sa.CheckConstraint("num_nonnulls(role, company) = 1", name="one_office"),
        sa.UniqueConstraint("survey", "role"),
        sa.UniqueConstraint("survey", "company"),
    )

    id: Mapped[int] = identity()
    survey: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"))
    role: Mapped[str | None]
    company: Mapped[int | None] = mapped_column(sa.ForeignKey("companies.id"))


class SurveyLinkRow(Base):
    """A link for guests. ``secret``: digest of what the address carries; ``pin``: hash, null without one; ``once``: no device
    but those that have come already gets in; ``task``: of :data:`layers.survey.tasks.Task`."""

    __tablename__ = "survey_links"

    id: Mapped[int] = identity()
    survey: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), index=True)
    name: Mapped[str]
    task: Mapped[str]
    secret: Mapped[str] = mapped_column(unique=True)
    pin: Mapped[str | None]
    once: Mapped[bool]
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime] = now()
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SurveyOpeningRow(Base):
    """One opening of a link. ``outcome``: of :data:`layers.survey.guests.Outcome`; ``secret``: digest of the cookie that the
    device was given, null where it was not let in; ``network``: the prefix alone; ``device``: its class alone."""

    __tablename__ = "survey_openings"

    id: Mapped[int] = identity()
    link: Mapped[int] = mapped_column(sa.ForeignKey("survey_links.id"), index=True)
    participant: Mapped[int | None] = mapped_column(sa.ForeignKey("survey_participants.id"))
    secret: Mapped[str | None] = mapped_column(unique=True)
    outcome: Mapped[str]
    network: Mapped[str]
    device: Mapped[str]
    at: Mapped[datetime] = now()


class SurveyPresenceRow(Base):
    """Whom a server process has in its rooms: ``seats`` is survey → participants, true until ``until``."""

    __tablename__ = "survey_presence"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    process: Mapped[str] = mapped_column(primary_key=True)
    seats: Mapped[dict[str, Any]] = mapped_column(JSONB)
    until: Mapped[datetime]


class SurveyParticipantRow(Base):
    """Who takes part: an account, or a guest by a link under ``name``. ``role``: the office they speak for, as it was when they
    were invited, ``guest`` without one; ``removed_at``: shut out."""

    __tablename__ = "survey_participants"
    __table_args__ = (
        sa.UniqueConstraint("survey", "person"),
        sa.CheckConstraint("num_nonnulls(person, link) = 1", name="account_or_guest"),
    )

    id: Mapped[int] = identity()
    survey: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"))
    person: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    link: Mapped[int | None] = mapped_column(sa.ForeignKey("survey_links.id"), index=True)
    name: Mapped[str | None]
    role: Mapped[str]
    task: Mapped[str] = mapped_column(server_default="take_part")
    invited_at: Mapped[datetime] = now()
    joined_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class SurveyFileRow(Base):
    """A file that was handed in; its bytes lie in the folder of files under ``sha256``."""

    __tablename__ = "survey_files"

    id: Mapped[int] = identity()
    survey: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), index=True)
    participant: Mapped[int] = mapped_column(sa.ForeignKey("survey_participants.id"))
    kind: Mapped[str]
    media_type: Mapped[str]
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    at: Mapped[datetime] = now()


class SurveyPauseRow(Base):
    """What holds a survey up, so that its clock stands. ``cause``: of :data:`layers.survey.clock.Cause`."""

    __tablename__ = "survey_pauses"

    id: Mapped[int] = identity()
    survey: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), index=True)
    cause: Mapped[str]
    note: Mapped[str]
    person: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    began_at: Mapped[datetime] = now()
    ended_at: Mapped[datetime | None]


class SurveyTimeRow(Base):
    """A time that the organiser offers."""

    __tablename__ = "survey_times"
    __table_args__ = (sa.UniqueConstraint("survey", "starts_at"),)

    id: Mapped[int] = identity()
    survey: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"))
    starts_at: Mapped[datetime]


class SurveyReplyRow(Base):
    """Can a participant come at an offered time? ``answer``: yes, no or maybe; the newest stands."""

    __tablename__ = "survey_replies"

    time: Mapped[int] = mapped_column(sa.ForeignKey("survey_times.id"), primary_key=True)
    participant: Mapped[int] = mapped_column(sa.ForeignKey("survey_participants.id"), primary_key=True)
    answer: Mapped[str]
    at: Mapped[datetime] = now()


class SurveyEventRow(Base):
    """The journal of a room, in the order of ``seq`` without gaps. Rows are added and never changed; the database sees to it.
    ``client_id``: made by the sender, so that what is sent twice is kept once; ``device_at``: the sender's clock, which may be
    wrong; ``at``: the server's."""

    __tablename__ = "survey_events"
    __table_args__ = (sa.UniqueConstraint("survey", "client_id"),)

    survey: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    client_id: Mapped[str] = mapped_column(UUID(as_uuid=False))
    participant: Mapped[int] = mapped_column(sa.ForeignKey("survey_participants.id"))
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    device_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class SurveyRecordRow(Base):
    """The record of a closed survey: canonical JSON with its seal (:class:`layers.signing.Seal`). Added once and never changed;
    the database sees to it."""

    __tablename__ = "survey_records"

    survey: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), primary_key=True, autoincrement=False)
    text: Mapped[str]
    sha256: Mapped[str]
    public_key: Mapped[str]
    signature: Mapped[str]
    made_at: Mapped[datetime] = now()

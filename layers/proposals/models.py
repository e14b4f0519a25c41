"""The tables of proposals: versions, what reviewers answered, tasks for the owners of layers, owners' sheets, decisions, log."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, identity, now, plane


class ProposalRow(Base):
    """A proposed line on its way. ``state``: :data:`layers.proposals.states.STATES`; ``version``: the number of its present one;
    ``route``: the stored route of the version that was submitted last; ``company``, ``author``: None where its line came with a
    file of the operator; ``revision`` counts changes, so that two hands at once are noticed."""

    __tablename__ = "proposals"
    __table_args__ = (sa.Index("proposals_districts", "districts", postgresql_using="gin"),)

    id: Mapped[int] = identity()
    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    company: Mapped[int | None] = mapped_column(sa.ForeignKey("companies.id"), index=True)
    author: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    route: Mapped[int | None] = mapped_column(sa.BigInteger, unique=True)
    districts: Mapped[list[str]] = mapped_column(server_default="{}")
    submitted_at: Mapped[datetime | None]
    due: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = now()
    changed_at: Mapped[datetime] = now()


class ProposalVersionRow(Base):
    """One version of a proposal, never changed once it was submitted. ``properties``: its fields as ``POST /api/review`` takes
    them (``spans`` too); ``verdict``, ``pieces``: the whole objects as judged when it was saved; ``route``: once submitted."""

    __tablename__ = "proposal_versions"
    __table_args__ = (sa.UniqueConstraint("proposal", "number"),)

    id: Mapped[int] = identity()
    proposal: Mapped[int] = mapped_column(sa.ForeignKey("proposals.id"))
    number: Mapped[int]
    geometry: Mapped[Any] = plane()
    properties: Mapped[dict[str, Any]]
    length_m: Mapped[float]
    outcome: Mapped[str]
    certainty: Mapped[str]
    pack: Mapped[str]
    on: Mapped[date]
    verdict: Mapped[dict[str, Any]]
    pieces: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(server_default="")
    saved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    saved_at: Mapped[datetime] = now()
    submitted_at: Mapped[datetime | None]
    route: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)


class FindingAnswerRow(Base):
    """What a reviewer says to one finding of a version; of one role the newest holds, the others are its history.
    ``key``: rule of the finding, or what it is about (``pipe:…``, ``work:…``); ``answer``: agree, contest or ask."""

    __tablename__ = "finding_answers"
    __table_args__ = (sa.Index(None, "version", "key"),)

    id: Mapped[int] = identity()
    version: Mapped[int] = mapped_column(sa.ForeignKey("proposal_versions.id"))
    key: Mapped[str]
    answer: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    person: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    role: Mapped[str]
    at: Mapped[datetime] = now()


class DataTaskRow(Base):
    """A question to the owner of a layer: what is missing there, or what is contested. ``state``: open, answered, closed;
    ``delivery``: the load of the layer that answered it."""

    __tablename__ = "data_tasks"
    __table_args__ = (sa.Index("data_tasks_open", "layer", postgresql_where=sa.text("state = 'open'")),)

    id: Mapped[int] = identity()
    kind: Mapped[str]
    layer: Mapped[str]
    owner: Mapped[str]
    proposal: Mapped[int | None] = mapped_column(sa.ForeignKey("proposals.id"), index=True)
    version: Mapped[int | None] = mapped_column(sa.ForeignKey("proposal_versions.id"))
    key: Mapped[str]
    question: Mapped[dict[str, Any]]
    geometry: Mapped[Any] = plane(nullable=True)
    opened_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    opened_at: Mapped[datetime] = now()
    state: Mapped[str] = mapped_column(server_default="open")
    answer: Mapped[str | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    answered_at: Mapped[datetime | None]
    delivery: Mapped[int | None] = mapped_column(sa.BigInteger)


class OwnerSheetRow(Base):
    """What one owner is asked to confirm of a version: 道路绿化和管线设施的内容与数量. ``content``: as computed;
    ``corrected``: what the owner says instead; ``paper``, ``paper_on``: number and day of what an owner without a desk here
    signed; ``digest``: of all of it and the signature."""

    __tablename__ = "owner_sheets"
    __table_args__ = (sa.UniqueConstraint("version", "owner"),)

    id: Mapped[int] = identity()
    version: Mapped[int] = mapped_column(sa.ForeignKey("proposal_versions.id"))
    owner: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="to_confirm")
    content: Mapped[dict[str, Any]]
    corrected: Mapped[dict[str, Any] | None]
    signed_name: Mapped[str | None]
    signed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    signed_at: Mapped[datetime | None]
    paper: Mapped[str] = mapped_column(server_default="")
    paper_on: Mapped[date | None]
    digest: Mapped[str | None]
    made_at: Mapped[datetime] = now()


class ProposalDecisionRow(Base):
    """What an authority decided of one item of a version: a permit item, or the filing of an exempt line. ``seat``: for which of
    the authorities that decide the item together, empty where one is enough; ``decision``: approve, conditions or refuse;
    ``paper``, ``paper_on``: number and day of the paper of an authority that has no desk here, whose consent is entered;
    ``verdict``: the judgement that was decided on, since one that changes is decided anew; ``digest``: of that verdict and of
    what is decided, under the name that signs."""

    __tablename__ = "proposal_decisions"
    __table_args__ = (
        sa.UniqueConstraint("verdict", "item", "seat"),
        sa.Index("proposal_decisions_version", "version"),
    )

    id: Mapped[int] = identity()
    version: Mapped[int] = mapped_column(sa.ForeignKey("proposal_versions.id"))
    verdict: Mapped[int] = mapped_column(sa.ForeignKey("verdicts.id"))
    item: Mapped[str]
    seat: Mapped[str] = mapped_column(server_default="")
    decision: Mapped[str]
    words: Mapped[str] = mapped_column(server_default="")
    paper: Mapped[str] = mapped_column(server_default="")
    paper_on: Mapped[date | None]
    person: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    role: Mapped[str]
    signed_name: Mapped[str]
    at: Mapped[datetime] = now()
    digest: Mapped[str]


class ProposalEventRow(Base):
    """The log of a proposal: what happened, when, by whom. Rows are added and never changed; the database sees to it."""

    __tablename__ = "proposal_events"
    __table_args__ = (sa.Index(None, "proposal"),)

    id: Mapped[int] = identity()
    proposal: Mapped[int] = mapped_column(sa.ForeignKey("proposals.id"))
    at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    person: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    what: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")

"""The tables of digging once: works, matches with their history, plans, digs, invitations, their log, and quiet plans."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, identity, now, plane

PRESENT, VALID, LIVE = "gone_at IS NULL", "valid_to IS NULL", "dropped_at IS NULL"


class WorkRow(Base):
    """A work as it was last matched (:data:`geo.colocation.works.COLUMNS`). Its id stays when its file is loaded again.

    ``key``: by what it is recognised; ``route``: its row in ``routes`` (None: an event); ``owed``: permit items by the newest
    verdict; ``accepted``: the day of filing; ``digest``: of all that is stated here.
    """

    __tablename__ = "works"
    __table_args__ = (
        sa.Index("works_geometry_present", "geometry", postgresql_using="gist", postgresql_where=sa.text(PRESENT)),
        sa.Index("works_party_present", "party", postgresql_where=sa.text(PRESENT)),
    )

    work_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    route: Mapped[int | None] = mapped_column(sa.BigInteger)
    kind: Mapped[str]
    party: Mapped[str | None]
    project: Mapped[str | None]
    utility: Mapped[str | None]
    start: Mapped[date | None]
    end: Mapped[date | None]
    firm: Mapped[bool]
    duration_days: Mapped[float | None]
    shift_days: Mapped[float | None]
    ready: Mapped[date | None]
    diameter_mm: Mapped[float | None]
    depth_m: Mapped[float | None]
    trench_width_m: Mapped[float | None]
    length_m: Mapped[float | None]
    voltage_kv: Mapped[float | None]
    pressure_mpa: Mapped[float | None]
    burial: Mapped[str | None]
    owed: Mapped[list[str]]
    accepted: Mapped[date | None]
    digest: Mapped[str]
    changed_at: Mapped[datetime] = now()
    gone_at: Mapped[datetime | None]
    geometry: Mapped[Any] = plane()


class MatchRunRow(Base):
    """One run of matching. ``scope``: all or changed; ``ground``: the deliveries that the roads came from."""

    __tablename__ = "match_runs"

    id: Mapped[int] = identity()
    at: Mapped[datetime] = now()
    scope: Mapped[str]
    pack: Mapped[str]
    settings: Mapped[dict[str, Any]]
    ground: Mapped[str]
    works: Mapped[int]
    changed: Mapped[int]
    opened: Mapped[int]
    closed: Mapped[int]
    left_out: Mapped[dict[str, Any]]


class MatchRow(Base):
    """One version of what is known of a pair. ``a`` is the lower work_id. ``ended``: changed or gone, None while it is valid;
    ``change``: what differs from the version before ({"new": true} for the first)."""

    __tablename__ = "matches"
    __table_args__ = (
        sa.UniqueConstraint("match_id", "version"),
        sa.Index("matches_match_id_valid", "match_id", unique=True, postgresql_where=sa.text(VALID)),
        sa.Index("matches_a_valid", "a", postgresql_where=sa.text(VALID)),
        sa.Index("matches_b_valid", "b", postgresql_where=sa.text(VALID)),
        sa.Index("matches_valid_from", "valid_from"),
    )

    id: Mapped[int] = identity()
    match_id: Mapped[str]
    version: Mapped[int]
    a: Mapped[str] = mapped_column(sa.ForeignKey("works.work_id"))
    b: Mapped[str] = mapped_column(sa.ForeignKey("works.work_id"))
    kind: Mapped[str]
    status: Mapped[str]
    shared_m: Mapped[float | None]
    stretches: Mapped[int]
    days_in_common: Mapped[int | None]
    first_common: Mapped[date | None]
    last_common: Mapped[date | None]
    same_party: Mapped[bool | None]
    road_names: Mapped[list[str]]
    note: Mapped[str | None]
    note_day: Mapped[date | None]
    pack: Mapped[str]
    digest: Mapped[str]
    change: Mapped[dict[str, Any]]
    run: Mapped[int] = mapped_column(sa.ForeignKey("match_runs.id"))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    ended: Mapped[str | None]


class MatchPartRow(Base):
    """One stretch or crossing of a version of a match, on the axis of ``a``. ``at``: its place among them."""

    __tablename__ = "match_parts"
    __table_args__ = (
        sa.UniqueConstraint("match", "at"),
        sa.Index("match_parts_geometry_valid", "geometry", postgresql_using="gist", postgresql_where=sa.text("valid")),
    )

    id: Mapped[int] = identity()
    match: Mapped[int] = mapped_column(sa.ForeignKey("matches.id"))
    at: Mapped[int]
    valid: Mapped[bool]
    kind: Mapped[str]
    road_id: Mapped[str | None]
    road_name: Mapped[str | None]
    shared_m: Mapped[float | None]
    from_m: Mapped[float | None]
    to_m: Mapped[float | None]
    side_a: Mapped[str | None]
    side_b: Mapped[str | None]
    gap_m: Mapped[float | None]
    a_from_m: Mapped[float | None]
    a_to_m: Mapped[float | None]
    b_from_m: Mapped[float | None]
    b_to_m: Mapped[float | None]
    pavement: Mapped[str | None]
    chain: Mapped[int]
    geometry: Mapped[Any] = plane()


class PlanRow(Base):
    """A plan. ``case``: what it was made from, so that it can be judged again whatever has changed since; ``made``: what the
    planner said; ``moves``: starts set by hand since; ``state``: queued, done or failed."""

    __tablename__ = "plans"

    id: Mapped[str] = mapped_column(UUID(as_uuid=False), primary_key=True, server_default=sa.func.gen_random_uuid())
    state: Mapped[str]
    job: Mapped[str | None] = mapped_column(UUID(as_uuid=False))
    created_at: Mapped[datetime] = now()
    created_by: Mapped[str]
    on: Mapped[date]
    pack: Mapped[str]
    scope: Mapped[dict[str, Any]]
    settings: Mapped[dict[str, Any]]
    case: Mapped[dict[str, Any] | None]
    made: Mapped[dict[str, Any] | None]
    moves: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    revision: Mapped[int] = mapped_column(server_default="1")
    stale: Mapped[bool] = mapped_column(server_default=sa.false())
    error: Mapped[dict[str, Any] | None]


class DigRow(Base):
    """A proposed joint dig. ``label``: its name within the plan; ``terms``: digest of who opens when, what parties answer to;
    ``shown``: the rest of it as people see it. ``dropped_at``: a later move took it apart."""

    __tablename__ = "digs"
    __table_args__ = (sa.UniqueConstraint("plan", "label"),)

    id: Mapped[int] = identity()
    plan: Mapped[str] = mapped_column(UUID(as_uuid=False), sa.ForeignKey("plans.id"))
    label: Mapped[str]
    revision: Mapped[int] = mapped_column(server_default="1")
    terms: Mapped[str]
    start: Mapped[date]
    end: Mapped[date]
    works: Mapped[list[str]]
    match_ids: Mapped[list[str]]
    metres_saved: Mapped[float]
    shown: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = now()
    changed_at: Mapped[datetime] = now()
    agreed_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class DigMemberRow(Base):
    """A work in a dig."""

    __tablename__ = "dig_members"

    dig: Mapped[int] = mapped_column(sa.ForeignKey("digs.id"), primary_key=True)
    work_id: Mapped[str] = mapped_column(sa.ForeignKey("works.work_id"), primary_key=True, index=True)
    party: Mapped[str | None]
    role: Mapped[str]
    order: Mapped[int]
    start: Mapped[date]
    end: Mapped[date]


class InvitationRow(Base):
    """What one party of a dig was asked, and its newest answer. The link's token is kept as a hash alone; ``round`` counts how
    often it was asked anew because the dig changed. ``seen_at`` and the answer belong to the present round."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.UniqueConstraint("dig", "party"),
        sa.Index("invitations_waiting", "deadline", postgresql_where=sa.text("state IN ('asked', 'seen')")),
    )

    id: Mapped[int] = identity()
    dig: Mapped[int] = mapped_column(sa.ForeignKey("digs.id"))
    party: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    round: Mapped[int] = mapped_column(server_default="1")
    sent_at: Mapped[datetime] = now()
    seen_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    deadline: Mapped[date]
    deadline_provisional: Mapped[bool]
    expires_at: Mapped[datetime]
    why: Mapped[str | None]
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    start: Mapped[date | None]
    end: Mapped[date | None]
    answered_by: Mapped[str | None]


class DigEventRow(Base):
    """The log of a dig: what happened, when, by whom. Rows are added and never changed; the database sees to it."""

    __tablename__ = "dig_events"
    __table_args__ = (sa.Index(None, "dig"),)

    id: Mapped[int] = identity()
    at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    actor: Mapped[str]
    what: Mapped[str]
    dig: Mapped[int] = mapped_column(sa.ForeignKey("digs.id"))
    invitation: Mapped[int | None] = mapped_column(sa.ForeignKey("invitations.id"))
    party: Mapped[str | None]
    round: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class QuietPlanRow(Base):
    """A *maybe* of one party: private, whatever is asked of the other tables. It is known by its token's hash alone."""

    __tablename__ = "quiet_plans"
    __table_args__ = (sa.Index("quiet_plans_geometry", "geometry", postgresql_using="gist"),)

    id: Mapped[int] = identity()
    token_hash: Mapped[str] = mapped_column(unique=True)
    party: Mapped[str]
    start: Mapped[date]
    end: Mapped[date]
    utility: Mapped[str | None]
    note: Mapped[str]
    contact: Mapped[str]
    created_at: Mapped[datetime] = now()
    geometry: Mapped[Any] = plane()


class QuietOverlapRow(Base):
    """That a quiet plan lies on another one (``other``) or on a work; when each side opened it to the other."""

    __tablename__ = "quiet_overlaps"
    __table_args__ = (
        sa.UniqueConstraint("quiet", "other"),
        sa.UniqueConstraint("quiet", "work_id"),
        sa.CheckConstraint("(other IS NULL) <> (work_id IS NULL)", name="one_of_both"),
        sa.CheckConstraint("other IS NULL OR quiet < other", name="once"),
    )

    id: Mapped[str] = mapped_column(UUID(as_uuid=False), primary_key=True, server_default=sa.func.gen_random_uuid())
    quiet: Mapped[int] = mapped_column(sa.ForeignKey("quiet_plans.id", ondelete="CASCADE"))
    other: Mapped[int | None] = mapped_column(sa.ForeignKey("quiet_plans.id", ondelete="CASCADE"))
    work_id: Mapped[str | None] = mapped_column(sa.ForeignKey("works.work_id"), index=True)
    opened_at: Mapped[datetime | None]
    other_opened_at: Mapped[datetime | None]

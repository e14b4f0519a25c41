"""Joint surveys: the survey, who takes part, and the journal of its room."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NEVER = """
CREATE FUNCTION survey_events_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal and the record of a survey are added to and never changed'; END $$
"""
# the city may be there already: its work CRS is what every other shape has
_SRID = (
    "DO $$ DECLARE srid int; BEGIN SELECT work_srid INTO srid FROM cities; IF srid IS NOT NULL THEN"
    " EXECUTE format('ALTER TABLE surveys ALTER COLUMN site TYPE geometry(Geometry, %s)', srid); END IF; END $$"
)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="planned"),
        sa.Column("site", Geometry("GEOMETRY", srid=-1, spatial_index=False), nullable=False),
        sa.Column("proposal", sa.BigInteger, sa.ForeignKey("proposals.id")),
        sa.Column("case_id", sa.Text),
        sa.Column("organiser", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("agreed_for", _TIME),
        sa.Column("opened_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("last_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("closed_without", JSONB),
        sa.Column("created_at", _TIME, nullable=False, server_default=sa.func.now()),
    )
    op.execute(_SRID)
    for column in ("state", "proposal", "organiser"):
        op.create_index(f"surveys_{column}", "surveys", [column])
    _create_links()
    op.create_table(
        "survey_participants",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("survey", sa.BigInteger, sa.ForeignKey("surveys.id"), nullable=False),
        sa.Column("person", sa.BigInteger, sa.ForeignKey("people.id")),
        sa.Column("link", sa.BigInteger, sa.ForeignKey("survey_links.id")),
        sa.Column("name", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False, server_default="take_part"),
        sa.Column("invited_at", _TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("joined_at", _TIME),
        sa.Column("removed_at", _TIME),
        sa.UniqueConstraint("survey", "person"),
        sa.CheckConstraint("num_nonnulls(person, link) = 1", name="account_or_guest"),
    )
    for column in ("person", "link"):
        op.create_index(f"survey_participants_{column}", "survey_participants", [column])
    _create_openings()
    _create_times()
    op.create_table(
        "survey_events",
        sa.Column("survey", sa.BigInteger, sa.ForeignKey("surveys.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("client_id", UUID(as_uuid=False), nullable=False),
        sa.Column("participant", sa.BigInteger, sa.ForeignKey("survey_participants.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("device_at", _TIME),
        sa.Column("at", _TIME, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.UniqueConstraint("survey", "client_id"),
    )
    op.create_table(
        "survey_files",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("survey", sa.BigInteger, sa.ForeignKey("surveys.id"), nullable=False),
        sa.Column("participant", sa.BigInteger, sa.ForeignKey("survey_participants.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("survey_files_survey", "survey_files", ["survey"])
    op.create_table(
        "survey_records",
        sa.Column("survey", sa.BigInteger, sa.ForeignKey("surveys.id"), primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False, server_default=sa.func.now()),
    )
    op.execute(_NEVER)
    for table in ("survey_events", "survey_records"):
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION survey_events_stay()"
        )


def _create_links() -> None:
    """Whom a survey invites beside single accounts: whole offices and companies, and guests by their links."""
    op.create_table(
        "survey_offices",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("survey", sa.BigInteger, sa.ForeignKey("surveys.id"), nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("company", sa.BigInteger, sa.ForeignKey("companies.id")),
        sa.CheckConstraint("num_nonnulls(role, company) = 1", name="one_office"),
        sa.UniqueConstraint("survey", "role"),
        sa.UniqueConstraint("survey", "company"),
    )
    op.create_table(
        "survey_links",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("survey", sa.BigInteger, sa.ForeignKey("surveys.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False, unique=True),
        sa.Column("pin", sa.Text),
        sa.Column("once", sa.Boolean, nullable=False),
        sa.Column("made_by", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("made_at", _TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
    )
    op.create_index("survey_links_survey", "survey_links", ["survey"])


def _create_openings() -> None:
    """What came of each opening of a link; who sits where on which process (not logged: worth nothing after a crash)."""
    op.create_table(
        "survey_openings",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("link", sa.BigInteger, sa.ForeignKey("survey_links.id"), nullable=False),
        sa.Column("participant", sa.BigInteger, sa.ForeignKey("survey_participants.id")),
        sa.Column("secret", sa.Text, unique=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("survey_openings_link", "survey_openings", ["link"])
    op.create_table(
        "survey_presence",
        sa.Column("process", sa.Text, primary_key=True),
        sa.Column("seats", JSONB, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        prefixes=["UNLOGGED"],
    )


def _create_times() -> None:
    """What holds a survey up; the times that are offered for it, and who can come when."""
    op.create_table(
        "survey_pauses",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("survey", sa.BigInteger, sa.ForeignKey("surveys.id"), nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("person", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("began_at", _TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("ended_at", _TIME),
    )
    op.create_index("survey_pauses_survey", "survey_pauses", ["survey"])
    op.create_table(
        "survey_times",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("survey", sa.BigInteger, sa.ForeignKey("surveys.id"), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.UniqueConstraint("survey", "starts_at"),
    )
    op.create_table(
        "survey_replies",
        sa.Column("time", sa.BigInteger, sa.ForeignKey("survey_times.id"), primary_key=True),
        sa.Column("participant", sa.BigInteger, sa.ForeignKey("survey_participants.id"), primary_key=True),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False, server_default=sa.func.now()),
    )


_TABLES = (
    "survey_replies", "survey_times", "survey_pauses", "survey_records", "survey_events", "survey_files", "survey_presence",
    "survey_openings", "survey_participants", "survey_links", "survey_offices", "surveys",
)  # fmt: skip


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION survey_events_stay()")

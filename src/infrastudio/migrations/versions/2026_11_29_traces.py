"""Traces."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "2026_11_29_traces"
down_revision = "2026_11_29_orders_of_instances"
branch_labels = None
depends_on = None


def text(length: int) -> sa.types.TypeEngine[str]:
    """Return the type of text that is compared byte by byte on every database."""
    return (
        sa.String(length)
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
    )


LONG_TEXT = (
    sa.Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)


def upgrade() -> None:
    """Make the schema newer."""
    op.create_table(
        "assessment",
        sa.Column("id", text(64), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("trace_id", text(32), nullable=False),
        sa.Column("name", text(250), nullable=False),
        sa.Column("kind", text(20), nullable=False),
        sa.Column("span_id", text(250), nullable=True),
        sa.Column("source_type", text(20), nullable=False),
        sa.Column("source_id", text(250), nullable=False),
        sa.Column("content", LONG_TEXT, nullable=False),
        sa.Column("value_text", LONG_TEXT, nullable=False),
        sa.Column("rationale", LONG_TEXT, nullable=True),
        sa.Column("metadata", LONG_TEXT, nullable=False),
        sa.Column("overrides", text(250), nullable=True),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_assessment_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_trace_id"), ["trace_id"], unique=False)

    op.create_table(
        "trace",
        sa.Column("id", text(32), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("experiment_id", text(20), nullable=False),
        sa.Column("client_request_id", text(250), nullable=True),
        sa.Column("client_request_id_folded", text(750), nullable=True),
        sa.Column("request_preview", LONG_TEXT, nullable=True),
        sa.Column("response_preview", LONG_TEXT, nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=True),
        sa.Column("state", text(20), nullable=False),
        sa.Column("location", LONG_TEXT, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_trace_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace")),
    )
    with op.batch_alter_table("trace", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trace_experiment_id_started_at"), ["experiment_id", "started_at"], unique=False
        )

    op.create_table(
        "trace_metadata",
        sa.Column("trace_id", text(32), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["trace_id"], ["trace.id"], name=op.f("fk_trace_metadata_trace_id")),
        sa.PrimaryKeyConstraint("trace_id", "key", name=op.f("pk_trace_metadata")),
    )
    op.create_table(
        "trace_run",
        sa.Column("trace_id", text(32), nullable=False),
        sa.Column("run_id", text(64), nullable=False),
        sa.ForeignKeyConstraint(["trace_id"], ["trace.id"], name=op.f("fk_trace_run_trace_id")),
        sa.PrimaryKeyConstraint("trace_id", "run_id", name=op.f("pk_trace_run")),
    )
    with op.batch_alter_table("trace_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trace_run_run_id"), ["run_id"], unique=False)

    op.create_table(
        "trace_tag",
        sa.Column("trace_id", text(32), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["trace_id"], ["trace.id"], name=op.f("fk_trace_tag_trace_id")),
        sa.PrimaryKeyConstraint("trace_id", "key", name=op.f("pk_trace_tag")),
    )


def downgrade() -> None:
    """Schemas only go forward; the way back is the backup taken before an upgrade."""
    raise RuntimeError("restore the backup that was taken before the upgrade")

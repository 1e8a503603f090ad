"""Spans of traces, and what of them can be searched."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "2026_12_04_spans"
down_revision = "2026_12_03_approvals"
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
        "trace_span",
        sa.Column("trace_id", text(32), nullable=False),
        sa.Column("span_id", text(16), nullable=False),
        sa.Column("parent_id", text(16), nullable=True),
        sa.Column("name", LONG_TEXT, nullable=False),
        sa.Column("name_folded", LONG_TEXT, nullable=True),
        sa.Column("type", LONG_TEXT, nullable=False),
        sa.Column("type_folded", LONG_TEXT, nullable=True),
        sa.Column("status", text(20), nullable=False),
        sa.Column("started_ns", sa.BigInteger(), nullable=False),
        sa.Column("content", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["trace_id"], ["trace.id"], name=op.f("fk_trace_span_trace_id")),
        sa.PrimaryKeyConstraint("trace_id", "span_id", name=op.f("pk_trace_span")),
    )
    op.create_table(
        "trace_span_attribute",
        sa.Column("trace_id", text(32), nullable=False),
        sa.Column("span_id", text(16), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["trace_id"], ["trace.id"], name=op.f("fk_trace_span_attribute_trace_id")),
        sa.PrimaryKeyConstraint("trace_id", "span_id", "key", name=op.f("pk_trace_span_attribute")),
    )
    with op.batch_alter_table("trace", schema=None) as batch_op:
        batch_op.add_column(sa.Column("from_spans", sa.Boolean(), nullable=False, server_default=sa.false()))

"""What another person has to confirm, and the stages of models that ask for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "2026_12_03_approvals"
down_revision = "2026_12_02_saved_views"
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
        "approval",
        sa.Column("id", text(20), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("verb", text(64), nullable=False),
        sa.Column("entity", text(32), nullable=False),
        sa.Column("entity_id", text(64), nullable=False),
        sa.Column("title", text(1000), nullable=False),
        sa.Column("arguments", LONG_TEXT, nullable=False),
        sa.Column("status", text(20), nullable=False),
        sa.Column("requested_by", text(80), nullable=False),
        sa.Column("request_reason", text(2000), nullable=True),
        sa.Column("decided_by", text(80), nullable=True),
        sa.Column("decision_reason", text(2000), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_approval_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approval_entity_entity_id_status"), ["entity", "entity_id", "status"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_approval_status_expires_at"), ["status", "expires_at"], unique=False)

    # SQLite takes NOT NULL with a default only; MySQL takes no default for long text
    default = "[]" if op.get_bind().dialect.name == "sqlite" else None
    column = sa.Column("protected_stages", LONG_TEXT, nullable=default is None, server_default=default)
    op.add_column("model", column)
    if default is None:
        model = sa.table("model", sa.column("protected_stages"))
        op.get_bind().execute(model.update().values(protected_stages="[]"))
        op.alter_column("model", "protected_stages", existing_type=LONG_TEXT, nullable=False)


def downgrade() -> None:
    """Schemas only go forward; the way back is the backup taken before an upgrade."""
    raise RuntimeError("restore the backup that was taken before the upgrade")

"""Evaluation datasets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "2026_11_29_traces_datasets"
down_revision = "2026_11_29_traces"
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
        "evaluation_dataset",
        sa.Column("id", text(64), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("name_folded", text(765), nullable=False),
        sa.Column("experiment_ids", LONG_TEXT, nullable=False),
        sa.Column("fields", LONG_TEXT, nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("record_count", sa.BigInteger(), nullable=False),
        sa.Column("created_by", text(250), nullable=True),
        sa.Column("updated_by", text(250), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_evaluation_dataset_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_dataset")),
    )
    with op.batch_alter_table("evaluation_dataset", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evaluation_dataset_project_id_created_at"), ["project_id", "created_at"], unique=False
        )

    op.create_table(
        "evaluation_record",
        sa.Column("id", text(64), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("dataset_id", text(64), nullable=False),
        sa.Column("inputs_digest", text(64), nullable=False),
        sa.Column("content", LONG_TEXT, nullable=False),
        sa.Column("created_by", text(250), nullable=True),
        sa.Column("updated_by", text(250), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_evaluation_record_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_record")),
        sa.UniqueConstraint("dataset_id", "inputs_digest", name=op.f("uq_evaluation_record_dataset_id_inputs_digest")),
    )
    op.create_table(
        "evaluation_dataset_experiment",
        sa.Column("dataset_id", text(64), nullable=False),
        sa.Column("experiment_id", text(20), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["evaluation_dataset.id"], name=op.f("fk_evaluation_dataset_experiment_dataset_id")
        ),
        sa.PrimaryKeyConstraint("dataset_id", "experiment_id", name=op.f("pk_evaluation_dataset_experiment")),
    )
    with op.batch_alter_table("evaluation_dataset_experiment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evaluation_dataset_experiment_experiment_id"), ["experiment_id"], unique=False
        )

    op.create_table(
        "evaluation_dataset_tag",
        sa.Column("dataset_id", text(64), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["evaluation_dataset.id"], name=op.f("fk_evaluation_dataset_tag_dataset_id")
        ),
        sa.PrimaryKeyConstraint("dataset_id", "key", name=op.f("pk_evaluation_dataset_tag")),
    )


def downgrade() -> None:
    """Schemas only go forward; the way back is the backup taken before an upgrade."""
    raise RuntimeError("restore the backup that was taken before the upgrade")

"""Instances are found by all their texts, in any case, and listed by id without sorting a project's rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "2026_11_28_instance_search"
down_revision = "2026_11_21_spine"
branch_labels = None
depends_on = None

LONG_TEXT = (
    sa.Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)
SEARCHED = ("name", "model_name", "cluster_name", "image_tag", "description")


def upgrade() -> None:
    """Make the schema newer."""
    # SQLite takes NOT NULL with a default only, and making the table anew would forget which ids were given
    default = "" if op.get_bind().dialect.name == "sqlite" else None
    op.add_column("instance", sa.Column("search_folded", LONG_TEXT, nullable=default is None, server_default=default))
    instance = sa.table("instance", *(sa.column(name) for name in ("id", "search_folded", *SEARCHED)))
    connection = op.get_bind()
    rows = connection.execute(sa.select(instance.c.id, *(instance.c[name] for name in SEARCHED))).all()
    for id, *texts in rows:
        folded = "\n".join(texts).casefold()
        connection.execute(instance.update().where(instance.c.id == id).values(search_folded=folded))
    op.create_index("ix_instance_project_id_id", "instance", ["project_id", "id"], unique=False)
    if default is None:
        op.alter_column("instance", "search_folded", existing_type=LONG_TEXT, nullable=False)

"""For how many days a project keeps its metric points and log lines."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_project_retention"
down_revision = "2026_11_30_keyframes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the schema newer."""
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.add_column(sa.Column("metric_retention_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("log_retention_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Schemas only go forward; the way back is the backup taken before an upgrade."""
    raise RuntimeError("restore the backup that was taken before the upgrade")

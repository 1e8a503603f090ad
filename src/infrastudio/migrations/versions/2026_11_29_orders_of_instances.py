"""Instances are listed in the orders that the table offers first without sorting a whole fleet."""

from alembic import op

revision = "2026_11_29_orders_of_instances"
down_revision = "2026_11_29_long_reads"
branch_labels = None
depends_on = None

ORDERS = ("updated_at", "replicas", "model_name", "cluster_name")


def upgrade() -> None:
    """Make the schema newer."""
    for order in ORDERS:
        op.create_index(f"ix_instance_project_id_{order}_id", "instance", ["project_id", order, "id"], unique=False)

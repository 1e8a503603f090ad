"""Long reads of the ledger look at indexes only: what happened in a window, and what changed between two moments."""

from alembic import op

revision = "2026_11_29_long_reads"
down_revision = "2026_11_28_instance_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the schema newer."""
    window = ["project_id", "kind", "occurred_at", "seq"]
    op.create_index("ix_event_project_id_kind_occurred_at_seq", "event", window, unique=False)
    last = ["entity", "entity_id", "seq", "project_id"]
    op.create_index("ix_event_entity_entity_id_seq_project_id", "event", last, unique=False)
    op.drop_index("ix_event_entity_entity_id_seq", table_name="event")
    op.drop_table("timeline_late_event")  # the first index finds late events where all others are

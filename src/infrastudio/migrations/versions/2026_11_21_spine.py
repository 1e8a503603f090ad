"""Spine."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "2026_11_21_spine"
down_revision = None
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
        "event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", text(20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", text(64), nullable=False),
        sa.Column("entity", text(32), nullable=False),
        sa.Column("entity_id", text(64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("actor", text(80), nullable=False),
        sa.Column("reason", LONG_TEXT, nullable=True),
        sa.Column("changes", LONG_TEXT, nullable=True),
        sa.Column("after", LONG_TEXT, nullable=True),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("links", LONG_TEXT, nullable=False),
        sa.Column("labels", LONG_TEXT, nullable=False),
        sa.Column("cause", text(20), nullable=True),
        sa.Column("request_id", text(64), nullable=True),
        sa.Column("trace_id", text(64), nullable=True),
        sa.Column("digests", LONG_TEXT, nullable=False),
        sa.Column("hash", text(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.UniqueConstraint("entity", "version", "entity_id", name=op.f("uq_event_entity_version_entity_id")),
    )
    op.create_index(op.f("ix_event_at"), "event", ["at"], unique=False)
    op.create_index(op.f("ix_event_cause"), "event", ["cause"], unique=False)
    op.create_index(op.f("ix_event_entity_entity_id_seq"), "event", ["entity", "entity_id", "seq"], unique=False)
    op.create_index(op.f("ix_event_kind_seq"), "event", ["kind", "seq"], unique=False)
    op.create_index(op.f("ix_event_project_id_seq"), "event", ["project_id", "seq"], unique=False)
    op.create_index(op.f("ix_event_request_id"), "event", ["request_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("actor", text(80), nullable=False),
        sa.Column("request", text(64), nullable=False),
        sa.Column("body_digest", text(64), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "request", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "ledger_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("hash", text(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_clock")),
        postgresql_with={"fillfactor": 10},
    )
    op.create_table(
        "project",
        sa.Column("id", text(20), nullable=False),
        sa.Column("slug", text(63), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("name_folded", text(1024), nullable=False),
        sa.Column("description", text(2000), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("slug", name=op.f("uq_project_slug")),
    )
    op.create_table(
        "search_checkpoint",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_checkpoint")),
    )
    op.create_table(
        "search_entry",
        sa.Column("entity", text(32), nullable=False),
        sa.Column("entity_id", text(64), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("name", text(255), nullable=True),
        sa.Column("title", text(255), nullable=True),
        sa.Column("name_folded", text(1024), nullable=False),
        sa.Column("text_folded", text(2100), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "entity_id", name=op.f("pk_search_entry")),
    )
    op.create_index(op.f("ix_search_entry_project_id_seq"), "search_entry", ["project_id", "seq"], unique=False)
    op.create_table(
        "timeline_checkpoint",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_checkpoint")),
    )
    op.create_table(
        "timeline_edge",
        sa.Column("from_entity", text(32), nullable=False),
        sa.Column("from_id", text(64), nullable=False),
        sa.Column("relation", text(32), nullable=False),
        sa.Column("to_entity", text(32), nullable=False),
        sa.Column("to_id", text(255), nullable=False),
        sa.Column("from_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("to_seq", sa.BigInteger(), nullable=True),
        sa.Column("project_id", text(20), nullable=False),
        sa.PrimaryKeyConstraint(
            "from_entity", "from_id", "relation", "to_entity", "to_id", "from_seq", name=op.f("pk_timeline_edge")
        ),
    )
    op.create_index(op.f("ix_timeline_edge_from_seq"), "timeline_edge", ["from_seq"], unique=False)
    op.create_index(op.f("ix_timeline_edge_to_entity_to_id"), "timeline_edge", ["to_entity", "to_id"], unique=False)
    op.create_table(
        "timeline_late_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_timeline_late_event")),
    )
    op.create_index(
        op.f("ix_timeline_late_event_project_id_occurred_at"),
        "timeline_late_event",
        ["project_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "token",
        sa.Column("id", text(20), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("kind", text(20), nullable=False),
        sa.Column("role", text(20), nullable=True),
        sa.Column("subject", text(80), nullable=False),
        sa.Column("scope", text(80), nullable=False),
        sa.Column("prefix", text(20), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
    op.create_index(op.f("ix_token_project_id"), "token", ["project_id"], unique=False)
    op.create_index(op.f("ix_token_subject"), "token", ["subject"], unique=False)
    op.create_table(
        "token_secret",
        sa.Column("digest", text(64), nullable=False),
        sa.Column("token_id", text(20), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_token_secret")),
        sa.UniqueConstraint("token_id", name=op.f("uq_token_secret_token_id")),
    )
    op.create_table(
        "tracking_text",
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("text", LONG_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_tracking_text")),
    )
    op.create_table(
        "artifact",
        sa.Column("id", text(20), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("location", LONG_TEXT, nullable=False),
        sa.Column("location_digest", text(64), nullable=False),
        sa.Column("path", LONG_TEXT, nullable=False),
        sa.Column("experiment_id", text(20), nullable=True),
        sa.Column("run_id", text(64), nullable=True),
        sa.Column("logged_model_id", text(64), nullable=True),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_artifact_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact")),
        sa.UniqueConstraint("project_id", "location_digest", name=op.f("uq_artifact_project_id_location_digest")),
    )
    op.create_index(op.f("ix_artifact_experiment_id"), "artifact", ["experiment_id"], unique=False)
    op.create_index(op.f("ix_artifact_logged_model_id"), "artifact", ["logged_model_id"], unique=False)
    op.create_index(op.f("ix_artifact_run_id"), "artifact", ["run_id"], unique=False)
    op.create_index(op.f("ix_artifact_sha256"), "artifact", ["sha256"], unique=False)
    op.create_table(
        "deployment",
        sa.Column("id", text(20), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("name", text(63), nullable=False),
        sa.Column("name_folded", text(63), nullable=False),
        sa.Column("environment", text(20), nullable=False),
        sa.Column("runtime", text(20), nullable=False),
        sa.Column("model_id", text(20), nullable=False),
        sa.Column("model_name", text(256), nullable=False),
        sa.Column("model_name_folded", text(768), nullable=False),
        sa.Column("model_version", sa.BigInteger(), nullable=False),
        sa.Column("replicas", sa.Integer(), nullable=False),
        sa.Column("split", LONG_TEXT, nullable=False),
        sa.Column("state", text(20), nullable=False),
        sa.Column("reason", LONG_TEXT, nullable=True),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revised_at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_deployment_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_deployment_project_id_name")),
    )
    op.create_index(
        op.f("ix_deployment_project_id_created_at"), "deployment", ["project_id", "created_at"], unique=False
    )
    op.create_table(
        "endpoint",
        sa.Column("id", text(20), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("deployment_id", text(20), nullable=False),
        sa.Column("protocol", text(20), nullable=False),
        sa.Column("path", text(255), nullable=False),
        sa.Column("method", text(10), nullable=False),
        sa.Column("authentication", text(20), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_endpoint_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
    )
    op.create_index(op.f("ix_endpoint_deployment_id"), "endpoint", ["deployment_id"], unique=False)
    op.create_table(
        "experiment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("name", text(500), nullable=False),
        sa.Column("name_folded", text(1500), nullable=False),
        sa.Column("owner", text(255), nullable=True),
        sa.Column("owner_folded", text(1024), nullable=False),
        sa.Column("description", text(2000), nullable=False),
        sa.Column("artifact_location", text(1000), nullable=False),
        sa.Column("artifact_location_folded", LONG_TEXT, nullable=False),
        sa.Column("lifecycle", text(10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("revised_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_experiment_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_experiment_project_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_experiment_project_id_lifecycle_created_at"),
        "experiment",
        ["project_id", "lifecycle", "created_at"],
        unique=False,
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("name_folded", text(1024), nullable=False),
        sa.Column("model_name", text(255), nullable=False),
        sa.Column("model_version", text(50), nullable=False),
        sa.Column("cluster_name", text(255), nullable=False),
        sa.Column("image_tag", text(255), nullable=False),
        sa.Column("replicas", sa.Integer(), nullable=False),
        sa.Column("pp", sa.Integer(), nullable=False),
        sa.Column("cp", sa.Integer(), nullable=False),
        sa.Column("tp", sa.Integer(), nullable=False),
        sa.Column("status", text(20), nullable=False),
        sa.Column("priority", text(20), nullable=False),
        sa.Column("description", text(2000), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_instance_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_instance_project_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_instance_project_id_status"), "instance", ["project_id", "status"], unique=False)
    op.create_table(
        "logged_model",
        sa.Column("id", text(64), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("experiment_id", text(20), nullable=False),
        sa.Column("name", text(500), nullable=False),
        sa.Column("name_folded", text(1500), nullable=False),
        sa.Column("model_type", text(500), nullable=True),
        sa.Column("model_type_folded", text(1500), nullable=False),
        sa.Column("source_run_id", text(64), nullable=True),
        sa.Column("status", text(20), nullable=False),
        sa.Column("status_message", LONG_TEXT, nullable=True),
        sa.Column("lifecycle", text(20), nullable=False),
        sa.Column("location", LONG_TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("revised_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_logged_model_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logged_model")),
    )
    op.create_index(
        op.f("ix_logged_model_experiment_id_lifecycle_created_at"),
        "logged_model",
        ["experiment_id", "lifecycle", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_logged_model_source_run_id"), "logged_model", ["source_run_id"], unique=False)
    op.create_table(
        "model",
        sa.Column("id", text(20), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("name", text(256), nullable=False),
        sa.Column("name_folded", text(1024), nullable=False),
        sa.Column("description", LONG_TEXT, nullable=True),
        sa.Column("framework", text(20), nullable=True),
        sa.Column("metadata", LONG_TEXT, nullable=False),
        sa.Column("latest_version", sa.BigInteger(), nullable=True),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("revised_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_model_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_model_project_id_name")),
    )
    op.create_table(
        "replica",
        sa.Column("id", text(20), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("deployment_id", text(20), nullable=False),
        sa.Column("model_version", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("state", text(20), nullable=False),
        sa.Column("reason", LONG_TEXT, nullable=True),
        sa.Column("address", text(255), nullable=True),
        sa.Column("pid", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_replica_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replica")),
    )
    op.create_index(
        op.f("ix_replica_deployment_id_place_created_at"),
        "replica",
        ["deployment_id", "place", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_replica_state"), "replica", ["state"], unique=False)
    op.create_table(
        "experiment_tag",
        sa.Column("experiment_id", sa.BigInteger(), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_experiment_tag_experiment_id")),
        sa.PrimaryKeyConstraint("experiment_id", "key", name=op.f("pk_experiment_tag")),
    )
    op.create_index(op.f("ix_experiment_tag_key"), "experiment_tag", ["key"], unique=False)
    op.create_table(
        "logged_model_param",
        sa.Column("logged_model_id", text(64), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["logged_model_id"], ["logged_model.id"], name=op.f("fk_logged_model_param_logged_model_id")
        ),
        sa.PrimaryKeyConstraint("logged_model_id", "key", name=op.f("pk_logged_model_param")),
    )
    op.create_table(
        "logged_model_tag",
        sa.Column("logged_model_id", text(64), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["logged_model_id"], ["logged_model.id"], name=op.f("fk_logged_model_tag_logged_model_id")
        ),
        sa.PrimaryKeyConstraint("logged_model_id", "key", name=op.f("pk_logged_model_tag")),
    )
    op.create_table(
        "model_alias",
        sa.Column("model_id", text(20), nullable=False),
        sa.Column("alias", text(255), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_model_alias_model_id")),
        sa.PrimaryKeyConstraint("model_id", "alias", name=op.f("pk_model_alias")),
    )
    op.create_table(
        "model_tag",
        sa.Column("model_id", text(20), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_model_tag_model_id")),
        sa.PrimaryKeyConstraint("model_id", "key", name=op.f("pk_model_tag")),
    )
    op.create_table(
        "model_version",
        sa.Column("id", text(64), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("model_id", text(20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("description", LONG_TEXT, nullable=True),
        sa.Column("stage", text(20), nullable=False),
        sa.Column("status", text(20), nullable=False),
        sa.Column("status_message", LONG_TEXT, nullable=True),
        sa.Column("source", LONG_TEXT, nullable=False),
        sa.Column("source_folded", LONG_TEXT, nullable=False),
        sa.Column("location", LONG_TEXT, nullable=False),
        sa.Column("run_id", text(64), nullable=True),
        sa.Column("logged_model_id", text(64), nullable=True),
        sa.Column("run_link", text(500), nullable=True),
        sa.Column("flavors", LONG_TEXT, nullable=False),
        sa.Column("signature", LONG_TEXT, nullable=True),
        sa.Column("evaluation", LONG_TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("revised_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_model_version_model_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_model_version_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sa.UniqueConstraint("model_id", "number", name=op.f("uq_model_version_model_id_number")),
    )
    op.create_index(op.f("ix_model_version_logged_model_id"), "model_version", ["logged_model_id"], unique=False)
    op.create_index(op.f("ix_model_version_run_id"), "model_version", ["run_id"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", text(32), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("experiment_id", sa.BigInteger(), nullable=False),
        sa.Column("name", LONG_TEXT, nullable=False),
        sa.Column("name_folded", LONG_TEXT, nullable=False),
        sa.Column("status", text(20), nullable=False),
        sa.Column("status_reason", LONG_TEXT, nullable=True),
        sa.Column("user", text(255), nullable=False),
        sa.Column("user_folded", text(1024), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", text(64), nullable=True),
        sa.Column("job_id", text(20), nullable=True),
        sa.Column("lifecycle", text(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_run_experiment_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_run_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(
        op.f("ix_run_experiment_id_lifecycle_created_at"),
        "run",
        ["experiment_id", "lifecycle", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_run_experiment_id_lifecycle_started_at"),
        "run",
        ["experiment_id", "lifecycle", "started_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_run_experiment_id_lifecycle_status"), "run", ["experiment_id", "lifecycle", "status"], unique=False
    )
    op.create_index(op.f("ix_run_parent_id"), "run", ["parent_id"], unique=False)
    op.create_index(
        op.f("ix_run_project_id_lifecycle_created_at"), "run", ["project_id", "lifecycle", "created_at"], unique=False
    )
    op.create_table(
        "job",
        sa.Column("id", text(20), nullable=False),
        sa.Column("project_id", text(20), nullable=False),
        sa.Column("run_id", text(32), nullable=False),
        sa.Column("experiment_id", text(19), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("name_folded", text(1024), nullable=False),
        sa.Column("argv", LONG_TEXT, nullable=False),
        sa.Column("cwd", LONG_TEXT, nullable=True),
        sa.Column("recipe", text(100), nullable=True),
        sa.Column("owner", text(255), nullable=True),
        sa.Column("params", LONG_TEXT, nullable=False),
        sa.Column("tags", LONG_TEXT, nullable=False),
        sa.Column("config", LONG_TEXT, nullable=False),
        sa.Column("config_version_id", text(255), nullable=True),
        sa.Column("executor", text(20), nullable=False),
        sa.Column("resources", LONG_TEXT, nullable=False),
        sa.Column("environment", LONG_TEXT, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("timeout_s", sa.Double(), nullable=True),
        sa.Column("retries", LONG_TEXT, nullable=False),
        sa.Column("status", text(20), nullable=False),
        sa.Column("status_reason", LONG_TEXT, nullable=True),
        sa.Column("stopping", text(20), nullable=True),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("attempts", LONG_TEXT, nullable=False),
        sa.Column("exit_reason", LONG_TEXT, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_job_project_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_job_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_project_id_created_at"), "job", ["project_id", "created_at"], unique=False)
    op.create_index(op.f("ix_job_run_id"), "job", ["run_id"], unique=False)
    op.create_index(op.f("ix_job_status_created_at"), "job", ["status", "created_at"], unique=False)
    op.create_table(
        "model_version_tag",
        sa.Column("version_id", text(64), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["model_version.id"], name=op.f("fk_model_version_tag_version_id")),
        sa.PrimaryKeyConstraint("version_id", "key", name=op.f("pk_model_version_tag")),
    )
    op.create_table(
        "run_dataset",
        sa.Column("run_id", text(32), nullable=False),
        sa.Column("name", text(500), nullable=False),
        sa.Column("digest", text(36), nullable=False),
        sa.Column("name_folded", text(1500), nullable=False),
        sa.Column("digest_folded", text(144), nullable=False),
        sa.Column("context", LONG_TEXT, nullable=True),
        sa.Column("context_folded", LONG_TEXT, nullable=True),
        sa.Column("source_type", text(36), nullable=False),
        sa.Column("source_sha256", text(64), nullable=False),
        sa.Column("schema_sha256", text(64), nullable=True),
        sa.Column("profile_sha256", text(64), nullable=True),
        sa.Column("tags", LONG_TEXT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_dataset_run_id")),
        sa.PrimaryKeyConstraint("run_id", "name", "digest", name=op.f("pk_run_dataset")),
    )
    op.create_index(op.f("ix_run_dataset_name"), "run_dataset", ["name"], unique=False)
    op.create_table(
        "run_model",
        sa.Column("run_id", text(32), nullable=False),
        sa.Column("direction", text(6), nullable=False),
        sa.Column("model_id", text(64), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_model_run_id")),
        sa.PrimaryKeyConstraint("run_id", "direction", "model_id", name=op.f("pk_run_model")),
    )
    op.create_index(op.f("ix_run_model_model_id"), "run_model", ["model_id"], unique=False)
    op.create_table(
        "run_param",
        sa.Column("run_id", text(32), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_param_run_id")),
        sa.PrimaryKeyConstraint("run_id", "key", name=op.f("pk_run_param")),
    )
    op.create_index(op.f("ix_run_param_key"), "run_param", ["key"], unique=False)
    op.create_table(
        "run_tag",
        sa.Column("run_id", text(32), nullable=False),
        sa.Column("key", text(250), nullable=False),
        sa.Column("value", LONG_TEXT, nullable=False),
        sa.Column("value_folded", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_tag_run_id")),
        sa.PrimaryKeyConstraint("run_id", "key", name=op.f("pk_run_tag")),
    )
    op.create_index(op.f("ix_run_tag_key"), "run_tag", ["key"], unique=False)
    op.execute(
        "insert into ledger_clock (id, seq, at, hash) select 1, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000' "
        "from (select 1 as one) as once where not exists (select 1 from ledger_clock)"
    )


def downgrade() -> None:
    """Schemas only go forward; the way back is the backup taken before an upgrade."""
    raise RuntimeError("restore the backup that was taken before the upgrade")

"""Every table says whether the ledger tells of it, fits every database and is what the migrations make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, String, Text, TypeDecorator, inspect
from sqlalchemy.types import TypeEngine

from architecture.repository import PACKAGE, import_registries
from infrastudio.migrations.upgrade import LATEST, VERSION_TABLE, upgrade
from infrastudio.stores.db import Base, ConnectionSettings
from infrastudio.stores.db.engines import write_engine
from infrastudio.stores.ledger.event import EVENT_KINDS
from infrastudio.stores.ledger.replay import PROJECTIONS

LEDGERED = {
    "ApprovalRow": "approval",
    "ArtifactRow": "artifact",
    "AssessmentRow": "assessment",
    "DeploymentRow": "deployment",
    "EndpointRow": "endpoint",
    "EvaluationDatasetExperimentRow": "evaluation_dataset",
    "EvaluationDatasetRow": "evaluation_dataset",
    "EvaluationDatasetTagRow": "evaluation_dataset",
    "EvaluationRecordRow": "evaluation_record",
    "ExperimentRow": "experiment",
    "ExperimentTagRow": "experiment",
    "InstanceRow": "instance",
    "JobRow": "job",
    "LoggedModelParamRow": "logged_model",
    "LoggedModelRow": "logged_model",
    "LoggedModelTagRow": "logged_model",
    "ModelAliasRow": "model",
    "ModelRow": "model",
    "ModelTagRow": "model",
    "ModelVersionRow": "model_version",
    "ModelVersionTagRow": "model_version",
    "ProjectRow": "project",
    "ReplicaRow": "replica",
    "RunDatasetRow": "run",
    "RunModelRow": "run",
    "RunParamRow": "run",
    "RunRow": "run",
    "RunTagRow": "run",
    "SavedViewRow": "saved_view",
    "TokenRow": "token",
}
"""Tables whose rows follow from the events of an entity. To add one is to promise that `studio replay` rebuilds it."""

SCRATCH = {
    "EdgeRow",
    "EventRow",
    "IdempotencyKeyRow",
    "KeyframeRow",
    "LedgerClockRow",
    "SearchCheckpointRow",
    "SearchEntryRow",
    "SpanAttributeRow",
    "SpanRow",
    "TimelineCheckpointRow",
    "TokenSecretRow",
    "TraceMetadataRow",
    "TraceRow",
    "TraceRunRow",
    "TraceTagRow",
    "TrackingTextRow",
}
"""Tables that no event tells of. To add one is to say that losing it loses no fact."""


def tables() -> list[type[Base]]:
    """Return every table class of the package."""
    import_registries()
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda table: table.__name__)


def columns() -> Iterator[tuple[str, Column[object]]]:
    """Return every column of every table with its dotted name."""
    import_registries()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            yield f"{table.name}.{column.name}", column


def base_type(found: TypeEngine[object]) -> TypeEngine[object]:
    """Return what a decorated type is on the wire to the database."""
    return base_type(found.impl_instance) if isinstance(found, TypeDecorator) else found


@pytest.fixture(scope="module")
def migrated(database_url: str) -> Iterator[Engine]:
    """An empty database of each kind that the migrations have brought to their head."""
    engine = write_engine(ConnectionSettings(url=database_url))
    upgrade(engine)
    yield engine
    engine.dispose()


def test_both_lists_name_every_table_and_no_other() -> None:
    assert {table.__name__: table.ledgered for table in tables() if table.ledgered} == LEDGERED
    assert {table.__name__ for table in tables() if table.scratch} == SCRATCH


def test_a_scratch_table_says_why_no_event_tells_of_it() -> None:
    assert [table.__name__ for table in tables() if table.scratch is not None and len(table.scratch.split()) < 3] == []


def test_every_ledgered_entity_is_rebuilt_by_a_projection_and_has_events() -> None:
    entities = {table.ledgered for table in tables() if table.ledgered}
    assert entities - set(PROJECTIONS) == set()
    assert entities - {kind.partition(".")[0] for kind in EVENT_KINDS} == set()


def test_every_ledgered_table_counts_the_writes_of_its_entity() -> None:
    """The table whose key is the entity's own has `version`, from which ETag and 412 follow."""
    without = [
        table.__name__
        for table in tables()
        if table.ledgered == table.__tablename__ and "version" not in table.__table__.columns
    ]
    assert without == []


def test_every_string_column_has_a_length() -> None:
    """MariaDB refuses a VARCHAR without one."""
    endless = [
        name
        for name, column in columns()
        if isinstance(kind := base_type(column.type), String) and not isinstance(kind, Text) and not kind.length
    ]
    assert endless == []


def test_no_index_or_key_stands_on_text_without_a_limit() -> None:
    """MariaDB refuses those too."""
    import_registries()
    keyed = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for key in [*table.indexes, *table.constraints]
        for column in getattr(key, "columns", [])
        if isinstance(base_type(column.type), Text)
    }
    assert keyed == set()


def test_every_constraint_and_index_has_a_name_that_every_database_takes() -> None:
    """PostgreSQL cuts names at 63 characters and MariaDB refuses more than 64."""
    import_registries()
    named = [item for table in Base.metadata.sorted_tables for item in [table, *table.indexes, *table.constraints]]
    names = [str(name) for item in named if (name := getattr(item, "name", None)) is not None]
    assert [name for name in names if len(name) > 63] == []


def test_text_is_compared_byte_by_byte_on_mariadb() -> None:
    """Its default collation takes `a`, `A` and `ä` for the same name; `text_column` and `LongText` do not."""
    import_registries()
    loose = [
        name
        for name, column in columns()
        if isinstance(base_type(column.type), String) and "mysql" not in base_type(column.type)._variant_mapping
    ]
    assert loose == []


def test_the_migrations_make_the_tables_of_the_models(migrated: Engine) -> None:
    import_registries()
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_make_no_table_that_no_model_knows(migrated: Engine) -> None:
    import_registries()
    known = set(Base.metadata.tables) | {VERSION_TABLE}
    assert set(inspect(migrated).get_table_names()) - known - {"sqlite_sequence"} == set()


def test_migrations_have_one_head_and_their_order_is_that_of_their_names() -> None:
    """`upgrade` compares names only, so that a start imports no Alembic."""
    config = Config()
    config.set_main_option("script_location", str(PACKAGE / "migrations"))
    directory = ScriptDirectory.from_config(config)
    revisions = [script.revision for script in directory.walk_revisions()]
    assert directory.get_heads() == [LATEST]
    assert revisions == sorted(revisions, reverse=True)
    assert revisions == sorted(
        (path.stem for path in (PACKAGE / "migrations/versions").glob("[0-9]*.py")), reverse=True
    )

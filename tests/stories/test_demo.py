"""The demo as a newcomer runs it, and the proof that its ledger tells all that its tables hold."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection

from architecture.repository import import_registries
from architecture.test_tables import LEDGERED
from conftest import open_database
from infrastudio.cli.demo.story import MODEL
from infrastudio.contexts.data.schemas import EvaluationDatasetIn, EvaluationRecordIn
from infrastudio.contexts.data.service import evaluation
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service as instances
from infrastudio.contexts.registry.service import models, versions
from infrastudio.contexts.tracing.schemas import AssessmentIn, TraceIn
from infrastudio.contexts.tracing.service import assessments, traces
from infrastudio.contexts.tracking import service as tracking
from infrastudio.contexts.tracking.schemas import DatasetInput, RunCreate
from infrastudio.contexts.views import service as views
from infrastudio.contexts.views.schemas import SavedViewIn
from infrastudio.stores.db import Base, Database
from infrastudio.stores.ledger import Finding
from infrastudio.stores.ledger.replay import compare_tables, fold_events, read_entries, rebuilt_tables
from make import an_instance
from running_server import clean_environment

DEADLINE_S = 240


@dataclass(frozen=True)
class Played:
    """A demo that has ended."""

    folder: Path
    output: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play the demo to its end."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    done = studio("demo", "--exit", "--port", "0", "--data", str(folder))
    assert done.returncode == 0, done.stderr
    return Played(folder, done.stdout)


def studio(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `studio …` as a user does."""
    command = [sys.executable, "-m", "infrastudio.cli.main", *arguments]
    environment = clean_environment(COLUMNS="200")
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=DEADLINE_S)


def test_the_demo_ends_with_what_it_has_done(played: Played) -> None:
    for label in ("Studio", "Run", "Accuracy", "Model", "Deployment", "Latency"):
        assert re.search(rf"^│ {label} ", played.output, re.MULTILINE), played.output
    assert "over the wire, equal to the local model on the same 500 rows" in played.output
    assert re.search(r"p50 [0-9.]+ ms, p99 [0-9.]+ ms", played.output)


def test_nothing_of_the_demo_goes_on_after_its_end(played: Played) -> None:
    mentions = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue  # it ended while we looked
        if str(played.folder).encode() in command:
            mentions.append(command)
    assert mentions == []


def test_it_leaves_a_fleet_with_a_past(played: Played) -> None:
    with closing(sqlite3.connect(played.folder / "studio.db")) as hand:
        instances_now = hand.execute("select count(*) from instance").fetchone()
        labelled = "select count(*) from event where entity = 'instance' and json_extract(labels, '$.demo')"
        assert (instances_now, hand.execute(labelled).fetchone()) == ((60,), (664,))


def test_its_tables_are_what_its_ledger_tells(played: Played) -> None:
    proven = studio("replay", "--verify", "--json", "--data", str(played.folder))
    assert (proven.returncode, json.loads(proven.stdout)["findings"]) == (0, []), proven.stdout + proven.stderr


@pytest.fixture(scope="module")
def demo_db(played: Played) -> Iterator[Database]:
    """The demo's database; what the demo itself does not make is added by the services."""
    with open_database(f"sqlite:///{played.folder / 'studio.db'}") as db:
        with db.begin(SINGLE_USER) as uow:
            instances.create(uow, an_instance())
            run = tracking.create_run(uow, RunCreate(experiment_id="0"))
            tracking.log_inputs(uow, run.id, [DatasetInput(name="digits", digest="1")])
            tracking.set_experiment_tags(uow, "0", {"team": "vision"})
            models.set_tags(uow, MODEL, {"task": "digits"})
            versions.set_tags(uow, MODEL, 1, {"checked": "yes"})
            asked = TraceIn(
                id=f"{7:032x}", experiment_id="0", started_at=uow.now, location="mlflow-artifacts:/0/traces"
            )
            traces.record(uow, "default", asked)
            assessments.create(uow, asked.id, AssessmentIn(name="correct", kind="feedback", content={"value": True}))
            examples = EvaluationDatasetIn(name="questions", experiment_ids=("0",), tags={"team": "vision"})
            dataset = evaluation.create(uow, examples)
            evaluation.merge_records(uow, dataset.id, [EvaluationRecordIn(inputs={"question": "Which digit?"})])
            views.create(uow, SavedViewIn(name="best", page="experiments", about="0", parameters={"sort": "name"}))
        yield db


@pytest.fixture(scope="module")
def rebuilt(demo_db: Database) -> Iterator[Connection]:
    """The tables as the demo's ledger tells them, made once for all the cells."""
    import_registries()
    with demo_db.snapshot(SINGLE_USER) as snapshot:
        folded, disagreements = fold_events(read_entries(snapshot))
    with rebuilt_tables(folded) as (tables, unknown):
        assert disagreements + unknown == []
        yield tables


@pytest.mark.parametrize("row", sorted(LEDGERED))
def test_a_cell_changed_by_hand_in_any_column_is_found(
    played: Played, demo_db: Database, rebuilt: Connection, row: str
) -> None:
    table = next(
        Base.metadata.tables[mapper.class_.__tablename__]
        for mapper in Base.registry.mappers
        if mapper.class_.__name__ == row
    )
    file = played.folder / "studio.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as hand, closing(sqlite3.connect(":memory:")) as sound:
        hand.backup(sound)
        found = hand.execute(f'select rowid, * from "{table.name}" limit 1')
        cells = found.fetchone()
        assert cells is not None, f"{table.name} is empty"
        for (column, *_), value in zip(found.description[1:], cells[1:], strict=True):
            try:
                hand.execute(f'update "{table.name}" set "{column}" = ? where rowid = ?', (forged(value), cells[0]))
            except sqlite3.IntegrityError:
                continue  # the database itself refuses it
            try:
                assert any(table.name in finding.where for finding in findings(demo_db, rebuilt)), (
                    f"{table.name}.{column}"
                )
            finally:
                sound.backup(hand)
    assert findings(demo_db, rebuilt) == []


def forged(value: object) -> object:
    """Return something else than a cell's value."""
    if value in (0, 1):
        return 1 - int(value)
    return value + 1 if isinstance(value, int | float) else f"{value or ''}0"


def findings(db: Database, rebuilt: Connection) -> list[Finding]:
    """Return what the proof finds."""
    with db.snapshot(SINGLE_USER) as snapshot:
        return compare_tables(snapshot, rebuilt)

"""Whatever is done by whom in which order: what was answered once is answered as of then for ever."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import infrastudio
from contexts.instances.playing import QUESTIONS, STEPS, Answered, Player, Question, Step, asked_again
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.stores import ledger
from infrastudio.stores.db import Database
from running_server import clean_environment

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def answered(db: Database) -> list[Answered]:
    """What was answered in this module, kept to be asked again later."""
    return []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=1, max_size=10), questions=st.lists(QUESTIONS, min_size=1, max_size=3))
def test_the_past_answers_as_it_did(
    db: Database, answered: list[Answered], steps: list[Step], questions: list[Question]
) -> None:
    moments = played(db, steps, questions)
    for moment in moments:
        assert asked_again(db, moment) == moment.answers
        assert ledger.resolve_as_of(db, SINGLE_USER, moment.at).seq == moment.seq
    answered.extend(moments[-2:])


def test_after_a_replay_it_still_does(db: Database, answered: list[Answered]) -> None:
    assert answered
    with db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.verify_tables(snapshot) == []
        assert ledger.verify_chain(snapshot) == []
    for moment in answered:
        assert asked_again(db, moment) == moment.answers


def test_after_a_release_with_a_new_field_it_still_does(
    db: Database, database_url: str, answered: list[Answered], tmp_path: Path
) -> None:
    """Old events lack the field: what they tell has its default, in lists, filters, single states and histories."""
    make_newer_release(tmp_path)
    (tmp_path / "answered.json").write_text(json.dumps([asdict(moment) for moment in answered]))
    command = [sys.executable, "-m", "contexts.instances.newer_release", database_url, str(tmp_path / "answered.json")]
    path = clean_environment(PYTHONPATH=f"{tmp_path}:{Path(__file__).parents[2]}")
    done = subprocess.run(command, env=path, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == f"{len(answered)} moments"


def played(db: Database, steps: list[Step], questions: list[Question]) -> list[Answered]:
    """Do all steps in a new project and ask after each that was done."""
    player = Player(db, f"past-{next(_numbers)}")
    found = []
    for step, question in zip(steps, itertools.cycle(questions), strict=False):
        if (at := player.do(step)) is not None:
            found.append(player.ask(question, at))
    return found


def make_newer_release(folder: Path) -> None:
    """Write the package as a later release would have it: instances have a `tier`, `standard` by default."""
    package = folder / "infrastudio"
    shutil.copytree(Path(infrastudio.__file__).parent, package, ignore=shutil.ignore_patterns("ui"))
    room = package / "contexts/instances"
    insert(room / "schemas/instances.py", '    description: Description | None = ""\n', '    tier: Name = "standard"\n')
    insert(room / "schemas/instances.py", "    description: Description | None = None\n", '    tier: Name = ""\n')
    insert(room / "schemas/instances.py", "    description: str\n", '    tier: str = "standard"\n')
    insert(room / "schemas/instances.py", "    q: str | None = None\n", "    tier: str | None = None\n")
    column = 'tier: Mapped[str] = mapped_column(text_column(255), default="standard")'
    insert(room / "tables.py", "    description: Mapped[str] = mapped_column(text_column(2000))\n", f"    {column}\n")
    before = max(path.stem for path in (package / "migrations/versions").glob("[0-9]*.py"))
    (package / "migrations/versions/2099_01_01_tier.py").write_text(MIGRATION.format(before=before))


def insert(file: Path, behind: str, text: str) -> None:
    """Put text behind a line that stands in a file once."""
    source = file.read_text()
    assert source.count(behind) == 1, (file, behind)
    file.write_text(source.replace(behind, behind + text))


MIGRATION = '''"""Instances have a tier."""

import sqlalchemy as sa
from alembic import op

revision = "2099_01_01_tier"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the schema newer."""
    op.add_column("instance", sa.Column("tier", sa.String(255), nullable=False, server_default="standard"))
'''

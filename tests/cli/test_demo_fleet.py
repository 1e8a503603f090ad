"""The past of the demo's fleet: the same for the same seed, believable, and told by its ledger alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from conftest import open_database
from infrastudio.cli.demo.fleet_plan import CHANGES, Step, first_day, plan
from infrastudio.cli.demo.past import record_past
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import queries, service
from infrastudio.contexts.instances.schemas import InstanceFilter
from infrastudio.stores import ledger
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import EventRow, LedgerClockRow, verify_chain, verify_tables
from make import an_instance

UNTIL = datetime(2026, 11, 27, tzinfo=UTC)
FLEET = 60


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the past in it."""
    folder = tmp_path_factory.mktemp("past")
    record_past(folder, until=UNTIL)
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """Open what was recorded."""
    with open_database(f"sqlite:///{folder / 'studio.db'}") as db:
        yield db


def chain_end(folder: Path) -> tuple[int, str]:
    """Return the number of events and the hash that stands for all of them."""
    with opened(folder) as db, db.snapshot(SINGLE_USER) as snapshot:
        clock = snapshot.execute(select(LedgerClockRow.seq, LedgerClockRow.hash)).one()
        return clock.seq, clock.hash


def events_of_instances(folder: Path) -> list[ledger.Entry]:
    """Return what happened to the fleet, in order."""
    with opened(folder) as db, db.snapshot(SINGLE_USER) as snapshot:
        rows = snapshot.execute(ledger.select_entries(EventRow.entity == "instance").order_by(EventRow.seq))
        return [ledger.entry_of(row) for row in rows]


def test_the_same_seed_and_end_give_the_same_chain_of_hashes(recorded: Path, tmp_path: Path) -> None:
    record_past(tmp_path / "again", until=UNTIL)
    assert chain_end(tmp_path / "again") == chain_end(recorded)


def test_another_seed_gives_another_chain(recorded: Path, tmp_path: Path) -> None:
    record_past(tmp_path / "other", until=UNTIL, seed=8)
    assert chain_end(tmp_path / "other") != chain_end(recorded)


def test_sixty_instances_are_there_after_six_hundred_changes_by_several_hands(recorded: Path) -> None:
    entries = events_of_instances(recorded)
    assert sum(entry.kind != "instance.created" or entry.version > 1 for entry in entries) == CHANGES
    assert len({entry.actor for entry in entries}) == 5
    with opened(recorded) as db, db.snapshot(SINGLE_USER) as snapshot:
        found = queries.instances(snapshot, InstanceFilter(), limit=1000)
        assert found.total == FLEET
        assert {instance.status for instance in found.items} >= {"active", "inactive", "error"}


def test_all_of_it_is_labelled_explained_and_lies_in_the_past(recorded: Path) -> None:
    entries = events_of_instances(recorded)
    assert all(entry.labels["demo"] is True and entry.reason for entry in entries)
    assert all(entry.at == entry.occurred_at and first_day(UNTIL) < entry.at < UNTIL for entry in entries)
    with opened(recorded) as db:
        noon = ledger.resolve_as_of(db, SINGLE_USER, "2026-10-30T12:00:00Z")
        with db.snapshot(SINGLE_USER) as snapshot:
            before, now = (queries.instances(snapshot, InstanceFilter(), limit=1000, at=at) for at in (noon, None))
    assert 0 < before.total < now.total
    assert {i.image_tag for i in before.items} != {i.image_tag for i in now.items}


def test_the_tables_are_what_the_ledger_tells(recorded: Path) -> None:
    with opened(recorded) as db, db.snapshot(SINGLE_USER) as snapshot:
        assert [*verify_chain(snapshot), *verify_tables(snapshot)] == []


def test_a_ledger_that_something_happened_in_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "used"
    folder.mkdir()
    with opened(folder) as db, db.begin(SINGLE_USER) as uow:
        service.create(uow, an_instance())
    assert record_past(folder, until=UNTIL) == 0
    assert len(events_of_instances(folder)) == 1


def test_the_programs_of_the_past_cannot_come_back(recorded: Path) -> None:
    """Their secrets come from a seed that everybody can read."""
    with opened(recorded) as db, db.snapshot(SINGLE_USER) as snapshot:
        rows = snapshot.execute(ledger.select_entries(EventRow.kind == "token.created"))
        tokens = [ledger.entry_of(row).after or {} for row in rows]
    assert [token["expires_at"] for token in tokens] == ["2026-11-27T00:00:00Z"] * 4


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), days=st.integers(0, 800))
def test_each_step_of_every_plan_changes_something(seed: int, days: int) -> None:
    until = UNTIL + timedelta(days=days)
    steps = plan(seed, until)
    fleet: dict[str, dict[str, Any]] = {}
    gone: dict[str, dict[str, Any]] = {}
    for step in steps:
        assert first_day(until) < step.at < until
        play(step, fleet, gone)
    assert (len(fleet), sum(step.verb != "create" for step in steps)) == (FLEET, CHANGES)
    assert len({step.at for step in steps}) == len(steps)
    by_weekday = Counter(step.at.weekday() for step in steps)
    assert by_weekday[5] + by_weekday[6] < 0.05 * len(steps)


def play(step: Step, fleet: dict[str, dict[str, Any]], gone: dict[str, dict[str, Any]]) -> None:
    """Do a step to a fleet of plain dictionaries; nothing may be done twice or to what is not there."""
    if step.verb == "create":
        assert step.name not in fleet
        fleet[step.name] = {"status": "active", **step.fields}
    elif step.verb == "restore":
        fleet[step.name] = gone.pop(step.name)
    elif step.verb == "delete":
        gone[step.name] = fleet.pop(step.name)
    else:
        changed = {**fleet[step.name], **step.fields}
        assert changed != fleet[step.name], step
        fleet[step.name] = changed

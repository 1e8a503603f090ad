"""What was written can be proven: tables follow from changes, and editing the past shows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.schemas import InstanceUpdate
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.stores.db import Database, UnitOfWork
from infrastudio.stores.ledger import EventRow, Finding, head, verify_chain, verify_tables
from make import an_instance


class UndoTampering(Exception):
    """Rolls a forged change back, so that the next test finds a sound ledger."""


def fill(db: Database) -> int:
    """Write some history and return the number of its last event."""
    with db.begin(SINGLE_USER.because("a test")) as uow:
        instance = service.create(uow, an_instance())
    with db.begin(SINGLE_USER.because("a test")) as uow:
        service.update(uow, instance.id, InstanceUpdate(replicas=7))
        service.delete(uow, service.create(uow, an_instance()).id)
    with db.snapshot(SINGLE_USER) as snapshot:
        return head(snapshot)


def findings_after(db: Database, tamper: Callable[[UnitOfWork], object]) -> list[Finding]:
    """Return what the proof finds once the database was changed by hand."""
    found: list[Finding] = []
    with contextlib.suppress(UndoTampering), db.begin(SINGLE_USER) as uow:
        tamper(uow)
        found += verify_chain(uow) + verify_tables(uow)
        raise UndoTampering
    return found


def test_a_sound_ledger_has_no_findings(db: Database) -> None:
    fill(db)
    assert findings_after(db, lambda uow: None) == []


@pytest.mark.parametrize("column", ["actor", "kind", "version", "labels", "changes", "after", "reason"])
def test_an_altered_event_is_found_with_its_number(db: Database, column: str) -> None:
    seq = fill(db) - 1
    forged = {"version": 99, "changes": '{"replicas":{"new":9,"old":1}}', "after": '{"id":1}', "labels": '{"x":1}'}
    statement = update(EventRow).where(EventRow.seq == seq).values({column: forged.get(column, "forged")})
    assert seq in {finding.seq for finding in findings_after(db, lambda uow: uow.change(statement))}


def test_a_removed_last_event_is_found_with_its_number(db: Database) -> None:
    seq = fill(db)
    statement = delete(EventRow).where(EventRow.seq == seq)
    assert seq in {finding.seq for finding in findings_after(db, lambda uow: uow.change(statement))}


def test_a_removed_event_in_the_middle_is_found_with_its_number(db: Database) -> None:
    seq = fill(db) - 2
    statement = delete(EventRow).where(EventRow.seq == seq)
    assert seq in {finding.seq for finding in findings_after(db, lambda uow: uow.change(statement))}


def test_a_cell_changed_by_hand_is_found(db: Database) -> None:
    fill(db)
    statement = update(InstanceRow).values(cluster_name="elsewhere")
    found = findings_after(db, lambda uow: uow.change(statement))
    assert found
    assert all("cluster_name" in finding.message for finding in found)


def test_a_row_without_events_is_found(db: Database) -> None:
    fill(db)

    def add(uow: UnitOfWork) -> None:
        row = uow.execute(select(InstanceRow.__table__)).first()
        assert row is not None
        values = dict(row._mapping) | {"id": 10**6, "name": "smuggled"}
        uow.change(InstanceRow.__table__.insert().values(values))  # type: ignore[attr-defined]  # a Table, typed wider

    assert findings_after(db, add)


def test_the_fold_needs_no_after(db: Database) -> None:
    """Thinning `after` away leaves the chain whole and the tables provable."""
    fill(db)
    assert findings_after(db, lambda uow: uow.change(update(EventRow).values(after=None))) == []


@settings(max_examples=15)
@given(counts=st.lists(st.integers(1, 100), min_size=1, max_size=12), deletes=st.booleans())
def test_any_history_folds_to_its_rows(db: Database, counts: list[int], deletes: bool) -> None:
    with db.begin(SINGLE_USER) as uow:
        instance = service.create(uow, an_instance())
        for count in counts:
            service.update(uow, instance.id, InstanceUpdate(replicas=count))
        if deletes:
            service.delete(uow, instance.id)
    with db.snapshot(SINGLE_USER) as snapshot:
        assert verify_chain(snapshot) == []
        assert verify_tables(snapshot) == []

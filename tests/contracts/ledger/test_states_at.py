"""Lists as of a moment are seeks from the entities' births, whatever they are filtered by."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select, func, select, text

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.contexts.instances.schemas import Instance, InstanceUpdate
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import BIRTH, EVENT_AT
from make import an_instance


@pytest.fixture(scope="module")
def fleet(db: Database) -> list[Instance]:
    """Three instances, changed and one of them deleted."""
    with db.begin(SINGLE_USER) as uow:
        made = [service.create(uow, an_instance()) for _ in range(3)]
    with db.begin(SINGLE_USER) as uow:
        service.update(uow, made[0].id, InstanceUpdate(replicas=7))
        service.delete(uow, made[1].id)
    return made


def filtered(snapshot: Snapshot) -> Select[Any]:
    """Return the statement of all instances of a project at the end of the ledger."""
    project_id = snapshot.execute(text("select id from project")).scalar_one()
    states = ledger.select_states("instance", ledger.head(snapshot), EVENT_AT.entity_id)
    return states.where(EVENT_AT.project_id == project_id)


def test_it_lists_what_existed(db: Database, fleet: list[Instance]) -> None:
    with db.snapshot(SINGLE_USER) as snapshot:
        found = snapshot.execute(filtered(snapshot).order_by(BIRTH.seq)).scalars().all()
        assert found == [str(fleet[0].id), str(fleet[2].id)]


def test_sqlite_begins_with_the_births(db: Database, fleet: list[Instance]) -> None:
    """Without statistics it would take all events of the project first, and all births for each of them."""
    if db.dialect != "sqlite":
        pytest.skip("skipped: the other databases have statistics")
    with db.snapshot(SINGLE_USER) as snapshot:
        for statement in (filtered(snapshot), select(func.count()).select_from(filtered(snapshot).subquery())):
            compiled = statement.compile(snapshot.connection, compile_kwargs={"literal_binds": True})
            first = snapshot.execute(text(f"explain query plan {compiled}")).first()
            assert first is not None
            assert first.detail.startswith("SEARCH birth_event"), first.detail


def test_sqlite_goes_from_the_index_to_the_row(db: Database, fleet: list[Instance]) -> None:
    """Not by way of the event's number, which would be one more search for each entity."""
    if db.dialect != "sqlite":
        pytest.skip("skipped: the other databases have no row numbers")
    with db.snapshot(SINGLE_USER) as snapshot:
        compiled = filtered(snapshot).compile(snapshot.connection, compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in snapshot.execute(text(f"explain query plan {compiled}"))]
    assert any(step.startswith("SEARCH state_event USING INTEGER PRIMARY KEY") for step in plan), plan
    assert any(step.startswith("SEARCH last_event USING COVERING INDEX") for step in plan), plan

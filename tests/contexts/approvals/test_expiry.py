"""What nobody decides in time ends by itself, and can no longer be approved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from conftest import NOON, open_database
from contexts.tracking.making import read, write
from infrastudio.contexts.approvals import queries, service
from infrastudio.contexts.approvals.controller import ApprovalExpiry
from infrastudio.contexts.approvals.ports import Verbs
from infrastudio.contexts.approvals.schemas import Approval
from infrastudio.contexts.identity.queries import controller
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.clock import ManualClock
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, UnitOfWork

ANOTHER = controller("somebody")


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(scope="module")
def db(database_url: str, clock: ManualClock) -> Iterator[Database]:
    with open_database(database_url, clock=clock) as database:
        yield database


def asked(db: Database, entity_id: str) -> Approval:
    """Ask for something."""

    def ask(uow: UnitOfWork) -> Approval:
        return service.ask(
            uow,
            project_id=projects.id_of(uow, "default") or "",
            verb="model_version.transition",
            entity="model_version",
            entity_id=entity_id,
            title="a transition",
            arguments={},
        )

    return write(db, ask)


async def test_what_nobody_decides_ends_and_the_rest_waits_on(db: Database, clock: ManualClock) -> None:
    old = asked(db, "mdl_a/1")
    clock.advance(timedelta(days=3).total_seconds())
    young = asked(db, "mdl_a/2")
    clock.set(old.expires_at)
    with pytest.raises(service.Expired), db.begin(ANOTHER) as uow:
        service.approve(uow, old.id, verbs=Verbs({}))
    await ApprovalExpiry(db, clock).expire()
    assert (read(db, queries.approval, old.id).status, read(db, queries.approval, young.id).status) == (
        "expired",
        "pending",
    )
    head = read(db, ledger.head)
    await ApprovalExpiry(db, clock).expire()
    assert read(db, ledger.head) == head
    with pytest.raises(service.AlreadyDecided):
        write(db, service.withdraw, old.id)

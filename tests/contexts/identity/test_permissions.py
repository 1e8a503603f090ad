"""The one table of who may do what."""

from __future__ import annotations

import pytest

from infrastudio.contexts.identity.permissions import ENTITY_RIGHTS, PERMISSIONS, may_read_events, rights_of
from infrastudio.kernel.actor import ALL_PROJECTS, Actor
from infrastudio.stores.db import Base


def actor_with(*rights: str) -> Actor:
    return Actor("user:usr_test", grants={"prj_one": frozenset(rights)})


def test_each_kind_of_entity_in_the_ledger_has_a_right_to_read_it() -> None:
    tables = (mapper.class_ for mapper in Base.registry.mappers)
    assert {table.ledgered for table in tables if table.ledgered} == set(ENTITY_RIGHTS)
    assert set(ENTITY_RIGHTS.values()) <= set(PERMISSIONS)


@pytest.mark.parametrize("entity", sorted(ENTITY_RIGHTS))
def test_events_are_read_by_whom_may_read_events_and_the_entity(entity: str) -> None:
    own = ENTITY_RIGHTS[entity]
    assert may_read_events(actor_with("events.read", own), entity, "prj_one")
    assert not may_read_events(actor_with("events.read"), entity, "prj_one")
    assert not may_read_events(actor_with(own), entity, "prj_one")
    assert not may_read_events(actor_with("events.read", own), entity, "prj_other")


def test_a_stronger_role_has_all_rights_of_a_weaker_one() -> None:
    assert rights_of("guest") < rights_of("viewer") < rights_of("developer") < rights_of("operator")
    assert rights_of("admin") == set(PERMISSIONS)


def test_a_viewer_reads_no_tokens_by_way_of_the_ledger() -> None:
    viewer = Actor("user:usr_test", grants={ALL_PROJECTS: rights_of("viewer")})
    assert may_read_events(viewer, "run", "prj_one")
    assert not may_read_events(viewer, "token", "prj_one")

"""Prepared statements do what SQLAlchemy does with the same statement, on every database."""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances.tables import InstanceRow
from infrastudio.contexts.projects.tables import ProjectRow
from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.errors import Conflict
from infrastudio.stores.db import (
    Database,
    PreparedInsert,
    PreparedList,
    PreparedPage,
    PreparedSelect,
    PreparedUpdate,
    UnitOfWork,
)
from infrastudio.stores.db.driver import execute
from infrastudio.stores.db.savepoint import Savepoint
from unicode_edge_cases import unicode_edge_cases

TABLE = cast("Table", InstanceRow.__table__)
BY_ID = select(*TABLE.columns).where(TABLE.c.id == bindparam("id"))
INSERT = PreparedInsert(TABLE, counted="id")
UPDATE = PreparedUpdate(update(TABLE).where(TABLE.c.id == bindparam("key")), ["description", "updated_at"])
MOMENTS = st.integers(-(10**15), 2 * 10**17).map(from_micros)


class Undo(Exception):
    """Ends a unit of work of which nothing shall stay."""


@pytest.fixture
def uow(db: Database) -> Iterator[UnitOfWork]:
    """A unit of work that is taken back at the end."""
    with suppress(Undo), db.begin(SINGLE_USER) as unit:
        yield unit
        raise Undo


def a_row(uow: UnitOfWork, **values: Any) -> dict[str, Any]:
    words = ("name", "name_folded", "search_folded", "model_name", "model_version", "cluster_name", "image_tag")
    numbers = ("replicas", "pp", "cp", "tp", "version")
    moment = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
    row: dict[str, Any] = {**dict.fromkeys(words, "word"), **dict.fromkeys(numbers, 1)}
    row |= {"status": "active", "priority": "low", "description": "", "created_at": moment, "updated_at": moment}
    project_id = uow.execute(select(ProjectRow.id)).scalars().first()
    return row | {"project_id": project_id} | values


def read(uow: UnitOfWork, id: int) -> dict[str, Any]:
    """Read a row both ways; they agree."""
    record = PreparedSelect(BY_ID).record(uow.connection, {"id": id})
    assert record is not None
    usual = uow.execute(BY_ID, {"id": id}).one()
    assert record._asdict() == usual._asdict()
    assert {name: type(value) for name, value in record._asdict().items()} == {
        name: type(value) for name, value in usual._asdict().items()
    }
    return record._asdict()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=st.sampled_from(unicode_edge_cases()) | st.text(string.printable, max_size=200), moment=MOMENTS)
def test_what_is_inserted_and_changed_is_read_alike(uow: UnitOfWork, text: str, moment: datetime) -> None:
    savepoint = Savepoint(uow.connection)
    row = a_row(uow, name=f"%s :id ? {text}"[:255], created_at=moment)
    id = INSERT.id(uow.connection, row)
    assert read(uow, id) == row | {"id": id}
    changed = {"description": text[:2000], "updated_at": moment + timedelta(microseconds=1)}
    UPDATE.run(uow.connection, changed | {"key": id})
    assert read(uow, id) == row | {"id": id} | changed
    savepoint.undo()
    assert PreparedSelect(BY_ID).record(uow.connection, {"id": id}) is None


def test_counted_ids_count_on_from_those_of_the_usual_way(uow: UnitOfWork) -> None:
    first = uow.insert(insert(TABLE).values(a_row(uow, name="usual")))
    second = INSERT.id(uow.connection, a_row(uow, name="prepared"))
    third = uow.insert(insert(TABLE).values(a_row(uow, name="usual again")))
    assert (second, third) == (first + 1, first + 2)


def test_many_rows_are_inserted_at_once(uow: UnitOfWork) -> None:
    before = INSERT.id(uow.connection, a_row(uow, name="before"))
    INSERT.run(uow.connection, [a_row(uow, name=f"row {number}") for number in range(3)])
    INSERT.run(uow.connection, [a_row(uow, name="row 3")])
    names = uow.execute(select(TABLE.c.name).where(TABLE.c.id > before).order_by(TABLE.c.id)).scalars().all()
    assert names == ["row 0", "row 1", "row 2", "row 3"]


def test_a_page_has_the_rows_in_their_order(uow: UnitOfWork) -> None:
    texts = unicode_edge_cases()
    INSERT.run(uow.connection, [a_row(uow, name=f"{n:03d}", description=text) for n, text in enumerate(texts)])
    columns = select(TABLE.c.name, TABLE.c.description, TABLE.c.replicas)
    page = PreparedPage(columns.order_by(TABLE.c.name.desc()).offset(bindparam("skip")).limit(bindparam("limit")))
    rows = [tuple(row) for row in page.rows(uow.connection, {"skip": 10, "limit": 150})]
    expected = [(f"{n:03d}", text, 1) for n, text in enumerate(texts)][::-1]
    assert rows == expected[10:160]
    assert page.rows(uow.connection, {"skip": 1000, "limit": 5}) == []


def test_a_conflict_is_told_in_the_words_of_the_caller(uow: UnitOfWork) -> None:
    INSERT.id(uow.connection, a_row(uow, name="taken"))
    taken = Conflict("taken")
    for refused, failure in ((taken, Conflict), (None, IntegrityError)):
        savepoint = Savepoint(uow.connection)
        with pytest.raises(failure):
            INSERT.id(uow.connection, a_row(uow, name="taken"), on_conflict=refused)
        savepoint.undo()


def test_a_change_that_conflicts_is_told_so_too(uow: UnitOfWork) -> None:
    rename = PreparedUpdate(update(TABLE).where(TABLE.c.id == bindparam("key")), ["name"])
    INSERT.id(uow.connection, a_row(uow, name="taken"))
    id = INSERT.id(uow.connection, a_row(uow, name="free"))
    savepoint = Savepoint(uow.connection)
    with pytest.raises(Conflict):
        rename.run(uow.connection, {"name": "taken", "key": id}, on_conflict=Conflict("taken"))
    savepoint.undo()
    assert read(uow, id)["name"] == "free"


@pytest.mark.parametrize("count", [0, 1, 3, 1200])
def test_a_list_of_any_length_finds_what_it_names(uow: UnitOfWork, count: int) -> None:
    names = ["it's", 'a "word"', "ä\U0001f600\\", *(f"name {number}" for number in range(count))][:count]
    for name in names[:4]:
        INSERT.id(uow.connection, a_row(uow, name=name))
    INSERT.id(uow.connection, a_row(uow, name="another"))
    listed = PreparedList(
        select(TABLE.c.name, TABLE.c.replicas).where(TABLE.c.replicas == bindparam("n")), TABLE.c.name
    )
    found = listed.rows(uow.connection, names, {"n": 1})
    assert sorted(found) == sorted((name, 1) for name in names[:4])
    assert listed.rows(uow.connection, names, {"n": 2}) == []


def test_a_kept_savepoint_stays_when_a_later_one_is_undone(uow: UnitOfWork) -> None:
    first = Savepoint(uow.connection)
    kept = INSERT.id(uow.connection, a_row(uow, name="kept"))
    first.keep()
    second = Savepoint(uow.connection)
    undone = INSERT.id(uow.connection, a_row(uow, name="undone"))
    second.undo()
    assert read(uow, kept)["name"] == "kept"
    assert PreparedSelect(BY_ID).record(uow.connection, {"id": undone}) is None


def test_nonsense_fails_as_the_usual_way_does(uow: UnitOfWork) -> None:
    savepoint = Savepoint(uow.connection)
    with pytest.raises(DBAPIError) as refused:
        execute(uow.connection, "selec nonsense")
    savepoint.undo()
    assert not refused.value.connection_invalidated

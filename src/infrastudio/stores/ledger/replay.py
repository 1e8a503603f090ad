"""The proof: state = fold of changes. Tables are rebuilt from events alone and compared with those in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Table, create_engine, insert, select
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from typing_extensions import override

from infrastudio.kernel.canonical_json import canonical_digest
from infrastudio.kernel.clock import parse_time, to_micros
from infrastudio.kernel.diff import State, apply_changes
from infrastudio.kernel.text import casefold, folded_together
from infrastudio.stores.db import Base, Snapshot, UtcDateTime
from infrastudio.stores.ledger.chain import GENESIS, THINNED, chain_hash
from infrastudio.stores.ledger.entries import Entry, entry_of, select_entries
from infrastudio.stores.ledger.event import SEARCH_FOLDED
from infrastudio.stores.ledger.tables import EventRow, LedgerClockRow

Rows = Mapping[type[Base], Iterable[Mapping[str, Any]]]
"""The rows of some tables, each a mapping of column to value."""


@dataclass(frozen=True)
class Projection:
    """How the state of an entity becomes rows. `collections` are the fields that partial events change key by key."""

    entity: str
    rows: Callable[[State, str], Rows]
    collections: tuple[str, ...] = ()


PROJECTIONS: Final[dict[str, Projection]] = {}


def register_projection(
    entity: str,
    table: type[Base],
    *,
    collections: tuple[str, ...] = (),
    searched: tuple[str, ...] = (),
    more: Callable[[State, str], Rows] | None = None,
) -> None:
    """Tell how the events of `entity` become rows of `table`, and of further tables by `more(state, project_id)`."""

    def rows(state: State, project_id: str) -> Rows:
        return {
            table: [row_of(table, state, project_id, searched=searched)],
            **(more(state, project_id) if more else {}),
        }

    PROJECTIONS[entity] = Projection(entity, rows, collections)


def row_of(table: type[Base], state: State, project_id: str, *, searched: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the row that holds a state: columns by field name; `project_id` and what ends on `_folded` derived."""
    row: dict[str, Any] = {}
    for column in table.__table__.columns:
        if column.name == "project_id":
            row[column.name] = project_id
        elif column.name == SEARCH_FOLDED:
            row[column.name] = folded_together(state[name] or "" for name in searched)
        elif column.name.endswith("_folded"):
            row[column.name] = casefold(state[column.name.removesuffix("_folded")] or "")
        elif column.name not in state:
            row[column.name] = _default(column)
        else:
            value = state[column.name]
            is_time = isinstance(column.type, UtcDateTime) and value is not None
            row[column.name] = parse_time(value) if is_time else value
    return row


def _default(column: ColumnElement[Any]) -> Any:
    """Return what a column holds that came after the events: its default as a value, else nothing."""
    default = getattr(column, "default", None)
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None


@dataclass(frozen=True)
class Finding:
    """One place where ledger and tables, or the ledger and its own chain, disagree."""

    where: str
    message: str
    seq: int | None = None

    @override
    def __str__(self) -> str:
        return f"{self.where}{f' (event {self.seq})' if self.seq is not None else ''}: {self.message}"


def read_entries(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the whole ledger in order."""
    for row in snapshot.stream(select_entries().order_by(EventRow.seq)):
        yield entry_of(row)


def fold_events(entries: Iterable[Entry]) -> tuple[dict[tuple[str, str], tuple[State, str]], list[Finding]]:
    """Apply the changes of all events; return the states that remain by (entity, id), each with its project.

    Where the recorded `after` is still there it must equal what the changes lead to; that is the proof, so `after`
    is never used to build a state.
    """
    states: dict[tuple[str, str], tuple[State, str]] = {}
    findings: list[Finding] = []
    for entry in entries:
        key = (entry.entity, entry.entity_id)
        before, _ = states.get(key, (None, ""))
        if entry.changes is None:
            findings.append(Finding(f"{entry.entity}:{entry.entity_id}", "its changes were removed", entry.seq))
            continue
        projection = PROJECTIONS.get(entry.entity)
        collections = projection.collections if projection else ()
        state = apply_changes(before, entry.changes, version=entry.version, collections=collections)
        if state.get("id") is None:
            states.pop(key, None)
        else:
            states[key] = (state, entry.project_id)
            findings.extend(_compare_after(entry, state, collections))
    return states, findings


def verify_tables(snapshot: Snapshot) -> list[Finding]:
    """Rebuild every ledgered table in a fresh database and compare it with the one in use, cell by cell."""
    states, findings = fold_events(read_entries(snapshot))
    with rebuilt_tables(states) as (rebuilt, unknown):
        return findings + unknown + compare_tables(snapshot, rebuilt)


@contextmanager
def rebuilt_tables(states: Mapping[tuple[str, str], tuple[State, str]]) -> Iterator[tuple[Connection, list[Finding]]]:
    """Make every ledgered table of the states that `fold_events` returned, in a fresh database in memory."""
    findings: list[Finding] = []
    with create_engine("sqlite://").connect() as rebuilt:
        Base.metadata.create_all(rebuilt, tables=_ledgered())
        for (entity, entity_id), (state, project_id) in states.items():
            if (projection := PROJECTIONS.get(entity)) is None:
                findings.append(Finding(f"{entity}:{entity_id}", "no projection is registered for this entity"))
                continue
            for table, rows in projection.rows(state, project_id).items():
                if values := list(rows):
                    rebuilt.execute(insert(table), values)
        yield rebuilt, findings


def compare_tables(snapshot: Snapshot, rebuilt: Connection) -> list[Finding]:
    """Compare every ledgered table with what `rebuilt_tables` made of the ledger."""
    return [finding for table in _ledgered() for finding in _compare_table(snapshot, rebuilt, table)]


def _ledgered() -> list[Table]:
    return [mapper.class_.__table__ for mapper in Base.registry.mappers if mapper.class_.ledgered is not None]


def verify_chain(snapshot: Snapshot) -> list[Finding]:
    """Check numbers, order of times, hashes, each digest whose text is still there, and the clock row."""
    findings: list[Finding] = []
    last_hash, last_seq, last_at = GENESIS, 0, -1
    for row in snapshot.stream(select_entries().order_by(EventRow.seq)):
        values = dict(row._mapping)
        at = to_micros(values["at"])
        if values["seq"] != last_seq + 1:
            findings.append(
                Finding("ledger", f"events {last_seq + 1} to {values['seq'] - 1} are missing", last_seq + 1)
            )
        if at < last_at:
            findings.append(Finding("ledger", "its record time lies before that of the event before", values["seq"]))
        digests = orjson.loads(values["digests"])
        findings.extend(
            Finding("ledger", f"`{name}` was altered", values["seq"])
            for name in THINNED
            if values[name] is not None and canonical_digest(values[name]) != digests[name]
        )
        chained = values | {"at": at, "occurred_at": to_micros(values["occurred_at"])}
        if chain_hash(last_hash, chained) != values["hash"]:
            findings.append(Finding("ledger", "the event or the one before was altered", values["seq"]))
        last_hash, last_seq, last_at = values["hash"], values["seq"], at
    clock = snapshot.execute(select(LedgerClockRow.seq, LedgerClockRow.at, LedgerClockRow.hash)).one()
    if (clock.seq, clock.hash) != (last_seq, last_hash):
        message = f"the clock names event {clock.seq}, the last one is {last_seq}"
        findings.append(Finding("ledger", message, min(clock.seq, last_seq) + 1 if clock.seq != last_seq else last_seq))
    return findings


def _compare_after(entry: Entry, state: State, collections: tuple[str, ...]) -> list[Finding]:
    if entry.after is None:
        return []
    expected = state if entry.full else {name: value for name, value in state.items() if name not in collections}
    recorded = {name: value for name, value in entry.after.items() if not name.endswith(("_folded", "_us"))}
    wrong = sorted(name for name in expected | recorded if expected.get(name) != recorded.get(name))
    if not wrong:
        return []
    return [
        Finding(f"{entry.entity}:{entry.entity_id}", f"`changes` and `after` disagree on {', '.join(wrong)}", entry.seq)
    ]


def _compare_table(live: Snapshot, rebuilt: Connection, table: Table) -> list[Finding]:
    keys = [column.name for column in table.primary_key.columns]
    statement = select(table).order_by(*table.primary_key.columns)
    findings: list[Finding] = []
    folded = (row._mapping for row in rebuilt.execute(statement))
    stored = (row._mapping for row in live.stream(statement))
    last = "the first"
    try:
        for ours, theirs in zip_longest(folded, stored):
            row = theirs or ours
            last = f"[{', '.join(str(row[key]) for key in keys)}]"
            if ours is None or theirs is None or any(ours[key] != theirs[key] for key in keys):
                findings.append(Finding(f"{table.name} {last}", "the row is not what the ledger tells"))
                break
            wrong = [
                f"{name}: {theirs[name]!r}, by the ledger {ours[name]!r}" for name in ours if ours[name] != theirs[name]
            ]
            if wrong:
                findings.append(Finding(f"{table.name} {last}", ", ".join(wrong)))
    except (TypeError, ValueError) as error:  # of a type that makes a value of what the database holds
        findings.append(Finding(f"{table.name}, at {last} or the next row", f"a cell cannot be read: {error}"))
    return findings

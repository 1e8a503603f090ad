"""The states of all entities of a kind at a moment, by column: a question looks at few of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import orjson

from infrastudio.kernel.diff import State

IDS: Final = 0
SEQS: Final = 1
PROJECT_IDS: Final = 2
VALUES: Final = 3
"""The columns: what every kind has, and from here on what it reads of its states."""


class PastState(NamedTuple):
    """The last event of an entity up to a moment, and what was read of the state that it led to."""

    seq: int
    project_id: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class RememberedKind:
    """A kind of entities whose past states are remembered, and what questions need of them.

    Attributes:
        entity: The kind.
        names: What is read, one name a value. A kind that begins to read otherwise gives other names: what was kept
            by the old ones is then made anew.
        read: Takes the values out of a recorded state; JSON values, always the same for the same state.
    """

    entity: str
    names: tuple[str, ...]
    read: Callable[[State], Sequence[Any]]

    @cached_property
    def digest(self) -> str:
        """A short text that differs where the names do."""
        return hashlib.sha256(repr(self.names).encode()).hexdigest()[:16]

    def past_state(self, seq: int, project_id: str, after: str, shared: dict[Any, Any] | None = None) -> PastState:
        """Return what is kept of a recorded state.

        Args:
            seq: The event that recorded it.
            project_id: The project of the entity.
            after: The recorded state.
            shared: Keeps equal values of many states once: most have many in common.
        """
        values = self.read(orjson.loads(after))
        if shared is None:
            return PastState(seq, project_id, tuple(values))
        project_id = shared.setdefault(project_id, project_id)
        return PastState(seq, project_id, tuple(map(shared.setdefault, values, values)))


class EncodedColumn(NamedTuple):
    """A column as a keyframe holds it: how it is written, its bytes, and how many they are before compression."""

    encoding: str
    frame: bytes
    size: int


class Columns:
    """Columns of equal length, each made when it is first asked for. Threads may share them.

    Attributes:
        encoded: What they were read from, where they were.
    """

    def __init__(
        self, makers: Sequence[Callable[[], Sequence[Any]]], encoded: Sequence[EncodedColumn] | None = None
    ) -> None:
        self.encoded = encoded
        self._makers = makers
        self._made: dict[int, Sequence[Any]] = {}

    def __getitem__(self, place: int) -> Sequence[Any]:
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._makers[place]()
        return found

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self._makers)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Where each entity stands."""
        ids = self[IDS]
        return dict(zip(ids, range(len(ids)), strict=True))


def no_states(kind: RememberedKind) -> Columns:
    """Return the columns of a kind before its first entity."""
    return Columns([list] * (VALUES + len(kind.names)))


class PastStates:
    """The states of all entities of a kind that existed at a moment.

    They are those of `base`, an earlier or later moment, but for the entities in `touched`: there None means that the
    entity did not exist. Columns have one item for each entity, all in the same order. It never changes.
    """

    def __init__(self, base: Columns, touched: Mapping[str, PastState | None]) -> None:
        self._base = base
        self._touched = touched
        self._made: dict[int, Sequence[Any]] = {}
        row_of = base.row_of
        known = [(row, state) for id, state in touched.items() if (row := row_of.get(id)) is not None]
        self._changed = [(row, state) for row, state in known if state is not None]
        self._gone = {row for row, state in known if state is None}
        self._added = [(id, state) for id, state in touched.items() if state is not None and id not in row_of]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self._base.width

    @property
    def ids(self) -> Sequence[str]:
        """Return the ids."""
        return self[IDS]

    @property
    def seqs(self) -> Sequence[int]:
        """Return the number of the event that tells the state of each."""
        return self[SEQS]

    @property
    def project_ids(self) -> Sequence[str]:
        """Return the project of each."""
        return self[PROJECT_IDS]

    def values(self, place: int) -> Sequence[Any]:
        """Return the value of each that its kind reads at a place."""
        return self[VALUES + place]

    def __getitem__(self, place: int) -> Sequence[Any]:
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._column(place) if self._touched else self._base[place]
        return found

    def encoded(self, place: int) -> EncodedColumn | None:
        """Return what a column of `base` was read from, where it is still the same."""
        parts = self._base.encoded
        if parts is None or self._gone or self._added:
            return None
        column, value_of = self._base[place], _value_of(place)
        return None if any(value_of(state) != column[row] for row, state in self._changed) else parts[place]

    def by_id(self) -> dict[str, PastState]:
        """Return all states, each by itself."""
        values = zip(*(self[place] for place in range(VALUES, self.width)), strict=True)
        states = map(PastState, self.seqs, self.project_ids, values)
        return dict(zip(self.ids, states, strict=True))

    def changed(self, touched: Mapping[str, PastState | None]) -> PastStates:
        """Return the states of another moment, at which those in `touched` are others."""
        return PastStates(self._base, {**self._touched, **touched})

    def _column(self, place: int) -> Sequence[Any]:
        if place == IDS:
            return [*self._kept(self._base[IDS]), *(id for id, _ in self._added)]
        column = list(self._base[place])
        value_of = _value_of(place)
        for row, state in self._changed:
            column[row] = value_of(state)
        return [*self._kept(column), *(value_of(state) for _, state in self._added)]

    def _kept(self, column: Sequence[Any]) -> Sequence[Any]:
        if not self._gone:
            return column
        return [value for row, value in enumerate(column) if row not in self._gone]


def _value_of(place: int) -> Callable[[PastState], Any]:
    if place < VALUES:
        return lambda state: state[place - SEQS]
    return lambda state: state.values[place - VALUES]

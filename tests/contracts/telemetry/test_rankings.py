"""The order of entities by a metric that memory keeps: the one that the latest values give, or none."""

from __future__ import annotations

import asyncio
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.telemetry.support import SqliteBackend, Telemetry, a_run, opened
from infrastudio.stores.telemetry import Range, StreamKey, StreamOwner, point_changes

COMPARED: Mapping[Range, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt
}  # fmt: skip
VALUES = st.sampled_from([0.0, 1.0, 2.0, -math.inf, math.inf, math.nan])


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telemetry]:
    """A telemetry file; only there everything that is written passes through one process."""
    with opened(SqliteBackend(Path(tmp_path_factory.mktemp("rankings")) / "telemetry.db")) as telemetry:
        yield telemetry


def log(telemetry: Telemetry, owner: StreamOwner, name: str, value: float, step: int = 0) -> None:
    """Store a point."""

    async def append() -> None:
        await telemetry.store.append_point(owner, name, step=step, time=0, value=value)

    asyncio.run(append())


def asked(telemetry: Telemetry, name: str) -> list[tuple[str, float]] | None:
    """The order with its values, if memory has it."""
    ranking = telemetry.store.ranking("run", name)
    return None if ranking is None else list(zip(ranking.ids, ranking.values, strict=True))


def asked_twice(telemetry: Telemetry, name: str) -> list[tuple[str, float]] | None:
    """The order as it is when nobody logs between two questions."""
    asked(telemetry, name)
    return asked(telemetry, name)


def test_it_is_there_when_it_is_asked_for_again_and_gone_with_the_next_point(telemetry: Telemetry) -> None:
    first, second = a_run(), a_run()
    log(telemetry, first, "kept", 2.0)
    log(telemetry, second, "kept", 1.0)
    assert asked(telemetry, "kept") is None
    assert asked(telemetry, "kept") == [(second.id, 1.0), (first.id, 2.0)]
    log(telemetry, second, "another", 1.0)
    assert asked(telemetry, "kept") is not None
    log(telemetry, second, "kept", 3.0, step=1)
    assert asked(telemetry, "kept") is None
    assert asked_twice(telemetry, "kept") == [(first.id, 2.0), (second.id, 3.0)]


def test_a_deleted_stream_takes_the_orders_with_it(telemetry: Telemetry) -> None:
    gone = a_run()
    log(telemetry, gone, "deleted", 1.0)
    assert asked_twice(telemetry, "deleted") is not None
    asyncio.run(telemetry.store.delete_stream(gone.key))
    assert asked_twice(telemetry, "deleted") == []


@given(
    values=st.lists(VALUES, min_size=1, max_size=8),
    members=st.lists(st.booleans(), min_size=8, max_size=8),
    count=st.integers(1, 8),
    descending=st.booleans(),
    bound=st.sampled_from([-1.0, 0.0, 1.0, 1.5, 3.0]),
)
def test_the_first_are_those_that_nobody_behind_them_equals(
    telemetry: Telemetry, values: list[float], members: list[bool], count: int, descending: bool, bound: float
) -> None:
    """Also while points change it, and whatever is NaN."""
    owners = [a_run() for _ in values]
    name = f"metric of {owners[0].id}"
    for owner, value in zip(owners, values, strict=True):
        log(telemetry, owner, name, value)
        asked(telemetry, name)
    asked(telemetry, name)
    ranking = telemetry.store.ranking("run", name)
    assert ranking is not None
    by_id = {owner.id: value for owner, value in zip(owners, values, strict=True) if not math.isnan(value)}
    assert dict(zip(ranking.ids, ranking.values, strict=True)) == by_id
    among = frozenset(owner.id for owner, is_in in zip(owners, members, strict=False) if is_in)
    for wanted in (None, among):
        first, is_all = ranking.first(count, descending=descending, among=wanted)
        candidates = {id: value for id, value in by_id.items() if wanted is None or id in wanted}
        others = [value for id, value in candidates.items() if id not in first]
        assert set(first) <= candidates.keys()
        assert is_all == (not others or len(candidates) <= count)
        assert len(first) <= count
        assert all((by_id[id] > value) if descending else (by_id[id] < value) for id in first for value in others)
    for word, compare in COMPARED.items():
        part = ranking.within(word, bound)
        assert dict(zip(part.ids, part.values, strict=True)) == {i: v for i, v in by_id.items() if compare(v, bound)}
        assert list(part.values) == sorted(part.values)


def test_a_stream_counts_its_commits_of_points_and_one_that_was_forgotten_counts_as_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(point_changes, "MOST_KEPT", 2)
    changes = point_changes.PointChanges()
    one, two, three, four = (StreamKey("run", name) for name in ("one", "two", "three", "four"))
    assert (changes.last, changes.of(one)) == (0, 0)
    changes.tell([one, two])
    assert (changes.last, changes.of(one), changes.of(two), changes.of(three)) == (1, 1, 1, 0)
    changes.tell([three])
    changes.tell([two])
    assert (changes.of(two), changes.of(three)) == (3, 2)
    assert changes.of(one) == changes.of(four) == 1
    changes.tell([])
    changes.tell([four])
    assert changes.of(three) == 2
    assert changes.of(one) == 2


def test_a_commit_of_points_is_told_and_one_of_lines_is_not(telemetry: Telemetry) -> None:
    owner, other = a_run(), a_run()
    changes = telemetry.store.point_changes
    assert changes is not None
    log(telemetry, other, "told", 1.0)
    before = changes.last
    assert changes.of(owner.key) <= before
    log(telemetry, owner, "told", 1.0)
    assert changes.of(owner.key) == changes.last == before + 1
    assert changes.of(other.key) == before
    asyncio.run(telemetry.store.delete_stream(owner.key))
    assert changes.of(owner.key) > before + 1

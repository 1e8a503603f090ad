"""The order of entities by a metric that memory keeps: the one that the latest values give, or none."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.telemetry.support import SqliteBackend, Telemetry, a_run, opened
from infrastudio.stores.telemetry import StreamOwner

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


@given(values=st.lists(VALUES, min_size=1, max_size=8), count=st.integers(1, 8), descending=st.booleans())
def test_the_first_are_those_that_nobody_behind_them_equals(
    telemetry: Telemetry, values: list[float], count: int, descending: bool
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
    first = ranking.first(count, descending=descending)
    others = [value for id, value in by_id.items() if id not in first]
    assert len(first) <= count or len(first) == len(by_id)
    assert all((by_id[id] > value) if descending else (by_id[id] < value) for id in first for value in others)

"""Ids are never made twice, in whatever thread or process."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from infrastudio.kernel.ids import BLOCK_BYTES, RandomIds, SeededIds


@pytest.mark.parametrize("size", [0, 1, 8, BLOCK_BYTES, BLOCK_BYTES + 1])
def test_as_many_bytes_come_as_were_asked_for(size: int) -> None:
    assert {len(RandomIds().token_bytes(size)) for _ in range(3)} == {size}


def test_no_two_threads_make_the_same_id() -> None:
    ids = RandomIds()

    def many(_: int) -> list[str]:
        return [ids.hex32() for _ in range(2000)]

    with ThreadPoolExecutor(8) as threads:
        made = [id for part in threads.map(many, range(8)) for id in part]
    assert len(set(made)) == len(made) == 16_000


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # the child only draws and ends
def test_a_forked_process_goes_on_with_bytes_of_its_own() -> None:
    ids = RandomIds()
    ids.hex32()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, ids.hex32().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 32).decode() != ids.hex32()
    os.close(reading)
    os.close(writing)


def test_ids_have_their_form() -> None:
    for ids in (RandomIds(), SeededIds(1)):
        prefix, _, rest = ids.prefixed("run").partition("_")
        assert (prefix, len(rest), set(rest) <= set("0123456789abcdefghjkmnpqrstvwxyz")) == ("run", 12, True)
        assert len(ids.hex32()) == 32


def test_the_same_seed_makes_the_same_ids() -> None:
    first, second = SeededIds(7), SeededIds(7)
    assert [first.hex32() for _ in range(5)] == [second.hex32() for _ in range(5)]

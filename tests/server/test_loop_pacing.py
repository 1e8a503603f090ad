"""Callers are spread over the iterations of the event loop."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from infrastudio.http.loop_pacing import FREE_ITERATIONS, LoopPacer


class Iterations:
    """Counts the iterations of the running event loop."""

    def __init__(self) -> None:
        self.count = 0
        self._loop = asyncio.get_running_loop()
        self._loop.call_soon(self._next)

    def _next(self) -> None:
        self.count += 1
        if self.count < 1000:
            self._loop.call_soon(self._next)


async def test_callers_are_let_through_in_order_with_a_free_iteration_between_any_two() -> None:
    pacer, iterations = LoopPacer(), Iterations()
    through: list[tuple[int, int]] = []

    async def call(number: int) -> None:
        await pacer.iteration()
        through.append((number, iterations.count))

    for _ in range(2):
        through.clear()
        tasks = [asyncio.create_task(call(number)) for number in range(8)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert [number for number, _ in through] == [0, 1, 2, 4, 5, 6, 7]
        iterations_of = [iteration for _, iteration in through]
        assert all(later - earlier > FREE_ITERATIONS for earlier, later in pairwise(iterations_of)), through


async def test_a_caller_alone_does_not_wait() -> None:
    pacer = LoopPacer()
    waiting = pacer.iteration()
    try:
        waiting.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")

"""How much of a processor sealing takes while others write."""

from __future__ import annotations

import asyncio

import pytest

from infrastudio.stores.telemetry.sealing import Due, seal_streams

STEP_S = 0.005


async def test_after_each_step_it_rests_in_proportion_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    answers = [True, False, True, None]

    async def rested(seconds: float) -> None:
        rests.append(seconds)

    async def step(_: Due) -> bool | None:
        until = asyncio.get_running_loop().time() + STEP_S
        while asyncio.get_running_loop().time() < until:
            pass
        return answers.pop(0)

    monkeypatch.setattr(asyncio, "sleep", rested)
    assert await seal_streams([Due(1, lambda _, __: None)], step, rest=3) == 2
    assert len(rests) == 3
    assert min(rests) >= 3 * STEP_S

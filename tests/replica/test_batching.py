"""Requests that share a call of the model, and those that must not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from infrastudio.protocols.inference.codec import InferRequest
from infrastudio.protocols.inference.signature import Array, Signature, TensorSpec
from infrastudio.replica.batching import MAX_BATCH_ROWS, Batcher, ModelFailed, Outputs, QueueFull
from infrastudio.replica.loaders import Model

PAIRS = Signature((TensorSpec("x", "FP64", (-1, 2)),), (), "tensors")


class Adder:
    """A model that adds up rows, refuses 13, and remembers with how many rows it was called."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.threads: set[str] = set()

    def predict(self, inputs: Mapping[str, Array]) -> Outputs:
        rows = inputs["x"]
        self.calls.append(len(rows))
        self.threads.add(threading.current_thread().name)
        if (rows == 13).any():
            raise ValueError("13 is refused")
        return {"sum": rows.sum(axis=1)}


def a_request(*rows: list[float]) -> InferRequest:
    return InferRequest(None, {"x": np.array(rows)}, len(rows))


def batcher(model: Adder, *, signature: Signature = PAIRS, rowwise: bool = True, **options: Any) -> Batcher:
    return Batcher(Model("test", signature, model.predict, rowwise), asyncio.get_running_loop(), **options)


async def ask(batcher: Batcher, *requests: InferRequest) -> list[Outputs | ModelFailed]:
    """Submit all requests in one turn of the loop and wait for their answers."""
    futures = [asyncio.get_running_loop().create_future() for _ in requests]
    for request, future in zip(requests, futures, strict=True):
        batcher.submit(request, future.set_result)
    return await asyncio.wait_for(asyncio.gather(*futures), 10)


def sums(answers: list[Outputs | ModelFailed]) -> list[list[float] | str]:
    return [a.message if isinstance(a, ModelFailed) else a["sum"].tolist() for a in answers]


async def test_what_arrives_in_one_turn_shares_one_call() -> None:
    model = Adder()
    answers = await ask(batcher(model), a_request([1, 2]), a_request([3, 4], [5, 6]), a_request([7, 8]))
    assert sums(answers) == [[3], [7, 11], [15]]
    assert model.calls == [4]


async def test_a_request_that_fails_does_not_fail_its_neighbours() -> None:
    model = Adder()
    answers = await ask(batcher(model), a_request([1, 2]), a_request([13, 0]), a_request([3, 4]))
    assert sums(answers) == [[3], "the model failed: ValueError: 13 is refused", [7]]
    assert model.calls == [3, 1, 1, 1]


async def test_different_types_and_shapes_are_never_put_together() -> None:
    model = Adder()
    wide = InferRequest(None, {"x": np.ones((1, 3))}, 1)
    small = InferRequest(None, {"x": np.ones((1, 2), dtype=np.float32)}, 1)
    answers = await ask(batcher(model), a_request([1, 2]), a_request([1, 2]), wide, small)
    assert sums(answers) == [[3], [3], [3], [2]]
    assert model.calls == [2, 1, 1]


async def test_a_call_has_a_limit_of_rows_and_a_single_request_has_none() -> None:
    model = Adder()
    half = InferRequest(None, {"x": np.ones((MAX_BATCH_ROWS // 2 + 1, 2))}, MAX_BATCH_ROWS // 2 + 1)
    whole = InferRequest(None, {"x": np.ones((MAX_BATCH_ROWS + 1, 2))}, MAX_BATCH_ROWS + 1)
    await ask(batcher(model), half, half, whole)
    assert model.calls == [half.rows, half.rows, whole.rows]


@pytest.mark.parametrize(
    ("signature", "rowwise"), [(PAIRS, False), (Signature((TensorSpec("x", "FP64", (1, 2)),), (), "tensors"), True)]
)
async def test_models_whose_rows_depend_on_each_other_get_each_request_alone(
    signature: Signature, rowwise: bool
) -> None:
    model = Adder()
    await ask(batcher(model, signature=signature, rowwise=rowwise), a_request([1, 2]), a_request([3, 4]))
    assert model.calls == [1, 1]


async def test_a_model_that_answers_other_than_a_row_per_row_is_asked_alone() -> None:
    model = Model("test", PAIRS, lambda inputs: {"mean": np.array(inputs["x"].mean())}, True)
    answers = await ask(Batcher(model, asyncio.get_running_loop()), a_request([1, 3]), a_request([5, 7]))
    assert [float(a["mean"]) for a in answers if not isinstance(a, ModelFailed)] == [2, 6]


async def test_a_slow_model_runs_in_one_thread_of_its_own() -> None:
    model = Adder()
    slow = batcher(model, slow_predict_s=0.0)
    assert sums(await ask(slow, a_request([1, 2]), a_request([13, 2]))) == [
        [3],
        "the model failed: ValueError: 13 is refused",
    ]
    assert sums(await ask(slow, a_request([3, 4]))) == [[7]]
    assert len(model.threads) == 1
    assert threading.current_thread().name not in model.threads
    slow.close()


async def test_a_full_queue_refuses_and_says_when_to_come_again() -> None:
    full = batcher(Adder(), max_queue=1)
    full.submit(a_request([1, 2]), lambda answer: None)
    with pytest.raises(QueueFull) as refused:
        full.submit(a_request([1, 2]), lambda answer: None)
    assert refused.value.retry_after_s == 1

"""Requests that arrive in one turn of the event loop share one call of the model: no timer, no window.

A predict of scikit-learn costs about the same whatever the number of rows, so this is many times faster under load
and adds nothing to a lone request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from infrastudio.kernel.errors import RateLimited, StudioError
from infrastudio.protocols.inference.codec import InferRequest
from infrastudio.protocols.inference.signature import Array
from infrastudio.replica.loaders import Model

SLOW_PREDICT_S: Final = 0.002
"""A predict longer than this runs in a thread, so that health answers do not wait for it."""

MAX_BATCH_ROWS: Final = 4096
"""Rows of one call; a single request may have more."""

Outputs = Mapping[str, Array]
Answer = Callable[["Outputs | ModelFailed"], None]


class ModelFailed(StudioError):
    """The model raised on these inputs."""

    type = "INTERNAL_SERVER_ERROR"


class QueueFull(RateLimited):
    """More requests wait for the model than are allowed."""

    type = "SERVICE_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: InferRequest
    answer: Answer
    key: object
    """Requests of equal keys fit into one batch; None: fits with nothing."""


class Batcher:
    """Collects requests and runs the model on them, one call at a time, in order of arrival."""

    def __init__(
        self,
        model: Model,
        loop: asyncio.AbstractEventLoop,
        *,
        max_queue: int = 1000,
        slow_predict_s: float = SLOW_PREDICT_S,
    ) -> None:
        """Args:
        max_queue: Requests that may wait; the next one is refused.
        slow_predict_s: From which duration of a predict on it runs in a thread.
        """
        self._model = model
        self._loop = loop
        self._max_queue = max_queue
        self._slow_predict_s = slow_predict_s
        self._batches = model.is_rowwise and model.signature.takes_batches
        self._queue: list[_Waiting] = []
        self._is_scheduled = False
        self._is_running = False
        self._typical_s = 0.0
        self._thread: ThreadPoolExecutor | None = None

    @property
    def in_flight(self) -> int:
        """Requests that are not answered yet, those inside a running call not counted."""
        return len(self._queue)

    def warm_up(self, inputs: Mapping[str, Array], calls: int = 2) -> None:
        """Run the model on `inputs` and learn how long a call takes; whatever the model raises goes through."""
        for _ in range(calls):
            started = self._loop.time()
            self._model.predict(inputs)
            self._typical_s = self._loop.time() - started

    def submit(self, request: InferRequest, answer: Answer) -> None:
        """Queue `request`; `answer` is called once, in a later turn of the loop, with the outputs or the failure.

        Raises:
            QueueFull: Too many requests wait.
        """
        if len(self._queue) >= self._max_queue:
            raise QueueFull(f"{len(self._queue)} requests wait for the model; try again", retry_after_s=1)
        self._queue.append(_Waiting(request, answer, self._batch_key(request)))
        self._schedule()

    def close(self) -> None:
        """End the thread, if there is one."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)

    def _batch_key(self, request: InferRequest) -> object:
        if not self._batches:
            return None
        return tuple((name, values.dtype, values.shape[1:]) for name, values in request.inputs.items())

    def _schedule(self) -> None:
        if self._queue and not self._is_scheduled and not self._is_running:
            self._is_scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_scheduled = False
        batch = self._take_batch()
        if self._typical_s < self._slow_predict_s:
            self._finish(batch, self._run(batch))
        else:
            self._is_running = True
            self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="predict")
            future = self._loop.run_in_executor(self._thread, self._run, batch)
            future.add_done_callback(lambda done: self._finish(batch, done.result()))

    def _take_batch(self) -> list[_Waiting]:
        """Take the first request and those behind it that fit into one call with it."""
        first = self._queue[0]
        size, rows = 1, first.request.rows
        while first.key is not None and size < len(self._queue):
            next_one = self._queue[size]
            rows += next_one.request.rows
            if next_one.key != first.key or rows > MAX_BATCH_ROWS:
                break
            size += 1
        batch, self._queue = self._queue[:size], self._queue[size:]
        return batch

    def _run(self, batch: list[_Waiting]) -> Sequence[Outputs | ModelFailed]:
        started = self._loop.time()
        results = _predict_batch(self._model, [waiting.request for waiting in batch])
        self._typical_s += ((self._loop.time() - started) - self._typical_s) / 4
        return results

    def _finish(self, batch: list[_Waiting], results: Sequence[Outputs | ModelFailed]) -> None:
        self._is_running = False
        self._schedule()
        for waiting, result in zip(batch, results, strict=True):
            waiting.answer(result)


def _predict_batch(model: Model, requests: Sequence[InferRequest]) -> Sequence[Outputs | ModelFailed]:
    if len(requests) == 1:
        return [_predict_alone(model, requests[0])]
    try:
        names = requests[0].inputs
        together = {name: np.concatenate([request.inputs[name] for request in requests]) for name in names}
        return _split(model.predict(together), [request.rows for request in requests])
    except Exception:  # one bad request must not fail its neighbours: each alone tells which one it was
        return [_predict_alone(model, request) for request in requests]


def _predict_alone(model: Model, request: InferRequest) -> Outputs | ModelFailed:
    try:
        return model.predict(request.inputs)
    except Exception as error:  # the model's code may raise anything
        return ModelFailed(f"the model failed: {type(error).__name__}: {str(error)[:500]}")


def _split(outputs: Outputs, sizes: Sequence[int]) -> list[Outputs]:
    """Return each request's rows of `outputs`.

    Raises:
        ValueError: The model did not answer one row per row.
    """
    total = sum(sizes)
    for name, values in outputs.items():
        if values.ndim == 0 or len(values) != total:
            raise ValueError(f"output {name!r} has {values.shape}, not {total} rows")
    parts: list[Outputs] = []
    at = 0
    for size in sizes:
        parts.append({name: values[at : at + size] for name, values in outputs.items()})
        at += size
    return parts

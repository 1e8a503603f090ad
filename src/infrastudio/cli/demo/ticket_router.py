"""The model of the demo's past: a small classifier that is really trained, measured and served.

It is a multi-class perceptron with averaged weights in plain Python, so that the same seed gives the same files
everywhere. Its rows are drawn, not collected: each queue has a centre, and tickets lie around it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

QUEUES: Final = ("billing", "refunds", "technical", "account")
FEATURES: Final = 8
MEASURED_ON: Final = 1000
SPREAD: Final = 1.1
SHAKE: Final = 0.6
"""By how much features are moved to see how robust the model is."""

Row = tuple[float, ...]
Weights = list[list[float]]
"""For each queue the weights of the features, then the bias."""

MODEL_CODE: Final = '''\
"""Routes tickets to queues: the largest of some weighted sums."""

import json
from pathlib import Path

import numpy as np


class Router:
    def __init__(self):
        self.weights = np.array(json.loads(Path(__file__).with_name("weights.json").read_text()))

    def predict(self, rows):
        return (np.asarray(rows) @ self.weights[:, :-1].T + self.weights[:, -1]).argmax(axis=1)
'''

MLMODEL: Final = f"""\
flavors:
  sklearn:
    pickled_model: model.pkl
    serialization_format: pickle
    code: code
signature:
  inputs: '[{{"type": "tensor", "tensor-spec": {{"dtype": "float64", "shape": [-1, {FEATURES}]}}}}]'
  outputs: '[{{"type": "tensor", "tensor-spec": {{"dtype": "int64", "shape": [-1]}}}}]'
"""

PICKLE: Final = b"cticket_router_model\nRouter\n)R."
"""A call of the class above without arguments, in the words of pickle."""


@dataclass(frozen=True)
class Recipe:
    """What a version is trained with.

    Attributes:
        rows: On how many tickets.
        epochs: How often they are gone through.
        learning_rate: How far one mistake moves the weights.
        mislabelled: Share of the rows with a wrong queue.
    """

    rows: int
    epochs: int
    learning_rate: float
    mislabelled: float = 0.0


@dataclass(frozen=True)
class Trained:
    """What came out of a training: the weights, and the accuracy on the training rows after each epoch."""

    weights: Weights
    course: list[float]


class Tickets:
    """Rows around the centres of the queues, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable on purpose, makes no secret
        self._centres = [[self._random.gauss(0, 1) for _ in range(FEATURES)] for _ in QUEUES]

    def draw(self, count: int, *, mislabelled: float = 0.0) -> list[tuple[Row, int]]:
        """Return rows, each with the number of its queue."""
        return [self._ticket(mislabelled) for _ in range(count)]

    def shaken(self, rows: Sequence[tuple[Row, int]]) -> list[tuple[Row, int]]:
        """Return the same rows, their features moved a little."""
        return [(tuple(x + self._random.gauss(0, SHAKE) for x in row), queue) for row, queue in rows]

    def _ticket(self, mislabelled: float) -> tuple[Row, int]:
        queue = self._random.randrange(len(QUEUES))
        row = tuple(self._random.gauss(centre, SPREAD) for centre in self._centres[queue])
        if self._random.random() < mislabelled:
            queue = self._random.randrange(len(QUEUES))
        return row, queue


def train(rows: Sequence[tuple[Row, int]], recipe: Recipe) -> Trained:
    """Return the averaged weights of a perceptron, and how it came to know its rows.

    Source: Freund and Schapire, Machine Learning 37 (1999) 277-296, with averaged instead of voted weights.
    """
    weights: Weights = [[0.0] * (FEATURES + 1) for _ in QUEUES]
    total: Weights = [[0.0] * (FEATURES + 1) for _ in QUEUES]
    course = []
    for _ in range(recipe.epochs):
        for row, queue in rows:
            found = route(weights, row)
            if found != queue:
                for place, value in enumerate((*row, 1.0)):
                    weights[queue][place] += recipe.learning_rate * value
                    weights[found][place] -= recipe.learning_rate * value
            for sums, own in zip(total, weights, strict=True):
                for place, value in enumerate(own):
                    sums[place] += value
        course.append(accuracy(total, rows))
    seen = recipe.epochs * len(rows)
    return Trained([[round(value / seen, 6) for value in own] for own in total], course)


def route(weights: Weights, row: Row) -> int:
    """Return the number of the queue whose weighted sum is the largest."""
    sums = [sum(w * x for w, x in zip(own, (*row, 1.0), strict=True)) for own in weights]
    return sums.index(max(sums))


def accuracy(weights: Weights, rows: Sequence[tuple[Row, int]]) -> float:
    """Return the share of the rows that go to their queue."""
    return sum(route(weights, row) == queue for row, queue in rows) / len(rows)


def evaluate(weights: Weights, rows: Sequence[tuple[Row, int]], shaken: Sequence[tuple[Row, int]]) -> dict[str, Any]:
    """Return how well a model does on rows that it has not seen, in all and by queue."""
    by_queue = {name: [each for each in rows if each[1] == number] for number, name in enumerate(QUEUES)}
    return {
        "accuracy": accuracy(weights, rows),
        "robustness": accuracy(weights, shaken),
        "recall": {name: round(accuracy(weights, own), 4) for name, own in by_queue.items()},
        "rows": len(rows),
    }


def files_of(weights: Weights, recipe: Recipe, evaluation: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a version by their path."""
    recall: dict[str, float] = evaluation["recall"]
    yield "MLmodel", MLMODEL.encode()
    yield "model.pkl", PICKLE
    yield "code/ticket_router_model.py", MODEL_CODE.encode()
    yield "code/weights.json", json.dumps(weights).encode()
    yield "config.json", json.dumps({"epochs": recipe.epochs, "learning_rate": recipe.learning_rate}, indent=2).encode()
    yield "requirements.txt", b"numpy\n"
    yield "evaluation/recall.csv", ("queue,recall\n" + "".join(f"{n},{v}\n" for n, v in recall.items())).encode()
    yield "evaluation/recall.svg", _bars(recall).encode()


def _bars(shares: dict[str, float]) -> str:
    """Return a drawing of shares as bars."""
    rows = "".join(
        f'<text x="8" y="{28 + 30 * place}">{name}</text>'
        f'<rect x="90" y="{14 + 30 * place}" width="{round(260 * share, 1)}" height="18" fill="#4453dd"/>'
        f'<text x="{round(98 + 260 * share, 1)}" y="{28 + 30 * place}">{share:.3f}</text>'
        for place, (name, share) in enumerate(shares.items())
    )
    height = 16 + 30 * len(shares)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 {height}" width="420" height="{height}" '
        f'font-family="sans-serif" font-size="13">{rows}</svg>'
    )

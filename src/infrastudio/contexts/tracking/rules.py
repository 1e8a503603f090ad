"""Decisions of tracking: names of runs and keys, limits of values, what a status means."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Final

from infrastudio.contexts.tracking.schemas.runs import RunStatus
from infrastudio.kernel.errors import Problem, ValidationFailed
from infrastudio.kernel.text import is_storable

MAX_KEY: Final = 250
MAX_PARAM_VALUE: Final = 6000
MAX_TAG_VALUE: Final = 8000
"""Characters; longer values of params and tags are cut, longer keys refused."""
MAX_PARENT_ID: Final = 64
MAX_MODEL_ID: Final = 64

NAME_TAG: Final = "mlflow.runName"
"""The tag that is a run's name: either one follows the other."""
PARENT_TAG: Final = "mlflow.parentRunId"
"""The tag that makes a run the child of another."""
CONTEXT_TAG: Final = "mlflow.data.context"
"""The tag of a dataset input that says what it was used for."""

TERMINAL: Final[frozenset[RunStatus]] = frozenset({"succeeded", "failed", "canceled"})

BAD_CHARACTERS: Final = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and "
    "slashes (/)."
)
_KEY: Final = re.compile(r"[/\w.\- :]*")

_ADJECTIVES: Final = (
    "amber", "bold", "brisk", "calm", "clever", "crisp", "dapper", "eager", "fancy", "fond", "gentle", "glad",
    "grand", "happy", "keen", "kind", "lively", "lucky", "mellow", "merry", "nimble", "noble", "polite", "proud",
    "quick", "quiet", "rapid", "ready", "sharp", "silent", "smart", "witty",
)  # fmt: skip
_ANIMALS: Final = (
    "ant", "bat", "bear", "bee", "boar", "calf", "carp", "cat", "colt", "crab", "crane", "crow", "deer", "dove",
    "duck", "eel", "elk", "finch", "fox", "frog", "goat", "hare", "hawk", "heron", "lynx", "mole", "moth", "newt",
    "owl", "seal", "stork", "wren",
)  # fmt: skip


def made_up_name(random: bytes) -> str:
    """Return a name like `brisk-heron-417` for four random bytes."""
    adjective = _ADJECTIVES[random[0] % len(_ADJECTIVES)]
    animal = _ANIMALS[random[1] % len(_ANIMALS)]
    return f"{adjective}-{animal}-{int.from_bytes(random[2:4], 'big') % 1000}"


def key_problem(key: str) -> str | None:
    """Say what is wrong with the key of a param, tag or metric; None when it is fine."""
    if not key:
        return "must not be empty"
    if len(key) > MAX_KEY:
        return f"exceeds the maximum length of {MAX_KEY} characters"
    if not _KEY.fullmatch(key) or not is_storable(key):
        return BAD_CHARACTERS
    plain = posixpath.normpath(key)
    if plain != key or plain == "." or plain.startswith(("..", "/")):
        return (
            "Names may be treated as files in certain cases, and must not resolve to other names when treated as "
            f"such. This name would resolve to {plain!r}"
        )
    return None


def require_items(collection: str, items: Mapping[str, str]) -> None:
    """Refuse keys and values that cannot be kept, naming each of them.

    Raises:
        ValidationFailed: A key has no good name, or a value holds NUL or a lone surrogate.
    """
    problems = [
        Problem(f"{collection}.{key}", problem, has_value=False)
        for key, value in items.items()
        if (problem := key_problem(key) or _value_problem(value)) is not None
    ]
    if problems:
        raise ValidationFailed(problems)


def require_model_ids(ids: Iterable[str]) -> None:
    """Refuse ids of logged models that cannot be kept.

    Raises:
        ValidationFailed: One is empty, too long, or holds NUL or a lone surrogate.
    """
    for id in ids:
        if not id or len(id) > MAX_MODEL_ID or not is_storable(id):
            raise ValidationFailed.of(
                "model_id", f"must be the id of a logged model, at most {MAX_MODEL_ID} characters"
            )


def cut(items: Mapping[str, str], length: int) -> dict[str, str]:
    """Return the items with values of at most `length` characters."""
    return {key: value[:length] for key, value in items.items()}


def parent_of(tags: Mapping[str, str]) -> str | None:
    """Return the id of the run that tags name as the parent."""
    parent = tags.get(PARENT_TAG)
    return parent if parent and len(parent) <= MAX_PARENT_ID else None


def _value_problem(value: str) -> str | None:
    return None if is_storable(value) else "must not contain NUL or lone surrogates"

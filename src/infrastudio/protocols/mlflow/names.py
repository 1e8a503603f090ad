"""Keys of metrics, params and tags: what they may contain, and how long they may be."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from infrastudio.protocols.mlflow.errors import invalid_value, too_long

MAX_KEY: Final = 250
MAX_REGISTRY_TAG_VALUE: Final = 100_000

_NAME: Final = re.compile(r"[/\w.\- :]*")
_BAD_CHARACTERS: Final = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and"
    " slashes (/)."
)


@lru_cache(maxsize=1 << 16)
def is_plain_key(key: str) -> bool:
    """Is the key acceptable, length included? For the hot path, which says no more than that."""
    return 0 < len(key) <= MAX_KEY and _NAME.fullmatch(key) is not None and not _is_path_like(key)


def check_key(key: str, path: str = "key") -> None:
    """Refuse keys with other characters, and those that would be another name as a path.

    Raises:
        MlflowError: Names the parameter `path`.
    """
    if not _NAME.fullmatch(key):
        raise invalid_value(path, key, _BAD_CHARACTERS)
    if _is_path_like(key):
        raise invalid_value(
            path,
            key,
            "Names may be treated as files in certain cases, and must not resolve to other names when treated as such."
            f" This name would resolve to {posixpath.normpath(key)!r}",
        )


def at_most(limit: int, label: str) -> Callable[[str, str], None]:
    """Return the check that text has at most `limit` characters; `label` is what the failure calls it."""

    def check(value: str, _path: str) -> None:
        if len(value) > limit:
            raise too_long(label, limit)

    return check


def metric_key(key: str, path: str) -> None:
    """Refuse what cannot be the key of a metric; failures call the parameter `name`."""
    check_key(key, f"{path.removesuffix('key')}name")
    _at_most_250(key, "Metric name")


def param_key(key: str, path: str) -> None:
    """Refuse what cannot be the key of a param."""
    check_key(key, path)
    _at_most_250(key, "Param key")


def tag_key(key: str, path: str) -> None:
    """Refuse what cannot be the key of a tag."""
    check_key(key, path)
    _at_most_250(key, path)


def bare_tag_key(key: str, _path: str) -> None:
    """Refuse what cannot be the key of a tag, without saying which of a list it is."""
    tag_key(key, "key")


def _at_most_250(key: str, label: str) -> None:
    if len(key) > MAX_KEY:
        raise too_long(label, MAX_KEY)


def _is_path_like(key: str) -> bool:
    normal = posixpath.normpath(key)
    return normal != key or normal == "." or normal.startswith(("..", "/"))

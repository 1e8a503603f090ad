"""Which path asks for what: the inference routes of the gateway, at the root and below `/serve`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import unquote_to_bytes

Operation = Literal["infer", "invocations", "metadata", "model_ready", "server_metadata", "live", "ready", "unknown"]

METHODS: Final[dict[Operation, bytes]] = {
    "infer": b"POST",
    "invocations": b"POST",
    "metadata": b"GET",
    "model_ready": b"GET",
    "server_metadata": b"GET",
    "live": b"GET",
    "ready": b"GET",
}
"""The one method of each operation; HEAD is answered where GET is."""

PREFIXES: Final = (b"/v2", b"/serve/")
"""No path that begins otherwise is an inference path."""

_NAME: Final = rb"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SERVE: Final = re.compile(rb"/serve/(%b)/(%b)(/v2(?:/.*)?|/invocations)" % (_NAME, _NAME))
_MODEL: Final = re.compile(rb"/v2/models/(%b)(?:/versions/([1-9][0-9]{0,17}))?(/infer|/ready)?" % _NAME)
_FIXED: Final[dict[bytes, Operation]] = {
    b"/v2": "server_metadata",
    b"/v2/health/live": "live",
    b"/v2/health/ready": "ready",
    b"/invocations": "invocations",
}
_OF_MODEL: Final[dict[bytes | None, Operation]] = {b"/infer": "infer", b"/ready": "model_ready", None: "metadata"}


@dataclass(frozen=True, slots=True)
class Target:
    """What a path asks for.

    Attributes:
        project: The project that the path names; None: the caller's.
        deployment: None for questions about the server.
        version: The version that the path names; None: the split decides.
    """

    operation: Operation
    project: str | None = None
    deployment: str | None = None
    version: int | None = None

    @property
    def upstream_path(self) -> bytes:
        """The path that a replica serves for it, without a version, for it has only one."""
        if self.operation == "invocations":
            return b"/invocations"
        end = {"infer": "/infer", "model_ready": "/ready"}.get(self.operation, "")
        return f"/v2/models/{self.deployment}{end}".encode()


@lru_cache(maxsize=4096)
def parse_path(path: bytes) -> Target | None:
    """Return what `path`, without root path and query, asks for; None: it is no inference path."""
    path = unquote_to_bytes(path) if b"%" in path else path
    path = path.rstrip(b"/")
    served = _SERVE.fullmatch(path)
    if served is None:
        is_ours = path == b"/v2" or path.startswith(b"/v2/")
        return _parse_protocol(path, None, None) if is_ours else None
    return _parse_protocol(served[3], served[1].decode(), served[2].decode())


def _parse_protocol(path: bytes, project: str | None, deployment: str | None) -> Target:
    operation = _FIXED.get(path)
    if operation is not None:
        return Target(operation, project, deployment)
    model = _MODEL.fullmatch(path)
    if model is None or (deployment is not None and model[1].decode() != deployment):
        return Target("unknown", project, deployment)
    version = None if model[2] is None else int(model[2])
    return Target(_OF_MODEL[model[3]], project, model[1].decode(), version)

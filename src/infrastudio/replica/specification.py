"""What a replica is told to serve: the file `replica.json` in its folder, written before it starts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

SPECIFICATION: Final = "replica.json"
PROCESS_RECORD: Final = "pid.json"
EXIT_RECORD: Final = "exit.json"
STOP_ORDER: Final = "stop.json"
LOCK: Final = "lock"


@dataclass(frozen=True)
class Specification:
    """What to serve, and where.

    Attributes:
        model: The name that requests use: the deployment's name.
        version: The registry version that the files are.
        model_path: Folder that holds the `MLmodel` file.
        socket_path: Address to listen on, at most 107 bytes.
        body_limit_bytes: Largest body of a request.
        max_queue: Requests that may wait for the model; more are answered 503.
    """

    replica_id: str
    model: str
    version: int
    model_path: Path
    socket_path: Path
    body_limit_bytes: int = 16 * 1024 * 1024
    max_queue: int = 1000
    labels: dict[str, Any] = field(default_factory=dict)


def read_specification(folder: Path) -> Specification:
    """Return what stands in the folder's `replica.json`.

    Raises:
        ValueError: The file is missing or lacks something.
    """
    path = folder / SPECIFICATION
    try:
        values = json.loads(path.read_bytes())
        paths = {name: Path(values[name]) for name in ("model_path", "socket_path")}
        return Specification(**(values | paths))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is no specification of a replica: {error}") from error

"""Where this server is reached."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class ServerAddress:
    """The base URL for our own jobs and replicas, known once the port is bound, and the public one if it is set."""

    url: str
    public_url: str | None = None

"""A real server process on a data folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from infrastudio.server.data_folder import running_server

START_DEADLINE_S = 60.0


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()


def clean_environment(**variables: str) -> dict[str, str]:
    """Return the environment for a process of ours or of a client: without what other tests left in this one's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "MLFLOW_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | variables


def start_server(folder: Path, *options: str, **environment: str) -> Server:
    """Start `studio up` on a free port and wait until it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    variables = clean_environment(**({"STUDIO_DB_SYNCHRONOUS": "OFF"} | environment))
    with (folder / "server.log").open("ab") as log:
        command = [
            sys.executable,
            "-m",
            "infrastudio.cli.main",
            "up",
            "--no-open",
            "--data",
            str(folder),
            "--port",
            "0",
        ]
        process = subprocess.Popen([*command, *options], stdout=log, stderr=log, env=variables)
    until = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError((folder / "server.log").read_text())
        found = running_server(folder)
        if found is not None and found.pid == process.pid and _answers(found.url):
            return Server(process, found.url, folder)
        time.sleep(0.02)
    process.kill()
    raise RuntimeError(f"the server does not answer: {(folder / 'server.log').read_text()}")


@contextmanager
def running(folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """Start a server, and end it in order after the block."""
    server = start_server(folder, *options, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGINT)
            server.process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.TransportError:
        return False

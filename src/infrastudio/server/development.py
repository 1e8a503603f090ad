"""The server with reload: a child process that is started again when the source changes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import infrastudio
from infrastudio.server.settings import Settings

POLL_S = 0.5


def run_with_reload(settings: Settings) -> None:
    """Serve in a child process; look at the source twice a second and start anew when a file changed."""
    command = [
        *(sys.executable, "-m", "infrastudio.cli.main", "up", "--no-open"),
        *("--data", str(settings.folder), "--host", settings.host, "--port", str(settings.port)),
    ]
    while True:
        seen = _changed_at()
        child = subprocess.Popen(command)  # noqa: S603  our own program with our own arguments
        try:
            while _changed_at() == seen:
                try:
                    code = child.wait(POLL_S)
                except subprocess.TimeoutExpired:
                    continue
                if code == 0:
                    return
                _wait_for_change(seen)
                break
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
                child.wait()


def _wait_for_change(seen: float) -> None:
    """Wait after a failed start until a file changes."""
    while _changed_at() == seen:
        time.sleep(POLL_S)  # there is nothing to be woken by: the file system is asked


def _changed_at() -> float:
    """Return the time of the newest source file."""
    return max(path.stat().st_mtime for path in Path(infrastudio.__file__).parent.rglob("*.py"))

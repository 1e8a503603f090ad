"""Named peers that are installed beside us: the MLflow tracking server, FastTrackML and nginx."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.harness.big_ledger import KEPT
from benchmarks.harness.processes import PEERS, Server, free_port, running

PROGRAMS: Final = Path(sys.executable).parent
QUIET: Final = {"MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet", "PATH": f"{PROGRAMS}:/usr/bin:/bin"}


def running_mlflow(folder: Path, *, workers: int) -> AbstractContextManager[Server]:
    """Run `mlflow server` on a SQLite file of its own until the block ends."""
    port = free_port()
    command = [
        PROGRAMS / "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", workers,
        "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--artifacts-destination", folder / "artifacts",
    ]  # fmt: skip
    return running(command, folder, port=port, **QUIET)


def running_plain_tracking(folder: Path) -> AbstractContextManager[Server]:
    """Run the least that a Python server can do until the block ends."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    return running([sys.executable, PEERS / "plain_tracking.py", folder / "data", port], folder, port=port)


FASTTRACKML: Final = "fasttrackml==0.6.0"


def running_fasttrackml(folder: Path) -> AbstractContextManager[Server]:
    """Run `fml server` on a SQLite file of its own until the block ends."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        _fasttrackml_program(), "server", "--listen-address", f"127.0.0.1:{port}", "--log-level", "error",
        "--database-uri", f"sqlite://{folder / 'fasttrackml.db'}", "--default-artifact-root", folder / "artifacts",
    ]  # fmt: skip
    return running(command, folder, port=port)


def _fasttrackml_program() -> Path:
    """Return the server, a Go program in a wheel; it is installed by itself, for it asks for an older `mlflow`."""
    place = KEPT / FASTTRACKML
    program = place / "bin" / "fml"
    if not program.exists():
        subprocess.run(
            [PROGRAMS / "uv", "pip", "install", "--quiet", "--no-deps", "--target", place, FASTTRACKML], check=True
        )
    return program


def running_mlflow_model(folder: Path, model: Path) -> AbstractContextManager[Server]:
    """Run `mlflow models serve` of a logged model, in this environment, until the block ends."""
    port = free_port()
    command = [
        PROGRAMS / "mlflow", "models", "serve", "--model-uri", model, "--host", "127.0.0.1", "--port", port,
        "--workers", 1, "--env-manager", "local",
    ]  # fmt: skip
    return running(command, folder, port=port, path="/ping", **QUIET)


NGINX_PROGRAM: Final = Path("/usr/sbin/nginx")
_NGINX: Final = """
{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream replica {{ server unix:{socket}; keepalive 128; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    location / {{ proxy_pass http://replica; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


@contextmanager
def running_nginx(folder: Path, socket: str, *, path: str) -> Iterator[Server]:
    """Run nginx with one worker in front of a Unix socket until the block ends; `path` answers with 200."""
    port = free_port()
    user = "user root;" if os.getuid() == 0 else ""  # its worker may open the socket only as we do
    folder.mkdir(parents=True)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, socket=socket, port=port, user=user))
    with running([NGINX_PROGRAM, "-e", "stderr", "-c", folder / "nginx.conf"], folder, port=port, path=path) as server:
        yield server

"""The databases that suites run on. A suite starts its own PostgreSQL, or uses the one that a variable names."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

STARTUP_DEADLINE_S = 90.0


class PostgresServer:
    """A PostgreSQL server in which suites make databases of their own."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{uuid.uuid4().hex[:16]}"
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'create database "{name}"'))
        engine.dispose()
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'drop database if exists "{make_url(url).database}" with (force)'))
        engine.dispose()


def postgres_programs() -> Path | None:
    """Return the folder of initdb and postgres, or None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server on a free port with its data in a folder of its own; skips loudly where it is not installed.

    The folder is not one of pytest's: each new session of pytest takes from everybody else the right to enter those.
    """
    named = os.environ.get("STUDIO_TEST_POSTGRES_URL")
    if named:
        yield PostgresServer(make_url(named).set(drivername="postgresql+psycopg").render_as_string(hide_password=False))
        return
    programs = postgres_programs()
    if programs is None:
        pytest.skip("skipped: PostgreSQL is not installed (apt-get install postgresql)")
    folder = tempfile.TemporaryDirectory(prefix="studio-postgres-", ignore_cleanup_errors=True)
    with folder as path, _server(programs, Path(path)) as server:
        yield server


@contextmanager
def _server(programs: Path, folder: Path) -> Iterator[PostgresServer]:
    owner = _owner()
    data = folder / "data"
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    _run(
        owner,
        programs / "initdb",
        "-D",
        data,
        "-U",
        "studio",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    port = _free_port()
    options = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
    command += [part for option in options for part in ("-c", option)]
    log = folder / "server.log"
    with log.open("wb") as output:
        server: subprocess.Popen[bytes] = subprocess.Popen(command, stdout=output, stderr=output, **_as(owner))
    try:
        url = f"postgresql+psycopg://studio@127.0.0.1:{port}/postgres"
        _wait_until_ours(url, server, data)
        yield PostgresServer(url)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _wait_until_ours(url: str, server: subprocess.Popen[bytes], data: Path) -> None:
    """Wait until the server answers, and prove that the one that answers is ours."""
    engine = create_engine(url)
    deadline = time.monotonic() + STARTUP_DEADLINE_S
    found = None
    while found is None:
        if server.poll() is not None:
            log = (data.parent / "server.log").read_text()
            raise RuntimeError(f"PostgreSQL ended with code {server.returncode}: {log}")
        try:
            with engine.connect() as connection:
                found = connection.execute(text("show data_directory")).scalar_one()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    engine.dispose()
    if Path(found) != data:
        raise RuntimeError(f"another PostgreSQL answers on this port: {found}")


def _owner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it runs as the user of its package."""
    return pwd.getpwnam("postgres") if os.getuid() == 0 else None


def _as(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _run(owner: pwd.struct_passwd | None, *command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd="/", **_as(owner))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

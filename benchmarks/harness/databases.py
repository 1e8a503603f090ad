"""Database servers of our own, as durable as an installation: a commit is on disk when it is answered."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, get_args

import psycopg
import pymysql
from benchmarks.harness.processes import STOP_DEADLINE_S, free_port, wait_until

Kind = Literal["postgresql", "mariadb"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NAMES: Final = ("studio", "studio_peer")
"""The databases that each server gets: ours, and the peer's."""


def is_installed(kind: Kind) -> bool:
    """Can a server of this kind be started here?"""
    return _program("initdb" if kind == "postgresql" else "mariadbd") is not None


def may_enter(kind: Kind, folder: Path) -> bool:
    """Can a server of this kind have its data there? PostgreSQL may run as a user who is let into less than we are."""
    if kind != "postgresql" or os.getuid() != 0:
        return True
    there = [parent for parent in folder.parents if parent.exists()]
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in there)


@contextmanager
def running_database(kind: Kind, folder: Path) -> Iterator[str]:
    """Run a server with its data in `folder`, made where there is none and kept; yield the URL of our database."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    start, connect, url = (_postgresql if kind == "postgresql" else _mariadb)(folder, port)
    with (folder / "output.log").open("ab") as log:
        process = start(log)
    try:
        wait_until(lambda: _answers(connect), process, folder)
        yield url
    finally:
        process.send_signal(signal.SIGINT if kind == "postgresql" else signal.SIGTERM)
        process.wait(STOP_DEADLINE_S)


Start = Callable[[Any], "subprocess.Popen[bytes]"]


def _postgresql(folder: Path, port: int) -> tuple[Start, Callable[[], None], str]:
    """PostgreSQL refuses to run as root: then it runs as the user of its package."""
    owner = pwd.getpwnam("postgres") if os.getuid() == 0 else None
    user: dict[str, Any] = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    data = folder / "data"
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    if not (data / "PG_VERSION").exists():
        made = ["-D", data, "-U", "studio", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        _run(_program("initdb"), *made, **user)
    command = [
        _program("postgres"),
        "-D",
        data,
        "-p",
        port,
        "-k",
        folder,
        "-h",
        "127.0.0.1",
        "-c",
        "shared_buffers=1GB",
    ]

    def start(log: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, cwd="/", **user)

    def connect() -> None:
        address = f"host=127.0.0.1 port={port} user=studio dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            known = {name for (name,) in connection.execute("select datname from pg_database")}
            for name in NAMES:
                if name not in known:
                    connection.execute(f"create database {name}")

    return start, connect, f"postgresql://studio@127.0.0.1:{port}/{NAMES[0]}"


def _mariadb(folder: Path, port: int) -> tuple[Start, Callable[[], None], str]:
    data, as_root = folder / "data", ["--user=root"] if os.getuid() == 0 else []
    if not (data / "mysql").exists():
        made = [f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", *as_root]
        _run(_program("mariadb-install-db"), "--no-defaults", *made)
    command = [
        _program("mariadbd"), "--no-defaults", *as_root, f"--datadir={data}", f"--port={port}",
        "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}",
        "--skip-log-bin", "--innodb-buffer-pool-size=1G",
    ]  # fmt: skip

    def start(log: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, cwd="/")

    def connect() -> None:
        with pymysql.connect(host="127.0.0.1", port=port, user="root") as connection, connection.cursor() as cursor:
            for name in NAMES:
                cursor.execute(f"create database if not exists {name}")

    return start, connect, f"mysql://root@127.0.0.1:{port}/{NAMES[0]}"


def _answers(connect: Callable[[], None]) -> bool:
    try:
        connect()
    except (psycopg.OperationalError, pymysql.OperationalError):
        return False
    return True


def _program(name: str) -> str | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath), "/usr/sbin"])
    return shutil.which(name, path=path)


def _run(*command: object, **options: Any) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd="/", **options)

"""Database servers of a test run: its first worker that needs one starts it, the last that used it ends it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

STARTUP_DEADLINE_S: Final = 90.0
STOP_DEADLINE_S: Final = 30.0


class ServerProgram(ABC):
    """A database server that is installed here, and how it is started."""

    name: str
    """Of the product, as people write it."""
    package: str
    """What to install where it is missing."""
    variable: str
    """The environment variable that names a server to use in its place."""
    stop_signal: signal.Signals
    """Ends it at once: nobody will read its data again."""
    folder_query: str
    """The statement that tells where the data of the server that answers lies."""

    @abstractmethod
    def installed(self) -> bool:
        """Is the program on this machine?"""

    @abstractmethod
    def make_data(self, data: Path) -> None:
        """Fill an empty folder with the data of a new server."""

    @abstractmethod
    def command(self, data: Path, port: int) -> list[str]:
        """Return what starts the server in the foreground."""

    @abstractmethod
    def url(self, port: int) -> str:
        """Return the URL of the server's own database."""

    def owner(self) -> pwd.struct_passwd | None:
        """Return whom the server runs as; None: as we do."""
        return None


class PostgresProgram(ServerProgram):
    """PostgreSQL refuses to run as root: then it runs as the user of its package."""

    name = "PostgreSQL"
    package = "postgresql"
    variable = "STUDIO_TEST_POSTGRES_URL"
    stop_signal = signal.SIGQUIT
    folder_query = "show data_directory"

    @override
    def installed(self) -> bool:
        return self._programs() is not None

    @override
    def make_data(self, data: Path) -> None:
        options = ("-U", "studio", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        run(self.owner(), self._program("initdb"), "-D", data, *options)

    @override
    def command(self, data: Path, port: int) -> list[str]:
        options = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
        place = ("-D", str(data), "-p", str(port), "-k", str(data.parent), "-h", "127.0.0.1")
        return [str(self._program("postgres")), *place, *(part for option in options for part in ("-c", option))]

    @override
    def url(self, port: int) -> str:
        return f"postgresql+psycopg://studio@127.0.0.1:{port}/postgres"

    @override
    def owner(self) -> pwd.struct_passwd | None:
        return pwd.getpwnam("postgres") if os.getuid() == 0 else None

    def _program(self, name: str) -> Path:
        programs = self._programs()
        if programs is None:
            raise RuntimeError("PostgreSQL is not installed")
        return programs / name

    @staticmethod
    def _programs() -> Path | None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if found:
            return found[-1].parent
        on_path = shutil.which("initdb")
        return Path(on_path).parent if on_path else None


def _options(data: Path, port: int) -> list[str]:
    """Return what MariaDB and MySQL are both told: where they stand, and that no test cuts the power."""
    return [
        f"--datadir={data}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={data.parent / 'socket'}",
        f"--pid-file={data.parent / 'pid'}",
        "--max-connections=200",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-flush-method=nosync",
        "--innodb-doublewrite=OFF",
    ]


class MariaDbProgram(ServerProgram):
    """MariaDB with the character set of its package: what the product needs it has to say itself."""

    name = "MariaDB"
    package = "mariadb-server"
    variable = "STUDIO_TEST_MARIADB_URL"
    stop_signal = signal.SIGKILL
    folder_query = "select @@datadir"

    @override
    def installed(self) -> bool:
        return None not in (self._program("mariadbd"), shutil.which("mariadb-install-db"))

    @override
    def make_data(self, data: Path) -> None:
        options = ("--auth-root-authentication-method=normal", "--skip-test-db")
        run(None, "mariadb-install-db", "--no-defaults", f"--datadir={data}", *options, *self._as_root())

    @override
    def command(self, data: Path, port: int) -> list[str]:
        return [
            str(self._program("mariadbd")),
            "--no-defaults",
            *self._as_root(),
            *_options(data, port),
        ]

    @override
    def url(self, port: int) -> str:
        return f"mysql+pymysql://root@127.0.0.1:{port}/mysql"

    @staticmethod
    def _program(name: str) -> str | None:
        return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")

    @staticmethod
    def _as_root() -> list[str]:
        return ["--user=root"] if os.getuid() == 0 else []


class MySqlProgram(ServerProgram):
    """MySQL from the system, or out of a folder into which a distribution's packages were unpacked.

    It runs on the libraries beside it, which the system need not have: so it needs no chroot and nobody's rights.
    """

    name = "MySQL"
    package = "mysql-server-core"
    variable = "STUDIO_TEST_MYSQL_URL"
    root_variable: Final = "STUDIO_TEST_MYSQL_ROOT"
    stop_signal = signal.SIGKILL
    folder_query = "select @@datadir"

    @override
    def installed(self) -> bool:
        return self._root() is not None or self._on_path() is not None

    @override
    def make_data(self, data: Path) -> None:
        run(None, *self._program(), "--initialize-insecure", f"--datadir={data}")

    @override
    def command(self, data: Path, port: int) -> list[str]:
        return [
            *self._program(),
            "--mysqlx=OFF",
            "--secure-file-priv=NULL",
            *_options(data, port),
        ]

    @override
    def url(self, port: int) -> str:
        return f"mysql+pymysql://root@127.0.0.1:{port}/mysql"

    def _program(self) -> list[str]:
        as_root = ["--user=root"] if os.getuid() == 0 else []
        root = self._root()
        if root is None:
            return [str(self._on_path()), "--no-defaults", *as_root]
        loader = next(root.glob("usr/lib/*-linux-gnu/ld-linux-*.so.*"), None)
        if loader is None:
            raise RuntimeError(f"{self.root_variable}: no MySQL lies in {root}; tools/mysql_server.sh unpacks one")
        program = [str(loader), "--library-path", str(loader.parent), str(root / "usr/sbin/mysqld")]
        return [*program, "--no-defaults", f"--basedir={root / 'usr'}", *as_root]

    def _root(self) -> Path | None:
        named = os.environ.get(self.root_variable)
        return Path(named).resolve() if named else None

    @staticmethod
    def _on_path() -> Path | None:
        """Return the system's program; MariaDB's packages too bring a link of this name."""
        found = shutil.which("mysqld", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
        program = None if found is None else Path(found).resolve()
        return program if program is not None and program.name == "mysqld" else None


@contextmanager
def shared_server(program: ServerProgram) -> Iterator[str]:
    """Give the URL of the run's server; it lives until the last process that uses it is done."""
    place = _place(program)
    with _locked(place) as file:
        state = json.loads(file.read() or "null")
        if state is None or not _answers(program, state):
            _sweep(program)
            state = _start(program)
        _write(file, state | {"users": [*filter(_is_alive, state["users"]), os.getpid()]})
    try:
        yield program.url(state["port"])
    finally:
        with _locked(place) as file:
            now = json.loads(file.read() or "null") or state
            users = [user for user in now["users"] if user != os.getpid() and _is_alive(user)]
            if users:
                _write(file, now | {"users": users})
            else:
                _stop(program, now)
                place.unlink()


@contextmanager
def private_server(
    program: ServerProgram, *options: str, prepare: Callable[[Path], None] = lambda data: None
) -> Iterator[str]:
    """Give the URL of a server of one's own, started with further options after `prepare` has seen its new data."""
    state = _start(program, *options, prepare=prepare)
    try:
        yield program.url(state["port"])
    finally:
        _stop(program, state)


def _place(program: ServerProgram) -> Path:
    """Return the file in which the workers of a run tell one another of the server."""
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"alone-{os.getpid()}"
    return Path(tempfile.gettempdir()) / f"studio-tests-{os.getuid()}-{run_id}-{program.package}.json"


@contextmanager
def _locked(place: Path) -> Iterator[TextIO]:
    """Open the file for one process at a time; who waited for one that is gone takes the new one."""
    while True:
        with place.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if place.exists() and place.stat().st_ino == os.fstat(file.fileno()).st_ino:
                yield file
                return


def _sweep(program: ServerProgram) -> None:
    """End the servers of runs that were killed before they could."""
    for place in Path(tempfile.gettempdir()).glob(f"studio-tests-{os.getuid()}-*-{program.package}.json"):
        if place != _place(program):
            with _locked(place) as file:
                state = json.loads(file.read() or "null")
                if state and not any(map(_is_alive, state["users"])):
                    _stop(program, state)
                    place.unlink()


def _write(file: TextIO, state: dict[str, Any]) -> None:
    file.truncate(0)
    file.write(json.dumps(state))
    file.flush()


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _runs(state: dict[str, Any]) -> bool:
    """Is the process still the server, and not another one that was given its number?"""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return state["folder"].encode() in Path(f"/proc/{state['pid']}/cmdline").read_bytes()
    return False


def _start(
    program: ServerProgram, *options: str, prepare: Callable[[Path], None] = lambda data: None
) -> dict[str, Any]:
    """Start a server on a free port with its data in a folder of its own.

    The folder is not one of pytest's: each new session of pytest takes from everybody else the right to enter those.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"studio-{program.package}-"))
    data, owner, port = folder / "data", program.owner(), _free_port()
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    program.make_data(data)
    prepare(data)
    # The shell ends at once, so that the server is nobody's child and outlives the worker that started it.
    detach = '"$@" >"$0" 2>&1 & echo $!'
    command = ["sh", "-c", detach, str(folder / "server.log"), *program.command(data, port), *options]
    pid = int(run(owner, *command, start_new_session=True))
    state = {"pid": pid, "port": port, "folder": str(folder), "users": []}
    try:
        _wait_until_ours(program, state)
    except BaseException:
        _stop(program, state)
        raise
    return state


def _wait_until_ours(program: ServerProgram, state: dict[str, Any]) -> None:
    """Wait until the server answers, and prove that the one that answers is ours."""
    deadline = time.monotonic() + STARTUP_DEADLINE_S
    while not _answers(program, state):
        if not _is_alive(state["pid"]) or time.monotonic() > deadline:
            log = (Path(state["folder"]) / "server.log").read_text()
            raise RuntimeError(f"{program.name} did not start: {log}")
        time.sleep(0.05)


def _answers(program: ServerProgram, state: dict[str, Any]) -> bool:
    engine = create_engine(program.url(state["port"]))
    try:
        with engine.connect() as connection:
            found = connection.execute(text(program.folder_query)).scalar_one()
    except DBAPIError:
        return False
    finally:
        engine.dispose()
    if Path(found) != Path(state["folder"]) / "data":
        raise RuntimeError(f"another {program.name} answers on this port: {found}")
    return True


def _stop(program: ServerProgram, state: dict[str, Any]) -> None:
    if _runs(state):
        os.kill(state["pid"], program.stop_signal)
    deadline = time.monotonic() + STOP_DEADLINE_S
    while _runs(state):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{program.name} with pid {state['pid']} did not end within {STOP_DEADLINE_S:.0f} s")
        time.sleep(0.02)
    shutil.rmtree(state["folder"], ignore_errors=True)


def run(owner: pwd.struct_passwd | None, *command: object, **options: Any) -> str:
    """Run a program to its end as `owner` and return what it prints."""
    given: dict[str, Any] = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [str(part) for part in command], capture_output=True, cwd="/", text=True, **(given | options)
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with code {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

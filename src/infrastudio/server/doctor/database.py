"""The database: found, let in, sound, and how old its tables are."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infrastudio.kernel.clock import SystemClock, from_micros
from infrastudio.kernel.errors import StudioError, ValidationFailed
from infrastudio.server.doctor.check import Check, failed, ok, warning
from infrastudio.server.doctor.folders import CHOOSE, why_not_writable
from infrastudio.server.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

AHEAD: Final = timedelta(seconds=1)
"""A ledger whose clock lies further in the future drags the times of all that follows with it."""


def check_database(settings: Settings) -> Iterator[Check]:
    """Yield what is seen on the way to the tables; the first thing that is wrong ends it."""
    from infrastudio.stores.db.settings import parse_url

    try:
        url = parse_url(settings.connection().url)
    except ValidationFailed as error:
        yield failed("database", error.message, "Correct STUDIO_DATABASE_URL (`studio config` says where it stands).")
        return
    if url.get_backend_name() == "sqlite":
        yield from _check_file(settings, Path(url.database or ""))
        return
    for step in () if _by_socket(url) else (_check_host, _check_port):
        check = step(settings, url)
        yield check
        if check.status == "failed":
            return
    yield from _check_server(settings, url)


def _check_file(settings: Settings, path: Path) -> Iterator[Check]:
    from sqlalchemy.exc import DatabaseError

    from infrastudio.stores.db.engines import read_engine

    if (why := why_not_writable(path.parent)) is not None:
        yield failed("database", f"The folder of {path} cannot be written to: {why}.", CHOOSE)
        return
    if not path.exists():
        yield ok("database", f"SQLite: {path} is not there yet; `studio up` makes it.")
        return
    engine = read_engine(settings.connection())
    try:
        with engine.connect() as connection:
            yield ok("database", f"SQLite: {path} can be read and its folder written to.")
            yield from _check_tables(connection)
    except DatabaseError as error:
        fix = "Restore it from a backup, or name another file with STUDIO_DATABASE_URL."
        yield failed("database", f"{path} is no database that can be read: {error.orig}.", fix)
    finally:
        engine.dispose()


def _by_socket(url: URL) -> bool:
    """Does the URL name a socket of this machine, or leave the place to the driver?"""
    return not url.host or "unix_socket" in url.query or "host" in url.query


def _check_host(settings: Settings, url: URL) -> Check:
    host = url.host or "localhost"
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        why = error.strerror if isinstance(error, socket.gaierror) else "that is no name"
        fix = "Check the host in STUDIO_DATABASE_URL, and that this machine can look up names: getent hosts " + host
        return failed("database host", f"No machine is known by the name {host}: {why}.", fix)
    return ok("database host", f"{host} is {found[0][4][0]}.")


def _check_port(settings: Settings, url: URL) -> Check:
    from infrastudio.stores.db.settings import DEFAULT_PORTS

    host, port = url.host or "localhost", url.port or DEFAULT_PORTS[url.get_backend_name()]
    try:
        socket.create_connection((host, port), timeout=settings.db_connect_timeout_s).close()
    except ConnectionRefusedError:
        fix = f"Start the server there, or correct host and port in STUDIO_DATABASE_URL: ss -ltn 'sport = :{port}'"
        return failed("database port", f"Nothing listens on {host}:{port}.", fix)
    except TimeoutError:
        fix = "Check the firewall between here and there; STUDIO_DB_CONNECT_TIMEOUT_S says how long to wait."
        message = f"{host}:{port} does not answer within {settings.db_connect_timeout_s:g} s."
        return failed("database port", message, fix)
    except OSError as error:
        return failed("database port", f"{host}:{port} cannot be reached: {error.strerror}.", "Check the network.")
    return ok("database port", f"Something listens on {host}:{port}.")


def _check_server(settings: Settings, url: URL) -> Iterator[Check]:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    from infrastudio.server.doctor.connection_errors import explain
    from infrastudio.stores.db.engines import connect_arguments

    backend, user = url.get_backend_name(), url.username or "(none)"
    try:
        arguments = connect_arguments(url, settings.db_connect_timeout_s)
        place = url if backend == "postgresql" else url.set(query={})
        engine = create_engine(place, connect_args=arguments, poolclass=NullPool)
    except ModuleNotFoundError as error:
        fix = f"Type: pip install 'infrastudio[{'postgres' if backend == 'postgresql' else 'mysql'}]'"
        yield failed("database login", f"The driver {error.name} is not installed.", fix)
        return
    except ValidationFailed as error:
        yield failed("database login", error.message, "Correct the options behind the ? of STUDIO_DATABASE_URL.")
        return
    try:
        with engine.connect() as connection:
            yield ok("database login", f"{_product(connection)} lets {user} into {url.database}.")
            yield _check_encryption(connection, url)
            yield from _check_tables(connection)
    except (DBAPIError, RuntimeError) as error:  # a driver that lacks a part of its own raises the latter
        why = explain(url, error)
        yield failed("database login", why.message, why.fix)
    finally:
        engine.dispose()


def _product(connection: Connection) -> str:
    version = ".".join(str(part) for part in (connection.dialect.server_version_info or ())[:3])
    if connection.dialect.name == "postgresql":
        return f"PostgreSQL {version}"
    return f"{'MariaDB' if getattr(connection.dialect, 'is_mariadb', False) else 'MySQL'} {version}"


def _check_encryption(connection: Connection, url: URL) -> Check:
    from sqlalchemy import text

    if connection.dialect.name == "postgresql":
        used = connection.execute(text("select ssl from pg_stat_ssl where pid = pg_backend_pid()")).scalar()
    else:
        used = connection.execute(text("show session status like 'Ssl_cipher'")).one()[1]
    if used:
        return ok("database TLS", "The connection is encrypted.")
    if _by_socket(url) or url.host in ("localhost", "127.0.0.1", "::1"):
        return ok("database TLS", "The connection is not encrypted; it does not leave this machine.")
    message = f"The connection to {url.host} is not encrypted: passwords and data can be read on the way."
    return warning("database TLS", message, "Switch TLS on there and add ?sslmode=require to STUDIO_DATABASE_URL.")


def _check_tables(connection: Connection) -> Iterator[Check]:
    """Yield the age of the schema and how the ledger's clock goes."""
    from sqlalchemy import select

    from infrastudio.migrations import LATEST
    from infrastudio.migrations.upgrade import schema_of
    from infrastudio.stores.ledger.tables import LedgerClockRow

    try:
        schema = schema_of(connection)
    except StudioError as error:
        yield failed("database schema", error.message, "Name an empty database in STUDIO_DATABASE_URL.")
        return
    if schema is None:
        yield ok("database schema", "There are no tables yet; `studio up` makes them.")
        return
    if schema > LATEST:
        message = f"The tables are those of a later release ({schema}); this one knows {LATEST}."
        yield failed("database schema", message, "Install the later release again, or restore an older backup.")
        return
    if schema < LATEST:
        message = f"The tables are those of an earlier release ({schema}); the next start brings them to {LATEST}."
        yield warning("database schema", message, "Make a backup, then start: studio up")
        return
    yield ok("database schema", f"The tables are those of this release ({schema}).")
    clock = connection.execute(select(LedgerClockRow.seq, LedgerClockRow.at)).one()
    ahead = from_micros(clock.at) - SystemClock().now()
    if ahead > AHEAD:
        message = f"The last of {clock.seq} events lies {ahead.total_seconds():.0f} s ahead of this machine's clock."
        fix = "Compare the clocks of all machines that write: timedatectl. New events are dated behind the last one."
        yield warning("ledger clock", message, fix)
    else:
        yield ok("ledger clock", f"{clock.seq} events, none ahead of this machine's clock.")

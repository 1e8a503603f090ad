"""Connections as the settings want them: TLS, passwords, pools, patience."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, TimeoutError

from conftest import SERVER_FIXTURES, open_database, server_of
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.instances import service
from infrastudio.stores.db import ConnectionSettings
from infrastudio.stores.db.engines import read_engine, write_engine
from make import an_instance
from tls_servers import TlsServer, tls_server_of

ENCRYPTED = {
    "postgresql": "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
    "mysql": "show session status where variable_name = 'Ssl_cipher' and value <> ''",
}


PATIENCE = {
    "postgresql": ("show idle_in_transaction_session_timeout", "10s"),
    "mariadb": ("select @@idle_write_transaction_timeout", 10),
    "mysql": ("select @@wait_timeout", 10),
}


@pytest.fixture(scope="module", params=SERVER_FIXTURES)
def tls_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    """A server that takes passwords and TLS seriously."""
    with tls_server_of(request.param, tmp_path_factory.mktemp("tls")) as server:
        yield server


def connect(url: str, *, timeout_s: float = 10) -> bool:
    """Connect once; tell whether the connection is encrypted."""
    engine = read_engine(ConnectionSettings(url, connect_timeout_s=timeout_s))
    try:
        with engine.connect() as connection:
            return bool(connection.execute(text(ENCRYPTED[engine.dialect.name])).scalar())
    finally:
        engine.dispose()


def authority(server: TlsServer, path: object) -> dict[str, str]:
    return {"sslrootcert": str(path)} if server.backend == "postgresql" else {"ssl_ca": str(path)}


def test_a_difficult_password_and_tls_work_by_the_url(tls_server: TlsServer) -> None:
    assert connect(tls_server.url(sslmode="require"))
    assert connect(tls_server.url(sslmode="verify-full", **authority(tls_server, tls_server.authority)))


def test_a_server_that_another_authority_signed_is_refused(tls_server: TlsServer) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)certificate"):
        connect(tls_server.url(sslmode="verify-full", **authority(tls_server, tls_server.stranger)))


def test_without_tls_the_server_refuses(tls_server: TlsServer) -> None:
    with pytest.raises(DBAPIError):
        connect(tls_server.url(sslmode="disable"))


@pytest.fixture(params=SERVER_FIXTURES)
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of each server."""
    server = server_of(request.param, request)
    url = server.new_database()
    yield url
    server.drop_database(url)


def test_a_pool_opens_as_many_connections_as_it_may(server_url: str) -> None:
    engine = read_engine(ConnectionSettings(server_url, pool_size=2, max_overflow=1))
    engine.pool._timeout = 0.1  # type: ignore[attr-defined]  # else the refusal takes 30 s
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(engine.connect())
        with pytest.raises(TimeoutError, match="size 2 overflow 1"):
            held.enter_context(engine.connect())
    assert engine.pool.checkedin() == 2  # type: ignore[attr-defined]  # a QueuePool
    engine.dispose()


def test_a_connection_is_replaced_when_it_is_old(server_url: str) -> None:
    engine = read_engine(ConnectionSettings(server_url, pool_recycle_s=0))
    with engine.connect():  # the first one asks the server about itself
        made = _count_connections(engine)
    for _ in range(3):
        with engine.connect() as connection:
            connection.execute(text("select 1"))
        time.sleep(0.01)  # older than 0 s is what the pool asks for
    assert len(made) == 3
    engine.dispose()


def _count_connections(engine: Engine) -> list[object]:
    made: list[object] = []
    event.listen(engine, "connect", lambda connection, record: made.append(connection))
    return made


@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_server_that_says_nothing_is_not_waited_for(scheme: str) -> None:
    """It takes connections and never greets: DB_CONNECT_TIMEOUT ends the wait."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"{scheme}://me:secret@127.0.0.1:{silent.getsockname()[1]}/studio"
        began = time.monotonic()
        with pytest.raises(DBAPIError):
            connect(url, timeout_s=2)
    assert time.monotonic() - began < 9


def test_a_commit_of_another_process_wakes_who_listens(server_url: str) -> None:
    """Two objects of a database share nothing, as two processes do."""
    woken = threading.Event()
    with open_database(server_url) as ours, open_database(server_url) as other:
        unsubscribe = other.subscribe(lambda seq: woken.set())
        deadline = time.monotonic() + 30
        while not woken.wait(0.05) and time.monotonic() < deadline:  # the first look learns where the ledger ends
            with ours.begin(SINGLE_USER) as uow:
                service.create(uow, an_instance())
        unsubscribe()
    assert woken.is_set()


def test_zero_is_an_id_and_too_long_a_text_an_error(server_url: str) -> None:
    engine = write_engine(ConnectionSettings(server_url))
    with engine.begin() as connection:
        connection.execute(text("create table number (id bigint primary key, word varchar(3))"))
        connection.execute(text("insert into number (id, word) values (0, 'abc')"))
        assert connection.execute(text("select id from number")).scalar_one() == 0
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("insert into number (id, word) values (1, 'abcd')"))
    engine.dispose()


def test_a_writer_that_falls_silent_is_not_waited_for(server_url: str, request: pytest.FixtureRequest) -> None:
    """Else a machine that vanishes in a transaction would keep all others from writing."""
    asked, patience = PATIENCE[request.node.callspec.params["server_url"]]
    engine = write_engine(ConnectionSettings(server_url))
    with engine.connect() as connection:
        assert connection.execute(text(asked)).scalar_one() == patience
    engine.dispose()


@pytest.mark.skipif("mysql" not in SERVER_FIXTURES, reason="skipped: no MySQL is named or installed")
def test_a_password_works_without_tls_on_mysql(request: pytest.FixtureRequest) -> None:
    """Its passwords travel encrypted by the server's own key then, for which the driver needs a library more."""
    server = server_of("mysql", request)
    url = make_url(server.new_database())
    who = f"'{url.database}'@'127.0.0.1'"
    server.execute(f"create user {who} identified by 'secret'", f"grant all on {url.database}.* to {who}")
    own = url.set(username=url.database, password="secret").update_query_dict({"sslmode": "disable"})
    try:
        assert not connect(own.render_as_string(hide_password=False))
    finally:
        server.execute(f"drop user {who}")
        server.drop_database(str(url))


def test_postgresql_plans_each_read_by_its_values(request: pytest.FixtureRequest) -> None:
    """One plan for all values is made for an average kind of events, and goes through all of them for a rare one."""
    server = server_of("postgresql", request)
    url = server.new_database()
    engine = read_engine(ConnectionSettings(url))
    with engine.connect() as connection:
        assert connection.execute(text("show plan_cache_mode")).scalar_one() == "force_custom_plan"
        assert connection.execute(text("show lock_timeout")).scalar_one() == "30s"
    engine.dispose()
    server.drop_database(url)

"""The doctor names what is wrong and what to type, and never a password."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import SERVER_FIXTURES, studio_on
from infrastudio.cli.main import main
from infrastudio.server.data_folder import DataFolder
from infrastudio.server.doctor import Check, examine
from infrastudio.server.doctor.database import check_database
from infrastudio.server.doctor.folders import check_blobs, check_data_folder, check_telemetry
from infrastudio.server.doctor.port import check_port
from infrastudio.server.doctor.programs import check_executor
from infrastudio.server.settings import Settings, load_settings
from tls_servers import PASSWORD, TlsServer, tls_server_of


def settings(folder: Path, **values: object) -> Settings:
    given = {"data": folder, "port": 0, "db_connect_timeout_s": 5, **values}
    return load_settings(given, environment={}, working_directory=folder).settings


def of_database(folder: Path, url: str) -> dict[str, Check]:
    """Everything that is said of a database, by its name."""
    checks = {check.name: check for check in check_database(settings(folder, database_url=url))}
    assert all(PASSWORD not in f"{check.message}{check.fix}" for check in checks.values())
    return checks


@pytest.fixture(scope="module", params=SERVER_FIXTURES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    """A server that takes passwords and TLS seriously."""
    with tls_server_of(request.param, tmp_path_factory.mktemp("tls")) as started:
        yield started


def test_a_machine_in_order_has_nothing_to_say(tmp_path: Path) -> None:
    loaded = load_settings({"data": tmp_path, "port": 0}, environment={}, working_directory=tmp_path)
    checks = list(examine(loaded))
    assert {check.status for check in checks if check.name != "user interface"} == {"ok"}
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_server_in_order_is_let_in_encrypted(tmp_path: Path, server: TlsServer) -> None:
    checks = of_database(tmp_path, server.url())
    assert {check.status for check in checks.values()} == {"ok"}
    assert checks["database TLS"].message == "The connection is encrypted."
    assert "`studio up` makes them" in checks["database schema"].message


@pytest.mark.parametrize(
    ("changes", "said", "fix"),
    [
        ({"password": "wrong"}, "password of user keeper is wrong", "%40"),
        ({"user": "nobody"}, "user", "Check user and password"),
        ({"database": "nowhere"}, "nowhere", "On the server:"),
        ({"sslmode": "disable"}, "TLS", "?sslmode=require"),
        ({"colour": "red"}, "option", "options|Take it out"),
    ],
)
def test_a_server_that_lets_nobody_in(
    tmp_path: Path, server: TlsServer, changes: dict[str, str], said: str, fix: str
) -> None:
    login = of_database(tmp_path, server.url(**changes))["database login"]
    assert login.status == "failed"
    assert said in login.message
    assert any(part in (login.fix or "") for part in fix.split("|"))


def test_a_certificate_of_another_authority(tmp_path: Path, server: TlsServer) -> None:
    name = "sslrootcert" if server.backend == "postgresql" else "ssl_ca"
    login = of_database(tmp_path, server.url(sslmode="verify-full", **{name: str(server.stranger)}))["database login"]
    assert (login.status, "certificate" in login.message) == ("failed", True)
    assert name in (login.fix or "")


@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_host_that_nobody_knows(tmp_path: Path, scheme: str) -> None:
    checks = of_database(tmp_path, f"{scheme}://me:secret@no-such-host.invalid/studio")
    assert checks["database host"].status == "failed"
    assert "no-such-host.invalid" in checks["database host"].message


@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_port_that_nobody_listens_on(tmp_path: Path, scheme: str) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        checks = of_database(tmp_path, f"{scheme}://me:secret@127.0.0.1:{port}/studio")
    assert (checks["database port"].status, f"127.0.0.1:{port}" in checks["database port"].message) == ("failed", True)
    assert "database login" not in checks


def test_a_database_in_use_tells_its_age_and_its_clock(tmp_path: Path) -> None:
    with studio_on(tmp_path):
        pass
    checks = {check.name: check for check in check_database(settings(tmp_path))}
    assert [check.status for check in checks.values()] == ["ok", "ok", "ok"]
    assert "events, none ahead" in checks["ledger clock"].message


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "studio.db").write_text("This is a letter.\n" * 200)
    (check,) = check_database(settings(tmp_path))
    assert (check.status, "no database" in check.message) == ("failed", True)
    (tmp_path / "telemetry.db").write_text("This is a letter.\n" * 200)
    assert check_telemetry(settings(tmp_path)).status == "failed"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for check in (check_data_folder, check_blobs):
        seen = check(settings(tmp_path / "file" / "data"))
        assert (seen.status, "--data" in (seen.fix or "")) == ("failed", True)


def test_a_folder_in_use_names_its_owner(tmp_path: Path) -> None:
    owner = DataFolder(tmp_path)
    owner.announce("http://127.0.0.1:1")
    seen = check_data_folder(settings(tmp_path))
    owner.release()
    assert (seen.status, f"pid {os.getpid()}" in seen.message) == ("ok", True)


def test_a_taken_port_names_who_has_it(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        seen = check_port(settings(tmp_path, port=other.getsockname()[1]))
    assert (seen.status, f"pid {os.getpid()}" in seen.message) == ("failed", True)
    assert "--port" in (seen.fix or "")


def test_a_port_of_this_folders_server_is_in_order(tmp_path: Path) -> None:
    owner = DataFolder(tmp_path)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        owner.announce(f"http://127.0.0.1:{port}")
        seen = check_port(settings(tmp_path, port=port))
    owner.release()
    assert (seen.status, str(os.getpid()) in seen.message) == ("ok", True)


def test_a_machine_without_its_python_runs_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert check_executor().status == "failed"


@pytest.mark.parametrize(
    ("environment", "code", "name"),
    [
        ({}, 0, None),
        ({"DATABASE_URL": "mysql://me:p@ss:w/ord%#@db/studio"}, 1, "database"),
        ({"STUDIO_PORT": "many"}, 1, "settings"),
    ],
)
def test_scripts_get_json_and_an_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    code: int,
    name: str | None,
) -> None:
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    options = () if "STUDIO_PORT" in environment else ("--port", "0")
    monkeypatch.setattr("sys.argv", ["studio", "doctor", "--json", "--data", str(tmp_path), *options])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr().out
    told = json.loads(printed)
    assert ended.value.code == code
    assert "p@ss" not in printed
    assert [check["name"] for check in told["checks"] if check["status"] == "failed"] == ([name] if name else [])

"""Starting a server: what stands in its way is said in words, and nothing is half done."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import httpx
import pytest

from infrastudio.kernel.errors import Conflict, PermissionDenied, StudioError, Unavailable, ValidationFailed
from infrastudio.server.data_folder import DataFolder, running_server
from infrastudio.server.process import serve
from infrastudio.server.settings import Settings
from running_server import running


def settings(folder: Path, **values: object) -> Settings:
    return Settings.model_validate({"data": folder, "port": 0, **values})


def test_a_taken_port_is_named_with_the_fix(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port} .*--port"):
            serve(settings(tmp_path / "data", port=port))
    assert not (tmp_path / "data").exists()


def test_a_folder_in_use_names_its_owner(tmp_path: Path) -> None:
    owner = DataFolder(tmp_path)
    owner.announce("http://127.0.0.1:1")
    with pytest.raises(Conflict, match=rf"pid {os.getpid()} at http://127.0.0.1:1.*--data"):
        serve(settings(tmp_path))
    owner.release()
    assert running_server(tmp_path) is None


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match=r"cannot be written to .*--data"):
        serve(settings(tmp_path / "file" / "data"))


def test_another_address_than_loopback_must_be_meant(tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied, match="STUDIO_OPEN=1"):
        serve(settings(tmp_path, host="0.0.0.0"))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("postgresql://nobody@127.0.0.1:1/x", Unavailable),
        ("mongodb://x", ValidationFailed),
        ("nonsense", ValidationFailed),
    ],
)
def test_a_database_that_cannot_be_had_is_named_without_its_password(
    tmp_path: Path, url: str, kind: type[StudioError]
) -> None:
    with pytest.raises(kind) as failure:
        serve(settings(tmp_path, database_url=url))
    assert "database" in str(failure.value).lower()
    assert running_server(tmp_path) is None


def test_a_start_and_its_document_warn_of_nothing(tmp_path: Path) -> None:
    """A warning there is of our own routes and settings: people would read it at every start."""
    with running(tmp_path, STUDIO_ROOT_PATH="/studio", PYTHONWARNINGS="always") as server:
        assert httpx.get(f"{server.url}/openapi.json").is_success
    assert "Warning" not in (tmp_path / "server.log").read_text()

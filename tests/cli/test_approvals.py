"""What waits for another person, decided on from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from conftest import open_database
from infrastudio.cli import approval_commands
from infrastudio.cli.main import main
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.identity.service import issue_token
from infrastudio.contexts.projects import queries as projects
from infrastudio.sdk import Client
from running_server import Server, running

Studio = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the whole module."""
    with running(tmp_path_factory.mktemp("approvals")) as started:
        yield started


@pytest.fixture
def studio(server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Studio:
    """Runs `studio …` against the server; returns exit code, output and errors."""
    monkeypatch.setenv("STUDIO_URL", server.url)
    monkeypatch.setattr(approval_commands, "console", Console(width=200))  # as wide as that, whenever it was imported

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["studio", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capfd.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return run


@pytest.fixture(scope="module")
def colleague(server: Server) -> Iterator[Client]:
    """An operator, who is another one than the person at the machine."""
    with open_database(f"sqlite:///{server.folder}/studio.db") as db, db.begin(SINGLE_USER) as uow:
        project = projects.require(uow, "default", "projects.read")
        token = issue_token(
            uow, project_id=project, project="default", name="colleague", kind="personal", role="operator"
        )
    with Client(server.url, token=token.secret) as client:
        yield client


def ask(client: Client, model: str) -> str:
    """Ask for a version of a new model to go to production; return the id of what waits."""
    client.post("/api/registry/models", {"name": model})
    client.post(f"/api/registry/models/{model}/versions", {"source": "s3://bucket/model"})
    client.send("PATCH", f"/api/registry/models/{model}", {"protected_stages": ["production"]})
    body = {"stage": "production", "reason": "3 points more"}
    asked = client.post(f"/api/registry/models/{model}/versions/1/transition-requests", body)
    return str(asked["id"])


def test_what_a_colleague_asks_for_is_seen_and_approved(studio: Studio, server: Server, colleague: Client) -> None:
    id = ask(colleague, "guarded")
    code, table, told = studio("approvals", "list")
    assert code == 0, told
    for part in (id, "guarded version 1: draft → production", "3 points more"):
        assert part in table
    code, out, _ = studio("approvals", "approve", id[:10], "--reason", "agreed", "--json")
    decided = json.loads(out)
    assert (code, decided["status"], decided["decision_reason"]) == (0, "approved", "agreed")
    assert colleague.get("/api/registry/models/guarded/versions/1")["stage"] == "production"
    assert id not in studio("approvals", "list")[1]
    assert id in studio("approvals", "list", "--all")[1]


def test_what_is_rejected_says_why_and_nothing_moves(studio: Studio, colleague: Client) -> None:
    id = ask(colleague, "refused")
    code, _, told = studio("approvals", "reject", id)
    assert (code, "--reason" in told) == (2, True)
    code, out, _ = studio("approvals", "reject", id, "--reason", "not yet")
    assert (code, "refused version 1" in out, "rejected" in out) == (0, True, True)
    assert colleague.get("/api/registry/models/refused/versions/1")["stage"] == "draft"


def test_nobody_decides_on_what_they_asked_for_but_may_take_it_back(studio: Studio, server: Server) -> None:
    with Client(server.url) as client:
        id = ask(client, "mine")
    code, _, told = studio("approvals", "approve", id)
    assert (code, told.startswith("error")) == (1, True)
    code, out, _ = studio("approvals", "withdraw", id)
    assert (code, "withdrawn" in out) == (0, True)
    code, _, told = studio("approvals", "approve", "apr_nothing00000")
    assert (code, told.startswith("error")) == (1, True)

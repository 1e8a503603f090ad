"""Makes a token of another person in a running server's database: `second_person.py DATA_FOLDER`; prints its secret."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from infrastudio.contexts.identity import service
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.projects import queries as projects
from infrastudio.server.settings import load_settings
from infrastudio.server.wiring import open_database


def main() -> None:
    """Make the token."""
    folder = Path(sys.argv[1])
    settings = load_settings({"data": folder}, environment={}, working_directory=folder).settings
    with closing(open_database(settings)) as db, db.begin(SINGLE_USER) as uow:
        project_id = projects.id_of(uow, "default") or ""
        made = service.issue_token(
            uow, project_id=project_id, project="default", name="ravi", kind="personal", role="operator"
        )
    sys.stdout.write(f"{made.secret}\n")


if __name__ == "__main__":
    main()

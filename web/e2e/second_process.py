"""Writes into a running server's database from another process: `second_process.py DATA_FOLDER NAME`.

It makes an experiment through the same service functions as the server and prints its id once that is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.schemas.experiments import ExperimentIn
from infrastudio.server.settings import load_settings
from infrastudio.server.wiring import open_database


def main() -> None:
    """Make the experiment."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    settings = load_settings({"data": folder}, environment={}, working_directory=folder).settings
    db = open_database(settings)
    try:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()  # the moment to write is the reader's
        with db.begin(SINGLE_USER) as uow:
            experiment = service.create_experiment(uow, ExperimentIn(name=name), project=None)
        sys.stdout.write(f"{experiment.id}\n")
        sys.stdout.flush()
    finally:
        db.close()


if __name__ == "__main__":
    main()

"""The demo's server: records the fleet's past, then serves it. `python -m infrastudio.cli.demo.server FOLDER PORT`.

Both are one process, for to import what they share takes longer than what they do. It says on its standard output, each
in a line, that the past is recorded and at which address it answers.
"""

from __future__ import annotations

import sys
from pathlib import Path

from infrastudio.cli.demo.past import record_past
from infrastudio.kernel.errors import StudioError
from infrastudio.server.process import serve
from infrastudio.server.settings import load_settings


def main(folder: Path, port: int) -> None:
    """Record the past and serve until a signal ends it."""
    record_past(folder)
    _say("recorded")
    serve(load_settings({"data": folder, "port": port}).settings, on_ready=_say)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except StudioError as error:
        sys.exit(error.message)

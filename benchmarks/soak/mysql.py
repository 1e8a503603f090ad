"""Run on MySQL every test that runs on each database: `make test` does so only where a MySQL is named or installed.

`tools/mysql_server.sh FOLDER` unpacks one in a minute; then `STUDIO_TEST_MYSQL_ROOT=FOLDER make soak ARGS=mysql`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
VARIABLES: Final = ("STUDIO_TEST_MYSQL_ROOT", "STUDIO_TEST_MYSQL_URL")
QUICK: Final = ("tests/contracts/databases", "tests/contracts/ledger")


def main() -> None:
    """Run the suites; their exit code is this one's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the contracts of databases and ledger only")
    suites = QUICK if parser.parse_args().quick else ("tests",)
    if not any(map(os.environ.get, VARIABLES)) and not _is_installed():
        sys.exit(f"no MySQL is installed, and neither {' nor '.join(VARIABLES)} names one: see tools/mysql_server.sh")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-k", "mysql", *suites]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


def _is_installed() -> bool:
    """Is MySQL on the path? MariaDB's packages too bring a link of its name."""
    found = shutil.which("mysqld", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    return found is not None and Path(found).resolve().name == "mysqld"


if __name__ == "__main__":
    main()

"""Run the ledger's test of eight writing processes for longer: a minute of kills, thousands of reads of the past.

`make test` runs the same for seconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SUITE: Final = "tests/contracts/ledger/test_eight_writers.py"
TIMEOUT_S: Final = 1800
"""Of one test."""


def main() -> None:
    """Run the suite, whose tests print their counts; its exit code is this one's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="as long as in `make test`")
    longer = {"STUDIO_TEST_WRITE_FOR_S": "60", "STUDIO_TEST_AS_OF_READS": "3000"}
    environment = os.environ | ({} if parser.parse_args().quick else longer)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", f"--timeout={TIMEOUT_S}", SUITE]
    sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()

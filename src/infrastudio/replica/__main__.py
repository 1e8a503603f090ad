"""`python -m infrastudio.replica FOLDER [--lock DESCRIPTOR]`: serve the model version that FOLDER names."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from infrastudio.replica.program import serve_folder


def main() -> None:
    """Parse the arguments, serve, and end without waiting for a model call that does not return."""
    parser = argparse.ArgumentParser(prog="infrastudio.replica", description="Serve one version of a model.")
    parser.add_argument("folder", type=Path, help="folder with replica.json; lock, pid and exit record go there")
    parser.add_argument("--lock", type=int, default=None, help="descriptor of the folder's lock, already locked")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    code = serve_folder(arguments.folder, arguments.lock)
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # a predict that hangs in its thread would keep the interpreter for ever


if __name__ == "__main__":
    main()

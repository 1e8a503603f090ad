"""Start the server, for those who expect a main.py: `PORT=8001 python main.py` is `studio up`."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

if __name__ == "__main__":
    ours = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
    if find_spec("infrastudio") is None:  # another Python than the one that `make setup` installed into
        if not ours.exists():
            raise SystemExit("main.py: nothing is installed. Run `make setup`, or `pip install -r requirements.txt`.")
        os.execv(ours, [str(ours), *sys.argv])  # noqa: S606  there is no shell to need
    from infrastudio.cli.main import main

    sys.argv[1:1] = ["up"]
    main()

"""Entry of the shim: `python -I -S shim.py FOLDER LOCKFD`.

It makes our packages importable without site-packages and without running their `__init__`, which keeps a start at a
few milliseconds: the modules come from cached bytecode, and only those that the shim names.
"""

import sys

ROOT = __file__[: -len("/shim/shim.py")]
for path in ("", "drivers", "drivers.executors", "shim"):
    package = type(sys)("infrastudio." + path if path else "infrastudio")
    package.__path__ = [ROOT + "/" + path.replace(".", "/") if path else ROOT]
    sys.modules[package.__name__] = package

from infrastudio.shim.supervisor import main  # noqa: E402  the packages above come first

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

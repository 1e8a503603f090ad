"""Write .env.example: every setting with its meaning, its names and its default, from the settings class itself.

.venv/bin/python tools/env_example.py            write it
.venv/bin/python tools/env_example.py --check    exit 1 when the committed file is stale
"""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
import textwrap
from pathlib import Path
from typing import Any

from infrastudio.server.settings import Settings, names_of

TARGET = Path(__file__).resolve().parent.parent / ".env.example"
HEADER = """\
# Settings of AI Infra Studio, made from src/infrastudio/server/settings.py by tools/env_example.py.
# Copy this file to .env in the working directory or in the data folder and take away the # before what you change.
# What wins, strongest first: command line, STUDIO_ names, plain names, .env in the working directory,
# .env and studio.toml in the data folder, default. `studio config` prints the values in force and where each is from.
"""


def docstrings() -> dict[str, str]:
    """Return the text under each field of the settings class."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(Settings))).body
    if not isinstance(definition, ast.ClassDef):
        raise TypeError(f"{Settings!r} is not a class")
    found = {}
    for field, text in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            found[field.target.id] = str(ast.literal_eval(text.value))
    return found


def written(value: Any) -> str:
    """Return a default as it would stand in the file."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def render() -> str:
    """Return the text of .env.example."""
    meaning = docstrings()
    blocks = []
    for name, field in Settings.model_fields.items():
        names = names_of(name)
        lines = textwrap.wrap(meaning[name], 118, initial_indent="# ", subsequent_indent="# ")
        if names.plain:
            lines.append(f"# Also read as {', '.join(names.plain)}.")
        blocks.append("\n".join([*lines, f"# {names.studio}={written(field.default)}"]))
    return HEADER + "\n" + "\n\n".join(blocks) + "\n"


def main() -> int:
    """Write or check the file; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    text = render()
    if not parser.parse_args().check:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        print(".env.example is stale; run: make generate", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

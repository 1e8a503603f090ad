"""Write docs/mlflow-operations.md: every operation of MLflow's protocol and its answer here, from the table itself.

.venv/bin/python tools/mlflow_operations.py            write it
.venv/bin/python tools/mlflow_operations.py --check    exit 1 when the committed file is stale
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from infrastudio.protocols.mlflow import REFUSALS, ROWS
from infrastudio.protocols.mlflow.fields import Field, Message, PositiveCount
from infrastudio.protocols.mlflow.table import Row

TARGET = Path(__file__).resolve().parent.parent / "docs" / "mlflow-operations.md"
HEADER = """\
# MLflow's operations

Made from `src/infrastudio/protocols/mlflow/` by `tools/mlflow_operations.py`; `make check` says if it is stale. A test
compares it with the routes of the MLflow release that the tests use: each is offered, or refused in these words.
Every path below `/api` exists below `/ajax-api` too. Required fields are bold.
"""


def render() -> str:
    """Return the text of the document."""
    offered = "\n".join(sorted(f"| {operation(row)} | {fields(row.fields)} |" for row in ROWS))
    refused = "\n".join(sorted(f"| {operation(row)} | {refusal(row)} |" for row in REFUSALS))
    return (
        f"{HEADER}\n## Offered\n\n| operation | fields |\n|---|---|\n{offered}\n"
        f"\n## Refused\n\n| operation | what a client is told |\n|---|---|\n{refused}\n"
    )


def operation(row: Row) -> str:
    """Return the addresses of an operation with its methods."""
    paths = dict.fromkeys(
        path for path in row.paths() if not path.startswith("/ajax-api") or "/api" not in row.prefixes
    )
    return "<br>".join(f"`{' '.join(row.methods)} {path}`" for path in paths)


def fields(found: Iterable[Field]) -> str:
    """Return the names of fields, the required ones bold, with what limits a count."""
    return ", ".join(_names(found)) or "none"


def _names(found: Iterable[Field]) -> Iterator[str]:
    for field in found:
        name = f"**{field.name}**" if field.required else field.name
        if isinstance(field.type, PositiveCount) and field.type.limit < 2**62:
            name += f" (at most {field.type.limit})"
        if isinstance(field.type, Message):
            name += f" ({', '.join(_names(field.type.fields))})"
        yield name


def refusal(row: Row) -> str:
    """Return the status, the code and the text of a refusal."""
    if row.refusal is None:
        raise ValueError(f"{row.path} is offered")
    return f"{row.refusal.status} `{row.refusal.code}`: {row.refusal.message}"


def main() -> int:
    """Write or check the file; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    text = render()
    if not parser.parse_args().check:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        print("docs/mlflow-operations.md is stale; run: make generate", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

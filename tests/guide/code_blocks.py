"""Runs the examples of a page of the guide against a server, and compares its answers with those on the page.

A block of `sh` that calls curl, or `studio` for something that ends, is run by bash as it stands, with the server's
address in place of the guide's and its data folder in the environment. A block of `python` is run as a program, with
the server's address in STUDIO_URL. A block of `json` or `http` behind it is the
answer:

- `json`: the body;
- `http`: status line, some of the headers, an empty line, the body (the example calls `curl -i`).

Answers differ from server to server. On the page:

- a time stands for any time, 32 hexadecimal digits or `ope_…` for any such id;
- `"…": "…"` in an object stands for further fields, `"…"` at the end of a list for further items.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from running_server import Server, clean_environment

ADDRESS: Final = "http://127.0.0.1:8000"
MORE: Final = "…"

_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RUNNABLE: Final = re.compile(r"\bcurl |\bstudio (exec|export|import|instances|sync) ")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_HEX: Final = re.compile(r"[0-9a-f]{32}")
_ID: Final = re.compile(r"([a-z]{3})_(…|[0-9a-z]{12})")


@dataclass(frozen=True)
class Example:
    """One command of a page, and the answer that the page promises.

    Attributes:
        line: Where the command stands.
        answer: None where the page shows none.
    """

    line: int
    command: str
    kind: str
    answer: str | None
    language: str = "sh"


def examples_of(page: Path) -> Iterator[Example]:
    """Yield the examples of a page in order."""
    text = page.read_text()
    blocks = list(_BLOCK.finditer(text))
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block[1] != "python" and not (block[1] == "sh" and _RUNNABLE.search(block[2])):
            continue
        kind = following[1] if following is not None else ""
        answer = following[2] if following is not None and kind in ("json", "http") else None
        yield Example(text.count("\n", 0, block.start()) + 1, block[2], kind, answer, language=block[1])


def run(example: Example, server: Server, folder: Path) -> str:
    """Return what the command of an example writes; the examples of a page share a folder."""
    studio = Path(sys.executable).parent / "studio"
    tools = f'curl() {{ command curl --silent --show-error "$@"; }}\nstudio() {{ {studio} "$@" </dev/null; }}'
    script = example.command.replace(ADDRESS, server.url)
    variables = clean_environment(STUDIO_DATA=str(server.folder), STUDIO_SPOOL=str(folder / "spool"))
    if example.language == "python":
        command, variables = [sys.executable, "-c", script], variables | {"STUDIO_URL": server.url}
    else:
        command = ["bash", "-c", f"set -euo pipefail\n{tools}\n{script}"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"line {example.line}: {done.stderr}"
    return done.stdout


def differences(example: Example, output: str) -> list[str]:
    """Return in which places an answer is not what the page says."""
    if example.answer is None:
        return []
    if example.kind == "json":
        return list(_compared(json.loads(example.answer), json.loads(output), "$"))
    told_head, _, told_body = example.answer.partition("\n\n")
    head, _, body = output.replace("\r\n", "\n").partition("\n\n")
    status, *headers = told_head.splitlines()
    lines = [line.lower() for line in head.splitlines()]
    missing = [f"header {header!r}" for header in headers if header.lower() not in lines]
    found = missing if head.startswith(status) else [f"status: {head.splitlines()[0]!r} is not {status!r}", *missing]
    return found + (list(_compared(json.loads(told_body), json.loads(body), "$")) if told_body.strip() else [])


def _compared(told: Any, found: Any, path: str) -> Iterator[str]:
    if isinstance(told, dict) and isinstance(found, dict):
        missing = told.keys() - found.keys() - {MORE}
        extra = set() if MORE in told else found.keys() - told.keys()
        yield from (f"{path}.{name} is not in the answer" for name in sorted(missing))
        yield from (f"{path}.{name} is not on the page" for name in sorted(extra))
        for name in told.keys() & found.keys():
            yield from _compared(told[name], found[name], f"{path}.{name}")
    elif isinstance(told, list) and isinstance(found, list):
        wanted = told[:-1] if told[-1:] == [MORE] else told
        if len(found) < len(wanted) or (len(found) > len(wanted) and wanted is told):
            yield f"{path} has {len(found)} items, on the page {len(wanted)}"
        for number, (one, other) in enumerate(zip(wanted, found, strict=False)):
            yield from _compared(one, other, f"{path}.{number}")
    elif not _is_alike(told, found):
        yield f"{path} is {found!r}, on the page {told!r}"


def _is_alike(told: Any, found: Any) -> bool:
    if isinstance(told, str) and isinstance(found, str):
        for form in (_TIME, _HEX):
            if form.fullmatch(told):
                return form.fullmatch(found) is not None
        if told.endswith(f"_{MORE}") and (kind := _ID.fullmatch(told)) and (id := _ID.fullmatch(found)):
            return kind[1] == id[1]
    return type(told) is type(found) and bool(told == found)

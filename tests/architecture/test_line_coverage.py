"""What the suites' own collector of executed lines notes: what a trace function sees, too."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from coverage.parser import PythonParser

import line_coverage

PROGRAM = '''\
"""A docstring."""
from __future__ import annotations

import functools


class Thing:
    """Another one."""

    size: int = 3

    @functools.lru_cache(
        maxsize=None
    )
    def kind(self, value: object) -> str:
        """Tell what it is."""
        match value:
            case int():
                return "number"
            case str():
                return (
                    "text"
                )
            case _:
                return "other"


def walk(values):
    found = []
    for value in values:
        if value is None:
            continue
        elif value == 0:
            raise ZeroDivisionError
        try:
            found.append(1 / value)
        except ZeroDivisionError:
            found.append(0)
        except TypeError as error:
            found.append(
                str(error)
            )
        else:
            found.append(2)
        finally:
            found.append(3)
    else:
        found.append(4)
    with open(__file__) as file:
        lambda: found
    while False:
        found.clear()
    return found


async def later():
    async with nothing:
        pass


Thing().kind("a")
walk([None, "text", 2])
'''
ONLY_LOOKED_AT = ("case int():", "except ZeroDivisionError:")
"""These clauses are tried and not taken."""


@pytest.mark.skipif(sys.gettrace() is not None, reason="another tracer measures")
def test_it_notes_what_a_trace_function_sees(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    parser = PythonParser(text=PROGRAM, filename=str(file))
    parser.parse_source()
    noted, traced = (parser.translate_lines(run(file)) & parser.statements for run in (noted_lines, traced_lines))
    looked_at = {number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.strip() in ONLY_LOOKED_AT}
    assert (traced - noted, noted - traced) == (looked_at, set())
    assert parser.statements - traced  # some lines of the program are not executed


def noted_lines(file: Path) -> set[int]:
    """Run a program whose statements note their lines."""
    exec(line_coverage.compile_noting(str(file), file.read_bytes()), {"__file__": str(file), "__name__": "program"})
    return {number for number, seen in enumerate(line_coverage.executed_lines(str(file))) if seen}


def traced_lines(file: Path) -> set[int]:
    """Run a program under a trace function."""
    code = compile(file.read_text(), str(file), "exec")
    seen = set[int]()

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != str(file):
            return None
        if event == "line":
            seen.add(frame.f_lineno)
        return trace

    sys.settrace(trace)
    try:
        exec(code, {"__file__": str(file), "__name__": "program"})
    finally:
        sys.settrace(None)
    return seen

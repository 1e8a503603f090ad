"""Small files that the shim shares with the executor, without the json module (it would cost a third of the start)."""

# pathlib would cost more than all else at the start of the shim:
# ruff: noqa: PTH104, PTH108, PTH123

from __future__ import annotations

import os

_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\"} | {code: f"\\u{code:04x}" for code in range(32)}


def to_json(fields: dict[str, int | bool | str | None]) -> bytes:
    """Return a flat JSON object."""
    return ("{" + ", ".join(f'"{name}": {_value(value)}' for name, value in fields.items()) + "}").encode()


def _value(value: int | bool | str | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + value.encode("utf-8", "replace").decode().translate(_ESCAPES) + '"'


def put_file(folder: str, name: str, data: bytes) -> None:
    """Write a file that appears whole or not at all, and survives a power cut.

    Raises:
        OSError: It could not be written; nothing has appeared.
    """
    temporary = f"{folder}/{name}.tmp"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        if os.write(fd, data) != len(data):
            raise OSError(28, "short write", temporary)
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, f"{folder}/{name}")
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read_program(folder: str) -> tuple[bytes, list[bytes], dict[bytes, bytes]]:
    """Return working directory, arguments and environment from the file `program`.

    Its fields end in NUL, which none of them can hold: directory, count of arguments, arguments, `name=value` each.
    """
    with open(f"{folder}/program", "rb") as file:
        cwd, count, *rest = file.read().split(b"\0")[:-1]
    arguments = rest[: int(count)]
    pairs = (field.partition(b"=") for field in rest[int(count) :])
    return cwd, arguments, {name: value for name, _, value in pairs}


def remove_program(folder: str) -> None:
    """Delete the file `program` once it is not needed any more: the environment in it may hold secrets."""
    try:
        os.unlink(f"{folder}/program")
    except FileNotFoundError:
        return


def read_grace_s(folder: str) -> float | None:
    """Return the seconds between SIGTERM and SIGKILL that the file `stop` orders; None: no stop is ordered."""
    try:
        with open(f"{folder}/stop", "rb") as file:
            return int(file.read() or b"0") / 1000
    except FileNotFoundError:
        return None

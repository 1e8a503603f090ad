"""JSON and NDJSON: values as they are, and moments as text in RFC 3339."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final, Literal

import orjson
from typing_extensions import override

from infrastudio.drivers.tables.cells import BATCH_ROWS
from infrastudio.kernel.batches import batches
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.tables import (
    MOST_COLUMNS,
    MOST_LINE_BYTES,
    Column,
    ReadOptions,
    Row,
    TableFormat,
    TableRow,
    UnreadableTable,
)

_BLANK: Final = re.compile(r"[ \t\r\n]*")


class JsonFormat(TableFormat):
    """One array of objects."""

    name: Literal["json"] = "json"
    media_type: str = "application/json"
    is_typed: bool = True

    @override
    def require_installed(self) -> None:
        return

    @override
    def write(self, columns: tuple[Column, ...], rows: Iterable[Row]) -> Iterator[bytes]:
        head = b"["
        for batch in batches(rows, BATCH_ROWS):
            yield head + b",\n".join(_object(row, columns) for row in batch)
            head = b",\n"
        yield b"[]\n" if head == b"[" else b"]\n"

    @override
    def read(self, file: BinaryIO, options: ReadOptions) -> Iterator[TableRow]:
        """Yield one object after the other; the text is held as a whole, never all its objects."""
        text = _decoded(file)
        at = _after_blank(text, 0)
        if text[at : at + 1] != "[":
            raise UnreadableTable("must be an array of objects", line=_line(text, at))
        decoder = json.JSONDecoder(parse_constant=_refuse_constant)
        at, number = _after_blank(text, at + 1), 0
        while text[at : at + 1] != "]":
            number += 1
            value, at = _decode(decoder, text, at)
            yield TableRow(number, require_object(value, _line(text, at) if not isinstance(value, dict) else 0))
            at = _after_blank(text, at)
            if text[at : at + 1] == ",":
                at = _after_blank(text, at + 1)
                if text[at : at + 1] == "]":
                    raise UnreadableTable("has a comma before its end", line=_line(text, at))
            elif text[at : at + 1] != "]":
                raise UnreadableTable("ends in the middle or lacks a comma", line=_line(text, at))
        if _after_blank(text, at + 1) != len(text):
            raise UnreadableTable("goes on behind the end of the array", line=_line(text, at + 1))


class NdjsonFormat(TableFormat):
    """One object a line."""

    name: Literal["ndjson"] = "ndjson"
    media_type: str = "application/x-ndjson"
    is_typed: bool = True

    @override
    def require_installed(self) -> None:
        return

    @override
    def write(self, columns: tuple[Column, ...], rows: Iterable[Row]) -> Iterator[bytes]:
        for batch in batches(rows, BATCH_ROWS):
            yield b"".join(_object(row, columns) + b"\n" for row in batch)

    @override
    def read(self, file: BinaryIO, options: ReadOptions) -> Iterator[TableRow]:
        number = line_number = 0
        while line := file.readline(MOST_LINE_BYTES + 1):
            line_number += 1
            if len(line) > MOST_LINE_BYTES:
                raise UnreadableTable(f"is longer than {MOST_LINE_BYTES} bytes", line=line_number)
            if line_number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                number += 1
                try:
                    value = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise UnreadableTable(f"is not JSON in UTF-8: {error.msg}", line=line_number) from error
                yield TableRow(number, require_object(value, line_number))


def require_object(value: Any, line: int) -> Row:
    """Return `value` if it is an object of no more fields than a table has columns."""
    if not isinstance(value, dict):
        raise UnreadableTable("must be an object with a field for each column", line=line)
    if len(value) > MOST_COLUMNS:
        raise UnreadableTable(f"has more than {MOST_COLUMNS} fields", line=line or None)
    return value


def _object(row: Row, columns: tuple[Column, ...]) -> bytes:
    return orjson.dumps(
        {column.name: row.get(column.name) for column in columns},
        default=_default,
        option=orjson.OPT_PASSTHROUGH_DATETIME,
    )


def _default(value: Any) -> str:
    if isinstance(value, datetime):
        return format_time(value)
    raise TypeError(f"a cell holds {type(value).__name__}")


def _decoded(file: BinaryIO) -> str:
    content = file.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableTable(f"is not UTF-8: byte 0x{content[error.start]:02X}", line=line) from error


def _decode(decoder: json.JSONDecoder, text: str, at: int) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise UnreadableTable(f"is not JSON: {error.msg}", line=_line(text, error.pos)) from error
    except (RecursionError, ValueError) as error:
        why = "is nested too deeply" if isinstance(error, RecursionError) else f"is not JSON: {error}"
        raise UnreadableTable(why, line=_line(text, at)) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no value of JSON")


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1

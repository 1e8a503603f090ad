"""Tables in files: what a row is, and what a format of files can do. `drivers/tables` has the formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Final, Literal, NamedTuple, Protocol

from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.errors import NotImplementedHere, Problem, ValidationFailed

FormatName = Literal["csv", "json", "ndjson", "xlsx", "parquet"]

Kind = Literal["text", "integer", "number", "time", "json"]
"""What a column holds; `number` is any float, `json` any JSON value, which formats without structure write as its
canonical text."""

Cell = str | int | float | bool | datetime | None

Row = Mapping[str, Any]
"""Values by the name of their column; a missing one is null."""

ColumnBatch = Mapping[str, Any]
"""Some rows as one list or array of values for each column; moments are microseconds since 1970."""

MOST_COLUMNS: Final = 1000
MOST_LINE_BYTES: Final = 1_048_576


class Column(NamedTuple):
    """A column that is written."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True)
class TableRow:
    """A row that was read.

    Attributes:
        number: Counted from 1, without the header.
        values: By the name of their column; an empty cell of a format without types is null.
        problem: What is wrong with the row as a whole, such as cells without a column.
    """

    number: int
    values: Row
    problem: str | None = None


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read.

    Attributes:
        encoding: Of text formats, when the file does not begin with a byte order mark.
    """

    encoding: str = "utf-8"


@dataclass(frozen=True)
class Limits:
    """What a file that is read may cost at most.

    Attributes:
        unpacked_bytes: Of a compressed file after unpacking, as it says itself.
        columns: In a header.
    """

    unpacked_bytes: int = 512 * 1024 * 1024
    columns: int = MOST_COLUMNS


class UnreadableTable(ValidationFailed):
    """The file is not of the format that it is said to be, or broken."""

    def __init__(self, message: str, *, line: int | None = None, suggestion: str | None = None) -> None:
        where = f"line {line}: " if line is not None else ""
        super().__init__(Problem("file", f"{where}{message}", line=line, suggestion=suggestion))


class FormatNotInstalled(NotImplementedHere):
    """The packages that a format needs are not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Tables as {name} need more packages. Type: pip install 'infrastudio[tables]' and start the server again."
        )


class TableFormat(Protocol):
    """One format of files. Reading and writing hold a few rows at a time, whatever the table's length."""

    @property
    def name(self) -> FormatName:
        """What it is called in addresses."""
        ...

    @property
    def media_type(self) -> str:
        """Its Content-Type."""
        ...

    @property
    def is_typed(self) -> bool:
        """Does the file itself tell numbers from text, so that nothing is guessed?"""
        ...

    def require_installed(self) -> None:
        """Return if the packages it needs are there.

        Raises:
            FormatNotInstalled: They are not.
        """
        ...

    def write(self, columns: tuple[Column, ...], rows: Iterable[Row]) -> Iterator[bytes]:
        """Yield the bytes of a file with these rows, as they become known."""
        ...

    def write_columns(self, columns: tuple[Column, ...], batches: Iterable[ColumnBatch]) -> Iterator[bytes]:
        """Yield the bytes of a file with these rows; formats that keep columns make no row of them."""
        return self.write(columns, (row for batch in batches for row in _rows_of(columns, batch)))

    def read(self, file: BinaryIO, options: ReadOptions) -> Iterator[TableRow]:
        """Yield the rows of a file that can be sought in.

        Raises:
            UnreadableTable: It is broken; says where. Rows before that place may have come already.
        """
        ...


def _rows_of(columns: tuple[Column, ...], batch: ColumnBatch) -> Iterator[Row]:
    names = [column.name for column in columns]
    cells = [_cells(column, batch[column.name]) for column in columns]
    return (dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True))


def _cells(column: Column, values: Any) -> Iterable[Any]:
    plain = values if isinstance(values, list) else values.tolist()
    return map(from_micros, plain) if column.kind == "time" else plain


@dataclass(frozen=True)
class TableFormats:
    """All formats, by name."""

    by_name: Mapping[str, TableFormat] = field(default_factory=dict)

    def get(self, name: FormatName) -> TableFormat:
        """Return a format that can be used.

        Raises:
            FormatNotInstalled: It lacks packages.
        """
        found = self.by_name[name]
        found.require_installed()
        return found

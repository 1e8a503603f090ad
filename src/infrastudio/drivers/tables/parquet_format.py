"""Parquet: typed columns in row groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, Literal

from typing_extensions import override

from infrastudio.drivers.tables.cells import BATCH_ROWS, Drain, plain, require_package
from infrastudio.kernel.batches import batches
from infrastudio.kernel.tables import (
    Column,
    ColumnBatch,
    Limits,
    ReadOptions,
    Row,
    TableFormat,
    TableRow,
    UnreadableTable,
)

GROUP_ROWS: Final = 10_000


class ParquetFormat(TableFormat):
    """Apache Parquet, compressed by zstd. Moments are UTC in microseconds, JSON values their canonical text."""

    name: Literal["parquet"] = "parquet"
    media_type: str = "application/vnd.apache.parquet"
    is_typed: bool = True

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    @override
    def require_installed(self) -> None:
        require_package("pyarrow", self.name)

    @override
    def write(self, columns: tuple[Column, ...], rows: Iterable[Row]) -> Iterator[bytes]:
        groups = batches(rows, GROUP_ROWS)
        return self.write_columns(
            columns, ({c.name: [_cell(row, c) for row in group] for c in columns} for group in groups)
        )

    @override
    def write_columns(self, columns: tuple[Column, ...], batches: Iterable[ColumnBatch]) -> Iterator[bytes]:
        import pyarrow as pa
        from pyarrow import parquet

        types = {
            "text": pa.string(),
            "json": pa.string(),
            "integer": pa.int64(),
            "number": pa.float64(),
            "time": pa.timestamp("us", tz="UTC"),
        }
        schema = pa.schema([(column.name, types[column.kind]) for column in columns])
        sink = Drain()
        with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
            for batch in batches:
                arrays = [pa.array(batch[field.name], field.type) for field in schema]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
                yield sink.taken()
        yield sink.taken()

    @override
    def read(self, file: BinaryIO, options: ReadOptions) -> Iterator[TableRow]:
        import pyarrow as pa
        from pyarrow import parquet

        try:
            source = parquet.ParquetFile(file)
            self._require_small(source.metadata)
            number = 0
            for batch in source.iter_batches(batch_size=BATCH_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield TableRow(number, {name: _value(cell) for name, cell in row.items()})
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, UnreadableTable):
                raise
            raise UnreadableTable(f"is no Parquet file, or a broken one: {str(error)[:200]}") from error

    def _require_small(self, metadata: Any) -> None:
        unpacked = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
        if unpacked > self._limits.unpacked_bytes:
            raise UnreadableTable(f"unpacks to {unpacked} bytes, which is too much")
        if metadata.num_columns > self._limits.columns:
            raise UnreadableTable(f"has more than {self._limits.columns} columns")


def _cell(row: Row, column: Column) -> Any:
    value = row.get(column.name)
    return plain(value, column) if column.kind == "json" else value


def _value(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=UTC) if cell.tzinfo is None else cell.astimezone(UTC)
    return cell

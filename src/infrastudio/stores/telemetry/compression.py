"""zstd with one kept compressor per thread and level: contexts are dear to make and not thread-safe."""

from __future__ import annotations

import sys
import threading

from infrastudio.stores.telemetry.errors import CorruptTelemetry

if sys.version_info >= (3, 14):
    from compression import zstd
    from compression.zstd import CompressionParameter, ZstdCompressor, ZstdError
else:
    from backports import zstd
    from backports.zstd import CompressionParameter, ZstdCompressor, ZstdError


class _Compressors(threading.local):
    def __init__(self) -> None:
        self.by_level: dict[int, ZstdCompressor] = {}


_compressors = _Compressors()


def compress(data: bytes | memoryview, level: int = 1) -> bytes:
    """Return `data` as one zstd frame."""
    kept = _compressors.by_level
    compressor = kept.get(level)
    if compressor is None:
        compressor = kept[level] = ZstdCompressor(level=level)
    return compressor.compress(data, ZstdCompressor.FLUSH_FRAME)


def compress_checked(data: bytes, level: int) -> bytes:
    """Return `data` as one zstd frame with a checksum, without which it does not decompress."""
    options: dict[int, int] = {
        CompressionParameter.compression_level: level,
        CompressionParameter.checksum_flag: 1,
    }
    return ZstdCompressor(options=options).compress(data, ZstdCompressor.FLUSH_FRAME)


def decompress(data: bytes) -> bytes:
    """Return what one zstd frame holds.

    Raises:
        CorruptTelemetry: It is damaged.
    """
    try:
        return zstd.decompress(data)
    except ZstdError as error:
        raise CorruptTelemetry("A zstd frame is damaged.") from error

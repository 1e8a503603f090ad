"""zstd with one kept compressor per thread and level: contexts are dear to make and not thread-safe."""

from __future__ import annotations

import sys
import threading

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdCompressor, decompress
else:
    from backports.zstd import ZstdCompressor, decompress

__all__ = ["compress", "decompress"]


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

"""The readiness check of the Open Inference Protocol over a Unix socket."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Final

_REQUEST: Final = b"GET /v2/health/ready HTTP/1.1\r\nhost: replica\r\nconnection: close\r\n\r\n"


async def is_ready(path: Path, *, timeout_s: float) -> str | None:
    """Ask the replica at `path` whether it is ready; return None if it is, else what was wrong."""
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                writer.write(_REQUEST)
                status = await reader.readline()
            finally:
                writer.close()
                with contextlib.suppress(OSError):  # it may have closed first
                    await writer.wait_closed()
    except TimeoutError:
        return f"it did not answer within {timeout_s:g} s"
    except OSError as error:
        return f"it cannot be reached: {error.strerror or error}"
    if status.split(b" ", 2)[1:2] == [b"200"]:
        return None
    return f"it answered {status.decode('ascii', 'replace').strip() or 'nothing'}"

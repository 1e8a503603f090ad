"""The SDK: runs that a program logs to, and clients of the native API. Light enough for a training script."""

from infrastudio.sdk.client import AsyncClient, Client
from infrastudio.sdk.errors import ServerFailure, ServerUnreachable
from infrastudio.sdk.recorder import Report
from infrastudio.sdk.run import Run
from infrastudio.sdk.session import (
    current_run,
    finish,
    flush,
    init,
    log,
    log_artifact,
    log_params,
    log_text,
    set_tags,
)

__all__ = [
    "AsyncClient",
    "Client",
    "Report",
    "Run",
    "ServerFailure",
    "ServerUnreachable",
    "current_run",
    "finish",
    "flush",
    "init",
    "log",
    "log_artifact",
    "log_params",
    "log_text",
    "set_tags",
]

"""AI Infra Studio: one control plane for the whole life of an AI model.

`import infrastudio as studio` gives the SDK: `studio.init()`, `studio.log({…})`, `studio.Client()`. It is loaded when
its first name is asked for, so that the server, which is the same package, starts without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infrastudio.sdk import (
        AsyncClient,
        Client,
        Report,
        Run,
        ServerFailure,
        ServerUnreachable,
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


def __getattr__(name: str) -> Any:
    if name in __all__:
        from infrastudio import sdk

        return getattr(sdk, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

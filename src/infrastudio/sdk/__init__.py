"""The SDK: clients of the native API, and runs that a program logs to. Light enough for a training script."""

from infrastudio.sdk.client import AsyncClient, Client
from infrastudio.sdk.errors import ServerFailure, ServerUnreachable

__all__ = ["AsyncClient", "Client", "ServerFailure", "ServerUnreachable"]

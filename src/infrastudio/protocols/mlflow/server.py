"""What clients ask about the server itself."""

from __future__ import annotations

from typing import Final

from infrastudio.kernel.actor import Actor
from infrastudio.protocols.mlflow.messages import Json
from infrastudio.protocols.mlflow.services import Services

RELEASE: Final = "3.17.2"
"""The release of MLflow whose protocol is spoken: clients are told it at `/version`, and know by it that spans are
taken at `/v1/traces`."""


async def server_info(_services: Services, _actor: Actor) -> Json:
    """Say what this server can do; a workspace is a project here."""
    return {
        "store_type": "SqlStore",
        "workspaces_enabled": True,
        "trace_archival_enabled": False,
        "multipart_uploads_enabled": False,
        "multipart_downloads_enabled": False,
        "presigned_upload_run_id_supported": False,
        "presigned_upload_model_id_supported": False,
        "features_enabled": {},
    }

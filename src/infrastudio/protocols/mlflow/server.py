"""What clients ask about the server itself."""

from __future__ import annotations

from infrastudio.kernel.actor import Actor
from infrastudio.protocols.mlflow.messages import Json
from infrastudio.protocols.mlflow.services import Services


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

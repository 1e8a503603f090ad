"""The MLflow REST protocol, so that the unchanged `mlflow` client works against the Studio."""

from infrastudio.protocols.mlflow.app import MlflowApp, failure, is_upload, short_handlers, takes
from infrastudio.protocols.mlflow.ingest import EMPTY
from infrastudio.protocols.mlflow.refusals import REFUSALS
from infrastudio.protocols.mlflow.rows import ROWS
from infrastudio.protocols.mlflow.server import RELEASE
from infrastudio.protocols.mlflow.services import Services

__all__ = [
    "EMPTY",
    "REFUSALS",
    "RELEASE",
    "ROWS",
    "MlflowApp",
    "Services",
    "failure",
    "is_upload",
    "short_handlers",
    "takes",
]

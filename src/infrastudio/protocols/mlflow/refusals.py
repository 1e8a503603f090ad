"""The operations that this server does not offer, and what clients are told of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from infrastudio.protocols.mlflow.errors import MlflowError
from infrastudio.protocols.mlflow.table import PREFIXES, Handler, Row

EVERY_METHOD: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
AJAX: Final = ("/ajax-api",)

_ONE_PIECE: Final = "is not supported for the current artifact repository"
_GATEWAY: Final = "The MLflow AI gateway is not kept here: models are served by deployments of the Studio."
_WEBHOOKS: Final = "Webhooks of the MLflow registry are not sent by this server: follow its events instead."
_SCORERS: Final = "Registered scorers are not kept here: pass scorers to mlflow.genai.evaluate."
_REVIEWS: Final = "Review queues and label schemas are not kept here: log assessments to traces."
_ISSUES: Final = "Issues found in traces are not kept here: log assessments to traces."
_JOBS: Final = "The jobs of the MLflow server do not run here: programs run as training jobs of the Studio."
_ASSISTANT: Final = "The assistant of MLflow's pages is not offered here."
_MCP: Final = "The registry of MCP servers is not kept here."
_WORKSPACES: Final = "A workspace is a project here: list, make and change projects by the Studio's own API."
_DATABRICKS: Final = "Only Databricks keeps traces of this kind."
_AGGREGATES: Final = "Aggregates over traces are not computed here: search the traces."
_PAGES: Final = "This belongs to MLflow's own pages, which are not served here."


def refused(method: str, path: str, message: str, *, code: str = "NOT_IMPLEMENTED", **more: Any) -> Row:
    """Return a row that answers every request by one failure."""
    failure = MlflowError(code, message)
    return Row((method,), path, _refuser(failure), refusal=failure, **more)


def _refuser(failure: MlflowError) -> Handler:
    async def refuse(*_: Any, **__: Any) -> Any:
        raise MlflowError(failure.code, failure.message)

    return refuse


def _all(
    message: str, *operations: str, versions: tuple[str, ...] = ("3.0",), prefixes: tuple[str, ...] = PREFIXES
) -> Iterable[Row]:
    """Yield refusals of operations that are written as methods and path: `GET,POST webhooks`."""
    for operation in operations:
        methods, path = operation.split(" ")
        failure = MlflowError("NOT_IMPLEMENTED", message)
        yield Row(
            tuple(methods.split(",")),
            path,
            _refuser(failure),
            refusal=failure,
            versions=versions,
            prefixes=prefixes,
        )


def _every(message: str, *paths: str, **more: Any) -> Iterable[Row]:
    """Yield refusals of all that lies below some paths."""
    methods = ",".join(EVERY_METHOD)
    return _all(message, *(f"{methods} {path}" for path in paths), **more)


FILES: Final = (
    *(
        refused("POST", f"/2.0/mlflow-artifacts/mpu/{step}/<path:path>", f"Multipart upload {_ONE_PIECE}")
        for step in ("create", "complete", "abort")
    ),
    refused("GET", "/2.0/mlflow-artifacts/presigned/<path:path>", f"Multipart download {_ONE_PIECE}"),
    *(
        refused(
            "POST",
            f"artifacts/presigned-{direction}-url",
            "Presigned URLs are not supported: artifacts are kept by this server.",
            code="INVALID_PARAMETER_VALUE",
        )
        for direction in ("upload", "download")
    ),
)
"""Transfers that only an object store can do."""

REFUSALS: Final[tuple[Row, ...]] = (
    *FILES,
    *_all(
        _WEBHOOKS,
        "GET,POST webhooks",
        "GET,PATCH,DELETE webhooks/<webhook_id>",
        "POST webhooks/<webhook_id>/test",
        versions=("2.0",),
    ),
    *_all(
        _SCORERS,
        "POST scorers/register",
        "GET scorers/list",
        "GET scorers/versions",
        "GET scorers/get",
        "DELETE scorers/delete",
        "PUT scorers/online-config",
        "GET scorers/online-configs",
    ),
    *_all(
        _REVIEWS,
        "POST label-schemas/create",
        "DELETE label-schemas/delete",
        "GET label-schemas/get",
        "GET label-schemas/get-by-name",
        "GET label-schemas/list",
        "PATCH label-schemas/update",
        "POST review-queues/create",
        "POST review-queues/delete",
        "GET review-queues/get",
        "GET review-queues/get-by-name",
        "POST review-queues/get-or-create-user",
        "POST review-queues/items/add",
        "GET review-queues/items/list",
        "POST review-queues/items/remove",
        "POST review-queues/items/set-status",
        "GET review-queues/list",
        "POST review-queues/update",
    ),
    *_all(_AGGREGATES, "POST traces/metrics", "POST traces/calculate-filter-correlation"),
    *_all(_ISSUES, "POST issues", "GET,PATCH issues/<issue_id>", "POST issues/search"),
    *_all(
        _JOBS,
        "POST prompt-optimization/jobs",
        "GET,DELETE prompt-optimization/jobs/<job_id>",
        "POST prompt-optimization/jobs/<job_id>/cancel",
        "GET,POST prompt-optimization/jobs/search",
    ),
    *_all(_WORKSPACES, "GET,POST workspaces", "GET,PATCH,DELETE workspaces/<workspace_name>"),
    *_all(
        _GATEWAY,
        *(
            f"{method} gateway/{noun}/{verb}"
            for noun in ("budgets", "endpoints", "guardrails", "model-definitions", "secrets")
            for method, verb in (("POST", "create"), ("DELETE", "delete"), ("GET", "get"), ("GET", "list"))
        ),
        *(f"POST gateway/{noun}/update" for noun in ("budgets", "endpoints", "model-definitions", "secrets")),
        "GET gateway/budgets/windows",
        "POST gateway/endpoints/bindings/create",
        "DELETE gateway/endpoints/bindings/delete",
        "GET gateway/endpoints/bindings/list",
        "DELETE gateway/endpoints/delete-tag",
        "POST gateway/endpoints/set-tag",
        "POST gateway/endpoints/models/attach",
        "POST gateway/endpoints/models/detach",
        "POST gateway/guardrails/add-to-endpoint",
        "GET gateway/guardrails/list-for-endpoint",
        "DELETE gateway/guardrails/remove-from-endpoint",
        "PATCH gateway/guardrails/update-config",
    ),
    *_every(_MCP, "mcp-servers", "mcp-servers/<path:rest>"),
    *_all(_DATABRICKS, "GET get-online-trace-details", "GET unified-traces", versions=("2.0",)),
    *_all(
        _GATEWAY,
        "GET gateway/provider-config",
        "GET gateway/secrets/config",
        "GET gateway/supported-models",
        "GET gateway/supported-providers",
        prefixes=AJAX,
    ),
    *_all(_GATEWAY, "GET,POST gateway-proxy", versions=("2.0",), prefixes=AJAX),
    *_all(_PAGES, "POST runs/create-promptlab-run", versions=("2.0",), prefixes=AJAX),
    *_all(_PAGES, "POST demo/delete", "POST demo/generate", "GET,POST ui-telemetry", prefixes=AJAX),
    *_all(
        _JOBS,
        "POST genai/evaluate/invoke",
        "POST issues/invoke",
        "POST scorer/invoke",
        "GET jobs/<job_id>",
        "PATCH jobs/cancel/<job_id>",
        prefixes=AJAX,
    ),
    *_every(_JOBS, "/3.0/jobs/<path:rest>", "/3.0/jobs/", prefixes=AJAX),
    *_every(_ASSISTANT, "assistant/<path:rest>", prefixes=AJAX),
)
"""What nobody asks who trains, registers or traces: parts of MLflow that the Studio does in ways of its own."""

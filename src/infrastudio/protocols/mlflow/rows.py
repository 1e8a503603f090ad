"""The table of the protocol: every operation with its fields, limits and handler."""

from __future__ import annotations

from typing import Final

from infrastudio.contexts.registry.schemas import MAX_NAME as MAX_MODEL_NAME
from infrastudio.contexts.registry.schemas import MAX_SOURCE
from infrastudio.protocols.mlflow import (
    artifacts,
    experiments,
    ingest,
    logged_models,
    metrics,
    models,
    runs,
    server,
    versions,
)
from infrastudio.protocols.mlflow.dataset_rows import EVALUATION_DATASETS
from infrastudio.protocols.mlflow.experiments import VIEWS
from infrastudio.protocols.mlflow.fields import (
    BOOLEAN,
    COERCED_TEXT,
    DOUBLE,
    Field,
    count,
    ids,
    integer,
    messages,
    one_message,
    text,
    texts,
    word,
)
from infrastudio.protocols.mlflow.messages import LOGGED_MODEL_NUMBERS, STATUS_NUMBERS
from infrastudio.protocols.mlflow.names import (
    MAX_REGISTRY_TAG_VALUE,
    at_most,
    bare_tag_key,
    check_key,
    metric_key,
    param_key,
    tag_key,
)
from infrastudio.protocols.mlflow.table import (
    Row,
    delete,
    get,
    patch,
    post,
    post_or_get,
    put,
)
from infrastudio.protocols.mlflow.trace_rows import TRACES

ANY: Final = 2**63 - 1
"""A limit for numbers that are cut to size by their handler."""
AJAX: Final = ("/ajax-api",)
ROOT: Final = ("",)

_EXPERIMENT_ID: Final = text("experiment_id", required=True)
_RUN_ID: Final = text("run_id", required=True, alias="run_uuid")
_NAME: Final = text("name", required=True)
_VERSION: Final = text("version", required=True)
_MODEL_ID: Final = text("model_id", required=True)
_PAGE_TOKEN: Final = text("page_token")
_FILTER: Final = text("filter", default="")
_VALUE: Final = text("value", default="")
_DATASET_NAME: Final = text("dataset_name", default="", check=at_most(500, "dataset_name"))
_DATASET_DIGEST: Final = text("dataset_digest", default="", check=at_most(100, "dataset_digest"))
_MODEL_LABEL: Final = text("model_id", default="", check=at_most(64, "model_id"))
_NEW_TAGS: Final = messages("tags", text("key", default="", check=bare_tag_key), _VALUE)

_REGISTRY_VALUE: Final = text("value", default="", check=at_most(MAX_REGISTRY_TAG_VALUE, "value"))
_REGISTRY_TAGS: Final = messages("tags", text("key", default="", check=bare_tag_key), _REGISTRY_VALUE)
_DESCRIPTION: Final = text("description", check=at_most(MAX_REGISTRY_TAG_VALUE, "description"))
_MODEL_NAME: Final = text("name", required=True, check=at_most(MAX_MODEL_NAME, "name"))
_MODEL_PARAMS: Final = messages("params", text("key", default="", check=param_key), _REGISTRY_VALUE)

_METRIC: Final = (
    text("key", required=True, check=metric_key),
    Field("value", DOUBLE, required=True),
    integer("timestamp", required=True, default=0),
    integer("step", default=0),
    _MODEL_LABEL,
    _DATASET_NAME,
    _DATASET_DIGEST,
)
_DATASET: Final = one_message(
    "dataset",
    text("name", required=True, check=at_most(500, "name")),
    text("digest", required=True, check=at_most(36, "digest")),
    text("source_type", default="", check=at_most(36, "source_type")),
    text("source", default="", check=at_most(65_535, "source")),
    text("schema", check=at_most(1_048_575, "schema")),
    text("profile", check=at_most(16_777_215, "profile")),
    required=True,
)

EXPERIMENTS: Final = (
    post(
        "experiments/create",
        experiments.create,
        text("name", required=True, check=at_most(500, "name")),
        text("artifact_location", check=at_most(1000, "artifact_location")),
        _NEW_TAGS,
    ),
    get("experiments/get", experiments.get, _EXPERIMENT_ID),
    get("experiments/get-by-name", experiments.get_by_name, text("experiment_name", required=True)),
    post_or_get(
        "experiments/search",
        experiments.search,
        count("max_results", limit=50_000, required=True),
        _PAGE_TOKEN,
        _FILTER,
        texts("order_by"),
        word("view_type", VIEWS, default="ACTIVE_ONLY"),
    ),
    post("experiments/search-datasets", experiments.search_datasets, ids("experiment_ids"), prefixes=AJAX),
    post(
        "experiments/update",
        experiments.update,
        _EXPERIMENT_ID,
        text("new_name", required=True, check=at_most(500, "name")),
    ),
    post("experiments/delete", experiments.delete, _EXPERIMENT_ID),
    post("experiments/restore", experiments.restore, _EXPERIMENT_ID),
    post(
        "experiments/set-experiment-tag",
        experiments.set_tag,
        _EXPERIMENT_ID,
        text("key", required=True, check=tag_key),
        _VALUE,
    ),
    post(
        "experiments/delete-experiment-tag",
        experiments.delete_tag,
        _EXPERIMENT_ID,
        text("key", required=True),
    ),
)

RUNS: Final = (
    post(
        "runs/create",
        runs.create,
        _EXPERIMENT_ID,
        text("user_id", default="", check=at_most(255, "user_id")),
        text("run_name"),
        integer("start_time"),
        _NEW_TAGS,
    ),
    get("runs/get", runs.get, _RUN_ID),
    post(
        "runs/update",
        runs.update,
        _RUN_ID,
        word("status", STATUS_NUMBERS),
        integer("end_time"),
        text("run_name"),
    ),
    post("runs/delete", runs.delete, _RUN_ID),
    post("runs/restore", runs.restore, _RUN_ID),
    post(
        "runs/search",
        runs.search,
        ids("experiment_ids"),
        _FILTER,
        word("run_view_type", VIEWS, default="ACTIVE_ONLY"),
        count("max_results", limit=50_000, default=1000),
        texts("order_by"),
        _PAGE_TOKEN,
    ),
    post(
        "runs/log-metric",
        ingest.log_metric,
        _RUN_ID,
        *_METRIC,
        fast=ingest.log_metric_fast,
        at_once=ingest.log_metric_at_once,
    ),
    post(
        "runs/log-parameter",
        runs.log_parameter,
        _RUN_ID,
        text("key", required=True, check=param_key),
        _VALUE,
    ),
    post("runs/set-tag", runs.set_tag, _RUN_ID, text("key", required=True, check=tag_key), _VALUE),
    post("runs/delete-tag", runs.delete_tag, _RUN_ID, text("key", required=True)),
    post(
        "runs/log-batch",
        ingest.log_batch,
        _RUN_ID,
        messages("metrics", *_METRIC),
        messages("params", text("key", required=True, check=param_key), Field("value", COERCED_TEXT, default="")),
        messages("tags", text("key", required=True, check=tag_key), Field("value", COERCED_TEXT, default="")),
        fast=ingest.log_batch_fast,
        at_once=ingest.log_batch_at_once,
    ),
    post(
        "runs/log-inputs",
        runs.log_inputs,
        _RUN_ID,
        messages(
            "datasets",
            messages(
                "tags",
                text("key", required=True, check=at_most(255, "key")),
                text("value", default="", check=at_most(500, "value")),
            ),
            _DATASET,
            check=runs.require_few_datasets,
        ),
        messages("models", _MODEL_ID),
    ),
    post(
        "runs/outputs",
        runs.log_outputs,
        _RUN_ID,
        messages("models", _MODEL_ID, integer("step", default=0), required=True),
    ),
    post("runs/log-model", runs.log_model, _RUN_ID, text("model_json", required=True)),
    get(
        "metrics/get-history",
        metrics.get_history,
        _RUN_ID,
        text("metric_key", required=True),
        _PAGE_TOKEN,
        count("max_results", limit=ANY, default=None),
    ),
    get(
        "metrics/get-history-bulk-interval",
        metrics.get_history_bulk_interval,
        texts("run_ids", required=True),
        text("metric_key", required=True),
        integer("start_step"),
        integer("end_step"),
        integer("max_results", default=metrics.MAX_PER_RUN),
    ),
    get(
        "metrics/get-history-bulk",
        metrics.get_history_bulk,
        texts("run_id"),
        text("metric_key"),
        integer("max_results", default=metrics.MAX_RESULTS),
        prefixes=AJAX,
    ),
)

_PROXY: Final = "/2.0/mlflow-artifacts/artifacts"

ARTIFACTS: Final = (
    get(_PROXY, artifacts.list_directory, text("path")),
    get(f"{_PROXY}/", artifacts.list_directory, text("path")),
    delete(f"{_PROXY}/", artifacts.remove),
    put(f"{_PROXY}/<path:path>", artifacts.upload, is_stream=True),
    get(f"{_PROXY}/<path:path>", artifacts.download, is_stream=True),
    delete(f"{_PROXY}/<path:path>", artifacts.remove),
    get("artifacts/list", artifacts.list_of_run, _RUN_ID, text("path"), _PAGE_TOKEN),
    get(
        "/get-artifact",
        artifacts.download_of_run,
        _RUN_ID,
        text("path", required=True),
        is_stream=True,
        prefixes=ROOT,
    ),
    get(
        "/model-versions/get-artifact",
        artifacts.download_of_version,
        _NAME,
        _VERSION,
        text("path", required=True),
        is_stream=True,
        prefixes=ROOT,
    ),
    get(
        "logged-models/<model_id>/artifacts/files",
        artifacts.download_of_logged_model,
        text("artifact_file_path"),
        is_stream=True,
        prefixes=AJAX,
    ),
    post(
        "upload-artifact",
        artifacts.upload_of_page,
        text("run_uuid"),
        text("path"),
        is_stream=True,
        prefixes=AJAX,
    ),
)

REGISTERED_MODELS: Final = (
    post("registered-models/create", models.create, _MODEL_NAME, _REGISTRY_TAGS, _DESCRIPTION),
    get("registered-models/get", models.get, _NAME, from_ledger=True),
    get(
        "registered-models/search",
        models.search,
        _FILTER,
        count("max_results", limit=1000, default=100),
        texts("order_by"),
        _PAGE_TOKEN,
        from_ledger=True,
    ),
    patch("registered-models/update", models.update, _NAME, _DESCRIPTION),
    post(
        "registered-models/rename",
        models.rename,
        _NAME,
        text("new_name", required=True, check=at_most(MAX_MODEL_NAME, "name")),
    ),
    delete("registered-models/delete", models.delete, _NAME),
    post_or_get("registered-models/get-latest-versions", models.get_latest_versions, _NAME, texts("stages")),
    post(
        "registered-models/set-tag",
        models.set_tag,
        _NAME,
        text("key", required=True, check=tag_key),
        _REGISTRY_VALUE,
    ),
    delete("registered-models/delete-tag", models.delete_tag, _NAME, text("key", required=True, check=check_key)),
    post(
        "registered-models/alias",
        models.set_alias,
        _NAME,
        text("alias", required=True, check=at_most(255, "Registered model alias name")),
        _VERSION,
    ),
    get("registered-models/alias", models.get_alias, _NAME, text("alias", required=True), from_ledger=True),
    delete("registered-models/alias", models.delete_alias, _NAME, text("alias", required=True)),
)

MODEL_VERSIONS: Final = (
    post(
        "model-versions/create",
        versions.create,
        _NAME,
        text("source", required=True, check=at_most(MAX_SOURCE, "source")),
        text("run_id", check=at_most(64, "run_id")),
        text("model_id", check=at_most(64, "model_id")),
        _REGISTRY_TAGS,
        text("run_link", check=at_most(500, "run_link")),
        text("description", default="", check=at_most(MAX_REGISTRY_TAG_VALUE, "description")),
    ),
    get("model-versions/get", versions.get, _NAME, _VERSION, from_ledger=True),
    get(
        "model-versions/search",
        versions.search,
        _FILTER,
        count("max_results", limit=200_000, default=200_000),
        texts("order_by"),
        _PAGE_TOKEN,
        from_ledger=True,
    ),
    get("model-versions/get-download-uri", versions.get_download_uri, _NAME, _VERSION, from_ledger=True),
    patch("model-versions/update", versions.update, _NAME, _VERSION, _DESCRIPTION),
    post(
        "model-versions/transition-stage",
        versions.transition_stage,
        _NAME,
        _VERSION,
        text("stage", required=True),
        Field("archive_existing_versions", BOOLEAN, default=False),
    ),
    delete("model-versions/delete", versions.delete, _NAME, _VERSION),
    post(
        "model-versions/set-tag",
        versions.set_tag,
        _NAME,
        _VERSION,
        text("key", required=True, check=tag_key),
        _REGISTRY_VALUE,
    ),
    delete(
        "model-versions/delete-tag",
        versions.delete_tag,
        _NAME,
        _VERSION,
        text("key", required=True, check=check_key),
    ),
)

LOGGED_MODELS: Final = (
    post(
        "logged-models",
        logged_models.create,
        _EXPERIMENT_ID,
        text("name", check=at_most(500, "name")),
        text("model_type", check=at_most(500, "model_type")),
        text("source_run_id", check=at_most(64, "source_run_id")),
        _MODEL_PARAMS,
        _REGISTRY_TAGS,
    ),
    post(
        "logged-models/search",
        logged_models.search,
        ids("experiment_ids", required=True),
        _FILTER,
        messages(
            "datasets",
            text("dataset_name", default=""),
            text("dataset_digest", default=""),
            check=logged_models.require_datasets,
        ),
        count("max_results", limit=50_000, default=50),
        messages(
            "order_by",
            text("field_name", default=""),
            Field("ascending", BOOLEAN, default=True),
            text("dataset_name", default=""),
            text("dataset_digest", default=""),
            check=logged_models.require_order,
        ),
        _PAGE_TOKEN,
    ),
    get("logged-models/<model_id>", logged_models.get, Field("allow_deleted", BOOLEAN, default=False)),
    patch(
        "logged-models/<model_id>",
        logged_models.finalize,
        _MODEL_ID,
        word("status", LOGGED_MODEL_NUMBERS, required=True, default="LOGGED_MODEL_STATUS_UNSPECIFIED"),
    ),
    delete("logged-models/<model_id>", logged_models.delete),
    patch("logged-models/<model_id>/tags", logged_models.set_tags, _REGISTRY_TAGS),
    delete("logged-models/<model_id>/tags/<key>", logged_models.delete_tag),
    post("logged-models/<model_id>/params", logged_models.log_params, _MODEL_ID, _MODEL_PARAMS),
    get(
        "logged-models/<model_id>/artifacts/directories",
        artifacts.list_of_logged_model,
        text("artifact_directory_path"),
        _PAGE_TOKEN,
    ),
)

SERVER: Final = (get("server-info", server.server_info, versions=("3.0",)),)

ROWS: Final[tuple[Row, ...]] = (
    *EXPERIMENTS,
    *RUNS,
    *ARTIFACTS,
    *REGISTERED_MODELS,
    *MODEL_VERSIONS,
    *LOGGED_MODELS,
    *TRACES,
    *EVALUATION_DATASETS,
    *SERVER,
)

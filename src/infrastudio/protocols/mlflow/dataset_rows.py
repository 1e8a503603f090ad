"""The part of the table about evaluation datasets."""

from __future__ import annotations

from typing import Final

from infrastudio.protocols.mlflow import evaluation_datasets as datasets
from infrastudio.protocols.mlflow.fields import count, ids, text, texts
from infrastudio.protocols.mlflow.names import at_most
from infrastudio.protocols.mlflow.table import Row, delete, get, patch, post, post_or_get

NEW: Final = ("3.0",)

_EXPERIMENT_IDS: Final = ids("experiment_ids")
_PAGE_TOKEN: Final = text("page_token")
_COUNT: Final = count("max_results", limit=datasets.MAX_RECORDS, default=datasets.MAX_RECORDS)

EVALUATION_DATASETS: Final[tuple[Row, ...]] = (
    post(
        "datasets/create",
        datasets.create,
        text("name", required=True, check=at_most(255, "name")),
        _EXPERIMENT_IDS,
        text("tags"),
        versions=NEW,
    ),
    post_or_get(
        "datasets/search",
        datasets.search,
        _EXPERIMENT_IDS,
        text("filter_string", default=""),
        _COUNT,
        texts("order_by"),
        _PAGE_TOKEN,
        versions=NEW,
    ),
    get("datasets/<dataset_id>", datasets.get, versions=NEW),
    delete("datasets/<dataset_id>", datasets.delete, versions=NEW),
    patch("datasets/<dataset_id>/tags", datasets.set_tags, text("tags", required=True), versions=NEW),
    delete("datasets/<dataset_id>/tags/<key>", datasets.delete_tag, versions=NEW),
    post(
        "datasets/<dataset_id>/records",
        datasets.upsert_records,
        text("records", required=True),
        text("updated_by"),
        versions=NEW,
    ),
    get("datasets/<dataset_id>/records", datasets.get_records, _COUNT, _PAGE_TOKEN, versions=NEW),
    delete("datasets/<dataset_id>/records", datasets.delete_records, texts("dataset_record_ids"), versions=NEW),
    get("datasets/<dataset_id>/experiment-ids", datasets.get_experiment_ids, versions=NEW),
    post("datasets/<dataset_id>/add-experiments", datasets.add_experiments, _EXPERIMENT_IDS, versions=NEW),
    post("datasets/<dataset_id>/remove-experiments", datasets.remove_experiments, _EXPERIMENT_IDS, versions=NEW),
)
"""Only clients since 3.0 know them."""

"""Facts about evaluation datasets and their records."""

from __future__ import annotations

from infrastudio.contexts.data.schemas import EvaluationDataset, EvaluationRecord
from infrastudio.stores.ledger import Event


class EvaluationDatasetCreated(Event, kind="evaluation_dataset.created"):
    """A dataset was made."""

    after: EvaluationDataset


class EvaluationDatasetUpdated(Event, kind="evaluation_dataset.updated", partial=True):
    """The tags, the experiments or the records of a dataset changed."""

    after: EvaluationDataset


class EvaluationDatasetDeleted(Event, kind="evaluation_dataset.deleted"):
    """A dataset was removed with its records."""


class EvaluationRecordMerged(Event, kind="evaluation_record.merged"):
    """A record was added, or said more of inputs that were known."""

    after: EvaluationRecord


class EvaluationRecordDeleted(Event, kind="evaluation_record.deleted"):
    """A record was removed, alone or with its dataset."""

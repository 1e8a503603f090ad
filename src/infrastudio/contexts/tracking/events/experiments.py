"""Facts about experiments."""

from __future__ import annotations

from infrastudio.contexts.tracking.schemas.experiments import Experiment
from infrastudio.stores.ledger import Event


class ExperimentCreated(Event, kind="experiment.created"):
    """An experiment was made."""

    after: Experiment


class ExperimentUpdated(Event, kind="experiment.updated", partial=True):
    """Some fields of an experiment changed."""

    after: Experiment


class ExperimentTagged(Event, kind="experiment.tagged", partial=True):
    """Tags of an experiment were set or taken away."""

    after: Experiment


class ExperimentDeleted(Event, kind="experiment.deleted", partial=True):
    """An experiment was put aside; it keeps its name and can be restored."""

    after: Experiment


class ExperimentRestored(Event, kind="experiment.restored", partial=True):
    """A deleted experiment is in use again, and so are all its runs."""

    after: Experiment

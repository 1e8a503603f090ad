"""Facts about runs. All but the creation are partial: params and tags stand in their changes."""

from __future__ import annotations

from infrastudio.contexts.tracking.schemas.runs import Run
from infrastudio.stores.ledger import Event


class RunCreated(Event, kind="run.created"):
    """A run was made."""

    after: Run


class RunUpdated(Event, kind="run.updated", partial=True):
    """Some fields of a run changed."""

    after: Run


class RunStatusChanged(Event, kind="run.status_changed", partial=True):
    """A run got on, or came to its end."""

    after: Run


class RunParamsLogged(Event, kind="run.params_logged", partial=True):
    """Params were added; they never change afterwards."""

    after: Run


class RunTagged(Event, kind="run.tagged", partial=True):
    """Tags were set or taken away."""

    after: Run


class RunInputsLogged(Event, kind="run.inputs_logged", partial=True):
    """A run said which datasets and models it used."""

    after: Run


class RunOutputsLogged(Event, kind="run.outputs_logged", partial=True):
    """A run said which models it made."""

    after: Run


class RunDeleted(Event, kind="run.deleted", partial=True):
    """A run was put aside; it is read-only and can be restored."""

    after: Run


class RunRestored(Event, kind="run.restored", partial=True):
    """A deleted run is in use again."""

    after: Run

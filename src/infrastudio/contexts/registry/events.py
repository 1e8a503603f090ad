"""Facts about models, versions and logged models."""

from __future__ import annotations

from infrastudio.contexts.registry.schemas import LoggedModel, ModelState, VersionState
from infrastudio.stores.ledger import Event


class ModelCreated(Event, kind="model.created"):
    """A model was registered."""

    after: ModelState


class ModelUpdated(Event, kind="model.updated", partial=True):
    """Some fields of a model changed, or its newest version did."""

    after: ModelState


class ModelTagged(Event, kind="model.tagged", partial=True):
    """Tags of a model were set or removed."""

    after: ModelState


class ModelAliased(Event, kind="model.aliased", partial=True):
    """An alias was set, moved or removed."""

    after: ModelState


class ModelDeleted(Event, kind="model.deleted"):
    """A model was removed with all its versions; its name is free again."""


class ModelVersionCreated(Event, kind="model_version.created"):
    """A version was registered; links tell where it came from."""

    after: VersionState


class ModelVersionUpdated(Event, kind="model_version.updated", partial=True):
    """Some fields of a version changed."""

    after: VersionState


class ModelVersionTagged(Event, kind="model_version.tagged", partial=True):
    """Tags of a version were set or removed."""

    after: VersionState


class ModelVersionTransitioned(Event, kind="model_version.transitioned", partial=True):
    """A version went to another stage."""

    after: VersionState


class ModelVersionDeleted(Event, kind="model_version.deleted"):
    """A version was removed; its number never comes back."""


class LoggedModelCreated(Event, kind="logged_model.created"):
    """A run began to log a model."""

    after: LoggedModel


class LoggedModelFinalized(Event, kind="logged_model.finalized", partial=True):
    """The files of a logged model are there, or failed to come."""

    after: LoggedModel


class LoggedModelTagged(Event, kind="logged_model.tagged", partial=True):
    """Tags of a logged model were set or removed."""

    after: LoggedModel


class LoggedModelParamsLogged(Event, kind="logged_model.params_logged", partial=True):
    """Params of a logged model were added."""

    after: LoggedModel


class LoggedModelDeleted(Event, kind="logged_model.deleted", partial=True):
    """A logged model was marked as deleted; lists no longer show it."""

    after: LoggedModel

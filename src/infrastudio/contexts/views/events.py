"""Facts about saved views."""

from __future__ import annotations

from infrastudio.contexts.views.schemas import SavedView
from infrastudio.stores.ledger import Event


class SavedViewCreated(Event, kind="saved_view.created"):
    """A view was saved."""

    after: SavedView


class SavedViewUpdated(Event, kind="saved_view.updated"):
    """Some fields of a view changed."""

    after: SavedView


class SavedViewDeleted(Event, kind="saved_view.deleted"):
    """A view was removed; its name is free again."""

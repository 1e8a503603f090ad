"""The savepoint of one verb in a shared transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from infrastudio.stores.db.driver import execute


class Savepoint:
    """What follows it can be undone alone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        execute(connection, "SAVEPOINT verb")

    def keep(self) -> None:
        """Make what followed a part of the transaction."""
        execute(self._connection, "RELEASE SAVEPOINT verb")

    def undo(self) -> None:
        """Take back what followed."""
        execute(self._connection, "ROLLBACK TO SAVEPOINT verb")
        execute(self._connection, "RELEASE SAVEPOINT verb")

"""What approvals need from the contexts above: the verbs that are done once they are approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from infrastudio.contexts.approvals.schemas import Approval
from infrastudio.stores.db import UnitOfWork


class Verb(Protocol):
    """Does what was approved, in the same unit of work, on behalf of whoever approved it."""

    def __call__(self, uow: UnitOfWork, approval: Approval, *, cause: str) -> None:
        """Do it.

        Args:
            uow: The transaction; its actor approves, and needs the right that the verb asks for.
            approval: What was asked for.
            cause: The id of the event that approved it.

        Raises:
            StudioError: It can no longer be done as it was asked for; the approval stays pending.
        """
        ...


@dataclass(frozen=True)
class Verbs:
    """All verbs, by the name that approvals call them."""

    by_name: Mapping[str, Verb]

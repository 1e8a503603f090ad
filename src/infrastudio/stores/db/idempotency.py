"""Repeated requests: what a verb returned for an Idempotency-Key is kept for a day and given again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores.db.base import Base
from infrastudio.stores.db.types import LongText, UtcDateTime, text_column
from infrastudio.stores.db.unit_of_work import UnitOfWork

KEPT_FOR: Final = timedelta(hours=24)


class IdempotencyKeyRow(Base, scratch="a memory of answers for a day, not a fact"):
    """The answer to one keyed request."""

    __tablename__ = "idempotency_key"

    actor: Mapped[str] = mapped_column(text_column(80), primary_key=True)
    request: Mapped[str] = mapped_column(text_column(64), primary_key=True)
    """sha256 of method, path and key."""
    body_digest: Mapped[str] = mapped_column(text_column(64))
    value: Mapped[str] = mapped_column(LongText)
    created_at: Mapped[Any] = mapped_column(UtcDateTime, index=True)


@dataclass
class Repeat:
    """A keyed request: `request` names method, path and key, `body_digest` its content."""

    request: str
    body_digest: str
    replayed: bool = field(default=False)
    """Set when an earlier answer was given again."""


def run_once(uow: UnitOfWork, repeat: Repeat, verb: Callable[..., Any], call: Callable[[], Any]) -> Any:
    """Return the kept value of an earlier identical request, or call and keep what comes back.

    Raises:
        ValidationFailed: The key was used with another body.
    """
    uow.change(delete(IdempotencyKeyRow).where(IdempotencyKeyRow.created_at < uow.now - KEPT_FOR))
    kept = uow.execute(
        select(IdempotencyKeyRow.body_digest, IdempotencyKeyRow.value).where(
            IdempotencyKeyRow.actor == uow.actor.ref, IdempotencyKeyRow.request == repeat.request
        )
    ).one_or_none()
    adapter = _adapter(verb)
    if kept is not None:
        if kept.body_digest != repeat.body_digest:
            raise ValidationFailed.of("Idempotency-Key", "was used before with another body; use a new key")
        repeat.replayed = True
        return adapter.validate_json(kept.value)
    value = call()
    uow.change(
        insert(IdempotencyKeyRow).values(
            actor=uow.actor.ref,
            request=repeat.request,
            body_digest=repeat.body_digest,
            value=adapter.dump_json(value).decode(),
            created_at=uow.now,
        )
    )
    return value


@lru_cache(maxsize=256)
def _adapter(verb: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(verb)["return"])

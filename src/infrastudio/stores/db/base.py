"""The base of all table classes."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase
from typing_extensions import override


class Base(DeclarativeBase):
    """A table says on its first line whether the ledger tells its whole content or why it does not.

    `ledgered="instance"`: every row follows from the events of that entity. `scratch="reason"`: no event tells of it.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    ledgered: ClassVar[str | None] = None
    scratch: ClassVar[str | None] = None

    @override
    def __init_subclass__(cls, *, ledgered: str | None = None, scratch: str | None = None, **more: Any) -> None:
        if (ledgered is None) == (scratch is None):
            raise TypeError(f"{cls.__name__}: say either ledgered=<entity> or scratch=<reason>")
        cls.ledgered, cls.scratch = ledgered, scratch
        super().__init_subclass__(**more)

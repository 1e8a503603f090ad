"""What clients say on a socket, and long work as they see it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from infrastudio.kernel.text import MAX_INTEGER, Integer, Text
from infrastudio.kernel.versioned import Time, Value

Word = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
Words = Word | Annotated[list[Word], Field(min_length=1, max_length=100)]
TopicName = Annotated[Text, StringConstraints(min_length=1, max_length=300)]


class EventFilter(Value):
    """Which events of the ledger are wanted; a list means any of its words.

    `project` is a slug, by default the caller's own, `*` for all that the caller may read; `kind` may be `run.*`.
    """

    project: Word | None = None
    entity: Words | None = None
    id: Words | None = None
    kind: Words | None = None


class Subscribe(Value):
    """Send a topic from now on, from behind number `since` if it is given. A second one replaces the first."""

    op: Literal["subscribe"]
    topic: TopicName
    since: Annotated[Integer, Field(ge=0, le=MAX_INTEGER)] | None = None
    filter: EventFilter = EventFilter()


class Unsubscribe(Value):
    """Send a topic no longer."""

    op: Literal["unsubscribe"]
    topic: TopicName


class PresenceBeat(Value):
    """I am here, for the next half minute: at `place` (`run/<id>`), with `detail` such as a tab or a field."""

    op: Literal["presence"]
    place: TopicName
    detail: Annotated[Text, StringConstraints(max_length=200)] | None = None
    leave: bool = False


ClientMessage = Annotated[Subscribe | Unsubscribe | PresenceBeat, Field(discriminator="op")]

CLIENT_MESSAGE: Final[TypeAdapter[ClientMessage]] = TypeAdapter(ClientMessage)


class Present(Value):
    """Somebody at a place; `connection` tells two windows of the same person apart."""

    connection: str
    actor: str
    detail: str | None
    since: Time


class OperationProgress(Value):
    """How far long work has come; `total` is null while it is not known."""

    done: int
    total: int | None
    unit: str


class OperationFailure(Value):
    """Why long work failed, in the words of the error envelope."""

    type: str
    message: str
    details: dict[str, Any]


class Operation(Value):
    """Long work. A value: the next state is another one."""

    id: str
    kind: str
    status: Literal["running", "succeeded", "failed", "canceled"]
    project: str
    progress: OperationProgress | None
    result: Any
    error: OperationFailure | None
    created_at: Time
    updated_at: Time

"""Topics, places and the numbers that a reader begins behind."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, cast, get_args

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import MAX_INTEGER

TopicKind = Literal["ledger", "operations", "run", "deployment", "presence"]
RunStream = Literal["ledger", "metric", "log"]

RUN_STREAMS: Final[tuple[RunStream, ...]] = get_args(RunStream)
_WHOLE: Final = ("ledger", "operations")
_NAMED: Final = ("run", "deployment", "presence")


class Topic(NamedTuple):
    """What a subscription is about; `name` is an id or a place, empty for topics that are whole."""

    kind: TopicKind
    name: str


def parse_topic(text: str) -> Topic:
    """Return what a topic's text means.

    Raises:
        ValidationFailed: There is no such topic.
    """
    kind, _, name = text.partition("/")
    if (kind in _WHOLE and text == kind) or (kind in _NAMED and name):
        return Topic(cast("TopicKind", kind), name)
    known = "ledger, operations, run/<id>, deployment/<id> or presence/<place>"
    raise ValidationFailed.of("topic", f"{text!r} is no topic", known)


def parse_place(text: str) -> tuple[str, str]:
    """Return the entity and id that a place begins with: `run/<id>/logs` lies in the run.

    Raises:
        ValidationFailed: It names no entity.
    """
    entity, _, rest = text.partition("/")
    id = rest.partition("/")[0]
    if not entity or not id:
        raise ValidationFailed.of("place", "must begin with an entity", "<entity>/<id>, or project/<slug>")
    return entity, id


def parse_since(text: str | None) -> dict[RunStream, int | None]:
    """Return the number behind which each stream of a run begins; None: from now.

    `ledger:48213,metric:9000,log:120` names them one by one, `0` means all of them from the start.

    Raises:
        ValidationFailed: It is neither.
    """
    since: dict[RunStream, int | None] = dict.fromkeys(RUN_STREAMS)
    if text is None or text == "":
        return since
    if text == "0":
        return dict.fromkeys(RUN_STREAMS, 0)
    for part in text.split(","):
        stream, _, number = part.partition(":")
        is_number = number.isascii() and number.isdigit() and len(number) <= 19
        if stream not in RUN_STREAMS or not is_number or int(number) > MAX_INTEGER:
            raise ValidationFailed.of("since", "cannot be read", "ledger:<n>,metric:<n>,log:<n>, or 0")
        since[stream] = int(number)
    return since

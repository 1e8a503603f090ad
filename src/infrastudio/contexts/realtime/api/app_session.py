"""The app's one socket: many topics, asked for and given up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson
from fastapi import WebSocket
from pydantic import ValidationError
from typing_extensions import override

from infrastudio.contexts.identity.permissions import EVENTS_READ
from infrastudio.contexts.realtime import queries
from infrastudio.contexts.realtime.api.pump import Pace
from infrastudio.contexts.realtime.api.session import Session
from infrastudio.contexts.realtime.rules.messages import Message
from infrastudio.contexts.realtime.rules.records import Record
from infrastudio.contexts.realtime.rules.selection import Selection
from infrastudio.contexts.realtime.rules.topics import Topic, parse_place, parse_topic
from infrastudio.contexts.realtime.schemas import CLIENT_MESSAGE, EventFilter, PresenceBeat, Subscribe, Unsubscribe
from infrastudio.contexts.realtime.service import BoardSource, Hub, LedgerSource, Source
from infrastudio.contexts.realtime.service.operations import OPERATIONS_READ
from infrastudio.kernel.errors import Malformed, Problem, RateLimited, StudioError, ValidationFailed

MAX_TOPICS: Final = 50
MAX_PLACES: Final = 10
MAX_TEXT: Final = 65_536


class AppSession(Session):
    """Serves `/ws`."""

    def __init__(self, socket: WebSocket, hub: Hub) -> None:
        super().__init__(socket, hub)
        self._connection = hub.ids.prefixed("ses")
        self._selections: dict[str, Selection] = {}
        self._places: dict[str, str] = {}

    @override
    async def admit(self) -> None:
        """Everybody who is recognised may open it; rights are those of each topic. Subscriptions get the new rights."""
        for topic in [topic for topic in self.pumps if not self._may_keep(topic)]:
            await self._unsubscribe(topic)
        for selection in self._selections.values():
            selection.actor = self.actor

    @override
    async def receive(self, text: str) -> None:
        topic = None
        try:
            message = _parsed(text)
            if isinstance(message, PresenceBeat):
                await self._beat_presence(message)
            elif isinstance(message, Unsubscribe):
                await self._unsubscribe(message.topic)
            else:
                topic = message.topic
                await self._subscribe(message)
        except StudioError as error:
            await self.send_error(error, **({} if topic is None else {"topic": topic}))

    @override
    async def end(self) -> None:
        self.hub.presence.leave(self._connection)

    async def _subscribe(self, message: Subscribe) -> None:
        topic = parse_topic(message.topic)
        if len(self.pumps) >= MAX_TOPICS and message.topic not in self.pumps:
            raise RateLimited(f"A socket has at most {MAX_TOPICS} topics; give some up.", retry_after_s=1)
        source = await self._source(topic, message)
        since = 0 if topic.kind == "presence" else message.since
        limits = self.hub.limits
        pace = Pace(limits.frame_pause_s, limits.most_missed_events, limits.most_missed_events)
        await self.start_pump(message.topic, source, since, pace)

    async def _unsubscribe(self, topic: str) -> None:
        self._selections.pop(topic, None)
        await self.stop_pump(topic)

    async def _source(self, topic: Topic, message: Subscribe) -> Source:
        if topic.kind != "ledger" and message.filter != EventFilter():
            raise ValidationFailed.of("filter", "is for the topic ledger only; leave it out")
        if topic.kind == "operations":
            return BoardSource(
                self.hub.operations.board,
                orjson.dumps(message.topic),
                lambda _id, posted: self.actor.may(OPERATIONS_READ, posted.project_id),
            )
        if topic.kind == "presence":
            place = topic.name
            self._places[place] = await self._project_of_place(place)
            return BoardSource(self.hub.presence.board, orjson.dumps(message.topic), lambda key, _posted: key == place)
        selection = await self._selection(topic, message.filter)
        self._selections[message.topic] = selection
        head = b'"type":"event","topic":%b' % orjson.dumps(message.topic)

        def render(record: Record) -> Message:
            return Message(record.seq, head, record.data)

        return LedgerSource(self.hub.db, self.hub.ledger, selection, render)

    async def _selection(self, topic: Topic, wanted: EventFilter) -> Selection:
        db = self.hub.db
        if topic.kind == "ledger":
            return Selection(
                self.actor,
                projects=await db.read(self.actor, queries.wanted_projects, wanted.project),
                entities=_words(wanted.entity),
                ids=_words(wanted.id),
                kinds=_words(wanted.kind),
            )
        project_id = await db.read(self.actor, queries.project_of, topic.kind, topic.name)
        return Selection(self.actor, frozenset({project_id}), concerns=f"{topic.kind}:{topic.name}")

    async def _beat_presence(self, beat: PresenceBeat) -> None:
        if beat.leave:
            self.hub.presence.leave(self._connection, beat.place)
            return
        if beat.place not in self._places and len(self._places) >= MAX_PLACES + MAX_TOPICS:
            raise RateLimited("One window cannot be at so many places.", retry_after_s=1)
        project_id = await self._project_of_place(beat.place)
        self._places[beat.place] = project_id
        self.hub.presence.beat(
            beat.place, project_id, connection=self._connection, actor=self.actor.ref, detail=beat.detail
        )

    async def _project_of_place(self, place: str) -> str:
        entity, id = parse_place(place)
        return await self.hub.db.read(self.actor, queries.project_of, entity, id)

    def _may_keep(self, topic: str) -> bool:
        """Places are of one project; the other sources look at the rights for each message."""
        kind, _, place = topic.partition("/")
        return kind != "presence" or self.actor.may(EVENTS_READ, self._places.get(place, ""))


def _parsed(text: str) -> Subscribe | Unsubscribe | PresenceBeat:
    if len(text) > MAX_TEXT:
        raise ValidationFailed.of("message", f"is longer than {MAX_TEXT} characters")
    try:
        return CLIENT_MESSAGE.validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        if any(item["type"] == "json_invalid" for item in found):
            raise Malformed(Problem("message", "is not JSON")) from error
        problems = [Problem(".".join(map(str, item["loc"])) or "op", item["msg"]) for item in found]
        raise ValidationFailed(problems) from error


def _words(words: str | Iterable[str] | None) -> frozenset[str]:
    if words is None:
        return frozenset()
    return frozenset({words}) if isinstance(words, str) else frozenset(words)

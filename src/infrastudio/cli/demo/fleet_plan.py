"""Weeks in the life of the demo's fleet, planned from a seed: the same seed and end give the same steps."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from infrastudio.cli.demo import fleet_calendar as calendar
from infrastudio.cli.demo.fleet import AP, EU, EU_SMALL, SERVICES, TEMPORARY, Service

WEEKS: Final = 6
CHANGES: Final = 600
"""Updates, deletions and restores; creations come on top."""
LATE: Final = 14
"""How many instances are launched in the course of the weeks."""
SATURDAY: Final = 5

CANARIES: Final = ("chat-canary", "staging")
BUSY: Final = ("chat-prod", "chat-fast", "code-assist", "autocomplete", "embed", "moderation")
"""Services whose replicas follow the day."""

PEAKS: Final = {EU: (7, 18), EU_SMALL: (7, 18), AP: (1, 11)}
"""Between which hours UTC a cluster's users work; those not named are in America."""
AMERICAN_PEAK: Final = (13, 22)

Author = Literal["release-bot", "capacity-planner", "on-call", "platform-team", "local"]
Verb = Literal["create", "update", "delete", "restore"]


class Step(NamedTuple):
    """One thing that somebody does to one instance."""

    at: datetime
    author: Author
    reason: str
    verb: Verb
    name: str
    fields: Mapping[str, Any]


class Member(NamedTuple):
    """A service in one of its places."""

    service: Service
    place: tuple[str, str]

    @property
    def name(self) -> str:
        """The instance's name."""
        return f"{self.service.name}-{self.place[0]}"

    @property
    def cluster(self) -> str:
        """Where it runs."""
        return self.place[1]


class Wave(NamedTuple):
    """An image tag that reaches one cluster."""

    at: datetime
    engine: str
    cluster: str
    tag: str
    is_stopped: bool


def first_day(until: datetime) -> datetime:
    """Return the Monday on which the past that ends at `until` begins."""
    day = datetime(until.year, until.month, until.day, tzinfo=UTC) - timedelta(weeks=WEEKS)
    return day - timedelta(days=day.weekday())


def plan(seed: int, until: datetime) -> list[Step]:
    """Return what happens to the fleet between `first_day(until)` and `until`, in order.

    Every step changes something: rollouts own the image tags, incidents the states, the capacity planner the replicas
    of the busy services; it fills up to `CHANGES`.
    """
    return _Planner(seed, until).steps()


class _Planner:
    def __init__(self, seed: int, until: datetime) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable on purpose, makes no secret
        self._monday = first_day(until)
        self._until = until
        self._fleet = [Member(service, place) for service in SERVICES for place in service.places]
        named = {incident.name for incident in calendar.INCIDENTS} | {edit.name for edit in calendar.EDITS}
        named |= {*calendar.RESTORED, calendar.OPEN_INCIDENT[0]}
        upgraded = {upgrade.service for upgrade in calendar.UPGRADES}
        free = [m for m in self._fleet if m.name not in named and m.service.name not in (*upgraded, *CANARIES)]
        late = self._random.sample(free, LATE)
        self._born = {member.name: self._monday for member in self._fleet}
        self._born |= {member.name: self._launch_time(number) for number, member in enumerate(late)}
        self._waves = list(self._plan_waves())

    def steps(self) -> list[Step]:
        story = [*self._launches(), *self._rollouts(), *self._upgrades(), *self._incidents(), *self._edits()]
        story += [*self._restores(), *self._temporary()]
        changes = sum(step.verb != "create" for step in story)
        return sorted([*story, *self._capacity(CHANGES - changes)], key=lambda step: (step.at, step.name))

    def _at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """Return a moment of a day; nobody works to the second."""
        spread = timedelta(microseconds=self._random.randrange(120_000_000))
        return self._monday + timedelta(days=day, hours=hour, minutes=minute) + spread

    def _launch_time(self, number: int) -> datetime:
        """Return when a late instance comes: from Wednesday to Friday of the weeks two to five."""
        return self._at(7 * (number % 4) + 9 + number % 3, 11 + number // 4)

    def _exists(self, member: Member, at: datetime) -> bool:
        if member.name in calendar.RESTORED:
            gone, back, *_ = calendar.RESTORED[member.name]
            if self._monday + timedelta(days=gone) <= at < self._monday + timedelta(days=back + 1):
                return False
        return self._born[member.name] <= at

    def _launches(self) -> Iterator[Step]:
        """Most of the fleet is entered on the first two days; the rest starts as pending and gets ready."""
        entered = 0
        for member in self._fleet:
            born, fields = self._born[member.name], member.service.fields(member.place)
            if born == self._monday:
                at = self._at(entered // 26, 9, 16 * (entered % 26))
                entered += 1
                yield Step(at, "platform-team", f"Enter what runs on {member.cluster}", "create", member.name, fields)
                continue
            fields |= {"status": "pending", "image_tag": self._image_at(member, born)}
            yield Step(born, "platform-team", "More room was asked for", "create", member.name, fields)
            ready = born + timedelta(minutes=self._random.randint(9, 40))
            yield _update(ready, "platform-team", "Weights loaded, smoke test passed", member.name, status="active")

    def _plan_waves(self) -> Iterator[Wave]:
        for day, engine, tag, stopped in calendar.ROLLOUTS:
            for number, cluster in enumerate(calendar.ROLLOUT_ORDER):
                at = self._at(day + 1 + number // 2, 9 + 5 * (number % 2))
                yield Wave(at, engine, cluster, tag, cluster == stopped)

    def _image_at(self, member: Member, at: datetime) -> str:
        """Return the image that a cluster gives to what is started on it."""
        tag: str = member.service.fields(member.place)["image_tag"]
        for wave in self._waves:
            if wave.at <= at and not wave.is_stopped and (wave.engine, wave.cluster) == _target(member):
                tag = wave.tag
        return tag

    def _rollouts(self) -> Iterator[Step]:
        """Canaries get an image the day before, the others cluster by cluster, some minutes apart."""
        canaries = [member for member in self._fleet if member.service.name in CANARIES]
        for day, engine, tag, _ in calendar.ROLLOUTS:
            for number, member in enumerate(canaries):
                if member.service.engine == engine:
                    at = self._at(day, 13, 11 * number)
                    yield _update(at, "release-bot", f"Try {tag} on the canaries", member.name, image_tag=tag)
        for wave in self._waves:
            reached = [
                member
                for member in self._fleet
                if member not in canaries
                and _target(member) == (wave.engine, wave.cluster)
                and self._exists(member, wave.at)
            ]
            at = wave.at
            for member in reached[:3] if wave.is_stopped else reached:
                reason = f"Roll out {wave.tag} over {wave.cluster}"
                yield _update(at, "release-bot", reason, member.name, image_tag=wave.tag)
                at += timedelta(seconds=self._random.randint(150, 420))
            if wave.is_stopped:
                yield from self._roll_back(wave, reached[:3], at)

    def _roll_back(self, wave: Wave, reached: list[Member], at: datetime) -> Iterator[Step]:
        """The first that was reached fails: all go back to what they had."""
        first = reached[0]
        at += timedelta(minutes=12)
        yield _update(at, "on-call", calendar.STOPPED_BECAUSE, first.name, status="error")
        for member in reached:
            at += timedelta(seconds=self._random.randint(40, 90))
            before = self._image_at(member, wave.at)
            fields = {"image_tag": before} | ({"status": "active"} if member is first else {})
            yield _update(at, "on-call", f"Back to {before}: {wave.tag} is too slow", member.name, **fields)

    def _upgrades(self) -> Iterator[Step]:
        for day, service, version, reason in calendar.UPGRADES:
            for number, member in enumerate(m for m in self._fleet if m.service.name == service):
                at = self._at(day, 10, 25 * number)
                yield _update(at, "release-bot", reason, member.name, model_version=version)

    def _incidents(self) -> Iterator[Step]:
        for day, hour, name, problem, minutes, repair in calendar.INCIDENTS:
            at = self._at(day, hour, 5)
            yield _update(at, "on-call", problem, name, status="error")
            yield _update(at + timedelta(minutes=minutes), "on-call", repair, name, status="active")
        name, problem = calendar.OPEN_INCIDENT
        yield _update(self._until - timedelta(hours=2, minutes=13), "on-call", problem, name, status="error")

    def _edits(self) -> Iterator[Step]:
        for day, hour, name, fields, reason in calendar.EDITS:
            yield _update(self._at(day, hour, 20), "local", reason, name, **fields)

    def _restores(self) -> Iterator[Step]:
        for name, (gone, back, why_gone, why_back) in calendar.RESTORED.items():
            yield Step(self._at(gone, 15), "platform-team", why_gone, "delete", name, {})
            yield Step(self._at(back, 10), "local", why_back, "restore", name, {})

    def _temporary(self) -> Iterator[Step]:
        for service, (born, gone) in zip(TEMPORARY, calendar.TEMPORARY_DAYS, strict=True):
            member = Member(service, service.places[0])
            fields = service.fields(member.place)
            yield Step(self._at(born, 16), "local", service.description, "create", member.name, fields)
            yield _update(self._at(gone, 11), "local", "Measured; not needed any more", member.name, status="inactive")
            yield Step(self._at(gone, 14, 30), "platform-team", "Frees its GPUs", "delete", member.name, {})

    def _capacity(self, changes: int) -> Iterator[Step]:
        """Yield so many changes: more replicas before the peak of a working day, the usual number after it."""
        days = [day for day in range(2, (self._until - self._monday).days) if day % 7 < SATURDAY]
        busy = [m for m in self._fleet if m.service.name in BUSY and self._born[m.name] == self._monday]
        pairs = (changes + 1) // 2
        for number, day in enumerate(days):
            share = pairs * (number + 1) // len(days) - pairs * number // len(days)
            for member in self._random.sample(busy, share):
                usual = member.service.replicas
                more, (rise, fall) = max(1, usual // 2), PEAKS.get(member.cluster, AMERICAN_PEAK)
                reason = f"{'Mondays are busiest' if day % 7 == 0 else 'Before the peak'}: {more} more"
                at = self._at(day, rise - 1, self._random.randrange(50))
                yield _update(at, "capacity-planner", reason, member.name, replicas=usual + more)
                changes -= 1
                if changes:  # an odd number leaves the last one with more
                    at = self._at(day, fall, self._random.randrange(50))
                    yield _update(at, "capacity-planner", "After the peak", member.name, replicas=usual)
                    changes -= 1


def _target(member: Member) -> tuple[str, str]:
    return member.service.engine, member.cluster


def _update(at: datetime, author: Author, reason: str, name: str, **fields: Any) -> Step:
    return Step(at, author, reason, "update", name, fields)

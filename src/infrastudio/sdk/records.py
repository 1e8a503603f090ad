"""What a program logs, as it waits on disk: one JSON object a line, in the order in which it was logged."""

from __future__ import annotations

from typing import Literal

import msgspec

Status = Literal["succeeded", "failed", "canceled"]
Level = Literal["debug", "info", "warning", "error", "critical"]
StreamName = Literal["stdout", "stderr", "event"]
Beginning = Literal["create", "allow", "must", "join"]


class Header(msgspec.Struct, frozen=True):
    """The run that records are of, and how it begins: what another process must know to send them later.

    Credentials are not among it: who sends the records brings their own.
    """

    run_id: str
    server: str
    source: str
    """Who numbers the log lines; no two processes have the same."""
    begins: Beginning
    """`create`: it is new. `allow`, `must`: it goes on in a new attempt, or with `allow` is new. `join`: it goes on."""
    started_at: int
    """Microseconds since 1970, as all times here."""
    project: str | None = None
    experiment: str | None = None
    name: str | None = None
    parent_id: str | None = None
    attempt: int | None = None
    """Known once the server has answered."""


class Points(msgspec.Struct, tag="points"):
    """Numbers measured at one moment; a float that JSON has not is a word."""

    time: int
    step: int
    values: dict[str, float | str]


class Line(msgspec.Struct, tag="line"):
    """A line of text; `number` counts those of the source."""

    time: int
    text: str
    stream: StreamName = "stdout"
    level: Level | None = None
    number: int = 0


class Params(msgspec.Struct, tag="params"):
    """Params; the first value of each stays."""

    values: dict[str, str]


class Tags(msgspec.Struct, tag="tags"):
    """Tags to set; None takes one away."""

    values: dict[str, str | None]


class File(msgspec.Struct, tag="file"):
    """A file to store as an artifact of the run at `to`; it is read when it is sent."""

    path: str
    to: str


class End(msgspec.Struct, tag="end"):
    """The end of the attempt."""

    time: int
    status: Status
    reason: str | None = None


Record = Points | Line | Params | Tags | File | End

encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def decode(line: bytes) -> Record | None:
    """Return a record; None for bytes that are none, as a power cut leaves them."""
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError:
        return None

"""Sends what stands in a spool to the server. Whatever is sent twice changes nothing there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from infrastudio.kernel.clock import format_micros
from infrastudio.sdk.client import Client
from infrastudio.sdk.errors import ResourceConflict, ResourceNotFound, ServerFailure, ServerUnreachable
from infrastudio.sdk.records import End, File, Header, Line, Params, Points, Record, Tags, decode
from infrastudio.sdk.spool import Spool
from infrastudio.sdk.transport import quoted

MAX_POINTS: Final = 10_000
MAX_LINES: Final = 10_000
MAX_PARAMS: Final = 100
MAX_TOLD: Final = 20
DEFAULT_EXPERIMENT: Final = "Default"
_PLACE: Final = re.compile(r"points\.(\d+)\.")


class Away(Exception):
    """The server cannot take it now; it may be able to in `retry_after_s` seconds."""

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class Blocked(Exception):
    """The server will not take it until somebody changes something there: a token, a right, a deleted run."""


class Delivery:
    """Sends one spool, in order, and counts what the server would not take.

    Attributes:
        sent: Records that the server has.
        refused: Records that it will never take; `problems` says why, of the first of them.
    """

    def __init__(self, client: Client, spool: Spool) -> None:
        self._client = client
        self._spool = spool
        self._experiment_id: str | None = None
        self._attempt = 1
        self.sent = 0
        self.refused = 0
        self.problems: list[str] = []

    def step(self) -> bool:
        """Send the next part of the spool; False: nothing waits.

        Raises:
            Away: The server cannot take it now. Nothing is lost.
            Blocked: It will not take it. Nothing is lost.
        """
        part = self._spool.read()
        if part is None:
            return False
        refused = self.refused
        try:
            self._begin()
            known = [record for line in part.lines if (record := decode(line)) is not None]
            if len(known) < len(part.lines):
                self._refuse(len(part.lines) - len(known), "could not be read from the disk")
            for group in _groups(known):
                self._send(group)
        except BaseException as error:
            self._spool.hold(part)
            self.refused = refused
            if isinstance(error, ServerUnreachable):
                raise Away(error.message) from error
            if isinstance(error, ServerFailure):
                raise _verdict(error) from error
            raise
        self._spool.forget(part)
        self.sent += len(part.lines) - (self.refused - refused)
        return True

    def _begin(self) -> None:
        """Make the run, or let it go on; what was learned is remembered for whoever sends the rest."""
        if self._experiment_id is not None:
            return
        header = self._spool.header
        run = self._begun(header) if header.attempt is None else self._client.get(f"/api/runs/{header.run_id}")
        self._attempt = header.attempt or int(run["attempts"])
        if header.attempt is None:
            learned = msgspec.structs.replace(header, attempt=self._attempt)
            try:
                self._spool.put_header(learned)
            except OSError:  # no room: whoever sends the rest asks the server again
                self._spool.header = learned
        self._experiment_id = str(run["experiment_id"])

    def _begun(self, header: Header) -> Any:
        path = f"/api/runs/{header.run_id}"
        if header.begins == "create":
            return self._created(header)
        if header.begins == "join":
            return self._client.get(path)
        try:
            return self._client.send("POST", f"{path}/resume", key=header.source)
        except ResourceNotFound:
            if header.begins == "must":
                raise
            return self._created(header)

    def _created(self, header: Header) -> Any:
        body = {"id": header.run_id, "name": header.name, "parent_id": header.parent_id}
        body["started_at"] = format_micros(header.started_at)
        try:
            return self._client.post(f"/api/experiments/{self._experiment(header)}/runs", body)
        except ResourceConflict as error:
            if error.details.get("field") != "id":
                raise
            return self._client.get(f"/api/runs/{header.run_id}")  # made by a request whose answer was lost

    def _experiment(self, header: Header) -> str:
        """Return the id of the experiment that the header names; it is made where it is missing."""
        name = header.experiment or DEFAULT_EXPERIMENT
        found = self._client.get("/api/experiments", project=header.project, q=name, limit=1000)["items"]
        ids = [item["id"] for item in found if item["name"] == name]
        if ids:
            return str(ids[0])
        try:
            path = "/api/experiments" + (f"?project={quoted(header.project)}" if header.project else "")
            return str(self._client.post(path, {"name": name})["id"])
        except ResourceConflict:
            found = self._client.get("/api/experiments", project=header.project, q=name, limit=1000)["items"]
            ids = [item["id"] for item in found if item["name"] == name]
            if not ids:
                raise  # it is deleted, and keeps its name
            return str(ids[0])

    def _send(self, group: Sequence[Record]) -> None:
        """Send records of one kind."""
        try:
            match group[0]:
                case Points():
                    self._send_points([record for record in group if isinstance(record, Points)])
                case Line():
                    self._send_lines([record for record in group if isinstance(record, Line)])
                case Params():
                    self._send_params(_merged(group, keeps_first=True))
                case Tags():
                    if tags := _merged(group):
                        self._patch({"tags": tags})
                case File():
                    self._send_files([record for record in group if isinstance(record, File)])
                case End():
                    self._end([record for record in group if isinstance(record, End)][-1])
        except ServerFailure as error:
            if not _is_refusal(error):
                raise
            self._refuse(len(group), error.message)

    def _send_points(self, records: Sequence[Points]) -> None:
        owners = [record for record in records for _ in record.values]
        points = [
            {"name": name, "value": value, "step": record.step, "time": format_micros(record.time)}
            for record in records
            for name, value in record.values.items()
        ]
        for start in range(0, len(points), MAX_POINTS):
            part = points[start : start + MAX_POINTS]
            try:
                self._post_points(part)
            except ServerFailure as error:
                bad = _places(error)
                if not _is_refusal(error) or not bad:
                    raise
                good = [point for place, point in enumerate(part) if place not in bad]
                if good:
                    self._post_points(good)
                self._refuse(len({id(owners[start + place]) for place in bad}), error.message)

    def _post_points(self, points: Sequence[dict[str, Any]]) -> None:
        self._client.post(
            f"/api/runs/{self._spool.header.run_id}/metrics", {"points": points, "attempt": self._attempt}
        )

    def _send_lines(self, records: Sequence[Line]) -> None:
        for start in range(0, len(records), MAX_LINES):
            part = records[start : start + MAX_LINES]
            lines = [
                {"text": line.text, "time": format_micros(line.time), "level": line.level, "stream": line.stream}
                for line in part
            ]
            body = {"first": part[0].number, "source": self._spool.header.source, "attempt": self._attempt}
            self._client.post(f"/api/runs/{self._spool.header.run_id}/logs", {"lines": lines, **body})

    def _send_params(self, params: dict[str, Any]) -> None:
        items = [{"key": key, "value": value} for key, value in params.items()]
        for start in range(0, len(items), MAX_PARAMS):
            body = {"run_id": self._spool.header.run_id, "params": items[start : start + MAX_PARAMS]}
            self._client.post("/api/2.0/mlflow/runs/log-batch", body)

    def _send_files(self, records: Sequence[File]) -> None:
        root = f"{self._experiment_id}/{self._spool.header.run_id}/artifacts"
        for record in records:
            path = f"/api/2.0/mlflow-artifacts/artifacts/{root}/{'/'.join(map(quoted, record.to.split('/')))}"
            source = Path(record.path)
            if self._spool.folder is not None and not source.is_absolute():
                source = self._spool.folder / source
            try:
                self._client.put_file(path, source)
            except OSError as error:
                self._refuse(1, f"the file {record.path} could not be read: {error.strerror or error}")

    def _end(self, end: End) -> None:
        path = f"/api/runs/{self._spool.header.run_id}"
        if int(self._client.get(path)["attempts"]) > self._attempt:
            return  # it goes on already, in another attempt
        self._patch({"status": end.status, "status_reason": end.reason, "ended_at": format_micros(end.time)})

    def _patch(self, body: dict[str, Any]) -> None:
        self._client.send("PATCH", f"/api/runs/{self._spool.header.run_id}", body)

    def _refuse(self, count: int, why: str) -> None:
        self.refused += count
        if len(self.problems) < MAX_TOLD and why not in self.problems:
            self.problems.append(why)


def _groups(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Yield neighbours of one kind together; numbers and lines, which do not touch one another, as if they were."""
    points: list[Record] = []
    lines: list[Record] = []
    others: list[Record] = []
    for record in records:
        if isinstance(record, Points):
            points.append(record)
        elif isinstance(record, Line):
            lines.append(record)
        else:
            others.append(record)
    yield from (group for group in (points, lines) if group)
    while others:
        kind = type(others[0])
        count = next((at for at, record in enumerate(others) if type(record) is not kind), len(others))
        yield others[:count]
        others = others[count:]


def _merged(group: Sequence[Record], *, keeps_first: bool = False) -> dict[str, Any]:
    """Return the values of several records as one: the last of each key, or the first."""
    merged: dict[str, Any] = {}
    for record in group:
        if isinstance(record, Params | Tags):
            merged = {**record.values, **merged} if keeps_first else {**merged, **record.values}
    return merged


def _places(error: ServerFailure) -> set[int]:
    """Return which points a refusal names."""
    paths = [str(problem.get("path", "")) for problem in error.details.get("problems", ())]
    return {int(match[1]) for path in paths if (match := _PLACE.match(path)) is not None}


def _is_refusal(error: ServerFailure) -> bool:
    """Will the server never take this, whatever happens, though it takes other things?"""
    return error.status in (400, 413, 422) or (error.status == 409 and "expected" in error.details)


def _verdict(error: ServerFailure) -> Away | Blocked:
    if error.status >= 500 or error.status in (408, 429):
        return Away(error.message, error.retry_after_s)
    return Blocked(error.message)

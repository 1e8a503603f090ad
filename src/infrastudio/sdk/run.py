"""A run as the program that makes it sees it."""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from infrastudio.sdk.client import Client
from infrastudio.sdk.recorder import Recorder, Report
from infrastudio.sdk.records import (
    Beginning,
    End,
    File,
    Header,
    Level,
    Line,
    Params,
    Points,
    Record,
    Status,
    StreamName,
    Tags,
)
from infrastudio.sdk.spool import spool_root
from infrastudio.sdk.system_metrics import INTERVAL_S, SystemMetrics
from infrastudio.sdk.values import Unloggable, as_step, numbers, texts

MAX_LINE: Final = 1_000_000
logger = logging.getLogger("infrastudio")


class Run:
    """Logs to one run. Only `flush` and `finish` wait for the server, and nothing raises because of it.

    Attributes:
        id: 32 hexadecimal digits, known from the first moment.
        url: Its page.
        report: What became of everything; None until it is finished.
    """

    def __init__(
        self,
        header: Header,
        new_client: Callable[[], Client] | None,
        *,
        root: Path | None = None,
        is_kept: bool = True,
        **limits: Any,
    ) -> None:
        """Begin.

        Args:
            header: The run.
            new_client: Makes the client that sends; None: all of it stays on the disk.
            root: Where spools are; None: where those of the user are.
            is_kept: False: nothing is logged at all.
            limits: As of `Recorder`.
        """
        self.id = header.run_id
        self.url = f"{header.server}/runs/{header.run_id}"
        self.report: Report | None = None
        self._header = header
        self._new_client = new_client
        self._root = root or spool_root()
        self._limits = limits
        self._steps = itertools.count()
        self._owner_pid = os.getpid()
        self._recorder = Recorder(header, self._root, new_client, **limits) if is_kept else None
        self._finishing = threading.RLock()  # a signal may come while the run is being finished
        self._is_finished = False
        self._parent_header: Header | None = None
        self._put(Tags({}))  # so that the run is there before it has anything to say
        self._metrics: SystemMetrics | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish(*outcome_of(error))

    def log(self, values: Mapping[str, Any], *, step: int | None = None, time_s: float | None = None) -> None:
        """Log numbers of one moment: NaN and the infinities too, scalars of numpy and torch, mappings in mappings.

        Args:
            values: Numbers by name.
            step: Where in the training; left out: how often this was called before.
            time_s: Seconds since 1970; left out: now.
        """
        own_step = next(self._steps)
        try:
            found, problems = numbers(values)
            place = own_step if step is None else as_step(step)
            micros = now_micros() if time_s is None else int(time_s * 1_000_000)
        except (Unloggable, AttributeError, TypeError, ValueError, OverflowError) as error:
            self._refuse(f"log: {error}")
            return
        for problem in problems:
            self._refuse(problem)
        if found:
            self._put(Points(micros, place, found))

    def log_params(self, values: Mapping[str, Any]) -> None:
        """Log what the run is made from: any values, as texts; the first value of each name stays."""
        self._put_texts(Params, values)

    def set_tags(self, values: Mapping[str, Any]) -> None:
        """Set tags; None takes one away."""
        removed: dict[str, str | None] = {str(name): None for name, value in values.items() if value is None}
        kept = {name: value for name, value in values.items() if value is not None}
        if removed:
            self._put(Tags(removed))
        if kept:
            self._put_texts(Tags, kept)

    def log_text(self, text: str, *, level: Level | None = None, stream: StreamName = "stdout") -> None:
        """Add lines to the run's log; without a level the server takes the one that the text states."""
        micros = now_micros()
        for line in str(text).splitlines() or [""]:
            self._put(Line(micros, storable(line)[:MAX_LINE], stream, level))

    def log_artifact(self, path: str | os.PathLike[str], to: str | None = None) -> None:
        """Store a file, or all files of a folder, as artifacts.

        A file is read when it is sent: leave it as it is until `flush` or `finish`.

        Args:
            path: The file or folder.
            to: The folder among the artifacts; left out: their root.
        """
        try:
            source = Path(path).absolute()
            files = sorted(each for each in source.rglob("*") if each.is_file()) if source.is_dir() else [source]
            if not source.exists():
                raise FileNotFoundError(2, "no such file", str(path))
        except OSError as error:
            self._refuse(f"the artifact {os.fspath(path)} could not be read: {error.strerror or error}")
            return
        for file in files:
            place = PurePosixPath(to or "") / file.relative_to(source.parent).as_posix()
            self._put(File(str(file), str(place)))

    def log_system_metrics(self, interval_s: float = INTERVAL_S, *, pid: int | None = None) -> None:
        """Log what the machine does every `interval_s` seconds until the run is finished; more calls change nothing.

        Args:
            interval_s: Seconds between two samples.
            pid: The process whose memory is told, its children included; None: this one.
        """
        if self._metrics is None:
            self._metrics = SystemMetrics(self._put, interval_s, pid=pid or os.getpid())
            self._metrics.start()

    @property
    def attempt(self) -> int | None:
        """The attempt of the run; None until the server has answered."""
        return self._recorder.spool.header.attempt if self._recorder is not None else None

    @property
    def obstacle(self) -> str | None:
        """Why the server does not take anything now; None: nothing stands in the way."""
        return self._recorder.obstacle if self._recorder is not None else None

    def flush(self, timeout_s: float = 30.0) -> bool:
        """Wait until the server has everything; False: it is away, or the time was not enough."""
        return self._recorder is None or self._recorder.flush(timeout_s)

    def finish(self, status: Status = "succeeded", reason: str | None = None, *, timeout_s: float = 30.0) -> Report:
        """End the run, send the rest, and say what was sent, waits on the disk, or is lost.

        A second call changes nothing.
        A run that was joined goes on: who made it ends it.
        """
        with self._finishing:
            if self._is_finished:
                return self.report or Report()
            if self._metrics is not None:
                self._metrics.stop()
            if self._header.begins != "join" and os.getpid() == self._owner_pid:
                self._put(End(now_micros(), status, reason))
            self._is_finished = True
            self.report = Report() if self._recorder is None else self._recorder.close(timeout_s)
            if not self.report.is_complete:
                logger.warning("run %s: %s", self.id, self.report)
            return self.report

    def continue_in_child(self) -> None:
        """After a fork: log to the same run through a spool of one's own, without ending the run."""
        if self._recorder is None or self._is_finished:
            return
        self._recorder.abandon()
        self._parent_header, self._recorder = self._recorder.spool.header, None
        self._finishing = threading.RLock()
        self._metrics = None

    def _own_recorder(self) -> Recorder | None:
        """Return where records go: in a forked child one of its own, made when it first logs something."""
        if self._parent_header is None:
            return self._recorder
        with self._finishing:
            parent, self._parent_header = self._parent_header, None
            if parent is not None:
                header = msgspec.structs.replace(parent, source=new_source())
                if parent.attempt is None:  # the parent begins the run; here it is only gone on with
                    header = msgspec.structs.replace(header, begins="join")
                self._recorder = Recorder(header, self._root, self._new_client, takes_leftovers=False, **self._limits)
        return self._recorder

    def _put_texts(self, kind: type[Params | Tags], values: Mapping[str, Any]) -> None:
        try:
            found = {name: storable(value) for name, value in texts(values).items()}
        except Exception as error:  # whatever a value's __str__ raises must not end the training
            self._refuse(f"{kind.__name__.lower()}: {error}")
            return
        if found:
            self._put(kind(dict(found)))

    def _put(self, record: Record) -> None:
        if self._is_finished:
            logger.warning("not logged: the run %s is finished", self.id)
        elif (recorder := self._own_recorder()) is not None:
            recorder.put(record)

    def _refuse(self, why: str) -> None:
        if (recorder := self._own_recorder()) is not None:
            recorder.refuse(why)
        logger.warning("not logged: %s", why)


def storable(text: str) -> str:
    """Return text as every database keeps it: NUL and lone surrogates are replaced."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def now_micros() -> int:
    """Return the time in microseconds since 1970."""
    return time.time_ns() // 1000


def new_source() -> str:
    """Return a name for the log lines of this process that no other has."""
    return f"{os.getpid()}-{os.urandom(4).hex()}"


def outcome_of(error: BaseException | None) -> tuple[Status, str | None]:
    """Return how a run ends that an exception has left."""
    if error is None or (isinstance(error, SystemExit) and not error.code):
        return "succeeded", None
    if isinstance(error, KeyboardInterrupt):
        return "canceled", "interrupted from the keyboard"
    return "failed", f"{type(error).__name__}: {error}"[:1000]


def header_of(
    *,
    run_id: str,
    server: str,
    begins: Beginning,
    **fields: Any,
) -> Header:
    """Return the header of a run that begins now."""
    return Header(run_id, server, new_source(), begins, now_micros(), **fields)

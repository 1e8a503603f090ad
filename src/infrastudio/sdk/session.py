"""The run of this process: `init` makes it, the functions beside it log to it, the end of the process ends it."""

from __future__ import annotations

import atexit
import multiprocessing.util
import os
import re
import signal
import sys
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final, Literal

from infrastudio.sdk.client import Client, server_url
from infrastudio.sdk.recorder import Report
from infrastudio.sdk.records import Beginning, Level, Status
from infrastudio.sdk.run import Run, header_of, logger, outcome_of
from infrastudio.sdk.system_metrics import INTERVAL_S
from infrastudio.sdk.transport import NO_RETRIES

Resume = Literal["never", "allow", "must", "join"]
Mode = Literal["online", "offline", "disabled"]

TIMEOUT_S: Final = 10.0
SIGNAL_TIMEOUT_S: Final = 5.0
_RUN_ID: Final = re.compile(r"[0-9a-f]{32}")
_BEGINNINGS: Final[dict[Resume, Beginning]] = {"never": "create", "allow": "allow", "must": "must", "join": "join"}

_current: Run | None = None
_last_error: BaseException | None = None
_is_prepared = False


def init(
    *,
    experiment: str | None = None,
    name: str | None = None,
    config: Mapping[str, Any] | None = None,
    tags: Mapping[str, Any] | None = None,
    run: str | None = None,
    resume: Resume | None = None,
    parent: str | None = None,
    project: str | None = None,
    server: str | None = None,
    token: str | None = None,
    mode: Mode | None = None,
    system_metrics: bool = True,
    system_metrics_interval_s: float = INTERVAL_S,
    spool: str | os.PathLike[str] | None = None,
) -> Run:
    """Begin a run, and let the functions of this module log to it. Never waits for the server.

    Under `studio run` and `studio exec` the run is there already: it is joined.

    Args:
        experiment: Name of the experiment, made where it is missing; left out: Default.
        name: Name of the run; left out: one is made up.
        config: What the run is made from, logged as params.
        tags: Tags of the run.
        run: Id of the run, 32 hexadecimal digits; left out: a new one.
        resume: What to do with `run`. `never`: it is new. `allow`: go on in a new attempt, or make it. `must`: go on,
            or log nothing. `join`: log to it as it is, and leave its end to who made it. Left out: `allow`.
        parent: Id of the run that this one is part of.
        project: Slug of the project; left out: that of the token, or `default`.
        server: Address; left out: STUDIO_URL, or http://127.0.0.1:8000.
        token: Left out: STUDIO_TOKEN.
        mode: `online`; `offline`: all of it stays on the disk until `studio sync`; `disabled`: nothing is kept. Left
            out: STUDIO_SDK_MODE, or `online`.
        system_metrics: Log what the machine does, too, unless STUDIO_SYSTEM_METRICS is 0: under `studio exec`, which
            does so itself.
        system_metrics_interval_s: How often.
        spool: Folder of what waits for the server; left out: STUDIO_SPOOL, or `~/.infrastudio/spool`.

    Raises:
        ValueError: An argument is none of the words that it may be, or `run` is no id.
    """
    global _current
    own_mode = _one_of("mode", mode or os.environ.get("STUDIO_SDK_MODE") or "online", Mode)
    run_id, begins, attempt = which_run(run, resume)
    if _current is not None:
        logger.warning("studio.init() again: the run %s ends here", _current.id)
        finish()
    url = server_url(server)
    header = header_of(
        run_id=run_id, server=url, begins=begins, attempt=attempt, project=project, experiment=experiment, name=name,
        parent_id=parent,
    )  # fmt: skip
    _prepare_process()
    own_client = partial(Client, url, token=token, project=project, retries=NO_RETRIES, timeout_s=TIMEOUT_S)
    _current = Run(
        header,
        own_client if own_mode == "online" else None,
        root=None if spool is None else Path(spool),
        is_kept=own_mode != "disabled",
    )
    if system_metrics and own_mode != "disabled" and os.environ.get("STUDIO_SYSTEM_METRICS") != "0":
        _current.log_system_metrics(system_metrics_interval_s)
    if config:
        _current.log_params(config)
    if tags:
        _current.set_tags(tags)
    return _current


def current_run() -> Run | None:
    """Return the run that `init` made; None: there is none, or it is finished."""
    return _current


def log(values: Mapping[str, Any], *, step: int | None = None, time_s: float | None = None) -> None:
    """As `Run.log`, of the run that `init` made."""
    if (run := _required("log")) is not None:
        run.log(values, step=step, time_s=time_s)


def log_params(values: Mapping[str, Any]) -> None:
    """As `Run.log_params`, of the run that `init` made."""
    if (run := _required("log_params")) is not None:
        run.log_params(values)


def set_tags(values: Mapping[str, Any]) -> None:
    """As `Run.set_tags`, of the run that `init` made."""
    if (run := _required("set_tags")) is not None:
        run.set_tags(values)


def log_text(text: str, *, level: Level | None = None) -> None:
    """As `Run.log_text`, of the run that `init` made."""
    if (run := _required("log_text")) is not None:
        run.log_text(text, level=level)


def log_artifact(path: str | os.PathLike[str], to: str | None = None) -> None:
    """As `Run.log_artifact`, of the run that `init` made."""
    if (run := _required("log_artifact")) is not None:
        run.log_artifact(path, to)


def flush(timeout_s: float = 30.0) -> bool:
    """As `Run.flush`, of the run that `init` made."""
    run = _required("flush")
    return run is not None and run.flush(timeout_s)


def finish(status: Status = "succeeded", reason: str | None = None, *, timeout_s: float = 30.0) -> Report:
    """As `Run.finish`, of the run that `init` made; without one there is nothing to report."""
    global _current
    run, _current = _current, None
    return run.finish(status, reason, timeout_s=timeout_s) if run is not None else Report()


def which_run(run: str | None, resume: Resume | None) -> tuple[str, Beginning, int | None]:
    """Return the id of the run, how it begins, and its attempt where a job says it."""
    if run is None:
        given = os.environ.get("STUDIO_RUN_ID")
        if given and _RUN_ID.fullmatch(given) and resume is None:
            attempt = os.environ.get("STUDIO_ATTEMPT", "")
            return given, "join", int(attempt) if attempt.isdigit() else None
        return os.urandom(16).hex(), "create", None
    if not _RUN_ID.fullmatch(run):
        raise ValueError(f"run must be an id of 32 hexadecimal digits, not {run!r}")
    return run, _BEGINNINGS[_one_of("resume", resume or "allow", Resume)], None


def _one_of(name: str, value: Any, words: Any) -> Any:
    known = words.__args__
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}")
    return value


def _required(what: str) -> Run | None:
    if _current is None:
        logger.warning("studio.%s() before studio.init(), or after studio.finish(): nothing is logged", what)
    return _current


def _prepare_process() -> None:
    """Let the end of the process end the run, and let its forks log on."""
    global _is_prepared, _last_error
    _last_error = getattr(sys, "last_value", None)
    if _is_prepared:
        return
    _is_prepared = True
    atexit.register(_at_exit)
    os.register_at_fork(after_in_child=_after_fork)
    multiprocessing.util.register_after_fork(_in_child_of_multiprocessing, _in_child_of_multiprocessing)
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _on_sigterm)


def _at_exit() -> None:
    error = getattr(sys, "last_value", None)
    finish(*outcome_of(None if error is _last_error else error))


def _on_sigterm(number: int, frame: FrameType | None) -> None:
    """End the run, then die of the signal as if nobody had caught it."""
    del frame
    finish("canceled", "ended by SIGTERM", timeout_s=SIGNAL_TIMEOUT_S)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _after_fork() -> None:
    if _current is not None:
        _current.continue_in_child()


def _in_child_of_multiprocessing(_: object) -> None:
    """Let such a child end its log too: it does not come to atexit."""
    multiprocessing.util.Finalize(None, _at_exit, exitpriority=10)

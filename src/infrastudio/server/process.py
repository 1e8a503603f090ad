"""One server process: it takes its data folder and its port, serves, and ends cleanly."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import logging.handlers
import socket
from collections.abc import Callable
from typing import Final

import uvicorn

from infrastudio.kernel.errors import Conflict, PermissionDenied, Unavailable
from infrastudio.server.data_folder import DataFolder
from infrastudio.server.front import Application, FrontApplication
from infrastudio.server.settings import Settings
from infrastudio.server.version import VERSION

BACKLOG: Final = 2048
SHUTDOWN_S: Final = 10


class PortTaken(Conflict):
    """Something else listens on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"Port {port} on {host} is taken. Choose another one with --port, or stop what listens there.")


class DatabaseUnreachable(Unavailable):
    """The database does not answer, or lets nobody in."""

    def __init__(self, url: str, error: Exception) -> None:
        from infrastudio.server.doctor.connection_errors import explain
        from infrastudio.stores.db.settings import parse_url, shown_url

        parsed = parse_url(url)
        why = explain(parsed, error)
        super().__init__(
            f"The database {shown_url(parsed)} cannot be used. {why.message} {why.fix} "
            "(`studio doctor` looks at every step of the way.)"
        )


def serve(settings: Settings, *, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve until a signal ends it; `on_ready` gets the address once it answers.

    Raises:
        PermissionDenied: The address is not loopback and that was not allowed on purpose.
        PortTaken, FolderInUse, FolderNotWritable, DatabaseUnreachable: With what to do about it.
    """
    _require_safe_address(settings)
    _set_up_logging(settings)
    failures: list[BaseException] = []
    with contextlib.closing(_listen(settings)) as listener:
        folder = DataFolder(settings.folder)
        try:
            url = _url(settings, listener)

            def fail(error: BaseException) -> None:
                failures.append(error)
                server.should_exit = True

            front = FrontApplication(
                lambda: _make(settings, url),
                version=VERSION,
                on_ready=lambda: on_ready(url) if on_ready else None,
                on_failure=fail,
            )
            server = uvicorn.Server(_config(front))
            folder.announce(url)
            server.run(sockets=[listener])
        finally:
            folder.release()
    if failures:
        raise failures[0]


def _config(front: FrontApplication) -> uvicorn.Config:
    return uvicorn.Config(
        front,
        http=front.http_protocol,  # type: ignore[arg-type]  # a factory of protocols serves as well as a class
        ws="websockets-sansio",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        ws_max_size=1 << 20,
    )


def _make(settings: Settings, url: str) -> Application:
    """Import and wire everything; runs in a thread while the port answers already."""
    from sqlalchemy.exc import OperationalError

    from infrastudio.server import wiring
    from infrastudio.server.app import create_app

    try:
        studio = wiring.build(settings, url=url)
    except OperationalError as error:
        raise DatabaseUnreachable(settings.connection().url, error) from error
    return Application(create_app(studio), wiring.http_protocol(studio), studio.start, studio.stop)


def _require_safe_address(settings: Settings) -> None:
    if settings.open or settings.host == "localhost":
        return
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(settings.host).is_loopback:
            return
    raise PermissionDenied(
        f"Serving on {settings.host} without accounts would let in everybody who reaches it. "
        "Serve on 127.0.0.1, or set STUDIO_OPEN=1 to state that this is meant."
    )


def _listen(settings: Settings) -> socket.socket:
    """Return the bound and listening socket, so that no other process can come in between."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(settings.host, settings.port) from error
        raise Unavailable(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.") from error
    listener.set_inheritable(False)
    return listener


def _url(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}{settings.root_path}"


def _set_up_logging(settings: Settings) -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if settings.log_to_file:
        settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handlers.append(
            logging.handlers.RotatingFileHandler(settings.folder / "app.log", maxBytes=10_000_000, backupCount=5)
        )
    level = "DEBUG" if settings.debug else settings.log_level
    logging.basicConfig(level=level, handlers=handlers, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("uvicorn.error", "httpx", "asyncio", "alembic"):
        logging.getLogger(chatty).setLevel(logging.DEBUG if level == "DEBUG" else logging.WARNING)

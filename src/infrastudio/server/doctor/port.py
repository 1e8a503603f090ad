"""The address to listen on: free, ours, or whose?"""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from infrastudio.server.data_folder import running_server
from infrastudio.server.doctor.check import Check, failed, ok
from infrastudio.server.settings import Settings


def check_port(settings: Settings) -> Check:
    """Tell whether the address can be listened on, and who does when not."""
    address = f"{settings.host}:{settings.port}"
    if settings.port == 0:
        return ok("port", f"A free port of {settings.host} is taken at the start.")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
            return ok("port", f"{address} is free.")
        except socket.gaierror:
            return failed("port", f"{settings.host} is no address.", "Choose an address of this machine with --host.")
        except OSError as error:
            if error.errno == errno.EACCES:
                message = f"{address} is for the system's administrator only."
                return failed("port", message, "Choose a port above 1023 with --port.")
            if error.errno != errno.EADDRINUSE:
                message = f"{address} cannot be listened on: {error.strerror}."
                return failed("port", message, "Choose an address of this machine with --host.")
    ours = running_server(settings.folder)
    who = _listener(settings.port)
    if ours is not None and (who is None or who[0] == ours.pid) and ours.url.endswith(f":{settings.port}"):
        return ok("port", f"{address} is used by the server of this data folder, pid {ours.pid}.")
    named = f"by {who[1]} (pid {who[0]})" if who else "by a program of another user"
    stop = f", or stop it: kill {who[0]}" if who else ""
    return failed(
        "port", f"{address} is taken {named}.", f"Choose another one: studio up --port {settings.port + 1}{stop}"
    )


def _listener(port: int) -> tuple[int, str] | None:
    """Return pid and program of who listens on a port; None where the system does not tell us."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:] if Path(table).exists() else ():
            columns = line.split()
            if columns[3] == "0A" and int(columns[1].rpartition(":")[2], 16) == port:  # 0A: it listens
                sockets.add(f"socket:[{columns[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(file.readlink()) in sockets for file in (process / "fd").iterdir()):
                return int(process.name), (process / "comm").read_text().strip()
        except OSError:  # it ended meanwhile, or is another user's
            continue
    return None

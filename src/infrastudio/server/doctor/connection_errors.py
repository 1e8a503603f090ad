"""What a database server says when it does not let us in, as a sentence and what to type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from infrastudio.stores.db.settings import DEFAULT_PORTS, shown_url

ENCODED: Final = "special characters of a password are written @ %40, : %3A, / %2F, ? %3F, # %23, % %25"


@dataclass(frozen=True)
class Explanation:
    """Why there is no connection, and what to do about it."""

    message: str
    fix: str


@dataclass(frozen=True)
class _Case:
    """Texts of `message` and `fix` may name the parts of the URL: {user}, {host}, {port}, {database}, {url}."""

    pattern: str
    message: str
    fix: str


_LOGIN: Final = f"Check user and password in STUDIO_DATABASE_URL ({ENCODED})."
_ASK_FOR_TLS: Final = "Add ?sslmode=require to STUDIO_DATABASE_URL."

_UNREACHABLE: Final = (
    _Case(
        r"refused",
        "Nothing listens on {host}:{port}.",
        "Start the server there, or correct host and port in STUDIO_DATABASE_URL.",
    ),
    _Case(
        r"resolve host|translate host|Name or service not known|name resolution",
        "No machine is known by the name {host}.",
        "Check the host in STUDIO_DATABASE_URL.",
    ),
    _Case(
        r"timeout expired|timed out|timeout",
        "{host}:{port} does not answer in time.",
        "Check the firewall between here and there; STUDIO_DB_CONNECT_TIMEOUT_S says how long to wait.",
    ),
)

_POSTGRESQL: Final = (
    _Case(r"password authentication failed", "The password of user {user} is wrong, or there is no such user.", _LOGIN),
    _Case(r"no password supplied", "The server wants a password and the URL has none.", _LOGIN),
    _Case(
        r"role \".*\" does not exist",
        "The server has no user {user}.",
        "On the server: createuser --pwprompt {user}",
    ),
    _Case(
        r"database \".*\" does not exist",
        "The server has no database {database}.",
        "On the server: createdb --owner={user} {database}",
    ),
    _Case(r"no encryption|SSL connection is required", "The server lets {user} in over TLS only.", _ASK_FOR_TLS),
    _Case(
        r"no pg_hba\.conf entry",
        "The rules of the server do not let {user} in from this machine.",
        "Add a line to its pg_hba.conf, such as: host {database} {user} ADDRESS/32 scram-sha-256",
    ),
    _Case(
        r"server does not support SSL",
        "TLS is asked for, and the server has none.",
        "Switch it on there (ssl = on), or take sslmode out of STUDIO_DATABASE_URL.",
    ),
    _Case(
        r"root certificate file .* does not exist|could not read root certificate",
        "The file of sslrootcert cannot be read.",
        "Check its path in STUDIO_DATABASE_URL.",
    ),
    _Case(
        r"certificate verify failed|does not match host name",
        "The server's certificate is not the one that is expected: its authority or its name differs.",
        "Name the authority that signed it with sslrootcert=FILE, and the host as the certificate does.",
    ),
    _Case(
        r"too many clients|remaining connection slots",
        "The server has no connection left.",
        "Raise its max_connections, or lower STUDIO_DB_POOL_SIZE and STUDIO_DB_MAX_OVERFLOW.",
    ),
    _Case(r"invalid connection option", "The URL has an option that PostgreSQL does not know.", "Take it out."),
)

_MYSQL: Final = (
    _Case(
        r"^1045\b",
        "The password of user {user} is wrong, there is no such user, or the server wants TLS of this user.",
        f"{_LOGIN} If the account is marked REQUIRE SSL, add ?sslmode=require.",
    ),
    _Case(
        r"^1698\b",
        "The server lets {user} in by its socket only, without a password.",
        "Make a user with a password there: CREATE USER '{user}'@'%' IDENTIFIED BY '…'",
    ),
    _Case(
        r"^1044\b",
        "User {user} has no right to the database {database}.",
        "On the server: GRANT ALL ON {database}.* TO '{user}'@'%'",
    ),
    _Case(
        r"^1049\b",
        "The server has no database {database}.",
        "On the server: CREATE DATABASE {database} (and GRANT ALL ON {database}.* TO '{user}'@'%')",
    ),
    _Case(r"^3159\b|insecure transport", "The server lets nobody in without TLS.", _ASK_FOR_TLS),
    _Case(
        r"doesn't support SSL|SSL is required|does not support (SSL|TLS)|SSL connection error: SSL is required",
        "TLS is asked for, and the server has none.",
        "Switch it on there (ssl_cert, ssl_key), or take the ssl options out of STUDIO_DATABASE_URL.",
    ),
    _Case(
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|doesn't match|Hostname mismatch|IP address mismatch",
        "The server's certificate is not the one that is expected: its authority or its name differs.",
        "Name the authority that signed it with ssl_ca=FILE, and the host as the certificate does.",
    ),
    _Case(
        r"^1040\b",
        "The server has no connection left.",
        "Raise its max_connections, or lower STUDIO_DB_POOL_SIZE and STUDIO_DB_MAX_OVERFLOW.",
    ),
    _Case(
        r"^1130\b",
        "The server lets nobody in from this machine.",
        "On the server: CREATE USER '{user}'@'ADDRESS' …",
    ),
)


def explain(url: URL, error: Exception) -> Explanation:
    """Return what an error of a driver means; one that is not known is quoted, without the password."""
    said = _said(error)
    if url.get_backend_name() == "sqlite":
        return Explanation(f"SQLite said: {said}.", "Check the file's folder: is there room, and may it be written to?")
    parts = {
        "user": url.username or "(none)",
        "host": url.host or "localhost",
        "port": url.port or DEFAULT_PORTS[url.get_backend_name()],
        "database": url.database or "",
        "url": shown_url(url),
    }
    for case in (*(_POSTGRESQL if url.get_backend_name() == "postgresql" else _MYSQL), *_UNREACHABLE):
        if re.search(case.pattern, said, re.IGNORECASE):
            return Explanation(case.message.format(**parts), case.fix.format(**parts))
    said = said.replace(url.password, "***") if url.password else said
    return Explanation(f"The server at {parts['host']}:{parts['port']} said: {said}", f"Check {parts['url']}.")


def _said(error: Exception) -> str:
    """Return the driver's own words in one line; MySQL's begin with the number of the error."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    words = " ".join(str(part) for part in original.args) or str(original)
    return " ".join(words.split())

"""What the URL of a MariaDB or MySQL server may ask for behind its question mark."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import URL

from infrastudio.kernel.errors import ValidationFailed

MODES: Final = ("disable", "prefer", "require", "verify-ca", "verify-full")
"""Of `sslmode`, as PostgreSQL calls them."""
_FILES: Final = ("ssl_ca", "ssl_capath", "ssl_cert", "ssl_key")
_FLAGS: Final = ("ssl_verify_cert", "ssl_verify_identity")
_TIMEOUTS: Final = ("read_timeout", "write_timeout")
_KNOWN: Final = ("sslmode", *_FILES, *_FLAGS, *_TIMEOUTS, "unix_socket")
_WORDS: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def connect_options(url: URL) -> dict[str, Any]:
    """Return what to hand to the driver for the options of a URL.

    TLS is used where the server offers it. `sslmode=require`, or any of the `ssl_…` options, insists on it; an `ssl_ca`
    checks the certificate and the host's name against it, unless `ssl_verify_cert` or `ssl_verify_identity` says no.

    Raises:
        ValidationFailed: An option is not known, its value is not, or a file cannot be read.
    """
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    if unknown := sorted(set(query) - set(_KNOWN)):
        raise _refusal(unknown[0], f"is no option of MariaDB and MySQL; known are {', '.join(_KNOWN)}")
    options: dict[str, Any] = {name: _seconds(name, query[name]) for name in _TIMEOUTS if name in query}
    if "unix_socket" in query:
        options["unix_socket"] = query["unix_socket"]
    mode = query.get("sslmode", "require" if any(name.startswith("ssl_") for name in query) else "prefer")
    if mode not in MODES:
        raise _refusal("sslmode", f"is {mode!r}; use one of {', '.join(MODES)}")
    if mode == "disable":
        options["ssl_disabled"] = True
    elif mode != "prefer":
        options["ssl"] = _context(mode, query)
    return options


def _context(mode: str, query: Mapping[str, str]) -> ssl.SSLContext:
    has_authority = "ssl_ca" in query or "ssl_capath" in query
    verify = _flag(query, "ssl_verify_cert", has_authority or mode.startswith("verify"))
    identity = _flag(query, "ssl_verify_identity", mode == "verify-full" or (has_authority and mode == "require"))
    try:
        context = ssl.create_default_context(cafile=query.get("ssl_ca"), capath=query.get("ssl_capath"))
        # The authorities that the servers make for themselves do not say all that RFC 5280 wants of them.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = verify and identity
        context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
        if "ssl_cert" in query:
            context.load_cert_chain(query["ssl_cert"], query.get("ssl_key"))
    except OSError as error:  # ssl.SSLError is one
        files = ", ".join(query[name] for name in _FILES if name in query)
        raise _refusal("ssl_ca, ssl_capath, ssl_cert, ssl_key", f"cannot be read ({files}): {error}") from error
    return context


def _flag(query: Mapping[str, str], name: str, default: bool) -> bool:
    if name not in query:
        return default
    word = query[name].lower()
    if word not in _WORDS:
        raise _refusal(name, f"is {query[name]!r}; use true or false")
    return _WORDS[word]


def _seconds(name: str, value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise _refusal(name, f"is {value!r}; use a whole number of seconds")
    return int(value)


def _refusal(option: str, message: str) -> ValidationFailed:
    return ValidationFailed.of("database_url", f"{option} {message}")

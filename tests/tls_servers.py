"""Database servers that speak TLS, with an authority made for the occasion."""

from __future__ import annotations

import datetime
import ipaddress
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import URL, create_engine, make_url, text

from database_servers import PostgresProgram, ServerProgram, private_server
from databases import SERVERS

PASSWORD: Final = "p@ss:w/ord%#?'\\"
DATABASE: Final = "studio"
USER: Final = "keeper"


@dataclass(frozen=True)
class TlsServer:
    """A server with a user of a difficult password, whom it lets in over TLS only."""

    backend: str
    address: URL
    authority: Path
    stranger: Path
    """An authority that did not sign the server's certificate."""

    def url(self, *, user: str = USER, password: str = PASSWORD, database: str = DATABASE, **options: str) -> str:
        """Return the URL as a careful person writes it; options go behind its question mark."""
        url = URL.create(self.backend, user, password, self.address.host, self.address.port, database, options)
        return url.render_as_string(hide_password=False)


@contextmanager
def _tls_postgres(folder: Path) -> Iterator[TlsServer]:
    """PostgreSQL with passwords and TLS."""
    authority, stranger = _authority(folder, "authority"), _authority(folder, "stranger")
    program = PostgresProgram()

    def prepare(data: Path) -> None:
        for name in ("server.crt", "server.key"):
            shutil.copy(folder / name, data)
            (data / name).chmod(0o600)
            if (owner := program.owner()) is not None:
                shutil.chown(data / name, owner.pw_uid, owner.pw_gid)
        rules = ("host all studio 127.0.0.1/32 trust", "hostssl all all 127.0.0.1/32 scram-sha-256")
        (data / "pg_hba.conf").write_text("".join(f"{rule}\n" for rule in rules))

    with private_server(program, "-c", "ssl=on", prepare=prepare) as url:
        literal = PASSWORD.replace("'", "''")
        _execute(url, f"create role {USER} login password '{literal}'", f"create database {DATABASE} owner {USER}")
        yield TlsServer("postgresql", make_url(url), authority, stranger)


@contextmanager
def _tls_mysql(folder: Path, backend: str, program: ServerProgram) -> Iterator[TlsServer]:
    """MariaDB or MySQL with passwords and TLS."""
    authority, stranger = _authority(folder, "authority"), _authority(folder, "stranger")
    options = (f"--ssl-cert={folder / 'server.crt'}", f"--ssl-key={folder / 'server.key'}")
    with private_server(program, *options) as url:
        literal = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
        who = f"'{USER}'@'127.0.0.1'"
        _execute(
            url,
            f"create database {DATABASE}",
            f"create user {who} identified by '{literal}' require ssl",
            f"grant all on {DATABASE}.* to {who}",
        )
        yield TlsServer(backend, make_url(url), authority, stranger)


@contextmanager
def tls_server_of(kind: str, folder: Path) -> Iterator[TlsServer]:
    """Run a server of a kind with its certificates in `folder`; skips loudly where it is not installed."""
    program = SERVERS[kind]
    if not program.installed():
        pytest.skip(f"skipped: {program.name} is not installed (apt-get install {program.package})")
    with _tls_postgres(folder) if kind == "postgresql" else _tls_mysql(folder, kind, program) as server:
        yield server


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement.replace(":", "\\:")))
    engine.dispose()


def _authority(folder: Path, name: str) -> Path:
    """Make an authority; the one called `authority` signs `server.crt`, of the name 127.0.0.1."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), _named(name)
    itself = _certificate(subject, subject, key.public_key())
    itself = itself.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = folder / f"{name}.crt"
    path.write_bytes(itself.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    if name != "authority":
        return path
    server_key = ec.generate_private_key(ec.SECP256R1())
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    server = _certificate(_named("server"), subject, server_key.public_key()).add_extension(addresses, critical=False)
    signed = server.sign(key, hashes.SHA256())
    (folder / "server.crt").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(private)
    return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Studio tests: {name}")])


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - day).not_valid_after(now + day)

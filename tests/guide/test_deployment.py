"""The examples of the deployment page work with the programs that they are for."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from running_server import running

PAGE = Path(__file__).parents[2] / "docs/guide/deployment.md"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
SYSTEMD_ANALYZE = shutil.which("systemd-analyze")
AUTH = ("me", "secret")
START_DEADLINE_S = 20


@dataclass(frozen=True)
class Proxied:
    """A server behind nginx."""

    port: int
    certificate: Path

    @property
    def context(self) -> ssl.SSLContext:
        """What trusts the proxy's own certificate."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=f"https://localhost:{self.port}", verify=self.context, **options)  # type: ignore[arg-type]  # named by the caller


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def configuration(folder: Path, *, port: int, upstream: str) -> str:
    """Return the page's block for one host, with the addresses of this machine in it."""
    told = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "http://127.0.0.1:8000": upstream,
        "/etc/ssl/studio": str(folder / "studio"),
        "/etc/nginx/studio.htpasswd": str(folder / "studio.htpasswd"),
    }
    host = block("nginx")
    for old, new in told.items():
        assert old in host
        host = host.replace(old, new)
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root; " if os.geteuid() == 0 else ""  # else a worker could not enter the folder of the test
    return (
        f"{user}daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{kept}{host}}}\n"
    )


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """A server behind nginx, as the page sets it up."""
    if NGINX is None:
        pytest.skip("skipped: nginx is not installed (apt-get install nginx-light)")
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "studio.key", "-out", folder / "studio.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "studio.htpasswd").write_text(f"{AUTH[0]}:{{PLAIN}}{AUTH[1]}\n")
    port = free_port()
    with running(folder / "data", STUDIO_PUBLIC_URL=f"https://localhost:{port}") as server:
        (folder / "nginx.conf").write_text(configuration(folder, port=port, upstream=server.url))
        nginx = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.PIPE)
        try:
            made = Proxied(port, folder / "studio.pem")
            until = time.monotonic() + START_DEADLINE_S
            while not _answers(made):
                assert nginx.poll() is None, nginx.communicate()[1]
                assert time.monotonic() < until, (folder / "error.log").read_text()
                time.sleep(0.05)  # between two looks
            yield made
        finally:
            nginx.terminate()
            nginx.communicate()


def _answers(proxied: Proxied) -> bool:
    try:
        with proxied.client() as client:
            return client.get("/health").status_code == 401
    except httpx.TransportError:
        return False


def test_who_has_no_password_is_kept_out(proxied: Proxied) -> None:
    with proxied.client() as client:
        assert client.get("/api/instances").status_code == 401


def test_reads_and_writes_go_through(proxied: Proxied) -> None:
    body = {"name": "behind-nginx", "model_name": "m", "cluster_name": "c", "image_tag": "t"}
    with proxied.client(auth=AUTH, headers={"origin": f"https://localhost:{proxied.port}"}) as client:
        assert "AI Infra Studio" in client.get("/", headers={"accept": "text/html"}).text
        made = client.post("/api/instances", json=body)
        assert made.status_code == 201
        assert client.get(made.headers["location"]).json()["name"] == "behind-nginx"
        assert client.get("/api/instances/export?format=csv").text.count("\n") == 2


def test_another_site_may_not_write(proxied: Proxied) -> None:
    with proxied.client(auth=AUTH, headers={"origin": "https://elsewhere.example"}) as client:
        assert client.post("/api/instances", json={}).status_code == 403


def test_sockets_go_through(proxied: Proxied) -> None:
    password = b64encode(":".join(AUTH).encode()).decode()
    with connect(
        f"wss://localhost:{proxied.port}/ws",
        ssl=proxied.context,
        origin=Origin(f"https://localhost:{proxied.port}"),
        additional_headers={"authorization": f"Basic {password}"},
    ) as ws:
        assert ws.recv(timeout=10)


def test_the_service_is_one_that_systemd_understands(tmp_path: Path) -> None:
    if SYSTEMD_ANALYZE is None:
        pytest.skip("skipped: systemd-analyze is not installed (apt-get install systemd)")
    unit = block("ini").replace("/opt/infrastudio/bin/", f"{Path(sys.executable).parent}/")
    (tmp_path / "studio.service").write_text(unit.replace("User=infrastudio", "User=root"))
    done = subprocess.run(
        [SYSTEMD_ANALYZE, "verify", tmp_path / "studio.service"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

"""What the gateway leans on in uvicorn, which is not public: a new release that changes it fails here, by name."""

from __future__ import annotations

import inspect
import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from infrastudio.protocols.inference.exchange import Exchange
from infrastudio.protocols.inference.http_protocol import GatewayProtocol

OVERRIDES = {
    "on_headers_complete": "(self) -> 'None'",
    "on_body": "(self, body: 'bytes') -> 'None'",
    "on_message_complete": "(self) -> 'None'",
    "on_response_complete": "(self) -> 'None'",
    "_start_asgi_task": "(self, cycle: 'RequestResponseCycle', app: 'ASGI3Application') -> 'None'",
    "send_400_response": "(self, msg: 'str') -> 'None'",
    "connection_lost": "(self, exc: 'Exception | None') -> 'None'",
    "pause_writing": "(self) -> 'None'",
    "resume_writing": "(self) -> 'None'",
}
CYCLE_ATTRIBUTES = {"message_event", "response_complete", "disconnected", "more_body", "keep_alive", "body"}


def test_the_methods_that_are_overridden_are_those_of_uvicorn() -> None:
    for name, signature in OVERRIDES.items():
        assert str(inspect.signature(getattr(HttpToolsProtocol, name))) == signature
        assert name in vars(GatewayProtocol)
    own = {name for name, part in vars(GatewayProtocol).items() if callable(part) and not name.startswith("__")}
    assert own & set(dir(HttpToolsProtocol)) == set(OVERRIDES)


def test_uvicorn_asks_nothing_of_a_cycle_that_an_exchange_lacks() -> None:
    """`body` is used in `on_body` only, which never reaches an exchange."""
    used = set(re.findall(r"\bcycle\.(\w+)", inspect.getsource(HttpToolsProtocol)))
    assert used <= CYCLE_ATTRIBUTES | {"run_asgi"}
    for name in CYCLE_ATTRIBUTES - {"body"}:
        assert f"self.{name}" in inspect.getsource(RequestResponseCycle)
        assert hasattr(Exchange, name) or f"self.{name} =" in inspect.getsource(Exchange)

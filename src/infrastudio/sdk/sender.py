"""The thread that sends a spool while the program goes on, and what other programs have left behind."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from infrastudio.kernel.retry import RetryPolicy
from infrastudio.sdk.client import Client
from infrastudio.sdk.delivery import Away, Blocked, Delivery
from infrastudio.sdk.spool import Spool, leftovers

LINGER_S: Final = 0.2
"""A request takes along what comes in so long."""
PAUSES: Final = RetryPolicy(max_attempts=100, base_delay_s=0.5, max_delay_s=30.0)

_making_client: Final = threading.Lock()
"""Held while a client is made, and by whoever forks: a child of that moment would wait for ever for a lock of OpenSSL
that a thread held which the child does not have."""
os.register_at_fork(
    before=_making_client.acquire, after_in_parent=_making_client.release, after_in_child=_making_client.release
)


class Sender:
    """Sends a spool in a thread of its own. A server that is away is asked again, ever more slowly."""

    def __init__(self, spool: Spool, new_client: Callable[[], Client], root: Path, *, takes_leftovers: bool) -> None:
        self._spool = spool
        self._new_client = new_client
        self._root = root
        self._takes_leftovers = takes_leftovers
        self._changed = threading.Condition()
        self._failures = 0
        self._is_hurried = False
        self._is_closing = False
        self._waits = 0
        """Records appended and not sent; below 0 for a moment where they are sent before that is told."""
        self.sent = 0
        self.refused = 0
        self.problems: list[str] = []
        self.obstacle: str | None = None
        """Why the server does not take it now."""
        self._thread = threading.Thread(target=self._run, name="studio-sender", daemon=True)
        self._thread.start()

    def tell(self, count: int) -> None:
        """Say that so many more records stand in the spool."""
        with self._changed:
            self._waits += count
            self._changed.notify_all()

    def flush(self, timeout_s: float) -> bool:
        """Wait until the spool is sent; False: the server is away, or the time is over."""
        with self._changed:
            failures, self._is_hurried = self._failures, True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waits <= 0 or self._failures > failures, timeout_s)
            self._is_hurried = False
            return self._waits <= 0

    def close(self, timeout_s: float) -> bool:
        """End the thread once the spool is sent or cannot be; False: it hangs in a request."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        with _making_client:
            made = self._new_client()
        with made as client:
            own = Delivery(client, self._spool)
            rest = _steps_of_others(client, self._root) if self._takes_leftovers else iter(())
            children = _steps_of_others(client, self._root, run_id=self._spool.header.run_id)
            failures = 0
            while True:
                try:
                    others = children if self._is_closing else rest
                    is_idle = not self._step(own) and next(others, None) is None
                    failures = 0
                    if not self._may_go_on(is_idle=is_idle):
                        return
                except (Away, Blocked) as error:
                    failures += 1
                    asked = error.retry_after_s if isinstance(error, Away) else None
                    pause_s = PAUSES.delay_s(failures, random.random())  # noqa: S311  spreads clients, no secret
                    if not self._may_try_again(str(error), asked or pause_s):
                        return

    def _step(self, own: Delivery) -> bool:
        before = own.sent + own.refused
        is_sent = own.step()
        with self._changed:
            self._waits -= own.sent + own.refused - before
            self.sent, self.refused, self.obstacle = own.sent, own.refused, None
            self.problems += [problem for problem in own.problems if problem not in self.problems]
            self._changed.notify_all()
        return is_sent

    def _may_go_on(self, *, is_idle: bool) -> bool:
        """Wait for more to send; False: there is nothing more."""
        with self._changed:
            if is_idle:
                if self._is_closing:
                    return False
                self._changed.wait_for(lambda: self._is_closing or self._waits > 0)
            if self._waits < 1000:
                self._changed.wait_for(lambda: self._is_closing or self._is_hurried, LINGER_S)
            return True

    def _may_try_again(self, why: str, pause_s: float) -> bool:
        """Wait until it is worth another attempt; False: nobody waits for it any more."""
        with self._changed:
            self._failures += 1
            self.obstacle = why
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_closing or self._is_hurried, pause_s)
            return not self._is_closing


def _steps_of_others(client: Client, root: Path, *, run_id: str | None = None) -> Iterator[bool]:
    """Send what ended processes have left for the same server, one part each time that this is asked for more.

    With `run_id` only what is of that run: what its forked children have left.
    """
    for spool in leftovers(root):
        with closing(spool):
            if spool.header.server != client.url or run_id not in (None, spool.header.run_id):
                continue
            delivery = Delivery(client, spool)
            try:
                while delivery.step():
                    yield True
            except (Away, Blocked):  # it stays for the next who comes
                continue
            spool.remove()


def send_leftovers(root: Path, new_client: Callable[[str], Client]) -> Iterator[tuple[Spool, Delivery, str | None]]:
    """Send every spool whose process has ended; yield each with its counts and, where it stays, why.

    Args:
        root: Where spools are.
        new_client: Makes the client for a server's address.
    """
    for spool in leftovers(root):
        with closing(spool), new_client(spool.header.server) as client:
            delivery, why = Delivery(client, spool), None
            try:
                while delivery.step():
                    pass
            except (Away, Blocked) as error:
                why = str(error)
            yield spool, delivery, why
            if why is None:
                spool.remove()

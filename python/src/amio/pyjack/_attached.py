"""What there is while a client is attached."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .._arguments import text, within
from ..jack import Client as JackClient
from ..jack._own_port import OwnPort
from ._errors import UsageError
from ._events import Happened
from ._exchange import Exchange, Samples


class Attached:
    """What there is while a client is attached.

    Attributes:
        client: the client of the server.
        happened: what has happened to it.
        block_size: the length of its blocks, where the program has given it.
        is_active: whether its periods run.
        last: the ports and their samples in the block that was exchanged last.
    """

    def __init__(
        self, name: str, block_size: int | None, queued_blocks: int | None, latency: int | None
    ) -> None:
        self.block_size = None if block_size is None else within("block_size", block_size, 1, 65536)
        self._queued = queued_blocks
        self._latency = latency
        text("name", name)
        self.client = JackClient(name, no_start_server=True)
        self.happened = Happened(self.client)
        self.is_active = False
        self._exchange: Exchange | None = None
        self.last: list[tuple[OwnPort, Samples]] = []
        self._turn = threading.Lock()

    def current_exchange(self) -> Exchange:
        """The exchange for the ports and the period that there are now.

        Raises:
            UsageError: the client is not active.
        """
        with self._turn:
            if not self.is_active:
                raise UsageError("the client is not active")
            if self._exchange is None or self._exchange.period != self.client.blocksize:
                self._end_exchange()
                self._exchange = Exchange(self.client, self.block_size, self._queued, self._latency)
            return self._exchange

    @contextmanager
    def changing_ports(self) -> Iterator[None]:
        """Ends the exchange; another one begins after this."""
        with self._turn:
            self._end_exchange()
            yield

    def end_exchange(self) -> bool:
        """Ends the exchange, and allows no other one; returns whether the client was active."""
        with self._turn:
            was_active, self.is_active = self.is_active, False
            self._end_exchange()
        return was_active

    def _end_exchange(self) -> None:
        if self._exchange is not None:
            self._exchange.blocks.close()
            self._exchange = None
        self.last = []

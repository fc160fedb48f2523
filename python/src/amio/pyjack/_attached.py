"""What there is while a client is attached."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from .._arguments import text, within
from ..jack import Client as JackClient
from ..jack._blocks import Blocks
from ..jack._own_port import OwnPort
from ._events import Happened

Samples = NDArray[np.float32]


class Attached:
    """What there is while a client is attached.

    Attributes:
        client: the client of the server.
        happened: what has happened to it.
        block_size: the length of its blocks, where the program has given it.
        is_active: whether its periods run.
        blocks: the exchange with its audio thread, while there is one.
        period: the server's period when that was made.
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
        self.blocks: Blocks | None = None
        self.period = 0
        self.last: list[tuple[OwnPort, Samples]] = []
        self._making = threading.Lock()

    def current_blocks(self) -> Blocks:
        """The exchange for the ports and the period that there are now."""
        with self._making:
            period = self.client.blocksize
            if self.blocks is None or self.period != period:
                self._end_blocks()
                frames = self.block_size or period
                queued, latency = self._queued, self._latency
                self.blocks = self.client.blocks(frames, queued=queued, latency=latency)
                self.period = period
            return self.blocks

    def end_blocks(self) -> None:
        """The ports are about to change."""
        with self._making:
            self._end_blocks()

    def _end_blocks(self) -> None:
        if self.blocks is not None:
            self.blocks.close()
            self.blocks = None
        self.last = []

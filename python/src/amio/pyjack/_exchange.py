"""The exchange of blocks, for the ports that a client had when it began."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..jack import Client
from ..jack._blocks import Block, Blocks
from ..jack._own_port import OwnPort

Samples = NDArray[np.float32]


class Exchange:
    """Blocks, and the ports whose samples they hold.

    Attributes:
        blocks: the blocks.
        period: the server's period when they began.
        inputs: the inputs.
        outputs: the outputs.
    """

    def __init__(
        self,
        client: Client,
        block_size: int | None,
        queued_blocks: int | None,
        latency: int | None,
    ) -> None:
        self.period = client.blocksize
        self.inputs, self.outputs = list(client.inports), list(client.outports)
        self.blocks: Blocks = client.blocks(
            block_size or self.period,
            inputs=self.inputs,
            outputs=self.outputs,
            queued=queued_blocks,
            latency=latency,
        )

    def check(self, output_array: NDArray[Any], input_array: NDArray[Any]) -> None:
        """Checks the arrays of a block."""
        for array, ports, side in (
            (output_array, self.outputs, "output"),
            (input_array, self.inputs, "input"),
        ):
            _check(array, side, len(ports), self.blocks.frames)
        if self.inputs and not input_array.flags.writeable:
            raise ValueError("the input array must be writeable")

    def samples(self, block: Block, output: Samples | None) -> list[tuple[OwnPort, Samples]]:
        """The samples of each port."""
        samples = list(zip(self.inputs, block.input, strict=True))
        if output is not None:
            samples += zip(self.outputs, output, strict=True)
        return samples


def _check(array: object, side: str, ports: int, frames: int) -> None:
    if not isinstance(array, np.ndarray):
        raise TypeError(f"the {side} array is a {type(array).__name__}; it must be a numpy array")
    if array.dtype != np.float32:
        raise ValueError(f"the {side} array has dtype {array.dtype}; it must be float32")
    if array.ndim != 2:
        raise ValueError(f"the {side} array has {array.ndim} dimensions; it must have 2")
    if ports and array.shape[1] != frames:
        raise ValueError(
            f"the {side} array has {array.shape[1]} columns; the buffer size is {frames}"
        )
    if ports and array.shape[0] != ports:
        raise ValueError(f"the {side} array has {array.shape[0]} rows; there are {ports} {side}s")

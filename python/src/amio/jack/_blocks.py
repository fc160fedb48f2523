"""Audio in blocks, exchanged with the audio thread by a thread of the program or an event loop."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _abi
from .._arguments import unsigned
from .._library import Handle, lib, sized
from .._samples import as_float32
from .._typing import Number
from ..errors import InvalidStateError, TimedOutError
from ._audio_thread import off_audio_threads
from ._connection import Connection
from ._errors import checked
from ._own_port import OwnPort
from ._stream import Stream
from ._waiting import wait_in_slices

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class BlockCounts:
    """Frames that did not get through, and why.

    Attributes:
        lost: frames of input that were lost, because they were read too slowly or the server
            skipped them.
        late: frames of output that were dropped, because their time had passed.
        missed: frames of silence, because nothing was written for them.
        xruns: how often the server has skipped frames.
    """

    lost: int
    late: int
    missed: int
    xruns: int


@dataclass(frozen=True, eq=False)
class Block:
    """A block of input.

    Attributes:
        input: the samples, of shape ``(inputs, frames)``; float32, full scale is -1.0 to 1.0.
        frame: the frame of JACK's clock at which it begins. The number wraps at 2**32.
        output_frame: the frame at which the output sounds: that which :meth:`Blocks.exchange` has
            written; from :meth:`Blocks.read`, that which answers the block.
        new: what was lost since the block before.
        total: what was lost since the beginning.
    """

    input: Samples
    frame: int
    output_frame: int
    new: BlockCounts
    total: BlockCounts


class Blocks(Stream[Block]):
    """An exchange of audio with the audio thread, in blocks: :meth:`Client.blocks` makes one.

    The library cuts the input into blocks that follow each other without a gap, and keeps them
    until they are read. A block that is written answers the block that was read last: it sounds
    :attr:`latency` frames after that one began. No Python runs on the audio thread.

    Iterate over it for blocks of input, with ``async for`` on an event loop or with ``for`` on a
    thread, and call :meth:`write` for each. The iteration ends when this or the client is closed,
    or when the server is gone. One thread or task at a time may use it. In a ``with`` statement it
    is closed at the end: its outputs are silent then, and the ports stay registered.

    All methods that wait take ``timeout`` in seconds; ``None``: without end. They raise

    * ``TimeoutError``: nothing came within that time;
    * :class:`JackError`: this or the client is closed, or the server is gone;
    * ``ValueError``: an array has another shape;
    * ``RuntimeError``: another thread or task uses it.
    """

    def __init__(
        self,
        connection: Connection,
        inputs: Sequence[OwnPort],
        outputs: Sequence[OwnPort],
        frames: int,
        queued: int | None,
        latency: int | None,
    ) -> None:
        raw = sized(_abi.JackBlocksConfig)
        raw.block_frames = unsigned("frames", frames, 1, bits=32)
        # 0 is the library's own choice.
        raw.queued_blocks = 0 if queued is None else unsigned("queued", queued, 1, bits=32)
        raw.latency_frames = 0 if latency is None else unsigned("latency", latency, 1, bits=32)
        raw.inputs, raw.input_count = _handles(inputs), len(inputs)
        raw.outputs, raw.output_count = _handles(outputs), len(outputs)
        value = ctypes.c_void_p()
        connection.call(lib.amio_jack_blocks_new, ctypes.byref(raw), ctypes.byref(value))
        handle = Handle(value, off_audio_threads(lib.amio_jack_blocks_free))
        super().__init__("blocks", handle, lib.amio_jack_blocks_fd)
        self._frames = raw.block_frames
        # Of the library's calls; its rows are contiguous, whatever those of the program are.
        self._input, self._input_rows = _rows(len(inputs), self._frames)
        self._output, self._output_rows = _rows(len(outputs), self._frames)
        self._raw = sized(_abi.JackBlock)
        self._turn = threading.Lock()

    @property
    def frames(self) -> int:
        """The length of a block, in frames."""
        return self._frames

    @property
    def latency(self) -> int:
        """How many frames after the beginning of a block its answer sounds."""
        frames = ctypes.c_uint32()
        checked(lib.amio_jack_blocks_latency_frames, self._handle, ctypes.byref(frames))
        return frames.value

    def exchange(self, output: NDArray[Any] | None = None, timeout: Number | None = None) -> Block:
        """Writes the answer to the block that was read last, and waits for the next block.

        The output of the first call sounds one block before the answer to the block that the call
        returns. After a timeout the output is written, and that of the next call has no effect.

        Args:
            output: the samples, of shape ``(outputs, frames)`` or, for one output, ``(frames,)``;
                of a type that :class:`amio.Clip` takes. ``None``: silence.
            timeout: see above.
        """

        def call(milliseconds: int) -> None:
            checked(
                lib.amio_jack_blocks_exchange,
                self._handle,
                self._output_rows,
                self._input_rows,
                milliseconds,
                ctypes.byref(self._raw),
            )

        with _Turn(self._turn):
            self._put(output)
            wait_in_slices(call, timeout, "block")
            return self._taken()

    def read(self, timeout: Number | None = None) -> Block:
        """Waits for the next block of input."""
        with _Turn(self._turn):
            wait_in_slices(self._read, timeout, "block")
            return self._taken()

    def write(self, output: NDArray[Any] | None, timeout: Number | None = None) -> int:
        """Writes the answer to the block that was read last. There is room for it at once.

        Where that is answered already, the block goes behind the answer; where nothing was read
        yet, it sounds :attr:`latency` frames from now. If there is no room, it waits in these two
        cases.

        Args:
            output: as of :meth:`exchange`.
            timeout: see above.

        Returns:
            The frame of JACK's clock at which it sounds.
        """
        frame = ctypes.c_uint32()

        def call(milliseconds: int) -> None:
            checked(
                lib.amio_jack_blocks_write,
                self._handle,
                self._output_rows,
                milliseconds,
                ctypes.byref(frame),
            )

        with _Turn(self._turn):
            self._put(output)
            wait_in_slices(call, timeout, "block")
        return frame.value

    def write_at(
        self, frame: int, output: NDArray[Any] | None, timeout: Number | None = None
    ) -> None:
        """Writes a block that sounds at a frame of JACK's clock, and waits for room.

        What overlaps with the block that was written last is late, and dropped. :meth:`write` then
        goes on behind it.

        Args:
            frame: the frame, which wraps at 2**32.
            output: as of :meth:`exchange`.
            timeout: see above.
        """
        at = unsigned("frame", frame, bits=32)

        def call(milliseconds: int) -> None:
            checked(
                lib.amio_jack_blocks_write_at, self._handle, at, self._output_rows, milliseconds
            )

        with _Turn(self._turn):
            self._put(output)
            wait_in_slices(call, timeout, "block")

    def _next(self, timeout: Number | None) -> Block | None:
        return self.read(timeout)

    def _fetch(self) -> Block | None:
        try:
            return self.read(timeout=0)
        except TimedOutError:
            return None

    def _read(self, milliseconds: int) -> None:
        raw = ctypes.byref(self._raw)
        checked(lib.amio_jack_blocks_read, self._handle, self._input_rows, milliseconds, raw)

    def _put(self, output: NDArray[Any] | None) -> None:
        if output is None:
            self._output.fill(0)
            return
        samples = as_float32("output", output)
        if samples.ndim == 1:
            samples = samples[np.newaxis]
        if samples.shape != self._output.shape:
            raise ValueError(f"output has shape {output.shape}; it must be {self._output.shape}")
        self._output[...] = samples

    def _taken(self) -> Block:
        raw = self._raw
        return Block(
            self._input.copy(),
            raw.input_frame,
            raw.output_frame,
            BlockCounts(raw.lost, raw.late, raw.missed, raw.xruns),
            BlockCounts(raw.total_lost, raw.total_late, raw.total_missed, raw.total_xruns),
        )


class _Turn:
    """One thread at a time is in a call."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise InvalidStateError("another thread uses these blocks")

    def __exit__(self, *_error: object) -> None:
        self._lock.release()


def _handles(ports: Sequence[OwnPort]) -> Any:
    for port in ports:
        if not isinstance(port, OwnPort):
            raise TypeError(f"{port!r} is no port of the client")
    return (ctypes.c_void_p * len(ports))(*(port._handle._as_parameter_.value for port in ports))


def _rows(ports: int, frames: int) -> tuple[Samples, Any]:
    """Room for a block, and the addresses of its rows."""
    block = np.zeros((ports, frames), np.float32)
    begin, length = block.ctypes.data, block.strides[0]
    addresses = (begin + port * length for port in range(ports))
    return block, (ctypes.c_void_p * ports)(*addresses) if ports else None

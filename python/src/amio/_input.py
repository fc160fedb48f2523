"""Captured input on its way from the library, in chunks of the wanted size."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from . import _abi
from ._arguments import unsigned
from ._library import Handle, lib, sized
from ._pump import Pump
from .audio_clip import InputAudioChunk

#: How many frames are fetched at once.
_BLOCK = 8192


@dataclass(frozen=True)
class Clock:
    """What time it was at a frame of an interface.

    Args:
        frame_rate: frames per second.
        at: gives the wall time of ``(device frame, nanoseconds)`` as the library stamps them.
    """

    frame_rate: float
    at: Callable[[int, int], datetime]


class _Stretch(NamedTuple):
    """Frames that belong together: neither the device nor the timeline jumps within them."""

    samples: NDArray[np.float32]
    position: int
    device_frame: int
    #: When its first frame was captured.
    wall_time: datetime
    ticket: int
    rolling: bool
    lost_before: int
    skipped: bool
    capture_latency: int
    playback_latency: int

    def followed_by(self, other: _Stretch) -> bool:
        """Whether the other one is the same stretch, going on."""
        return (
            self.device_frame + len(self.samples) == other.device_frame
            and self.position + (len(self.samples) if self.rolling else 0) == other.position
            and (self.rolling, self.ticket) == (other.rolling, other.ticket)
            and not other.lost_before
            and not other.skipped
        )

    def chunk(self, begin: int, samples: NDArray[np.float32], frame_rate: float) -> InputAudioChunk:
        """What begins so many frames after its beginning."""
        if not begin:
            position, wall_time = self.position, self.wall_time
            lost_before, skipped = self.lost_before, self.skipped
        else:
            position = self.position + begin if self.rolling else self.position
            wall_time = self.wall_time + timedelta(seconds=begin / frame_rate)
            lost_before, skipped = 0, False
        return InputAudioChunk._captured(
            samples,
            frame_rate,
            self.ticket,
            position,
            self.rolling,
            wall_time,
            self.device_frame + begin,
            lost_before,
            skipped,
            self.capture_latency,
            self.playback_latency,
        )


class _Fetched(NamedTuple):
    """What was fetched: one stretch in pieces, and what does not follow it."""

    pieces: tuple[_Stretch, ...] = ()
    frames: int = 0
    following: _Stretch | None = None

    def and_then(self, stretch: _Stretch) -> _Fetched:
        if self.pieces and not self.pieces[-1].followed_by(stretch):
            return self._replace(following=stretch)
        return _Fetched((*self.pieces, stretch), self.frames + len(stretch.samples))

    def from_frame(self, frame: int) -> tuple[_Fetched, int]:
        """What is left with the piece that has a frame, and the frame's place in it."""
        pieces, frames = self.pieces, self.frames
        while pieces and frame >= len(pieces[0].samples):
            frame -= len(pieces[0].samples)
            frames -= len(pieces[0].samples)
            pieces = pieces[1:]
        if pieces:
            return _Fetched(pieces, frames, self.following), frame
        return _Fetched() if self.following is None else _Fetched().and_then(self.following), 0


class InputReader:
    """Fetches captured input of an interface, in chunks of a wanted length.

    Whoever takes chunks may stop at any of them, and may be interrupted anywhere: what was fetched
    stays for the next one. So whatever changes does so in one assignment, in which no signal
    handler runs.

    Args:
        interface: the library's handle.
        channels: how many inputs it has.
        clock: what time it was at a frame.
    """

    def __init__(self, interface: Handle, channels: int, clock: Clock) -> None:
        self._interface = interface
        self._clock = clock
        self._frames: int | None = None
        self._block = np.empty((_BLOCK, channels), np.float32)
        self._address = self._block.ctypes.data
        # Of the block: what the library has just written there, if there are frames.
        self._raw = sized(_abi.Chunk)
        self._fetched = _Fetched()
        # How many frames of its first piece were taken.
        self._taken = 0

    @property
    def frames(self) -> int | None:
        """How long chunks are to be; ``None``: as long as what waits.

        One is shorter where the timeline or the device jumps behind it.
        """
        return self._frames

    @frames.setter
    def frames(self, frames: SupportsIndex | None) -> None:
        self._frames = None if frames is None else unsigned("frames", frames, 1)

    def chunks(self) -> Iterator[InputAudioChunk]:
        """What waits, as far as it makes whole chunks."""
        wanted = self._frames or _BLOCK
        while True:
            if self._fetched.frames - self._taken >= wanted or self._fetched.following is not None:
                yield self._take()
            elif not self._fetch():
                break
        if self._frames is None and self._fetched.pieces:
            yield self._take()

    def rest(self) -> InputAudioChunk | None:
        """What was fetched and does not make a whole chunk."""
        return self._take() if self._fetched.pieces else None

    def discard(self) -> None:
        """Throws away what waits."""
        self._fetched, self._taken = _Fetched(), 0
        while self._fetch():
            self._fetched = _Fetched()

    def _fetch(self) -> bool:
        """Fetches a stretch, if there is one."""
        raw = self._raw
        if not raw.frames:
            lib.amio_interface_read_input(
                self._interface, ctypes.byref(raw), self._address, len(self._block)
            )
            if not raw.frames:
                return False
        stretch = _Stretch(
            self._block[: raw.frames].copy(),
            raw.position,
            raw.device_frame,
            self._clock.at(raw.device_frame, raw.time_ns),
            raw.ticket,
            bool(raw.rolling),
            raw.lost_before_frames,
            bool(raw.xrun),
            raw.capture_latency_frames,
            raw.playback_latency_frames,
        )
        self._fetched, raw.frames = self._fetched.and_then(stretch), 0
        return True

    def _take(self) -> InputAudioChunk:
        """The next chunk of what was fetched, whole or not."""
        fetched, begin = self._fetched, self._taken
        first, end = fetched.pieces[0], fetched.frames
        if self._frames is not None and begin + self._frames < end:
            end = begin + self._frames
        if end < len(first.samples):
            chunk = first.chunk(begin, first.samples[begin:end], self._clock.frame_rate)
            self._taken = end
            return chunk
        pieces = [piece.samples for piece in fetched.pieces]
        samples = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        chunk = first.chunk(begin, samples[begin:end], self._clock.frame_rate)
        self._fetched, self._taken = fetched.from_frame(end)
        return chunk


class InputStream(AsyncIterator[InputAudioChunk]):
    """What :meth:`EngineInterface.input` gives: chunks, until the interface is closed.

    Dropped, or closed by :meth:`aclose`, it leaves the input to others. So it does when waiting for
    a chunk is cancelled; who then asks it for another one takes the input again.

    Args:
        pump: waits for input on the event loop.
        is_closed: tells if the interface was closed.
        take: takes the input, and gives what reads it; or raises an error.
        leave: leaves it to others.
    """

    def __init__(
        self,
        pump: Pump,
        is_closed: Callable[[], bool],
        take: Callable[[], InputReader],
        leave: Callable[[], None],
    ) -> None:
        self._has_input = self._ended = False
        self._pump = pump
        self._is_closed = is_closed
        self._take = take
        self._leave = leave
        self._enter()
        self._reader.discard()
        self._fetched = self._reader.chunks()

    async def __anext__(self) -> InputAudioChunk:
        while not self._ended:
            self._enter()
            closed = self._is_closed()
            for chunk in self._fetched:
                return chunk
            if closed:
                await self.aclose()
                if (rest := self._reader.rest()) is not None:
                    return rest
                break
            try:
                await self._pump.input_waits()
            except asyncio.CancelledError:
                self._exit()
                raise
            self._fetched = self._reader.chunks()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Ends it, also for a task that waits for the next chunk."""
        self._ended = True
        self._exit()
        self._pump.wake_input()

    def _enter(self) -> None:
        if not self._has_input:
            self._reader = self._take()
            self._has_input = True

    def _exit(self) -> None:
        if self._has_input:
            self._has_input = False
            self._leave()

    def __del__(self) -> None:
        self._exit()

"""Captured input on its way from the library, in chunks of the wanted size."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True)
class _Stretch:
    """Frames that belong together: neither the device nor the timeline jumps within them."""

    samples: NDArray[np.float32]
    position: int
    device_frame: int
    time_ns: int
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

    def after(self, frames: int, samples: NDArray[np.float32], frame_rate: float) -> _Stretch:
        """What comes so many frames later in the same stretch."""
        return _Stretch(
            samples,
            self.position + (frames if self.rolling else 0),
            self.device_frame + frames,
            self.time_ns + round(1e9 * frames / frame_rate),
            self.ticket,
            self.rolling,
            lost_before=0,
            skipped=False,
            capture_latency=self.capture_latency,
            playback_latency=self.playback_latency,
        )


class InputReader:
    """Fetches captured input of an interface, in chunks of a wanted length.

    Whoever takes chunks may stop at any of them: what was fetched stays for the next one.

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
        self._kept: list[_Stretch] = []
        self._kept_frames = 0
        # What was fetched and does not follow what is kept.
        self._next: _Stretch | None = None

    @property
    def frames(self) -> int | None:
        """How long chunks are to be; ``None``: as long as what waits.

        One is shorter where the timeline or the device jumps behind it.
        """
        return self._frames

    @frames.setter
    def frames(self, frames: int | None) -> None:
        self._frames = None if frames is None else unsigned("frames", frames, 1)

    def chunks(self) -> Iterator[InputAudioChunk]:
        """What waits, as far as it makes whole chunks."""
        while True:
            if self._next is not None or self._kept_frames >= (self._frames or _BLOCK):
                yield self._take()
            elif not self._fetch():
                break
        if self._frames is None and self._kept:
            yield self._take()

    def rest(self) -> InputAudioChunk | None:
        """What was fetched and does not make a whole chunk."""
        return self._take() if self._kept else None

    def discard(self) -> None:
        """Throws away what waits."""
        self._kept, self._kept_frames, self._next = [], 0, None
        while self._fetch():
            self._kept, self._kept_frames, self._next = [], 0, None

    def _fetch(self) -> bool:
        """Fetches a stretch, if there is one."""
        wanted = len(self._block)
        if self._frames is not None:
            wanted = min(wanted, self._frames - self._kept_frames)
        raw = sized(_abi.Chunk)
        lib.amio_interface_read_input(
            self._interface, ctypes.byref(raw), self._block.ctypes.data, wanted
        )
        if raw.frames == 0:
            return False
        self._keep(
            _Stretch(
                self._block[: raw.frames].copy(),
                raw.position,
                raw.device_frame,
                raw.time_ns,
                raw.ticket,
                bool(raw.rolling),
                raw.lost_before_frames,
                bool(raw.xrun),
                raw.capture_latency_frames,
                raw.playback_latency_frames,
            )
        )
        return True

    def _keep(self, stretch: _Stretch) -> None:
        if self._kept and not self._kept[-1].followed_by(stretch):
            self._next = stretch
        else:
            self._kept.append(stretch)
            self._kept_frames += len(stretch.samples)

    def _take(self) -> InputAudioChunk:
        """The next chunk of what is kept, whole or not."""
        first, parts = self._kept[0], [stretch.samples for stretch in self._kept]
        samples = parts[0] if len(parts) == 1 else np.concatenate(parts)
        taken = min(self._frames or len(samples), len(samples))
        following, self._next = self._next, None
        self._kept, self._kept_frames = [], 0
        if taken < len(samples):
            self._keep(first.after(taken, samples[taken:], self._clock.frame_rate))
        if following is not None:
            self._keep(following)
        return InputAudioChunk(
            samples[:taken],
            self._clock.frame_rate,
            first.ticket,
            first.position,
            first.rolling,
            self._clock.at(first.device_frame, first.time_ns),
            device_frame=first.device_frame,
            lost_before=first.lost_before,
            skipped_before=first.skipped,
            capture_latency=first.capture_latency,
            playback_latency=first.playback_latency,
        )


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

"""Fetches captured input from the library, in chunks of the wanted size."""

from __future__ import annotations

import asyncio
import ctypes
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from . import _abi
from ._library import Handle, lib, sized
from ._pump import Pump
from .audio_clip import InputAudioChunk

#: How many frames are fetched at once.
_BLOCK = 8192


@dataclass(frozen=True)
class Clock:
    """The time at a frame of an interface.

    Args:
        frame_rate: frames per second.
        at: gives the wall time of ``(device frame, nanoseconds)`` as the library stamps them.
    """

    frame_rate: float
    at: Callable[[int, int], datetime]


class _Durations(dict[int, timedelta]):
    """The duration of so many frames, cached: chunks begin at the same few offsets."""

    def __init__(self, frame_rate: float) -> None:
        self._frame_rate = frame_rate

    def __missing__(self, frames: int) -> timedelta:
        self[frames] = duration = timedelta(seconds=frames / self._frame_rate)
        return duration


def _goes_on(later: InputAudioChunk, chunk: InputAudioChunk) -> bool:
    """Whether neither the device nor the timeline jumps between two chunks."""
    frames = len(chunk)
    return (
        chunk.device_frame + frames == later.device_frame
        and chunk.starting_frame + (frames if chunk.was_transport_rolling else 0)
        == later.starting_frame
        and chunk.was_transport_rolling == later.was_transport_rolling
        and chunk.playspec_id == later.playspec_id
        and not later.lost_before
        and not later.skipped_before
    )


class _Fetched(NamedTuple):
    """The input that was fetched: one stretch in pieces, and the piece after a jump."""

    pieces: tuple[InputAudioChunk, ...] = ()
    frames: int = 0
    following: InputAudioChunk | None = None

    def and_then(self, piece: InputAudioChunk) -> _Fetched:
        if self.pieces and not _goes_on(piece, self.pieces[-1]):
            return self._replace(following=piece)
        return _Fetched((*self.pieces, piece), self.frames + len(piece))

    def from_frame(self, frame: int) -> tuple[_Fetched, int]:
        """What is left from the piece that has a frame, and the frame's offset in it."""
        pieces, frames = self.pieces, self.frames
        while pieces and frame >= len(pieces[0]):
            frame -= len(pieces[0])
            frames -= len(pieces[0])
            pieces = pieces[1:]
        if pieces:
            return _Fetched(pieces, frames, self.following), frame
        return _Fetched() if self.following is None else _Fetched().and_then(self.following), 0


class _Left(NamedTuple):
    """The input that was fetched, and the number of frames taken of its first piece."""

    fetched: _Fetched
    taken: int


class Offer(NamedTuple):
    """A chunk, and what its reader has left before and after it is taken."""

    chunk: InputAudioChunk
    before: _Left
    after: _Left


class InputReader:
    """Fetches captured input of an interface, in chunks of a wanted length.

    Any thread may call it. Whoever takes chunks may stop at any of them, and may be interrupted
    anywhere: what was fetched stays for the next one, until it is taken. To take an offer is::

        if reader.left is offer.before:
            reader.left = offer.after

    Neither a signal handler nor another thread runs between these two lines; nor do they between
    the second one and a ``return``, a ``yield`` or a call that follows and passes the chunk on.
    Where another thread has taken something meanwhile, the offer is void, and a new one is needed.

    Args:
        interface: the library's handle.
        channels: how many inputs it has.
        clock: what time it was at a frame.
    """

    def __init__(self, interface: Handle, channels: int, clock: Clock) -> None:
        self._interface = interface
        self._clock = clock
        # One thread at a time fetches: there is one block, and the library has one reader.
        self._fetching = threading.Lock()
        self._block = np.empty((_BLOCK, channels), np.float32)
        self._address = self._block.ctypes.data
        # Of the block: what the library has just written there, if there are frames.
        self._raw = sized(_abi.Chunk)
        self._durations = _Durations(clock.frame_rate)
        #: Input that was fetched and not taken.
        self.left = _Left(_Fetched(), 0)

    def whole(self, frames: int | None) -> Offer | None:
        """The next chunk of so many frames, if there is one; it stays until it is taken.

        It is shorter where the timeline or the device jumps behind it. ``None``: as long as what
        waits.
        """
        with self._fetching:
            offer = self._fetch_whole(frames)
        return self.rest(None) if offer is None and frames is None else offer

    def rest(self, frames: int | None) -> Offer | None:
        """The fetched input, ``frames`` at most; it stays until it is taken."""
        left = self.left
        return self._offer(left, frames) if left.fetched.pieces else None

    def discard(self) -> None:
        """Discards the waiting input."""
        with self._fetching:
            self.left = _Left(_Fetched(), 0)
            while self._fetch():
                self.left = _Left(_Fetched(), 0)

    def _fetch_whole(self, frames: int | None) -> Offer | None:
        wanted = frames or _BLOCK
        while True:
            left = self.left
            fetched, begin = left
            if fetched.frames - begin >= wanted or fetched.following is not None:
                return self._offer(left, frames)
            if not self._fetch():
                return None

    def _fetch(self) -> bool:
        """Fetches a stretch, if there is one."""
        raw = self._raw
        if not raw.frames:
            lib.amio_interface_read_input(
                self._interface, ctypes.byref(raw), self._address, len(self._block)
            )
            if not raw.frames:
                return False
        piece = InputAudioChunk._captured(
            self._block[: raw.frames].copy(),
            self._clock.frame_rate,
            raw.ticket,
            raw.position,
            bool(raw.rolling),
            self._clock.at(raw.device_frame, raw.time_ns),
            raw.device_frame,
            raw.lost_before_frames,
            bool(raw.xrun),
            raw.capture_latency_frames,
            raw.playback_latency_frames,
        )
        while True:
            before = self.left
            after = _Left(before.fetched.and_then(piece), before.taken)
            # Another thread may have taken a chunk. As in taking, nothing comes in between.
            if self.left is before:
                self.left, raw.frames = after, 0
                return True

    def _offer(self, before: _Left, frames: int | None) -> Offer:
        """The next chunk of the fetched input, whole or not."""
        fetched, begin = before
        first = fetched.pieces[0]
        samples, end = first._array, fetched.frames
        if frames is not None and begin + frames < end:
            end = begin + frames
        if end < len(samples):
            after = _Left(fetched, end)
        else:
            if len(fetched.pieces) > 1:
                samples = np.concatenate([piece._array for piece in fetched.pieces])
            after = _Left(*fetched.from_frame(end))
        chunk = first._part(begin, samples[begin:end], self._durations[begin])
        return Offer(chunk, before, after)


class InputStream(AsyncIterator[InputAudioChunk]):
    """What :meth:`EngineInterface.input` gives: chunks, until the interface is closed.

    Dropped, or closed by :meth:`aclose`, it leaves the input to others. So it does when waiting for
    a chunk is cancelled; who then asks it for another one takes the input again.

    Args:
        pump: waits for input on the event loop.
        frames: how long chunks are; ``None``: as long as what waits.
        is_closed: tells if the interface was closed.
        take: takes the input, and gives what reads it; or raises an error.
        leave: leaves it to others.
    """

    def __init__(
        self,
        pump: Pump,
        frames: int | None,
        is_closed: Callable[[], bool],
        take: Callable[[], InputReader],
        leave: Callable[[], None],
    ) -> None:
        self._has_input = self._ended = False
        self._pump = pump
        self._frames = frames
        self._is_closed = is_closed
        self._take = take
        self._leave = leave
        self._enter()
        self._reader.discard()

    async def __anext__(self) -> InputAudioChunk:
        while not self._ended:
            self._enter()
            closed = self._is_closed()
            reader = self._reader
            offer = reader.whole(self._frames)
            if closed and offer is None:
                await self.aclose()
                offer = reader.rest(self._frames)
            if offer is not None:
                if reader.left is offer.before:
                    reader.left = offer.after
                    return offer.chunk
            elif not closed:
                try:
                    await self._pump.waits(self._pump.input)
                except asyncio.CancelledError:
                    self._exit()
                    raise
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Ends the iteration, also for a task that waits for the next chunk."""
        self._ended = True
        self._exit()
        self._pump.input.wake()

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

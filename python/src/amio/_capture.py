"""Captured input: by a callback, by reading, or as an iterator of chunks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import SupportsIndex

from ._arguments import function, interval, unsigned
from ._deadline import deadline_of
from ._input import Clock, InputReader, InputStream, Offer
from ._library import Handle
from ._life import Life
from ._options import Options, channels
from ._pump import Pump
from ._typing import Number
from ._watch import Watch
from .audio_clip import InputAudioChunk
from .errors import ClosedError, InvalidStateError, TimedOutError
from .interface import InputChunkCallback

#: More than any buffer holds.
_MOST_FRAMES = 1 << 63
_INPUT_TAKEN = "something else takes the input: read(), input(), or the input_chunk_callback"


class _Turn:
    """Whether :meth:`Capture.read` runs: one thread reads at a time.

    A lock would be released by a call, after which a signal handler may run. Here, a chunk is taken
    and the turn is ended without a call, and so in one step.
    """

    taken = False


class Capture(Life):
    """Gives captured input to one consumer at a time."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._inputs = channels(self._options, "inputs")
        self._clock: Clock | None = None
        # By input(); and by read(), for as long as it runs.
        self._input_taken = False
        self._reading = _Turn()
        self._input_reader: InputReader | None = None
        self._chunk_frames = 64
        self._chunk_interval = 0.1

    @property
    def input_chunk_callback(self) -> InputChunkCallback | None:
        """Called with an :class:`InputAudioChunk` for what was captured; ``None``: nothing is.

        Chunks are :attr:`chunk_frames` long. They come together, as soon as
        :attr:`chunk_interval` seconds of input wait.
        """
        return self._input_chunk_callback

    @input_chunk_callback.setter
    def input_chunk_callback(self, callback: InputChunkCallback | None) -> None:
        function("input_chunk_callback", callback)
        with self._lock:
            if (self._input_taken or self._reading.taken) and callback is not None:
                raise InvalidStateError(_INPUT_TAKEN)
            begins = self._input_chunk_callback is None and callback is not None
            if begins and self._open_pump is not None and not self._is_closing:
                # What was captured while nobody listened is old.
                self._reader().discard()
            self._input_chunk_callback = callback
        self._watch_input()
        if self._open_pump is not None and not self._is_closing:
            self._adopt_loop()

    @property
    def chunk_frames(self) -> int:
        """The length of the chunks that ``input_chunk_callback`` gets, in frames: 64.

        One is shorter where the timeline or the device jumps behind it. Set it before opening.
        """
        return self._chunk_frames

    @chunk_frames.setter
    def chunk_frames(self, frames: SupportsIndex) -> None:
        self._chunk_frames = unsigned("chunk_frames", frames, 1)

    @property
    def chunk_interval(self) -> float:
        """How many seconds input gathers before ``input_chunk_callback`` gets all of it: 0.1.

        More than half of the option ``capture_buffer`` is reduced to that half.
        """
        return self._chunk_interval

    @chunk_interval.setter
    def chunk_interval(self, seconds: Number) -> None:
        self._chunk_interval = interval("chunk_interval", seconds)
        self._watch_input()

    def read(self, frames: SupportsIndex, timeout: Number | None = None) -> InputAudioChunk:
        """Reads captured input, waiting until there are so many frames.

        Where no event loop has the interface, callbacks of what has happened are called meanwhile,
        as by :meth:`Ticket.wait`. An interruption (Ctrl-C) before it returns loses nothing: the
        next call reads what this one has not returned. After the return, before the caller has
        assigned the chunk, one can lose it: on Python 3.10, and in a call with ``*args``. A loop
        over :meth:`chunks` loses nothing.

        Returns:
            A chunk of ``frames`` frames; a shorter one where the timeline or the device jumps,
            where the interface is closed, or where no more came within ``timeout`` seconds.

        Raises:
            TimeoutError: nothing came within ``timeout`` seconds.
            RuntimeError: something else takes the input; or this is the interface's event loop,
                where :meth:`input` is to be used.
        """
        for chunk in self.chunks(frames, timeout):
            return chunk
        raise ClosedError("the interface was closed, and all of its input was read")

    def chunks(
        self, frames: SupportsIndex, timeout: Number | None = None
    ) -> Iterator[InputAudioChunk]:
        """Captured input, one chunk after the other as from :meth:`read`, until it is closed.

        For instance::

            for chunk in interface.chunks(1024):
                recorded.append(chunk)

        An interruption (Ctrl-C) anywhere, also in the body of the loop, loses no chunk and gives
        none twice: the latest one is in the loop's variable, and the next loop, or :meth:`read`,
        begins behind it. While the body runs, others may take the input.

        Raises:
            TimeoutError: nothing came for ``timeout`` seconds.
            RuntimeError: as :meth:`read`.
        """
        count = unsigned("frames", frames, 1)
        # Also what is left in an interface that was closed.
        pump = self._open_pump or self._pump
        reader, turn = self._reader(), self._reading
        while True:
            chunk = None
            if not turn.taken:
                turn.taken = True
                try:
                    offer = self._offer_of(count, deadline_of(timeout), pump)
                    # At the very end: until then, the chunk is there for the next one who asks.
                    if offer is not None and reader.left is offer.before:
                        reader.left, chunk = offer.after, offer.chunk
                finally:
                    turn.taken = False
            else:
                raise InvalidStateError(_INPUT_TAKEN)
            if chunk is not None:
                yield chunk
            elif offer is None:
                if self._is_closing:
                    return
                # Not above: Python 3.10 may leave out `finally` if a signal handler raises, too.
                raise TimedOutError(f"no input came within {timeout} s")

    def _offer_of(self, frames: int, deadline: float | None, pump: Pump) -> Offer | None:
        """Waits for the next chunk, and does not take it; ``None``: there is none."""
        with self._lock:
            self._must_be_free()
        if pump.is_here and not self._is_closed:
            pump.take_events_unless_busy()
        reader = self._reader()
        while True:
            ended = self._is_closed
            if (offer := reader.whole(frames)) is not None:
                return offer
            if ended or not pump.waits_until(pump.input, deadline):
                break
        return reader.rest(frames)

    def input(self, frames: SupportsIndex | None = None) -> InputStream:
        """Captured input from now on, chunk after chunk, until the interface is closed.

        For instance::

            async for chunk in interface.input():
                level = abs(chunk.array).max()

        What is not taken in time is lost, and the next chunk says how much in ``lost_before``.
        Leaving the loop ends it; then, input can be asked for again.

        Args:
            frames: how long chunks are to be; ``None``: as long as what waits. One is shorter where
                the timeline or the device jumps behind it, and at the end.

        Raises:
            RuntimeError: something else takes the input, or no event loop runs.
        """
        self._attach(asyncio.get_running_loop())
        count = None if frames is None else unsigned("frames", frames, 1)

        def take() -> InputReader:
            self._take_input()
            try:
                return self._reader()
            except BaseException:
                self._leave_input()
                raise

        return InputStream(self._pump, count, self.is_closed, take, self._leave_input)

    def _reader(self) -> InputReader:
        """The one reader of all consumers, so that none loses what another one fetched."""
        assert self._input_reader is not None  # since it was opened
        return self._input_reader

    def _opened(self, handle: Handle, watch: Watch) -> None:
        super()._opened(handle, watch)
        self._clock = self._make_clock()
        self._input_reader = InputReader(handle, self._inputs, self._clock)
        self._watch_input()

    def _watch_input(self) -> None:
        """Makes the event loop fetch input for the callback, if there is one."""
        if self._clock is None or self._open_pump is None or self._is_closing:
            return
        frames = None
        if self._input_chunk_callback is not None and self._inputs > 0:
            gathered = round(self._chunk_interval * self._clock.frame_rate)
            frames = min(max(1, gathered), _MOST_FRAMES)
        self._open_pump.watch_input(frames)

    def _make_clock(self) -> Clock:
        return Clock(self.get_frame_rate(), _wall_time)

    def _take_input(self) -> None:
        """Takes the input for a consumer, until the consumer calls _leave_input()."""
        with self._lock:
            if self._reading.taken:
                raise InvalidStateError(_INPUT_TAKEN)
            self._must_be_free()
            self._input_taken = True

    def _must_be_free(self) -> None:
        if self._input_taken or self._input_chunk_callback is not None:
            raise InvalidStateError(_INPUT_TAKEN)

    def _leave_input(self) -> None:
        self._input_taken = False

    def _on_input(self, last: bool) -> None:
        if self._input_chunk_callback is None or self._inputs == 0:
            return
        assert self._open_pump is not None
        self._open_pump.hand_over(self._give, self._offers_to_callback(last))

    def _offers_to_callback(self, last: bool) -> Iterator[Offer]:
        reader, frames = self._reader(), self.chunk_frames
        # The callback may take itself away.
        while self._input_chunk_callback is not None:
            offer = reader.whole(frames)
            if offer is None and last:
                offer = reader.rest(frames)
            if offer is None:
                break
            yield offer

    def _give(self, offer: Offer) -> object:
        callback, reader = self._input_chunk_callback, self._reader()
        # Taken just before the callback begins: until then, the chunk is there for the next one.
        if callback is not None and reader.left is offer.before:
            reader.left = offer.after
            return callback(offer.chunk)
        return None


def _wall_time(_device_frame: int, time_ns: int) -> datetime:
    """When a device frame was captured."""
    age = timedelta(microseconds=(time.monotonic_ns() - time_ns) / 1000)
    return datetime.now(timezone.utc) - age

"""Each frame and each event is given once, wherever a thread or a signal handler comes between."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import numpy as np
import pytest

import amio
import amio._library as library
from amio._input import _Fetched
from amio.errors import ClosedError, InvalidStateError
from tests.places import everywhere, needs_instructions, run_to

pytestmark = needs_instructions

RAMP = np.arange(128, dtype=np.float32)


def capture(interface: amio.OfflineInterface, begin: int) -> None:
    """Captures 64 frames of the ramp, and leaves all that comes of it where it is."""
    samples = RAMP[begin : begin + 64].ctypes.data
    library.lib.amio_interface_advance(interface._handle, 64, samples, None)


@contextmanager
def interface_with_callback(
    chunks: list[amio.InputAudioChunk],
) -> Iterator[amio.OfflineInterface]:
    """Has captured two times 64 frames; :meth:`poll` hands them over in four chunks."""
    with amio.OfflineInterface(inputs=1) as interface:
        interface.input_chunk_callback = chunks.append
        interface.chunk_frames = 32
        capture(interface, 0)
        capture(interface, 64)
        yield interface


def take_rest(interface: amio.OfflineInterface, chunks: list[amio.InputAudioChunk]) -> None:
    with suppress(TimeoutError):
        while True:
            chunks.append(interface.read(64, timeout=0))


def samples_of(chunks: list[amio.InputAudioChunk]) -> list[float]:
    return sorted(sample for chunk in chunks for sample in chunk.array[:, 0])


class Second:
    """A thread that is started in the middle of another one's work, and stops in its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._stopped, self._go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """Returns when it stops, or is done."""
        self._thread.start()
        assert self._stopped.wait(10)

    def stop(self) -> None:
        """Called by any thread; has an effect on the second one, the first time."""
        if threading.current_thread() is self._thread and not self._stopped.is_set():
            self._stopped.set()
            assert self._go_on.wait(10)

    def finish(self) -> None:
        self._go_on.set()
        if self._stopped.is_set():
            self._thread.join(10)

    def _run(self) -> None:
        # It may be refused, or find nothing.
        with suppress(InvalidStateError, TimeoutError):
            self._work()
        self._stopped.set()


class StoppingLock:
    """A lock at which a thread stops instead of waiting for the other one."""

    def __init__(self, second: Second) -> None:
        self._lock = threading.Lock()
        self._second = second

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._second.stop()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_two_threads_that_read_get_no_frame_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is anywhere in its read; meanwhile, the other one has fetched, and not yet kept it."""
    and_then = _Fetched.and_then

    def switched_at(place: int) -> bool:
        chunks: list[amio.InputAudioChunk] = []

        def read() -> None:
            with suppress(InvalidStateError):
                chunks.append(interface.read(64, timeout=0))

        def read_more() -> None:
            capture(interface, 64)
            chunks.append(interface.read(96, timeout=0))

        def stop(fetched: _Fetched, piece: amio.InputAudioChunk) -> _Fetched:
            after = and_then(fetched, piece)
            second.stop()
            return after

        second = Second(read_more)
        monkeypatch.setattr(_Fetched, "and_then", stop)
        with amio.OfflineInterface(inputs=1) as interface:
            capture(interface, 0)
            switched = run_to(place, read, second.start)
            second.finish()
            take_rest(interface, chunks)
        assert samples_of(chunks) == list(range(128 if switched else 64)), place
        return switched

    everywhere(switched_at)


def test_a_read_beside_a_callback_that_ends_gets_no_frame_twice() -> None:
    """The callback's thread is anywhere; meanwhile, another one removes the callback, and reads."""

    def switched_at(place: int) -> bool:
        chunks: list[amio.InputAudioChunk] = []

        def read() -> None:
            interface.input_chunk_callback = None
            chunks.append(interface.read(48, timeout=0))

        second = Second(read)
        with interface_with_callback(chunks) as interface:
            reader: Any = interface._reader()
            reader._fetching = StoppingLock(second)
            switched = run_to(place, interface.poll, second.start)
            second.finish()
            interface.input_chunk_callback = None
            take_rest(interface, chunks)
        assert samples_of(chunks) == list(range(128)), place
        return switched

    everywhere(switched_at)


def test_a_callback_of_input_that_is_interrupted_anywhere_gets_each_frame_once() -> None:
    def interrupted_at(place: int) -> bool:
        chunks: list[amio.InputAudioChunk] = []
        with interface_with_callback(chunks) as interface:
            interrupted = run_to(place, interface.poll)
            interface.poll()
            assert [chunk.device_frame for chunk in chunks] == [0, 32, 64, 96], place
        return interrupted

    everywhere(interrupted_at)


@pytest.mark.parametrize("frames", [32, 100], ids=["pieces", "joined"])
def test_a_loop_over_chunks_that_is_interrupted_anywhere_loses_nothing(frames: int) -> None:
    """Also between the package and the body of the loop, and in the body."""

    def interrupted_at(place: int) -> bool:
        chunks: list[amio.InputAudioChunk] = []
        with amio.OfflineInterface(inputs=1) as interface:
            capture(interface, 0)
            capture(interface, 64)

            def hear() -> None:
                with suppress(TimeoutError):
                    for chunk in interface.chunks(frames, timeout=0):
                        chunks.append(chunk)

            interrupted = run_to(place, hear, also=hear.__code__)
            hear()
            samples = [sample for chunk in chunks for sample in chunk.array[:, 0]]
            assert samples == list(range(128)), place
        return interrupted

    everywhere(interrupted_at)


def test_chunks_end_with_the_interface_and_leave_the_input_to_others_meanwhile() -> None:
    with amio.OfflineInterface(inputs=1) as interface:
        capture(interface, 0)
        capture(interface, 64)
        chunks = interface.chunks(48)
        frames = [next(chunks).device_frame, interface.read(16).device_frame]
        with pytest.raises(ValueError, match="frames"):
            next(interface.chunks(0))
    frames += [chunk.device_frame for chunk in chunks]
    assert frames == [0, 48, 64, 112]
    with pytest.raises(ClosedError):
        interface.read(48)


def test_an_event_whose_handing_over_is_interrupted_anywhere_reaches_each_callback_once() -> None:
    def interrupted_at(place: int) -> bool:
        events: list[amio.Event] = []
        ends: list[tuple[int, bool]] = []
        with amio.OfflineInterface(inputs=1) as interface:
            interface.event_callback = events.append
            for number in (1, 2):
                interface.schedule([], number, callback=partial(note, ends, number))
            interface.rolling = True
            capture(interface, 0)
            interrupted = run_to(place, interface.poll)
            interface.poll()
            assert ends == [(1, True), (2, True)], place
            applied = [event.position for event in events if event.kind is amio.EventKind.APPLIED]
            assert applied == [1, 2], place
            assert not interface._tickets
        return interrupted

    everywhere(interrupted_at)


def note(ends: list[tuple[int, bool]], number: int, sounded: bool) -> None:
    ends.append((number, sounded))


def test_a_loop_that_was_interrupted_hands_over_the_rest_when_it_runs_again() -> None:
    events: list[amio.EventKind] = []

    def stop(_sounded: bool) -> None:
        raise KeyboardInterrupt

    async def play() -> None:
        await interface.__aenter__()
        interface.event_callback = lambda event: events.append(event.kind)
        interface.schedule([], callback=stop)
        interface.advance(64)

    loop = asyncio.new_event_loop()
    interface = amio.OfflineInterface()
    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(play())
    assert events == []
    loop.run_until_complete(asyncio.sleep(0))
    assert events == [amio.EventKind.APPLIED]
    loop.run_until_complete(interface.close())
    loop.close()

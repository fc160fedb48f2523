"""Reading input across jumps of the timeline, and in different lengths."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

import amio
import amio._library as library
from tests.places import everywhere, needs_instructions, run_to

RAMP = np.arange(2048, dtype=np.float32)


@pytest.fixture
def interface() -> amio.OfflineInterface:
    return amio.OfflineInterface(inputs=1, period=256)


def start_in_the_middle(interface: amio.OfflineInterface) -> None:
    """Renders 512 frames with the transport stopped, and 512 with it rolling."""
    interface.render(512, RAMP[:512])
    interface.rolling = True
    interface.render(512, RAMP[512:1024])


def stamps(chunk: amio.InputAudioChunk) -> tuple[int, int, bool]:
    return chunk.device_frame, chunk.starting_frame, chunk.was_transport_rolling


def test_a_read_ends_where_the_timeline_jumps_and_the_next_goes_on_there(
    interface: amio.OfflineInterface,
) -> None:
    with interface:
        start_in_the_middle(interface)
        standing, rolling = interface.read(1000, 1), interface.read(512, 1)
    assert (stamps(standing), stamps(rolling)) == ((0, 0, False), (512, 0, True))
    assert np.concatenate([standing.array, rolling.array])[:, 0].tolist() == list(range(1024))


def test_what_one_read_fetched_ahead_is_split_among_shorter_ones(
    interface: amio.OfflineInterface,
) -> None:
    with interface:
        start_in_the_middle(interface)
        first = interface.read(1000, 1)
        parts = [interface.read(100, 1) for _ in range(5)]
    assert len(first) == 512
    assert [stamps(part) for part in parts] == [(512 + 100 * n, 100 * n, True) for n in range(5)]
    assert np.concatenate([part.array for part in parts])[:, 0].tolist() == list(range(512, 1012))


def test_what_was_read_in_vain_is_there_for_the_next_read(interface: amio.OfflineInterface) -> None:
    with interface:
        interface.render(100, RAMP[:100])
        short = interface.read(1000, timeout=0)
        interface.render(100, RAMP[100:200])
        assert (len(short), len(interface.read(100, 1))) == (100, 100)
        with pytest.raises(TimeoutError):
            interface.read(100, timeout=0)


def test_input_begins_anew_after_what_was_read_before(interface: amio.OfflineInterface) -> None:
    async def run() -> int:
        async with interface:
            start_in_the_middle(interface)
            interface.read(1000, 1)
            chunks = interface.input()
            first = asyncio.ensure_future(anext(chunks))
            await asyncio.sleep(0)
            interface.render(256, RAMP[1024:1280])
            device_frame = (await first).device_frame
            await chunks.aclose()
            return device_frame

    assert asyncio.run(run()) == 1024


def test_reading_delivers_events_as_waiting_does() -> None:
    """A program without an event loop whose main loop is read()."""
    told: list[amio.EventKind] = []
    with amio.TimerInterface() as interface:
        interface.event_callback = lambda event: told.append(event.kind)
        interface.rolling = True
        ticket = interface.schedule([])
        # The first read waits; the others find input and do not wait.
        while ticket.outcome is None:
            interface.read(2400, timeout=5)
        assert ticket.outcome
        assert amio.EventKind.APPLIED in told


def test_what_a_callback_raises_in_a_read_leaves_the_input_there() -> None:
    def fail(_event: amio.Event) -> None:
        raise ArithmeticError

    with amio.OfflineInterface(inputs=1) as interface:
        interface.schedule([])
        interface.render(100, RAMP[:100])
        ticket = interface.schedule([])
        lib_steps(interface)
        interface.event_callback = fail
        del ticket
        with pytest.raises(ArithmeticError):
            interface.read(100, timeout=1)
        interface.event_callback = None
        assert interface.read(100, timeout=1).array[:, 0].tolist() == list(range(100))


def lib_steps(interface: amio.OfflineInterface) -> None:
    """Runs a period without fetching its events."""
    library.lib.amio_interface_advance(interface._handle, 1, None, None)


@pytest.mark.parametrize("frames", [64, 4800], ids=["it runs", "it waits"])
def test_ctrl_c_in_a_read_is_heard_as_such_and_leaves_the_input_to_the_next(frames: int) -> None:
    """Thousands of interruptions at random moments: each raises one KeyboardInterrupt."""
    interrupted, chunks = 0, []

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    rng = np.random.default_rng(1)
    with amio.TimerInterface() as interface:
        interface.rolling = True
        end = time.monotonic() + 4
        while time.monotonic() < end:
            try:
                try:
                    signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.0005, 0.004))
                    while True:
                        chunks.append(interface.read(frames, timeout=1))
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                interrupted += 1
        signal.signal(signal.SIGALRM, before)
        last = interface.read(frames, timeout=1)
    assert interrupted > 200
    assert len(last) == frames
    following = zip(chunks, [*chunks[1:], last], strict=True)
    assert all(
        after.skipped_before
        or after.device_frame == chunk.device_frame + len(chunk) + after.lost_before
        for chunk, after in following
    )


@needs_instructions
@pytest.mark.parametrize("frames", [32, 100, 4800], ids=["pieces", "joined", "all there is"])
def test_a_read_that_is_interrupted_anywhere_loses_nothing(frames: int) -> None:
    def interrupted_at(place: int) -> bool:
        heard: list[amio.InputAudioChunk] = []
        with amio.OfflineInterface(inputs=1) as interface:
            interface.render(64, RAMP[:64])
            interface.render(64, RAMP[64:128])
            interrupted = run_to(place, lambda: heard.append(interface.read(frames, timeout=0)))
            assert samples_of([*heard, *what_is_left(interface)]) == list(range(128)), place
        return interrupted

    everywhere(interrupted_at)


def what_is_left(interface: amio.OfflineInterface) -> Iterator[amio.InputAudioChunk]:
    with contextlib.suppress(TimeoutError):
        while True:
            yield interface.read(64, timeout=0)


def samples_of(chunks: Iterable[amio.InputAudioChunk]) -> list[float]:
    return [sample for chunk in chunks for sample in chunk.array[:, 0]]

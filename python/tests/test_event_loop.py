"""Callbacks, tickets and input on an event loop, and on threads."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import selectors
import signal
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import amio
from amio import EventKind, InputAudioChunk, OfflineInterface, TimerInterface

LONG_AWAY = 1 << 40


# ---- Callbacks


def test_callbacks_are_called_on_the_thread_of_the_loop() -> None:
    threads: set[int] = set()

    async def main() -> None:
        chunk = asyncio.Event()

        def on_chunk(_chunk: InputAudioChunk) -> None:
            threads.add(threading.get_ident())
            chunk.set()

        interface = TimerInterface()
        interface.input_chunk_callback = on_chunk
        interface.event_callback = lambda event: threads.add(threading.get_ident())
        async with interface:
            await interface.schedule([], callback=lambda used: threads.add(threading.get_ident()))
            await asyncio.wait_for(chunk.wait(), 5)
            await asyncio.to_thread(interface.schedule([]).wait, 5)

    asyncio.run(main())
    assert threads == {threading.get_ident()}


def test_a_callback_comes_less_than_5_ms_after_its_period_at_the_median() -> None:
    async def main() -> list[float]:
        took = []
        # Periods of one millisecond, so the measured delay is that after the end of the period.
        async with TimerInterface(period=48) as interface:
            interface.set_transport_rolling(True)
            called = asyncio.Event()
            for _ in range(100):
                now: list[int] = []

                def applied(_used: bool, now: list[int] = now) -> None:
                    now.append(time.monotonic_ns())
                    called.set()

                ticket = interface.schedule([], callback=applied)
                outcome = await ticket
                await called.wait()
                called.clear()
                took.append((now[0] - outcome.time_ns) / 1e6)
        return took

    took = asyncio.run(main())
    print(f"median {statistics.median(took):.3f} ms, worst {max(took):.3f} ms")
    assert statistics.median(took) < 5


def test_an_exception_in_a_callback_goes_to_the_handler_of_the_loop() -> None:
    reported: list[Any] = []
    told: list[bool] = []

    def fails(*_given: object) -> None:
        raise ZeroDivisionError("from a callback")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: reported.append(context["exception"]))
        chunks: list[InputAudioChunk] = []
        async with TimerInterface() as interface:
            assert await interface.schedule([], callback=fails)
            assert await interface.schedule([], callback=told.append)
            assert told == [True]
            assert [str(error) for error in reported] == ["from a callback"]

            interface.chunk_interval = 0.02
            forty = asyncio.Event()

            def third_fails(chunk: InputAudioChunk) -> None:
                chunks.append(chunk)
                if len(chunks) == 40:
                    forty.set()
                if len(chunks) == 3:
                    fails()

            interface.input_chunk_callback = third_fails
            await asyncio.wait_for(forty.wait(), 5)
            assert len(reported) == 2
            # No frames were lost.
            assert all(chunk.lost_before == 0 for chunk in chunks[1:])
            assert all(
                later.skipped_before or follows(later, chunk)
                for chunk, later in itertools.pairwise(chunks)
            )

            interface.schedule([], LONG_AWAY, callback=lambda _used: fails())
            interface.schedule([], LONG_AWAY, callback=told.append)
        assert told == [True, False]
        assert len(reported) == 3

    asyncio.run(main())


def test_a_callback_that_goes_on_failing_is_told_once_and_then_counted() -> None:
    reported: list[dict[str, Any]] = []
    calls = [0]

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: reported.append(context))
        enough = asyncio.Event()

        def fails(_chunk: InputAudioChunk) -> None:
            calls[0] += 1
            if calls[0] == 120:
                enough.set()
            raise ZeroDivisionError("from a callback")

        async with TimerInterface() as interface:
            interface.chunk_interval = 0.02
            interface.input_chunk_callback = fails
            await asyncio.wait_for(enough.wait(), 20)

    asyncio.run(main())
    assert [str(context.get("exception")) for context in reported] == [
        "from a callback",
        *["None"] * (len(reported) - 1),
    ]
    counts = [context["message"] for context in reported[1:3]]
    assert counts == [
        f"a callback of an amio interface has failed {count} times: "
        "ZeroDivisionError: from a callback"
        for count in (10, 100)
    ]
    assert len(reported) <= 4


async def async_callback(_given: object) -> None:
    pass


def test_callbacks_that_are_async_are_refused() -> None:
    with OfflineInterface() as interface:
        for what in ("input_chunk_callback", "event_callback"):
            with pytest.raises(TypeError, match=rf"{what} is .* must be a plain function"):
                setattr(interface, what, async_callback)
        with pytest.raises(TypeError, match=r"callback is .* must be a plain function"):
            interface.schedule([], callback=async_callback)  # type: ignore[arg-type]
        # A function that returns a coroutine is detected only when it is called.
        interface.schedule([], callback=lambda used: async_callback(used))  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="it returned <coroutine"):
            interface.advance(1)


def test_an_exception_in_a_callback_without_a_loop_is_raised_when_all_were_called() -> None:
    told: list[bool] = []

    def fails(_used: bool) -> None:
        raise ZeroDivisionError("from a callback")

    with OfflineInterface() as interface:
        interface.schedule([], callback=fails)
        interface.schedule([], callback=told.append)
        with pytest.raises(ZeroDivisionError, match="from a callback"):
            interface.render(10)
        assert told == [True]
        interface.schedule([], LONG_AWAY, callback=fails)
        interface.schedule([], LONG_AWAY, callback=told.append)
        with pytest.raises(ZeroDivisionError):
            interface.shutdown()
    assert told == [True, False]


def follows(later: InputAudioChunk, chunk: InputAudioChunk) -> bool:
    return later.device_frame == chunk.device_frame + len(chunk)


class CountingSelector(selectors.DefaultSelector):
    """Counts how often the loop wakes up."""

    wakeups = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.wakeups += 1
        return super().select(timeout)


def test_an_interface_to_which_nothing_happens_does_not_wake_the_loop() -> None:
    """Known defects: polling."""
    selector = CountingSelector()
    loop = asyncio.SelectorEventLoop(selector)

    async def main() -> tuple[int, int]:
        async with TimerInterface() as interface:
            interface.set_transport_rolling(True)
            await interface.schedule([], 1000)
            await asyncio.sleep(0.05)
            before, periods = selector.wakeups, interface.stats.periods
            await asyncio.sleep(0.5)
            return selector.wakeups - before, interface.stats.periods - periods

    try:
        wakeups, periods = loop.run_until_complete(main())
    finally:
        loop.close()
    print(f"{wakeups} wakeups in {periods} periods")
    assert periods > 50
    assert wakeups <= 3  # one of them is the end of sleep()


def test_an_interface_with_an_input_callback_wakes_the_loop_once_an_interval() -> None:
    selector = CountingSelector()
    loop = asyncio.SelectorEventLoop(selector)

    async def main() -> int:
        interface = TimerInterface()
        interface.chunk_interval = 0.1
        async with interface:
            # Setting it repeatedly does not start the reading again.
            for _ in range(20):
                interface.input_chunk_callback = lambda chunk: None
                await asyncio.sleep(0.005)
            before = selector.wakeups
            await asyncio.sleep(1)
            return selector.wakeups - before

    try:
        wakeups = loop.run_until_complete(main())
    finally:
        loop.close()
    # One for each interval, and some for sleep().
    assert wakeups <= 13


def test_chunk_frames_and_chunk_interval_are_kept_to() -> None:
    async def main() -> list[tuple[float, InputAudioChunk]]:
        came = []
        interface = TimerInterface()
        interface.chunk_frames, interface.chunk_interval = 333, 0.05
        interface.input_chunk_callback = lambda chunk: came.append((time.monotonic(), chunk))
        async with interface:
            await asyncio.sleep(0.5)
        return came

    came = asyncio.run(main())
    chunks = [chunk for _, chunk in came]
    # The last has the rest. On a busy machine frames are skipped, and other chunks end early.
    assert all(
        len(chunk) == 333 or (len(chunk) < 333 and later.skipped_before)
        for chunk, later in itertools.pairwise(chunks)
    )
    assert sum(len(chunk) == 333 for chunk in chunks) > len(chunks) / 2
    calls = sum(b - a > 0.02 for (a, _), (b, _) in itertools.pairwise(came))
    assert 4 <= calls <= 11


def test_a_callback_that_is_set_late_gets_no_old_input() -> None:
    chunks: list[InputAudioChunk] = []

    async def main() -> int:
        interface = TimerInterface()
        interface.chunk_interval = 0.01
        async with interface:
            await asyncio.sleep(0.3)
            now = interface.transport.device_frame
            interface.input_chunk_callback = chunks.append
            await asyncio.sleep(0.1)
        return now

    now = asyncio.run(main())
    assert chunks[0].device_frame >= now - 1024


def test_the_log_and_events_go_to_the_logger_amio_at_debug(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Row 13."""
    with caplog.at_level(logging.DEBUG, "amio"), OfflineInterface() as interface:
        interface.schedule([])
        interface.advance(1)
    assert any(
        record.name == "amio" and record.levelno == logging.DEBUG and "APPLIED" in record.message
        for record in caplog.records
    )


# ---- Input


def test_input_gives_chunks_of_the_exact_length_without_gaps() -> None:
    async def main() -> list[InputAudioChunk]:
        chunks: list[InputAudioChunk] = []
        async with TimerInterface(inputs=3) as interface:
            async for chunk in interface.input(1000):
                chunks.append(chunk)
                if len(chunks) == 5:
                    break
        return chunks

    chunks = asyncio.run(main())
    for chunk, later in itertools.pairwise(chunks):
        if not later.skipped_before:  # the machine was quick enough
            assert chunk.array.shape == (1000, 3)
            assert follows(later, chunk)
    assert all(chunk.wall_time.utcoffset() is not None for chunk in chunks)


def test_input_can_be_left_and_asked_for_again_at_once() -> None:
    async def main() -> int:
        count = 0
        async with TimerInterface() as interface:
            for _ in range(5):
                async for chunk in interface.input():
                    count += len(chunk) > 0
                    break
            stream = interface.input()
            await anext_of(stream)
            await stream.aclose()
            with pytest.raises(StopAsyncIteration):
                await anext_of(stream)
            interface.input_chunk_callback = lambda chunk: None
        return count

    assert asyncio.run(main()) == 5


async def anext_of(stream: amio.InputStream) -> InputAudioChunk:
    return await stream.__anext__()


def test_only_one_may_take_the_input() -> None:
    async def main() -> None:
        async with TimerInterface() as interface:
            taken = interface.input()
            with pytest.raises(RuntimeError, match="something else takes the input"):
                interface.input()
            with pytest.raises(RuntimeError, match="something else takes the input"):
                interface.read(10)
            with pytest.raises(RuntimeError, match="something else takes the input"):
                interface.input_chunk_callback = lambda chunk: None
            waiting = asyncio.create_task(anext_of(interface_stream := taken))
            await asyncio.sleep(0)
            await waiting
            await interface_stream.aclose()
            interface.input_chunk_callback = lambda chunk: None
            with pytest.raises(RuntimeError, match="something else takes the input"):
                interface.input()

    asyncio.run(main())


def test_input_ends_when_the_interface_is_closed_by_the_same_or_another_thread() -> None:
    async def main(close_here: bool) -> int:
        interface = TimerInterface()
        await interface.init("ends")
        frames = 0

        async def take() -> None:
            nonlocal frames
            async for chunk in interface.input(10_000_000):
                frames += len(chunk)

        task = asyncio.create_task(take())
        await asyncio.sleep(0.1)
        if close_here:
            await interface.close()
        else:
            await asyncio.to_thread(interface.shutdown)
        await asyncio.wait_for(task, 5)
        return frames

    for close_here in (True, False):
        # The frames that were there were delivered, although they were no whole chunk.
        assert asyncio.run(main(close_here)) > 1000


def test_cancelling_whoever_takes_input_leaves_it_to_others() -> None:
    async def main() -> None:
        async with TimerInterface() as interface:

            async def take() -> None:
                async for _ in interface.input(10_000_000):
                    pass

            task = asyncio.create_task(take())
            await asyncio.sleep(0.05)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            async for _ in interface.input():
                break
            # After a timeout, the program can continue to read.
            stream = interface.input(4800)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext_of(stream), 0.01)
            assert len(await anext_of(stream)) > 0

    asyncio.run(main())


# ---- Tickets


def test_a_ticket_can_be_awaited_by_several_tasks_and_again_after_its_end() -> None:
    async def main() -> None:
        async with TimerInterface() as interface:
            ticket = interface.schedule([], 1000)
            tasks = [asyncio.create_task(wait_for(ticket)) for _ in range(3)]
            cancelled = asyncio.create_task(wait_for(ticket))
            await asyncio.sleep(0)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled
            interface.set_transport_rolling(True)
            outcomes = [await task for task in tasks]
            assert all(outcome is ticket.outcome for outcome in outcomes)
            assert await ticket is ticket.outcome
            assert ticket.outcome

    asyncio.run(main())


async def wait_for(ticket: amio.Ticket) -> amio.Outcome:
    return await ticket


def test_waiting_for_a_ticket_can_time_out_and_the_ticket_goes_on() -> None:
    async def main() -> None:
        async with TimerInterface() as interface:
            ticket = interface.schedule([], 1000)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(wait_for(ticket), 0.01)
            assert ticket.outcome is None
            interface.set_transport_rolling(True)
            assert (await ticket).position == 1000

    asyncio.run(main())


def test_a_ticket_that_is_cancelled_says_so() -> None:
    async def main() -> None:
        told: list[bool] = []
        async with TimerInterface() as interface:
            ticket = interface.schedule([], LONG_AWAY, callback=told.append)
            assert ticket.cancel()
            outcome = await ticket
            assert outcome.kind is EventKind.CANCELLED
            assert outcome.cancel_reason is amio.CancelReason.ASKED
            assert not outcome
            assert not ticket.cancel()
            assert told == [False]

    asyncio.run(main())


def test_waiting_on_the_loop_that_would_have_to_go_on_is_refused() -> None:
    async def main() -> None:
        async with TimerInterface() as interface:
            with pytest.raises(RuntimeError, match="await"):
                interface.schedule([], LONG_AWAY).wait(1)

    asyncio.run(main())


@pytest.mark.parametrize("with_loop", [True, False])
def test_tickets_are_waited_for_in_several_threads_at_once(with_loop: bool) -> None:
    interface = TimerInterface()
    outcomes: list[amio.Outcome] = []

    def wait(ticket: amio.Ticket) -> None:
        outcomes.append(ticket.wait(10))

    def begin() -> list[threading.Thread]:
        tickets = [interface.schedule([], 2000) for _ in range(4)]
        threads = [threading.Thread(target=wait, args=(t,)) for t in tickets for _ in range(2)]
        for thread in threads:
            thread.start()
        interface.set_transport_rolling(True)
        interface.set_position(1000)
        return threads

    async def main() -> None:
        async with interface:
            for thread in begin():
                await asyncio.to_thread(thread.join, 10)

    if with_loop:
        asyncio.run(main())
    else:
        with interface:
            for thread in begin():
                thread.join(10)
    assert len(outcomes) == 8


def test_a_thread_that_waits_is_told_when_another_closes_the_interface() -> None:
    for in_loop in (False, True):
        outcomes: list[amio.Outcome] = []
        interface = TimerInterface()
        began = time.monotonic()

        def wait(wait: Callable[[], amio.Outcome], outcomes: list[amio.Outcome] = outcomes) -> None:
            outcomes.append(wait())

        async def main(
            interface: TimerInterface = interface, wait: Callable[..., None] = wait
        ) -> list[threading.Thread]:
            async with interface:
                threads = begin(interface, wait)
                await asyncio.sleep(0.05)
            return threads

        def begin(interface: TimerInterface, wait: Callable[..., None]) -> list[threading.Thread]:
            threads = [
                threading.Thread(target=wait, args=(interface.schedule([], LONG_AWAY).wait,))
                for _ in range(3)
            ]
            for thread in threads:
                thread.start()
            return threads

        if in_loop:
            threads = asyncio.run(main())
        else:
            with interface:
                interface.schedule([])
                threads = begin(interface, wait)
                time.sleep(0.05)  # so that some threads wait; the others find it closed
        for thread in threads:
            thread.join(5)
        assert [o.cancel_reason for o in outcomes] == [amio.CancelReason.CLOSED] * 3
        assert time.monotonic() - began < 4


def test_a_callback_may_wait_for_another_ticket() -> None:
    outcomes: list[amio.Outcome] = []
    with TimerInterface() as interface:
        interface.schedule(
            [], callback=lambda used: outcomes.append(interface.schedule([]).wait(5))
        ).wait(5)
        assert len(outcomes) == 1


@pytest.mark.parametrize("timeout", [0.05, 0, -1])
def test_a_ticket_is_waited_for_no_longer_than_was_asked(timeout: float) -> None:
    with TimerInterface() as interface:
        ticket = interface.schedule([], LONG_AWAY)
        begun = time.monotonic()
        with pytest.raises(TimeoutError, match=f"within {timeout} s"):
            ticket.wait(timeout)
        assert time.monotonic() - begun < 1


WAITS: dict[str, Callable[[TimerInterface, Path], object]] = {
    "for a ticket": lambda interface, _folder: interface.schedule([], LONG_AWAY).wait(),
    "for input": lambda interface, _folder: interface.read(1 << 30),
    "for a recorder": lambda interface, folder: interface.record(folder / "a.wav").wait(),
}


@pytest.mark.parametrize("what", WAITS)
def test_ctrl_c_is_heard_while_the_main_thread_waits(what: str, tmp_path: Path) -> None:
    def press() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with TimerInterface() as interface:
        timer = threading.Timer(0.1, press)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            WAITS[what](interface, tmp_path)
        timer.join()
    assert time.monotonic() - begun < 2


def test_the_interpreters_lock_is_free_while_a_thread_waits() -> None:
    with TimerInterface() as interface:
        interface.schedule([]).wait(5)
        waiting = interface.schedule([], LONG_AWAY)
        stop = threading.Event()

        def wait() -> None:
            with contextlib.suppress(TimeoutError):
                waiting.wait(0.5)
            stop.set()

        thread = threading.Thread(target=wait)
        longest, count, before = 0.0, 0, time.monotonic()
        thread.start()
        while not stop.is_set():
            longest, before, count = (
                max(longest, time.monotonic() - before),
                time.monotonic(),
                count + 1,
            )
        thread.join()
    assert count > 1000
    assert longest < 0.4


def test_rendering_leaves_the_interpreter_to_other_threads() -> None:
    done = threading.Event()

    def render() -> None:
        with OfflineInterface() as interface:
            clip = amio.Clip(np.ones(100_000, np.float32), 48_000)
            interface.schedule([amio.Entry(clip, k, every=100_001) for k in range(100)], 0)
            interface.rolling = True
            interface.advance(2_000_000)
        done.set()

    thread = threading.Thread(target=render)
    thread.start()
    count = 0
    while not done.wait(0.001):
        count += 1
    thread.join()
    assert count > 10


# ---- Loops


def test_an_interface_outlives_the_loop_on_which_it_was_opened() -> None:
    told: list[str] = []
    came = threading.Event()
    interface = TimerInterface()

    def on_chunk(_chunk: InputAudioChunk) -> None:
        came.set()

    async def first() -> None:
        await interface.init("outlives")
        interface.input_chunk_callback = on_chunk
        await interface.schedule([], callback=lambda used: told.append("first"))

    async def second() -> None:
        await interface.schedule([], callback=lambda used: told.append("second"))
        came.clear()
        assert await asyncio.to_thread(came.wait, 5)
        await interface.close()

    asyncio.run(first())
    assert told[0] == "first"
    # Between two loops, threads can wait.
    interface.schedule([], callback=lambda used: told.append("between")).wait(5)
    assert "between" in told
    asyncio.run(asyncio.wait_for(second(), 10))
    assert interface.closed


def test_another_loop_that_runs_at_the_same_time_is_refused() -> None:
    async def main() -> None:
        async with TimerInterface() as interface:
            ticket = interface.schedule([], LONG_AWAY)
            failed: list[BaseException] = []

            def other() -> None:
                try:
                    asyncio.run(wait_for(ticket))
                except RuntimeError as error:
                    failed.append(error)

            await asyncio.to_thread(other)
            assert "belongs to another event loop" in str(failed[0])

    asyncio.run(main())


def test_an_interface_is_used_by_two_threads_at_once() -> None:
    with TimerInterface(period=64) as interface:
        interface.set_transport_rolling(True)
        failed: list[BaseException] = []
        outcomes: list[amio.Outcome] = []

        def use() -> None:
            try:
                clip = amio.Clip(np.zeros(100, np.float32), 48_000)
                for count in range(100):
                    ticket = interface.schedule([amio.Entry(clip)])
                    ticket.set_gain(0, 0.5, ramp=10)
                    assert interface.stats.periods >= 0
                    assert interface.transport.position >= 0
                    if count % 10 == 0:
                        outcomes.append(ticket.wait(5))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert len(outcomes) == 30

"""Opening and closing, and interruptions of both."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gc
import os
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import amio
from amio._library import lib
from amio.errors import ClosedError
from amio.events import Event, EventKind, Mailbox
from tests import programs


def interrupt_soon() -> threading.Thread:
    """Sends this process the signal of Ctrl-C while it is in the library."""

    def send() -> None:
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


@pytest.mark.parametrize("work", ["save", "convert", "analyse"])
def test_ctrl_c_interrupts_long_work_on_files(work: str, tmp_path: Path) -> None:
    clip = amio.Clip(np.zeros((48_000 * 1200, 2), np.int16), 48_000)
    begin: dict[str, Callable[[], object]] = {
        "save": lambda: clip.save(tmp_path / "long.flac"),
        "convert": lambda: clip.convert(44_100),
        "analyse": lambda: amio.Analysis(clip),
    }
    sender = interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        begin[work]()
    sender.join()


def test_ctrl_c_interrupts_rendering() -> None:
    with amio.OfflineInterface() as interface:
        sender = interrupt_soon()
        with pytest.raises(KeyboardInterrupt):
            interface.advance(10**12)
        sender.join()


def test_of_two_who_open_at_once_one_is_refused() -> None:
    async def run() -> list[object]:
        interface = amio.TimerInterface()
        opened = await asyncio.gather(
            interface.init("one"), interface.init("two"), return_exceptions=True
        )
        await interface.close()
        return list(opened)

    results = asyncio.run(run())
    assert [type(result) for result in results if result is not None] == [amio.errors.ContractError]


def test_one_that_is_closed_while_it_opens_does_not_run() -> None:
    async def run() -> None:
        interface = amio.TimerInterface()
        opening = asyncio.ensure_future(interface.__aenter__())
        await asyncio.sleep(0)
        await interface.close()
        with pytest.raises(ClosedError, match="while it was being opened"):
            await opening

    asyncio.run(run())


def test_opening_that_was_cancelled_can_be_tried_again() -> None:
    async def run() -> int:
        interface = amio.TimerInterface()
        opening = asyncio.ensure_future(interface.__aenter__())
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await interface.init("two")
        outcome = await interface.schedule([])
        await interface.close()
        return outcome.late

    assert asyncio.run(run()) == 0


def test_one_opened_without_await_in_a_loop_calls_its_callbacks_there() -> None:
    async def run() -> bool:
        told = asyncio.get_running_loop().create_future()
        with amio.TimerInterface() as interface:
            interface.schedule([], callback=told.set_result)
            return await asyncio.wait_for(told, 5)

    assert asyncio.run(run())


def test_a_second_loop_takes_over_from_one_that_was_closed() -> None:
    interface = amio.TimerInterface()
    asyncio.run(interface.init("one"))

    async def run() -> bool:
        told = asyncio.get_running_loop().create_future()
        interface.schedule([], callback=told.set_result)
        return await asyncio.wait_for(told, 5)

    assert asyncio.run(run())
    interface.shutdown()


def test_a_callback_that_schedules_whatever_it_is_told_does_not_disturb_closing() -> None:
    interface = amio.create_io_interface("null", frame_rate=48_000)

    def chain(_used: bool) -> None:
        interface.schedule_playspec_change([], 1000, 0, chain)

    chain(True)
    asyncio.run(interface.close())
    assert interface.closed


def test_an_error_of_the_caller_is_not_hidden_by_one_of_a_callback() -> None:
    def fail(_used: bool) -> None:
        raise KeyError

    def play() -> None:
        with amio.OfflineInterface() as interface:
            interface.schedule([], at=1000, callback=fail)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play()


def test_a_program_that_never_waits_keeps_no_playspecs() -> None:
    with amio.TimerInterface() as interface:
        for _ in range(50):
            interface.schedule([])
            interface.read(256, timeout=5)
        assert len(interface._tickets) < 10


def test_an_event_that_comes_before_the_call_returns_ends_its_ticket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used: list[bool] = []
    with amio.OfflineInterface() as interface:
        schedule = lib.amio_interface_schedule

        def slow(*arguments: object) -> None:
            schedule(*arguments)
            interface.advance(1)

        monkeypatch.setattr(lib, "amio_interface_schedule", slow)
        ticket = interface.schedule([], callback=used.append)
        assert used == [True]
        assert ticket.outcome
        assert ticket.number > 0
        assert interface._tickets == {}


def threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def test_an_interface_that_is_dropped_with_a_ticket_pending_is_gone_at_once() -> None:
    before = threads()
    interface = amio.TimerInterface()
    interface.open()
    ticket = interface.schedule([], at=10**9)
    with pytest.warns(ResourceWarning):
        del interface
    # The kernel lists a thread for a short time after it was joined.
    deadline = time.monotonic() + 5
    while threads() > before and time.monotonic() < deadline:
        os.sched_yield()
    assert threads() == before
    with pytest.raises(ClosedError, match="dropped"):
        ticket.cancel()


def test_tickets_forget_who_no_longer_waits() -> None:
    async def run() -> int:
        async with amio.TimerInterface() as interface:
            ticket = interface.schedule([], at=10**9)
            for _ in range(10):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(_outcome(ticket), 0.001)
            return len(ticket._futures)

    assert asyncio.run(run()) == 0


async def _outcome(ticket: amio.Ticket) -> amio.Outcome:
    return await ticket


def test_an_outcome_survives_a_signal_handler_that_raises() -> None:
    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    try:
        with amio.TimerInterface() as interface:
            for _ in range(100):
                ticket = interface.schedule([])
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.002)
                    ticket.wait(5)
                    signal.setitimer(signal.ITIMER_REAL, 0)
                except Alarm:
                    pass
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                assert ticket.wait(5)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_an_event_that_a_signal_handler_interrupted_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exception comes after an event was fetched and before it is delivered."""
    oldest = Mailbox.oldest
    rings = [KeyboardInterrupt]

    def interrupted(mailbox: Mailbox) -> Event | None:
        event = oldest(mailbox)
        if event is not None and event.kind is EventKind.APPLIED and rings:
            raise rings.pop()
        return event

    monkeypatch.setattr(Mailbox, "oldest", interrupted)
    with amio.TimerInterface() as interface:
        ticket = interface.schedule([])
        with pytest.raises(KeyboardInterrupt):
            ticket.wait(5)
        assert ticket.wait(5)


def test_a_render_in_another_thread_waits_for_the_callback_of_input() -> None:
    frames: list[int] = []

    async def run() -> None:
        async with amio.OfflineInterface() as interface:
            interface.input_chunk_callback = lambda chunk: frames.append(len(chunk))
            await asyncio.to_thread(interface.advance, 500_000)

    asyncio.run(run())
    assert sum(frames) == 500_000


def test_nulls_chunks_are_as_long_as_it_is_told() -> None:
    interface = amio.NullInterface(48_000)
    lengths: list[int] = []
    interface.input_chunk_callback = lambda chunk: lengths.append(len(chunk))
    interface.chunk_length = 480_000
    interface.advance_single_chunk_length()
    assert lengths == [480_000]


def test_what_waits_comes_in_one_chunk_where_no_length_is_asked_for() -> None:
    async def run() -> int:
        async with amio.OfflineInterface() as interface:
            chunks = interface.input()
            interface.advance(5000)
            return len(await anext(chunks))

    assert asyncio.run(run()) == 5000


def test_closing_the_stream_of_input_ends_who_waits_for_it() -> None:
    async def run() -> None:
        async with amio.OfflineInterface() as interface:
            chunks = interface.input()
            waiting = asyncio.ensure_future(anext(chunks))
            await asyncio.sleep(0)
            await chunks.aclose()
            with pytest.raises(StopAsyncIteration):
                await waiting
            interface.advance(100)
            assert len(interface.read(100, 0)) == 100

    asyncio.run(run())


def test_entries_of_empty_clips_are_silent() -> None:
    """A recorder may have written an empty take."""
    nothing = amio.AudioClip(np.zeros((0, 1)), 48_000)
    with amio.OfflineInterface() as interface:
        ticket = interface.schedule([amio.PlayspecEntry(nothing, 0, 0, 0, 0, 1, 1)], 0)
        assert not interface.render(100).any()
        assert ticket.outcome


def test_whatever_has_the_fields_of_an_entry_is_one() -> None:
    @dataclass
    class Own:
        clip: amio.AudioClip
        frame_a: int
        frame_b: int
        play_at_frame: int
        repeat_interval: int
        gain_l: float
        gain_r: float

    clip = amio.AudioClip(np.ones(10), 48_000)
    with amio.OfflineInterface(clamp=False, declick=0) as interface:
        entries: Any = [Own(clip, 0, 10, 5, 0, 1.0, 0.5)]
        interface.schedule(entries, 0)
        interface.rolling = True
        assert np.flatnonzero(interface.render(100)[:, 1] == 0.5).tolist() == list(range(5, 15))


@contextlib.contextmanager
def handling(number: signal.Signals, handler: Callable[..., object]) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def test_work_goes_on_where_ctrl_c_is_only_noted(tmp_path: Path) -> None:
    noted: list[object] = []
    clip = amio.Clip(np.zeros((48_000 * 1200, 2), np.int16), 48_000)
    with handling(signal.SIGINT, lambda *args: noted.append(args)):
        sender = interrupt_soon()
        clip.save(tmp_path / "long.flac")
        sender.join()
    assert amio.probe(tmp_path / "long.flac").frames == len(clip)
    assert len(noted) == 1


def test_what_another_signal_handler_raises_ends_long_work() -> None:
    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    clip = amio.Clip(np.zeros((48_000 * 1200, 2), np.int16), 48_000)
    with handling(signal.SIGALRM, ring):
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Alarm):
            clip.convert(44_100)


def test_what_a_progress_callback_raises_ends_the_work_on_any_thread() -> None:
    clip = amio.Clip(np.zeros((48_000 * 600, 2), np.int16), 48_000)
    threads_of_calls: set[int] = set()

    def refuse(_done: int, _total: int) -> None:
        threads_of_calls.add(threading.get_ident())
        raise KeyError

    def convert() -> int:
        with pytest.raises(KeyError):
            clip.convert(44_100, progress=refuse)
        return threading.get_ident()

    assert convert() in threads_of_calls
    with ThreadPoolExecutor() as pool:
        assert pool.submit(convert).result() in threads_of_calls


def test_the_interpreter_ends_while_a_thread_of_its_saves_a_file(tmp_path: Path) -> None:
    program = (
        "import sys, threading, time, numpy as np, amio\n"
        "clip = amio.Clip(np.zeros((48_000 * 600, 2), np.int16), 48_000)\n"
        "def save(): clip.save(sys.argv[1], progress=lambda *_: begun.set())\n"
        "begun = threading.Event()\n"
        "threading.Thread(target=save, daemon=True).start()\n"
        "begun.wait()\n"
    )
    ended = programs.run("-c", program, str(tmp_path / "long.flac"))
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("error", [KeyError, asyncio.CancelledError])
def test_a_callback_that_fails_keeps_nothing_from_the_next(error: type[BaseException]) -> None:
    told: list[int] = []

    def fail(event: amio.Event) -> None:
        told.append(event.ticket)
        raise error

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        async with amio.OfflineInterface() as interface:
            interface.event_callback = fail
            tickets = [interface.schedule([], at=n * 100) for n in range(3)]
            interface.rolling = True
            interface.advance(1000)
            assert [bool(ticket.outcome) for ticket in tickets] == [True, True, True]
            assert told == [ticket.number for ticket in tickets]

    asyncio.run(run())


def test_a_swap_is_scheduled_though_the_callback_of_another_fails() -> None:
    with amio.OfflineInterface() as interface:

        def fail(_used: bool) -> None:
            raise ZeroDivisionError

        interface.schedule([], callback=fail)
        with pytest.raises(ZeroDivisionError):
            interface.advance(1_000_000)
        # Everything was rendered, despite the exceptions.
        assert interface.transport.device_frame == 1_000_000
        ticket = interface.schedule([])
        interface.advance(256)
        assert ticket.outcome


def test_what_was_captured_can_be_read_after_closing() -> None:
    interface = amio.OfflineInterface()
    with interface:
        interface.advance(1000)
    assert len(interface.read(600)) == 600
    assert len(interface.read(600)) == 400
    with pytest.raises(ClosedError):
        interface.read(600)


def test_a_copy_of_a_clip_sounds_as_it_is_now() -> None:
    clip = amio.AudioClip(np.full((10, 1), 0.1, np.float32), 48_000)
    clip.writeable = False
    clip.to_clip()
    other = copy.copy(clip)
    clip.writeable = True
    clip.array[:] = 0.9
    assert clip.to_clip().read()[0, 0] == other.to_clip().read()[0, 0] == np.float32(0.9)


@pytest.mark.parametrize("driver", ["timer", "offline"])
def test_other_tasks_never_see_an_interface_that_is_half_open(driver: str) -> None:
    """As in programs for AMIO: a task reads the position as soon as there is an interface."""
    shared: list[amio.Interface] = []
    failures: list[Exception] = []
    shown = [0]

    async def show() -> None:
        while True:
            for interface in shared:
                try:
                    interface.get_position()
                    shown[0] += 1
                except Exception as error:
                    failures.append(error)
            await asyncio.sleep(0)

    async def run() -> None:
        task = asyncio.ensure_future(show())
        for _ in range(3):
            await asyncio.sleep(0)
            shared.append(amio.create_io_interface(driver))
            await shared[0].init("x")
            for _ in range(10):
                await asyncio.sleep(0)
            await shared[0].close()
            shared.clear()
        task.cancel()

    asyncio.run(run())
    assert not failures
    assert shown[0] >= 20


@pytest.mark.filterwarnings("ignore:.*was not closed:ResourceWarning")
def test_an_interface_that_nobody_can_reach_is_closed_on_a_loop_too() -> None:
    async def run() -> None:
        alive = []
        for _ in range(5):
            interface: amio.TimerInterface | None = amio.TimerInterface()
            assert interface is not None
            interface.open()
            interface.input_chunk_callback = lambda _chunk: None
            interface.rolling = True
            alive.append(weakref.ref(interface))
            await asyncio.sleep(0.02)
            # As when a cell of a notebook runs again.
            interface = None
            gc.collect()
            assert alive[-1]() is None
            await asyncio.sleep(0)
        # Their descriptors have been reused; the loop must keep watching the new owner's.
        reader, writer = os.pipe()
        came = asyncio.Event()
        asyncio.get_running_loop().add_reader(reader, came.set)
        await asyncio.sleep(0)
        os.write(writer, b"x")
        await asyncio.wait_for(came.wait(), 5)
        asyncio.get_running_loop().remove_reader(reader)
        os.close(reader)
        os.close(writer)

    before = threads()
    asyncio.run(run())
    assert threads() <= before


def test_a_ticket_that_is_awaited_keeps_its_interface() -> None:
    async def play() -> amio.Ticket:
        interface = amio.TimerInterface()
        interface.open()
        interface.rolling = True
        ticket = interface.schedule([])
        waiting = asyncio.ensure_future(outcome_of(ticket))
        await asyncio.sleep(0)
        assert (await waiting).kind is EventKind.APPLIED
        interface.shutdown()
        return ticket

    assert asyncio.run(play()).outcome


async def outcome_of(ticket: amio.Ticket) -> amio.Outcome:
    return await ticket


def test_close_all_closes_what_is_open_and_nothing_else() -> None:
    one, two, never = amio.TimerInterface(), amio.OfflineInterface(), amio.TimerInterface()
    one.open()
    two.open()
    amio.close_all()
    assert (one.closed, two.closed, never.closed) == (True, True, False)
    amio.close_all()


@pytest.mark.parametrize("interface", [amio.TimerInterface(), amio.OfflineInterface()])
def test_attributes_that_do_not_exist_are_refused_and_the_nearest_is_named(
    interface: amio.EngineInterface,
) -> None:
    with pytest.raises(AttributeError, match="did you mean 'input_chunk_callback'"):
        interface.input_chunk_calback = len  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"has no attribute 'volume'$"):
        interface.volume = 1  # type: ignore[attr-defined]


def test_a_class_that_is_derived_may_have_attributes_of_its_own() -> None:
    class Player(amio.OfflineInterface):
        def __init__(self) -> None:
            super().__init__()
            self.volume = 1

    assert Player().volume == 1

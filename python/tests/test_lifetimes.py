"""Objects that are closed, dropped, collected, or left to the interpreter's end."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import pickle
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import amio
from tests import programs

RATE = 48_000
MEGABYTE = 1 << 20


# From Python 3.12 on, fork() warns if there are threads; these tests fork on purpose.
FORKING = ("-W", "ignore::DeprecationWarning")


def run(*command: str, timeout: float = 60) -> str:
    """Runs Python, which must succeed without warnings."""
    done = programs.run("-X", "faulthandler", *command, timeout=timeout)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_10000_interfaces_in_one_process_dropped_in_any_order_leave_nothing_behind() -> None:
    printed = run("-m", "tests.churn", "10000", "1", timeout=200)
    first, *parts, last = [json.loads(line) for line in printed.splitlines()]
    print(*parts, sep="\n")
    assert last == {"arrays": 0}
    assert parts[-1]["bytes"] - parts[1]["bytes"] < 8 * MEGABYTE
    assert parts[-1]["descriptors"] <= parts[0]["descriptors"]
    # One more than before is allowed: the thread that does disk work for streams and recorders.
    assert parts[-1]["threads"] <= first["threads"] + 1


def test_an_interface_that_is_dropped_goes_at_once_with_a_warning() -> None:
    gc.disable()
    try:
        interface = amio.TimerInterface()
        interface.open()
        interface.input_chunk_callback = lambda chunk: None
        interface.schedule([], 0).wait(5)
        gone = weakref.ref(interface)
        with pytest.warns(ResourceWarning, match="was not closed"):
            del interface
        assert gone() is None
    finally:
        gc.enable()


def test_an_interface_that_was_closed_goes_at_once_without_one() -> None:
    gc.disable()
    try:
        interface = amio.OfflineInterface()
        with interface:
            interface.schedule([], 1000)
            interface.advance(10)
        gone = weakref.ref(interface)
        del interface
        assert gone() is None
    finally:
        gc.enable()


def test_an_interface_on_an_event_loop_lives_as_long_as_the_loop_serves_it() -> None:
    applied: list[bool] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        async def begin() -> None:
            interface = amio.TimerInterface()
            await interface.init("dropped")
            interface.schedule([], 2000, callback=lambda used: done.set_result(used))
            interface.set_transport_rolling(True)

        await begin()
        gc.collect()
        applied.append(await asyncio.wait_for(done, 5))

    with pytest.warns(ResourceWarning, match="was not closed"):
        asyncio.run(main())
    assert applied == [True]


def test_swapping_all_day_gathers_nothing() -> None:
    clip = amio.Clip(np.zeros(10, np.float32), RATE)

    def swap(interface: amio.OfflineInterface, times: int) -> int:
        for _ in range(times):
            interface.schedule([amio.Entry(clip)], callback=lambda used: None)
            interface.advance(1)
        gc.collect()
        return sys.getallocatedblocks()

    with amio.OfflineInterface() as interface:
        before = swap(interface, 1000)
        assert swap(interface, 20_000) - before < 1000


def test_an_array_lives_while_it_sounds_though_clip_and_array_were_dropped() -> None:
    with amio.OfflineInterface(declick=0) as interface:
        array = np.full(1000, 0.5, np.float32)
        gone = weakref.ref(array)
        interface.schedule([amio.Entry(amio.Clip(array, RATE, copy=False))], 0)
        del array
        interface.rolling = True
        gc.collect()
        assert (interface.render(500) == 0.5).all()
        assert gone() is not None
        assert (interface.render(500) == 0.5).all()
        interface.schedule([])
        interface.render(1)  # goes over to silence
        interface.render(1)  # tells that it did
        gc.collect()
        assert gone() is None


def test_an_array_goes_with_its_clip_if_nothing_plays_it() -> None:
    array = np.zeros(1000)
    gone = weakref.ref(array)
    clip = amio.Clip(array, RATE, copy=False)
    del array
    gc.collect()
    assert gone() is not None
    del clip
    assert gone() is None


def test_an_array_is_given_back_when_its_interface_is_closed() -> None:
    array = np.zeros(1000)
    gone = weakref.ref(array)
    with amio.OfflineInterface() as interface:
        interface.schedule([amio.Entry(amio.Clip(array, RATE, copy=False))], 0)
        interface.advance(1)
        del array
        assert gone() is not None
    del interface
    with amio.OfflineInterface() as another:
        another.schedule([])
        another.advance(1)
    assert gone() is None


PLAYING = """
import amio, asyncio, numpy as np, sys, threading, warnings
warnings.simplefilter("ignore", ResourceWarning)
def playing(kind=amio.TimerInterface, told=lambda used: None):
    interface = kind()
    interface.open()
    clip = amio.Clip(np.zeros(48_000, np.float32), 48_000)
    ticket = interface.schedule([amio.Entry(clip, every=1000)], 0, callback=told)
    interface.schedule([], 10**9, callback=told)
    interface.set_transport_rolling(True)
    return interface, ticket, clip
"""
ENDS = {
    "in the main program": "kept = [playing() for _ in range(5)]; kept[0][1].wait(5)",
    "in a cycle of references": "kept = [playing()]; kept.append(kept); sys.modules['x'] = kept",
    "by sys.exit": "kept = playing(); sys.exit(0)",
    "while daemon threads wait": """
kept = playing()
kept[0].input_chunk_callback = None
waiting = [threading.Thread(target=kept[0].schedule([], 10**9).wait, daemon=True) for _ in range(3)]
waiting.append(threading.Thread(target=kept[0].read, args=(10**7,), daemon=True))
for thread in waiting: thread.start()
""",
    "while a daemon thread has it": """
ready = threading.Event()
def main():
    kept = playing()
    kept[1].wait(5)
    ready.set()
    kept[0].schedule([], 10**9).wait()
threading.Thread(target=main, daemon=True).start()
ready.wait(5)
""",
    "while a daemon thread makes more": """
ready = threading.Event()
def main():
    while True:
        with amio.OfflineInterface() as interface:
            interface.schedule([], 0).cancel(); interface.render(1000); ready.set()
threading.Thread(target=main, daemon=True).start()
ready.wait(5)
""",
    "after asyncio.run() without close()": """
async def main():
    global kept
    kept = amio.TimerInterface()
    await kept.init("x")
    kept.input_chunk_callback = lambda chunk: None
    kept.set_transport_rolling(True)
    await kept.schedule([], 0)
asyncio.run(main())
""",
    "with an event loop that is not closed": """
async def main():
    global kept
    kept = playing()
    kept[0].input_chunk_callback = lambda chunk: None
    async with kept[0]: pass
    kept = playing()
    kept[0]._attach(asyncio.get_running_loop())
    await kept[1]
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
""",
    "while an event loop runs in a daemon thread": """
ready = threading.Event()
async def main():
    async with amio.TimerInterface() as interface:
        interface.set_transport_rolling(True)
        async for chunk in interface.input(): ready.set()
threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()
ready.wait(5)
""",
    "while it records": """
import tempfile
kept = playing(), playing()[0].record(tempfile.mkdtemp() + "/a.wav")
""",
}


@pytest.mark.parametrize("how", ENDS)
def test_the_interpreter_ends_well_while_everything_plays(how: str) -> None:
    run("-c", PLAYING + ENDS[how], timeout=20)


BEFORE_FORK = """
import amio, asyncio, numpy as np, os, signal, sys, tempfile
folder = tempfile.mkdtemp()
clip = amio.Clip(np.ones(1000, np.float32), 48_000)
audio = amio.AudioClip(np.ones((1000, 1), np.float32), 48_000)
audio.writeable = False
interface = amio.TimerInterface()
interface.open()
ticket = interface.schedule([amio.Entry(clip, every=1000), amio.Entry(audio)], 0)
ticket.wait(5)
pending = interface.schedule([], 1 << 40)
interface.rolling = True
recorder = interface.record(folder + "/a.wav")
group = interface.group()
analysis = amio.Analysis(clip)
def refused(use):
    try:
        use()
    except amio.errors.ClosedError as error:
        assert "before fork()" in str(error), error
    else:
        raise AssertionError("it was not refused")
def child():
"""
AFTER_FORK = """
pid = os.fork()
if pid == 0:
    signal.alarm(20)  # ends it if it waits for ever
    child()
    sys.exit(0)
assert os.waitpid(pid, 0)[1] == 0
pending.cancel()
before = interface.stats.periods
interface.schedule([]).wait(5)  # and here, all goes on
assert interface.stats.periods > before
recorder.stop()
interface.shutdown()
assert amio.probe(folder + "/a.wav").frames
"""
AFTER_MULTIPROCESSING = """
import multiprocessing
process = multiprocessing.get_context("fork").Process(target=child)
process.start()
process.join(20)
assert process.exitcode == 0, process.exitcode
pending.cancel()
interface.schedule([]).wait(5)
recorder.stop()
interface.shutdown()
"""
CHILDREN = {
    "ends": "    pass",
    "closes": """
    interface.shutdown()
    asyncio.run(interface.close())
    assert interface.closed
""",
    "leaves contexts": """
    with interface, recorder: pass
""",
    "drops": """
    global interface, ticket, pending, recorder, group, analysis, clip, audio
    del interface, ticket, pending, recorder, group, analysis, clip, audio
""",
    "uses what is its parent's": """
    assert "before fork()" in repr(interface)
    for use in (
        lambda: interface.position, lambda: interface.stats, lambda: interface.schedule([]),
        lambda: setattr(interface, "rolling", False), lambda: interface.read(1, 1),
        lambda: interface.poll(), lambda: interface.__enter__().position, pending.wait,
        pending.cancel, lambda: ticket.set_gain(0, 1), recorder.stop, recorder.wait, group.commit,
        clip.read, lambda: clip.save(folder + "/b.wav"), lambda: analysis.levels,
    ):
        refused(use)
    async def wait(): await pending
    refused(lambda: asyncio.run(wait()))
    with amio.OfflineInterface() as mine:
        refused(lambda: mine.schedule([amio.Entry(clip)]))
        refused(lambda: mine.set_input_clip(clip))
        refused(lambda: amio.Analysis(clip))
""",
}


@pytest.mark.parametrize("fork", [AFTER_FORK, AFTER_MULTIPROCESSING], ids=["os", "multiprocessing"])
@pytest.mark.parametrize("what", CHILDREN)
def test_a_forked_process_does_no_harm_when_it(what: str, fork: str) -> None:
    run(*FORKING, "-c", BEFORE_FORK + CHILDREN[what] + fork, timeout=40)


def test_a_finalizer_in_the_garbage_collector_on_another_thread_does_no_harm() -> None:
    stop = threading.Event()

    def collect() -> None:
        while not stop.is_set():
            gc.collect()

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        for _ in range(20):
            with amio.OfflineInterface() as interface:
                clips = [amio.Clip(np.zeros(100, np.float32), RATE) for _ in range(10)]
                interface.schedule([amio.Entry(clip) for clip in clips], 0)
                interface.advance(10)
    finally:
        stop.set()
        collector.join()


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickle.dumps])
def test_what_belongs_to_this_process_is_neither_copied_nor_pickled(
    again: Callable[[object], object], tmp_path: Path
) -> None:
    clip = amio.Clip(np.zeros(10, np.float32), RATE)
    with amio.OfflineInterface() as interface:
        unique = {
            "OfflineInterface": interface,
            "Ticket": interface.schedule([]),
            "Group": interface.group(),
            "Recorder": interface.record(tmp_path / "a.wav"),
            "Analysis": amio.Analysis(clip),
        }
        for name, thing in unique.items():
            with pytest.raises(TypeError, match=f"{name} objects cannot be pickled, nor copied"):
                again(thing)


def test_a_clip_is_its_own_copy_and_is_not_pickled() -> None:
    clip = amio.Clip(np.zeros(10, np.float32), RATE)
    assert copy.copy(clip) is clip
    assert copy.deepcopy([clip, amio.Entry(clip)]) == [clip, amio.Entry(clip)]
    with pytest.raises(TypeError, match="Clip objects cannot be pickled"):
        pickle.dumps(clip)

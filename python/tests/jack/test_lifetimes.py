"""Clients that are closed, dropped, or left open when the program ends."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import weakref

import pytest

from amio import jack
from tests import programs
from tests.jack.steps import periods_pass, wait_for
from tests.servers import Jackd


def test_a_client_that_nothing_refers_to_is_closed(jackd: Jackd) -> None:
    class Watcher(jack.Client):
        def watch(self) -> None:
            self.set_graph_order_callback(self.changed)
            self.set_process_callback(self.process)
            self.activate()

        def changed(self) -> None: ...

        def process(self, frames: int) -> None: ...

    client = Watcher("dropped")
    client.watch()
    reference = weakref.ref(client)
    del client
    gc.collect()
    assert reference() is None
    with jack.Client("dropped", use_exact_name=True):
        pass


def test_a_closed_client_refuses_and_closes_again(jackd: Jackd) -> None:
    client = jack.Client("closed")
    port = client.outports.register("out")
    client.close()
    client.close()
    for use in (client.activate, client.get_ports, client.events, client.transport_start):
        with pytest.raises(jack.JackError):
            use()
    for attribute in ("samplerate", "name", "transport_state"):
        with pytest.raises(jack.JackError):
            getattr(client, attribute)
    assert repr(port) == "jack.OwnPort('closed:out')"
    with pytest.raises(jack.JackError):
        port.unregister()


def test_periods_go_on_after_a_client_was_inactive(jackd: Jackd) -> None:
    calls: list[int] = []
    client = jack.Client("again")
    client.set_process_callback(calls.append)
    for _ in range(5):
        client.activate()
        wait_for(lambda: len(calls) > 3)
        client.deactivate()
        count = len(calls)
        periods_pass(jack)
        assert len(calls) == count
        calls.clear()
    client.close()


def test_the_state_of_the_audio_thread_is_given_back(jackd: Jackd) -> None:
    """What Python keeps of a thread, and of each that is gone, would add up."""
    client = jack.Client("threads")
    threads: set[int] = set()
    client.set_process_callback(lambda _frames: threads.add(threading.get_ident()))
    before = set(sys._current_frames())
    for _ in range(10):
        client.activate()
        wait_for(lambda: threads)
        client.deactivate()
        threads.clear()
    client.close()
    assert len(set(sys._current_frames()) - before) <= 1


class Knot(jack.Client):
    """A client that only the garbage collector can drop."""

    def tie(self) -> None:
        self.itself = self
        self.out = self.outports.register("out")
        self.set_process_callback(self.process)
        self.set_xrun_callback(self.late)
        self.called = threading.Event()
        self.activate()
        assert self.called.wait(5)

    def process(self, frames: int) -> None:
        self.called.set()
        self.out.get_array().fill(0)

    def late(self, delay: float) -> None: ...


@pytest.mark.jackd(period=1024)
def test_the_garbage_collector_may_find_clients_on_the_audio_thread_of_another(
    jackd: Jackd, capfd: pytest.CaptureFixture[str]
) -> None:
    collector = jack.Client("collector")
    collector.set_process_callback(lambda _frames: bool(gc.collect()))
    gc.disable()
    try:
        collector.activate()
        for number in range(8):
            knot = Knot(f"knot{number}")
            knot.tie()
            del knot
        wait_for(lambda: not collector.get_ports("^knot"))
    finally:
        gc.enable()
        collector.close()
    assert "ignored" not in capfd.readouterr().err


def closes_in(
    kind: str, client: jack.Client, other: jack.Client, watcher: jack.Client
) -> list[int]:
    """Has a callback of the audio thread close another client; returns its calls."""
    calls: list[int] = []

    def called() -> None:
        calls.append(1)
        if len(calls) == (1 if kind == "sync" else 3):
            other.close(ignore_errors=False)

    client.set_sync_timeout(100_000)
    if kind == "process":
        client.set_process_callback(lambda _frames: called())
    elif kind == "sync":
        client.set_sync_callback(lambda _state, _position: called())
    else:
        client.set_timebase_callback(lambda _state, _frames, _position, _is_new: called())
    client.activate()
    watcher.transport_stop()
    watcher.transport_start()
    return calls


def is_gone(watcher: jack.Client, name: str) -> bool:
    try:
        watcher.get_uuid_for_client_name(name)
    except jack.JackError:
        return True
    return False


@pytest.mark.parametrize("kind", ["process", "sync", "timebase"])
def test_a_callback_of_the_audio_thread_may_close_clients(kind: str, jackd: Jackd) -> None:
    with jack.Client("watcher") as watcher:
        client, other = jack.Client("closer"), jack.Client("other")
        closes_in(kind, client, other, watcher)
        wait_for(lambda: is_gone(watcher, "other"))
        client.set_sync_callback(None)
        client.close()
        itself = jack.Client("itself")
        calls = closes_in(kind, itself, itself, watcher)
        wait_for(lambda: is_gone(watcher, "itself"))
        with pytest.raises(jack.JackError):
            itself.activate()
        count = len(calls)
        if kind == "process":
            assert count == 3
        periods_pass(jack)
        assert len(calls) == count
        itself.close()
        watcher.transport_stop()


def test_a_process_callback_that_fails_is_told_of(
    jackd: Jackd, capfd: pytest.CaptureFixture[str]
) -> None:
    def told(events: jack.Events) -> int:
        kinds = [event.kind for event in iter(lambda: events.next(timeout=0.2), None)]
        return kinds.count(jack.EventKind.HANDLER_FAILED)

    calls: list[int] = []

    def fail(frames: int) -> None:
        calls.append(frames)
        raise ValueError("a mistake")

    def leave(frames: int) -> None:
        calls.append(frames)
        raise jack.CallbackExit

    with jack.Client("failing") as client:
        events = client.events()
        client.set_process_callback(leave)
        wait_for(lambda: calls)
        assert told(events) == 0
        client.set_process_callback(fail)
        wait_for(lambda: len(calls) == 2)
        assert told(events) == 1
        assert len(calls) == 2
        # The next one is called.
        client.set_process_callback(calls.append)
        wait_for(lambda: len(calls) > 5)
    printed = capfd.readouterr().err
    assert printed.count("ValueError: a mistake") == 1
    assert "CallbackExit" not in printed


PROGRAM = """\
import os, signal, sys, time
import amio.jack as jack
client = jack.Client("left")
out, into = client.outports.register("out"), client.inports.register("in")
midi = client.midi_outports.register("midi")
calls = []
def process(frames):
    calls.append(frames)
    out.get_array()[:] = into.get_array()
    midi.clear_buffer()
client.set_process_callback(process)
client.set_graph_order_callback(lambda: None)
client.set_xrun_callback(lambda delay: None)
events = client.events()
client.activate()
while len(calls) < 10:
    time.sleep(0.01)
exec(sys.argv[1])
"""


TOLD = """
while (event := events.next(timeout=10)) is not None and event.kind != jack.EventKind.SHUTDOWN:
    pass
assert event is not None
"""


@pytest.mark.parametrize(
    ("end", "code"),
    [("", 0), ("sys.exit(3)", 3), ("raise KeyboardInterrupt", -signal.SIGINT), ("kill()", 0)],
    ids=["end", "exit", "interrupt", "killed_server"],
)
def test_a_program_may_end_with_an_open_client(end: str, code: int, jackd: Jackd) -> None:
    end = end.replace("kill()", f"os.kill({jackd.pid}, {int(signal.SIGKILL)})\n" + TOLD)
    done = programs.run("-c", PROGRAM, end, timeout=20)
    assert done.returncode == code
    assert "ignored" not in done.stderr
    assert ("Traceback" in done.stderr) == (code < 0)

"""Clients that are closed, dropped, or left open when the program ends."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref

import pytest

from amio import jack
from tests.jack.partner import wait_for
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
        threading.Event().wait(0.05)
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
        self.activate()

    def process(self, frames: int) -> None:
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
            time.sleep(0.03)
            del knot
        wait_for(lambda: not collector.get_ports("^knot"))
    finally:
        gc.enable()
        collector.close()
    assert "ignored" not in capfd.readouterr().err


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


@pytest.mark.parametrize(
    ("end", "code"),
    [("", 0), ("sys.exit(3)", 3), ("raise KeyboardInterrupt", -signal.SIGINT), ("kill()", 0)],
    ids=["end", "exit", "interrupt", "killed_server"],
)
def test_a_program_may_end_with_an_open_client(end: str, code: int, jackd: Jackd) -> None:
    end = end.replace("kill()", f"os.kill({jackd.pid}, {int(signal.SIGKILL)}); time.sleep(0.3)")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, end],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == code
    assert "ignored" not in done.stderr
    assert ("Traceback" in done.stderr) == (code < 0)

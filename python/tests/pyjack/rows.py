"""The rows of PyJack as programs; test_rows.py runs them beside jackd and PipeWire.

Usage: python -m tests.pyjack.rows SERVER ROW

SERVER is `jackd` or `pipewire`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Any

import numpy as np

from amio import pyjack as jack
from tests.jack.steps import raises, wait_for, wait_until_inside

server = ""
AUDIO = "32 bit float mono audio"
#: Numbers of samples, counted from 1, that float32 has exactly.
SCALE = np.float32(2**-24)


def frames_pass(clock: Any, count: int) -> None:
    first = clock.get_frame_time()
    wait_for(lambda: (clock.get_frame_time() - first) % 2**32 >= count)


def row_1_life_cycle() -> None:
    with raises(jack.NotConnectedError):
        jack.activate()
    with raises(jack.NotConnectedError):
        jack.get_client_name()
    jack.detach()  # It need not be attached.
    jack.attach("one")
    assert jack.get_client_name() == "one"
    with raises(jack.UsageError):
        jack.attach("another")
    with raises(jack.UsageError):
        jack.deactivate()
    jack.activate()
    with raises(jack.UsageError):
        jack.activate()
    jack.deactivate()
    jack.activate()
    # Several at once, with the same methods.
    other, third = jack.Client("other"), jack.Client("other")
    assert other.get_client_name() == "other"
    assert third.get_client_name() != "other"
    other.register_port("out", jack.IsOutput)
    wait_for(lambda: "other:out" in jack.get_ports())
    assert not jack.port_is_mine("other:out")
    assert other.port_is_mine("other:out")
    wait_for(lambda: "other:out" in third.get_ports())
    assert not third.port_is_mine("other:out")
    other.activate()
    other.detach()
    with raises(jack.NotConnectedError):
        other.get_ports()
    wait_for(lambda: "other:out" not in jack.get_ports())
    other.attach("again")
    assert other.get_client_name() == "again"
    for name in jack.__all__:
        assert not callable(getattr(jack, name)) or name[0].isupper() or hasattr(other, name), name
    with third:
        third.activate()
    jack.detach()
    with raises(jack.NotConnectedError):
        jack.get_ports()
    jack.attach("once more")
    jack.detach()
    other.detach()


def row_2_ports() -> None:
    jack.attach("two")
    jack.register_port("in_1", jack.IsInput)
    jack.register_port("out_1", jack.IsOutput | jack.IsTerminal | jack.CanMonitor)
    own = {"two:in_1", "two:out_1"}
    wait_for(lambda: own <= set(jack.get_ports()))
    system = "system:playback_1" if server == "jackd" else "system:playback_FL"
    wait_for(lambda: system in jack.get_ports())
    assert jack.get_port_flags("two:in_1") == jack.IsInput
    assert jack.get_port_flags("two:out_1") & ~jack.CanMonitor == jack.IsOutput | jack.IsTerminal
    assert jack.get_port_flags(system) & jack.IsInput
    if server == "jackd":
        assert jack.get_port_flags("two:out_1") & jack.CanMonitor
        assert jack.get_port_flags(system) & jack.IsPhysical
    assert jack.get_port_short_name("two:in_1") == "in_1"
    assert (jack.get_port_type("two:in_1"), jack.get_port_type_id("two:in_1")) == (AUDIO, 0)
    assert (jack.port_is_mine("two:in_1"), jack.port_is_mine(system)) == (1, 0)
    assert jack.get_connections("two:out_1") == []
    for question in (
        jack.get_port_flags,
        jack.get_port_short_name,
        jack.get_port_type,
        jack.get_port_type_id,
        jack.port_is_mine,
        jack.get_connections,
    ):
        with raises(jack.Error):
            question("two:nothing")
        with raises(TypeError):
            question(7)  # type: ignore[arg-type]
    for flags in (0, jack.IsInput | jack.IsOutput, jack.IsTerminal):
        with raises(jack.Error):
            jack.register_port("wrong", flags)
    if server == "jackd":
        with raises(jack.Error):
            jack.register_port("in_1", jack.IsInput)
    jack.unregister_port("in_1")
    with raises(jack.UsageError):
        jack.unregister_port("in_1")
    wait_for(lambda: "two:in_1" not in jack.get_ports())
    jack.detach()


def row_3_connections() -> None:
    jack.attach("three")
    other = jack.Client("other")
    jack.register_port("out", jack.IsOutput)
    other.register_port("in", jack.IsInput)
    other.activate()
    wait_for(lambda: "other:in" in jack.get_ports() and "three:out" in jack.get_ports())
    for connect in (jack.connect, jack.disconnect):
        with raises(jack.UsageError):
            connect("three:nothing", "other:in")
        with raises(jack.UsageError):
            connect("three:out", "other:nothing")
    with raises(jack.UsageError):
        jack.connect("three:out", "other:in")  # It is not active.
    jack.activate()
    jack.connect("three:out", "other:in")
    wait_for(lambda: jack.get_connections("three:out") == ["other:in"])
    assert other.get_connections("other:in") == ["three:out"]
    jack.connect("three:out", "other:in")  # As it is already.
    assert jack.get_connections("three:out") == ["other:in"]
    jack.disconnect("three:out", "other:in")
    wait_for(lambda: jack.get_connections("three:out") == [])
    jack.disconnect("three:out", "other:in")  # As it is already.
    with raises(jack.Error):
        jack.connect("other:in", "three:out")
    other.connect("three:out", "other:in")
    wait_for(lambda: jack.get_connections("three:out") == ["other:in"])
    jack.deactivate()
    wait_for(lambda: other.get_connections("other:in") == [])
    other.detach()
    jack.detach()


def pair(**options: Any) -> tuple[jack.Client, jack.Client]:
    """A client with two outputs, which are connected to the inputs of another one, crosswise."""
    sender, receiver = jack.Client("sender", **options), jack.Client("receiver", **options)
    for number in "12":
        sender.register_port(f"out_{number}", jack.IsOutput)
        receiver.register_port(f"in_{number}", jack.IsInput)
    sender.activate()
    receiver.activate()
    ends = {f"{end}_{number}" for end in ("sender:out", "receiver:in") for number in "12"}
    wait_for(lambda: ends <= set(sender.get_ports()))
    sender.connect("sender:out_1", "receiver:in_2")
    sender.connect("sender:out_2", "receiver:in_1")
    wait_for(lambda: all(sender.get_connections(end) for end in ends))
    return sender, receiver


def ramp(begin: int, frames: int) -> Any:
    """Two channels of numbers; those of the second one are negative."""
    numbers = np.arange(begin, begin + frames, dtype=np.float32) * SCALE
    return np.stack([numbers, -numbers])


def unless_out_of_sync(process: Any, *arrays: Any) -> int:
    try:
        process(*arrays, timeout=5)
    except (jack.InputSyncError, jack.OutputSyncError) as error:
        return int(error.frames)
    return 0


def loop(frames: int, count: int, **options: Any) -> None:
    """Sends numbers from one client to another, and checks that they come one after the other."""
    sender, receiver = pair(**options)
    assert sender.get_block_size() == frames
    # Strides of all kinds: every second row, reversed columns.
    output, captured = (np.zeros((4, frames), np.float32)[::2, ::-1] for _ in range(2))
    unused = np.zeros((0, 0), np.float32)
    right, last, lost = 0, np.float32(0), 0
    for number in range(count):
        output[...] = ramp(1 + number * frames, frames)
        lost += unless_out_of_sync(sender.process, output, unused)
        lost += unless_out_of_sync(receiver.process, unused, captured)
        assert not lost or np.array_equal(captured[0], -captured[1])
        heard = np.flatnonzero(captured[1])
        if len(heard) and not lost:
            # No gap in it, and none before it.
            assert heard[-1] == frames - 1
            assert not last or heard[0] == 0
            numbers = captured[1][heard[0] :]
            assert np.array_equal(numbers, -captured[0][heard[0] :])
            assert (np.diff(numbers) == SCALE).all()
            assert not last or numbers[0] == last + SCALE
            right, last = right + len(numbers), numbers[-1]
    assert lost or right > frames * count * 0.8, (right, lost)
    sender.detach()
    receiver.detach()


def row_4_process() -> None:
    jack.attach("four")
    zeros = np.zeros((1, 256), np.float32)
    with raises(jack.UsageError):
        jack.process(zeros, zeros)
    jack.register_port("in_1", jack.IsInput)
    jack.register_port("out_1", jack.IsOutput)
    jack.activate()
    assert jack.get_buffer_size() == 256
    for wrong in (
        np.zeros((1, 256), np.float64),
        np.zeros((1, 256), np.int32),
        np.zeros(256, np.float32),
        np.zeros((1, 1, 256), np.float32),
        np.zeros((1, 255), np.float32),
        np.zeros((2, 256), np.float32),
        np.zeros((0, 256), np.float32),
    ):
        with raises(ValueError):
            jack.process(wrong, zeros)
        with raises(ValueError):
            jack.process(zeros, wrong)
    for text in ("out", [[0.0] * 256], None):
        with raises(TypeError):
            jack.process(text, zeros)  # type: ignore[arg-type]
    frozen = zeros.copy()
    frozen.flags.writeable = False
    with raises(ValueError):
        jack.process(zeros, frozen)
    captured = np.ones((1, 256), np.float32)
    unless_out_of_sync(jack.process, zeros, captured)
    assert not captured.any()
    # Ports may come and go while it runs.
    jack.register_port("in_2", jack.IsInput)
    with raises(ValueError):
        jack.process(zeros, captured)
    unless_out_of_sync(jack.process, zeros, np.zeros((2, 256), np.float32))
    jack.unregister_port("in_1")
    jack.unregister_port("out_1")
    unless_out_of_sync(jack.process, np.zeros((5, 7), np.float32), captured)
    jack.unregister_port("in_2")
    unless_out_of_sync(jack.process, np.zeros((5, 7), np.float32), np.zeros((0, 0), np.float32))
    jack.detach()
    with raises(jack.UsageError):
        jack.process(zeros, captured)
    loop(256, 300)


def row_5_out_of_sync() -> None:
    sender, receiver = pair(queued_blocks=4)
    output, unused = ramp(1, 256), np.zeros((0, 0), np.float32)
    captured = np.zeros((2, 256), np.float32)
    wait_for(lambda: unless_out_of_sync(sender.process, output, unused) == 0)
    wait_for(lambda: unless_out_of_sync(receiver.process, unused, captured) == 0)
    for _ in range(60):
        unless_out_of_sync(sender.process, output, unused)
    # The receiver was asleep: four blocks wait, and those after them are lost.
    errors = []
    for _ in range(6):
        captured.fill(np.nan)
        try:
            receiver.process(unused, captured)
        except jack.InputSyncError as error:
            errors.append(error)
        # It was delivered all the same.
        assert np.isfinite(captured).all()
    assert errors
    assert sum(error.frames for error in errors) > 256
    # Who is late with output is told, too.
    frames_pass(sender, 14_400)
    caught: list[type] = []
    for _ in range(30):
        try:
            sender.process(output, unused)
        except (jack.InputSyncError, jack.OutputSyncError) as error:
            caught.append(type(error))
    assert set(caught) == {jack.OutputSyncError}  # It has no inputs.
    assert not issubclass(jack.OutputSyncError, jack.InputSyncError)
    sender.detach()
    receiver.detach()


def row_6_events() -> None:
    names = ["graph_ordering", "port_registration", "xrun", "shutdown", "hangup"]
    more = ["buffer_size", "sample_rate"]
    nothing = dict.fromkeys([*names, *more], 0)
    assert jack.check_events() == nothing  # Also where it is not attached.
    jack.attach("six")
    jack.register_port("in", jack.IsInput)
    jack.activate()
    seen = dict(nothing)

    def happened(name: str) -> bool:
        for key, value in jack.check_events().items():
            assert value in (0, 1)
            seen[key] |= value
        return bool(seen[name])

    other = jack.Client("other")
    other.register_port("out", jack.IsOutput)
    wait_for(lambda: happened("port_registration"))
    other.activate()
    wait_for(lambda: "other:out" in jack.get_ports() and "six:in" in jack.get_ports())
    jack.connect("other:out", "six:in")
    wait_for(lambda: happened("graph_ordering"))
    assert not seen["buffer_size"]
    assert not seen["sample_rate"]
    # Reading clears.
    frames_pass(jack, 14_400)
    jack.check_events()
    frames_pass(jack, 4_800)
    quiet = jack.check_events()
    assert {name: quiet[name] for name in quiet if name != "xrun"} == {
        name: 0 for name in nothing if name != "xrun"
    }
    other.set_buffer_size(512)
    if server == "pipewire":
        jack.set_buffer_size(512)
    wait_for(lambda: happened("buffer_size"))
    os.kill(os.getpid(), signal.SIGHUP)
    wait_for(lambda: happened("hangup"))
    assert jack.get_client_name() == "six"  # It is attached as before.
    assert other.check_events()["hangup"] == 1
    other.detach()
    jack.detach()


def shutdown() -> None:
    """Of row 6: waits for the end of the server."""
    jack.attach("six")
    jack.register_port("in", jack.IsInput)
    jack.activate()
    captured, unused = np.zeros((1, 256), np.float32), np.zeros((0, 0), np.float32)
    unless_out_of_sync(jack.process, unused, captured)
    print("ready", flush=True)

    def go_on() -> None:
        while True:
            unless_out_of_sync(jack.process, unused, captured)

    with raises(jack.NotConnectedError):
        go_on()
    wait_for(lambda: jack.check_events()["shutdown"])
    assert jack.check_events()["shutdown"] == 0
    for call in (jack.get_ports, jack.get_buffer_size, jack.deactivate, jack.get_client_name):
        with raises(jack.NotConnectedError):
            call()
    # To attach it needs no detach, but a server.
    with raises(jack.NotConnectedError):
        jack.attach("six")
    jack.detach()


def row_7_server() -> None:
    jack.attach("seven")
    assert jack.get_sample_rate() == 48_000
    assert jack.get_buffer_size() == 256
    assert isinstance(jack.get_cpu_load(), float)
    assert 0 <= jack.get_cpu_load() <= 100
    assert jack.is_realtime() in (0, 1)
    numbers = jack.get_version()
    assert len(numbers) == 4
    assert all(isinstance(number, int) for number in numbers)
    assert jack.get_version_string()[0].isdigit()
    jack.register_port("in", jack.IsInput)
    jack.activate()
    unused = np.zeros((0, 0), np.float32)
    unless_out_of_sync(jack.process, unused, np.zeros((1, 256), np.float32))
    jack.set_buffer_size(128)
    wait_for(lambda: jack.get_buffer_size() == 128)
    # The exchange is one of the new size.
    with raises(ValueError):
        jack.process(unused, np.zeros((1, 256), np.float32))
    for _ in range(10):
        unless_out_of_sync(jack.process, unused, np.zeros((1, 128), np.float32))
    with raises(ValueError):
        jack.set_buffer_size(-1)
    jack.detach()


def row_8_transport() -> None:
    jack.attach("eight")
    jack.activate()
    if server == "pipewire":
        # It ignores what comes before a client's first period.
        nothing = np.zeros((0, 0), np.float32)
        for _ in range(2):
            unless_out_of_sync(jack.process, nothing, nothing)
    jack.transport_stop()
    wait_for(lambda: jack.get_transport_state() == jack.TransportStopped)
    jack.transport_locate(48_000)
    if server == "jackd":  # PipeWire tells it when the transport rolls.
        wait_for(lambda: jack.get_current_transport_frame() == 48_000)
    jack.set_sync_timeout(1_000_000)
    jack.transport_start()
    wait_for(lambda: jack.get_transport_state() == jack.TransportRolling)
    wait_for(lambda: jack.get_current_transport_frame() > 48_000)
    jack.transport_stop()
    wait_for(lambda: jack.get_transport_state() == jack.TransportStopped)
    begin = time.monotonic()
    frames_pass(jack, 4_800)
    assert 0.05 < time.monotonic() - begin < 2
    with raises(ValueError):
        jack.transport_locate(-1)
    jack.detach()
    for call in (jack.transport_start, jack.transport_stop, jack.get_transport_state):
        with raises(jack.NotConnectedError):
            call()


def row_9_constants() -> None:
    # Those of JACK's own headers.
    flags = (jack.IsInput, jack.IsOutput, jack.IsPhysical, jack.CanMonitor, jack.IsTerminal)
    assert flags == (1, 2, 4, 8, 16)
    states = (jack.TransportStopped, jack.TransportRolling, jack.TransportStarting)
    assert states == (0, 1, 3)


def row_10_errors() -> None:
    errors: list[type[Exception]] = [
        jack.Error,
        jack.NotConnectedError,
        jack.UsageError,
        jack.InputSyncError,
        jack.OutputSyncError,
    ]
    for error in errors:
        # As in PyJack, to catch one is not to catch another.
        assert error.__bases__ == (Exception,)
    with raises(jack.NotConnectedError):
        jack.get_ports()
    jack.attach("ten")
    with raises(jack.Error):
        jack.get_port_flags("ten:nothing")
    with raises(jack.UsageError):
        jack.unregister_port("nothing")
    jack.detach()
    os.environ["JACK_DEFAULT_SERVER"] = os.environ["PIPEWIRE_REMOTE"] = "nobody"
    with raises(jack.NotConnectedError):
        jack.attach("ten")


def row_11_wishes() -> None:
    # Blocks apart from the server's period.
    loop(100, 600, block_size=100, queued_blocks=100)
    loop(1000, 60, block_size=1000)
    jack.attach("eleven", block_size=64, latency=2048)
    assert (jack.get_block_size(), jack.get_buffer_size()) == (64, 256)
    jack.register_port("out", jack.IsOutput)
    jack.register_port("in", jack.IsInput)
    jack.activate()
    assert jack.get_levels() == {}
    square = np.where(np.arange(64) % 2, 0.5, -0.5).astype(np.float32)[np.newaxis]
    captured = np.zeros((1, 64), np.float32)
    unless_out_of_sync(jack.process, square, captured)
    assert jack.get_levels() == {"in": jack.Levels(0, 0, 0), "out": jack.Levels(0.5, 0.5, 0)}
    square[0, :2] = 1, -2
    unless_out_of_sync(jack.process, square, captured)
    level = jack.get_levels()["out"]
    assert (level.peak, level.clipped) == (2.0, 2)
    # A time-out: the input comes with the next call.
    jack.unregister_port("in")
    jack.unregister_port("out")
    jack.detach()
    slow = jack.Client("slow", block_size=48_000)
    slow.register_port("in", jack.IsInput)
    slow.activate()
    unused, second = np.zeros((0, 0), np.float32), np.zeros((1, 48_000), np.float32)
    begin = time.monotonic()
    with raises(TimeoutError):
        slow.process(unused, second, timeout=0.1)
    assert 0.1 <= time.monotonic() - begin < 0.9
    unless_out_of_sync(slow.process, unused, second)
    # Who waits is told when the client is deactivated or gone.
    told: list[Exception] = []

    def wait() -> None:
        try:
            slow.process(unused, second)
        except (jack.UsageError, jack.NotConnectedError) as error:
            told.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    wait_until_inside(thread, "wait_in_slices")
    slow.deactivate()
    thread.join(5)
    assert [type(error) for error in told] == [jack.UsageError]
    slow.detach()


ROWS = [row for name, row in list(globals().items()) if name.startswith("row_")]

if __name__ == "__main__":
    server, number = sys.argv[1:]
    (shutdown if number == "shutdown" else ROWS[int(number) - 1])()
    print("passed")

"""What JACK-Client 0.5.7 does, as programs that use either module; test_rows.py runs them.

Usage: python -m tests.jack.rows MODULE SERVER ROW

MODULE is `jack` (JACK-Client itself) or `amio.jack`, SERVER is `jackd` or `pipewire`.
"""

from __future__ import annotations

import array
import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

jack: Any = None
server = ""

GONE = "http://jackaudio.org/metadata/port-group"


def wait_for(what: Callable[[], object], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "this did not happen"
        time.sleep(0.005)


@contextmanager
def raises(kind: type[BaseException]) -> Iterator[list[Any]]:
    caught: list[Any] = []
    try:
        yield caught
    except kind as error:
        caught.append(error)
    else:
        raise AssertionError(f"no {kind.__name__}")


def runs(client: Any) -> Any:
    """Activates a client whose process callback is called from now on."""
    called = threading.Event()
    client.set_process_callback(lambda _frames: called.set())
    client.activate()
    assert called.wait(5)
    return client


def row_1() -> None:
    with jack.Client("one") as client:
        assert client.name == "one"
        assert isinstance(client.uuid, str)
        assert client.uuid.isdecimal()
        assert client.samplerate == 48_000
        assert client.blocksize == 256
        assert isinstance(client.realtime, bool)
        assert 0 <= client.cpu_load() <= 100
        assert not client.status.failure
        other = jack.Client("one")
        assert other.name != "one" or server == "pipewire"
        if server == "jackd":
            assert other.status.name_not_unique
            with raises(jack.JackOpenError):
                jack.Client("one", use_exact_name=True)
        other.close()
        other.close()
        client.blocksize = 128
        wait_for(lambda: client.blocksize == 128)
        client.blocksize = 256
        wait_for(lambda: client.blocksize == 256)
        port = client.inports.register("in")
        assert client.owns(port)
        assert client.owns("one:in")
        with raises(jack.JackError):
            client.owns("nobody:nothing")
    client.close(ignore_errors=False)


def row_2() -> None:
    client = jack.Client("two")
    seen: list[tuple[int, int]] = []

    def process(frames: int) -> None:
        if len(seen) < 3:
            seen.append((client.last_frame_time, client.frames_since_cycle_start))

    client.set_process_callback(process)
    client.activate()
    wait_for(lambda: len(seen) == 3)
    frames = client.blocksize
    assert all(since <= 48_000 for _, since in seen)
    starts = [start for start, _ in seen]
    assert all((start - starts[0]) % frames == 0 for start in starts)
    now = client.frame_time
    wait_for(lambda: client.frame_time > now)
    assert client.last_frame_time >= seen[-1][0]
    assert isinstance(client.frames_since_cycle_start, int)
    client.close()


def row_3() -> None:
    client = jack.Client("three")
    for ports, kind, is_input in (
        (client.inports, jack.OwnPort, True),
        (client.outports, jack.OwnPort, False),
        (client.midi_inports, jack.OwnMidiPort, True),
        (client.midi_outports, jack.OwnMidiPort, False),
    ):
        assert len(ports) == 0
        prefix = f"{kind.__name__}{is_input}"
        first = ports.register(prefix + "1")
        second = ports.register(shortname=prefix + "2", is_terminal=True, is_physical=True)
        assert type(first) is type(second) is kind
        assert list(ports) == [first, second]
        assert ports[0] == first
        assert ports[-1] == second
        assert ports[1:] == [second]
        assert first != second
        assert (first.is_input, first.is_output) == (is_input, not is_input)
        assert not first.is_terminal
        assert not first.is_physical
        assert second.is_terminal
        assert second.is_physical
        assert repr(ports) == f"[{first!r}, {second!r}]"
        assert repr(first) == f"jack.{kind.__name__}('three:{prefix}1')"
        with raises(IndexError):
            ports[2]
        if server == "jackd":
            with raises(jack.JackError):
                ports.register(prefix + "1")
        first.unregister()
        assert list(ports) == [second]
        ports.clear()
        assert len(ports) == 0
    client.close()


def row_4() -> None:
    client = runs(jack.Client("four"))
    out = client.outports.register("out")
    into = client.inports.register("into")
    midi = client.midi_inports.register("midi")
    client.connect(out, "four:into")
    wait_for(lambda: client.get_all_connections(out))
    assert client.get_all_connections("four:into") == [out]
    with raises(jack.JackErrorCode) as caught:
        client.connect("four:out", into)
    assert caught[0].code == 17
    with raises(jack.JackErrorCode):
        client.connect(out, "nobody:nothing")
    client.disconnect(out, into)
    wait_for(lambda: not client.get_all_connections(into))
    with raises(jack.JackErrorCode):
        client.disconnect(out, into)
    own = client.get_ports("^four:")
    assert own == [out, into, midi]
    assert [type(port) for port in own] == [jack.OwnPort, jack.OwnPort, jack.OwnMidiPort]
    assert client.get_ports("^four:", is_audio=True) == [out, into]
    assert client.get_ports("^four:", is_midi=True) == [midi]
    assert client.get_ports("^four:", is_midi=True, is_audio=True) == [out, into, midi]
    assert client.get_ports("^four:", is_input=True) == [into, midi]
    assert client.get_ports("^four:", is_output=True) == [out]
    assert client.get_ports("^four:", is_physical=True) == []
    assert client.get_ports("^four:", can_monitor=True, is_terminal=True) == []
    assert client.get_ports("(") == []
    assert client.get_ports(is_physical=True)
    assert client.get_port_by_name("four:midi") == midi
    with raises(jack.JackError):
        client.get_port_by_name("four:nothing")
    client.close()


def row_5() -> None:
    client = runs(jack.Client("five"))
    assert client.transport_state == jack.STOPPED
    client.transport_frame = 480
    wait_for(lambda: client.transport_frame == 480)
    client.transport_start()
    wait_for(lambda: client.transport_state == jack.ROLLING)
    wait_for(lambda: client.transport_frame > 480)
    client.transport_stop()
    wait_for(lambda: client.transport_state == jack.STOPPED)
    state, position = client.transport_query_struct()
    assert state == jack.STOPPED
    assert position.frame_rate == 48_000
    position.frame = 4_800
    position.valid = 0
    client.transport_reposition_struct(position)
    wait_for(lambda: client.transport_query()[1]["frame"] == 4_800)
    state, found = client.transport_query()
    assert isinstance(state, jack.TransportState)
    assert set(found) == {"usecs", "frame_rate", "frame"}
    position = client.transport_query_struct()[1]
    position.valid = jack.POSITION_BBT | jack.POSITION_TIMECODE
    position.bar, position.beat, position.tick = 3, 2, 1
    position.bar_start_tick, position.beats_per_minute = 7680.0, 120.0
    position.frame_time, position.next_time = 0.5, 0.75
    found = jack.position2dict(position)
    assert (found["bar"], found["beat"], found["tick"]) == (3, 2, 1)
    assert (found["frame_time"], found["next_time"]) == (0.5, 0.75)
    assert "bbt_offset" not in found
    with raises(TypeError):
        position.bar = 1.5
    client.set_sync_timeout(1_000_000)
    with raises(jack.JackErrorCode):
        client.release_timebase()
    client.set_freewheel(True)
    client.set_freewheel(False)
    client.close()


def row_6() -> None:
    client = jack.Client("six")
    seen: dict[str, list[Any]] = {}

    def note(name: str) -> Callable[..., None]:
        return lambda *arguments: seen.setdefault(name, []).append(arguments)

    for name in (
        "shutdown",
        "freewheel",
        "blocksize",
        "samplerate",
        "client_registration",
        "graph_order",
        "xrun",
        "property_change",
    ):
        assert getattr(client, f"set_{name}_callback")(note(name)) is None
    # As decorators, with and without arguments.
    client.set_port_registration_callback(only_available=False)(note("port_registration"))
    client.set_port_connect_callback(note("port_connect"))
    client.set_port_rename_callback(note("port_rename"))
    assert seen.pop("samplerate") == [(48_000,)]

    client.activate()
    other = runs(jack.Client("other"))
    out = other.outports.register("out")
    into = other.inports.register("into")
    other.connect(out, into)
    wait_for(lambda: "port_connect" in seen)
    wait_for(lambda: len(seen.get("port_registration", [])) >= 2)
    assert seen["port_registration"][-2:] == [(out, True), (into, True)]
    assert seen["port_connect"] == [(out, into, True)]
    assert ("other", True) in seen["client_registration"]
    assert seen["graph_order"][0] == ()
    if server == "jackd":
        into.shortname = "renamed"
        wait_for(lambda: "port_rename" in seen)
        assert seen["port_rename"] == [(into, "other:into", "other:renamed")]
        other.set_property(other, jack.METADATA_PRETTY_NAME, "Other")
        wait_for(lambda: "property_change" in seen)
        changed = int(other.uuid), jack.METADATA_PRETTY_NAME, jack.PROPERTY_CREATED
        assert seen["property_change"] == [changed]
    other.set_freewheel(True)
    wait_for(lambda: (True,) in seen.get("freewheel", []))
    other.set_freewheel(False)
    wait_for(lambda: (False,) in seen["freewheel"])
    other.blocksize = 128
    wait_for(lambda: (128,) in seen.get("blocksize", []))
    other.close()
    wait_for(lambda: ("other", False) in seen["client_registration"])
    client.close()

    leaving = jack.Client("leaving")
    calls: list[int] = []

    @leaving.set_process_callback  # type: ignore[untyped-decorator]
    def process(frames: int) -> None:
        calls.append(frames)
        if len(calls) == 4:
            raise jack.CallbackExit

    leaving.activate()
    wait_for(lambda: len(calls) == 4)
    time.sleep(0.05)
    # JACK-Client on PipeWire goes on.
    if "amio" in jack.__name__ or server == "jackd":
        assert len(calls) == 4
    leaving.close()

    waiting = jack.Client("waiting")
    asked: list[tuple[int, int]] = []
    told: list[tuple[int, int, bool]] = []

    def sync(state: int, pos: Any) -> bool:
        asked.append((state, pos.frame))
        return len(asked) > 3

    def timebase(state: int, blocksize: int, pos: Any, new_pos: bool) -> None:
        told.append((state, blocksize, new_pos))
        pos.valid = jack.POSITION_BBT
        pos.bar, pos.beat, pos.tick = 5, 3, 1
        pos.beats_per_bar, pos.beat_type = 4.0, 4.0
        pos.ticks_per_beat, pos.beats_per_minute = 960.0, 90.0

    waiting.set_sync_callback(sync)
    runs(waiting)
    assert waiting.set_timebase_callback(conditional=True)(timebase)
    waiting.transport_frame = 960
    waiting.transport_start()
    wait_for(lambda: waiting.transport_state == jack.ROLLING)
    wait_for(lambda: "bar" in waiting.transport_query()[1])
    position = waiting.transport_query()[1]
    assert (position["bar"], position["beats_per_minute"]) == (5, 90.0)
    if server == "jackd":
        assert len(asked) > 3
        rival = runs(jack.Client("rival"))
        assert not rival.set_timebase_callback(timebase, conditional=True)
        rival.close()
    assert told[0][1] in (128, 256)
    waiting.transport_stop()
    wait_for(lambda: waiting.transport_state == jack.STOPPED)
    waiting.set_sync_callback(None)
    waiting.release_timebase()
    waiting.blocksize = 256
    waiting.close()


def row_7() -> None:
    client = jack.Client("seven")
    other = runs(jack.Client("other"))
    assert client.get_uuid_for_client_name("other") == other.uuid
    assert client.get_client_name_by_uuid(other.uuid) == "other"
    with raises(jack.JackError):
        client.get_uuid_for_client_name("nobody")
    with raises(jack.JackError):
        client.get_client_name_by_uuid("99")
    other.close()
    client.close()


def row_8() -> None:
    client = runs(jack.Client("eight"))
    port = client.inports.register("in")
    name, order = jack.METADATA_PRETTY_NAME, jack.METADATA_ORDER
    client.set_property(client, name, "Eight")
    client.set_property(port, name, b"Port", "text/plain")
    client.set_property(port.uuid, order, "1", "http://www.w3.org/2001/XMLSchema#int")
    # PipeWire tells it back to the client.
    wait_for(lambda: len(jack.get_properties(port)) == 2)
    assert jack.get_property(client, name) == (b"Eight", "")
    assert jack.get_property(client.uuid, name) == (b"Eight", "")
    assert jack.get_property(port, name) == (b"Port", "text/plain")
    assert jack.get_property(port, GONE) is None
    assert set(jack.get_properties(port)) == {name, order}
    every = jack.get_all_properties()
    assert every[int(client.uuid)] == {name: (b"Eight", "")}
    assert every[port.uuid] == jack.get_properties(port)
    if server == "jackd":
        with raises(ValueError):
            client.remove_property(port, GONE)
        client.remove_property(port, order)
        assert set(jack.get_properties(port)) == {name}
        assert client.remove_properties(port) == 1
        assert jack.get_properties(port) == {}
    client.remove_all_properties()
    wait_for(lambda: not jack.get_all_properties())
    with raises(ValueError):
        client.set_property("nobody", name, "x")
    with raises(TypeError):
        jack.get_property(1.5, name)
    numbers = jack.PROPERTY_CREATED, jack.PROPERTY_CHANGED, jack.PROPERTY_DELETED
    assert numbers == (0, 1, 2)
    client.close()


def row_9() -> None:
    client = runs(jack.Client("nine"))
    other = runs(jack.Client("other"))
    audio, midi = other.outports.register("audio"), other.midi_outports.register("midi")
    wait_for(lambda: len(client.get_ports("^other:")) == 2)
    seen, seen_midi = client.get_ports("^other:")
    assert (type(seen), type(seen_midi)) == (jack.Port, jack.MidiPort)
    assert issubclass(jack.OwnMidiPort, jack.MidiPort)
    assert issubclass(jack.OwnMidiPort, jack.OwnPort)
    assert issubclass(jack.UnknownPort, jack.Port)
    assert (seen.name, seen.shortname) == ("other:audio", "audio")
    assert (seen.type, seen_midi.type) == ("32 bit float mono audio", "8 bit raw midi")
    assert isinstance(seen.uuid, int)
    assert seen.uuid == audio.uuid != midi.uuid
    assert seen == client.get_port_by_name("other:audio")
    assert seen != seen_midi
    assert (seen.is_audio, seen.is_midi, seen_midi.is_audio, seen_midi.is_midi) == (
        True,
        False,
        False,
        True,
    )
    assert (seen.is_input, seen.is_output) == (False, True)
    assert (seen.is_physical, seen.can_monitor, seen.is_terminal) == (False, False, False)
    assert repr(seen_midi) == "jack.MidiPort('other:midi')"
    seen.request_monitor(True)
    if server == "jackd":
        assert seen.aliases == []
        seen.set_alias("first")
        seen.set_alias("second")
        assert seen.aliases == ["first", "second"]
        with raises(jack.JackErrorCode):
            seen.set_alias("third")
        seen.unset_alias("first")
        with raises(jack.JackErrorCode):
            seen.unset_alias("first")
        assert seen.aliases == ["second"]
    audio.shortname = "renamed"
    assert (audio.name, audio.shortname) == ("other:renamed", "renamed")
    if server == "jackd":
        assert seen.name == "other:renamed"
    other.close()
    client.close()


def row_10() -> None:
    client, sender = jack.Client("ten"), jack.Client("sender")
    source, third = sender.outports.register("source"), sender.outports.register("third")
    sink, other = client.inports.register("sink"), client.inports.register("other")
    arrived: list[Any] = []

    def send(frames: int) -> None:
        source.get_array()[:] = np.arange(frames)
        third.get_buffer()[:] = source.get_buffer()
        third.get_buffer()[0:4] = b"\0\0\x80\x3f"

    def process(frames: int) -> None:
        buffer = sink.get_buffer()
        assert len(buffer) == 4 * frames
        samples = sink.get_array()
        assert samples.dtype == np.float32
        assert samples.shape == (frames,)
        if samples.any() and len(arrived) < 2:
            arrived.append((samples.copy(), bytes(buffer)))

    sender.set_process_callback(send)
    client.set_process_callback(process)
    sender.activate()
    client.activate()
    assert source.number_of_connections == 0
    source.connect(sink)
    source.connect("ten:other")
    wait_for(lambda: source.number_of_connections == 2)
    assert source.connections == [sink, other]
    assert source.is_connected_to(sink)
    assert source.is_connected_to("ten:other")
    assert not third.is_connected_to(other)
    with raises(ValueError):
        source.connect(third)
    with raises(ValueError):
        sink.connect(other)
    wait_for(lambda: len(arrived) == 2)
    samples, content = arrived[1]
    assert samples[0] == 0
    assert samples[-1] == len(samples) - 1
    assert content == samples.tobytes()
    source.disconnect(sink)
    wait_for(lambda: source.connections == [other])
    sink.connect(third)
    arrived.clear()
    wait_for(lambda: len(arrived) == 2)
    assert arrived[1][0][0] == 1
    sink.disconnect("sender:third")
    source.disconnect()
    wait_for(lambda: not (source.number_of_connections or sink.number_of_connections))
    other.unregister()
    assert list(client.inports) == [sink]
    sender.close()
    client.close()


def row_11() -> None:
    client = jack.Client("eleven")
    source = client.midi_outports.register("source")
    sink = client.midi_inports.register("sink")
    sent = (
        (0, b"\x90\x40\x7f"),
        (3, (0x80, 0x40, 0)),
        (3, [0xC0, 5]),
        (100, bytearray(b"\xf0\x01\x02\xf7")),
        (200, memoryview(b"\xf8")),
    )
    arrived: list[list[tuple[int, bytes]]] = []
    facts: list[Any] = []

    def process(frames: int) -> None:
        events = []
        for offset, event in sink.incoming_midi_events():
            assert event[0] == bytes(event)[:1]
            assert len(event[0]) == 1
            assert event[0:2] == bytes(event)[:2]
            assert event == bytes(event)
            events.append((offset, bytes(event)))
        if events:
            arrived.append(events)
        source.clear_buffer()
        room = source.max_event_size
        for offset, event in sent:
            source.write_midi_event(offset, event)
        reserved = source.reserve_midi_event(frames - 1, 3)
        reserved[:] = b"\x90\x41\x01"
        if len(facts) < 1:
            facts.append((room, source.max_event_size, sink.lost_midi_events))
            with raises(jack.JackError):
                source.write_midi_event(0, b"\xfa")
            assert len(source.reserve_midi_event(0, 1)) == 0
            for function in (source.get_buffer, source.get_array):
                with raises(NotImplementedError):
                    function()
            facts.append(frames)

    client.set_process_callback(process)
    client.activate()
    source.connect(sink)
    wait_for(lambda: len(arrived) > 2)
    assert len(facts) == 2
    (before, after, lost), frames = facts
    assert before > after > 1000
    assert lost == 0
    wanted = [(offset, bytes(event)) for offset, event in sent]
    assert arrived[1] == [*wanted, (frames - 1, b"\x90\x41\x01")]
    client.close()


def row_12() -> None:
    ring = jack.RingBuffer(100)
    assert (ring.size, ring.write_space, ring.read_space) == (128, 127, 0)
    assert [jack.RingBuffer(size).size for size in (0, 1, 2, 3, 64, 65)] == [2, 2, 2, 4, 64, 128]
    assert ring.write(b"abc") == 3
    assert ring.write([1, 2, 255]) == 3
    assert ring.write(memoryview(b"de")) == 2
    assert ring.write(array.array("h", [0x6666])) == 2
    for wrong, kind in (("text", TypeError), (5, TypeError), ([256], OverflowError)):
        with raises(kind):
            ring.write(wrong)
    with raises(TypeError):
        ring.write(byte for byte in b"ab")
    peeked = ring.peek(4)
    assert peeked == b"abc\x01"
    assert (len(peeked), peeked[0], peeked[-1], peeked[1:3]) == (4, b"a", b"\x01", b"bc")
    assert list(peeked) == [b"a", b"b", b"c", b"\x01"]
    assert memoryview(peeked).format == "B"
    assert bytes(ring.read(6)) == b"abc\x01\x02\xff"
    assert bytes(ring.read(100)) == b"deff"
    assert len(ring.read(10)) == 0
    with raises(IndexError):
        peeked[4]
    with raises(TypeError):
        peeked[0:4:2]
    assert ring.write(bytes(200)) == 127
    assert ring.write_space == 0
    ring.read_advance(100)
    assert ring.read_space == 27
    first, second = ring.write_buffers
    assert len(first) + len(second) == 100
    first[0:3] = b"xyz"
    first[3] = b"!"
    with raises(ValueError):
        first[0:3] = b"ab"
    with raises(TypeError):
        first[0] = 5
    ring.write_advance(4)
    ring.read_advance(27)
    first, second = ring.read_buffers
    assert bytes(first) + bytes(second) == b"xyz!"
    ring.mlock()
    ring.reset()
    assert (ring.read_space, ring.write_space) == (0, 127)
    ring.reset(16)
    assert (ring.size, ring.write_space) == (16, 15)
    passed: list[bytes] = []
    content = os.urandom(100_000)
    ring = jack.RingBuffer(1000)

    def read() -> None:
        while sum(map(len, passed)) < len(content):
            passed.append(bytes(ring.read(333)))

    reader = threading.Thread(target=read)
    reader.start()
    at = 0
    while at < len(content):
        at += ring.write(content[at : at + 500])
    reader.join(10)
    assert b"".join(passed) == content


def row_13() -> None:
    names = [
        "failure",
        "invalid_option",
        "name_not_unique",
        "server_started",
        "server_failed",
        "server_error",
        "no_such_client",
        "load_failure",
        "init_failure",
        "shm_failure",
        "version_error",
        "backend_error",
        "client_zombie",
    ]
    for number, name in enumerate(names):
        status = jack.Status(1 << number)
        assert [other for other in names if getattr(status, other)] == [name]
    assert repr(jack.Status(0x21)) == "<jack.Status 0x21: failure, server_error>"
    assert repr(jack.Status(0)) == "<jack.Status 0x0: no flags set>"
    states = [jack.STOPPED, jack.ROLLING, jack.STARTING, jack.NETSTARTING]
    assert states == [0, 1, 3, 4]
    shown = [repr(jack.TransportState(state)) for state in states]
    assert shown == ["jack.STOPPED", "jack.ROLLING", "jack.STARTING", "jack.NETSTARTING"]
    assert jack.TransportState(1) == jack.ROLLING
    assert jack.TransportState(1) == jack.TransportState(1)
    assert jack.TransportState(1) != jack.STOPPED
    assert hash(jack.TransportState(3)) == hash(3)
    bits = ["BBT", "TIMECODE", "BBT_FRAME_OFFSET", "AUDIO_VIDEO_RATIO", "VIDEO_FRAME_OFFSET"]
    assert [getattr(jack, f"POSITION_{bit}") for bit in bits] == [16, 32, 64, 128, 256]


def row_14() -> None:
    assert len(jack.version()) == 4
    assert all(isinstance(number, int) for number in jack.version())
    assert isinstance(jack.version_string(), str)
    assert jack.client_name_size() > 32
    assert jack.port_name_size() > jack.client_name_size()
    lines: list[str] = []
    jack.set_error_function(lines.append)
    jack.set_info_function(lines.append)
    with raises(jack.JackOpenError):
        jack.Client("n" * (jack.client_name_size() + 10), use_exact_name=True, servername="none")
    client = runs(jack.Client("fourteen"))
    assert isinstance(jack.client_pid("fourteen"), int)
    with raises(jack.JackErrorCode):
        client.connect("nobody:out", "nobody:in")
    if server == "jackd":
        wait_for(lambda: lines)
        assert all(isinstance(line, str) for line in lines)
    client.close()
    jack.set_error_function()
    jack.set_info_function(None)


def row_15() -> None:
    assert issubclass(jack.JackErrorCode, jack.JackError)
    assert issubclass(jack.JackOpenError, jack.JackError)
    assert not issubclass(jack.CallbackExit, jack.JackError)
    error = jack.JackErrorCode("message", 5)
    assert (error.message, error.code, str(error)) == ("message", 5, "message (5)")
    status = jack.Status(1)
    error = jack.JackOpenError("name", status)
    assert (error.name, error.status, error.args) == ("name", status, ("name", status))
    assert str(error) == 'Error initializing "name": <jack.Status 0x1: failure>'
    if server == "jackd":
        with raises(jack.JackOpenError) as caught:
            jack.Client("fifteen", no_start_server=True, servername="nowhere")
        assert caught[0].name == "fifteen"
        assert caught[0].status.server_failed
        assert caught[0].status.failure

    client = jack.Client("fifteen")
    calls: list[int] = []

    def process(frames: int) -> None:
        calls.append(frames)
        raise ValueError("a mistake")

    client.set_process_callback(process)
    client.activate()
    wait_for(lambda: calls)
    time.sleep(0.1)
    if "amio" in jack.__name__ or server == "jackd":
        assert len(calls) == 1
    client.deactivate()
    client.close()
    print("stderr has the exception")


def main(module: str, where: str, row: str) -> None:
    global jack, server
    jack, server = importlib.import_module(module), where
    globals()[f"row_{row}"]()
    print("passed")


if __name__ == "__main__":
    main(*sys.argv[1:])

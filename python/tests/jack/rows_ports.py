"""Rows 9 to 11: ports, and what goes through them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.jack.steps import raises, runs, wait_for

# Which of the two modules it is, and the name of the server; rows.py sets both.
jack: Any = None
server = ""


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

"""Rows 1 to 8: clients, and what is asked of their server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.jack.steps import periods_pass, raises, runs, wait_for

# Which of the two modules it is, and the name of the server; rows.py sets both.
jack: Any = None
server = ""


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
        if "amio" in jack.__name__:
            assert ports[prefix + "2"] == second
            with raises(KeyError):
                ports["nothing"]
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
    wait_for(lambda: client.transport_query()[1]["frame"] == 480)
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
    periods_pass(jack)
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
    assert jack.get_property(port, "http://jackaudio.org/metadata/port-group") is None
    assert set(jack.get_properties(port)) == {name, order}
    every = jack.get_all_properties()
    assert every[int(client.uuid)] == {name: (b"Eight", "")}
    assert every[port.uuid] == jack.get_properties(port)
    if server == "jackd":
        with raises(ValueError):
            client.remove_property(port, "http://jackaudio.org/metadata/port-group")
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

"""Programs that send and receive MIDI through an interface; test_midi.py runs them.

Usage: python -m tests.midi_programs NAME
"""

from __future__ import annotations

import asyncio
import gc
import random
import sys

import amio
from tests.jack.steps import raises, wait_for
from tests.programs import main

#: What goes out in one period comes in with the next one.
LOOP = 256


def looped() -> amio.NativeInterface:
    """An interface whose first MIDI output is connected to its own MIDI input."""
    interface = amio.NativeInterface(
        client_name="midi", midi_inputs=1, midi_outputs=2, connect=False
    )
    interface.open()
    client = interface.jack_client()
    source, sink = "midi:midi_out_1", "midi:midi_in_1"
    client.connect(source, sink)
    wait_for(lambda: [port.name for port in client.get_all_connections(source)] == [sink])
    client.close()
    # The connection carries from the next period on.
    begin = interface.transport.device_frame
    wait_for(lambda: interface.transport.device_frame > begin + 2048)
    return interface


def number_of(message: amio.MidiMessage) -> int:
    status, high, low = message.bytes
    assert status == 0xB0
    return int(high << 7 | low)


def controller(number: int) -> bytes:
    return bytes([0xB0, number >> 7, number & 127])


def timeline() -> None:
    """Messages for frames of the timeline arrive at those frames, one period later."""
    with looped() as interface:
        interface.rolling = True
        begin = interface.position + 24_000
        frames = sorted(begin + random.Random(1).randrange(48_000) for _ in range(1000))
        for number in random.Random(2).sample(range(1000), 1000):
            interface.send_midi(controller(number), frames[number], late="drop")
        for _ in range(1000):
            message = interface.next_midi(timeout=10)
            assert message is not None
            # Without audio ports that are connected, there is no latency.
            assert message.position == frames[number_of(message)] + LOOP
            assert (message.port, message.rolling, message.lost_before) == (0, True, 0)
        assert interface.next_midi() is None
        stats = interface.stats
        assert (stats.midi_sent, stats.midi_received, stats.midi_late) == (1000, 1000, 0)
        assert (stats.midi_input_lost, stats.midi_output_lost) == (0, 0)


def clocks() -> None:
    """Device frames, frames of the server, and the next period."""
    with looped() as interface:
        first = interface.transport.device_frame + 9_600
        interface.send_midi([0xB0, 0, 1], first, clock="device")
        message = interface.next_midi(timeout=5)
        assert message is not None
        assert (message.device_frame, message.bytes) == (first + LOOP, b"\xb0\0\1")
        assert (message.rolling, message.ticket) == (False, 0)
        later = (message.server_frame + 9_600) % 2**32
        interface.send_midi(bytearray(b"\xb0\0\2"), later, clock="server")
        second = interface.next_midi(timeout=5)
        assert second is not None
        assert second.server_frame == (later + LOOP) % 2**32
        assert second.device_frame == message.device_frame + 9_600 + LOOP
        assert second.time_ns > message.time_ns
        now = interface.transport.device_frame
        interface.send_midi(memoryview(b"\xf8"))
        third = interface.next_midi(timeout=5)
        assert third is not None
        assert third.bytes == b"\xf8"
        assert now <= third.device_frame < now + 48_000
        # What is late goes out at once, or never.
        interface.send_midi(controller(4), 0, clock="device", late="drop")
        interface.send_midi(controller(5), 0, clock="device")
        fourth = interface.next_midi(timeout=5)
        assert fourth is not None
        assert number_of(fourth) == 5
        # What is forgotten never goes out; while the transport stands, the timeline waits.
        interface.send_midi(controller(6), interface.position + 100)
        assert interface.next_midi(timeout=0.2) is None
        interface.cancel_midi()
        interface.rolling = True
        assert interface.next_midi(timeout=0.3) is None


def loop() -> None:
    """An event loop is woken for messages."""

    async def echo(interface: amio.NativeInterface) -> list[int]:
        seen = []
        async for message in interface.midi():
            seen.append(number_of(message))
            if len(seen) < 50:
                interface.send_midi(controller(len(seen)))
            else:
                break
        return seen

    async def main() -> None:
        async with looped() as interface:
            interface.send_midi(controller(0))
            assert await asyncio.wait_for(echo(interface), 10) == list(range(50))
            with raises(RuntimeError):
                interface.next_midi(timeout=1)  # That would stop the loop.
            assert interface.next_midi() is None
            waiting = asyncio.ensure_future(echo(interface))
            await asyncio.sleep(0)  # The task begins.
            with raises(RuntimeError):
                await echo(interface)
            interface.shutdown()
            # The iteration ends with the interface.
            assert await asyncio.wait_for(waiting, 5) == []

    asyncio.run(main())


def lent() -> None:
    """The client of an interface: its ports are renamed, connected, and added to."""
    from amio import jack

    interface = amio.NativeInterface(client_name="lender", connect=False)
    with interface, interface.jack_client() as client:
        assert client.name == interface.client_name == "lender"
        assert client.samplerate == interface.frame_rate
        for refused in (client.activate, lambda: client.set_process_callback(print)):
            with raises(jack.JackErrorCode):
                refused()
        events = client.events()
        assert client.owns("lender:output_l")
        left = client.get_port_by_name("lender:output_l")
        client.set_property(left, jack.METADATA_PRETTY_NAME, "Left")
        assert jack.get_property(left, jack.METADATA_PRETTY_NAME) == (b"Left", "")
        left.shortname = "left"
        wait_for(lambda: [port.name for port in client.get_ports("^lender:left$")])
        client.connect("lender:left", "lender:input_l")
        wait_for(lambda: client.get_all_connections("lender:left"))
        clock = client.midi_outports.register("clock")
        kinds = set()
        while event := events.next(timeout=0.5):
            kinds.add(event.kind)
        assert {jack.EventKind.PORT, jack.EventKind.CONNECTION} <= kinds
        called: list[str] = []

        def is_ready(_state: int, _position: jack.Position) -> bool:
            called.append("sync")
            return True

        client.set_sync_callback(is_ready)
        client.set_timebase_callback(lambda *_arguments: called.append("timebase"))
        client.transport_start()
        wait_for(lambda: client.transport_state == jack.ROLLING)
        client.transport_stop()
        wait_for(lambda: client.transport_state == jack.STOPPED)
        assert "timebase" in called
        client.close()
        client.close()
        with raises(jack.JackError):
            client.get_ports()
        assert list(events) == []
        # The interface goes on, and its ports are as they were left. Nothing is called any more.
        begin = interface.transport.device_frame
        wait_for(lambda: interface.transport.device_frame > begin + 2048)
        called.clear()
        gc.collect()
        with jack.Client("other") as other:
            other.transport_frame = 48_000
            other.transport_start()
            wait_for(lambda: other.transport_state == jack.ROLLING)
            other.transport_stop()
            wait_for(lambda: other.transport_state == jack.STOPPED)
        assert called == []
        again = interface.jack_client()
        names = [port.name for port in again.get_ports("^lender:")]
        assert "lender:left" in names
        assert "lender:clock" in names
        assert repr(clock)
        for _ in range(20):
            assert interface.jack_client().name == "lender"
        begin = interface.transport.device_frame
        wait_for(lambda: interface.transport.device_frame > begin + 2048)
    with raises(jack.JackError):
        again.get_ports()
    with raises(amio.errors.ClosedError):
        interface.jack_client()


PROGRAMS = (timeline, clocks, loop, lent)

if __name__ == "__main__":
    main(PROGRAMS, sys.argv[1])

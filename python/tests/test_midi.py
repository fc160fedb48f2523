"""MIDI on interfaces: what is refused offline, and messages by their frames on both servers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

import amio
from tests import programs
from tests.midi_programs import PROGRAMS
from tests.servers import Jackd, PipeWire

NAMES = [program.__name__ for program in PROGRAMS]


@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_on_jackd(program: Callable[[], None], jackd: Jackd) -> None:
    program()


@pytest.mark.parametrize("name", NAMES)
def test_on_pipewire(name: str, pipewire: PipeWire) -> None:
    programs.passes("-m", "tests.midi_programs", name, environment=pipewire.environment)


def test_messages_that_are_sent_offline_are_counted_at_their_frames() -> None:
    with amio.OfflineInterface(period=256, midi_outputs=2) as interface:
        interface.send_midi(b"\x90\x40\x7f", 1000)
        interface.send_midi((0x80, 0x40, 0), 2000, port=1)
        interface.send_midi(b"\xf8", 100, clock="device")
        interface.send_midi(b"\xf8")
        interface.advance(256)
        # The transport stands: those of the timeline wait.
        assert interface.stats.midi_sent == 2
        interface.rolling = True
        interface.advance(1024)
        assert interface.stats.midi_sent == 3
        interface.cancel_midi()
        interface.advance(4096)
        assert (interface.stats.midi_sent, interface.stats.midi_late) == (3, 0)
        interface.send_midi(b"\xf8", 5, late="drop")
        interface.advance(256)
        assert (interface.stats.midi_sent, interface.stats.midi_late) == (3, 1)


def test_mistakes_are_refused() -> None:
    with amio.OfflineInterface(midi_outputs=1) as interface:
        for message in (b"", b"\x40", [0x40, 0], [0x90, 300, 1], bytes([0xF0]) * 65_537):
            with pytest.raises(ValueError, match=r"MIDI message|bytes"):
                interface.send_midi(message, 0)
        for wrong in ("\x90\x40\x7f", 0x90, None, [1.5]):
            with pytest.raises(TypeError):
                interface.send_midi(wrong, 0)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="port"):
            interface.send_midi(b"\xf8", 0, port=1)
        with pytest.raises(ValueError, match="clock is 'wall'"):
            interface.send_midi(b"\xf8", 0, clock="wall")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="late is 'slip'"):
            interface.send_midi(b"\xf8", 0, late="slip")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="at is -1"):
            interface.send_midi(b"\xf8", -1, clock="device")
        with pytest.raises(RuntimeError):
            interface.next_midi()  # It has no inputs.
        with pytest.raises(ValueError, match="midi_inputs is 17"):
            amio.OfflineInterface(midi_inputs=17)
        with pytest.raises(ValueError, match="midi_outputs is -1"):
            amio.OfflineInterface(midi_outputs=-1)
    with pytest.raises(amio.errors.ClosedError):
        interface.send_midi(b"\xf8", 0)
    with amio.OfflineInterface() as interface:
        with pytest.raises(RuntimeError):
            interface.send_midi(b"\xf8", 0)
        with pytest.raises(RuntimeError):
            interface.cancel_midi()


def test_too_many_messages_are_refused() -> None:
    with amio.OfflineInterface(midi_outputs=1) as interface:
        for _ in range(8192):
            interface.send_midi(b"\xf8", 1 << 40)
        with pytest.raises(amio.errors.QueueFullError):
            interface.send_midi(b"\xf8", 1 << 40)
        interface.advance(1024)
        interface.cancel_midi()
        interface.advance(1024)
        interface.send_midi(b"\xf8", 1 << 40)


def test_waiting_ends_with_the_time_and_with_the_interface() -> None:
    interface = amio.TimerInterface(midi_inputs=1)
    with interface:
        assert interface.next_midi(timeout=0.05) is None
        told: list[amio.MidiMessage | None] = []
        thread = threading.Thread(target=lambda: told.append(interface.next_midi(timeout=None)))
        thread.start()
        threading.Timer(0.1, interface.shutdown).start()
        thread.join(5)
        assert told == [None]
    assert interface.next_midi(timeout=1) is None


def test_an_iteration_can_be_ended() -> None:
    async def main() -> None:
        async with amio.TimerInterface(midi_inputs=1) as interface:
            stream = interface.midi()
            asyncio.get_running_loop().call_later(0.1, asyncio.ensure_future, stream.aclose())
            assert [message async for message in stream] == []

    asyncio.run(main())


def test_a_client_is_lent_by_servers_alone() -> None:
    assert not hasattr(amio.TimerInterface, "jack_client")

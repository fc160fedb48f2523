"""Programs with what JACK-Client lacks: MIDI on threads and tasks, latencies, clocks.

test_streams.py runs them beside jackd and PipeWire.

Usage: python -m tests.jack.stream_programs NAME
"""

from __future__ import annotations

import asyncio
import sys
import threading

import numpy as np

from amio import jack
from tests.jack.steps import periods_pass, raises, wait_for
from tests.programs import main


def pair() -> tuple[jack.Client, jack.MidiSender, jack.MidiReceiver]:
    """A client whose MIDI output is connected to its own input, with a stream for each."""
    client = jack.Client("streams")
    out, into = client.midi_outports.register("out"), client.midi_inports.register("in")
    client.activate()
    wait_for(lambda: len(client.get_ports("^streams:")) == 2)
    client.connect(out, into)
    wait_for(lambda: out.is_connected_to(into))
    return client, client.send_midi(out), client.receive_midi(into)


def ahead(client: jack.Client) -> int:
    """A frame a fifth of a second from now."""
    return (client.frame_time + client.samplerate // 5) % 2**32


def frames() -> None:
    client, sender, receiver = pair()
    with client, sender, receiver:
        begin = ahead(client)
        offsets = np.random.default_rng(1).integers(0, 20_000, 500).tolist()
        sent = []
        for number, offset in enumerate(offsets):
            data = bytes([0x90, number % 128, 1 + number // 128])
            sender.send((begin + offset) % 2**32, data)
            sent.append(((begin + offset) % 2**32, data))
        got = [receiver.read(timeout=5) for _ in sent]
        sent.sort(key=lambda event: (event[0] - begin) % 2**32)
        # What a client sends to itself arrives a period later.
        later = (got[0].frame - sent[0][0]) % 2**32
        assert later in (0, client.blocksize)
        assert [((event.frame - later) % 2**32, event.data) for event in got] == sent
        assert sender.counts == jack.MidiCounts(500, 0, 0, 0)
        assert receiver.lost == 0


def long_ones() -> None:
    client, sender, receiver = pair()
    with client, sender, receiver:
        long = bytes([0xF0, *(n % 128 for n in range(1_000)), 0xF7])
        sender.send(ahead(client), long)
        sender.send(ahead(client), [0xF8])
        assert receiver.read(timeout=5).data == long
        assert receiver.read(timeout=5).data == b"\xf8"
        with raises(TimeoutError):
            receiver.read(timeout=0)
        with raises(jack.JackErrorCode):
            sender.send(0, b"")


def tasks() -> None:
    async def listen(receiver: jack.MidiReceiver, numbers: list[int], all_: asyncio.Event) -> None:
        async for event in receiver:
            numbers.append(event.data[1])
            if len(numbers) == 10:
                all_.set()

    async def main() -> None:
        client, sender, receiver = pair()
        with client, sender:
            numbers: list[int] = []
            all_ = asyncio.Event()
            task = asyncio.create_task(listen(receiver, numbers, all_))
            begin = ahead(client)
            for number in range(10):
                sender.send((begin + 10 * number) % 2**32, [0x90, number, 1])
            await asyncio.wait_for(all_.wait(), 5)
            assert numbers == list(range(10))
            threading.Thread(target=receiver.close).start()
            await asyncio.wait_for(task, 5)

    asyncio.run(main())


def ends() -> None:
    client, sender, receiver = pair()
    got: list[jack.MidiEvent] = []
    thread = threading.Thread(target=lambda: got.extend(receiver))
    thread.start()
    sender.send(ahead(client), [0xFA])
    wait_for(lambda: len(got) == 1)
    client.close()
    thread.join(5)
    assert not thread.is_alive()
    sender.close()
    receiver.close()
    assert (sender.closed, receiver.closed) == (True, True)
    with raises(jack.JackError):
        receiver.fileno()
    with raises(jack.JackError):
        receiver.read(timeout=0)


def wrong_ports() -> None:
    client, sender, receiver = pair()
    with client, sender, receiver:
        audio = client.inports.register("audio")
        with raises(TypeError):
            client.receive_midi(audio)  # type: ignore[arg-type]
        with raises(jack.JackErrorCode):
            client.receive_midi(client.midi_outports[0])
        with raises(jack.JackErrorCode):
            client.send_midi(client.midi_inports[0])
        with raises(ValueError):
            client.send_midi(client.midi_outports[0], 0)


def clocks() -> None:
    with jack.Client("clocks") as client:
        periods_pass(jack)
        times = client.cycle_times()
        assert times.start < times.next <= times.start + 2 * times.period
        expected = 1e6 * client.blocksize / client.samplerate
        assert abs(times.period - expected) < 0.1 * expected
        frame = client.frame_time
        again = client.time_to_frames(client.frames_to_time(frame))
        assert abs(again - frame) <= 1
        assert abs(client.frames_to_time(frame) - jack.get_time()) < 1e6
        client.reset_max_delayed()
        assert client.max_delayed >= 0
        with raises(OverflowError):
            client.frames_to_time(2**32)


def latencies() -> None:
    with jack.Client("latencies") as client:
        out, into = client.outports.register("out"), client.inports.register("in")
        out.set_capture_latency(100, 200)
        into.set_playback_latency(300)
        client.recompute_latencies()
        wait_for(lambda: out.capture_latency == jack.LatencyRange(100, 200))
        wait_for(lambda: into.playback_latency == jack.LatencyRange(300, 300))
        other = client.get_port_by_name(out.name)
        assert other.capture_latency == jack.LatencyRange(100, 200)
        with raises(jack.JackErrorCode):
            out.set_capture_latency(2, 1)
        out.set_capture_latency(None)
        client.recompute_latencies()
        wait_for(lambda: out.capture_latency == jack.LatencyRange(0, 0))
        assert not into.is_monitored


PROGRAMS = [frames, long_ones, tasks, ends, wrong_ports, clocks, latencies]

if __name__ == "__main__":
    main(PROGRAMS, sys.argv[1])

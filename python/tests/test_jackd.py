"""NativeInterface on a real jackd and on PipeWire; other clients record its output."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from math import floor
from pathlib import Path

import numpy as np
import pytest

import amio
from amio import Entry, EventKind, NativeInterface, PlayspecEntry
from amio.errors import NoServerError
from tests import servers
from tests.jack_recorder import Recording

RATE = servers.RATE
LONG_AWAY = 1 << 40


def impulse(value: float = 1.0) -> amio.Clip:
    return amio.Clip(np.array([value], np.float32), RATE)


def connections() -> dict[str, list[str]]:
    """The ports of the server, and the connections of each."""
    listing = subprocess.run(["jack_lsp", "-c"], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = {}
    for line in listing.stdout.splitlines():
        if line.startswith(" "):
            found[next(reversed(found))].append(line.strip())
        else:
            found[line] = []
    return found


def times_of(at: int, every: Fraction, end: int) -> Iterator[int]:
    """The frames of a metronome's clicks, before an end."""
    count = 0
    while (frame := at + floor(count * every + Fraction(1, 2))) < end:
        yield frame
        count += 1


def arrangement_heard_by_another_client(
    folder: Path,
) -> tuple[Recording, dict[int, float], int, bool]:
    """Plays three playspecs, and records them.

    Returns:
        The recording; the expected samples, by frames after the first swap; the device frame of the
        first swap; whether the machine was fast enough for all clients.
    """
    ramp = amio.Clip(np.arange(1, 11, dtype=np.float32) / 64, RATE)
    click = impulse(0.5)
    beat = Fraction(60 * RATE, 1117)
    first: list[PlayspecEntry | Entry] = [
        PlayspecEntry(click, 0, 1, 1001, 0, 1.0, 0.0),
        PlayspecEntry(ramp, 3, 6, 2049, 0, 1.0, 1.0),
        PlayspecEntry(ramp, 0, 1, 3000, 100, 0.5, 0.5),
        Entry(click, 20, every=beat, gain=0.25),
    ]
    second = [Entry(click, 4711), Entry(click, 5000, every=777, times=3)]
    third = [Entry(click, 77)]
    # Neither swap is at the beginning of a period of 256 frames.
    to_second, from_second, to_third = 12_345, 4700, 9001

    with NativeInterface(client_name="player", declick=0, connect=False) as player:
        with Recording(f"{player.client_name}:output_l", folder) as recording:
            with player.group() as group:
                tickets = [
                    group.schedule(first, 0),
                    group.schedule(second, to_second, start=from_second),
                    group.schedule(third, to_third, start=0),
                ]
                group.set_position(0)
                group.set_rolling(True)
            begun, swapped, last = (ticket.wait(10) for ticket in tickets)
            player.schedule([], 100).wait(10)
            # Two more periods, so that the recorder gets everything.
            end = player.transport.device_frame + 2 * player.period
            while player.transport.device_frame < end:
                player.read(player.period, timeout=5)
        skipped = player.stats.skipped_frames

    swap_to_second = to_second
    swap_to_third = swap_to_second + to_third - from_second
    assert begun.position == 0
    if not skipped:
        assert swapped.device_frame - begun.device_frame == swap_to_second
        assert last.device_frame - begun.device_frame == swap_to_third

    wanted: dict[int, float] = {}

    def add(frame: int, value: float) -> None:
        wanted[frame] = wanted.get(frame, 0) + value

    add(1001, 0.5)
    for index, value in enumerate((4, 5, 6)):
        add(2049 + index, value / 64)
    # A repeating PlayspecEntry repeats on the whole timeline.
    for frame in range(0, to_second, 100):
        add(frame, 0.5 / 64)
    for frame in times_of(20, beat, to_second):
        add(frame, 0.125)
    for frame in (4711, 5000, 5777, 6554):
        add(swap_to_second + frame - from_second, 0.5)
    add(swap_to_third + 77, 0.5)
    return recording, wanted, begun.device_frame, not skipped and not recording.gaps


def test_an_arrangement_is_heard_by_another_client_on_exact_frames(
    jackd: servers.Jackd, tmp_path: Path
) -> None:
    """Rows 8, 10, 11: two swaps in mid-period, crops, repeats, a fractional metronome."""
    for _ in range(5):
        recording, wanted, begun, complete = arrangement_heard_by_another_client(tmp_path)
        if complete:
            break
    assert complete, "the machine is too busy"
    heard = recording.impulses()
    origin = min(heard) - min(wanted)
    assert {frame - origin: value for frame, value in heard.items()} == wanted
    # Device frames are JACK frames with another origin, so periods begin at the same frames.
    assert origin % jackd.period == int(recording.begins[0]) % jackd.period
    assert begun % jackd.period == 0


def test_ports_are_amios_and_connect_themselves_to_the_first_physical_ones(
    jackd: servers.Jackd,
) -> None:
    """Row 12."""
    with NativeInterface(client_name="mine"):
        found = connections()
    assert {name: found[name] for name in found if name.startswith("mine:")} == {
        "mine:input_l": ["system:capture_1"],
        "mine:input_r": ["system:capture_2"],
        "mine:output_l": ["system:playback_1"],
        "mine:output_r": ["system:playback_2"],
    }


def test_a_name_that_is_taken_is_made_unique(jackd: servers.Jackd) -> None:
    """Row 12."""
    with NativeInterface(client_name="same") as one, NativeInterface(client_name="same") as two:
        assert one.client_name == "same"
        assert two.client_name != "same"
        assert two.client_name.startswith("same")
        assert f"{two.client_name}:output_l" in connections()


def test_input_from_another_client_comes_a_period_later_and_is_stamped_as_heard(
    jackd: servers.Jackd,
) -> None:
    """Rows 6, 7: input that is captured from the output has the frame at which it was played."""
    with NativeInterface(client_name="round", connect=False) as interface:
        for source, target in (
            ("round:output_l", "loopback:playback_1"),
            ("loopback:capture_1", "round:input_l"),
        ):
            subprocess.run(["jack_connect", source, target], check=True)
        interface.schedule([Entry(impulse(0.5), 2000)], 0).wait(5)
        interface.rolling = True
        while True:
            chunk = interface.read(1024, timeout=5)
            if (found := np.flatnonzero(chunk.array[:, 0])).size:
                break
        device_frame = chunk.device_frame + int(found[0])
        at = chunk.starting_frame + int(found[0])
        capture, playback = interface.latency
    assert chunk.array[found[0], 0] == 0.5
    # The loopback client delays it by a period.
    assert at == 2000 + jackd.period - capture - playback
    assert device_frame > 0


def test_without_a_server_there_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 12."""
    servers.need("jackd")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-has-this-name")
    interface = NativeInterface()
    with pytest.raises(NoServerError, match="no JACK server answers") as caught:
        interface.open()
    assert isinstance(caught.value, ConnectionError)
    assert not interface.is_closed()
    with pytest.raises(NoServerError):
        asyncio.run(interface.init("again"))


@pytest.mark.parametrize(
    "opened",
    [
        "with amio.NativeInterface(start_server=True) as interface: tell(interface)",
        "asyncio.run(as_amio())",
    ],
    ids=["asked for", "as AMIO does"],
)
def test_a_server_that_the_user_has_configured_is_started_if_that_is_wanted(opened: str) -> None:
    """Row 12."""
    servers.need("jackd", "jack_lsp", "unshare")
    program = f"""
import asyncio, amio

def tell(interface):
    print(interface.get_frame_rate(), interface.period)

async def as_amio():
    interface = amio.create_io_interface()
    await interface.init("x")
    tell(interface)
    await interface.close()

try:
    amio.NativeInterface().open()
    print("a server runs already, or nobody asked for one")
except amio.errors.NoServerError:
    pass
{opened}
"""
    environment = {k: v for k, v in os.environ.items() if k != "JACK_NO_START_SERVER"}
    script = servers.REPOSITORY / "tests/servers/with-jackdrc.sh"
    done = subprocess.run(
        [script, sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == "48000 256"


def wait_for(
    kind: EventKind, interface: NativeInterface, ticket: amio.Ticket, seconds: float = 15
) -> amio.Event:
    """Waits for an event of a kind, by waiting for a ticket that does not end."""
    found: list[amio.Event] = []
    interface.event_callback = lambda event: found.append(event) if event.kind is kind else None
    end = time.monotonic() + seconds
    while not found:
        assert time.monotonic() < end, f"no {kind.name}"
        with contextlib.suppress(TimeoutError):
            ticket.wait(0.1)
    return found[0]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_server_that_goes_and_comes_back_finds_everything_as_it_was(
    jackd: servers.Jackd, end: str
) -> None:
    """Row 12: what was scheduled still takes over at its frame, on the new server."""
    applied: list[bool] = []
    with NativeInterface(client_name="stays", start_server=False) as interface:
        interface.schedule([], 0)
        pending = interface.schedule([Entry(impulse())], 10**6, callback=applied.append)
        interface.rolling = True
        getattr(jackd, end)()
        wait_for(EventKind.LOST, interface, pending)
        assert pending.outcome is None
        position = interface.position
        another = servers.Jackd()
        try:
            wait_for(EventKind.RECONNECTED, interface, pending)
            assert "stays:output_l" in connections()
            interface.position = max(10**6 - 1000, position)
            assert pending.wait(10).position == 10**6
            assert applied == [True]
            assert interface.stats.reconnects == 1
        finally:
            interface.shutdown()
            another.close()


def test_closing_after_the_server_was_killed_ends_tickets_that_wait(jackd: servers.Jackd) -> None:
    """Row 12."""
    told: list[bool] = []

    async def main() -> amio.Outcome:
        async with NativeInterface(start_server=False) as interface:
            lost = asyncio.Event()
            interface.event_callback = lambda event: (
                lost.set() if event.kind is EventKind.LOST else None
            )
            await interface.schedule([], 0)
            ticket = interface.schedule([], LONG_AWAY, callback=told.append)
            jackd.kill()
            await asyncio.wait_for(lost.wait(), 15)
            begun = time.monotonic()
        assert time.monotonic() - begun < 2
        return await ticket

    outcome = asyncio.run(main())
    assert outcome.kind is EventKind.CANCELLED
    assert outcome.cancel_reason is amio.CancelReason.CLOSED
    assert told == [False]


def test_a_frozen_server_does_not_freeze_the_event_loop(jackd: servers.Jackd) -> None:
    async def main() -> tuple[float, float]:
        interface = NativeInterface(start_server=False)
        await interface.init("patient")
        jackd.freeze()
        longest, ticking = 0.0, True

        async def tick() -> None:
            nonlocal longest
            while ticking:
                before = time.monotonic()
                await asyncio.sleep(0.01)
                longest = max(longest, time.monotonic() - before)

        ticker = asyncio.create_task(tick())
        begun = time.monotonic()
        await interface.close()
        took = time.monotonic() - begun
        ticking = False
        await ticker
        return longest, took

    longest, took = asyncio.run(main())
    jackd.thaw()
    assert took < 3
    assert longest < 0.5


def test_a_period_that_the_server_changes_is_known(jackd: servers.Jackd) -> None:
    """Known defects: latency was computed once."""
    with NativeInterface() as interface:
        pending = interface.schedule([], LONG_AWAY)
        assert (interface.period, interface.latency) == (256, (256, 512))
        subprocess.run(["jack_bufsize", "512"], check=True, capture_output=True)
        changed = wait_for(EventKind.PERIOD_CHANGED, interface, pending)
        assert (changed.frames, interface.period) == (512, 512)
        if interface.latency != (512, 1024):  # the change may have come before that of the period
            wait_for(EventKind.LATENCY_CHANGED, interface, pending)
        assert interface.latency == (512, 1024)


def test_jacks_transport_is_left_alone(jackd: servers.Jackd) -> None:
    """Row 5."""
    with NativeInterface() as interface:
        interface.rolling = True
        interface.schedule([], 1000).wait(5)
        jack = ctypes.CDLL("libjack.so.0")
        jack.jack_client_open.restype = ctypes.c_void_p
        client = ctypes.c_void_p(jack.jack_client_open(b"asks", 1, None))
        assert jack.jack_transport_query(client, None) == 0  # JackTransportStopped
        jack.jack_client_close(client)
        assert interface.is_transport_rolling()


def test_one_interface_plays_captures_and_tells_on_pipewire(pipewire: servers.PipeWire) -> None:
    """Row 12."""
    told = pipewire.run("""
import asyncio, numpy as np, amio
async def main():
    interface = amio.create_io_interface("jack")
    await interface.init("on pipewire")
    used = asyncio.get_running_loop().create_future()
    chunk = asyncio.get_running_loop().create_future()
    interface.input_chunk_callback = lambda c: chunk.done() or chunk.set_result(c)
    clip = amio.AudioClip(np.ones((100, 1), np.float32), interface.get_frame_rate())
    spec = [amio.PlayspecEntry(clip, 0, 100, 0, 0, 1.0, 1.0)]
    interface.schedule_playspec_change(spec, 0, 0, used.set_result)
    interface.set_transport_rolling(True)
    print(await asyncio.wait_for(used, 10), (await asyncio.wait_for(chunk, 10)).array.shape)
    await interface.schedule([], 5000)
    print(interface.get_position() >= 0, interface.get_frame_rate())
    await interface.close()
asyncio.run(main())
""")
    assert told == "True (64, 2)\nTrue 48000\n"

"""Row 16: JACK-Client's examples, unchanged, do with amio.jack what they do with JACK-Client."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

import amio
from tests.jack.example_programs import MODULES, Example, need, same_numbers
from tests.jack.partner import Partner, wait_for
from tests.servers import RATE, Jackd

_Seen = TypeVar("_Seen")

ATTEMPTS = 3
"""On a busy machine, a server ends clients that are late."""


def compare(
    run: Callable[[str], _Seen], same: Callable[[_Seen, _Seen], object] | None = None
) -> _Seen:
    """What a run shows, which must be the same with both modules."""
    for attempt in range(ATTEMPTS):
        try:
            theirs, ours = map(run, MODULES)
            assert same(ours, theirs) if same else ours == theirs
        except (AssertionError, subprocess.TimeoutExpired):
            if attempt == ATTEMPTS - 1:
                raise
        else:
            break
    return ours


def printed(name: str, module: str, *arguments: str) -> tuple[int, str, str]:
    with Example(module, name, *arguments) as example:
        pass
    return example.code, example.out, example.err


def test_row_16_aliases(jackd: Jackd) -> None:
    code, out, err = compare(lambda module: printed("aliases.py", module))
    assert (code, err) == (0, "")
    assert "'Alias Name 0'\n" in out


def test_row_16_chatty_client(jackd: Jackd) -> None:
    def run(module: str) -> tuple[int, list[str]]:
        with Partner() as partner, Example(module, "chatty_client.py") as example:
            client = partner.client
            wait_for(lambda: is_there("Chatty-Client", client))
            time.sleep(0.3)
            with amio.jack.Client("guest") as guest:
                out = guest.outports.register("out")
                into = guest.inports.register("in")
                guest.connect(out, into)
                # A port is printed by the name that it has then.
                time.sleep(0.2)
                out.shortname = "renamed"
                time.sleep(0.2)
                guest.set_property(out, "http://example.org/key", "value")
                guest.blocksize = 512
                time.sleep(0.2)
                guest.set_freewheel(True)
                time.sleep(0.2)
                guest.set_freewheel(False)
                guest.blocksize = 256
                guest.remove_property(out, "http://example.org/key")
                time.sleep(0.2)
            time.sleep(0.2)
            example.press_return()
        # Of xruns, there are as many as there are.
        lines = {line for line in example.out.splitlines() if "xrun" not in line}
        return example.code, sorted(lines)

    code, lines = compare(run)
    assert code == 0
    for part in (
        "client 'guest' registered",
        "connected jack.Port('guest:",
        "setting blocksize to 512",
    ):
        assert any(part in line for line in lines), lines
    assert "starting freewheel mode" in lines


def is_there(name: str, client: amio.jack.Client) -> bool:
    try:
        client.get_uuid_for_client_name(name)
    except amio.jack.JackError:
        return False
    return True


def test_row_16_metadata(jackd: Jackd) -> None:
    def run(module: str) -> tuple[int, str, str]:
        code, out, err = printed("metadata.py", module)
        return code, same_numbers(out), err

    code, out, err = compare(run)
    assert (code, err) == (0, "")
    assert "Best Client Ever" in out


def chord(partner: Partner, example: Example, client: str) -> list[tuple[int, bytes]]:
    """What a client makes of some notes, by frames after the first of them."""
    partner.connect("partner:midi_out", f"{client}:input")
    partner.connect(f"{client}:output", "partner:midi_in")
    begin = partner.send([(0, b"\x90\x40\x7f"), (77, b"\xf8"), (1000, b"\x80\x40\x00")])
    wait_for(lambda: len(partner.events) == 7)
    return [(frame - begin, data) for frame, data in partner.events]


def test_row_16_midi_chords(jackd: Jackd) -> None:
    def run(module: str) -> tuple[int, str, list[tuple[int, bytes]]]:
        with Partner() as partner, Example(module, "midi_chords.py") as example:
            events = chord(partner, example, "MIDI-Chord-Generator")
            example.press_return()
        delay = events[0][0]
        return example.code, example.out, [(at - delay, data) for at, data in events]

    code, _, events = compare(run)
    assert code == 0
    assert events[:3] == [(0, b"\x90\x40\x7f"), (0, b"\x90\x43\x7f"), (0, b"\x90\x47\x7f")]
    assert [at for at, _ in events] == [0, 0, 0, 77, 1000, 1000, 1000]


def test_row_16_midi_file_player(jackd: Jackd, tmp_path: Path) -> None:
    need("mido")
    import mido

    track = mido.MidiTrack()
    for number in range(20):
        track.append(mido.Message("note_on", note=40 + number, time=30))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(tmp_path / "notes.mid")

    def run(module: str) -> tuple[int, str, list[tuple[int, bytes]]]:
        path = str(tmp_path / "notes.mid")
        with (
            Partner() as partner,
            Example(module, "midi_file_player.py", path, "partner:midi_in") as example,
        ):
            wait_for(lambda: len(partner.events) >= 19)
        # The first note is sent before the ports are connected.
        last, _ = partner.events[-1]
        heard = [(frame - last, data) for frame, data in partner.events if data[0] == 0x90]
        return example.code, example.out, heard[-18:]

    code, out, heard = compare(run)
    assert code == 0
    assert "Playing" in out
    assert heard[-1][0] - heard[0][0] == 17 * 1500


def test_row_16_midi_monitor(jackd: Jackd) -> None:
    def run(module: str) -> tuple[int, list[tuple[int, str]]]:
        with Partner() as partner, Example(module, "midi_monitor.py") as example:
            partner.connect("partner:midi_out", "MIDI-Monitor:input")
            partner.send([(0, b"\x90\x40\x7f"), (5, b"\xc0\x01"), (700, b"\xf0\x01\x02\xf7")])
            time.sleep(0.5)
            example.press_return()
        lines = [line.split(": ") for line in example.out.splitlines() if ": 0x" in line]
        first = int(lines[0][0])
        return example.code, [(int(frame) - first, data) for frame, data in lines]

    _, lines = compare(run)
    assert lines == [(0, "0x90407f"), (5, "0xc001"), (700, "0xf00102f7")]


@pytest.mark.parametrize("program", ["midi_sine", "midi_sine_numpy"])
def test_row_16(program: str, jackd: Jackd) -> None:
    client = {"midi_sine": "MIDI-Sine", "midi_sine_numpy": "MIDI-Sine-NumPy"}[program]

    def run(module: str) -> tuple[int, str, NDArray[np.float32]]:
        with Partner() as partner, Example(module, f"{program}.py") as example:
            partner.connect("partner:midi_out", f"{client}:midi_in")
            partner.connect(f"{client}:audio_out", "partner:audio_in")
            # After so many frames, a period begins with the same phase of 440 Hz.
            begin = partner.send([(0, b"\x90\x45\x40"), (2_048, b"\x80\x45\x40")], 19_200)
            heard = partner.heard(begin, 16_384)
            example.interrupt()
        first = int(np.flatnonzero(heard)[0])
        return example.code, example.out, heard[first // 256 * 256 :][:14_000]

    def same(
        ours: tuple[int, str, NDArray[np.float32]], theirs: tuple[int, str, NDArray[np.float32]]
    ) -> bool:
        return ours[:2] == theirs[:2] and np.allclose(ours[2], theirs[2], atol=1e-4)

    code, _, heard = compare(run, same)
    assert code == 0
    assert np.abs(heard).max() > 0.4


def test_row_16_play_file(jackd: Jackd, tmp_path: Path) -> None:
    ramp = np.arange(1, 24_001, dtype=np.float32) / 32_768
    amio.Clip(ramp, RATE).save(tmp_path / "ramp.wav")

    def run(module: str) -> tuple[int, str, str, bool, int]:
        arguments = "--buffersize", "40", str(tmp_path / "ramp.wav")
        with Partner() as partner, Example(module, "play_file.py", *arguments) as example:
            partner.connect("file player:out_1", "partner:audio_in")
            wait_for(lambda: not partner.client.get_ports("^file player:"))
        _, samples = partner.first_heard()
        heard = np.round(samples * 32_768).astype(int)
        last = int(np.flatnonzero(heard)[-1])
        steps = set(np.diff(heard[: last + 1]))
        return example.code, example.out, example.err, steps == {1}, int(heard[last])

    assert compare(run) == (0, "", "", True, 24_000)


def test_row_16_showtime(jackd: Jackd) -> None:
    def run(module: str) -> tuple[int, set[str], str]:
        with Example(module, "showtime.py") as example:
            time.sleep(1)
            example.interrupt()
        whole = example.out.splitlines()[:-1]
        return example.code, {same_numbers(line) for line in whole}, example.err

    code, lines, err = compare(run)
    assert (code, err) == (0, "signal received, exiting ...\n")
    assert lines == {"frame = N  frame_time = N usecs = N \tstate: jack.STOPPED"}


def test_row_16_slow_sync(jackd: Jackd) -> None:
    def run(module: str) -> tuple[int, list[str]]:
        with Example(module, "slow_sync.py") as example:
            pass
        lines = [same_numbers(line) for line in example.out.splitlines()]
        changes = [
            line for line, before in zip(lines, ["", *lines], strict=False) if line != before
        ]
        return example.code, sorted(set(changes))

    code, lines = compare(run)
    assert code == 0
    assert any("will be ready in" in line for line in lines)
    assert any("just got ready" in line for line in lines)


def test_row_16_thru_client(jackd: Jackd) -> None:
    ramp = np.arange(1, 5_001, dtype=np.float32)

    def run(module: str) -> tuple[int, str, list[float], int]:
        with Partner() as partner, Example(module, "thru_client.py", "through") as example:
            partner.connect("partner:audio_out", "through:input_1")
            partner.connect("through:output_1", "partner:audio_in")
            begin = partner.play(ramp)
            heard = partner.heard(begin, 8_000)
            example.interrupt()
        first = int(np.flatnonzero(heard)[0])
        return example.code, example.out, heard[first : first + 5_000].tolist(), first % 256

    code, out, heard, _ = compare(run)
    assert code == 0
    assert "Press Ctrl+C to stop" in out
    assert heard == ramp.tolist()


def test_row_16_timebase_master(jackd: Jackd) -> None:
    def run(module: str) -> tuple[int, str, dict[str, object]]:
        arguments = "--client-name", "master", "--meter", "3/4", "90"
        with Partner() as partner, Example(module, "timebase_master.py", *arguments) as example:
            client = partner.client
            wait_for(lambda: "bar" in client.transport_query()[1])
            client.transport_frame = 3 * RATE
            wait_for(lambda: client.transport_query()[1]["frame"] == 3 * RATE)
            wait_for(lambda: client.transport_query()[1].get("bar", 1) > 1)
            position = client.transport_query()[1]
            client.transport_frame = 0
            example.interrupt()
        position.pop("usecs")
        return example.code, example.out, position

    code, out, position = compare(run)
    assert (code, out) == (0, "Press Ctrl-C to quit...\n\n")
    assert (position["bar"], position["beats_per_minute"]) == (2, 90)


def test_row_16_transporter(jackd: Jackd) -> None:
    def run(module: str) -> list[tuple[int, str, str]]:
        shown = []
        commands = (
            "status",
            "start",
            "status",
            "toggle",
            "status",
            "toggle",
            "stop",
            "rewind",
            "query",
        )
        for command in commands:
            code, out, err = printed("transporter.py", module, command)
            shown.append((code, same_numbers(out), err))
            time.sleep(0.1)
        return shown

    shown = compare(run)
    states = [out for _, out, _ in shown if "state is" in out]
    assert ["ROLLING" in state for state in states] == [False, True, False]
    assert "Frame Rate: N" in shown[-1][1]

"""Row 16: what JACK-Client's examples do, beside each of the two modules; test_examples.py runs it.

Usage: python -m tests.jack.example_rows SERVER FOLDER NAME

SERVER is `jackd` or `pipewire`, FOLDER is for files, NAME is that of an example.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

import amio
from tests.jack.example_programs import MODULES, Example, same_numbers
from tests.jack.partner import Partner
from tests.jack.steps import wait_for
from tests.programs import main
from tests.servers import RATE

_Seen = TypeVar("_Seen")

server = ""
folder = Path()

ATTEMPTS = 3
"""A machine that is busy makes periods late, and what is heard then has gaps."""


def compare(
    run: Callable[[str, Partner], _Seen],
    same: Callable[[_Seen, _Seen], object] | None = None,
    attempts: int = ATTEMPTS,
) -> _Seen:
    """What a run shows, which must be the same with both modules.

    It is repeated only if the server skipped frames meanwhile.
    """
    for attempt in range(attempts):
        disturbances: list[str] = []
        seen: list[_Seen] = []
        try:
            for module in MODULES:
                with Partner() as partner:
                    partner.disturbances = disturbances
                    seen.append(run(module, partner))
            theirs, ours = seen
            assert same(ours, theirs) if same else ours == theirs, (ours, theirs)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            if not disturbances or attempt == attempts - 1:
                raise
            print(f"again, since there was {disturbances}: {error}", file=sys.stderr)
        else:
            break
    return ours


def printed(name: str, module: str, *arguments: str) -> tuple[int, str, str]:
    with Example(module, name, *arguments) as example:
        pass
    return example.code, example.out, example.err


def failure(err: str) -> str:
    """Libjack's number, if a program has failed with one; else all that it has printed."""
    number = re.search(r"\((-\d+)\)$", err)
    return number[1] if number else err


def aliases() -> None:
    def run(module: str, _partner: Partner) -> tuple[int, str, str]:
        code, out, err = printed("aliases.py", module)
        return code, out, failure(err)

    code, out, err = compare(run)
    if server == "pipewire":  # It gives aliases to ports of the client alone.
        assert (code, err) == (1, "-22")
        assert out.endswith("=> set_alias('Alias Name 0')\n")
    else:
        assert (code, err) == (0, "")
        assert "'Alias Name 0'\n" in out


def chatty_client() -> None:
    # PipeWire tells neither of ports that are renamed, nor of properties that are removed.
    tells_all = server == "jackd"

    def run(module: str, _partner: Partner) -> tuple[int, list[str]]:
        with Example(module, "chatty_client.py") as example:
            example.prints("press Return to quit")
            with amio.jack.Client("guest") as guest:
                example.prints("client 'guest' registered")
                out = guest.outports.register("out")
                into = guest.inports.register("in")
                example.prints("'guest:in') registered")
                guest.connect(out, into)
                # A port is printed by the name that it has then.
                example.prints("connected jack.")
                out.shortname = "renamed"
                if tells_all:
                    example.prints("renamed jack.")
                # PipeWire keeps a property that is removed, and tells only of another value.
                guest.set_property(out, "http://example.org/key", str(time.time_ns()))
                example.prints("was created")
                guest.blocksize = 512
                example.prints("setting blocksize to 512")
                guest.set_freewheel(True)
                example.prints("starting freewheel mode")
                guest.set_freewheel(False)
                example.prints("stopping freewheel mode")
                guest.blocksize = 256
                example.prints("setting blocksize to 256")
                guest.remove_property(out, "http://example.org/key")
                if tells_all:
                    example.prints("was removed")
            example.prints("client 'guest' unregistered")
            example.press_return()
        # Of xruns, there are as many as there are.
        lines = {line for line in example.out.splitlines() if "xrun" not in line}
        return example.code, sorted(same_numbers(line) for line in lines)

    # What is told has no frames; and freewheeling goes on with other ones.
    code, lines = compare(run, attempts=1)
    assert code == 0
    assert "starting freewheel mode" in lines
    for word in ("renamed", "was removed"):
        assert any(word in line for line in lines) == tells_all, lines


def metadata() -> None:
    def run(module: str, _partner: Partner) -> tuple[int, str, str]:
        code, out, err = printed("metadata.py", module)
        return code, same_numbers(out), err

    code, out, err = compare(run)
    assert (code, err) == (0, "")
    assert "Best Client Ever" in out


def midi_chords() -> None:
    def run(module: str, partner: Partner) -> tuple[int, str, list[tuple[int, bytes]]]:
        def since(frame: int) -> list[tuple[int, bytes]]:
            return [event for event in partner.events if event[0] >= frame]

        with Example(module, "midi_chords.py") as example:
            partner.connect("partner:midi_out", "MIDI-Chord-Generator:input")
            partner.connect("MIDI-Chord-Generator:output", "partner:midi_in")
            partner.wait_for_midi(lambda: partner.events, b"\xfe")
            begin = partner.send([(0, b"\x90\x40\x7f"), (77, b"\xf8"), (1000, b"\x80\x40\x00")])
            wait_for(lambda: len(since(begin)) == 7)
            example.press_return()
        events = since(begin)
        return example.code, example.out, [(at - events[0][0], data) for at, data in events]

    code, _, events = compare(run)
    assert code == 0
    assert events[:3] == [(0, b"\x90\x40\x7f"), (0, b"\x90\x43\x7f"), (0, b"\x90\x47\x7f")]
    assert [at for at, _ in events] == [0, 0, 0, 77, 1000, 1000, 1000]


def midi_file_player() -> None:
    import mido

    track = mido.MidiTrack()
    for number in range(20):
        # By then the ports are connected.
        track.append(mido.Message("note_on", note=40 + number, time=480 if number == 1 else 30))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    path = str(folder / "notes.mid")
    file.save(path)

    def run(module: str, partner: Partner) -> tuple[int, str, list[tuple[int, bytes]]]:
        with Example(module, "midi_file_player.py", path, "partner:midi_in") as example:
            wait_for(lambda: b"\x90\x3b" in [data[:2] for _, data in partner.events])
        notes = [(frame, data) for frame, data in partner.events if data[0] == 0x90]
        last, _ = notes[-1]
        heard = [(frame - last, data) for frame, data in notes]
        return example.code, example.out, heard[-18:]

    code, out, heard = compare(run)
    assert code == 0
    assert "Playing" in out
    assert heard[-1][0] - heard[0][0] == 17 * 1500


def midi_monitor() -> None:
    def run(module: str, partner: Partner) -> tuple[int, list[tuple[int, str]]]:
        with Example(module, "midi_monitor.py") as example:
            partner.connect("partner:midi_out", "MIDI-Monitor:input")
            partner.wait_for_midi(lambda: "0xfe" in example.out, b"\xfe")
            partner.send([(0, b"\x90\x40\x7f"), (5, b"\xc0\x01"), (700, b"\xf0\x01\x02\xf7")])
            example.prints("0xf00102f7")
            example.press_return()
        lines = [line.split(": ") for line in example.out.splitlines() if ": 0x" in line]
        lines = [line for line in lines if line[1] != "0xfe"]
        first = int(lines[0][0])
        return example.code, [(int(frame) - first, data) for frame, data in lines]

    code, lines = compare(run)
    assert code == 0
    assert lines == [(0, "0x90407f"), (5, "0xc001"), (700, "0xf00102f7")]


def midi_sine() -> None:
    _sine("midi_sine.py", "MIDI-Sine")


def midi_sine_numpy() -> None:
    _sine("midi_sine_numpy.py", "MIDI-Sine-NumPy")


def _sine(program: str, client: str) -> None:
    def run(module: str, partner: Partner) -> tuple[int, str, NDArray[np.float32]]:
        with Example(module, program) as example:
            partner.connect("partner:midi_out", f"{client}:midi_in")
            partner.connect(f"{client}:audio_out", "partner:audio_in")
            heard = np.zeros(0, np.float32)
            # PipeWire tells of a connection before it carries.
            for _ in range(10):
                # After so many frames, a period begins with the same phase of 440 Hz.
                begin = partner.send([(0, b"\x90\x45\x40"), (2_048, b"\x80\x45\x40")], 19_200)
                heard = partner.heard(begin, 16_384)
                if heard.any():
                    break
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


def play_file() -> None:
    path = str(folder / "ramp.wav")
    ramp = np.arange(1, 24_001, dtype=np.float32) / 32_768
    amio.Clip(ramp, RATE).save(path)

    def run(module: str, partner: Partner) -> tuple[int, str, str, bool, int]:
        with Example(module, "play_file.py", "--buffersize", "40", path) as example:
            partner.connect("file player:out_1", "partner:audio_in")
            wait_for(lambda: not partner.client.get_ports("^file player:"))
        _, samples = partner.first_heard()
        heard = np.round(samples * 32_768).astype(int)
        last = int(np.flatnonzero(heard)[-1])
        steps = set(np.diff(heard[: last + 1]))
        return example.code, example.out, _own(example.err), steps == {1}, int(heard[last])

    assert compare(run) == (0, "", "", True, 24_000)


def _own(err: str) -> str:
    """Without what libjack sometimes prints when a client is closed that still has notices."""
    theirs = "Cannot read socket fd", "Could not read result"
    return "".join(line for line in err.splitlines(True) if not line.startswith(theirs))


def showtime() -> None:
    def run(module: str, _partner: Partner) -> tuple[int, set[str], str]:
        with Example(module, "showtime.py") as example:
            wait_for(lambda: example.out.count("\n") > 100)
            example.interrupt()
        whole = example.out.splitlines()[:-1]
        return example.code, {same_numbers(line) for line in whole}, example.err

    code, lines, err = compare(run)
    assert (code, err) == (0, "signal received, exiting ...\n")
    assert lines == {"frame = N  frame_time = N usecs = N \tstate: jack.STOPPED"}


def slow_sync() -> None:
    step = r"== (?:setting \w+ sync timeout|(?:start|stopp)ing transport|seeking to 123)"
    answer = r"(jack\.[A-Z]+) \d+ (ready|just got ready|just caught up|will be ready|will catch up)"

    def run(module: str, _partner: Partner) -> tuple[int, list[str], list[tuple[str, str]]]:
        code, out, _ = printed("slow_sync.py", module)
        # Two threads print parts of lines, each in the middle of those of the other.
        steps = re.findall(step, out)
        told = re.findall(answer, " ".join(re.sub(step, " ", out).split()))
        return code, steps, sorted(set(told))

    code, steps, told = compare(run)
    assert (code, len(steps)) == (0, 9)
    assert ("jack.STARTING", "will be ready") in told
    assert ("jack.STARTING", "just got ready") in told


def thru_client() -> None:
    ramp = np.arange(1, 5_001, dtype=np.float32)

    def run(module: str, partner: Partner) -> tuple[int, str, list[float], int]:
        with Example(module, "thru_client.py", "through") as example:
            example.prints("Press Ctrl+C to stop")  # It has made its own connections.
            partner.connect("partner:audio_out", "through:input_1")
            partner.connect("through:output_1", "partner:audio_in")
            partner.wait_for_audio()
            begin = partner.play(ramp)
            heard = partner.heard(begin, 8_000)
            example.interrupt()
        first = int(np.flatnonzero(heard)[0])
        return example.code, example.out, heard[first : first + 5_000].tolist(), first % 256

    code, out, heard, _ = compare(run)
    assert code == 0
    assert "Press Ctrl+C to stop" in out
    assert heard == ramp.tolist()


def timebase_master() -> None:
    def run(module: str, partner: Partner) -> tuple[int, str, dict[str, object]]:
        arguments = "--client-name", "master", "--meter", "3/4", "90"
        with Example(module, "timebase_master.py", *arguments) as example:
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


def transporter() -> None:
    # PipeWire does not do what a client asks of the transport that is not active, as this one.
    rolls = server == "jackd"
    commands = (
        ("status", False),
        ("start", rolls),
        ("status", rolls),
        ("toggle", False),
        ("toggle", rolls),
        ("stop", False),
        ("status", False),
        ("rewind", False),
        ("query", False),
    )

    def run(module: str, partner: Partner) -> list[tuple[int, str, str]]:
        shown = []
        for command, is_rolling in commands:
            code, out, err = printed("transporter.py", module, command)
            shown.append((code, same_numbers(out), failure(err)))
            partner.wait_for_transport(is_rolling)
        return shown

    shown = compare(run)
    states = [out for _, out, _ in shown if "state is" in out]
    assert ["ROLLING" in state for state in states] == [False, rolls, False]
    # Neither does PipeWire locate for it, and says so.
    assert shown[-2] == ((0, "", "") if rolls else (1, "", "-5"))
    assert "Frame Rate: N" in shown[-1][1]


ROWS: tuple[Callable[[], None], ...] = (
    aliases,
    chatty_client,
    metadata,
    midi_chords,
    midi_file_player,
    midi_monitor,
    midi_sine,
    midi_sine_numpy,
    play_file,
    showtime,
    slow_sync,
    thru_client,
    timebase_master,
    transporter,
)

if __name__ == "__main__":
    server, folder = sys.argv[1], Path(sys.argv[2])
    main(ROWS, sys.argv[3])

"""Plays a backing track from disk, records a take over a part of it, and mixes both.

    python overdub.py backing.wav take.wav mix.wav --driver offline --punch-in 1 --punch-out 3
    python overdub.py backing.flac take.flac mix.flac --punch-in 61.5 --punch-out 75

The backing may be of any length, kind and frame rate; it is streamed. The recorder begins and ends
at exact frames, and lines the take up with what was heard, so that the mix is one more playspec:
the backing at frame 0, the take at the frame at which it was punched in. The mix is made offline.
Where matplotlib is installed, its waveform and arrangement are drawn beside it.

Offline a tone is recorded; on the timer driver silence.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

import amio
from amio import plot

DRIVERS = {
    "jack": amio.NativeInterface,
    "timer": amio.TimerInterface,
    "offline": amio.OfflineInterface,
}


def main() -> None:
    """Records the take and mixes it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("backing", type=Path, help="the file to play")
    parser.add_argument("take", type=Path, help="the file to record to, .wav or .flac")
    parser.add_argument("mix", type=Path, help="the file to mix to, .wav or .flac")
    parser.add_argument("--driver", choices=DRIVERS, default="jack")
    parser.add_argument("--punch-in", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--punch-out", type=float, metavar="SECONDS", help="default: the end")
    parser.add_argument("--gain", type=float, default=0.0, metavar="DB", help="of the take")
    options = parser.parse_args()
    try:
        with DRIVERS[options.driver](inputs=1) as interface:
            rate = interface.frame_rate
            backing = amio.Clip.stream(options.backing, rate)
            begin = interface.secs_to_frame(options.punch_in)
            end = len(backing)
            if options.punch_out is not None:
                end = min(end, interface.secs_to_frame(options.punch_out))
            print(f"records frames {begin} to {end}", flush=True)
            recording = overdub(interface, backing, options.take, begin, end)
        print(f"the take is {recording.frames} frames from frame {recording.position}")
        print(f"{recording.lost_frames} lost, {recording.skipped_frames} skipped")
        if recording.frames == 0:
            sys.exit("nothing was recorded, so there is nothing to mix")
        take = amio.Clip.open(options.take)
        gain = amio.dB_to_factor(options.gain)
        playspec = [amio.Entry(backing), amio.Entry(take, recording.position, gain=gain)]
        mix(playspec, rate, options.mix)
        print(f"mixed to {options.mix}")
        draw(playspec, rate, options.mix)
    except KeyboardInterrupt:
        sys.exit("stopped; what was recorded so far can be played")
    except (amio.AmioError, ValueError) as error:
        sys.exit(f"{error}")


def overdub(
    interface: amio.EngineInterface, backing: amio.Clip, path: Path, begin: int, end: int
) -> amio.Recording:
    """Plays the backing from its beginning, and records from one frame to another."""
    with interface.record(path, begin=begin, end=end) as recorder:
        with interface.group() as group:
            group.schedule([amio.Entry(backing)], 0)
            group.set_rolling(True)
        if isinstance(interface, amio.OfflineInterface):
            seconds = np.arange(end) / interface.frame_rate
            tone = 0.25 * np.cos(2 * np.pi * 440 * seconds)
            interface.set_input_clip(amio.Clip(tone, interface.frame_rate))
            # The recording ends with the first frame that no longer belongs to it.
            interface.advance(end + 1)
        return recorder.wait()


def mix(playspec: list[amio.Entry], rate: float, path: Path) -> None:
    """Renders to a file what an interface would play, as fast as it goes."""
    frames = max(entry.at + len(entry) for entry in playspec)
    with amio.OfflineInterface(frame_rate=rate) as interface:
        interface.schedule(playspec, 0)
        interface.rolling = True
        with interface.record(path, source="output", frames=frames):
            interface.advance(frames)


def draw(playspec: list[amio.Entry], rate: float, path: Path) -> None:
    """Draws the arrangement, and the waveform of what it became."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("not drawn, for which matplotlib is needed")
        return
    figure = Figure(figsize=(10, 6), layout="constrained")
    top, bottom = figure.subplots(2, 1)
    plot.plot_arrangement(playspec, rate, top)
    plot.plot_clip(amio.Clip.stream(path), bottom)
    picture = path.with_suffix(".png")
    figure.savefig(picture)
    print(f"drawn: {picture}")


if __name__ == "__main__":
    main()

"""Plays noise from a numpy array, records the input, and measures the round trip in frames.

    python play_and_record.py --driver offline
    python play_and_record.py take.wav --through system:playback_1 system:capture_1

With JACK, join an output and an input of the sound card by a cable (or hold a microphone to the
loudspeaker). The input is recorded twice, into an array and into the file, both lined up with what
was heard: frame n was captured while frame n sounded, as far as the latencies that the server
reports are right. What they are wrong by is found by cross-correlation.

Offline, what is played comes back one period later; on the timer driver nothing comes back.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import amio

DRIVERS = {
    "jack": amio.NativeInterface,
    "timer": amio.TimerInterface,
    "offline": amio.OfflineInterface,
}
SEED = 20
#: In seconds: when the noise sounds, for how long, and how long is recorded.
NOISE_AT, NOISE_LENGTH, LENGTH = 0.5, 0.1, 1.2


def main() -> None:
    """Plays, records, and prints what came back."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("path", nargs="?", default="take.wav", help="the file to record to")
    parser.add_argument("--driver", choices=DRIVERS, default="jack")
    parser.add_argument(
        "--through", nargs=2, metavar=("PLAYBACK", "CAPTURE"), help="JACK ports to connect to"
    )
    options = parser.parse_args()
    interface = DRIVERS[options.driver](inputs=1, outputs=1, connect=not options.through)
    try:
        with interface:
            if options.through:
                connect(interface.client_name, *options.through)
            measure(interface, options.path)
    except KeyboardInterrupt:
        sys.exit("stopped")
    except (amio.AmioError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{error}")


def connect(client: str, playback: str, capture: str) -> None:
    """Connects the ports of a client that has one each way."""
    subprocess.run(["jack_connect", f"{client}:output_1", playback], check=True)
    subprocess.run(["jack_connect", capture, f"{client}:input_1"], check=True)


def measure(interface: amio.EngineInterface, path: str) -> None:
    """Plays the noise, records the input, and looks for the one in the other."""
    rate = interface.frame_rate
    noise_at, frames = round(NOISE_AT * rate), round(LENGTH * rate)
    noise = np.random.default_rng(SEED).uniform(-0.5, 0.5, round(NOISE_LENGTH * rate))
    clip = amio.Clip(noise.astype(np.float32), rate)

    recorder = interface.record(path, begin=0, end=frames)
    with interface.group() as group:
        ticket = group.schedule([amio.Entry(clip, noise_at)], 0)
        group.set_rolling(True)
    take = np.zeros(frames, np.float32)
    for chunk in captured(interface):
        if chunk.was_transport_rolling:
            begin, end = np.clip(
                [chunk.starting_frame, chunk.starting_frame + len(chunk)], 0, frames
            )
            take[begin:end] = chunk.array[begin - chunk.starting_frame :][: end - begin, 0]
            if chunk.starting_frame + len(chunk) >= frames:
                break
    recorder.stop()

    played_at = ticket.wait(timeout=1).device_frame + noise_at
    print(f"the noise was played at frame {noise_at}, device frame {played_at}")
    found_at, likeness = find(noise, take)
    if likeness < 0.5:
        print("nothing of it came back")
        return
    capture, playback = interface.latency
    print(f"it was recorded at frame {found_at} ({likeness:.0%} alike)")
    print(f"the round trip takes {found_at - noise_at + capture + playback} frames")
    print(f"the latencies that are reported add up to {capture + playback} frames")


def captured(interface: amio.EngineInterface) -> Iterator[amio.InputAudioChunk]:
    """Input, chunk after chunk; offline, what was played comes back one period later."""
    back = np.zeros((interface.period, 1), np.float32)
    while True:
        if isinstance(interface, amio.OfflineInterface):
            back = interface.render(len(back), back)
        yield interface.read(interface.period, timeout=5)


def find(pattern: NDArray[np.float64], samples: NDArray[np.float32]) -> tuple[int, float]:
    """Where a pattern is in samples, and how much alike it is there, at most 1."""
    # By Fourier transforms, since a direct correlation takes a product for every pair of frames.
    size = len(samples) + len(pattern)
    spectrum = np.fft.rfft(samples, size) * np.conj(np.fft.rfft(pattern, size))
    correlation = np.fft.irfft(spectrum, size)[: len(samples) - len(pattern) + 1]
    at = int(np.argmax(correlation))
    energies = np.sum(samples[at : at + len(pattern)] ** 2) * np.sum(pattern**2)
    return at, float(correlation[at] / np.sqrt(energies)) if energies > 0 else 0.0


if __name__ == "__main__":
    main()

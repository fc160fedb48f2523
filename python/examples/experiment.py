"""Presents stimuli at exact frames, records responses, and writes both to a CSV file.

    python experiment.py --driver offline --seed 1 session.csv
    python experiment.py session.csv --output heard.wav

Stimuli, gains and intervals come from the seed. All of them are one playspec, so that nothing that
happens in Python can delay one. A response is a sound (a click, a word) in the input, which is
stamped with the frame that was heard at that moment: the reaction time is a difference of frames.
The stimuli must not get into the microphone: use headphones.
A trial during which the device skipped frames or input was lost is marked as not valid.

Offline a subject is simulated; on the timer driver nobody responds.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import amio

DRIVERS = {
    "jack": amio.NativeInterface,
    "timer": amio.TimerInterface,
    "offline": amio.OfflineInterface,
}
STIMULI = {"low": 500, "middle": 1000, "high": 2000}
STIMULUS_LENGTH = 0.05  # seconds
JITTER = 0.25  # of the interval, at most
THRESHOLD = 0.1  # of full scale: louder is a response
BROKEN = {
    amio.EventKind.SKIPPED,
    amio.EventKind.XRUN,
    amio.EventKind.INPUT_LOST,
    amio.EventKind.LOST,
}


@dataclass(frozen=True)
class Trial:
    """One stimulus: which, at which frame of the timeline, how loud, and how long it is awaited."""

    stimulus: str
    frame: int
    end: int
    gain: float


def plan(trials: int, interval: float, rate: float, seed: int) -> list[Trial]:
    """Trials with random stimuli and gains, at intervals (in seconds) that vary by JITTER."""
    random = np.random.default_rng(seed)
    seconds = interval * random.uniform(1 - JITTER, 1 + JITTER, trials + 1)
    frames = np.round(np.cumsum(seconds) * rate).astype(int).tolist()
    names = random.choice(list(STIMULI), trials).tolist()
    gains = random.uniform(0.25, 1, trials).tolist()
    return [Trial(*trial) for trial in zip(names, frames[:-1], frames[1:], gains, strict=True)]


def tone(hertz: float, rate: float) -> NDArray[np.float32]:
    """A cosine, which is loudest in its first frame, dying away."""
    seconds = np.arange(round(STIMULUS_LENGTH * rate)) / rate
    decay = 1 - seconds / STIMULUS_LENGTH
    return (decay * np.cos(2 * np.pi * hertz * seconds)).astype(np.float32)


def simulated(trials: list[Trial], rate: float, seed: int) -> NDArray[np.float32]:
    """The input of a subject who claps after about a quarter of a second, or not at all."""
    random = np.random.default_rng(seed + 1)
    samples = np.zeros(trials[-1].end, np.float32)
    for trial in trials:
        onset = trial.frame + round(rate * min(max(random.normal(0.25, 0.05), 0.1), 0.4))
        if random.random() > 0.05 and onset < trial.end:
            clap = tone(1500, rate)[: trial.end - onset]
            samples[onset : onset + len(clap)] = clap
    return samples


def present(
    interface: amio.EngineInterface, trials: list[Trial]
) -> tuple[amio.Ticket, NDArray[np.float32]]:
    """Plays all trials; the input, frame by frame of the timeline, is NaN where none came."""
    rate = interface.frame_rate
    clips = {name: amio.Clip(tone(hertz, rate), rate) for name, hertz in STIMULI.items()}
    entries = [amio.Entry(clips[trial.stimulus], trial.frame, gain=trial.gain) for trial in trials]
    take = np.full(trials[-1].end, np.nan, np.float32)
    with interface.group() as group:
        ticket = group.schedule(entries, 0)
        group.set_rolling(True)
    end, step = 0, round(rate / 10)
    try:
        while end < len(take):
            if isinstance(interface, amio.OfflineInterface):
                interface.advance(step)
            chunk = interface.read(step, timeout=5)
            if chunk.was_transport_rolling:
                end = chunk.starting_frame + len(chunk)
                skip = max(-chunk.starting_frame, 0)
                space = take[chunk.starting_frame + skip : end]
                space[:] = chunk.array[skip:, 0][: len(space)]
    except KeyboardInterrupt:
        print(f"stopped at frame {end}")
    return ticket, take


def rows(
    trials: list[Trial],
    start: amio.Outcome,
    events: list[amio.Event],
    take: NDArray[np.float32],
    rate: float,
) -> Iterator[dict[str, object]]:
    """What the CSV file says of each trial."""
    broken = [e for e in events if e.kind in BROKEN and e.device_frame > start.device_frame]
    for number, trial in enumerate(trials):
        # The timeline waits while the device skips, and goes on some device frames later.
        skipped = sum(
            event.frames
            for event in broken
            if event.kind is amio.EventKind.SKIPPED and event.position <= trial.frame
        )
        device_frame = start.device_frame + trial.frame + skipped
        window = take[trial.frame : trial.end]
        valid = not np.isnan(window).any() and not any(
            trial.frame <= event.position < trial.end for event in broken
        )
        loud = np.flatnonzero(np.abs(window) > THRESHOLD)
        reaction = int(loud[0]) if valid and len(loud) else None
        yield {
            "trial": number,
            "stimulus": trial.stimulus,
            "gain": trial.gain,
            "planned_frame": trial.frame,
            "device_frame": device_frame,
            "onset_s": (device_frame - start.device_frame) / rate,
            "valid": int(valid),
            "response_frame": "" if reaction is None else trial.frame + reaction,
            "reaction_frames": "" if reaction is None else reaction,
            "reaction_ms": "" if reaction is None else 1000 * reaction / rate,
        }


def main() -> None:
    """Runs the session and writes its results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("csv", type=Path, help="the file for the results")
    parser.add_argument("--driver", choices=DRIVERS, default="jack")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--interval", type=float, default=1.0, help="mean, in seconds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", help="a file for what was played")
    options = parser.parse_args()
    interface = DRIVERS[options.driver](inputs=1)
    events: list[amio.Event] = []
    interface.event_callback = events.append
    try:
        with interface:
            rate = interface.frame_rate
            trials = plan(options.trials, options.interval, rate, options.seed)
            print(f"{len(trials)} trials within {trials[-1].end / rate:.0f} s", flush=True)
            if isinstance(interface, amio.OfflineInterface):
                interface.set_input_clip(amio.Clip(simulated(trials, rate, options.seed), rate))
            with contextlib.ExitStack() as stack:
                if options.output:
                    end = trials[-1].end
                    recorder = interface.record(options.output, source="output", begin=0, end=end)
                    stack.enter_context(recorder)
                ticket, take = present(interface, trials)
    except KeyboardInterrupt:
        sys.exit("stopped before the first stimulus")
    except (amio.AmioError, ValueError) as error:
        sys.exit(f"{error}")
    # Closing the interface has fetched what was left of the events.
    if not ticket.outcome:
        sys.exit("stopped before the first stimulus")
    results = list(rows(trials, ticket.outcome, events, take, rate))
    with options.csv.open("w", newline="") as file:
        writer = csv.DictWriter(file, results[0])
        writer.writeheader()
        writer.writerows(results)
    valid = sum(row["valid"] == 1 for row in results)
    responses = sum(row["response_frame"] != "" for row in results)
    print(f"{valid} trials are valid, {responses} have a response: {options.csv}")


if __name__ == "__main__":
    main()

"""Records loops in time with a metronome and plays them on top of each other, pass after pass.

    python looper.py --driver offline --output jam.wav
    python looper.py --bpm 112 --bars 2 --layers 4 --passes 8

Each pass over the loop is a playspec: the metronome and the layers so far. The next pass is
scheduled while one plays, to begin with the very frame at which it ends. What was played to a pass
is complete when the first input of the following one arrives, and is heard from the one after that
on. Wear headphones. A beat need not be a whole number of frames; a loop is one, to the nearest.

Offline somebody plays a higher note in each pass; on the timer driver nobody plays.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

import amio

DRIVERS = {
    "jack": amio.NativeInterface,
    "timer": amio.TimerInterface,
    "offline": amio.OfflineInterface,
}
BEATS_PER_BAR = 4
CLICK = np.array([0.5, -0.25, 0.125, -0.0625], np.float32)
LAYER_GAIN = 0.5


class Looper:
    """A loop of so many bars, its metronome, and its layers, of which there are so many at most."""

    def __init__(
        self, interface: amio.EngineInterface, bpm: Fraction, bars: int, layers: int
    ) -> None:
        self.interface = interface
        self.rate = interface.frame_rate
        beat = 60 * int(self.rate) / bpm
        beats = BEATS_PER_BAR * bars
        self.frames = round(beats * beat)
        self.entries = [amio.Entry(amio.Clip(CLICK, self.rate), every=beat, times=beats)]
        self.layers = layers
        self.tickets: list[amio.Ticket] = []
        self.takes: dict[int, NDArray[np.float32]] = {}

    def schedule(self, entries: list[amio.Entry]) -> None:
        """Lets another pass follow the last one that was scheduled."""
        end = self.frames if self.tickets else 0
        ticket = self.interface.schedule(entries, end, start=0)
        self.tickets.append(ticket)
        if len(self.tickets) <= self.layers:
            self.takes[ticket.number] = np.zeros(self.frames, np.float32)

    def keep(self, chunk: amio.InputAudioChunk) -> None:
        """Puts a chunk where it belongs in the take of the pass during which it was heard."""
        take = self.takes.get(chunk.playspec_id)
        # There is none once there are enough layers; nor for a pass that is a layer already, into
        # which time may go back a little where a latency grows.
        if take is not None:
            place = take[chunk.starting_frame :]
            place[: len(chunk)] = chunk.array[: len(place), 0]

    def add_layer(self, ticket: amio.Ticket) -> None:
        """Makes a layer of what was played to a pass, if that was recorded."""
        if ticket.number in self.takes:
            clip = amio.Clip(self.takes.pop(ticket.number), self.rate)
            self.entries.append(amio.Entry(clip, gain=LAYER_GAIN))

    async def run(self, passes: int) -> None:
        """Plays so many passes, and records a layer in each until there are enough."""
        begun = 0  # how many passes have been heard to begin
        async with contextlib.aclosing(self.interface.input()) as chunks:
            async for chunk in chunks:
                if not self.tickets:  # now input comes, and none will be missing
                    self.schedule(self.entries)
                    self.interface.rolling = True
                if not chunk.was_transport_rolling:
                    continue
                if chunk.playspec_id == self.tickets[-1].number:
                    outcome = await self.tickets[-1]
                    if begun == passes:
                        print(f"the end at device frame {outcome.device_frame}")
                        return
                    print(f"pass {begun} at device frame {outcome.device_frame}")
                    if begun > 0:
                        self.add_layer(self.tickets[begun - 1])
                    begun += 1
                    self.schedule(self.entries if begun < passes else [])
                self.keep(chunk)


def note(number: int, rate: float) -> NDArray[np.float32]:
    """A tenth of a second of a note, which begins at its loudest."""
    seconds = np.arange(round(rate / 10)) / rate
    return (0.5 * (1 - 10 * seconds) * np.cos(2 * np.pi * 220 * (number + 1) * seconds)).astype(
        np.float32
    )


async def play_along(interface: amio.OfflineInterface, loop: int, passes: int) -> None:
    """Plays note n at beat n of pass n, and lets the time pass."""
    samples = np.zeros((passes + 1) * loop, np.float32)
    for number in range(passes):
        at = number * loop + number * (loop // passes)
        played = note(number, interface.frame_rate)
        samples[at : at + len(played)] = played
    clip = amio.Clip(samples, interface.frame_rate)
    waiting = True
    while True:
        if waiting and interface.rolling:
            interface.set_input_clip(clip)
            waiting = False
        interface.advance(interface.period)
        await asyncio.sleep(0)


async def jam(interface: amio.EngineInterface, options: argparse.Namespace) -> None:
    """Opens the interface, and plays."""
    async with interface, contextlib.AsyncExitStack() as stack:
        looper = Looper(interface, options.bpm, options.bars, options.layers)
        print(f"a loop is {looper.frames} frames at {looper.rate:.0f} Hz")
        if options.output:
            recorder = interface.record(options.output, source="output", begin=0)
            stack.enter_context(recorder)
        if isinstance(interface, amio.OfflineInterface):
            playing = play_along(interface, looper.frames, options.passes)
            stack.callback(asyncio.ensure_future(playing).cancel)
        await looper.run(options.passes)
        print(f"{len(looper.entries) - 1} layers")


def main() -> None:
    """Reads the options and plays."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--driver", choices=DRIVERS, default="jack")
    parser.add_argument("--bpm", type=Fraction, default=Fraction(112), help="also 97.5 or 340/3")
    parser.add_argument("--bars", type=int, default=1)
    parser.add_argument("--layers", type=int, default=3, help="at most")
    parser.add_argument("--passes", type=int, default=6)
    parser.add_argument("--output", help="a file for what was played")
    options = parser.parse_args()
    try:
        asyncio.run(jam(DRIVERS[options.driver](inputs=1), options))
    except KeyboardInterrupt:
        sys.exit("stopped")
    except amio.AmioError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()

"""Plays many clips at the same time on a JACK server; `cpu.py` measures it.

It uses only functions that AMIO 0.1.1 and this package have in common. The interpreter that runs it
has one of the two. It prints ``ready`` when all clips sound. For each line of its standard input,
it starts all clips again and prints ``ready`` again. It ends at the end of its standard input.

Usage: ``python subject.py NAME CLIPS CHANNELS SECONDS``
"""

from __future__ import annotations

import asyncio
import sys

import numpy as np
from arrangement import AMPLITUDE, first_frame, gains

import amio


def playspec(
    clips: int, channels: int, seconds: float, frame_rate: int
) -> list[amio.PlayspecEntry]:
    """A playspec of `clips` clips of noise, each of so many seconds, which all sound at frame 0."""
    random = np.random.default_rng(1)
    length = int(seconds * frame_rate)
    entries = []
    for number in range(clips):
        samples = random.uniform(-AMPLITUDE, AMPLITUDE, (length, channels)).astype(np.float32)
        clip = amio.AudioClip(samples, frame_rate)
        clip.writeable = False
        left, right = gains(number, clips)
        entries.append(amio.PlayspecEntry(clip, 0, length, first_frame(number), 0, left, right))
    return entries


async def main(name: str, clips: int, channels: int, seconds: float) -> None:
    """Plays until the standard input ends."""
    interface = amio.create_io_interface("jack")
    await interface.init(name)
    applied = asyncio.Event()
    interface.schedule_playspec_change(
        playspec(clips, channels, seconds, int(interface.get_frame_rate())),
        0,
        0,
        lambda _used: applied.set(),
    )
    interface.set_transport_rolling(True)
    await applied.wait()
    loop = asyncio.get_running_loop()
    while True:
        print("ready", flush=True)
        if not await loop.run_in_executor(None, sys.stdin.readline):
            break
        before = interface.get_position()
        interface.set_position(0)
        # AMIO has no call to wait for this, and its reports may be late; a second is enough.
        for _ in range(50):
            if interface.get_position() < before:
                break
            await asyncio.sleep(0.02)
    await interface.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))

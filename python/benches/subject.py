"""Plays many clips at once on a JACK server: what `cpu.py` measures.

It uses what AMIO 0.1.1 and this package have in common, and is run by an interpreter that has one
of the two. It prints ``ready`` when all clips sound; each line on its standard input begins them
anew, which is answered by ``ready`` too. It ends with its standard input.

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
    """Noise in `clips` clips of so many seconds, all of which sound from frame 0 on."""
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
        # AMIO has nothing to wait for, and what it tells may be old; a second is enough.
        for _ in range(50):
            if interface.get_position() < before:
                break
            await asyncio.sleep(0.02)
    await interface.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))

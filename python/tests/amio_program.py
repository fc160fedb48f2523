"""A program as it was written for AMIO 0.1.1; test_amio_rows.py runs it, and so can AMIO itself.

It loops a bar with a metronome: the "applied" callback chains the next playspec. Meanwhile it
watches the input, and it stops after four bars.

Usage: python amio_program.py DRIVER
"""

import asyncio
import sys
from datetime import timezone

import numpy as np

import amio
from amio import AudioClip, Fader, InputAudioChunk, PlayspecEntry

BARS = 4


class Looper:
    """Plays a bar again and again, each time louder."""

    def __init__(self, interface: amio.Interface) -> None:
        self.interface = interface
        self.rate = interface.get_frame_rate()
        self.bar = interface.secs_to_frame(0.25)
        self.clip = AudioClip.sine(220, 0.1, self.bar // 2, 1, self.rate)
        self.click = AudioClip(np.ones((10, 2), np.float32), self.rate)
        self.click.writeable = False
        self.fader = Fader()
        self.applied: list[bool] = []
        self.done = asyncio.get_running_loop().create_future()
        self.frames = self.rolling_frames = 0
        self.ids: set[int] = set()

    def playspec(self) -> list[PlayspecEntry]:
        self.fader.vol_dB = -20.0 + len(self.applied)
        left, right = self.fader.left_gain_factor, self.fader.right_gain_factor
        spec: list[PlayspecEntry] = []
        spec.append(PlayspecEntry(self.clip, 0, len(self.clip), 0, 0, left, right))
        spec.append(PlayspecEntry(self.click, 0, len(self.click), 0, self.bar // 4, 0.1, 0.1))
        return spec

    def schedule_next(self) -> None:
        at = self.bar if self.applied else 0
        self.interface.schedule_playspec_change(self.playspec(), at, 0, self.on_applied)

    def on_applied(self, was_used: bool) -> None:
        self.applied.append(was_used)
        if len(self.applied) < BARS:
            self.schedule_next()
        elif not self.done.done():
            self.done.set_result(None)

    def on_chunk(self, chunk: InputAudioChunk) -> None:
        assert chunk.wall_time.tzinfo is timezone.utc
        assert chunk.channels == 2
        self.frames += len(chunk)
        self.rolling_frames += len(chunk) if chunk.was_transport_rolling else 0
        self.ids.add(chunk.playspec_id)


async def main(driver: str) -> None:
    interface = amio.create_io_interface(
        driver, **({"frame_rate": 48000} if driver == "null" else {})
    )
    await interface.init("looper")
    looper = Looper(interface)
    interface.input_chunk_callback = looper.on_chunk
    interface.set_position(0)
    looper.schedule_next()
    interface.set_transport_rolling(True)
    advance = getattr(interface, "advance_single_chunk_length", lambda: None)
    while not looper.done.done():
        advance()
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    advance()
    print("rolling", interface.is_transport_rolling(), interface.get_position() > 0)
    interface.set_transport_rolling(False)
    await asyncio.sleep(0.3)
    advance()
    stopped = interface.get_position()
    await asyncio.sleep(0.1)
    print("stopped", interface.is_transport_rolling(), interface.get_position() == stopped)
    print("applied", looper.applied)
    print("input", looper.frames > looper.rolling_frames > 0, len(looper.ids) > 1)
    await interface.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

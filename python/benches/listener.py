"""Gets input of a JACK server through a callback; `cpu.py` measures it.

It uses only functions that AMIO 0.1.1 and this package have in common. The interpreter that runs it
has one of the two. It prints ``ready`` when input comes, and answers each line of its standard
input with the number of frames that have come so far. It ends at the end of its standard input.

Usage: ``python listener.py NAME``
"""

from __future__ import annotations

import asyncio
import sys

import amio


async def main(name: str) -> None:
    """Listens until the standard input ends."""
    frames = 0
    came = asyncio.Event()

    def on_chunk(chunk: amio.InputAudioChunk) -> None:
        nonlocal frames
        frames += len(chunk)
        came.set()

    interface = amio.create_io_interface("jack")
    await interface.init(name)
    interface.input_chunk_callback = on_chunk
    interface.set_transport_rolling(True)
    await came.wait()
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(frames, flush=True)
    await interface.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

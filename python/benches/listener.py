"""Takes input of a JACK server by a callback: what `cpu.py` measures.

It uses what AMIO 0.1.1 and this package have in common, and is run by an interpreter that has one
of the two. It prints ``ready`` when input comes; each line on its standard input is answered by the
number of frames that came so far. It ends with its standard input.

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

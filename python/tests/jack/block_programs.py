"""Programs that exchange blocks; test_blocks.py runs them beside jackd and PipeWire.

Usage: python -m tests.jack.block_programs NAME
"""

from __future__ import annotations

import asyncio
import sys

import numpy as np

from amio import jack
from tests.jack.steps import periods_pass, raises, wait_for
from tests.programs import main

#: Numbers of samples, counted from 1, that float32 has exactly.
SCALE = np.float32(2**-24)


def pair() -> tuple[jack.Client, jack.Client]:
    """A client whose output is connected to the input of another one."""
    sender, receiver = jack.Client("sender"), jack.Client("receiver")
    out, into = sender.outports.register("out"), receiver.inports.register("in")
    sender.activate()
    receiver.activate()
    wait_for(lambda: len(sender.get_ports("^(sender|receiver):")) == 2)
    sender.connect(out, into)
    wait_for(lambda: out.is_connected_to(into))
    return sender, receiver


class Tape:
    """What was sent, by the frame at which it sounds, and whether it arrives at that frame."""

    def __init__(self, frames: int) -> None:
        self.frames, self.count, self.seen = frames, 0, 0
        # Silent frames where others were sent.
        self.silent = 0
        self.sent: dict[int, float] = {}

    def next(self) -> jack.Samples:
        numbers = np.arange(self.count + 1, self.count + self.frames + 1)
        self.count += self.frames
        samples: jack.Samples = (numbers[np.newaxis] * SCALE).astype(np.float32)
        return samples

    def keep(self, frame: int, samples: jack.Samples) -> None:
        for offset, sample in enumerate(samples[0].tolist()):
            self.sent[(frame + offset) % 2**32] = sample

    def check(self, block: jack.Block) -> None:
        for offset, sample in enumerate(block.input[0].tolist()):
            expected = self.sent.pop((block.frame + offset) % 2**32, 0.0)
            assert sample in (expected, 0.0), (offset, sample, expected)
            # Of the first ones, the connection may take none.
            self.silent += sample != expected and self.seen > 0
            self.seen += sample != 0

    def check_silence(self, last: jack.Block) -> None:
        """On a busy machine the sender is late, or the server skips a period: its blocks tell."""
        lost = last.total.late + last.total.missed + 256 * last.total.xruns
        assert self.silent <= lost, (self.silent, last.total)


def exchange() -> None:
    sender, receiver = pair()
    with sender, receiver, sender.blocks(100) as out, receiver.blocks(100) as into:
        assert (out.frames, sender.blocksize) == (100, 256)
        assert out.latency > 100 + 256
        tape, firsts = Tape(100), []
        for number in range(600):
            samples = tape.next()
            sent = out.exchange(samples, timeout=5)
            tape.keep(sent.output_frame, samples)
            block = into.exchange(timeout=5)
            assert block.input.shape == (1, 100)
            assert block.input.dtype == np.float32
            tape.check(block)
            # The frame less all that came before it: always the same.
            firsts.append((block.frame - 100 * number - block.total.lost) % 2**32)
        assert set(firsts) == {firsts[0]}
        assert tape.seen > 40_000
        tape.check_silence(out.exchange(timeout=5))


def tasks() -> None:
    async def send(blocks: jack.Blocks, tape: Tape) -> None:
        async for block in blocks:
            assert block.input.shape == (0, 256)
            samples = tape.next()
            frame = blocks.write(samples[0] if tape.count % 3 else samples)
            assert frame == block.output_frame
            tape.keep(frame, samples)

    async def receive(blocks: jack.Blocks, tape: Tape) -> None:
        async for block in blocks:
            tape.check(block)
            if tape.seen >= 256 * 150:
                return

    async def main() -> None:
        sender, receiver = pair()
        with sender, receiver:
            out, into, tape = sender.blocks(), receiver.blocks(), Tape(256)
            sending = asyncio.ensure_future(send(out, tape))
            await asyncio.wait_for(receive(into, tape), 20)
            # Also one by one.
            block = await asyncio.wait_for(anext(into), 5)
            assert block.input.shape == (1, 256)
            tape.check_silence(out.read(timeout=5))
            out.close()
            await asyncio.wait_for(sending, 5)
            assert out.closed
            assert not into.closed

    asyncio.run(main())


def slow() -> None:
    """A program that reads too slowly loses what it is told to have lost."""
    with jack.Client("slow") as client, client.blocks(256, queued=4) as blocks:
        first = blocks.read(timeout=5)
        periods_pass(jack, 40)  # Nobody reads.
        blocks_read = [blocks.read(timeout=5) for _ in range(8)]
        lost = sum(block.new.lost for block in blocks_read)
        assert lost > 0
        assert lost % 256 == 0
        last = blocks_read[-1]
        assert last.total.lost == lost + first.total.lost
        assert (last.frame - first.frame) % 2**32 == 8 * 256 + lost


def mistakes() -> None:
    client = jack.Client("mistakes")
    client.outports.register("out")
    with raises(jack.JackErrorCode):
        client.blocks(65_537)
    with raises(ValueError):
        client.blocks(0)
    with raises(TypeError):
        client.blocks(inputs=["out"])  # type: ignore[list-item]
    with raises(jack.JackErrorCode):
        client.blocks(inputs=list(client.outports))
    with jack.Client("other") as other, raises(jack.JackErrorCode):
        other.blocks(outputs=list(client.outports))
    blocks = client.blocks(64)
    with raises(TimeoutError):
        blocks.read(timeout=0.05)  # The client is not active.
    with raises(ValueError):
        blocks.write(np.zeros((2, 64), np.float32))
    with raises(ValueError):
        blocks.write(np.zeros((1, 63), np.float32))
    with raises(TypeError):
        blocks.write(np.zeros((1, 64), np.complex64))
    with raises(TypeError):
        blocks.write([[0.0] * 64])  # type: ignore[arg-type]
    client.activate()
    assert blocks.read(timeout=5).input.shape == (0, 64)
    client.close()
    assert len(list(blocks)) < 1000  # What had come before.
    with raises(jack.JackError):
        blocks.read()
    blocks.close()
    blocks.close()
    with raises(jack.JackError):
        blocks.write(None)


PROGRAMS = (exchange, tasks, slow, mistakes)

if __name__ == "__main__":
    main(PROGRAMS, sys.argv[1])

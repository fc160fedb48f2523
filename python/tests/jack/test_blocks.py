"""The exchange of blocks, on both servers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import numpy as np
import pytest

from amio import jack
from tests import programs
from tests.jack.block_programs import PROGRAMS, pair
from tests.jack.steps import wait_for
from tests.servers import Jackd, PipeWire

NAMES = [program.__name__ for program in PROGRAMS]


@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_on_jackd(program: Callable[[], None], jackd: Jackd) -> None:
    program()


@pytest.mark.parametrize("name", NAMES)
def test_on_pipewire(name: str, pipewire: PipeWire) -> None:
    programs.passes("-m", "tests.jack.block_programs", name, environment=pipewire.environment)


def test_one_thread_at_a_time_uses_blocks(jackd: Jackd) -> None:
    client = jack.Client("threads")
    blocks = client.blocks(64)  # None comes, for the client is not active.
    thread = threading.Thread(target=lambda: list(blocks))
    thread.start()

    def is_in_use() -> bool:
        try:
            blocks.read(timeout=0)
        except RuntimeError:
            return True
        except TimeoutError:
            pass
        return False

    wait_for(is_in_use)
    client.close()
    thread.join(5)
    assert not thread.is_alive()


async def rest(blocks: jack.Blocks) -> list[jack.Block]:
    return [block async for block in blocks]


def test_two_tasks_cannot_wait_for_the_same_blocks(jackd: Jackd) -> None:
    async def main() -> None:
        client = jack.Client("tasks")
        blocks = client.blocks(64)
        first = asyncio.ensure_future(anext(blocks))
        await asyncio.sleep(0)  # The task begins.
        with pytest.raises(RuntimeError):
            await anext(blocks)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        # After a cancellation, another task can; and it is told when the client is closed.
        asyncio.get_running_loop().call_later(0.1, client.close)
        await asyncio.wait_for(rest(blocks), 5)

    asyncio.run(main())


def test_blocks_end_with_the_server(jackd: Jackd) -> None:
    client = jack.Client("survivor")
    client.activate()
    blocks = client.blocks()
    blocks.read(timeout=5)
    jackd.kill()
    assert len(list(blocks)) < 1000
    with pytest.raises(jack.JackError):
        blocks.read(timeout=5)
    client.close()


def test_dropped_blocks_are_silent(jackd: Jackd) -> None:
    sender, receiver = pair()
    with sender, receiver:
        blocks, heard = sender.blocks(), receiver.blocks()
        while not heard.read(timeout=5).input.any():
            blocks.exchange(np.ones(256), timeout=5)
        del blocks
        while heard.read(timeout=5).input.any():
            pass
        assert len(sender.outports[0].connections) == 1

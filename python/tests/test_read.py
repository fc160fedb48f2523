"""Reading input where the timeline jumps, and in lengths of all kinds."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

import amio

RAMP = np.arange(2048, dtype=np.float32)


@pytest.fixture
def interface() -> amio.OfflineInterface:
    return amio.OfflineInterface(inputs=1, period=256)


def start_in_the_middle(interface: amio.OfflineInterface) -> None:
    """512 frames that stand, 512 that roll."""
    interface.render(512, RAMP[:512])
    interface.rolling = True
    interface.render(512, RAMP[512:1024])


def stamps(chunk: amio.InputAudioChunk) -> tuple[int, int, bool]:
    return chunk.device_frame, chunk.starting_frame, chunk.was_transport_rolling


def test_a_read_ends_where_the_timeline_jumps_and_the_next_goes_on_there(
    interface: amio.OfflineInterface,
) -> None:
    with interface:
        start_in_the_middle(interface)
        standing, rolling = interface.read(1000, 1), interface.read(512, 1)
    assert (stamps(standing), stamps(rolling)) == ((0, 0, False), (512, 0, True))
    assert np.concatenate([standing.array, rolling.array])[:, 0].tolist() == list(range(1024))


def test_what_one_read_fetched_ahead_is_split_among_shorter_ones(
    interface: amio.OfflineInterface,
) -> None:
    with interface:
        start_in_the_middle(interface)
        first = interface.read(1000, 1)
        parts = [interface.read(100, 1) for _ in range(5)]
    assert len(first) == 512
    assert [stamps(part) for part in parts] == [(512 + 100 * n, 100 * n, True) for n in range(5)]
    assert np.concatenate([part.array for part in parts])[:, 0].tolist() == list(range(512, 1012))


def test_what_was_read_in_vain_is_there_for_the_next_read(interface: amio.OfflineInterface) -> None:
    with interface:
        interface.render(100, RAMP[:100])
        short = interface.read(1000, timeout=0)
        interface.render(100, RAMP[100:200])
        assert (len(short), len(interface.read(100, 1))) == (100, 100)
        with pytest.raises(TimeoutError):
            interface.read(100, timeout=0)


def test_input_begins_anew_after_what_was_read_before(interface: amio.OfflineInterface) -> None:
    async def run() -> int:
        async with interface:
            start_in_the_middle(interface)
            interface.read(1000, 1)
            chunks = interface.input()
            first = asyncio.ensure_future(anext(chunks))
            await asyncio.sleep(0)
            interface.render(256, RAMP[1024:1280])
            device_frame = (await first).device_frame
            await chunks.aclose()
            return device_frame

    assert asyncio.run(run()) == 1024
